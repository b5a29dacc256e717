package nn_test

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"hnn/nn"
)

// A scalar network H(q, p), its value and its gradient at a batch of states. Of a
// Hamiltonian, the gradient turned by a quarter is the field: (dH/dp, -dH/dq).
func ExampleTape_Gradient() {
	h, err := nn.New[float64](nn.Spec{In: 2, Hidden: []int{32, 32}, Out: 1, Activation: nn.Tanh})
	if err != nil {
		log.Fatal(err)
	}
	h.Init(rand.New(rand.NewPCG(1, 2)), 1)
	h.Refresh()

	const rows = 3
	x := []float64{1, 0, 0, 1, -0.5, 0.5}
	g, value := make([]float64, rows*2), make([]float64, rows)
	tape := h.NewTape(rows)
	tape.Gradient(x, g, value, rows)

	// The same by central differences of the values.
	const step = 1e-5
	moved, up, down := append([]float64{}, x...), make([]float64, rows), make([]float64, rows)
	for i := range rows {
		moved[2*i] = x[2*i] + step
	}
	tape.Value(moved, up, rows)
	for i := range rows {
		moved[2*i] = x[2*i] - step
	}
	tape.Value(moved, down, rows)
	for i := range rows {
		fmt.Println(math.Abs((up[i]-down[i])/(2*step)-g[2*i]) < 1e-8)
	}
	// Output:
	// true
	// true
	// true
}

// Gradient descent on one network's parameters: ValueAdjoint adds the derivative of the
// loss to a slice of the layout of Params.
func ExampleTape_ValueAdjoint() {
	net, err := nn.New[float64](nn.Spec{In: 1, Hidden: []int{16}, Out: 1, Activation: nn.Tanh, OutputBias: true})
	if err != nil {
		log.Fatal(err)
	}
	net.Init(rand.New(rand.NewPCG(1, 2)), 1)

	const rows = 20
	x, y, ybar := make([]float64, rows), make([]float64, rows), make([]float64, rows)
	for i := range x {
		x[i] = 3 * float64(i) / rows
	}
	tape, grad := net.NewTape(rows), make([]float64, net.Spec().Parameters())
	loss := 0.0
	for range 5000 {
		net.Refresh()
		tape.Value(x, y, rows)
		loss = 0
		for i := range x {
			off := y[i] - math.Sin(x[i])
			loss += off * off / rows
			ybar[i] = 2 * off / rows
		}
		clear(grad)
		tape.ValueAdjoint(ybar, grad, nil)
		for k := range grad {
			net.Params()[k] -= 0.1 * grad[k]
		}
	}
	fmt.Println("sin is learned to 1e-3:", loss < 1e-3)
	// Output: sin is learned to 1e-3: true
}

// One state at a time, as an integrator asks: a Point needs no batch.
func ExamplePoint() {
	net, err := nn.New[float32](nn.Spec{In: 2, Hidden: []int{8}, Out: 1, Activation: nn.Softplus})
	if err != nil {
		log.Fatal(err)
	}
	layers := net.Layers()
	copy(layers[0].W, []float32{1, 0, 0, 1}) // two units see q and p, the others nothing
	copy(layers[1].W, []float32{1, 1})

	point := net.NewPoint()
	var value [1]float32
	gradient := make([]float32, 2)
	point.Value([]float32{0, 0}, value[:]) // 2 log 2
	point.Gradient([]float32{0, 0}, gradient)
	fmt.Printf("H = %.4f, grad H = %.1f\n", value[0], gradient)
	// Output: H = 1.3863, grad H = [0.5 0.5]
}
