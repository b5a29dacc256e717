package report

import (
	"math"
	"math/rand/v2"
)

type field func(x, dx []float64)

// roll integrates a field by the classical Runge-Kutta method with steps of 0.01,
// short enough for pictures, and returns n states over [0, end].
func roll(f field, x0 []float64, end float64, n int) (t []float64, states [][]float64) {
	d := len(x0)
	x := append([]float64(nil), x0...)
	var k [4][]float64
	for i := range k {
		k[i] = make([]float64, d)
	}
	y := make([]float64, d)
	every := int(math.Ceil(end / float64(n-1) / 0.01))
	h := end / float64((n-1)*every)
	for i := range n {
		t = append(t, end*float64(i)/float64(n-1))
		states = append(states, append([]float64(nil), x...))
		for range every {
			f(x, k[0])
			for s, a := range []float64{h / 2, h / 2, h} {
				for j := range y {
					y[j] = x[j] + a*k[s][j]
				}
				f(y, k[s+1])
			}
			for j := range x {
				x[j] += h / 6 * (k[0][j] + 2*k[1][j] + 2*k[2][j] + k[3][j])
			}
		}
	}
	return t, states
}

// run makes a Run of a field from x0, with the energy of h.
func run(role Role, name string, f field, h func(x []float64) float64, x0 []float64, end float64, n int) Run {
	r := Run{Role: role, Name: name, Field: f}
	if role != Baseline {
		r.H = h
	}
	r.T, r.X = roll(f, x0, end, n)
	for _, x := range r.X {
		r.E = append(r.E, h(x))
		r.Learned = append(r.Learned, 1.02*(h(x)-h(x0)))
	}
	return r
}

func springH(x []float64) float64 { return x[0]*x[0] + x[1]*x[1] }

func springField(x, dx []float64) { dx[0], dx[1] = 2*x[1], -2*x[0] }

// dampedSpring stands for a baseline: wrong where the data end, and losing energy.
func dampedSpring(x, dx []float64) {
	r2 := x[0]*x[0] + x[1]*x[1]
	dx[0] = 2*x[1] - 0.06*x[0] - 0.3*x[0]*r2*r2/4
	dx[1] = -2*x[0] - 0.08*x[1]
}

// bentSpring stands for an HNN: a slightly different Hamiltonian.
func bentSpring(x, dx []float64) {
	dx[0] = 1.99*x[1] + 0.05*x[1]*x[1]*x[1]
	dx[1] = -2.01*x[0] + 0.04*x[0]*x[0]*x[0]
}

// bentH is what bentSpring conserves.
func bentH(x []float64) float64 {
	q2, p2 := x[0]*x[0], x[1]*x[1]
	return 2.01/2*q2 - 0.01*q2*q2 + 1.99/2*p2 + 0.0125*p2*p2
}

func springTask() (Task, Samples) {
	x0 := []float64{0.7, 0.3}
	task := Task{
		Title:       "Spring, H = q² + p²",
		Coordinates: []Quantity{{"q", ""}, {"p", ""}},
		Time:        Quantity{"t", ""},
		Energy:      Quantity{"H(q, p)", ""},
		Truth:       run(Truth, "Truth", springField, springH, x0, 20, 1000),
		Models: []Run{
			run(Baseline, "Baseline", dampedSpring, springH, x0, 20, 1000),
			run(HNN, "HNN", bentSpring, springH, x0, 20, 1000),
		},
	}
	task.Models[1].H = bentH
	rng := rand.New(rand.NewPCG(1, 0))
	var data Samples
	for range 50 {
		angle, radius := 2*math.Pi*rng.Float64(), 0.1+0.9*rng.Float64()
		_, states := roll(springField, []float64{radius * math.Cos(angle), radius * math.Sin(angle)}, 3, 30)
		for _, x := range states[:15] {
			dx := make([]float64, 2)
			springField(x, dx)
			data.X = append(data.X, []float64{x[0] + 0.1*rng.NormFloat64(), x[1] + 0.1*rng.NormFloat64()})
			data.DX = append(data.DX, dx)
		}
	}
	return task, data
}

// bodiesField is the field of n bodies of mass 1 in the plane with G = 1; the state
// is all x, all y, all vx, all vy. drag damps it.
func bodiesField(n int, drag float64) field {
	return func(x, dx []float64) {
		copy(dx[:2*n], x[2*n:])
		for i := range n {
			ax, ay := -drag*x[2*n+i], -drag*x[3*n+i]
			for j := range n {
				if j == i {
					continue
				}
				rx, ry := x[j]-x[i], x[n+j]-x[n+i]
				r3 := math.Pow(rx*rx+ry*ry, 1.5)
				ax += rx / r3
				ay += ry / r3
			}
			dx[2*n+i], dx[3*n+i] = ax, ay
		}
	}
}

func bodiesH(n int) func(x []float64) float64 {
	return func(x []float64) float64 {
		var h float64
		for i := range n {
			h += (x[2*n+i]*x[2*n+i] + x[3*n+i]*x[3*n+i]) / 2
			for j := range i {
				h -= 1 / math.Hypot(x[j]-x[i], x[n+j]-x[n+i])
			}
		}
		return h
	}
}

func twoBodyTask() Task {
	const r = 1.1
	v := 1 / (2 * math.Sqrt(r)) * 1.06
	x0 := []float64{r, -r, 0, 0, 0, 0, v, -v}
	return Task{
		Title:       "Two bodies",
		Coordinates: []Quantity{{"x1", ""}, {"x2", ""}, {"y1", ""}, {"y2", ""}, {"vx1", ""}, {"vx2", ""}, {"vy1", ""}, {"vy2", ""}},
		Time:        Quantity{"t", ""},
		Energy:      Quantity{"total energy", ""},
		Truth:       run(Truth, "Truth", bodiesField(2, 0), bodiesH(2), x0, 25, 500),
		Models: []Run{
			run(Baseline, "Baseline", bodiesField(2, 0.03), bodiesH(2), x0, 25, 500),
			run(HNN, "HNN", bodiesField(2, 0.0002), bodiesH(2), x0, 25, 500),
			run(ClosedForm, "HNN, closed form", bodiesField(2, 0.00005), bodiesH(2), x0, 25, 500),
		},
	}
}

var twoBodies = [][2]int{{0, 2}, {1, 3}}

// coupledTask has two coordinates and two momenta, of coupled springs.
func coupledTask() Task {
	at := func(coupling, drag float64) field {
		return func(x, dx []float64) {
			dx[0], dx[1] = x[2], x[3]
			dx[2] = -x[0] - coupling*(x[0]-x[1]) - drag*x[2]
			dx[3] = -x[1] - coupling*(x[1]-x[0]) - drag*x[3]
		}
	}
	h := func(x []float64) float64 {
		d := x[0] - x[1]
		return (x[0]*x[0]+x[1]*x[1]+x[2]*x[2]+x[3]*x[3])/2 + 0.3*d*d/2
	}
	x0 := []float64{1, 0, 0, 0.2}
	return Task{
		Title:       "Coupled springs",
		Coordinates: []Quantity{{"q1", "rad"}, {"q2", "rad"}, {"p1", "kg m^2/s"}, {"p2", "kg m^2/s"}},
		Time:        Quantity{"t", "s"},
		Energy:      Quantity{"H", "J"},
		Truth:       run(Truth, "Truth", at(0.3, 0), h, x0, 30, 600),
		Models: []Run{
			run(Baseline, "Baseline", at(0.31, 0.02), h, x0, 30, 600),
			run(HNN, "HNN", at(0.302, 0), h, x0, 30, 600),
		},
	}
}

// springCurves are the losses of a training that takes its test loss every tenth step.
func springCurves() []Curve {
	var cs []Curve
	for _, c := range []struct {
		role  Role
		name  string
		floor float64
	}{{Baseline, "Baseline", 3.7e-2}, {HNN, "HNN", 3.6e-2}} {
		curve := Curve{Role: c.role, Name: c.name}
		for step := range 201 {
			test := math.NaN()
			if step%10 == 0 {
				test = c.floor + 0.004 + 3*math.Exp(-float64(step)/14)
			}
			curve.Steps = append(curve.Steps, float64(10*step))
			curve.Train = append(curve.Train, c.floor+3*math.Exp(-float64(step)/15))
			curve.Test = append(curve.Test, test)
		}
		cs = append(cs, curve)
	}
	return cs
}
