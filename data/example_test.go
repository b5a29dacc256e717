package data_test

import (
	"fmt"
	"log"
	"math"

	"hnn/data"
)

// Two trials of an oscillator, which is q” = -q, at uneven times.
func oscillator() *data.Set {
	s := &data.Set{Dim: 2, Offsets: []int{0}, Names: []string{"q", "p"}}
	for trial := range 2 {
		for i := range 50 {
			t := 0.1*float64(i) + 0.02*math.Sin(float64(i))
			phase := t + float64(trial)
			s.T, s.X = append(s.T, t), append(s.X, math.Cos(phase), -math.Sin(phase))
		}
		s.Offsets = append(s.Offsets, len(s.T))
	}
	return s
}

// A set made by hand is checked once; its trials are views.
func ExampleSet() {
	s := oscillator()
	if err := s.Validate(); err != nil {
		log.Fatal(err)
	}
	t, x, _ := s.Trial(1)
	fmt.Printf("%d rows in %d trials; the second begins at t = %g with q = %.4f, p = %.4f\n",
		s.Rows(), s.Trials(), t[0], x[0], x[1])

	s.X = s.X[1:]
	fmt.Println(s.Validate() != nil)
	// Output:
	// 100 rows in 2 trials; the second begins at t = 0 with q = 0.5403, p = -0.8415
	// true
}

func ExampleSet_CentralDifferences() {
	s, err := oscillator().CentralDifferences()
	if err != nil {
		log.Fatal(err)
	}
	x, dx := s.Row(25)
	fmt.Printf("dq/dt = %.3f where p = %.3f\n", dx[0], x[1])
	// Output: dq/dt = -0.599 where p = -0.601
}

// Units do not matter to a fit that works on dimensionless states: the same motion in
// millimetres has other scales and the same rows.
func ExampleNewScales() {
	s, err := oscillator().CentralDifferences()
	if err != nil {
		log.Fatal(err)
	}
	for i := range s.X {
		s.X[i], s.DX[i] = 1000*s.X[i], 1000*s.DX[i]
	}
	scales, err := data.NewScales(s, data.ScaleOptions{})
	if err != nil {
		log.Fatal(err)
	}
	x, z := s.X[20:22], make([]float64, 2)
	scales.States(z, x)
	fmt.Printf("%.0f is %.2f in units of %.0f; a unit of energy is %.2g\n", x, z, scales.State, scales.Energy())
	// Output: [549 -836] is [0.82 -1.13] in units of [672 741]; a unit of energy is 5e+05
}

// An input sampled three times, on lines between the samples or held as by a digital
// controller.
func ExampleSignal() {
	var u [1]float64
	for _, held := range []bool{false, true} {
		s := data.Signal{T: []float64{0, 1, 2}, U: []float64{0, 10, 4}, Held: held}
		s.At(1.5, u[:])
		fmt.Println(u[0])
	}
	// Output:
	// 7
	// 10
}
