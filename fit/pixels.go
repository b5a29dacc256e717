package fit

import (
	"errors"
	"fmt"

	"hnn/data/frames"
	"hnn/fit/unroll"
	"hnn/internal/kernel"
	"hnn/internal/parallel"
	"hnn/model"
	"hnn/model/network"
	"hnn/nn"
)

// Observations are those of films: the windows are what a model learns from or is tested
// on.
type Observations struct {
	Set     *frames.Set
	Windows []frames.Window
}

// PixelLoss is what a model of pictures is trained with. Start from DefaultPixelLoss.
type PixelLoss struct {
	// Steps is the number of frames that the latent state is predicted ahead.
	Steps int `key:"latent-steps,omitempty" help:"frames that the latent state is predicted ahead in training"`
	// Integrator is the step from one frame to the next.
	Integrator FrameStep `key:"latent-integrator,omitempty" help:"step between frames in training"`
	// Mean, unless nil, is a frame that is subtracted from all frames, so that the model is
	// one of what differs from it; network.Network.AddMean turns it into one of the frames.
	Mean []float64
}

// DefaultPixelLoss is the authors'.
func DefaultPixelLoss() PixelLoss { return PixelLoss{Steps: 1, Integrator: Euler} }

// FrameStep is an integrator's step from one frame to the next.
type FrameStep string

// The steps.
const (
	Euler FrameStep = "euler"
	RK4   FrameStep = "rk4"
)

// Values lists the names that a step can have.
func (FrameStep) Values() []string { return []string{string(Euler), string(RK4)} }

var latentMethods = map[FrameStep]unroll.Method{Euler: unroll.Euler, RK4: unroll.RK4}

// MaxLatentSteps bounds PixelLoss.Steps: each step holds temporaries of its own.
const MaxLatentSteps = 32

// Validate reports what makes no sense.
func (l PixelLoss) Validate() error {
	if l.Steps < 1 || l.Steps > MaxLatentSteps {
		return fmt.Errorf("fit: a latent prediction over %d frames; give 1 to %d", l.Steps, MaxLatentSteps)
	}
	if _, ok := latentMethods[l.Integrator]; !ok {
		return fmt.Errorf("fit: no integrator %q between frames; the integrators are %v", l.Integrator, l.Integrator.Values())
	}
	return nil
}

// Films is the loss of a model of pictures: for an observation x, those
// that follow it x^1 to x^K, and their latent states z = (q, p) and z^k, time being counted
// in frames,
//
//	mean((x - decode z)^2) + mean((p - (q^1 - q))^2) + 0.1 mean over k of mean((z^k - step^k z)^2)
//
// with K = 1 and step z = z + f(z) in the authors' code (experiment-pixels/train.py). All
// its terms are differentiated by all that they depend on. Windows are of the length that
// Set.Windows gives for l.Steps; test may have none.
func Films[T nn.Float](train, test Observations, l PixelLoss) Loss[T] {
	return films[T]{train, test, l}
}

// latentWeight is that of the latent prediction.
const latentWeight = 0.1

// leftovers are the sums of the squares of what is left of some observations: of a picture,
// of p - (q^1 - q) and of the predictions.
type leftovers struct{ picture, velocity, predicted float64 }

// loss is the sum of these observations' losses, for pictures of so many pixels and states
// of so many components, predicted so many steps ahead.
func (l leftovers) loss(pixels, dim, steps int) float64 {
	return l.picture/float64(pixels) + l.velocity/float64(dim/2) + latentWeight*l.predicted/float64(dim*steps)
}

// slip is component j of p - (q^1 - q) of a state and the next.
func slip[T nn.Float](z, next []T, dim, j int) T { return z[dim/2+j] - (next[j] - z[j]) }

// FilmLosses returns the loss of [Films] of every observation, with K = 1 and steps of
// Euler's whatever the training's were, and its part of the picture. The windows are those
// followed by at least one frame. Zero workers means one for each of GOMAXPROCS; no result
// depends on their number.
func FilmLosses(m *model.Field, of Observations, workers int) (losses, pictures []float64) {
	losses, pictures = make([]float64, len(of.Windows)), make([]float64, len(of.Windows))
	if len(of.Windows) == 0 {
		return losses, pictures
	}
	g, d, plan := m.Pixels, m.Dim, parallel.NewPlan(len(of.Windows))
	px := g.Len()
	pool := parallel.NewPool(min(workers, plan.Blocks))
	defer pool.Close()
	tasks := make([]func(lo, hi int), pool.Workers())
	for i := range tasks {
		encode, decode, field := m.Encode(), m.Decode(), m.Many()
		n := plan.MaxBlock()
		x, shown := make([]float64, n*px), make([]float64, n*px)
		z, next, dz := make([]float64, n*d), make([]float64, n*d), make([]float64, n*d)
		tasks[i] = func(lo, hi int) {
			n := hi - lo
			for i, at := range of.Windows[lo:hi] {
				observe(x[i*px:], of.Set, at, 1, g.Stack)
			}
			encode(x, next, n)
			for i, at := range of.Windows[lo:hi] {
				observe(x[i*px:], of.Set, at, 0, g.Stack)
			}
			encode(x, z, n)
			decode(z, shown, n)
			field(nil, z[:n*d], nil, dz[:n*d], n)
			for r := range n {
				var l leftovers
				for i := r * px; i < (r+1)*px; i++ {
					l.picture += float64((shown[i] - x[i]) * (shown[i] - x[i]))
				}
				for i := r * d; i < (r+1)*d; i++ {
					// Of a step of Euler's the error is the change of the state less the field.
					e := next[i] - z[i] - dz[i]
					l.predicted += float64(e * e)
				}
				for j := range d / 2 {
					e := slip(z[r*d:], next[r*d:], d, j)
					l.velocity += float64(e * e)
				}
				losses[lo+r], pictures[lo+r] = l.loss(px, d, 1), l.picture/float64(px)
			}
		}
	}
	pool.Run(plan.Blocks, func(worker, b int) { tasks[worker](plan.Block(b)) })
	return losses, pictures
}

type films[T nn.Float] struct {
	train, test Observations
	form        PixelLoss
}

func (l films[T]) problem(net *network.Network[T]) (*problem[T], error) {
	g := net.Architecture().Pixels
	if g == nil {
		return nil, errors.New("fit: the model sees no pictures")
	}
	if err := l.form.Validate(); err != nil {
		return nil, err
	}
	if len(l.train.Windows) == 0 {
		return nil, errors.New("fit: no observations to train on")
	}
	for _, o := range []Observations{l.train, l.test} {
		if len(o.Windows) > 0 && (o.Set.Width != g.Width || o.Set.Height != g.Height) {
			return nil, fmt.Errorf("fit: the model sees pictures of %d x %d pixels, and the data's have %d x %d; they must be the same", g.Width, g.Height, o.Set.Width, o.Set.Height)
		}
	}
	if n := len(l.form.Mean); n != 0 && n != g.Width*g.Height {
		return nil, fmt.Errorf("fit: a mean frame of %d pixels for pictures of %d x %d", n, g.Width, g.Height)
	}
	var mean []T
	for _, v := range l.form.Mean {
		mean = append(mean, T(v))
	}
	on := func(o Observations, rows int) batch[T] {
		b := &filmBatch[T]{wholeRows: newWholeRows(len(o.Windows), rows), net: net, form: l.form, mean: mean, all: o, chosen: o.Windows}
		if rows > 0 && rows < b.total {
			b.chosen = make([]frames.Window, rows)
		}
		return b
	}
	return &problem[T]{
		train: len(l.train.Windows), test: len(l.test.Windows),
		trainOn: func(_, rows int) batch[T] { return on(l.train, rows) },
		testOn:  func() batch[T] { return on(l.test, 0) },
	}, nil
}

// filmBatch is the loss over windows.
type filmBatch[T nn.Float] struct {
	wholeRows
	net    *network.Network[T]
	form   PixelLoss
	mean   []T // form.Mean
	all    Observations
	chosen []frames.Window
}

func (b *filmBatch[T]) terms() int { return b.size.Rows }

func (b *filmBatch[T]) choose(rows []int32) { gather(b.chosen, b.all.Windows, rows) }

func (b *filmBatch[T]) newPass() (pass[T], error) {
	d, k, block := b.net.Dim(), b.form.Steps, b.size.MaxBlock()
	encoder, decoder, geometry := b.net.Encoding(), b.net.Decoding(), b.net.Architecture().Pixels
	observations := (k + 1) * block
	w := &filmPass[T]{
		filmBatch: b, pixels: geometry.Len(), dim: d, steps: k,
		encode: encoder.NewTape(observations), decode: decoder.NewTape(block),
		parts: [2]int{encoder.Spec().Parameters(), decoder.Spec().Parameters()},
		x:     make([]T, observations*geometry.Len()), z: make([]T, observations*d), zbar: make([]T, observations*d),
		xhat: make([]T, block*geometry.Len()), path: make([][]T, k), back: make([]T, 2*block*d),
		frame: make([]T, block), active: make([]int, 1),
	}
	for i := range w.frame {
		w.frame[i] = 1
	}
	method := latentMethods[b.form.Integrator]
	for range k {
		passes := make([]*model.Pass[T], method.Stages())
		for i := range passes {
			passes[i] = b.net.Latent().NewPass(block)
		}
		step, err := unroll.New(method, d, block, 1, passes...)
		if err != nil {
			return nil, fmt.Errorf("fit: %w", err)
		}
		w.ahead = append(w.ahead, step)
	}
	return w, nil
}

// filmPass evaluates the loss over blocks of windows. All observations of a block go
// through the encoder at once.
type filmPass[T nn.Float] struct {
	*filmBatch[T]
	pixels, dim, steps int
	parts              [2]int // parameters of encoder and decoder
	encode, decode     *nn.Tape[T]
	ahead              []*unroll.Roll[T] // one step each
	frame              []T               // the lengths of a step, 1
	active             []int
	rows               int
	x, z, zbar         []T   // observations, their states: those of x, of x^1 and so on
	xhat               []T   // decode z, then the loss's derivative by it
	path               [][]T // the predictions of z
	back               []T   // cotangents of a prediction's step
}

func (w *filmPass[T]) loss(lo, hi int, sums []float64) error {
	n, d, px, total := hi-lo, w.dim, w.pixels, float64(w.terms())
	w.rows, w.active[0] = n, n
	size := w.all.Set.Size()
	for i, at := range w.chosen[lo:hi] {
		for k := range w.steps + 1 {
			x := w.x[(k*n+i)*px : (k*n+i+1)*px]
			if k == 0 {
				w.observe(x, at, 0, w.net.Architecture().Pixels.Stack)
				continue
			}
			// All but the newest frame are in the observation before.
			copy(x, w.x[((k-1)*n+i)*px+size:((k-1)*n+i+1)*px])
			w.observe(x[px-size:], at, k, 1)
		}
	}
	w.encode.Value(w.x, w.z, (w.steps+1)*n)
	w.decode.Value(w.z, w.xhat, n)
	scale := T(2 / (total * float64(px)))
	x, xhat := w.x[:n*px], w.xhat[:n*px]
	for i, v := range xhat {
		xhat[i] = scale * (v - x[i])
	}
	l := leftovers{picture: kernel.SumSquares(xhat) / (float64(scale) * float64(scale))}
	from := w.z[:n*d]
	for k, s := range w.ahead {
		states, err := s.Forward(from, n, w.frame, w.active)
		if err != nil {
			return err
		}
		from = states[n*d:]
		w.path[k] = from
		for i, v := range from {
			r := float64(v - w.z[(k+1)*n*d+i])
			l.predicted += float64(r * r)
		}
	}
	for i := range n {
		for j := range d / 2 {
			r := w.velocity(i, j)
			l.velocity += float64(r * r)
		}
	}
	sums[0] = l.loss(px, d, w.steps)
	return nil
}

// observe writes the stack of frames that ends so many after a window's own.
func (w *filmPass[T]) observe(x []T, at frames.Window, after, stack int) {
	observe(x, w.all.Set, at, after, stack)
	for n := len(w.mean); n > 0 && len(x) > 0; x = x[n:] {
		for i, v := range w.mean {
			x[i] -= v
		}
	}
}

func observe[T nn.Float](x []T, set *frames.Set, at frames.Window, after, stack int) {
	frames.Observe(x, set.Bytes(int(at.Trial), int(at.Frame)+after, stack))
}

// velocity is the slip of row i, component j.
func (w *filmPass[T]) velocity(i, j int) float64 {
	return float64(slip(w.z[i*w.dim:], w.z[(w.rows+i)*w.dim:], w.dim, j))
}

func (w *filmPass[T]) adjoint(grad []T) error {
	n, d, total := w.rows, w.dim, float64(w.terms())
	encoder, decoder, latent := grad[:w.parts[0]], grad[w.parts[0]:w.parts[0]+w.parts[1]], grad[w.parts[0]+w.parts[1]:]
	zbar := w.zbar[:(w.steps+1)*n*d]
	w.decode.ValueAdjoint(w.xhat[:n*w.pixels], decoder, zbar[:n*d])
	// The predictions, from the last: next is the derivative by the one at hand.
	scale := T(2 * latentWeight / (total * float64(d*w.steps)))
	back, next := w.back[:n*d], w.back[n*d:2*n*d]
	clear(back)
	for k := w.steps; k >= 1; k-- {
		own := zbar[k*n*d : (k+1)*n*d]
		for i, v := range back {
			r := scale * (w.path[k-1][i] - w.z[k*n*d+i])
			next[i] = v + r
			own[i] = -r
		}
		clear(back)
		if err := w.ahead[k-1].Backward(w.back, latent); err != nil {
			return err
		}
	}
	for i, v := range back {
		zbar[i] += v
	}
	cscale := 2 / (total * float64(d/2))
	for i := range n {
		for j := range d / 2 {
			c := T(cscale * w.velocity(i, j))
			zbar[i*d+d/2+j] += c
			zbar[i*d+j] += c
			zbar[(n+i)*d+j] -= c
		}
	}
	w.encode.ValueAdjoint(zbar, encoder, nil)
	return nil
}
