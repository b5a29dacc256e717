package closedform

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"hnn/data"
	"hnn/internal/kernel"
	"hnn/internal/parallel"
	"hnn/model/network"
	"hnn/nn"
)

// PolishOptions says how the last layer of a trained network is solved for again.
type PolishOptions struct {
	// Rows is the most rows that the solve takes, drawn at random; 0 is 8,000.
	Rows int
	// RNG draws the rows.
	RNG *rand.Rand
	// Workers is the number of goroutines; 0 is one for each of GOMAXPROCS.
	Workers int
}

// PolishReport says what became of it.
type PolishReport struct {
	// Applied tells whether the network was changed.
	Applied bool `json:"applied"`
	// Before and After are the root mean squared residuals on the validation
	// rows, After that of the best ridge, applied or not. Lambda is that ridge, 0 if none
	// gives a finite residual.
	Before  float64 `json:"before"`
	After   float64 `json:"after"`
	Lambda  float64 `json:"lambda"`
	Rows    int     `json:"rows"`
	Seconds float64 `json:"seconds"`
}

// polishRidges are the ridges that are tried, the most careful last.
var polishRidges = []float64{1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2}

const polishRows = 8000

// Polish solves for the last layer of a trained HNN, in which its field is linear, with
// the hidden layers as they are. The ridge is on the change, so that the trained weights
// are what it draws towards, and not zero: the features of a trained network are nearly
// dependent, and large weights that cancel would be lost in float32. It does so with several ridges, and changes the network
// only if the best of them lowers the residual on the validation rows. These should not
// be among those that trained it; nil stands for a fifth of the training trajectories,
// which the solve then does not see. The network did see them, which favours it: its last
// layer is replaced only by a clearly better one.
func Polish[T nn.Float](n *network.Network[T], train, validation *data.Set, o PolishOptions) (*PolishReport, error) {
	start := time.Now()
	a := n.Architecture()
	if a.Kind != network.KindHNN {
		return nil, fmt.Errorf("closedform: a model of kind %q cannot be polished; only the field of an %q is that of one last layer", a.Kind, network.KindHNN)
	}
	if slices.Contains(a.Angles, true) {
		return nil, errors.New("closedform: a network that sees angles as cosine and sine cannot be polished")
	}
	if o.RNG == nil {
		return nil, errors.New("closedform: no random numbers; give PolishOptions.RNG")
	}
	sets := []*data.Set{train, validation}
	if validation == nil {
		sets = sets[:1]
	}
	for _, s := range sets {
		if err := s.Validate(); err != nil {
			return nil, fmt.Errorf("closedform: %w", err)
		}
		if s.Dim != a.Dim || s.DX == nil || s.Rows() == 0 || len(s.InputNames) != a.Inputs {
			return nil, fmt.Errorf("closedform: polishing a network of states of length %d and %d inputs needs rows of such with derivatives, to fit and to validate", a.Dim, a.Inputs)
		}
	}
	count := o.Rows
	if count <= 0 {
		count = polishRows
	}
	r := observed(train)
	picks := all(r.len())
	var held *rows
	if validation != nil {
		held = observed(validation)
	} else {
		var out []int
		picks, out = heldOut(o.RNG, train)
		held = r.pick(out)
	}
	if len(picks) == 0 || held.len() == 0 {
		return nil, fmt.Errorf("closedform: %d rows are too few to polish with and to hold some of them out", r.len())
	}
	r = r.pick(choose(o.RNG, picks, count))
	// The gain of inputs stays as it is.
	r.undriven(n.Field())
	held.undriven(n.Field())

	pool := parallel.NewPool(o.Workers)
	defer pool.Close()
	last, err := newLastLayer(n)
	if err != nil {
		return nil, err
	}
	params := n.Params()
	end := len(params)
	for _, t := range n.Tensors() {
		if strings.HasPrefix(t.Name, network.InputTensors) {
			end -= t.Size()
		}
	}
	weights := params[end-last.width() : end]
	trained := append([]T(nil), weights...)
	best := append([]T(nil), weights...)
	at := make([]float64, len(trained))
	for i, v := range trained {
		at[i] = float64(v)
	}
	p := last.assemble(pool, r, at)
	report := &PolishReport{Before: residualOf(n.Field(), held), Rows: r.len()}
	for _, lambda := range polishRidges {
		s, err := p.solve(pool, lambda)
		if err != nil {
			return nil, err
		}
		for i, v := range s.c {
			weights[i] = T(at[i] + v)
		}
		n.Refresh()
		after := residualOf(n.Field(), held)
		if math.IsNaN(after) || math.IsInf(after, 0) {
			continue // coefficients that cancel beyond the network's precision
		}
		if report.Lambda == 0 || after < report.After {
			report.After, report.Lambda = after, s.lambda
			copy(best, weights)
		}
	}
	report.Applied = report.Lambda > 0 && report.After < report.Before
	copy(weights, trained)
	if report.Applied {
		copy(weights, best)
	}
	n.Refresh()
	report.Seconds = time.Since(start).Seconds()
	return report, nil
}

// lastLayer is the hidden part of a network in float64.
type lastLayer struct {
	dim    int
	act    kernel.Act
	layers []nn.Layer[float64] // hidden ones
	packed [][]float64         // their weights as right factors, from the second on
}

func newLastLayer[T nn.Float](n *network.Network[T]) (*lastLayer, error) {
	a := n.Architecture()
	act, err := nn.ParseActivation(a.Activation)
	if err != nil {
		return nil, err
	}
	params := make([]float64, len(n.Params()))
	for i, v := range n.Params() {
		params[i] = float64(v)
	}
	spec := nn.Spec{In: a.Dim, Hidden: a.Hidden, Out: 1, Activation: act}
	layers := nn.LayersOf(spec, params[:spec.Parameters()]) // those of a gain and of friction follow
	l := &lastLayer{dim: a.Dim, act: kernel.Act(act), layers: layers[:len(layers)-1]}
	for _, layer := range l.layers {
		p := make([]float64, kernel.PackedLen[float64](layer.In, layer.Out))
		kernel.PackT(p, layer.W, layer.In, layer.In, layer.Out)
		l.packed = append(l.packed, p)
	}
	return l, nil
}

func (l *lastLayer) width() int { return l.layers[len(l.layers)-1].Out }

// assemble forms the normal equations for the change of the output weights from those
// given: the derivative of the last hidden layer by component i of the state is the
// tangent of the network along it,
//
//	t_1 = s'(z_1) o W_1 e_i,  t_l = s'(z_l) o (t_{l-1} W_l^T)
func (l *lastLayer) assemble(pool *parallel.Pool, r *rows, weights []float64) *normal {
	d, k := l.dim, l.width()
	states := max(chunkRows/d, 1)
	m := newTiled(states*d, k)
	p := &normal{a: newSymmetric(k), r: make([]float64, k)}
	primes, value, tangent := make([][]float64, len(l.layers)), make([][]float64, len(l.layers)), make([][]float64, len(l.layers))
	for i, layer := range l.layers {
		for _, v := range [][][]float64{primes, value, tangent} {
			v[i] = make([]float64, states*layer.Out)
		}
	}
	y := make([]float64, states*d)
	for lo := 0; lo < r.len(); lo += states {
		n := min(states, r.len()-lo)
		in := r.x[lo*d : (lo+n)*d]
		for i, layer := range l.layers {
			kernel.MulPacked(value[i], layer.Out, in, layer.In, l.packed[i], n, layer.Out, layer.In, false)
			kernel.Activate(l.act, value[i], layer.Out, layer.B, primes[i], nil, n, layer.Out)
			in = value[i]
		}
		for component := range d {
			for i, layer := range l.layers {
				if i == 0 {
					for s := range n {
						for j := range layer.Out {
							tangent[0][s*layer.Out+j] = layer.W[j*layer.In+component]
						}
					}
				} else {
					kernel.MulPacked(tangent[i], layer.Out, tangent[i-1], layer.In, l.packed[i], n, layer.Out, layer.In, false)
				}
				for j, v := range primes[i][:n*layer.Out] {
					tangent[i][j] *= v
				}
			}
			for u := range k {
				column := m.column(u)
				for s := range n {
					column[s*d+component] = tangent[len(l.layers)-1][s*k+u]
				}
			}
		}
		copy(y, r.g[lo*d:(lo+n)*d])
		for u, w := range weights {
			subtract(y[:n*d], m.column(u), w)
		}
		p.a.addGram(pool, m, n*d)
		m.addProjection(pool, 0, y, p.r, 1, n*d)
	}
	return p
}
