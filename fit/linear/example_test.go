package linear_test

import (
	"fmt"
	"log"
	"math"

	"hnn/data"
	"hnn/fit/linear"
)

// A damped oscillation, dv/dt = -4 q - 0.2 v, and the spring and the friction in it.
func ExampleFit() {
	s := &data.Set{Dim: 2, Offsets: []int{0, 100}, Names: []string{"q", "v"}}
	w := math.Sqrt(4 - 0.01)
	for i := range 100 {
		t := 0.1 * float64(i)
		sin, cos := math.Sincos(w * t)
		e := math.Exp(-0.1 * t)
		s.T = append(s.T, t)
		s.X = append(s.X, e*cos, e*(-0.1*cos-w*sin))
	}
	field, _, err := linear.Fit(s, linear.Options{SecondOrder: true})
	if err != nil {
		log.Fatal(err)
	}
	parts, err := linear.Split(field, 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("spring %.4f, friction %.4f, each for a unit of mass\n", parts.K[0]/parts.M[0], parts.R[0]/parts.M[0])
	// Output: spring 4.0000, friction 0.2000, each for a unit of mass
}
