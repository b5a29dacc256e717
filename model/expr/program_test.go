package expr

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A program gives, at one point and at many, bit for bit what the expressions give.
func TestProgram(t *testing.T) {
	names := []string{"x", "y"}
	list, err := ParseList("x, 3, x + y, x - y*x, -sin(x*y)/cos(y), (x + y)^2, (x + y)^-3, abs(x)^0.5, abs(x)^y, exp(x*y) + sin(x*y), sqrt(x^2 + y^2), log(x)", names)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list[:11] {
		list = append(list, e.Derivative(0), e.Derivative(1))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, rows := range []int{1, 63, 64, 65, 200} {
		p := Compile(list...)
		x := make([]float64, 2*rows)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		out, one := make([]float64, rows*len(list)), make([]float64, len(list))
		p.Rows(x, 2, out)
		q := p.Clone()
		for r := range rows {
			q.At(x[2*r:2*r+2], one)
			for k, e := range list {
				want := e.Eval(x[2*r : 2*r+2])
				for _, got := range []float64{out[r*len(list)+k], one[k]} {
					if math.Float64bits(got) != math.Float64bits(want) && !(math.IsNaN(got) && math.IsNaN(want)) {
						t.Fatalf("%d rows, row %d: %s is %v, want %v", rows, r, e.Write(Text, names, 0), got, want)
					}
				}
			}
		}
	}
	if e, row := Compile(list...).NotFinite([]float64{1, 1, -1, 2}, 2); e != 11 || row != 1 {
		t.Errorf("not finite is expression %d at row %d, want 11 at 1", e, row)
	}
}
