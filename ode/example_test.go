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

// A pendulum by leapfrog for ten thousand time units: the error of its energy is bounded by
// the square of the step, and does not grow.
func ExampleSolveSplit() {
	pendulum := ode.Split{
		Velocity: func(p, v []float64) { v[0] = 2 * p[0] },
		Force:    func(q, f []float64) { f[0] = -3 * math.Sin(q[0]) },
	}
	energy := func(x []float64) float64 { return x[1]*x[1] + 3*(1-math.Cos(x[0])) }
	times := []float64{0, 10, 100, 1000, 10000}
	states, stats, err := ode.SolveSplit(pendulum, []float64{1, 0}, times, nil, &ode.Settings{
		Method: ode.Leapfrog, Step: 0.05,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	worst := 0.0
	for i := range times {
		worst = max(worst, math.Abs(energy(states[2*i:2*i+2])/energy(states)-1))
	}
	fmt.Printf("%d steps, energy within 1%%: %v\n", stats.Steps, worst < 0.01)
	// Output: 200000 steps, energy within 1%: true
}

// The first three times at which an oscillator passes the origin upwards.
func ExampleEvent() {
	oscillator := func(t float64, x, dx []float64) { dx[0], dx[1] = x[1], -x[0] }
	found := 0
	settings := &ode.Settings{Method: ode.DOP853, Events: []ode.Event{{
		Value:     func(t float64, x []float64) float64 { return x[0] },
		Direction: 1,
		Found: func(c ode.Crossing) (stop bool) {
			found++
			fmt.Printf("t = %.6f pi\n", c.Time/math.Pi)
			return found == 3
		},
	}}}
	_, _, err := ode.Solve(oscillator, []float64{1, 0}, []float64{0, 100}, nil, settings)
	var stopped *ode.EventError
	fmt.Println("ended by the event:", errors.As(err, &stopped))
	// Output:
	// t = 1.500000 pi
	// t = 3.500000 pi
	// t = 5.500000 pi
	// ended by the event: true
}

// A cart under a force that is switched on at t = 1 and off at t = 2: no step goes across.
func ExampleSolveSegments() {
	force := []float64{0, 1, 0} // before the first knot, between the two, behind the last
	field := func(segment int) ode.Field {
		return func(t float64, x, dx []float64) { dx[0], dx[1] = x[1], force[segment] }
	}
	times := []float64{0, 1, 2, 4}
	states, stats, err := ode.SolveSegments(field, []float64{1, 2}, []float64{0, 0}, times, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, t := range times {
		fmt.Printf("t = %g  q = %.3f  v = %.3f\n", t, states[2*i], states[2*i+1])
	}
	fmt.Println("steps rejected:", stats.Rejected)
	// Output:
	// t = 0  q = 0.000  v = 0.000
	// t = 1  q = 0.000  v = 0.000
	// t = 2  q = 0.500  v = 1.000
	// t = 4  q = 2.500  v = 1.000
	// steps rejected: 0
}

// A hundred thousand steps there and as many back end on the same bits.
func ExampleSettings_reversible() {
	spring := ode.Split{
		Velocity: func(p, v []float64) { v[0] = 2 * p[0] },
		Force:    func(q, f []float64) { f[0] = -2 * q[0] },
	}
	settings := &ode.Settings{Method: ode.BlanesMoan6, Step: 0.125, Reversible: true}
	start, end := []float64{0.75, -0.5}, 12500.0
	there, _, err := ode.SolveSplit(spring, start, []float64{0, end}, nil, settings)
	if err != nil {
		fmt.Println(err)
		return
	}
	back, _, err := ode.SolveSplit(spring, there[2:], []float64{end, 0}, nil, settings)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(back[2] == start[0], back[3] == start[1])
	// Output: true true
}
