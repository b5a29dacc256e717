package graph

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"hnn/fit/unroll"
	"hnn/internal/kernel"
	"hnn/model"
)

// Trial is the states of one motion: N numbers each of every moment.
type Trial struct {
	T    []float64
	Q, P [][]float64
	// DQ and DP are time derivatives; DQ is not used where masses are known, and neither by [Model.Trajectories].
	DQ, DP [][]float64
}

// Options of a training. Zero takes the default.
type Options struct {
	Steps    int     // 2000
	Rate     float64 // of Adam at the start, 0.005; it falls to 0 as half a cosine
	Batch    int     // states or starts a step, 8
	Seed     uint64  // of the batches
	Rows     int     // rows that a trajectory goes on for, 1
	Substeps int     // of leapfrog between two rows, 4
	// Progress, unless nil, is called with the step and the loss of its batch.
	Progress func(step int, loss float64)
}

func (o *Options) complete() {
	whole := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	whole(&o.Steps, 2000)
	whole(&o.Batch, 8)
	whole(&o.Rows, 1)
	whole(&o.Substeps, 4)
	if o.Rate == 0 {
		o.Rate = 0.005
	}
}

// Report says what a training came to: root mean squares relative to those of what was to be explained, of the rows that were held out,
// every fifth.
type Report struct{ Held float64 }

// A DivergedError says at which step the loss was no number.
type DivergedError struct{ Step int }

func (e *DivergedError) Error() string {
	return fmt.Sprintf("the training ran away at step %d: give a lower learning rate", e.Step)
}

// loss of some samples, as a mean over them; with a gradient it adds that by the parameters to it.
type loss struct {
	samples int
	of      func(samples []int, grad []float64) (float64, error)
}

// Derivatives trains on the time derivatives of the states.
func (m *Model) Derivatives(ctx context.Context, trials []Trial, o Options) (*Report, error) {
	o.complete()
	l, err := m.derivatives(trials, &o)
	if err != nil {
		return nil, err
	}
	return m.train(ctx, l, &o)
}

// Trajectories trains on states alone: from a row the system goes by leapfrog to the next ones, and the loss is how far it is from them.
// The gradient is that of the steps themselves (fit/unroll).
func (m *Model) Trajectories(ctx context.Context, trials []Trial, o Options) (*Report, error) {
	o.complete()
	l, err := m.trajectories(trials, &o)
	if err != nil {
		return nil, err
	}
	return m.train(ctx, l, &o)
}

func (m *Model) derivatives(trials []Trial, o *Options) (*loss, error) {
	type at struct{ trial, row int }
	var rows []at
	var dq, dp square
	for k, t := range trials {
		for r := range t.Q {
			rows = append(rows, at{k, r})
			dp.take(t.DP[r])
			if m.Mass == nil {
				dq.take(t.DQ[r])
			}
		}
	}
	wq, wp := 0.0, 1/dp.mean()
	if m.Mass == nil {
		wq = 1 / dq.mean()
	}
	if math.IsInf(wp, 0) || math.IsInf(wq, 0) || math.IsNaN(wp+wq) {
		return nil, errors.New("nothing moves in the rows: there is no law to be learned from them")
	}
	n := m.N
	pass := m.newPass()
	x, y, bar := make([]float64, o.Batch*n), make([]float64, o.Batch*n), make([]float64, o.Batch*n)
	half := func(samples []int, grad []float64, of func(at) (half, rate []float64), weight float64, value func(half, d []float64, rows int), adjoint func(dbar, grad, halfbar []float64)) float64 {
		b := len(samples)
		for i, s := range samples {
			h, _ := of(rows[s])
			copy(x[i*n:], h)
		}
		value(x[:b*n], y[:b*n], b)
		sum, w := 0.0, weight/float64(b*n)
		for i, s := range samples {
			_, rate := of(rows[s])
			for j, v := range rate {
				d := y[i*n+j] - v
				sum += w * d * d
				bar[i*n+j] = 2 * w * d
			}
		}
		if grad != nil {
			adjoint(bar[:b*n], grad, x[:b*n])
		}
		return sum
	}
	return &loss{len(rows), func(samples []int, grad []float64) (float64, error) {
		sum := half(samples, grad, func(a at) ([]float64, []float64) { return trials[a.trial].Q[a.row], trials[a.trial].DP[a.row] }, wp, pass.Force, pass.ForceAdjoint)
		if m.Mass == nil {
			sum += half(samples, grad, func(a at) ([]float64, []float64) { return trials[a.trial].P[a.row], trials[a.trial].DQ[a.row] }, wq, pass.Velocity, pass.VelocityAdjoint)
		}
		return sum, nil
	}}, nil
}

// square is a mean of squares.
type square struct {
	sum float64
	n   int
}

func (s *square) take(x []float64) {
	for _, v := range x {
		s.sum += v * v
	}
	s.n += len(x)
}

func (s *square) mean() float64 { return s.sum / float64(s.n) }

func (m *Model) trajectories(trials []Trial, o *Options) (*loss, error) {
	type at struct{ trial, row int }
	var starts []at
	var moved, kicked square // from a row to the next: what no force explains is left out where masses are known
	n := m.N
	d := make([]float64, n)
	for k, t := range trials {
		for r := 0; r+1 < len(t.Q); r++ {
			h := t.T[r+1] - t.T[r]
			if !(h > 0) {
				return nil, errors.New("the times of the rows do not rise")
			}
			if r+o.Rows < len(t.Q) {
				starts = append(starts, at{k, r})
			}
			for i := range d {
				d[i] = t.Q[r+1][i] - t.Q[r][i]
				if m.Mass != nil {
					d[i] -= h * t.P[r][i] / m.Mass[i]
				}
			}
			moved.take(d)
			for i := range d {
				d[i] = t.P[r+1][i] - t.P[r][i]
			}
			kicked.take(d)
		}
	}
	if len(starts) == 0 {
		return nil, fmt.Errorf("no trial has %d rows, from the first of which the others could be reached", o.Rows+1)
	}
	weight := [2]float64{1 / moved.mean(), 1 / kicked.mean()}
	if math.IsInf(weight[0], 0) || math.IsInf(weight[1], 0) {
		return nil, errors.New("nothing moves in the rows: there is no law to be learned from them")
	}
	steps := o.Rows * o.Substeps
	// Leapfrog needs no force of one pass while another is held: forward and back of a batch share it.
	roll, err := unroll.New(unroll.Leapfrog, 2*n, o.Batch, steps, []*model.Pass[float64]{m.newPass()}...)
	if err != nil {
		return nil, err
	}
	x, h, active := make([]float64, o.Batch*2*n), make([]float64, steps*o.Batch), make([]int, steps)
	bar := make([]float64, (steps+1)*o.Batch*2*n)
	return &loss{len(starts), func(samples []int, grad []float64) (float64, error) {
		b := len(samples)
		for i, s := range samples {
			t, row := &trials[starts[s].trial], starts[s].row
			copy(x[2*i*n:], t.Q[row])
			copy(x[2*i*n+n:], t.P[row])
			for k := range steps {
				h[k*b+i] = (t.T[row+k/o.Substeps+1] - t.T[row+k/o.Substeps]) / float64(o.Substeps)
				active[k] = b
			}
		}
		states, err := roll.Forward(x[:b*2*n], b, h[:steps*b], active)
		if err != nil {
			return 0, err
		}
		sum := 0.0
		clear(bar)
		for r := 1; r <= o.Rows; r++ {
			lo := r * o.Substeps * b * 2 * n
			for i, s := range samples {
				t, row := &trials[starts[s].trial], starts[s].row
				for c, want := range [2][]float64{t.Q[row+r], t.P[row+r]} {
					w := weight[c] / float64(2*o.Rows*b*n)
					at := lo + (2*i+c)*n
					for j, v := range want {
						d := states[at+j] - v
						sum += w * d * d
						bar[at+j] = 2 * w * d
					}
				}
			}
		}
		if grad != nil {
			err = roll.Backward(bar[:(steps+1)*b*2*n], grad)
		}
		return sum, err
	}}, nil
}

// train lowers a loss by Adam (Kingma and Ba 2015).
func (m *Model) train(ctx context.Context, l *loss, o *Options) (*Report, error) {
	var fit, held []int
	for i := range l.samples {
		if i%5 == 4 {
			held = append(held, i)
		} else {
			fit = append(fit, i)
		}
	}
	if held == nil {
		held = fit
	}
	rng := rand.New(rand.NewPCG(o.Seed, 2))
	grad, first, second := make([]float64, len(m.Params)), make([]float64, len(m.Params)), make([]float64, len(m.Params))
	at, batch := len(fit), min(o.Batch, len(fit))
	for step := 1; step <= o.Steps; step++ {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if at+batch > len(fit) {
			rng.Shuffle(len(fit), func(i, j int) { fit[i], fit[j] = fit[j], fit[i] })
			at = 0
		}
		clear(grad)
		v, err := l.of(fit[at:at+batch], grad)
		at += batch
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || !kernel.AllFinite(grad) {
			return nil, &DivergedError{step}
		}
		t := float64(step)
		rate := o.Rate * (1 + math.Cos(math.Pi*(t-1)/float64(o.Steps))) / 2
		kernel.Adam(m.Params, grad, first, second, &kernel.AdamStep{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8,
			Rate: rate / (1 - math.Pow(0.9, t)), Correction: 1 / math.Sqrt(1-math.Pow(0.999, t))})
		for _, f := range m.slopes() {
			f.net.Refresh()
		}
		if o.Progress != nil {
			o.Progress(step, v)
		}
	}
	sum := 0.0
	for lo := 0; lo < len(held); lo += o.Batch {
		part := held[lo:min(lo+o.Batch, len(held))]
		v, err := l.of(part, nil)
		if err != nil || math.IsNaN(v) {
			return nil, &DivergedError{o.Steps}
		}
		sum += v * float64(len(part)) / float64(len(held))
	}
	return &Report{math.Sqrt(sum)}, nil
}
