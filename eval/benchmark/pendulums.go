package benchmark

import (
	"fmt"
	"math"
	"slices"

	"hnn/data"
	"hnn/fit/lagrange"
	"hnn/fit/shoot"
	"hnn/fit/sparse"
	"hnn/model/lagrangian"
)

// pendulums are measured swings of one or two links: a Lagrangian is fitted to the angles (with their rates, or without)
// of some trials, and free runs begin within the others.
type pendulums struct {
	rates bool // the velocities are used, and scored
	// test is how many of the last trials are held out; 0 for the last fifth of the first trial, which alone is used.
	test int
	// warm is how many rows a free run's first state is fitted to, starts about how many runs begin in a trial.
	warm, starts int
	// horizon is how long a run is in time, 0 for half of its trial.
	horizon float64
	score   func(runs []freeRun, train *data.Set) []Row
}

// freeRun is a run beside what was measured: rows x columns, of which the first Warm began it.
type freeRun struct {
	t, run, measured []float64
	columns, warm    int
}

func (p *pendulums) run(s *data.Set) (*Result, error) {
	n := s.Dim
	if !s.PositionsOnly {
		n /= 2
	}
	if !p.rates {
		s = anglesOf(s, n)
	}
	train, test := p.split(s)
	o := lagrange.Options{Angles: slices.Repeat([]bool{true}, n)}
	l, report, err := lagrange.Fit(train, o)
	if err != nil {
		return nil, fmt.Errorf("benchmark: %w", err)
	}
	lagrange.Polish(l, train, report)
	runs, err := p.runs(l, report, test)
	if err != nil {
		return nil, fmt.Errorf("benchmark: %w", err)
	}
	return &Result{Law: l.Text([]string{"theta1", "theta2"}[:n], 5), Rows: p.score(runs, train)}, nil
}

// anglesOf is a set without what else was measured.
func anglesOf(s *data.Set, n int) *data.Set {
	out := &data.Set{Dim: n, PositionsOnly: true, T: s.T, Offsets: s.Offsets}
	for r := range s.T {
		out.X = append(out.X, s.X[r*s.Dim:r*s.Dim+n]...)
	}
	return out
}

func (p *pendulums) split(s *data.Set) (train, test *data.Set) {
	if p.test == 0 {
		s = s.SliceTrials(0, 1)
		cut := s.Rows() - s.Rows()/5
		return s.Slice(0, cut), s.Slice(cut, s.Rows())
	}
	n := s.Trials()
	return s.SliceTrials(0, n-p.test), s.SliceTrials(n-p.test, n)
}

// runs are spread evenly over the first half of every trial, or as far as their horizon allows.
func (p *pendulums) runs(l *lagrangian.Lagrangian, report *lagrange.Report, test *data.Set) ([]freeRun, error) {
	d := 2 * l.N
	var all []freeRun
	for k := range test.Trials() {
		t, x, _ := test.Trial(k)
		length := p.horizon
		if length == 0 {
			length = (t[len(t)-1] - t[0]) / 2
		}
		latest := t[len(t)-1] - length
		for i := range p.starts {
			from, _ := slices.BinarySearch(t, t[0]+(latest-t[0])*float64(i)/float64(p.starts))
			to, _ := slices.BinarySearch(t, t[from]+length*(1+1e-9))
			if to-from < 2*p.warm {
				continue
			}
			r := freeRun{t: t[from:to], columns: test.Dim, warm: p.warm}
			r.measured = x[from*test.Dim : to*test.Dim]
			trial := shoot.Trial{T: r.t, X: make([]float64, len(r.t)*d)}
			for row := range r.t {
				copy(trial.X[row*d:], r.measured[row*test.Dim:(row+1)*test.Dim])
			}
			whole, _, err := lagrange.FreeRun(l, trial, p.warm, report)
			if err != nil {
				return nil, err
			}
			for row := range r.t {
				r.run = append(r.run, whole[row*d:row*d+test.Dim]...)
			}
			all = append(all, r)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no held-out trial has %d rows", 2*p.warm)
	}
	return all, nil
}

// rms are the root mean squares of runs by scales of the columns, angles within half a turn; infinite of one that diverged.
func rms(runs []freeRun, n int, scales []float64) []float64 {
	var out []float64
	for _, r := range runs {
		sum := 0.0
		for i, v := range r.run {
			e := v - r.measured[i]
			if i%r.columns < n {
				e = math.Remainder(e, 2*math.Pi)
			}
			e /= scales[i%r.columns]
			sum += e * e / float64(len(r.run))
		}
		if math.IsNaN(sum) {
			sum = math.Inf(1)
		}
		out = append(out, math.Sqrt(sum))
	}
	return out
}

// ofRange is the mean error in percent of the ranges of the training columns, those of angles at most a turn.
func ofRange(test string, reference float64, source string) func([]freeRun, *data.Set) []Row {
	return func(runs []freeRun, train *data.Set) []Row {
		n := train.Dim / 2
		ranges := make([]float64, train.Dim)
		for j := range ranges {
			least, most := math.Inf(1), math.Inf(-1)
			for i := j; i < len(train.X); i += train.Dim {
				least, most = min(least, train.X[i]), max(most, train.X[i])
			}
			ranges[j] = most - least
			if j < n {
				ranges[j] = min(ranges[j], 2*math.Pi)
			}
		}
		mean, all := 0.0, rms(runs, n, ranges)
		for _, e := range all {
			mean += 100 * e / float64(len(all))
		}
		return []Row{{Test: test, Score: mean, Unit: "% of the range", Reference: reference, Source: source}}
	}
}

// ofSpread is the median error in standard deviations of the training angles.
func ofSpread(test string, reference float64, source string) func([]freeRun, *data.Set) []Row {
	return func(runs []freeRun, train *data.Set) []Row {
		return []Row{{Test: test, Score: sparse.Median(rms(runs, train.Dim, train.Spread())), Unit: "standard deviations", Reference: reference, Source: source}}
	}
}

// holds is the median time until an angle is wrong by a number of radians, of runs that do not get there their whole length.
func holds(test string, wrong, reference float64, source string) func([]freeRun, *data.Set) []Row {
	return func(runs []freeRun, _ *data.Set) []Row {
		var times []float64
		for _, r := range runs {
			until := r.t[len(r.t)-1] - r.t[0]
			for i, v := range r.run {
				if !(math.Abs(math.Remainder(v-r.measured[i], 2*math.Pi)) <= wrong) {
					until = r.t[i/r.columns] - r.t[0]
					break
				}
			}
			times = append(times, until)
		}
		return []Row{{Test: test, Score: sparse.Median(times), Unit: "s (longer is better)", Reference: reference, Source: source}}
	}
}

const (
	kaheman = "K. Kaheman, U. Fasel, J. Bramburger, B. Strom, J. N. Kutz and S. Brunton, arXiv 2205.06231 (dynamicslab/MultiArm-Pendulum)"
	schmidt = "M. Schmidt and H. Lipson, Science 324 (2009), supplementary material"
	asseman = "A. Asseman, T. Kornuta and A. Ozcan, Learning beyond simulated physics, 2018"
)

// pendulumProtocols are the files of measured pendulums. References are runs of ours on the same rows.
var pendulumProtocols = []Protocol{
	{
		Name: "kaheman-single-pendulum", About: "free swings of a pendulum, every tenth row: trials, time, angle and its rate",
		Sources: kaheman, SHA256: "5f99b4a02cb0c871ee2be8b323a083fa47f1bf39f19ea0d326d559b5f075c327",
		swings: &pendulums{rates: true, test: 1, warm: 20, starts: 20, score: ofRange("last of six trials", 0.44, "Gaussian process, our run")},
	},
	{
		Name: "kaheman-double-pendulum", About: "free swings of two links, every fourth row: trials, time, angles and their rates",
		Sources: kaheman, SHA256: "95e1be0496e9ba852d20c62d88b4091ac63fb17765e5f20e1a9481988c11de72",
		swings: &pendulums{rates: true, test: 6, warm: 20, starts: 4, score: ofRange("last six of thirty trials", 0.15, "PySINDy 2.1, our run")},
	},
	{
		Name: "schmidt-lipson-double-pendulum", About: "two links, angles alone, the regular trial (real_double_pend_h_1.txt)",
		Sources: schmidt, SHA256: "9ea97ad3b1c6b83b2762f1c84760bfd55638809436a8ece0c2dfffb96ddaec37",
		swings: &pendulums{test: 0, warm: 10, starts: 10, horizon: 1, score: ofSpread("last fifth of the regular trial, 1 s", 0.23, "PySINDy 2.1, our run")},
	},
	{
		Name: "ibm-double-pendulum", About: "two links filmed at 400 Hz, ten runs of 5 s: angles of the markers",
		Sources: asseman, SHA256: "d9500ab871dd9843e1b07dd55aa22de6d6acea0d40bb345429eb5ee43beff111",
		swings: &pendulums{test: 2, warm: 40, starts: 10, horizon: 2.5, score: holds("unseen runs, until an angle is 0.63 rad wrong", 0.63, 1.3, "linear prototype, our run")},
	},
}
