package ode

import (
	"errors"
	"math"
	"strings"
	"testing"
)

var (
	splittings = []Method{SymplecticEuler, Leapfrog, Yoshida4, Yoshida6, Yoshida8, BlanesMoan4, BlanesMoan6}
	unsplit    = []Method{Midpoint, Gauss4, Gauss6, Tao2, Tao4}
)

// words expands a product of exponentials of the two letters A (drift) and B (kick), which
// do not commute, up to words of n letters. Word w of length l is the number w < 2^l of
// binary digits, B being 1; words[l][w] is its coefficient.
func words(m *splitting, n int) [][]float64 {
	series := make([][]float64, n+1)
	for l := range series {
		series[l] = make([]float64, 1<<l)
	}
	series[0][0] = 1
	multiply := func(letter int, c float64) {
		for l := n; l >= 1; l-- {
			for w := range series[l] {
				// The letter's power that the word ends with.
				factor := 1.0
				for k := 1; k <= l && (w>>(k-1))&1 == letter; k++ {
					factor *= c / float64(k)
					series[l][w] += factor * series[l-k][w>>k]
				}
			}
		}
	}
	for i, b := range m.kick {
		multiply(1, b)
		if i < len(m.drift) {
			multiply(0, m.drift[i])
		}
	}
	return series
}

// A splitting has order p if it agrees with exp(A + B), in which every word of l letters
// has the coefficient 1/l!, in all words of up to p letters (HLW, section III.5): these
// are all its order conditions, and those of the next order must fail.
func TestSplittingConditions(t *testing.T) {
	for _, method := range splittings {
		m := methods[method].fixed.(*splitting)
		order := method.Order()
		factorial := 1.0
		for l, coefficients := range words(m, order+1) {
			factorial *= max(1, float64(l))
			worst := 0.0
			for _, c := range coefficients {
				worst = max(worst, math.Abs(c-1/factorial))
			}
			// The papers print 15 to 20 digits, and sums of up to 31 coefficients above 1 cancel.
			if l <= order && worst > 2e-14 {
				t.Errorf("%v: a condition of order %d fails by %.3g", method, l, worst)
			}
			if l > order && worst < 1e-6 {
				t.Errorf("%v: the conditions of order %d hold to %.3g", method, l, worst)
			}
		}
	}
}

// separable systems for tests, and their solutions: the pendulum of H = p^2 + 3 (1 - cos q)
// and a unit mass about a unit mass at rest.
var (
	splitPendulum = Split{
		Velocity: func(p, v []float64) { v[0] = 2 * p[0] },
		Force:    func(q, f []float64) { f[0] = -3 * math.Sin(q[0]) },
	}
	splitKepler = Split{
		Velocity: func(p, v []float64) { copy(v, p) },
		Force: func(q, f []float64) {
			r := math.Hypot(q[0], q[1])
			f[0], f[1] = -q[0]/(r*r*r), -q[1]/(r*r*r)
		},
	}
	// A kinetic energy that is not quadratic: H = sqrt(1 + p^2) + q^2/2 + q^4/4. Methods of
	// Nystroem's kind, for quadratic ones, would lose their order here.
	splitRelativistic = Split{
		Velocity: func(p, v []float64) { v[0] = p[0] / math.Sqrt(1+p[0]*p[0]) },
		Force:    func(q, f []float64) { f[0] = -q[0] - q[0]*q[0]*q[0] },
	}
)

func pendulumEnergy(x []float64) float64 { return x[1]*x[1] + 3*(1-math.Cos(x[0])) }

// rows makes a batch of a split field that has no batch form, counting the calls.
func rowsOf(s Split, n int, calls *int) BatchSplit {
	all := func(f func(x, y []float64)) func(x, y []float64, rows int) {
		return func(x, y []float64, rows int) {
			*calls++
			for r := range rows {
				f(x[r*n:(r+1)*n], y[r*n:(r+1)*n])
			}
		}
	}
	return BatchSplit{Velocity: all(s.Velocity), Force: all(s.Force)}
}

// The order of convergence of every method on each of the systems, against a solution of
// DOP853 at 1e-13.
func TestSplittingOrder(t *testing.T) {
	for _, c := range []struct {
		name  string
		split Split
		x0    []float64
		end   float64
		scale float64
	}{
		{"pendulum", splitPendulum, []float64{1.5, 0.3}, 3, 1},
		{"Kepler", splitKepler, []float64{0.8, 0, 0, 1.2}, 3, 0.7},
		{"relativistic", splitRelativistic, []float64{1, 1}, 3, 1},
	} {
		// The largest of many errors has no accidental zeros.
		times := linspace(0, c.end, 31)
		exact, _, err := SolveSplit(c.split, c.x0, times, nil, &Settings{Method: DOP853, RTol: 1e-13, ATol: 1e-14})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range splittings {
			// Steps at which the error is between rounding and the end of the asymptote.
			longest := map[int]float64{1: 0.01, 2: 0.05, 4: 0.1, 6: 0.12, 8: 0.14}[m.Order()] * c.scale
			if m == BlanesMoan4 {
				longest *= 2
			}
			var h, errs []float64
			for _, factor := range []float64{1, 0.8, 0.65, 0.5} {
				steps := math.Round(c.end / (longest * factor))
				got, stats, err := SolveSplit(c.split, c.x0, times, nil, &Settings{Method: m, Step: c.end / steps})
				if err != nil {
					t.Fatal(err)
				}
				if stats.Steps != int(steps) {
					t.Errorf("%v took %d steps, want %v", m, stats.Steps, steps)
				}
				h = append(h, c.end/steps)
				errs = append(errs, distance(got, exact))
			}
			if order := slope(h, errs); math.Abs(order-float64(m.Order())) > 0.35 {
				t.Errorf("%s, %v: measured order %.3f; errors %.3g", c.name, m, order, errs)
			}
		}
	}
}

// A batch takes the same bits as its rows alone, whose times differ.
func TestSplitBatch(t *testing.T) {
	x0 := []float64{1.5, 0.3, -1, 0.4, 0.1, 0}
	times := []float64{0, 0.33, 1, 1.05, 2}
	for _, m := range append([]Method{RK4, DormandPrince}, splittings...) {
		s := &Settings{Method: m, Step: 0.1}
		calls := 0
		r, err := SolveSplitBatch(rowsOf(splitPendulum, 1, &calls), x0, 3, times, nil, s)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			want, stats, err := SolveSplit(splitPendulum, x0[2*i:2*i+2], times, nil, s)
			if err != nil || distance(r.Row(i), want) != 0 || r.Stats[i] != stats {
				t.Errorf("%v: row %d is %v with %+v, alone %v with %+v, %v", m, i, r.Row(i), r.Stats[i], want, stats, err)
			}
		}
	}
}

// Outputs inside the steps have the method's order, and do not change where the steps go:
// the last state has the same bits with and without them.
func TestOutputsInsideSteps(t *testing.T) {
	x0 := []float64{1.5, 0.3}
	dense := linspace(0, 2, 38)
	exact, _, err := SolveSplit(splitPendulum, x0, dense, nil, &Settings{Method: DOP853, RTol: 1e-13, ATol: 1e-14})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range splittings {
		var h, errs []float64
		for _, step := range []float64{0.08, 0.0625, 0.05, 0.04} {
			if m.Order() == 1 {
				step /= 8
			}
			s := &Settings{Method: m, Step: step}
			got, _, err := SolveSplit(splitPendulum, x0, dense, nil, s)
			if err != nil {
				t.Fatal(err)
			}
			ends, _, err := SolveSplit(splitPendulum, x0, []float64{0, 2}, nil, s)
			if err != nil || distance(ends[2:], got[len(got)-2:]) != 0 {
				t.Errorf("%v: the end is %v, and %v with outputs before it (%v)", m, ends[2:], got[len(got)-2:], err)
			}
			h, errs = append(h, step), append(errs, distance(got, exact))
		}
		if errs[3] < 1e-13 {
			continue // rounding
		}
		if order := slope(h, errs); math.Abs(order-float64(m.Order())) > 0.3 {
			t.Errorf("%v: the outputs have the order %.3f; errors %.3g", m, order, errs)
		}
	}
}

// An evaluation of both parts a stage, and one more for the first force of all.
func TestSplittingEvaluations(t *testing.T) {
	for m, stages := range map[Method]int{SymplecticEuler: 1, Leapfrog: 1, Yoshida4: 3, Yoshida6: 7, Yoshida8: 15, BlanesMoan4: 6, BlanesMoan6: 10} {
		var forces, velocities int
		f := Split{
			Velocity: func(p, v []float64) { velocities++; splitPendulum.Velocity(p, v) },
			Force:    func(q, f []float64) { forces++; splitPendulum.Force(q, f) },
		}
		_, stats, err := SolveSplit(f, []float64{1, 0}, []float64{0, 1}, nil, &Settings{Method: m, Step: 0.1})
		if err != nil {
			t.Fatal(err)
		}
		first := 1
		if m == SymplecticEuler {
			first = 0
		}
		if stats.Steps != 10 || forces != 10*stages+first || velocities != 10*stages || stats.Evaluations != forces {
			t.Errorf("%v: %+v, %d forces and %d velocities in 10 steps", m, stats, forces, velocities)
		}
	}
}

func TestNeedsSplit(t *testing.T) {
	for _, m := range splittings {
		_, _, err := Solve(pendulum, []float64{1, 0}, []float64{0, 1}, nil, &Settings{Method: m, Step: 0.1})
		var needs *NeedsSplitError
		if !errors.As(err, &needs) || needs.Method != m || !strings.Contains(err.Error(), "rk45, dop853, rk4") {
			t.Errorf("%v on a field: %v", m, err)
		}
		_, err = SolveBatch(func(t []float64, x, dx []float64, rows int) {}, []float64{1, 0}, 1, []float64{0, 1}, nil, &Settings{Method: m, Step: 0.1})
		if !errors.As(err, &needs) {
			t.Errorf("%v on a batch field: %v", m, err)
		}
		if _, _, err := SolveSplit(splitPendulum, []float64{1, 0, 0}, []float64{0, 1}, nil, &Settings{Method: m, Step: 0.1}); err == nil {
			t.Errorf("%v takes a state of length 3", m)
		}
	}
}

// Steps and runs do not allocate, one state at a time or many, with outputs inside the steps.
func TestFixedStepsDoNotAllocate(t *testing.T) {
	times := linspace(0, 3, 8)
	x0, out := []float64{1.5, 0.3, 1, 0}, make([]float64, 4*len(times))
	calls, total := 0, 0
	batch, batchSplit := each(pendulum, &calls, &total), rowsOf(splitPendulum, 1, &calls)
	for m := range methods {
		m := Method(m)
		for _, s := range []Settings{{}, {Compensated: true}, {Reversible: m.Shears(), Grid: 0x1p-40}} {
			if m.Adaptive() {
				continue
			}
			s.Method, s.Step = m, 3./70
			solver, err := NewSolver(2, &s)
			if err != nil {
				t.Fatal(err)
			}
			solve := func() {
				if m.NeedsSplit() {
					_, _, err = solver.SolveSplit(splitPendulum, x0[:2], times, out[:2*len(times)])
				} else {
					_, _, err = solver.Solve(pendulum, x0[:2], times, out[:2*len(times)])
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			solveBatch := func() {
				if m.NeedsSplit() {
					_, err = solver.SolveSplitBatch(batchSplit, x0, 2, times, out)
				} else {
					_, err = solver.SolveBatch(batch, x0, 2, times, out)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			solveBatch() // makes room
			if n := testing.AllocsPerRun(3, solve) + testing.AllocsPerRun(3, solveBatch); n != 0 {
				t.Errorf("%v: %v allocations", m, n)
			}
		}
	}
}
