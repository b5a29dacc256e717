package lagrangian_test

import (
	"fmt"

	"hnn/model/lagrangian"
	"hnn/model/terms"
)

// A pendulum, L = v^2/2 + cos q, with viscous friction 0.1 v: its coefficients are those of M, of V and of R, of functions of q.
func ExampleLagrangian() {
	l := &lagrangian.Lagrangian{Form: lagrangian.Form{
		N: 1, Library: terms.New(1, []bool{true}, terms.Options{Waves: 1}), Viscous: true,
	}}
	l.Coefficients = []float64{1, 0, 0, -1, 0, 0.1}
	for i, name := range l.Names([]string{"q"}, nil) {
		fmt.Println(name, "=", l.Coefficients[i])
	}
	a := make([]float64, 1)
	l.NewMotion().Acceleration([]float64{0.5}, []float64{2}, nil, a)
	fmt.Printf("acceleration %.4f at q = 0.5, v = 2\n", a[0])
	// Output:
	// M[q,q] = 1
	// M[q,q]*cos(q) = 0
	// M[q,q]*sin(q) = 0
	// V*cos(q) = -1
	// V*sin(q) = 0
	// R[q] = 0.1
	// acceleration -0.6794 at q = 0.5, v = 2
}
