package draw_test

import (
	"math"
	"path/filepath"
	"testing"

	"hnn/data/file"
	"hnn/ode"
)

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
		s := lookup(t, test.task).System
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
