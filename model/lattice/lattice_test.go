package lattice

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"hnn/ode"
)

// law is a function with a polynomial and waves whose coefficients are drawn.
func law(rng *rand.Rand, degree, waves int) Function {
	f := Function{Middle: 0.2, Half: 1.7, Polynomial: make([]float64, degree), Waves: make([]float64, 2*waves)}
	for i := range f.Polynomial {
		f.Polynomial[i] = rng.NormFloat64()
	}
	for i := range f.Waves {
		f.Waves[i] = rng.NormFloat64()
	}
	return f
}

// The features of exponentials, and how the function changes with their rate, are its derivatives by central differences.
func TestExponentials(t *testing.T) {
	f := law(rand.New(rand.NewPCG(5, 4)), 2, 1)
	f.Exponentials = []float64{-1.3, 0.7, 0.2}
	by := func(move func(g *Function, h float64), of func(g *Function) float64) float64 {
		const h = 1e-5
		g := f
		g.Exponentials = slices.Clone(f.Exponentials)
		move(&g, h)
		up := of(&g)
		move(&g, -2*h)
		return (up - of(&g)) / (2 * h)
	}
	slopes, values := make([]float64, f.Size()), make([]float64, f.Size())
	for _, s := range []float64{-2, -0.4, 0.3, 1.5, 4} {
		f.Slopes(s, slopes)
		f.Values(s, values)
		for k := range 3 {
			at := f.Size() - 3 + k
			move := func(g *Function, h float64) { g.Exponentials[k] += h }
			if want := by(move, func(g *Function) float64 { return g.Value(s) }); math.Abs(values[at]-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("value of feature %d at %v: %v, want %v", k, s, values[at], want)
			}
			if want := by(move, func(g *Function) float64 { return g.Slope(s) }); math.Abs(slopes[at]-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("slope of feature %d at %v: %v, want %v", k, s, slopes[at], want)
			}
		}
		const h = 1e-5
		if want := (f.Value(s+h) - f.Value(s-h)) / (2 * h); math.Abs(f.Slope(s)-want) > 1e-7*(1+math.Abs(want)) {
			t.Errorf("slope at %v: %v, want %v", s, f.Slope(s), want)
		}
	}
	toda := Function{Middle: 0.4, Half: 2, Polynomial: []float64{0.3, 0.1}, Exponentials: []float64{-1, math.Exp(-0.4)}}
	if toda.Level(toda.Slope(0)); math.Abs(toda.Slope(0)) > 1e-15 {
		t.Errorf("a slope of %v at 0", toda.Slope(0))
	}
	if text := toda.Text("d", 4); text != "exp(-d) + d + 0.05 d^2" {
		t.Error(text)
	}
}

func drawnSystem(t testing.TB, shape string, sites, space int) *System {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	p, err := ParseShape(shape)
	if err == nil {
		p, err = p.Of(sites)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := &System{Shape: &p, Sites: sites, Space: space, Interleaved: space == 2, Bonds: p.Bonds(), Kinetic: law(rng, 2, 0), Bond: []Function{law(rng, 6, 1)}}
	if space == 1 {
		s.Site = law(rng, 5, 2)
	}
	return s
}

// Value, Slope and Slopes are one function and its derivative, within the interval and beyond it.
func TestFunction(t *testing.T) {
	f := law(rand.New(rand.NewPCG(3, 4)), 7, 2)
	c := append(slices.Clone(f.Polynomial), f.Waves...)
	d := make([]float64, f.Size())
	for _, s := range []float64{-4, -1.5, -0.3, 0, 0.2, 1.1, 1.9, 3} {
		const h = 1e-5
		want := (f.Value(s+h) - f.Value(s-h)) / (2 * h)
		sum := 0.0
		f.Slopes(s, d)
		for k, v := range d {
			sum += c[k] * v
		}
		// Central differences are good to h^2 of the third derivative, here below 1e4.
		if got := f.Slope(s); math.Abs(got-want) > 1e-6*(1+math.Abs(want)) || math.Abs(got-sum) > 1e-11*(1+math.Abs(want)) {
			t.Errorf("f'(%v) is %v, by features %v, by differences %v", s, got, sum, want)
		}
	}
	f.Polynomial = f.Polynomial[:4]
	f.Waves = nil
	sum, power := 0.0, 0.7
	for _, c := range f.Powers() {
		sum += c * power
		power *= 0.7
	}
	if want := f.Value(0.7) - f.Value(0); math.Abs(sum-want) > 1e-12 {
		t.Errorf("powers sum to %v at 0.7, want %v", sum, want)
	}
}

// The field is the symplectic gradient of the energy, by central differences, on every kind of graph.
func TestFieldIsGradient(t *testing.T) {
	for _, c := range []struct {
		shape        string
		sites, space int
	}{{"chain", 5, 1}, {"fixed-chain", 5, 1}, {"ring", 5, 1}, {"grid:2x3", 6, 1}, {"fixed-grid:2x2", 4, 1}, {"torus:2x3", 6, 1}, {"grid:2x2", 4, 2}, {"chain", 3, 3}} {
		s := drawnSystem(t, c.shape, c.sites, c.space)
		f := s.ModelForm().Field()
		n := s.Half()
		rng := rand.New(rand.NewPCG(5, 6))
		x, dx, y := make([]float64, 2*n), make([]float64, 2*n), make([]float64, 2*n)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		f.One()(0, x, nil, dx)
		f.Split().Field()(0, x, y)
		if !slices.Equal(dx, y) {
			t.Errorf("%s: the field in two parts is another", c.shape)
		}
		energy := f.Energy()
		for i := range x {
			const h = 1e-5
			at := x[i]
			x[i] = at + h
			up := energy(x)
			x[i] = at - h
			want := (up - energy(x)) / (2 * h)
			x[i] = at
			got := dx[(i+n)%(2*n)]
			if i < n {
				got = -got
			}
			if math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("%s in %d dimensions: dH/dx_%d is %v, want %v", c.shape, c.space, i, got, want)
			}
		}
	}
}

// The total momentum stays where there are no walls and no one-site terms, and only there is it said to.
func TestMomentum(t *testing.T) {
	for _, c := range []struct {
		shape string
		space int
		site  bool
		keeps bool
	}{{"ring", 1, false, true}, {"grid:3x3", 2, false, true}, {"fixed-chain", 1, false, false}, {"ring", 1, true, false}} {
		s := drawnSystem(t, c.shape, 9, c.space)
		if !c.site {
			s.Site = Function{}
		}
		if s.KeepsMomentum() != c.keeps {
			t.Errorf("%s: momentum is said to be kept: %v", c.shape, s.KeepsMomentum())
		}
		n := s.Half()
		rng := rand.New(rand.NewPCG(5, 6))
		q, f := make([]float64, n), make([]float64, n)
		for i := range q {
			q[i] = rng.NormFloat64()
		}
		s.force()(q, f)
		sum, size := 0.0, 0.0
		for i := range s.Sites {
			sum += f[s.Place(i, 0)]
			size += math.Abs(f[s.Place(i, 0)])
		}
		if kept := math.Abs(sum) < 1e-14*size; kept != c.keeps {
			t.Errorf("%s: forces sum to %v of %v", c.shape, sum, size)
		}
	}
}

// The bits do not depend on the number of cores, and a state of many sites takes no more than its few copies.
func TestManySites(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	s := drawnSystem(t, "torus:100x100", 10000, 1)
	x := make([]float64, 2*s.Half())
	rng := rand.New(rand.NewPCG(7, 8))
	for i := range x {
		x[i] = 0.3 * rng.NormFloat64()
	}
	var first []float64
	for _, cores := range []int{1, 2, 3} {
		runtime.GOMAXPROCS(cores)
		dx := make([]float64, len(x))
		s.ModelForm().Field().One()(0, x, nil, dx)
		if first == nil {
			first = dx
		} else if !slices.Equal(dx, first) {
			t.Fatalf("other bits on %d cores", cores)
		}
	}
}

// Leapfrog keeps the energy to the second order of its step.
func TestLeapfrog(t *testing.T) {
	s := drawnSystem(t, "ring", 8, 1)
	s.Kinetic = Function{Half: 1, Polynomial: []float64{0, 0.25}}
	s.Site = Function{Half: 1, Waves: []float64{-1, 0}}
	s.Bond = []Function{{Half: 1, Polynomial: []float64{0, 0.25}}}
	f := s.ModelForm().Field()
	x := make([]float64, 16)
	for i := range 8 {
		x[i] = math.Sin(float64(i))
	}
	var off [2]float64
	for k, step := range []float64{0.1, 0.05} {
		states, _, err := ode.SolveSplit(f.Split(), x, []float64{0, 3, 7, 10}, nil, &ode.Settings{Method: ode.Leapfrog, Step: step})
		if err != nil {
			t.Fatal(err)
		}
		energy := f.Energy()
		for r := range 4 {
			off[k] = max(off[k], math.Abs(energy(states[16*r:16*r+16])-energy(x)))
		}
	}
	if order := math.Log2(off[0] / off[1]); order < 1.7 || order > 2.3 {
		t.Errorf("the energy errs by %v and %v: order %.2g, want 2", off[0], off[1], order)
	}
}

// A file's architecture and coefficients make the same system; one that cannot be is an error.
func TestReadBack(t *testing.T) {
	grid := drawnSystem(t, "fixed-grid:2x3", 6, 1)
	edges := drawnSystem(t, "chain", 6, 2)
	edges.Shape = nil
	for _, s := range []*System{grid, edges} {
		if s.Space == 1 {
			s.Friction = 0.25
			for i := range s.Sites {
				s.Masses = append(s.Masses, 1+0.5*float64(i))
			}
		}
		text, err := json.Marshal(s.Spec())
		if err != nil {
			t.Fatal(err)
		}
		c := s.Coefficients()
		read := func(size int) ([]float64, error) { return c[:size], nil }
		back, err := Read(text, read)
		if err != nil {
			t.Fatal(err)
		}
		x := make([]float64, 2*s.Half())
		for i := range x {
			x[i] = math.Cos(float64(i * i))
		}
		if a, b := s.energy(x), back.energy(x); a != b {
			t.Errorf("%v and %v", a, b)
		}
		dx, again := make([]float64, len(x)), make([]float64, len(x))
		s.ModelForm().Field().One()(0, x, nil, dx)
		back.ModelForm().Field().One()(0, x, nil, again)
		if !slices.Equal(dx, again) {
			t.Errorf("%v and %v", dx, again)
		}
		for _, bad := range []string{`{"sites":0}`, strings.Replace(string(text), `"sites":6`, `"sites":5`, 1), strings.Replace(string(text), `"half":1.7`, `"half":0`, 1)} {
			if _, err := Read([]byte(bad), read); err == nil {
				t.Errorf("%s is taken", bad)
			}
		}
	}
}

// Lattices and edges that cannot be are errors that say why.
func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		"line": "there is no lattice", "chain:5": "leave out", "grid": "give the sides", "grid:0x4": "give the sides", "grid:8": "two or three sides",
		"torus:2x2x2x2": "two or three sides", "grid:100000x100000": "more than", "fixed-ring": "there is no lattice", "ring:axes": "leave out",
	} {
		if _, err := ParseShape(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"": "no line", "1,2\n2,9": "counted from 1 to 4", "1,1": "to itself", "1,2\n2,1": "so does line 1", "1": "give two sites", "1,2,0": "kinds are counted from 1", "\ufeff1,2\n2,9": "line 2",
		"l,2\n2,3": "line 1", "0,1\n1,2\n2,3": "count them from 1",
	} {
		if _, err := ReadEdges(strings.NewReader(text), 4); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if bonds, err := ReadEdges(strings.NewReader("\ufeffi,j\n# comment\n1,2\n0 3 2\n"), 3); err != nil || !slices.Equal(bonds, []Bond{{0, 1, 0}, {Wall, 2, 1}}) {
		t.Errorf("%v, %v", bonds, err)
	}
	grid, _ := ParseShape("grid:3x3")
	if _, err := grid.Of(10); err == nil || !strings.Contains(err.Error(), "equal sides") {
		t.Errorf("ten sites of a square: %v", err)
	}
}
