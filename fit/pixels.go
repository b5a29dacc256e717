package fit

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"hnn/data/frames"
	"hnn/internal/kernel"
	"hnn/model/network"
	"hnn/nn"
)

// Films are observations of films: the windows are those that a model learns from or is
// tested on.
type Films struct {
	Set     *frames.Set
	Windows []frames.Window
}

// The weight of the latent prediction beside the reconstruction, of the authors' code.
const latentWeight = 0.1

// PixelLoss is what a model of pictures is trained with. Start from DefaultPixelLoss.
type PixelLoss struct {
	// Steps is the number of frames that the latent state is predicted ahead.
	Steps int
	// Integrator is the step from one frame to the next: "euler" or "rk4".
	Integrator string
	// Mean, unless nil, is a frame that is subtracted from all frames, so that the model is
	// one of what differs from it; model.Pixel.AddMean turns it into one of the frames.
	Mean []float64
}

// DefaultPixelLoss is the authors'.
func DefaultPixelLoss() PixelLoss { return PixelLoss{Steps: 1, Integrator: "euler"} }

// PixelIntegrators lists those that PixelLoss takes.
func PixelIntegrators() []string { return []string{"euler", "rk4"} }

// MaxLatentSteps bounds PixelLoss.Steps: each step holds temporaries of its own.
const MaxLatentSteps = 32

// Validate reports what makes no sense.
func (l PixelLoss) Validate() error {
	if l.Steps < 1 || l.Steps > MaxLatentSteps {
		return fmt.Errorf("fit: a latent prediction over %d frames; give 1 to %d", l.Steps, MaxLatentSteps)
	}
	if _, ok := tableaus[l.Integrator]; !ok {
		return fmt.Errorf("fit: no integrator %q between frames; the integrators are %v", l.Integrator, PixelIntegrators())
	}
	return nil
}

// NewPixels returns a trainer of a model of pictures at step 0. Its loss
// is, for an observation x, those that follow it x^1 to x^K, and their latent states
// z = (q, p) and z^k, time being counted in frames,
//
//	mean((x - decode z)^2) + mean((p - (q^1 - q))^2) + 0.1 mean over k of mean((z^k - step^k z)^2)
//
// with K = 1 and step z = z + f(z) in the authors' code (experiment-pixels/train.py). All
// its terms are differentiated by all that they depend on. Windows are of the length that
// Set.Windows gives for l.Steps.
func NewPixels[T kernel.Float](net *network.Network[T], train, test Films, l PixelLoss, o Options, source *rand.ChaCha8) (*Trainer[T], error) {
	g := net.Architecture().Pixels
	if g == nil {
		return nil, errors.New("fit: the model sees no pictures")
	}
	if err := l.Validate(); err != nil {
		return nil, err
	}
	if len(train.Windows) == 0 {
		return nil, errors.New("fit: no observations to train on")
	}
	for _, f := range []Films{train, test} {
		if len(f.Windows) > 0 && (f.Set.Width != g.Width || f.Set.Height != g.Height) {
			return nil, fmt.Errorf("fit: the model sees pictures of %d x %d pixels, and the data's have %d x %d; they must be the same", g.Width, g.Height, f.Set.Width, f.Set.Height)
		}
	}
	if n := len(l.Mean); n != 0 && n != g.Width*g.Height {
		return nil, fmt.Errorf("fit: a mean frame of %d pixels for pictures of %d x %d", n, g.Width, g.Height)
	}
	problem := &pixelProblem[T]{net: net, train: train, test: test, form: l}
	for _, v := range l.Mean {
		problem.mean = append(problem.mean, T(v))
	}
	return trainerOf[T](net, problem, o, source)
}

type pixelProblem[T kernel.Float] struct {
	net         *network.Network[T]
	train, test Films
	form        PixelLoss
	mean        []T // form.Mean
	batch       []frames.Window
}

func (p *pixelProblem[T]) trainRows() int { return len(p.train.Windows) }
func (p *pixelProblem[T]) testRows() int  { return len(p.test.Windows) }
func (p *pixelProblem[T]) terms() int     { return 1 }

func (p *pixelProblem[T]) choose(rows []int32) {
	p.batch = p.batch[:0]
	for _, r := range rows {
		p.batch = append(p.batch, p.train.Windows[r])
	}
}

func (p *pixelProblem[T]) newPass(test bool, block, total int) blockPass[T] {
	d, k := p.net.Dim(), p.form.Steps
	encoder, decoder := p.net.Encoding(), p.net.Decoding()
	geometry := p.net.Architecture().Pixels
	observations := (k + 1) * block
	w := &pixelPass[T]{
		set: p.train.Set, windows: &p.train.Windows, mean: p.mean, stack: geometry.Stack,
		pixels: geometry.Len(), dim: d, steps: k, total: float64(total),
		encode: encoder.NewTape(observations), decode: decoder.NewTape(block),
		parts: [2]int{encoder.Spec().Parameters(), decoder.Spec().Parameters()},
		x:     make([]T, observations*geometry.Len()), z: make([]T, observations*d), zbar: make([]T, observations*d),
		xhat: make([]T, block*geometry.Len()), path: make([]T, (k+1)*block*d), back: make([]T, block*d), part: make([]T, block*d),
	}
	for range k {
		w.ahead = append(w.ahead, newStepper(p.net.Latent(), tableaus[p.form.Integrator], block))
	}
	switch {
	case test:
		w.set, w.windows = p.test.Set, &p.test.Windows
	case total != len(p.train.Windows):
		w.windows = &p.batch
	}
	return w
}

// pixelPass evaluates the loss over blocks of windows. All observations of a block go
// through the encoder at once.
type pixelPass[T kernel.Float] struct {
	set                       *frames.Set
	windows                   *[]frames.Window
	mean                      []T // subtracted from every frame, unless nil
	stack, pixels, dim, steps int
	total                     float64 // rows that the mean is over
	parts                     [2]int  // parameters of encoder and decoder
	encode, decode            *nn.Tape[T]
	ahead                     []*stepper[T]
	rows                      int
	x, z, zbar                []T // observations, their states: those of x, of x^1 and so on
	xhat                      []T // decode z, then the loss's derivative by it
	path, back, part          []T // z and its predictions; cotangents of a prediction
}

func (w *pixelPass[T]) loss(lo, hi int) float64 {
	n, d, px := hi-lo, w.dim, w.pixels
	w.rows = n
	size := w.set.Size()
	for i, at := range (*w.windows)[lo:hi] {
		for k := range w.steps + 1 {
			x := w.x[(k*n+i)*px : (k*n+i+1)*px]
			if k == 0 {
				w.observe(x, at, 0, w.stack)
				continue
			}
			// All but the newest frame are in the observation before.
			copy(x, w.x[((k-1)*n+i)*px+size:((k-1)*n+i+1)*px])
			w.observe(x[px-size:], at, k, 1)
		}
	}
	w.encode.Value(w.x, w.z, (w.steps+1)*n)
	w.decode.Value(w.z, w.xhat, n)
	scale := T(2 / (w.total * float64(px)))
	x, xhat := w.x[:n*px], w.xhat[:n*px]
	for i, v := range xhat {
		xhat[i] = scale * (v - x[i])
	}
	picture := kernel.SumSquares(xhat) / (float64(scale) * float64(scale))
	copy(w.path, w.z[:n*d])
	var predicted float64
	for k, s := range w.ahead {
		to := w.path[(k+1)*n*d : (k+2)*n*d]
		s.step(w.path[k*n*d:(k+1)*n*d], to, n)
		for i, v := range to {
			r := float64(v - w.z[(k+1)*n*d+i])
			predicted += r * r
		}
	}
	var velocity float64
	for i := range n {
		for j := range d / 2 {
			r := w.velocity(i, j)
			velocity += r * r
		}
	}
	return picture/float64(px) + velocity/float64(d/2) + latentWeight*predicted/float64(d*w.steps)
}

// observe writes the stack of frames that ends so many after a window's own.
func (w *pixelPass[T]) observe(x []T, at frames.Window, after, stack int) {
	frames.Observe(x, w.set.Bytes(int(at.Trial), int(at.Frame)+after, stack))
	for n := len(w.mean); n > 0 && len(x) > 0; x = x[n:] {
		for i, v := range w.mean {
			x[i] -= v
		}
	}
}

// velocity is p - (q^1 - q) of row i, component j.
func (w *pixelPass[T]) velocity(i, j int) float64 {
	z, next := w.z[i*w.dim:], w.z[(w.rows+i)*w.dim:]
	return float64(z[w.dim/2+j] - (next[j] - z[j]))
}

func (w *pixelPass[T]) adjoint(grad []T) {
	n, d := w.rows, w.dim
	encoder, decoder, latent := grad[:w.parts[0]], grad[w.parts[0]:w.parts[0]+w.parts[1]], grad[w.parts[0]+w.parts[1]:]
	zbar := w.zbar[:(w.steps+1)*n*d]
	w.decode.ValueAdjoint(w.xhat[:n*w.pixels], decoder, zbar[:n*d])
	// The predictions, from the last: back is the derivative by the one at hand.
	scale := T(2 * latentWeight / (w.total * float64(d*w.steps)))
	back, part := w.back[:n*d], w.part[:n*d]
	clear(back)
	for k := w.steps; k >= 1; k-- {
		own := zbar[k*n*d : (k+1)*n*d]
		for i := range back {
			r := scale * (w.path[k*n*d+i] - w.z[k*n*d+i])
			back[i] += r
			own[i] = -r
		}
		w.ahead[k-1].adjoint(back, latent, part)
		back, part = part, back
	}
	for i, v := range back {
		zbar[i] += v
	}
	cscale := 2 / (w.total * float64(d/2))
	for i := range n {
		for j := range d / 2 {
			c := T(cscale * w.velocity(i, j))
			zbar[i*d+d/2+j] += c
			zbar[i*d+j] += c
			zbar[(n+i)*d+j] -= c
		}
	}
	w.encode.ValueAdjoint(zbar, encoder, nil)
}
