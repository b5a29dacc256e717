package unroll_test

import (
	"fmt"
	"log"

	"hnn/fit/unroll"
	"hnn/model"
)

// Ten steps of a spring, H = q^2/2 + p^2/2, and how their last q depends on the first state. A field without parameters has no
// gradient but that by the states.
func ExampleRoll() {
	spring := &model.Pass[float64]{
		Field: func(x, dx []float64, rows int) {
			for i := range rows {
				dx[2*i], dx[2*i+1] = x[2*i+1], -x[2*i]
			}
		},
		Adjoint: func(dxbar, _, xbar []float64) {
			for i := 0; i < len(dxbar) && xbar != nil; i += 2 {
				xbar[i], xbar[i+1] = -dxbar[i+1], dxbar[i]
			}
		},
	}
	roll, err := unroll.New(unroll.RK4, 2, 1, 10, spring)
	if err != nil {
		log.Fatal(err)
	}
	h, active := make([]float64, 10), make([]int, 10)
	for k := range h {
		h[k], active[k] = 0.1, 1
	}
	states, err := roll.Forward([]float64{1, 0}, 1, h, active)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("q = %.4f, p = %.4f\n", states[20], states[21])

	bar := make([]float64, len(states))
	bar[20] = 1 // the derivative of the last q by itself
	if err := roll.Backward(bar, nil); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("by the first q %.4f, by the first p %.4f\n", bar[0], bar[1])
	// Output:
	// q = 0.5403, p = -0.8415
	// by the first q 0.5403, by the first p 0.8415
}
