package shoot

import "math"

// sensitivity carries a state and its derivatives by the first state and by the parameters through the classical
// Runge-Kutta method.
type sensitivity struct {
	s        *System
	field    func(x, u, dx, byX, byP []float64) bool
	columns  int // 0 for the state alone
	byX, byP []float64
	k, y     []float64
}

func newSensitivity(s *System, columns int) *sensitivity {
	d := s.Dim
	out := &sensitivity{s: s, field: s.Rate, columns: columns, k: make([]float64, 4*d*(1+columns)), y: make([]float64, d*(1+columns))}
	if columns > 0 {
		out.byX, out.byP = make([]float64, d*d), make([]float64, d*len(s.Parameters))
	}
	return out
}

// step advances x, the state and then its columns, each Dim numbers, by h.
func (s *sensitivity) step(h float64, input func(at float64) []float64, x []float64) {
	size := len(x)
	k1, k2, k3, k4 := s.k[:size], s.k[size:2*size], s.k[2*size:3*size], s.k[3*size:4*size]
	s.rate(x, input(0), k1)
	for i := range x {
		s.y[i] = x[i] + h/2*k1[i]
	}
	middle := input(0.5)
	s.rate(s.y, middle, k2)
	for i := range x {
		s.y[i] = x[i] + h/2*k2[i]
	}
	s.rate(s.y, middle, k3)
	for i := range x {
		s.y[i] = x[i] + h*k3[i]
	}
	s.rate(s.y, input(1), k4)
	for i := range x {
		x[i] += h / 6 * (k1[i] + 2*k2[i] + 2*k3[i] + k4[i])
	}
}

// rate writes the derivative of the state and of its columns.
func (s *sensitivity) rate(x, u, dx []float64) {
	d := s.s.Dim
	if s.columns == 0 {
		s.field(x, u, dx, nil, nil)
		return
	}
	if !s.field(x[:d], u, dx[:d], s.byX, s.byP) {
		for i := range dx {
			dx[i] = math.NaN()
		}
		return
	}
	for c := range s.columns {
		in, out := x[d+c*d:d+(c+1)*d], dx[d+c*d:d+(c+1)*d]
		for i := range d {
			sum := 0.0
			for j, v := range in {
				sum += s.byX[i*d+j] * v
			}
			out[i] = sum
		}
		if c >= d {
			for i, v := range s.byP[(c-d)*d : (c-d+1)*d] {
				out[i] += v
			}
		}
	}
}

// Roll integrates from x0 (Dim) and writes the states of len(x)/Dim samples to x, row-major. Samples are step apart,
// with so many Runge-Kutta steps between them; inputs (samples x Inputs, nil for none) are lines between samples.
// What is not finite stays so.
func (s *System) Roll(x0, u []float64, step float64, steps int, x []float64) {
	d, m := s.Dim, s.Inputs
	if len(x0) != d || len(x)%d != 0 || len(u) != 0 && m == 0 || m > 0 && len(u) < len(x)/d*m {
		panic("shoot: a first state, states or inputs of another length than the system's")
	}
	run := newSensitivity(s, 0)
	now := append([]float64(nil), x0...)
	in := make([]float64, m)
	copy(x, now)
	for r := 1; r < len(x)/d; r++ {
		for k := range steps {
			run.step(step/float64(steps), func(at float64) []float64 {
				part := (float64(k) + at) / float64(steps)
				for j := range in {
					in[j] = u[(r-1)*m+j] + part*(u[r*m+j]-u[(r-1)*m+j])
				}
				return in
			}, now)
		}
		copy(x[r*d:], now)
	}
}

// RollTrial integrates from x0 (Dim) over the times of a trial, under its inputs, in Runge-Kutta steps of at most
// step. It writes the states of len(x)/Dim rows to x, row-major. What is not finite stays so.
func (s *System) RollTrial(x0 []float64, t Trial, step float64, x []float64) {
	d := s.Dim
	if len(x0) != d || len(x)%d != 0 || len(x)/d > len(t.T) {
		panic("shoot: a first state of another length than the system's, or other states than the trial has times")
	}
	run := newSensitivity(s, 0)
	now := append([]float64(nil), x0...)
	copy(x, now)
	in := make([]float64, s.Inputs)
	for r := 1; r < len(x)/d; r++ {
		t.advance(run, r-1, step, in, now)
		copy(x[r*d:], now)
	}
}

// inputs are those at a row.
func (t *Trial) inputs(r int, in []float64) {
	switch {
	case t.U == nil:
	case len(t.U.T) != len(t.T):
		t.U.At(t.T[r], in)
	default:
		copy(in, t.U.U[r*len(in):(r+1)*len(in)])
	}
}

// advance carries x from row r of a trial to the next in steps of at most step.
func (t *Trial) advance(run *sensitivity, r int, step float64, in, x []float64) {
	own := t.U != nil && len(t.U.T) != len(t.T)
	h := t.T[r+1] - t.T[r]
	parts := max(1, int(math.Ceil(h/step-1e-6)))
	for q := range parts {
		run.step(h/float64(parts), func(at float64) []float64 {
			now := t.T[r] + h*(float64(q)+at)/float64(parts)
			switch {
			case own:
				t.U.At(now, in)
			case t.U != nil:
				t.U.Within(r+1, now, in)
			}
			return in
		}, x)
	}
}

// RollError rolls each path (rows x Dim) from its first state under its inputs us[i] (rows x Inputs, nil for none),
// steps steps between rows. It returns for each path the root mean square error relative to the components' spreads
// (Dim); ten spreads is the most that an error counts.
func (s *System) RollError(starts, us [][]float64, spread []float64, step float64, steps int) []float64 {
	if len(spread) != s.Dim || us != nil && len(us) != len(starts) {
		panic("shoot: spreads of another number of components than a state has, or inputs of other paths")
	}
	var out []float64
	for i, want := range starts {
		x := make([]float64, len(want))
		var u []float64
		if us != nil {
			u = us[i]
		}
		s.Roll(want[:s.Dim], u, step, steps, x)
		sum := 0.0
		for j, v := range x {
			e := (v - want[j]) / spread[j%s.Dim]
			if math.IsNaN(e) || math.Abs(e) > 10 {
				e = 10
			}
			sum += e * e / float64(len(x))
		}
		out = append(out, math.Sqrt(sum))
	}
	return out
}
