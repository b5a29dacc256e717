package estimate

import (
	"math"
	"slices"

	"hnn/data"
)

// Lag is how much later than its position a column of velocities shows the velocity, in the unit of time: Delay within a
// standard error. Filtered says that a filter of the first order, of that time constant, explains the column better than a delay.
type Lag struct {
	Delay, Error float64
	Filtered     bool
	// Gained is the squared residual with the lag, as a share of that without.
	Gained float64
}

const (
	// mostLate is how many rows late, or early, a column is looked for, and mostConstant how many rows a filter may take.
	mostLate, mostConstant = 10, 30
	// clearer is twice the logarithm of the likelihoods' ratio from which on a filter is no delay.
	clearer = 10
)

// Lags compares the velocities of a set, the second half of its states, with the time derivatives of its smoothed positions at other
// times: one lag for each, with a gain and an offset of its own. It is nil where a column shows no velocity at any lag.
func Lags(s *data.Set) []Lag {
	var out []Lag
	for i := range s.Dim / 2 {
		var tracks, alone []Track
		for k := range s.Trials() {
			if t := trackOf(s, k, i, true); len(t.T) > 2*mostLate+8 {
				tracks, alone = append(tracks, t), append(alone, Track{T: t.T, Q: t.Q})
			}
		}
		m, err := FitMotion(alone, 0)
		if err != nil {
			return nil
		}
		l := &lagged{step: s.MedianStep()}
		for k, t := range alone {
			path := m.Smooth(t)
			if path == nil {
				return nil
			}
			l.trials = append(l.trials, curve{t.T, path.V, path.A, tracks[k].V})
		}
		one, ok := l.lag()
		if !ok {
			return nil
		}
		out = append(out, one)
	}
	return out
}

// curve is a velocity with its slopes, and what a column shows of it.
type curve struct{ t, v, a, shown []float64 }

// at is the velocity at a time between rows r-1 and r, a cubic with the slopes of both.
func (c *curve) at(r int, time float64) float64 {
	h := c.t[r] - c.t[r-1]
	s := (time - c.t[r-1]) / h
	return (1+2*s)*(1-s)*(1-s)*c.v[r-1] + s*(1-s)*(1-s)*h*c.a[r-1] + s*s*(3-2*s)*c.v[r] - s*s*(1-s)*h*c.a[r]
}

// late are the velocities so much before each row, NaN where that is outside the trial.
func (c *curve) late(by float64) []float64 {
	out := make([]float64, len(c.t))
	r := 1
	for i, t := range c.t {
		for r < len(c.t)-1 && c.t[r] < t-by {
			r++
		}
		if out[i] = math.NaN(); t-by >= c.t[0] && t-by <= c.t[len(c.t)-1] {
			out[i] = c.at(r, t-by)
		}
	}
	return out
}

// filtered are the velocities behind a filter of the first order, which had settled at the first; NaN so long as that matters.
func (c *curve) filtered(constant float64) []float64 {
	out := slices.Clone(c.v)
	for r := 1; r < len(out); r++ {
		// Exact where the velocity is a line between rows.
		h := (c.t[r] - c.t[r-1]) / constant
		slope, decay := (c.v[r]-c.v[r-1])/h, math.Exp(-h)
		out[r] = c.v[r] - slope + (out[r-1]-c.v[r-1]+slope)*decay
	}
	for r, t := range c.t {
		if t-c.t[0] < 5*constant {
			out[r] = math.NaN()
		}
	}
	return out
}

type lagged struct {
	trials []curve
	step   float64
}

// left is the mean squared residual of what is shown beside a line through what a function makes of the velocities, over the
// rows that are within the trial at every delay and later than settled; with how many those are and their sensor.
func (l *lagged) left(of func(c *curve) []float64, settled float64) (square float64, rows int, s Sensor, ok bool) {
	var rate, shown []float64
	for i := range l.trials {
		c := &l.trials[i]
		for r, v := range of(c) {
			if !math.IsNaN(v) && r >= mostLate+2 && r < len(c.t)-mostLate-2 && c.t[r]-c.t[0] >= settled {
				rate, shown = append(rate, v), append(shown, c.shown[r])
			}
		}
	}
	if len(rate) < 4*mostLate {
		return math.Inf(1), 0, s, false
	}
	s, ok = sensor(rate, shown)
	for r, v := range rate {
		d := shown[r] - s.Gain*v - s.Offset
		square += d * d / float64(len(rate))
	}
	return square, len(rate), s, ok
}

// lag is the delay, or the filter, that leaves least; false where neither shows the velocity.
func (l *lagged) lag() (Lag, bool) {
	late := func(by float64) func(c *curve) []float64 {
		return func(c *curve) []float64 { return c.late(by) }
	}
	cost := func(of func(c *curve) []float64, settled float64) float64 {
		square, _, _, _ := l.left(of, settled)
		return square
	}
	var grid []float64
	for k := -mostLate; k <= mostLate; k++ {
		grid = append(grid, float64(k)*l.step)
	}
	delay := least(grid, func(by float64) float64 { return cost(late(by), 0) })
	square, rows, s, shown := l.left(late(delay), 0)
	out := Lag{Delay: delay, Gained: square / cost(late(0), 0)}
	// The delay's column is the acceleration beside the velocity.
	var va, vv, aa, n float64
	for _, c := range l.trials {
		for r := range c.t {
			va, vv, aa, n = va+c.v[r]*c.a[r], vv+c.v[r]*c.v[r], aa+c.a[r]*c.a[r], n+1
		}
	}
	out.Error = math.Sqrt(square * correlated / (float64(rows) * s.Gain * s.Gain * (aa - va*va/vv) / n))
	grid = grid[:0]
	for c := 0.1 * l.step; c < mostConstant*l.step; c *= 1.3 {
		grid = append(grid, c)
	}
	through := func(constant float64) func(c *curve) []float64 {
		return func(c *curve) []float64 { return c.filtered(constant) }
	}
	constant := least(grid, func(c float64) float64 { return cost(through(c), 5*c) })
	behind, rows, _, ok := l.left(through(constant), 5*constant)
	if beside := cost(late(delay), 5*constant); ok && float64(rows)/correlated*math.Log(beside/behind) > clearer {
		return Lag{Delay: constant, Error: out.Error, Filtered: true, Gained: behind / cost(late(0), 5*constant)}, true
	}
	return out, shown
}

// least is where a function is least: on a grid, then between its neighbours by golden section.
func least(grid []float64, f func(float64) float64) float64 {
	best, value := 0, math.Inf(1)
	for i, x := range grid {
		if v := f(x); v < value {
			best, value = i, v
		}
	}
	lo, hi := grid[max(best-1, 0)], grid[min(best+1, len(grid)-1)]
	const golden = 0.6180339887498949
	for range 25 {
		a, b := hi-golden*(hi-lo), lo+golden*(hi-lo)
		if f(a) < f(b) {
			hi = b
		} else {
			lo = a
		}
	}
	return (lo + hi) / 2
}

// Late reports whether there is a lag: more than so many standard errors, and of weight in what is left.
func (l Lag) Late(errors float64) bool {
	const matters = 0.97
	return math.Abs(l.Delay) > errors*l.Error && l.Gained < matters
}
