package graph

import (
	"math"
	"math/rand/v2"

	"hnn/nn"
)

// Domain is where a function of one number was met, and what is known of it beforehand.
type Domain struct {
	From, To float64 // of the numbers seen
	Log      bool    // the network sees the logarithm, as suits a distance over decades
	Cutoff   float64 // from which the slope is 0, with its own slope; 0 for none
	Power    float64 // the network gives the slope times s^Power
	Scale    float64 // of the network's output
}

// Slope is dE/ds of an energy E(s) of one number as a network; any such slope has an energy.
type Slope struct {
	Domain
	net  *nn.MLP[float64]
	tape *nn.Tape[float64]
	z, y []float64 // of a block
}

// block is how many numbers a network takes at once.
const block = 96

func spec(hidden []int) nn.Spec {
	return nn.Spec{In: 1, Hidden: hidden, Out: 1, Activation: nn.Tanh, OutputBias: true}
}

func newSlope(d Domain, hidden []int, params []float64, rng *rand.Rand) (*Slope, error) {
	net, err := nn.NewOn(spec(hidden), params)
	if err != nil {
		return nil, err
	}
	net.Init(rng, 1)
	// Of one input, biases of zero would leave all bends of a layer at one place.
	first := net.Layers()[0]
	for i := range first.B {
		first.W[i] = 3 * (2*rng.Float64() - 1)
		first.B[i] = -first.W[i] * (2*rng.Float64() - 1)
	}
	net.Refresh()
	return &Slope{Domain: d, net: net, tape: net.NewTape(block), z: make([]float64, block), y: make([]float64, block)}, nil
}

// input is what the network sees of s, and its derivative.
func (f *Slope) input(s float64) (z, dz float64) {
	from, to, dz := f.From, f.To, 1.0
	if f.Log {
		from, to, s, dz = math.Log(from), math.Log(to), math.Log(s), 1/s
	}
	half := (to - from) / 2
	return (s-from)/half - 1, dz / half
}

// factor is what the network's output is multiplied by, and its derivative.
func (f *Slope) factor(s float64) (a, da float64) {
	a = f.Scale
	if f.Power != 0 {
		a *= math.Pow(s, -f.Power)
		da = -f.Power * a / s
	}
	if f.Cutoff > 0 {
		if s >= f.Cutoff {
			return 0, 0
		}
		x := s / f.Cutoff
		w := 1 - x*x
		a, da = a*w*w, da*w*w-a*w*4*x/f.Cutoff
	}
	return a, da
}

// At writes dE/ds of numbers s to g, as long.
func (f *Slope) At(s, g []float64) {
	for lo := 0; lo < len(s); lo += block {
		part := s[lo:min(lo+block, len(s))]
		f.value(part)
		for i, v := range part {
			a, _ := f.factor(v)
			g[lo+i] = a * f.y[i]
		}
	}
}

func (f *Slope) value(s []float64) {
	for i, v := range s {
		f.z[i], _ = f.input(v)
	}
	f.tape.Value(f.z[:len(s)], f.y[:len(s)], len(s))
}

// adjoint adds to grad the derivative of a loss by the parameters, unless that is nil, and writes that by s to sbar, given that by the
// slopes at s.
func (f *Slope) adjoint(s, gbar, grad, sbar []float64) {
	var ybar [block]float64
	for lo := 0; lo < len(s); lo += block {
		part := s[lo:min(lo+block, len(s))]
		f.value(part)
		for i, v := range part {
			a, da := f.factor(v)
			ybar[i] = a * gbar[lo+i]
			sbar[lo+i] = gbar[lo+i] * da * f.y[i]
		}
		f.tape.ValueAdjoint(ybar[:len(part)], grad, f.z[:len(part)])
		for i, v := range part {
			_, dz := f.input(v)
			sbar[lo+i] += f.z[i] * dz
		}
	}
}
