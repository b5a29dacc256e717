package closedform

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hnn/data"
	"hnn/internal/parallel"
	"hnn/internal/stream"
	"hnn/model/expansion"
	"hnn/model/network"
	"hnn/ode"
)

// The two oscillators of drivenSet: the friction and G, 2 x 2.
const oscillatorRate = 0.2

var oscillatorGain = []float64{1.5, 0, -0.4, 0.7}

// oscillators are the rates of two coupled Duffing oscillators with friction under inputs,
//
//	H = |p|^2/2 + |q|^2/2 + q_1^4/8 + q_1 q_2/4
func oscillators(x, u, dx []float64) {
	dx[0], dx[1] = x[2], x[3]
	dx[2] = -x[0] - x[0]*x[0]*x[0]/2 - x[1]/4 - oscillatorRate*x[2]
	dx[3] = -x[1] - x[0]/4 - oscillatorRate*x[3]
	for i := range 2 {
		dx[2+i] += oscillatorGain[2*i]*u[0] + oscillatorGain[2*i+1]*u[1]
	}
}

func drivenSet(t *testing.T, rng *rand.Rand, trials, points int, h float64, held bool) *data.Set {
	t.Helper()
	return sampled(t, rng, 4, 2, oscillators, trials, points, h, held)
}

// sampled draws trials of a system under inputs, integrated to 1e-10, with exact derivatives.
// The inputs are drawn anew for every row, so that they bend, or jump where held, there.
func sampled(t *testing.T, rng *rand.Rand, dim, inputs int, field func(x, u, dx []float64), trials, points int, h float64, held bool) *data.Set {
	t.Helper()
	s := &data.Set{Dim: dim, Offsets: []int{0}, InputNames: []string{"u1", "u2"}[:inputs], InputsHeld: held}
	for k := range trials {
		for i := range points {
			s.T = append(s.T, 3+h*float64(i))
			for j := range inputs {
				s.Inputs = append(s.Inputs, float64(j)+rng.NormFloat64())
			}
		}
		s.Offsets = append(s.Offsets, len(s.T))
		x0 := make([]float64, dim)
		for i := range x0 {
			x0[i] = rng.NormFloat64()
		}
		signal, u := s.InputSignal(k), make([]float64, inputs)
		x, _, err := ode.SolveSegments(func(segment int) ode.Field {
			return func(t float64, x, dx []float64) {
				signal.Within(segment, t, u)
				field(x, u, dx)
			}
		}, signal.T, x0, signal.T, nil, &ode.Settings{RTol: 1e-10, ATol: 1e-10})
		if err != nil {
			t.Fatal(err)
		}
		s.X = append(s.X, x...)
	}
	s.DX = make([]float64, len(s.X))
	for r := range s.Rows() {
		x, dx := s.Row(r)
		field(x, s.InputRows(r, r+1), dx)
	}
	return s
}

// pushedSet is drivenSet for a pendulum with friction whose bob is pushed sideways, so that
// the gain is cos q.
func pushedSet(t *testing.T, rng *rand.Rand, trials, points int, h float64, held bool) *data.Set {
	t.Helper()
	return sampled(t, rng, 2, 1, func(x, u, dx []float64) {
		dx[0], dx[1] = x[1], -2*math.Sin(x[0])-0.1*x[1]+u[0]*math.Cos(x[0])
	}, trials, points, h, held)
}

func worst(got, want []float64) (e float64) {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	for i, v := range want {
		e = max(e, math.Abs(got[i]-v))
	}
	return e
}

// The gain and the friction of a known system are found, and the field under inputs that were
// not seen, from exact rows, from states alone and from noisy states, by linear and by held
// inputs, in any units of theirs; without the inputs the field is not.
func TestInputsAreFitted(t *testing.T) {
	for _, held := range []bool{false, true} {
		rng := stream.New(5, fmt.Sprint("inputs", held))
		train, test := drivenSet(t, rng, 20, 60, 0.1, held), drivenSet(t, rng, 5, 60, 0.1, held)
		states, noisy, small, alone := *train, *train, *train, *train
		states.DX = nil
		const noise = 0.1
		noisy.X = make([]float64, len(train.X))
		for i, v := range train.X {
			noisy.X[i] = v + noise*rng.NormFloat64()
		}
		small.Inputs = make([]float64, len(train.Inputs))
		for i, v := range train.Inputs {
			small.Inputs[i] = 1e-3 * v
		}
		alone.Inputs, alone.InputNames = nil, nil
		// The field is off by 3e-4 of exact rows, 6e-4 of states alone, 3e-3 of noisy ones; G
		// by 3e-5, 9e-4 and 2e-3.
		for _, c := range []struct {
			name        string
			train       *data.Set
			unit        float64 // of an input, in those that test
			seen        Observations
			gain, field float64 // tolerances, of the field relative to its size
		}{
			{"exact rows", train, 1, Exact, 1e-4, 1e-3},
			{"exact rows, small inputs", &small, 1e-3, Exact, 1e-4, 1e-3},
			{"states alone", &states, 1, StatesOnly, 2e-3, 2e-3},
			{"noisy states", &noisy, 1, NoisyStates, 5e-3, 1e-2},
		} {
			h, r := fitted(t, c.train, 6, Options{Friction: true, Structure: Separable | QuadraticKinetic})
			g := h.Gain().Coefficients()
			for i := range g {
				g[i] *= c.unit
			}
			rate, _ := h.Friction()
			if e := max(worst(g, oscillatorGain), math.Abs(rate-oscillatorRate)); !(e < c.gain) {
				t.Errorf("held %v, %s: G = %v, want %v, and friction %v, want %v", held, c.name, g, oscillatorGain, rate, oscillatorRate)
			}
			if e := fieldError(h, test, c.unit); !(e < c.field) {
				t.Errorf("held %v, %s: the field is off by %v", held, c.name, e)
			}
			if r.Observations != c.seen.String() || r.Runaways != 0 || !cmp.Equal(r.Gain, h.Gain().Coefficients()) {
				t.Errorf("held %v, %s: taken for %s, %d rollouts run away, gain %v", held, c.name, r.Observations, r.Runaways, r.Gain)
			}
			// What the integral leaves out of rough inputs would be a quarter more noise.
			if c.seen == NoisyStates && math.Abs(r.Noise-noise) > 0.03*noise {
				t.Errorf("held %v: noise %v, want %v", held, r.Noise, noise)
			}
		}
		h, _ := fitted(t, &alone, 6, Options{Friction: true, Structure: Separable | QuadraticKinetic})
		if e := fieldError(h, test, 1); h.Inputs() != 0 || h.Gain() != nil || e < 0.3 {
			t.Errorf("without the inputs the field is off by %v, with %d inputs", e, h.Inputs())
		}
		// States alone between two rows see what the inputs do there.
		states.InputsHeld = !held
		h, _ = fitted(t, &states, 6, Options{Friction: true, Structure: Separable | QuadraticKinetic})
		if e := worst(h.Gain().Coefficients(), oscillatorGain); e < 5e-3 {
			t.Errorf("held %v, taken for the other: G is off by %v only", held, e)
		}
	}
}

// A gain that depends on the positions is found where it is asked for, from all kinds of rows;
// a constant one is not enough, and where G is constant the learned one is too.
func TestLearnedGain(t *testing.T) {
	for _, held := range []bool{false, true} {
		rng := stream.New(5, fmt.Sprint("learned", held))
		train, test := pushedSet(t, rng, 20, 60, 0.1, held), pushedSet(t, rng, 5, 60, 0.1, held)
		states, noisy := *train, *train
		states.DX = nil
		const noise = 0.1
		noisy.X = make([]float64, len(train.X))
		for i, v := range train.X {
			noisy.X[i] = v + noise*rng.NormFloat64()
		}
		// G is off by 5e-5, 7e-4 and 2e-3, the field by 5e-5, 1e-3 and 4e-3.
		for _, c := range []struct {
			name        string
			train       *data.Set
			seen        Observations
			gain, field float64
		}{
			{"exact rows", train, Exact, 2e-4, 2e-4},
			{"states alone", &states, StatesOnly, 3e-3, 3e-3},
			{"noisy states", &noisy, NoisyStates, 1e-2, 1e-2},
		} {
			o := Options{Friction: true, Angles: []bool{true, false}}
			off := func(h *expansion.Model) (e float64) {
				g, at := make([]float64, 1), h.Gain().NewPoint()
				for q := -1.; q <= 1; q += 0.1 {
					at([]float64{q}, g)
					e = max(e, math.Abs(g[0]-math.Cos(q)))
				}
				return e
			}
			h, _ := fitted(t, c.train, 6, o)
			if e := off(h); e < 0.2 {
				t.Errorf("held %v, %s: a constant gain is off by %v only", held, c.name, e)
			}
			o.LearnedGain = true
			h, r := fitted(t, c.train, 6, o)
			if e, field := off(h), fieldError(h, test, 1); !(e < c.gain) || !(field < c.field) || !(math.Abs(r.Friction-0.1) < c.gain) {
				t.Errorf("held %v, %s: G is off by %v, the field by %v, and the friction is %v", held, c.name, e, field, r.Friction)
			}
			if r.Observations != c.seen.String() || r.Runaways != 0 || r.GainFeatures != gainFeatures {
				t.Errorf("held %v, %s: %+v", held, c.name, *r)
			}
		}
	}
	train := drivenSet(t, stream.New(12, "constant"), 20, 60, 0.1, false)
	train.DX = nil
	h, r := fitted(t, train, 6, Options{Friction: true, Structure: Separable | QuadraticKinetic, LearnedGain: true})
	if e := worst(r.Gain, oscillatorGain); !(e < 5e-3) || h.Gain().Features() != 2*gainFeatures {
		t.Errorf("a learned gain of %v at the mean position, want %v", r.Gain, oscillatorGain)
	}
}

// Where the positions never move the gain cannot depend on them.
func TestLearnedGainOfOnePosition(t *testing.T) {
	r := &rows{dim: 2, inputs: 1}
	for i := range 40 {
		r.x, r.u = append(r.x, 1, float64(i)), append(r.u, float64(i*i))
	}
	b, err := newBasis(stream.New(1, "one"), r, 2, 1, &Options{LearnedGain: true})
	if err != nil || b.gain.Features() != 0 {
		t.Errorf("%v, %d features", err, b.gain.Features())
	}
}

// fieldError is the root mean square of what a model's field under inputs, in units of u, is
// off by, relative to the field's.
func fieldError(h *expansion.Model, s *data.Set, unit float64) float64 {
	dx, field, u := make([]float64, s.Dim), h.Field().One(), make([]float64, h.Inputs())
	square := 0.0
	for k := range s.Rows() {
		x, want := s.Row(k)
		for j := range u {
			u[j] = unit * s.Inputs[k*len(s.InputNames)+j]
		}
		field(0, x, u, dx)
		for i, v := range want {
			square += (dx[i] - v) * (dx[i] - v)
		}
	}
	return math.Sqrt(square / dot(s.DX, s.DX))
}

// Rollouts under inputs tell a good model from one whose gain is wrong.
func TestRolloutsAreDriven(t *testing.T) {
	train := drivenSet(t, stream.New(7, "rollouts"), 10, 60, 0.1, true)
	h, _ := fitted(t, train, 6, Options{Friction: true, Structure: Separable | QuadraticKinetic})
	pool := parallel.NewPool(2)
	defer pool.Close()
	if n := runaways(pool, h, train, true); n != 0 {
		t.Errorf("%d of 10 rollouts of the fitted model run away", n)
	}
	h.Gain().SetCoefficients(make([]float64, 4))
	if n := runaways(pool, h, train, true); n < 5 {
		t.Errorf("without the force of the inputs %d of 10 rollouts run away", n)
	}
}

// A polished network under inputs keeps its gain, and comes closer to the rows; its last layer
// is what is solved for, whatever lies behind it in the parameters.
func TestPolishUnderInputs(t *testing.T) {
	train := drivenSet(t, stream.New(8, "polish"), 10, 60, 0.1, false)
	for _, form := range network.Gains() {
		a := network.Architecture{Kind: network.KindHNN, Dim: 4, Hidden: []int{40}, Activation: "tanh", Inputs: 2, InputGain: form}
		n, err := network.New[float64](a, stream.New(9, "network"))
		if err != nil {
			t.Fatal(err)
		}
		gain := func() []float64 {
			with, without := make([]float64, 4), make([]float64, 4)
			m := n.Field()
			m.One()(0, train.X[:4], []float64{1, 2}, with)
			m.Free()(0, train.X[:4], without)
			return []float64{with[2] - without[2], with[3] - without[3]}
		}
		before := gain()
		r, err := Polish(n, train, nil, PolishOptions{RNG: stream.New(10, "polish")})
		if err != nil {
			t.Fatal(err)
		}
		if after := gain(); worst(after, before) > 1e-12 {
			t.Errorf("%s: the force of inputs was %v and is %v", form, before, after)
		}
		// All of the network is random: the solve finds what its features can say.
		if !r.Applied || !(r.After < 0.9*r.Before) || math.Abs(residualOf(n.Field(), observed(train))-r.After) > 0.2*r.After {
			t.Errorf("%s: %+v, and the residual is %v", form, *r, residualOf(n.Field(), observed(train)))
		}
		alone := *train
		alone.Inputs, alone.InputNames = nil, nil
		if _, err := Polish(n, &alone, nil, PolishOptions{RNG: stream.New(10, "polish")}); err == nil || !strings.Contains(err.Error(), "2 inputs") {
			t.Errorf("%s: rows without inputs give %v", form, err)
		}
	}
}

// A handful of rows is fitted or refused, whatever the options.
func TestFewRowsUnderInputs(t *testing.T) {
	for points := 3; points < 14; points++ {
		for _, learned := range []bool{false, true} {
			s := pushedSet(t, stream.New(14, "few"), 1, points, 0.3, true)
			for range 2 {
				h, _, err := Fit(s, Options{LearnedGain: learned, Friction: true, RNG: stream.New(1, "fit")})
				if err == nil && h.Inputs() != 1 {
					t.Errorf("%d rows: %d inputs", points, h.Inputs())
				}
				if err != nil && !strings.Contains(err.Error(), "give more rows") {
					t.Errorf("%d rows: %v", points, err)
				}
				s.DX = nil
			}
		}
	}
}

func TestInputsRefused(t *testing.T) {
	for want, change := range map[string]func(s *data.Set, o *Options){
		"the input u2 is 3 in every row": func(s *data.Set, _ *Options) {
			for i := 1; i < len(s.Inputs); i += 2 {
				s.Inputs[i] = 3
			}
		},
		"symmetry rotation": func(_ *data.Set, o *Options) { o.Symmetry = Rotation },
		"inputs for":        func(s *data.Set, _ *Options) { s.Inputs = s.Inputs[1:] },
	} {
		s, o := drivenSet(t, stream.New(11, "refused"), 2, 30, 0.1, false), Options{RNG: stream.New(1, "fit")}
		change(s, &o)
		if _, _, err := Fit(s, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
