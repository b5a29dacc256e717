package lagrange

import (
	"fmt"
	"math"
	"slices"

	"hnn/data"
	"hnn/data/estimate"
)

// prepared is a set as paths on equal steps, and what smoothing found.
type prepared struct {
	n      int
	step   float64
	trials []Trial
	of     []int // the trial of the set that each is a piece of
	// noise are the standard deviations of positions and, where they were measured, velocities.
	noise, rateNoise []float64
	smoothed         bool
	turn             float64 // the time of a typical turn
	speeds           []float64
}

// exactNoise is how much noise, relative to a position's spread, is taken for none: what is left of seven
// printed digits.
const exactNoise = 1e-6

// prepare reads a set of (q, v), or of positions only, as paths on equal steps, smoothed where there is noise
// or there are no velocities. Angles are continuous.
func prepare(s *data.Set, angles []bool) (*prepared, error) {
	n := s.Dim / 2
	if s.PositionsOnly {
		n = s.Dim
	}
	if n < 1 || !s.PositionsOnly && s.Dim != 2*n {
		return nil, fmt.Errorf("lagrange: states of length %d; a state is positions and as many velocities", s.Dim)
	}
	p := &prepared{n: n, noise: make([]float64, n), rateNoise: make([]float64, n)}
	var steps []float64
	for i := range s.Trials() {
		t, _, _ := s.Trial(i)
		for k := 1; k < len(t); k++ {
			steps = append(steps, t[k]-t[k-1])
		}
	}
	if len(steps) == 0 {
		return nil, errUndetermined
	}
	slices.Sort(steps)
	p.step = steps[len(steps)/2]
	even := true
	for _, h := range steps {
		even = even && math.Abs(h/p.step-1) < 1e-5
	}
	motions := make([]*estimate.Motion, n)
	exact := even && !s.PositionsOnly
	for i := range n {
		var tracks []estimate.Track
		for k := range s.Trials() {
			if tr := track(s, k, i, n); len(tr.T) > 8 {
				tracks = append(tracks, tr)
			}
		}
		m, err := estimate.FitMotion(tracks, 0)
		if err != nil {
			return nil, fmt.Errorf("position %d: %w", i+1, err)
		}
		motions[i] = m
		spread := spreadOf(s, i, angles)
		p.noise[i], p.rateNoise[i] = m.PositionNoise, m.VelocityNoise
		exact = exact && m.PositionNoise < exactNoise*spread
	}
	p.smoothed = !exact
	for k := range s.Trials() {
		t, x, _ := s.Trial(k)
		if len(t) < 9 {
			continue
		}
		u := s.InputRows(s.Offsets[k], s.Offsets[k+1])
		if exact {
			one := Trial{U: u}
			for r := range t {
				one.Q = append(one.Q, x[r*2*n:r*2*n+n]...)
				one.V = append(one.V, x[r*2*n+n:(r+1)*2*n]...)
			}
			p.add(one, k)
			continue
		}
		p.addSmoothed(s, k, motions)
	}
	if len(p.trials) == 0 {
		return nil, errUndetermined
	}
	p.speeds = make([]float64, n)
	p.turn = math.Inf(1)
	for i := range n {
		var sum, count float64
		for _, t := range p.trials {
			for r := i; r < len(t.V); r += n {
				sum += t.V[r] * t.V[r]
				count++
			}
		}
		p.speeds[i] = math.Sqrt(sum / count)
		if !(p.speeds[i] > 0) {
			return nil, fmt.Errorf("lagrange: position %d does not move", i+1)
		}
		p.turn = math.Min(p.turn, 2*math.Pi*spreadOf(s, i, angles)/p.speeds[i])
	}
	return p, nil
}

func (p *prepared) add(t Trial, of int) {
	p.trials = append(p.trials, t)
	p.of = append(p.of, of)
}

// track is position i (and its velocity) of trial k.
func track(s *data.Set, k, i, n int) estimate.Track {
	t, x, _ := s.Trial(k)
	tr := estimate.Track{T: t}
	for r := range t {
		tr.Q = append(tr.Q, x[r*s.Dim+i])
		if !s.PositionsOnly {
			tr.V = append(tr.V, x[r*s.Dim+n+i])
		}
	}
	return tr
}

// mostGap is the longest step, in median ones, over which a path is carried on.
const mostGap = 4

// addSmoothed adds the pieces of a trial between its gaps, at equal steps.
func (p *prepared) addSmoothed(s *data.Set, k int, motions []*estimate.Motion) {
	t, _, _ := s.Trial(k)
	n := p.n
	signal := s.InputSignal(k)
	from := 0
	for r := 1; r <= len(t); r++ {
		if r < len(t) && t[r]-t[r-1] <= mostGap*p.step {
			continue
		}
		lo, hi := from, r
		from = r
		if hi-lo < 9 {
			continue
		}
		// The grid's times and the samples' together, the former without samples.
		count := int(math.Floor((t[hi-1]-t[lo])/p.step*(1+1e-9))) + 1
		grid := make([]float64, count)
		for g := range grid {
			grid[g] = t[lo] + float64(g)*p.step
		}
		times, at := merge(t[lo:hi], grid, 1e-6*p.step)
		one := Trial{Q: make([]float64, count*n), V: make([]float64, count*n)}
		for i := range n {
			full := track(s, k, i, n)
			tr := estimate.Track{T: times, Q: make([]float64, len(times))}
			if full.V != nil {
				tr.V = make([]float64, len(times))
			}
			for j := range times {
				tr.Q[j] = math.NaN()
				if tr.V != nil {
					tr.V[j] = math.NaN()
				}
			}
			for j, o := range at.samples {
				tr.Q[o] = full.Q[lo+j]
				if tr.V != nil {
					tr.V[o] = full.V[lo+j]
				}
			}
			path := motions[i].Smooth(tr)
			if path == nil {
				return
			}
			for g, o := range at.grid {
				one.Q[g*n+i], one.V[g*n+i] = path.Q[o], path.V[o]
			}
		}
		if signal != nil {
			m := signal.Inputs()
			one.U = make([]float64, count*m)
			for g := range grid {
				signal.At(grid[g], one.U[g*m:(g+1)*m])
			}
		}
		p.add(one, k)
	}
}

// places are where the samples and the grid stand in the merged times.
type places struct{ samples, grid []int }

// merge puts two increasing lists of times together; those closer than near are one.
func merge(a, b []float64, near float64) ([]float64, places) {
	var out []float64
	var at places
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && math.Abs(a[i]-b[j]) <= near:
			at.samples, at.grid = append(at.samples, len(out)), append(at.grid, len(out))
			out = append(out, a[i])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && a[i] < b[j]:
			at.samples = append(at.samples, len(out))
			out = append(out, a[i])
			i++
		default:
			at.grid = append(at.grid, len(out))
			out = append(out, b[j])
			j++
		}
	}
	return out, at
}

// spreadOf is the standard deviation of position i, of an angle at most that of all angles alike.
func spreadOf(s *data.Set, i int, angles []bool) float64 {
	var mean, square, count float64
	for r := i; r < len(s.X); r += s.Dim {
		mean += s.X[r]
		count++
	}
	mean /= count
	for r := i; r < len(s.X); r += s.Dim {
		square += (s.X[r] - mean) * (s.X[r] - mean) / count
	}
	spread := math.Sqrt(square)
	if i < len(angles) && angles[i] {
		spread = math.Min(spread, math.Pi/math.Sqrt(3))
	}
	return spread
}
