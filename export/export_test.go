package export

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"hnn/data/rods"
	"hnn/model"
	"hnn/model/expr"
	"hnn/model/file"
	"hnn/model/formula"
	"hnn/model/lagrangian"
	"hnn/model/lattice"
	"hnn/model/network"
	"hnn/model/terms"
)

// one is a model of a kind with random states to compare at.
type one struct {
	name   string
	form   *model.Form[float64]
	states func(rng *rand.Rand) []float64
}

const kept = "../cmd/hnn/testdata/before/models"

// kinds is a model of every kind that is kept for compatibility, and of those that are newer.
func kinds(t testing.TB) []one {
	t.Helper()
	var all []one
	add := func(name string, form *model.Form[float64]) {
		all = append(all, one{name, form, func(rng *rand.Rand) []float64 {
			x := make([]float64, form.Dim)
			for i := range x {
				x[i] = rng.NormFloat64()
				if form.Scales != nil {
					x[i] = form.Scales.Origin[i] + x[i]*form.Scales.State[i]
				}
			}
			return x
		}})
	}
	dirs, err := os.ReadDir(kept)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		form, _, err := file.Load(filepath.Join(kept, d.Name(), "model.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		add(d.Name(), form)
	}
	for _, act := range []string{"sigmoid", "softplus", "silu", "elu", "selu", "sin", "gelu"} {
		n, err := network.New[float64](network.Architecture{Kind: network.KindHNN, Dim: 4, Hidden: []int{9, 9}, Activation: act, Angles: []bool{true, false, false, false}}, rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		add("hnn-"+act, n.Form())
	}
	for _, inputs := range []int{0, 1} {
		a := network.Architecture{Kind: network.KindLagrangian, Dim: 4, Hidden: []int{7}, Activation: "tanh", Inputs: inputs}
		if inputs > 0 {
			a.Angles, a.Rates, a.Dissipation = []bool{true, false, false, false}, []float64{1.5, 0.7}, network.DissipationConvex
		}
		n, err := network.New[float64](a, rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		add(fmt.Sprintf("%s, %d inputs", network.KindLagrangian, inputs), n.Form())
	}
	f := &formula.Formula{N: 2, Inputs: 1, Friction: []float64{0.1, 0.2}, Gain: []float64{1, -2}}
	separable := &formula.Formula{N: 1}
	list, err := expr.ParseList("p1^2/2, p2^2*cos(q1 - q2), 1/sqrt(1 + q1^2 + q2^2), tanh(p1*q2), abs(q1)^1.5, exp(-q2^2)*log(2 + cos(q1))", []string{"q1", "q2", "p1", "p2"})
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range list {
		f.Terms = append(f.Terms, formula.Term{Expr: e, Coefficient: 0.7 - 0.3*float64(i)})
	}
	add("formula", f.ModelForm())
	list, err = expr.ParseList("p^2, cos(q), 1/(2 + q^2)", []string{"q", "p"})
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range list {
		separable.Terms = append(separable.Terms, formula.Term{Expr: e, Coefficient: 0.7 - 0.3*float64(i)})
	}
	add("formula-separable", separable.ModelForm())
	rng := rand.New(rand.NewPCG(5, 6))
	lagrangians := map[string]lagrangian.Form{
		"lagrangian":          {N: 2, Library: terms.New(2, []bool{true, true}, terms.Options{Waves: 1, Degree: 1})},
		"lagrangian-friction": {N: 2, Inputs: 1, Library: terms.New(2, []bool{true, false}, terms.Options{Waves: 1, Degree: 2}), Magnetic: true, Viscous: true, Symmetric: true, Coulomb: true, Drag: true, Width: []float64{0.1, 0.3}},
		"lagrangian-steered":  {N: 2, Inputs: 1, Library: terms.New(2, []bool{true, true}, terms.Options{Waves: 1}), Steered: true},
		"lagrangian-forced":   {N: 2, Inputs: 2, Library: terms.New(2, []bool{true, true}, terms.Options{Waves: 1})},
		"lagrangian-sensors":  {N: 2, Library: terms.New(2, []bool{true, true}, terms.Options{Waves: 1}), Viscous: true},
		"lagrangian-both":     {N: 1, Inputs: 3, Library: terms.New(1, nil, terms.Options{Degree: 3}), Viscous: true},
		"lagrangian-varying":  {N: 1, Inputs: 1, Library: terms.New(1, nil, terms.Options{Degree: 2}), Viscous: true, Varying: true, Gain: []float64{2}},
	}
	for _, name := range slices.Sorted(maps.Keys(lagrangians)) { // in one order, since coefficients are drawn
		l := &lagrangian.Lagrangian{Form: lagrangians[name]}
		l.Coefficients = make([]float64, l.Size())
		for i := range l.Coefficients {
			l.Coefficients[i] = 0.1 * rng.NormFloat64()
		}
		switch name {
		case "lagrangian-forced", "lagrangian-both":
			l.Harmonics = []float64{1.7}
		case "lagrangian-sensors":
			l.Sensors = &lagrangian.Sensors{Gain: []float64{2, -0.5}, Offset: []float64{0.1, 0.3}}
		}
		k := l.Library.Size()
		for p, pair := range l.MassPairs() { // positive definite near the origin
			if pair[0] == pair[1] {
				l.Coefficients[p*k+l.Library.Constant] = 4
			}
		}
		add(name, l.ModelForm())
		if name == "lagrangian" || name == "lagrangian-friction" { // the same as points on rods
			hung := *l
			hung.Points = &rods.Chain{Pivot: [2]float64{0.3, -0.2}, Rods: []rods.Rod{{From: -1, To: 1, Length: 1.1}, {From: 1, To: 0, Length: 0.7}}}
			if name == "lagrangian" {
				hung.Points.Columns = [][2]int{{3, 0}, {1, 2}}
			}
			form := hung.ModelForm()
			all = append(all, one{name + "-rods", form, func(rng *rand.Rand) []float64 {
				z, x := make([]float64, form.Dim/2), make([]float64, form.Dim)
				for i := range z {
					z[i] = rng.NormFloat64()
				}
				form.Field().Chart.From()(z, x)
				return x
			}})
		}
	}
	for _, kind := range []string{terms.KindLinear, terms.KindSparse} {
		o := terms.Options{Degree: 1}
		if kind == terms.KindSparse {
			o = terms.Options{Degree: 3, Waves: 1}
		}
		field := &terms.Field{Dim: 3, Inputs: 2, Library: terms.New(3, nil, o)}
		for range 3 * field.Library.Size() {
			field.C = append(field.C, 0.3*rng.NormFloat64())
		}
		for range 6 {
			field.B = append(field.B, rng.NormFloat64())
		}
		add(kind, field.ModelForm(kind))
	}
	spring := lattice.Function{Middle: 0.1, Half: 1.5, Polynomial: []float64{0.1, 0.5, -0.2, 0.3, 0.05}, Exponentials: []float64{-0.8, 0.3, 0.1}}
	for _, g := range []lattice.System{{Sites: 3, Space: 1, Site: lattice.Function{Half: 1, Waves: []float64{-0.5, 0.2}}}, {Sites: 3, Space: 2, Interleaved: true}} {
		g.Kinetic, g.Bond = lattice.Function{Half: 1, Polynomial: []float64{0, 0.25}}, []lattice.Function{spring}
		g.Bonds = []lattice.Bond{{I: 0, J: 1}, {I: 1, J: 2}}
		if g.Space == 1 {
			g.Bonds = append(g.Bonds, lattice.Bond{I: 2, J: lattice.Wall})
		}
		add(fmt.Sprintf("%s in %d dimensions", lattice.Kind, g.Space), g.ModelForm())
	}
	return all
}

const eps = 0x1p-52

// The program of every kind of model gives its field, its energy up to rounding, its halves, and the derivatives that its
// Jacobian has.
func TestPrograms(t *testing.T) {
	for _, k := range kinds(t) {
		m, err := New(k.form, Names{})
		if err != nil {
			t.Errorf("%s: %v", k.name, err)
			continue
		}
		rng := rand.New(rand.NewPCG(1, 2))
		field := k.form.Field()
		if (m.Energy != nil) != (field.Energy != nil) || (m.Force != nil) != (field.Split != nil || field.SplitMany != nil) {
			t.Errorf("%s: an energy: %v, separable: %v; the model has %v, %v", k.name, m.Energy != nil, m.Force != nil, field.Energy != nil, field.Split != nil)
		}
		run, terms, many := m.Field.Run(), m.Field.Terms(), field.Many()
		d, in := m.Dim, m.Inputs
		worst := 0.0
		for range 50 {
			x, u, want := k.states(rng), make([]float64, in), make([]float64, d)
			for i := range u {
				u[i] = rng.NormFloat64()
			}
			if in > 0 {
				many([]float64{now}, x, u, want, 1)
			} else {
				field.Free()(now, x, want)
			}
			all := m.arguments(now, x, u)
			got := append([]float64(nil), run(all...)...)
			size := terms(all...)
			worst = max(worst, Distance(want, got)/(1+norm(size)/norm(want)))
			if m.Energy != nil {
				a, b := field.Energy()(x), m.Energy.Run()(x)[0]
				if s := m.Energy.Terms()(x)[0]; math.Abs(a-b) > 100*eps*(s+math.Abs(a)) {
					t.Errorf("%s: energy %v, want %v", k.name, b, a)
				}
			}
			if m.Force != nil {
				v, f := m.Velocity.Run()(x[d/2:]), m.Force.Run()(x[:d/2])
				if e := Distance(got, append(append([]float64(nil), v...), f...)); e > 100*eps*norm(size)/norm(want) {
					t.Errorf("%s: the halves are off by %v", k.name, e)
				}
			}
			if field.Jacobian != nil {
				a := make([]float64, d*d)
				field.Jacobian()(x, u, a)
				tangent := func(dx []float64) []float64 {
					if in == 0 {
						return m.Tangent.Run()(x, dx)[:d]
					}
					return m.Tangent.Run()(x, u, dx, make([]float64, in))[:d]
				}
				for j := range d {
					dx, column := make([]float64, d), make([]float64, d)
					dx[j] = 1
					for i := range d {
						column[i] = a[i*d+j]
					}
					if e := Distance(column, tangent(dx)); e > 1e-9 && norm(column) > 1e-9*norm(a) {
						t.Errorf("%s: column %d of the Jacobian is off by %v", k.name, j, e)
					}
				}
			}
		}
		t.Logf("%-24s %.2g K eps", k.name, worst/eps)
		if !(worst <= 16*eps) {
			t.Errorf("%s: the field is off by %.3g of what its terms are times eps", k.name, worst/eps)
		}
	}
}

func norm(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x * x
	}
	return math.Sqrt(s)
}

// Forms that their programs do not know are refused, none is written as another.
func TestRefused(t *testing.T) {
	n, err := network.New[float64](network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{3}, Activation: "tanh"}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(n.Form(), Names{})
	if err != nil {
		t.Fatal(err)
	}
	other, err := network.New[float64](n.Architecture(), rand.New(rand.NewPCG(3, 4)))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.check(other.Form()); err == nil {
		t.Error("the program of another network passes for the model's")
	}
}
