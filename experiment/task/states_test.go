package task

import (
	"math"
	"testing"

	"hnn/internal/stream"
	"hnn/system"
)

// checkProtocol fails if n initial states of a task could not be the sampler's that
// the protocol names. Radii, angles and ranges are exact; the two-body speed is
// normal, and 6 deviations are allowed.
func checkProtocol(t *testing.T, task, whose string, states []float64, n int) {
	t.Helper()
	within := func(what string, v, lo, hi float64) {
		t.Helper()
		if !(v >= lo-1e-12 && v <= hi+1e-12) {
			t.Errorf("%s, %s: %s is %v, want %v to %v", task, whose, what, v, lo, hi)
		}
	}
	d := len(states) / n
	for i := range n {
		x := states[i*d : (i+1)*d]
		switch task {
		case "spring", "pendulum":
			within("|q|", math.Abs(x[0]), 0.2, 1)
			within("|p|", math.Abs(x[1]), 0.2, 1)
		case "two-body":
			for j := 0; j < 8; j += 2 {
				within("the sum of the bodies' coordinates", x[j]+x[j+1], 0, 0)
			}
			within("x", x[0], 0.5, 1.5)
			within("y", x[2], 0.5, 1.5)
			r := math.Hypot(x[0], x[2])
			within("velocity along the radius", x[0]*x[4]+x[2]*x[6], 0, 0)
			within("speed over the circular orbit's", math.Hypot(x[4], x[6])*2*math.Sqrt(r), 1-6*0.05, 1+6*0.05)
		case "three-body":
			r := math.Hypot(x[0], x[3])
			within("radius", r, 0.9, 1.2)
			omega := math.Sqrt(math.Sin(math.Pi/3)/(2*math.Pow(math.Cos(math.Pi/6), 2))) / math.Pow(r, 1.5)
			for b := range 3 {
				next := (b + 1) % 3
				within("cosine between bodies", (x[b]*x[next]+x[3+b]*x[3+next])/(r*r), -0.5, -0.5)
				within("vx over the circular orbit's", x[6+b]/(-x[3+b]*omega), 0.8, 1.2)
				within("vy over the circular orbit's", x[9+b]/(x[b]*omega), 0.8, 1.2)
			}
		}
	}
}

// The authors' 15 states and as many of ours must both be what the protocol says,
// of the same lengths, and have energies of the same mean: within 5 standard errors
// of the difference, those of ours taken from 1,500 draws.
func TestInitialStates(t *testing.T) {
	for _, row := range All() {
		theirs, s, task := row.InitialStates(), row.System, row.Name
		if row.states == "" {
			if theirs != nil {
				t.Errorf("%s has initial states", task)
			}
			continue
		}
		n := len(theirs) / s.Dim()
		if n != 15 || len(theirs) != n*s.Dim() {
			t.Fatalf("%s: %d states of %d numbers in all", task, n, len(theirs))
		}
		const draws = 1500
		ours := make([]float64, draws*s.Dim())
		rng := stream.New(0, "paper")
		for i := range draws {
			x := ours[i*s.Dim() : (i+1)*s.Dim()]
			s.Sample(rng, x)
			if s.Dim() > 2 {
				continue
			}
			// The notebooks do not take the spring's and the pendulum's from the sampler:
			// each coordinate is U(-0.8,0.8) moved 0.2 away from zero.
			for j := range x {
				v := 1.6*rng.Float64() - 0.8
				x[j] = v + math.Copysign(0.2, v)
			}
		}
		checkProtocol(t, task, "theirs", theirs, n)
		checkProtocol(t, task, "ours", ours, draws)

		mean := func(h []float64) (mean, variance float64) {
			for _, v := range h {
				mean += v / float64(len(h))
			}
			for _, v := range h {
				variance += (v - mean) * (v - mean) / float64(len(h)-1)
			}
			return mean, variance
		}
		a, _ := mean(system.Energies(s, theirs, nil))
		b, v := mean(system.Energies(s, ours, nil))
		if math.Abs(a-b) > 5*math.Sqrt(v/float64(n)) {
			t.Errorf("%s: their energies have the mean %v, ours %v", task, a, b)
		}
	}
}

func TestInitialStatesAreTheCallers(t *testing.T) {
	a := table[0].InitialStates()
	want := a[0]
	a[0] = 99
	if b := table[0].InitialStates(); b[0] != want {
		t.Error("writing to the states changed them for the next caller")
	}
}
