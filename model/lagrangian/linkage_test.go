package lagrangian_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"hnn/data/rods"
	"hnn/model/lagrangian"
	"hnn/model/terms"
	"hnn/ode"
)

// fourBar is two masses on three rods between two pivots, with weight, a spring between the first and the origin, and friction.
func fourBar(friction float64) *lagrangian.Lagrangian {
	c := &rods.Linkage{
		Dim: 2, Columns: [][]int{{0, 1}, {2, 3}}, Pivots: [][]float64{{0, 0}, {1.2, 0.1}},
		Rods: []rods.Rod{{From: -1, To: 0, Length: 0.9}, {From: -2, To: 1, Length: 0.8}, {From: 0, To: 1, Length: 1}},
	}
	l := &lagrangian.Lagrangian{Form: lagrangian.Form{N: 4, Inputs: 1, Viscous: true, Library: terms.New(4, nil, terms.Options{Degree: 2})}, Linkage: c}
	at := l.Layout()
	l.Coefficients = make([]float64, at.Size)
	for i, name := range l.Names([]string{"x1", "y1", "x2", "y2"}, []string{"u"}) {
		switch name {
		case "M[x1,x1]", "M[y1,y1]":
			l.Coefficients[i] = 0.8
		case "M[x2,x2]", "M[y2,y2]":
			l.Coefficients[i] = 1.1
		case "M[x1,x2]", "M[y1,y2]":
			l.Coefficients[i] = 0.2
		case "V*y1":
			l.Coefficients[i] = 0.8 * 9.81
		case "V*y2":
			l.Coefficients[i] = 1.1 * 9.81
		case "V*x1^2":
			l.Coefficients[i] = 0.7
		case "R[x1]", "R[y1]", "R[x2]", "R[y2]":
			l.Coefficients[i] = friction
		case "G[x2,u]":
			l.Coefficients[i] = 1
		}
	}
	return l
}

// barState is a state that the rods of fourBar allow.
func barState(t *testing.T, l *lagrangian.Lagrangian) []float64 {
	x := []float64{0.2, -0.9, 1.1, -0.8, 0.9, 0.3, 0.8, 0.1}
	if !l.Linkage.NewProjection().State(x) {
		t.Fatal("no state on the rods")
	}
	return x
}

// The acceleration's derivatives by positions, velocities and coefficients are those of its differences.
func TestLinkedDerivatives(t *testing.T) {
	l := fourBar(0.3)
	x, u, keep := barState(t, l), []float64{0.6}, []int{}
	for c, v := range l.Coefficients {
		if v != 0 {
			keep = append(keep, c)
		}
	}
	const pull = 3
	x[0] += 0.05 // off the rods, where the pull is
	m := l.NewLinkedMotion(keep...)
	m.Pull = pull
	a, byX, byV := make([]float64, 4), make([]float64, 16), make([]float64, 16)
	if !m.Jacobian(x[:4], x[4:], u, a, byX, byV) {
		t.Fatal("no acceleration")
	}
	derivatives := map[int][]float64{}
	for _, c := range keep {
		derivatives[c] = make([]float64, 4)
		m.Derivative(c, x[4:], a, u, derivatives[c])
	}
	const h = 1e-6
	at := func(l *lagrangian.Lagrangian, x []float64) []float64 {
		a := make([]float64, 4)
		m := l.NewLinkedMotion()
		m.Pull = pull
		m.Acceleration(x[:4], x[4:], u, a)
		return a
	}
	check := func(name string, up, down []float64, got func(i int) float64) {
		for i := range 4 {
			if want := (up[i] - down[i]) / (2 * h); math.Abs(got(i)-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("%s: component %d is %v, by differences %v", name, i, got(i), want)
			}
		}
	}
	for e := range 8 {
		up, down := slices.Clone(x), slices.Clone(x)
		up[e] += h
		down[e] -= h
		check("state", at(l, up), at(l, down), func(i int) float64 {
			if e < 4 {
				return byX[i*4+e]
			}
			return byV[i*4+e-4]
		})
	}
	for _, c := range keep {
		side := func(h float64) []float64 {
			o := *l
			o.Coefficients = slices.Clone(l.Coefficients)
			o.Coefficients[c] += h
			return at(&o, x)
		}
		check("coefficient", side(h), side(-h), func(i int) float64 { return derivatives[c][i] })
	}
}

// A four-bar linkage has one angle, the crank's: its motion is that of T(angle) rate^2/2 + V(angle), whose rate follows from the
// energy. Rollouts keep rods and energy, and losses take what the power says.
func TestLinkage(t *testing.T) {
	l := fourBar(0)
	spec := l.Spec()
	spec.Kind = lagrangian.Kind
	architecture, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	read, err := lagrangian.Read(architecture, func(int) ([]float64, error) { return l.Coefficients, nil })
	if err != nil {
		t.Fatal(err)
	}
	f := read.ModelForm().Field()
	x0 := barState(t, l)
	times := make([]float64, 101)
	for i := range times {
		times[i] = 0.2 * float64(i)
	}
	chart := f.Charted(ode.DOP853)
	states, _, err := ode.Solve(chart.Field.Free(), chart.Enter(x0, 8)[:8], times, nil, &ode.Settings{Method: ode.DOP853, RTol: 1e-9, ATol: 1e-9})
	if err != nil {
		t.Fatal(err)
	}
	states = chart.Leave(states, 8)
	energy := f.Energy()
	first := energy(x0)
	for i := range times {
		x := states[i*8 : i*8+8]
		for _, off := range []float64{math.Hypot(x[0], x[1]) - 0.9, math.Hypot(x[2]-1.2, x[3]-0.1) - 0.8, math.Hypot(x[2]-x[0], x[3]-x[1]) - 1} {
			if math.Abs(off) > 1e-12 {
				t.Fatalf("at %v a rod is off by %v", times[i], off)
			}
		}
		if e := energy(x); math.Abs(e-first) > 1e-6 { // the tolerance over 20 s
			t.Fatalf("at %v the energy has changed by %v", times[i], e-first)
		}
	}
	// The same by the crank's angle alone.
	points := func(a float64) []float64 {
		x := []float64{0.9 * math.Sin(a), -0.9 * math.Cos(a), 0, 0}
		dx, dy := 1.2-x[0], 0.1-x[1]
		r := math.Hypot(dx, dy)
		along := (1 - 0.64 + r*r) / (2 * r)
		side := math.Sqrt(1 - along*along)
		x[2], x[3] = x[0]+(along*dx+side*dy)/r, x[1]+(along*dy-side*dx)/r
		return x
	}
	const h = 1e-5
	rates := func(a float64) []float64 {
		up, down := points(a+h), points(a-h)
		for i := range up {
			up[i] = (up[i] - down[i]) / (2 * h)
		}
		return up
	}
	mass := func(a float64) float64 {
		d := rates(a)
		return 0.8*(d[0]*d[0]+d[1]*d[1]) + 1.1*(d[2]*d[2]+d[3]*d[3]) + 0.4*(d[0]*d[2]+d[1]*d[3])
	}
	height := func(a float64) float64 {
		x := points(a)
		return 9.81*(0.8*x[1]+1.1*x[3]) + 0.7*x[0]*x[0]
	}
	a := math.Atan2(x0[0], -x0[1])
	d := rates(a)
	z := []float64{a, (x0[4]*d[0] + x0[5]*d[1]) / (d[0]*d[0] + d[1]*d[1])}
	const wide = 1e-3
	angle, _, err := ode.Solve(func(_ float64, z, dz []float64) {
		dz[0] = z[1]
		byAngle := (mass(z[0]+wide) - mass(z[0]-wide)) / (2 * wide)
		dz[1] = (-byAngle*z[1]*z[1]/2 - (height(z[0]+wide)-height(z[0]-wide))/(2*wide)) / mass(z[0])
	}, z, times[:26], nil, &ode.Settings{Method: ode.DOP853, RTol: 1e-10, ATol: 1e-10})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 26 {
		for j, v := range points(angle[2*i]) {
			if math.Abs(states[i*8+j]-v) > 1e-4 { // differences of the order of 1e-3 squared, over 5 s
				t.Fatalf("at %v: %v, by the angle %v", times[i], states[i*8:i*8+4], points(angle[2*i]))
			}
		}
	}
	lossy := fourBar(0.3).ModelForm().Field()
	power := lossy.Power()(x0)
	want := 0.0
	for _, v := range x0[4:] {
		want -= 0.3 * v * v
	}
	if math.Abs(power-want) > 1e-12*math.Abs(want) {
		t.Errorf("friction takes %v, want %v", power, want)
	}
}

// Files whose rods do not fit, or with parts that points on rods do not have, are refused.
func TestLinkageFiles(t *testing.T) {
	for name, of := range map[string]struct {
		change func(l *lagrangian.Lagrangian)
		want   string
	}{
		"rod":     {func(l *lagrangian.Lagrangian) { l.Linkage.Rods[0].To = 2 }, "a rod from"},
		"length":  {func(l *lagrangian.Lagrangian) { l.Linkage.Rods[0].Length = 0 }, "a rod of length"},
		"column":  {func(l *lagrangian.Lagrangian) { l.Linkage.Columns[1][0] = 1 }, "column 1"},
		"pivot":   {func(l *lagrangian.Lagrangian) { l.Linkage.Pivots = l.Linkage.Pivots[:1] }, "a rod from -2"},
		"size":    {func(l *lagrangian.Lagrangian) { l.Linkage.Columns = l.Linkage.Columns[:1] }, "3 rods between 1 points"},
		"mass":    {func(l *lagrangian.Lagrangian) { l.Coefficients[(l.Library.Constant+1)%l.Library.Size()] = 1 }, "masses change"},
		"sensors": {func(l *lagrangian.Lagrangian) { l.Drag, l.Coefficients = true, make([]float64, l.Size()+4) }, "parts that such a system"},
	} {
		l := fourBar(0)
		of.change(l)
		spec := l.Spec()
		spec.Kind = lagrangian.Kind
		architecture, err := json.Marshal(spec)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lagrangian.Read(architecture, func(int) ([]float64, error) { return l.Coefficients, nil }); err == nil || !strings.Contains(err.Error(), of.want) {
			t.Errorf("%s: %v, want %q", name, err, of.want)
		}
	}
}
