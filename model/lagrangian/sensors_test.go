package lagrangian

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"hnn/model/program"
)

// What sensors show moves as the states behind it do, has their energy, and is kept in a file.
func TestSensors(t *testing.T) {
	l := random(true)
	plain := l.ModelForm().Field()
	l.Sensors = &Sensors{Gain: []float64{0.95, 1.1, 0.7}, Offset: []float64{0.2, -0.1, 0}}
	spec, err := json.Marshal(l.Spec())
	if err != nil {
		t.Fatal(err)
	}
	read, err := Read(spec, func(int) ([]float64, error) { return l.Coefficients, nil })
	if err != nil {
		t.Fatal(err)
	}
	f := read.ModelForm().Field()
	x := state(rand.New(rand.NewPCG(1, 2)), 6)
	testChart(t, f, x)

	z := make([]float64, 6)
	l.Sensors.state(x, z)
	energy := f.Energy()
	if e := plain.Energy()(z); energy(x) != e {
		t.Errorf("the energy is %v, of the state itself %v", energy(x), e)
	}
	if e := read.EnergyExpr().Eval(x); math.Abs(e-energy(x)) > 1e-13 {
		t.Errorf("the formula of the energy gives %v, want %v", e, energy(x))
	}

	u, one := []float64{0.7}, f.One()
	a, dx, up, down := make([]float64, 36), make([]float64, 6), make([]float64, 6), make([]float64, 6)
	one(0, x, u, dx)
	f.Jacobian()(x, u, a)
	const h = 1e-5
	for j := range x {
		v := x[j]
		x[j] = v + h
		one(0, x, u, up)
		x[j] = v - h
		one(0, x, u, down)
		x[j] = v
		for i := range x {
			// Central differences at 1e-5 are good to 1e-9 of the third derivative.
			if d := (up[i] - down[i]) / (2 * h); math.Abs(d-a[i*6+j]) > 1e-8 {
				t.Errorf("df%d/dx%d = %v, by differences %v", i, j, a[i*6+j], d)
			}
		}
	}

	b := program.NewBuilder()
	in, force := b.Input(6), b.Input(1)
	out, _, err := read.LowerField(b, in, force)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range b.Function(out).Run()(x, u) {
		if math.Abs(v-dx[i]) > 1e-13 {
			t.Errorf("written out, component %d is %v, want %v", i, v, dx[i])
		}
	}

	for _, bad := range []Sensors{{Gain: []float64{1}, Offset: []float64{0}}, {Gain: []float64{1, 0, 1}, Offset: make([]float64, 3)}} {
		l.Sensors = &bad
		spec, _ := json.Marshal(l.Spec())
		if _, err := Read(spec, func(int) ([]float64, error) { return l.Coefficients, nil }); err == nil {
			t.Errorf("read sensors %v", bad)
		}
	}
}
