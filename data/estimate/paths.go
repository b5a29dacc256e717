package estimate

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"hnn/data"
)

// Path is one trial, or a piece of one without gaps, on equal steps: positions and their time derivatives (rows x
// N each, row-major) and inputs (rows x inputs, nil for none). V is nil where nobody asked for it.
type Path struct{ Q, V, U []float64 }

// Rows is the number of samples of n positions.
func (p *Path) Rows(n int) int { return len(p.Q) / n }

// Paths is a set as paths on equal steps, and what smoothing found.
type Paths struct {
	N      int     // positions
	Step   float64 // time between two samples
	Trials []Path
	Of     []int // the trial of the set that each is a piece of
	// Noise are the standard deviations of the noise of positions and RateNoise of measured velocities.
	Noise, RateNoise []float64
	Smoothed         bool // Q, and V where it is measured, are smoothed
	// Dropped says that measured velocities are not the positions' derivatives (filtered, of another scale or late)
	// and were not used.
	Dropped bool
	// Spread is the standard deviation of each position (of an angle at most that of all angles alike), Speeds
	// the root mean square of each velocity, Turn the least time of a typical turn, 2 pi Spread / Speeds.
	Spread, Speeds []float64
	Turn           float64
	// Within is the time of rollouts of held-out paths at most, 0 for two turns: see PathOptions.
	Within float64
}

// PathOptions says what a state is.
type PathOptions struct {
	// Velocities says that the second half of a state is the time derivative of the first.
	Velocities bool
	// Rates asks for time derivatives where they are not measured.
	Rates bool
	// Angles marks the positions that are angles, nil for none. They are continuous.
	Angles []bool
	// Within is the time of rollouts at most by which models of the paths are compared, 0 for no bound: errors grow fast where
	// a controller holds what is unstable.
	Within float64

	dropped bool
}

// filtered is how many times the noise of positions beside velocities is that of positions alone where the velocities
// were filtered.
const filtered = 3

// positionsOf is a set without its velocities.
func positionsOf(s *data.Set) *data.Set {
	n := s.Dim / 2
	out := *s
	out.Dim, out.PositionsOnly, out.DX, out.Clean = n, true, nil, nil
	out.X = make([]float64, 0, s.Rows()*n)
	for r := range s.Rows() {
		out.X = append(out.X, s.X[r*s.Dim:r*s.Dim+n]...)
	}
	if s.Names != nil {
		out.Names = s.Names[:n]
	}
	return &out
}

// exactNoise is how much noise, relative to a position's spread, is taken for none: what is left of seven
// printed digits.
const exactNoise = 1e-6

// NewPaths reads a set as paths on equal steps, smoothed by the model of each coordinate's motion where there is
// noise, where steps differ or where rates are asked for and were not measured. It is an error if a coordinate does
// not move or no trial has nine rows.
func NewPaths(s *data.Set, o PathOptions) (*Paths, error) {
	if err := s.Lengths(); err != nil {
		return nil, err
	}
	n := s.Dim
	if o.Velocities {
		if n /= 2; s.Dim != 2*n {
			return nil, fmt.Errorf("estimate: states of length %d; a state is positions and as many velocities", s.Dim)
		}
	}
	if o.Angles != nil && len(o.Angles) != n {
		return nil, fmt.Errorf("estimate: %d marks of angles for %d positions", len(o.Angles), n)
	}
	p := &Paths{N: n, Within: o.Within, Noise: make([]float64, n), RateNoise: make([]float64, n)}
	if p.Step = s.MedianStep(); p.Step == 0 {
		return nil, errors.New("estimate: no trial has two rows")
	}
	even := true
	for _, h := range s.Steps() {
		even = even && math.Abs(h/p.Step-1) < 1e-5
	}
	motions := make([]*Motion, n)
	exact := even && (o.Velocities || !o.Rates)
	for i := range n {
		var tracks []Track
		for k := range s.Trials() {
			if tr := trackOf(s, k, i, o.Velocities); len(tr.T) > 8 {
				tracks = append(tracks, tr)
			}
		}
		m, err := FitMotion(tracks, 0)
		if err != nil {
			return nil, fmt.Errorf("column %d: %w", i+1, err)
		}
		if o.Velocities && m.PositionNoise > exactNoise*columnSpread(s, i, o.Angles) {
			alone := make([]Track, len(tracks))
			for k, t := range tracks {
				alone[k] = Track{T: t.T, Q: t.Q}
			}
			a, err := FitMotion(alone, motionOrders[0]) // the order that positions with noise have
			if err == nil && m.PositionNoise > filtered*a.PositionNoise {
				p.Dropped = true
			}
		}
		motions[i] = m
		p.Spread = append(p.Spread, columnSpread(s, i, o.Angles))
		p.Noise[i], p.RateNoise[i] = m.PositionNoise, m.VelocityNoise
		exact = exact && m.PositionNoise < exactNoise*p.Spread[i]
	}
	if p.Dropped {
		return NewPaths(positionsOf(s), PathOptions{Rates: true, Angles: o.Angles, Within: o.Within, dropped: true})
	}
	p.Dropped = o.dropped
	p.Smoothed = !exact
	var speed, count float64
	p.Speeds = make([]float64, n)
	for k := range s.Trials() {
		t, x, _ := s.Trial(k)
		if len(t) < 9 {
			continue
		}
		if !exact {
			p.addSmoothed(s, k, motions, o)
			continue
		}
		one := Path{U: s.InputRows(s.Offsets[k], s.Offsets[k+1])}
		for r := range t {
			one.Q = append(one.Q, x[r*s.Dim:r*s.Dim+n]...)
			if o.Velocities {
				one.V = append(one.V, x[r*s.Dim+n:(r+1)*s.Dim]...)
			}
		}
		p.add(one, k)
	}
	if len(p.Trials) == 0 {
		return nil, errors.New("estimate: no trial has nine rows without a gap")
	}
	p.Turn = math.Inf(1)
	for i := range n {
		speed, count = 0, 0
		for _, t := range p.Trials {
			for r := i; r < len(t.Q); r += n {
				v := 0.0
				switch {
				case t.V != nil:
					v = t.V[r]
				case r+n < len(t.Q):
					v = (t.Q[r+n] - t.Q[r]) / p.Step
				}
				speed += float64(v * v)
				count++
			}
		}
		p.Speeds[i] = math.Sqrt(speed / count)
		if !(p.Speeds[i] > 0) {
			return nil, fmt.Errorf("estimate: column %d does not change", i+1)
		}
		p.Turn = math.Min(p.Turn, 2*math.Pi*p.Spread[i]/p.moving(i))
	}
	return p, nil
}

// moving is the speed of a position while it moves: that of all rows or, where a fifth of them rest, as of what sticks, of the
// others, so that windows are not made as long as the rests.
func (p *Paths) moving(i int) float64 {
	const still, many = 0.02, 0.2
	var square, count, all float64
	for _, t := range p.Trials {
		for r := i; r < len(t.V); r += p.N {
			all++
			if v := t.V[r]; math.Abs(v) > still*p.Speeds[i] {
				square += float64(v * v)
				count++
			}
		}
	}
	if all == 0 || all-count < many*all {
		return p.Speeds[i]
	}
	return math.Sqrt(square / count)
}

func (p *Paths) add(t Path, of int) {
	p.Trials = append(p.Trials, t)
	p.Of = append(p.Of, of)
}

// trackOf is position i, and its velocity where these are measured, of trial k.
func trackOf(s *data.Set, k, i int, velocities bool) Track {
	t, x, _ := s.Trial(k)
	tr := Track{T: t}
	for r := range t {
		tr.Q = append(tr.Q, x[r*s.Dim+i])
		if velocities {
			tr.V = append(tr.V, x[r*s.Dim+s.Dim/2+i])
		}
	}
	return tr
}

// mostGap is the longest step, in median ones, over which a path is carried on.
const mostGap = 4

// addSmoothed adds the pieces of a trial between its gaps, at equal steps.
func (p *Paths) addSmoothed(s *data.Set, k int, motions []*Motion, o PathOptions) {
	t, _, _ := s.Trial(k)
	n := p.N
	signal := s.InputSignal(k)
	from := 0
	for r := 1; r <= len(t); r++ {
		if r < len(t) && t[r]-t[r-1] <= mostGap*p.Step {
			continue
		}
		lo, hi := from, r
		from = r
		if hi-lo < 9 {
			continue
		}
		// The grid's times and the samples' together, the former without samples.
		count := int(math.Floor((t[hi-1]-t[lo])/p.Step*(1+1e-9))) + 1
		grid := make([]float64, count)
		for g := range grid {
			grid[g] = t[lo] + float64(float64(g)*p.Step)
		}
		times, at := merge(t[lo:hi], grid, 1e-6*p.Step)
		one := Path{Q: make([]float64, count*n), V: make([]float64, count*n)}
		for i := range n {
			full := trackOf(s, k, i, o.Velocities)
			tr := Track{T: times, Q: make([]float64, len(times))}
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

// columnSpread is the standard deviation of position i, of an angle at most that of all angles alike.
func columnSpread(s *data.Set, i int, angles []bool) float64 {
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

// Cut makes at least so many paths of few, so that some can be held out.
func (p *Paths) Cut(least int) {
	if len(p.Trials) >= least {
		return
	}
	pieces := (least + len(p.Trials) - 1) / len(p.Trials)
	var trials []Path
	var of []int
	for i, t := range p.Trials {
		rows := t.Rows(p.N)
		for c := range pieces {
			lo, hi := c*rows/pieces, (c+1)*rows/pieces
			cut := func(v []float64) []float64 {
				if v == nil {
					return nil
				}
				m := len(v) / rows
				return v[lo*m : hi*m]
			}
			trials = append(trials, Path{Q: cut(t.Q), V: cut(t.V), U: cut(t.U)})
			of = append(of, p.Of[i])
		}
	}
	p.Trials, p.Of = trials, of
}

// Half is the half-width of a test function, in steps, that is one part-th of a typical turn: at least 6 and, above that, at
// most what the longest path holds.
func (p *Paths) Half(part float64) int {
	return max(min(int(math.Round(p.Turn/part/p.Step)), (p.longest()-1)/2), 6)
}

// longest is how many rows the longest path has.
func (p *Paths) longest() int {
	longest := 0
	for i := range p.Trials {
		longest = max(longest, p.Trials[i].Rows(p.N))
	}
	return longest
}

// Halves returns the half-widths of windows that are tried, in steps, increasing. Where the longest path is shorter than a
// quarter of a turn, as of a rotor that drifts, windows of which a path holds several are tried too.
func (p *Paths) Halves() []int {
	if longest := p.longest(); p.Half(8) == max((longest-1)/2, 6) {
		return slices.Compact([]int{max(longest/12, 6), max(longest/6, 6), max(longest/4, 6), p.Half(8)})
	}
	return slices.Compact([]int{p.Half(8), p.Half(5), p.Half(2.5)})
}
