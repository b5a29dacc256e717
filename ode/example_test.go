package ode_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"hnn/ode"
)

// A pendulum of H = p^2 + 3 (1 - cos q), asked for at four times.
func ExampleSolve() {
	pendulum := func(t float64, x, dx []float64) {
		q, p := x[0], x[1]
		dx[0] = 2 * p
		dx[1] = -3 * math.Sin(q)
	}
	times := []float64{0, 1, 2, 3}
	states, _, err := ode.Solve(pendulum, []float64{1, 0}, times, nil, &ode.Settings{
		Method: ode.DOP853, RTol: 1e-12, ATol: 1e-12,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, t := range times {
		q, p := states[2*i], states[2*i+1]
		fmt.Printf("t = %g  q = %+.6f  p = %+.6f  H = %.9f\n", t, q, p, p*p+3*(1-math.Cos(q)))
	}
	// Output:
	// t = 0  q = +1.000000  p = +0.000000  H = 1.379093082
	// t = 1  q = -0.672311  p = -0.852201  H = 1.379093082
	// t = 2  q = -0.120498  p = +1.165049  H = 1.379093082
	// t = 3  q = +0.826564  p = -0.641339  H = 1.379093082
}

// A hundred oscillators at once. The field sees all those that still run; a row that
// fails does not stop the others.
func ExampleSolveBatch() {
	field := func(t []float64, x, dx []float64, rows int) {
		for i := range rows {
			dx[2*i], dx[2*i+1] = x[2*i+1], -x[2*i]
		}
	}
	const rows = 100
	x0 := make([]float64, 2*rows)
	for i := range rows {
		x0[2*i] = float64(i)
	}
	x0[2*7] = math.NaN()
	times := []float64{0, math.Pi}
	result, err := ode.SolveBatch(field, x0, rows, times, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("row 42 ends at q = %.6f\n", result.Row(42)[2])
	fmt.Println(result.Err())
	// Output:
	// row 42 ends at q = -42.000000
	// ode: 1 of 100 trajectories failed; number 7: ode: component 0 of the initial state is NaN
}

// A Solver keeps its memory between integrations, and a context ends one that takes
// too long.
func ExampleSolver() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	solver, err := ode.NewSolver(1, &ode.Settings{Interrupt: ctx.Err})
	if err != nil {
		fmt.Println(err)
		return
	}
	square := func(t float64, x, dx []float64) { dx[0] = x[0] * x[0] }
	times, out := []float64{0, 0.5, 1.5}, make([]float64, 3)
	for _, x0 := range []float64{0.25, 1} {
		_, _, err := solver.Solve(square, []float64{x0}, times, out)
		var underflow *ode.StepUnderflowError
		if errors.As(err, &underflow) {
			fmt.Printf("from %g: a pole at t = %.3f\n", x0, underflow.Time)
			continue
		}
		fmt.Printf("from %g: %.4f\n", x0, out)
	}
	// Output:
	// from 0.25: [0.2500 0.2857 0.4000]
	// from 1: a pole at t = 1.000
}
