package eval

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"hnn/data/frames"
	"hnn/fit"
	"hnn/internal/parallel"
	"hnn/model"
	"hnn/ode"
	"hnn/system"
)

// PixelPendulum is the energy of the pendulum seen as pixels, by its angle q from hanging
// and p = PixelMomentum times its angular velocity: the authors' 1.9 (1 - cos q) + p^2,
// for which 1.875 would be exact.
var PixelPendulum = system.Pendulum{K: 1.9}

// PixelMomentum is what turns an angular velocity into the p of PixelPendulum.
const PixelMomentum = 0.25

// PixelLossResult is the authors' loss of a model of pictures over windows; see
// fit.FilmLosses.
type PixelLossResult struct {
	LossResult
	// Reconstruction is the part that the autoencoder alone has: the mean squared error of
	// a decoded pixel.
	Reconstruction float64
}

// PixelLoss takes the loss over windows that are followed by at least one frame. Workers
// is as in Options.
func PixelLoss(m *model.Field, set *frames.Set, windows []frames.Window, workers int) PixelLossResult {
	nan := math.NaN()
	if len(windows) == 0 {
		return PixelLossResult{LossResult{Estimate{nan, nan}, nan}, nan}
	}
	losses, pictures := fit.FilmLosses(m, fit.Observations{Set: set, Windows: windows}, workers)
	mean, deviation := stat.MeanStdDev(losses, nil)
	return PixelLossResult{
		LossResult{Estimate{mean, deviation / math.Sqrt(float64(len(losses)))}, Median(losses)},
		stat.Mean(pictures, nil),
	}
}

func square(v float64) float64 { return v * v }

// Encode returns the latent states (rows x m.Dim, row-major) of the observations at the windows. Workers is as in
// Options.
func Encode(m *model.Field, set *frames.Set, windows []frames.Window, workers int) []float64 {
	g := m.Pixels
	d, px := m.Dim, g.Len()
	z := make([]float64, len(windows)*d)
	if len(windows) == 0 {
		return z
	}
	plan := parallel.NewPlan(len(windows))
	share(workers, plan.Blocks, func() func(int) {
		encode := m.Encode()
		x := make([]float64, plan.MaxBlock()*px)
		return func(block int) {
			lo, hi := plan.Block(block)
			for i, w := range windows[lo:hi] {
				frames.Observe(x[i*px:], set.Bytes(int(w.Trial), int(w.Frame), g.Stack))
			}
			encode(x, z[lo*d:hi*d], hi-lo)
		}
	})
	return z
}

// LatentMap is an affine map from a model's states to known coordinates.
type LatentMap struct {
	dim, out int
	a        *mat.Dense // (dim + 1) x out, the constants last
	// Residual is the root mean square of what the fit leaves of each coordinate.
	Residual []float64
}

// FitLatentMap fits coordinates (rows x out) to states z (rows x dim), both row-major, by least squares. It is an
// error if the states do not determine the map.
func FitLatentMap(z []float64, dim int, coordinates []float64, out int) (*LatentMap, error) {
	rows := len(z) / dim
	if rows <= dim || len(z) != rows*dim || len(coordinates) != rows*out {
		return nil, fmt.Errorf("eval: %d states and %d coordinates are too few or do not match", rows, len(coordinates)/out)
	}
	x := mat.NewDense(rows, dim+1, nil)
	for r := range rows {
		for j := range dim {
			x.Set(r, j, z[r*dim+j])
		}
		x.Set(r, dim, 1)
	}
	m := &LatentMap{dim: dim, out: out, a: new(mat.Dense), Residual: make([]float64, out)}
	y := mat.NewDense(rows, out, append([]float64(nil), coordinates...))
	var condition mat.Condition
	if err := m.a.Solve(x, y); err != nil && !errors.As(err, &condition) {
		return nil, fmt.Errorf("eval: no linear map from latent states to coordinates: %w", err)
	}
	fitted := make([]float64, out)
	for r := range rows {
		m.Apply(z[r*dim:(r+1)*dim], fitted)
		for j, v := range fitted {
			m.Residual[j] += square(v-coordinates[r*out+j]) / float64(rows)
		}
	}
	for j, v := range m.Residual {
		m.Residual[j] = math.Sqrt(v)
	}
	return m, nil
}

// Apply writes the coordinates (out) of one state z (dim).
func (m *LatentMap) Apply(z, coordinates []float64) {
	if len(z) != m.dim || len(coordinates) != m.out {
		panic("eval: a latent state or coordinates of another length than the map's")
	}
	for j := range m.out {
		v := m.a.At(m.dim, j)
		for i := range m.dim {
			v += z[i] * m.a.At(i, j)
		}
		coordinates[j] = v
	}
}

// PixelResult is what rollouts in the latent plane, decoded, make of the first
// observation of each of several films.
type PixelResult struct {
	// Rollouts are the latent states, one a frame from that of the first observation.
	*Rollouts
	// Seen are the states that the model's own encoder finds in the decoded pictures.
	Seen []float64
	// PixelMSE is the mean squared error of the newest frame's pixels at each time, over
	// films.
	PixelMSE []float64
	// Energy is the energy MSE over the first frames (see PixelOptions), with an error from
	// 5 groups of films, and States that of each film; NaN where no coordinates are known.
	Energy Estimate
	States []float64
	// LongEnergy is the same over all frames.
	LongEnergy Estimate
	// Kept is, for each film, the swing (greatest less least) of the angle in the last
	// AmplitudeFrames of the rollout over that in the first, as Seen and mapped; of the
	// first latent coordinate where no coordinates are known.
	Kept []float64
}

// AmplitudeFrames is the number of frames over which a swing is taken: three periods of
// the pendulum.
const AmplitudeFrames = 100

// PixelOptions say how to measure rollouts.
type PixelOptions struct {
	Options
	// Map takes states to (angle, p); nil leaves the energies out.
	Map *LatentMap
	// EnergyFrames is the number of frames of the energy MSE.
	EnergyFrames int
}

// PixelRollout rolls the model out from the first
// observation of every trial over all its frames, decodes every state and compares with
// the trial. Trials must be equally long.
//
// The error is about the arguments, or wraps what Interrupt returned.
func PixelRollout(m *model.Field, films *frames.Set, o PixelOptions) (*PixelResult, error) {
	g := m.Pixels
	trials := len(films.Trials)
	if trials == 0 || films.Width != g.Width || films.Height != g.Height {
		return nil, fmt.Errorf("eval: %d films of %d x %d pixels for a model that sees %d x %d", trials, films.Width, films.Height, g.Width, g.Height)
	}
	points := films.Frames(0) - g.Stack + 1
	var starts []frames.Window
	for i := range films.Trials {
		if films.Frames(i) != films.Frames(0) || points < 2 {
			return nil, fmt.Errorf("eval: film %d has %d frames and the first %d; they must be equally long, and longer than the %d that the model sees at once", i, films.Frames(i), films.Frames(0), g.Stack)
		}
		starts = append(starts, frames.Window{Trial: int32(i), Frame: int32(g.Stack - 1)})
	}
	d := m.Dim
	times := make([]float64, points)
	for i := range times {
		times[i] = float64(i)
	}
	rolled, err := Rollout(m.FreeMany, Encode(m, films, starts, o.Workers), d, times, &ode.Settings{
		Method: ode.DormandPrince, Control: ode.ScipyLike,
		RTol: pixelRTol, ATol: paperATol, MaxSteps: paperMaxSteps, Interrupt: o.Interrupt,
	}, o.Workers)
	if err != nil {
		return nil, err
	}
	r := &PixelResult{
		Rollouts: rolled, Seen: make([]float64, len(rolled.States)), PixelMSE: make([]float64, points),
		Energy: Estimate{math.NaN(), math.NaN()}, LongEnergy: Estimate{math.NaN(), math.NaN()}, Kept: make([]float64, trials),
	}
	errs := make([]float64, trials*points)
	share(o.Workers, trials, func() func(int) {
		encode, decode := m.Encode(), m.Decode()
		const block = 64
		x, truth := make([]float64, block*g.Len()), make([]float64, films.Size())
		return func(i int) {
			for lo := 0; lo < points; lo += block {
				n := min(block, points-lo)
				at := (i*points + lo) * d
				decode(rolled.States[at:at+n*d], x, n)
				encode(x, r.Seen[at:at+n*d], n)
				for k := range n {
					frames.Observe(truth, films.Bytes(i, g.Stack-1+lo+k, 1))
					errs[i*points+lo+k] = meanSquare(x[(k+1)*g.Len()-len(truth):(k+1)*g.Len()], truth)
				}
			}
		}
	})
	for i, e := range errs {
		r.PixelMSE[i%points] += e / float64(trials)
	}
	for i := range trials {
		r.Kept[i] = kept(r.angles(i, o.Map))
	}
	if o.Map != nil {
		r.States = r.energies(films, g.Stack, min(max(o.EnergyFrames, 1), points), o.Map)
		r.Energy, r.LongEnergy = grouped(r.States), grouped(r.energies(films, g.Stack, points, o.Map))
	}
	return r, nil
}

// pixelRTol is the authors' for latent rollouts.
const pixelRTol = 1e-6

// angles are those along film i, as the model sees its own pictures.
func (r *PixelResult) angles(i int, m *LatentMap) []float64 {
	q, c := make([]float64, r.Points), make([]float64, 2)
	for k := range q {
		z := r.seen(i, k)
		q[k] = z[0]
		if m != nil {
			m.Apply(z, c)
			q[k] = c[0]
		}
	}
	return q
}

func (r *PixelResult) seen(i, k int) []float64 {
	at := (i*r.Points + k) * r.Dim
	return r.Seen[at : at+r.Dim]
}

// kept is the swing at the end over that at the start.
func kept(q []float64) float64 {
	n := min(AmplitudeFrames, len(q)/2)
	if n < 2 {
		return math.NaN()
	}
	swing := func(q []float64) float64 {
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, v := range q {
			if math.IsNaN(v) {
				return v
			}
			lo, hi = min(lo, v), max(hi, v)
		}
		return hi - lo
	}
	return swing(q[len(q)-n:]) / swing(q[:n])
}

// energies compares the energy of what the model sees with the truth: the mean square over
// the first points frames of each film.
func (r *PixelResult) energies(films *frames.Set, stack, points int, m *LatentMap) []float64 {
	squares, c := make([]float64, r.Rows()), make([]float64, 2)
	for i := range squares {
		for k := range points {
			m.Apply(r.seen(i, k), c)
			truth := PixelCoordinates(films, frames.Window{Trial: int32(i), Frame: int32(stack - 1 + k)})
			e := PixelPendulum.Hamiltonian(c) - PixelPendulum.Hamiltonian(truth[:])
			squares[i] += e * e / float64(points)
		}
	}
	return squares
}

// PixelCoordinates are q and p of the pendulum at a window's own frame.
func PixelCoordinates(films *frames.Set, w frames.Window) [2]float64 {
	s := films.Trials[w.Trial].States[2*w.Frame:]
	return [2]float64{s[0], PixelMomentum * s[1]}
}
