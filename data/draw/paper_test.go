package draw

import (
	"math"
	"path/filepath"
	"testing"

	"hnn/data/file"
	"hnn/internal/stream"
	"hnn/ode"
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
func TestPaperInitialStates(t *testing.T) {
	for _, task := range Tasks() {
		theirs, n := PaperInitialStates(task)
		s, err := system.Lookup(task)
		if err != nil {
			t.Fatal(err)
		}
		if n != 15 || len(theirs) != n*s.Dim() {
			t.Fatalf("%s: %d states of %d numbers in all", task, n, len(theirs))
		}
		const draws = 1500
		ours := make([]float64, draws*s.Dim())
		rng := stream.New(0, "paper")
		for i := range draws {
			system.SamplePaper(s, rng, ours[i*s.Dim():(i+1)*s.Dim()])
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
	if x0, n := PaperInitialStates("kepler"); x0 != nil || n != 0 {
		t.Error("a system that is no task of the paper has initial states")
	}
}

func TestPaperInitialStatesAreTheCallers(t *testing.T) {
	a, _ := PaperInitialStates("spring")
	want := a[0]
	a[0] = 99
	if b, _ := PaperInitialStates("spring"); b[0] != want {
		t.Error("writing to the states changed them for the next caller")
	}
}

// The authors' own draws of tasks 1 and 2 (testdata/golden) hold exact derivatives,
// from which their noise-free states follow: p = dq/2, and q = -dp/2 for the
// spring, sin q = -dp/3 for the pendulum. Integrated from the first of them, at our
// times, our equations must give their derivatives all along each trajectory. With
// the steps and the tolerances of their integrator (scipy's RK45, rtol 1e-10, atol
// 1e-6) they agree to rounding: 3e-15 and, near the pendulum's separatrix, 3e-13 were
// measured; integrated exactly instead, to 4e-6 and 7e-5, which is what that atol
// costs them. Their radii and noise must be those of our protocol.
func TestAuthorsDrawsFollowOurProtocol(t *testing.T) {
	for _, test := range []struct {
		task, file       string
		rmin, rmax, gain float64
	}{
		{"spring", "spring-data.npz", 0.1, 1, 2},
		{"pendulum", "pend-data.npz", 1.3, 2.3, 3},
	} {
		arrays, err := file.ReadNPZ(filepath.Join("testdata", "golden", test.file))
		if err != nil {
			t.Fatal(err)
		}
		split, o := generate(t, test.task, nil)
		s, err := system.Lookup(test.task)
		if err != nil {
			t.Fatal(err)
		}
		times, _, _ := split.Train.Trial(0)
		field := func(_ float64, x, dx []float64) { s.Field(x, dx) }
		worst, radii, squares, count := 0.0, 0.0, 0.0, 0.0
		for _, part := range []string{"", "test_"} {
			x, dx := arrays[part+"x"], arrays[part+"dx"]
			if want := split.Train.Rows(); x.Shape[0] != want || dx.Shape[0] != want {
				t.Fatalf("%s: %d rows of theirs, %d of ours", test.task, x.Shape[0], want)
			}
			for first := 0; first < len(dx.Data); first += 2 * o.Points {
				theirs := dx.Data[first : first+2*o.Points]
				q, p := -theirs[1]/test.gain, theirs[0]/2
				starts := [][]float64{{q, p}}
				if test.task == "pendulum" {
					// Two angles have that sine, and the radius allows both.
					q = math.Asin(q)
					starts = [][]float64{{q, p}, {math.Copysign(math.Pi, q) - q, p}}
				}
				best, start := math.Inf(1), 0
				var clean []float64
				for k, x0 := range starts {
					states, _, err := ode.Solve(field, x0, times, nil, &ode.Settings{RTol: 1e-10, ATol: 1e-6, Control: ode.ScipyLike})
					if err != nil {
						t.Fatal(err)
					}
					far, rate := 0.0, make([]float64, 2)
					for i := range o.Points {
						s.Field(states[2*i:2*i+2], rate)
						far = max(far, math.Abs(rate[0]-theirs[2*i]), math.Abs(rate[1]-theirs[2*i+1]))
					}
					if far < best {
						best, start, clean = far, k, states
					}
				}
				worst = max(worst, best)
				r := math.Hypot(starts[start][0], starts[start][1])
				if r < test.rmin || r > test.rmax {
					t.Errorf("%s: a radius of %v in their data, want %v to %v", test.task, r, test.rmin, test.rmax)
				}
				radii += r / float64(o.Trajectories)
				for i, v := range clean {
					squares += math.Pow(x.Data[first+i]-v, 2)
					count++
				}
			}
		}
		if worst > 5e-12 {
			t.Errorf("%s: their derivatives differ by %.2g from ours along their trajectories", test.task, worst)
		}
		if se := (test.rmax - test.rmin) / math.Sqrt(12*float64(o.Trajectories)); math.Abs(radii-(test.rmin+test.rmax)/2) > 4*se {
			t.Errorf("%s: their mean radius is %v", test.task, radii)
		}
		if sd := math.Sqrt(squares / count); math.Abs(sd-o.Noise) > 5*o.Noise/math.Sqrt(2*count) {
			t.Errorf("%s: their noise is %v, ours %v", test.task, sd, o.Noise)
		}
	}
}
