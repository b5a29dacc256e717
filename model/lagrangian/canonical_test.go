package lagrangian

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/data/rods"
	"hnn/model"
	"hnn/model/terms"
	"hnn/ode"
)

// random is a Lagrangian of three coordinates with every part; points puts it on rods.
func random(friction bool) *Lagrangian {
	rng := rand.New(rand.NewPCG(8, 8))
	lib := terms.New(3, []bool{true, true, true}, terms.Options{Waves: 1})
	f := Form{N: 3, Inputs: 1, Library: lib, Magnetic: true, Viscous: true, Coulomb: true, Drag: true, Width: []float64{1, 1, 1}}
	l := &Lagrangian{Form: f, Coefficients: make([]float64, f.Size())}
	for i := range l.Coefficients {
		l.Coefficients[i] = 0.02 * rng.NormFloat64()
	}
	for b, pair := range f.MassPairs() {
		if pair[0] == pair[1] {
			l.Coefficients[b*lib.Size()+lib.Constant] = 3
		}
	}
	if !friction {
		l = l.withoutFriction()
	}
	return l
}

func state(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

// testChart checks that a chart's field is the field's own in other coordinates, by central differences of the map
// along the motion, and its parts by those of the energy.
func testChart(t *testing.T, f *model.Field, x []float64) {
	t.Helper()
	c := f.Chart
	to, from := c.To(), c.From()
	y, back := make([]float64, c.Field.Dim), make([]float64, f.Dim)
	to(x, y)
	from(y, back)
	for i := range x {
		if math.Abs(back[i]-x[i]) > 1e-12 {
			t.Fatalf("component %d comes back as %v, was %v", i, back[i], x[i])
		}
	}
	u := []float64{0.7}
	dx, dy := make([]float64, f.Dim), make([]float64, c.Field.Dim)
	f.One()(0, x, u, dx)
	c.Field.One()(0, y, u, dy)
	const h = 1e-5
	moved := func(sign float64) []float64 {
		z, out := make([]float64, f.Dim), make([]float64, c.Field.Dim)
		for i := range z {
			z[i] = x[i] + sign*h*dx[i]
		}
		to(z, out)
		return out
	}
	ahead, behind := moved(1), moved(-1)
	for i := range dy {
		// Central differences at 1e-5 err by 1e-10 of the third derivative.
		if want := (ahead[i] - behind[i]) / (2 * h); math.Abs(dy[i]-want) > 1e-7*(1+math.Abs(want)) {
			t.Errorf("rate %d is %v in the chart, and %v along the motion", i, dy[i], want)
		}
	}
	for _, g := range []*model.Field{f, c.Field} {
		at := x
		if g != f {
			at = y
		}
		energy, grad := g.Energy(), make([]float64, g.Dim)
		if a, b := energy(at), f.Energy()(x); math.Abs(a-b) > 1e-12*(1+math.Abs(b)) {
			t.Errorf("the energy is %v in the chart and %v outside", a, b)
		}
		g.Grad()(at, grad)
		for i, keep := range at {
			at[i] = keep + h
			up := energy(at)
			at[i] = keep - h
			down := energy(at)
			at[i] = keep
			if want := (up - down) / (2 * h); math.Abs(grad[i]-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("dH/dx_%d is %v, differences give %v", i, grad[i], want)
			}
		}
	}
	if a, b := f.Power()(x), c.Field.Power()(y); math.Abs(a-b) > 1e-9*(1+math.Abs(b)) || b == 0 {
		t.Errorf("friction takes %v, in the chart %v", a, b)
	}
	if a, b := f.Supply()(x, u), c.Field.Supply()(y, u); math.Abs(a-b) > 1e-9*(1+math.Abs(b)) {
		t.Errorf("the input gives %v, in the chart %v", a, b)
	}
}

func TestCanonical(t *testing.T) {
	testChart(t, random(true).ModelForm().Field(), state(rand.New(rand.NewPCG(1, 2)), 6))
}

// branch is a tree of three rods whose columns are in a mixed order.
var branch = &rods.Chain{Pivot: [2]float64{0.4, 2}, Columns: [][2]int{{3, 0}, {1, 2}, {5, 4}},
	Rods: []rods.Rod{{From: -1, To: 1, Length: 1}, {From: 1, To: 0, Length: 0.6}, {From: 1, To: 2, Length: 0.8}}}

func TestPoints(t *testing.T) {
	l := random(true)
	l.Points = branch
	f := l.ModelForm().Field()
	x := make([]float64, f.Dim)
	f.Chart.From()(state(rand.New(rand.NewPCG(1, 2)), 6), x)
	testChart(t, f, x)
	// A second chart within the first.
	c := f.Charted(ode.Midpoint)
	y := c.Enter(x, f.Dim)
	for i, v := range c.Leave(y, f.Dim) {
		if math.Abs(v-x[i]) > 1e-12 || !c.Field.Canonical || f.Charted(ode.DOP853).Field.Canonical {
			t.Errorf("component %d comes back as %v, was %v", i, v, x[i])
		}
	}
}

// A symplectic method of order 6 keeps the energy of a rollout without friction within its own error, which falls as
// the step to the sixth power, and the error does not grow with the time.
func TestCanonicalEnergy(t *testing.T) {
	l := random(false)
	l.Inputs = 0
	l.Coefficients = l.Coefficients[:l.Layout().Gain]
	f := l.ModelForm().Field()
	c := f.Charted(ode.Gauss6)
	y := c.Enter(state(rand.New(rand.NewPCG(3, 2)), 6), 6)
	energy := c.Field.Energy()
	worst := func(step float64, steps int) float64 {
		times := make([]float64, steps+1)
		for i := range times {
			times[i] = float64(i) * step
		}
		out, _, err := ode.Solve(c.Field.Free(), y, times, nil, &ode.Settings{Method: ode.Gauss6, Step: step, MaxSteps: steps + 1})
		if err != nil {
			t.Fatal(err)
		}
		most := 0.0
		for i := 0; i < len(out); i += 6 {
			most = max(most, math.Abs(energy(out[i:i+6])-energy(y)))
		}
		return most
	}
	coarse, fine, long := worst(0.4, 100), worst(0.2, 200), worst(0.2, 2000)
	t.Logf("%.1e, by half the step %.1e, ten times as long %.1e", coarse, fine, long)
	if !(coarse > 30*fine) || !(long < 4*fine) || !(fine < 1e-6) {
		t.Errorf("the energy errs by %.1e, by half the step %.1e, ten times as long %.1e", coarse, fine, long)
	}
}
