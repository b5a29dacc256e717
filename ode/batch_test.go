package ode

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
)

// each makes a batch field of f, and counts its calls and rows.
func each(f Field, calls, total *int) BatchField {
	return func(t []float64, x, dx []float64, rows int) {
		*calls++
		*total += rows
		d := len(x) / rows
		for i := range rows {
			f(t[i], x[i*d:(i+1)*d], dx[i*d:(i+1)*d])
		}
	}
}

// pendulums are initial states from small swings to near the separatrix, so that the
// rows take very different numbers of steps.
func pendulums(rows int) []float64 {
	x0 := make([]float64, 2*rows)
	for i := range rows {
		x0[2*i] = 3.1 * float64((7*i)%rows+1) / float64(rows)
	}
	return x0
}

// Every row of a batch has the bits, the counts and the error of Solve, whichever rows
// it is with.
func TestBatchEqualsSolve(t *testing.T) {
	const rows = 23
	x0 := pendulums(rows)
	times := linspace(0, 15, 40)
	for _, s := range everyMethod {
		var calls, total int
		r, err := SolveBatch(each(pendulum, &calls, &total), x0, rows, times, nil, &s)
		if err != nil || r.Err() != nil || r.Failed() != 0 {
			t.Fatal(err, r.Err())
		}
		var most, sum int
		for i := range rows {
			want, stats, err := Solve(pendulum, x0[2*i:2*i+2], times, nil, &s)
			if err != nil {
				t.Fatal(err)
			}
			if stats != r.Stats[i] {
				t.Errorf("%v: row %d: %+v, alone %+v", s.Method, i, r.Stats[i], stats)
			}
			for j, v := range r.Row(i) {
				if v != want[j] {
					t.Fatalf("%v: row %d: element %d is %v, alone %v", s.Method, i, j, v, want[j])
				}
			}
			most, sum = max(most, stats.Evaluations), sum+stats.Evaluations
		}
		if total != sum {
			t.Errorf("%v: %d rows evaluated, counted %d", s.Method, total, sum)
		}
		// The field is called once for all rows: as often as the longest row needs it, but for
		// DOP853's interpolant, whose stages a row needs at steps of its own.
		if bound := most + most/4; calls > bound {
			t.Errorf("%v: %d calls, the longest row has %d evaluations", s.Method, calls, most)
		}
	}
}

// Rows with times of their own, in different directions, and a solver that has been used
// with more rows before.
func TestBatchTimes(t *testing.T) {
	const rows = 9
	x0 := pendulums(rows)
	times := make([][]float64, rows)
	for i := range times {
		times[i] = linspace(float64(i), float64(i)+10*float64(i-4)+1, 11)
	}
	driven := func(t float64, x, dx []float64) { dx[0], dx[1] = x[1], -math.Sin(x[0])+0.1*math.Cos(t) }
	for _, s := range everyMethod {
		solver, err := NewSolver(2, &s)
		if err != nil {
			t.Fatal(err)
		}
		var calls, total int
		if _, err := solver.SolveBatch(each(driven, &calls, &total), pendulums(20), 20, []float64{0, 3}, nil); err != nil {
			t.Fatal(err)
		}
		r, err := solver.SolveBatchTimes(each(driven, &calls, &total), x0, times, nil)
		if err != nil || r.Err() != nil {
			t.Fatal(err, r.Err())
		}
		free, err := SolveBatchTimes(each(driven, &calls, &total), x0, times, nil, &s)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Stats) != rows || len(r.Errs) != rows || len(r.States) != rows*11*2 {
			t.Fatalf("%v: %d stats, %d errors, %d states", s.Method, len(r.Stats), len(r.Errs), len(r.States))
		}
		for i := range rows {
			want, stats, err := Solve(driven, x0[2*i:2*i+2], times[i], nil, &s)
			if err != nil {
				t.Fatal(err)
			}
			if stats != r.Stats[i] {
				t.Errorf("%v: row %d: %+v, alone %+v", s.Method, i, r.Stats[i], stats)
			}
			for j, v := range r.Row(i) {
				if v != want[j] || free.Row(i)[j] != want[j] {
					t.Fatalf("%v: row %d: element %d is %v and %v, alone %v", s.Method, i, j, v, free.Row(i)[j], want[j])
				}
			}
		}
	}
}

// Rows that fail, each in its own way, beside rows that do not: the good rows keep their
// bits, and the others the error and the states that they have alone.
func TestBatchFailures(t *testing.T) {
	// x0' = x0^2 has a pole at 1 / x0; x1 selects a field that is NaN for t > 1.
	f := func(t float64, x, dx []float64) {
		dx[0], dx[1] = x[0]*x[0], 0
		if x[1] == 1 && t > 1 {
			dx[1] = math.NaN()
		}
	}
	x0 := []float64{
		0.1, 0,
		1, 0, // pole at t = 1
		0.2, 0,
		0.1, 1, // NaN behind t = 1
		math.NaN(), 0,
		0.3, 0,
	}
	const rows = 6
	times := linspace(0, 2, 21)
	for _, s := range everyMethod {
		s.MaxSteps = 3000
		var calls, total int
		r, err := SolveBatch(each(f, &calls, &total), x0, rows, times, nil, &s)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			want, stats, err := Solve(f, x0[2*i:2*i+2], times, nil, &s)
			failed := i == 1 || i == 3 || i == 4
			if (err != nil) != failed || (r.Errs[i] != nil) != failed {
				t.Fatalf("%v: row %d: %v, alone %v", s.Method, i, r.Errs[i], err)
			}
			if failed && err.Error() != r.Errs[i].Error() {
				t.Errorf("%v: row %d: %v, alone %v", s.Method, i, r.Errs[i], err)
			}
			if stats != r.Stats[i] {
				t.Errorf("%v: row %d: %+v, alone %+v", s.Method, i, r.Stats[i], stats)
			}
			for j, v := range r.Row(i) {
				if math.Float64bits(v) != math.Float64bits(want[j]) && !(math.IsNaN(v) && math.IsNaN(want[j])) {
					t.Fatalf("%v: row %d: element %d is %v, alone %v", s.Method, i, j, v, want[j])
				}
			}
			if !failed {
				continue
			}
			if last := r.Row(i)[len(times)*2-1]; !math.IsNaN(last) {
				t.Errorf("%v: row %d failed and ends at %v", s.Method, i, last)
			}
		}
		var broken *NonFiniteError
		if !errors.As(r.Errs[3], &broken) || math.Abs(broken.Time-1) > 0.01 {
			t.Errorf("%v: row 3: %v", s.Method, r.Errs[3])
		}
		if err := r.Err(); r.Failed() != 3 || err == nil || !strings.Contains(err.Error(), "3 of 6 trajectories failed; number 1: ode: ") {
			t.Errorf("%v: %d failed: %v", s.Method, r.Failed(), err)
		}
	}
}

// A row that has too many steps ends; the others go on.
func TestBatchTooManySteps(t *testing.T) {
	var calls, total int
	fast := func(t float64, x, dx []float64) { dx[0], dx[1], dx[2] = x[2]*x[1], -x[2]*x[0], 0 }
	x0 := []float64{1, 0, 1, 1, 0, 100, 1, 0, 2}
	r, err := SolveBatch(each(fast, &calls, &total), x0, 3, []float64{0, 10}, nil, &Settings{MaxSteps: 2000})
	if err != nil {
		t.Fatal(err)
	}
	var many *TooManyStepsError
	if r.Errs[0] != nil || !errors.As(r.Errs[1], &many) || r.Errs[2] != nil {
		t.Errorf("%v", r.Errs)
	}
	if e := distance(r.Row(2)[3:5], []float64{math.Cos(20), -math.Sin(20)}); e > 1e-7 {
		t.Errorf("row 2 is wrong by %.3g", e)
	}
}

func TestBatchInterrupt(t *testing.T) {
	for _, s := range everyMethod {
		ctx, cancel := context.WithCancel(context.Background())
		var calls, total int
		count := each(pendulum, &calls, &total)
		f := func(t []float64, x, dx []float64, rows int) {
			if calls == 500 {
				cancel()
			}
			count(t, x, dx, rows)
		}
		s.Interrupt, s.MaxSteps = ctx.Err, 1e9
		// The first row ends before the interruption.
		times := [][]float64{{0, 0.01}, {0, 1e5}, {0, 2e5}}
		r, err := SolveBatchTimes(f, pendulums(3), times, nil, &s)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v: %v", s.Method, err)
		}
		if r.Errs[0] != nil || !errors.Is(r.Errs[1], context.Canceled) || !errors.Is(r.Errs[2], context.Canceled) {
			t.Errorf("%v: %v", s.Method, r.Errs)
		}
		cancel()
	}
}

func TestBatchArguments(t *testing.T) {
	var calls, total int
	f := each(oscillator, &calls, &total)
	x0, times := []float64{1, 0, 0, 1}, []float64{0, 1}
	for name, c := range map[string]struct {
		solve func() (Result, error)
		want  string
	}{
		"nil field":    {func() (Result, error) { return SolveBatch(nil, x0, 2, times, nil, nil) }, "field is nil"},
		"no rows":      {func() (Result, error) { return SolveBatch(f, x0, 0, times, nil, nil) }, "0 rows"},
		"uneven x0":    {func() (Result, error) { return SolveBatch(f, x0[:3], 2, times, nil, nil) }, "length 3"},
		"empty x0":     {func() (Result, error) { return SolveBatch(f, nil, 2, times, nil, nil) }, "length 0"},
		"turning time": {func() (Result, error) { return SolveBatch(f, x0, 2, []float64{0, 1, 0}, nil, nil) }, "strictly increasing"},
		"short out":    {func() (Result, error) { return SolveBatch(f, x0, 2, times, make([]float64, 7), nil) }, "length 7"},
		"settings":     {func() (Result, error) { return SolveBatch(f, x0, 2, times, nil, &Settings{RTol: -1}) }, "RTol"},
		"no row times": {func() (Result, error) { return SolveBatchTimes(f, x0, nil, nil, nil) }, "0 rows"},
		"row's times":  {func() (Result, error) { return SolveBatchTimes(f, x0, [][]float64{{0, 1}, {1, 1}}, nil, nil) }, "row 1"},
		"ragged times": {func() (Result, error) { return SolveBatchTimes(f, x0, [][]float64{{0, 1}, {1, 2, 3}}, nil, nil) }, "row 1 has 3 times"},
		"other times' settings": {func() (Result, error) {
			return SolveBatchTimes(f, x0, [][]float64{times, times}, nil, &Settings{Method: RK4})
		}, "fixed step"},
		"no row times in a solver": {func() (Result, error) {
			solver, err := NewSolver(2, nil)
			if err != nil {
				return Result{}, err
			}
			return solver.SolveBatchTimes(f, x0, nil, nil)
		}, "no rows"},
		"another length": {func() (Result, error) {
			solver, err := NewSolver(3, nil)
			if err != nil {
				return Result{}, err
			}
			return solver.SolveBatch(f, x0, 2, times, nil)
		}, "solver for 3"},
	} {
		_, err := c.solve()
		if err == nil || !strings.HasPrefix(err.Error(), "ode: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.want)
		}
	}
	if calls != 0 {
		t.Errorf("the field was called %d times", calls)
	}
}

// A solver that has been used with as many rows allocates nothing.
func TestBatchAllocations(t *testing.T) {
	const rows = 8
	x0, times := pendulums(rows), linspace(0, 5, 20)
	out := make([]float64, rows*len(times)*2)
	var calls, total int
	f := each(pendulum, &calls, &total)
	for _, s := range everyMethod {
		solver, err := NewSolver(2, &s)
		if err != nil {
			t.Fatal(err)
		}
		solve := func() { _, err = solver.SolveBatch(f, x0, rows, times, out) }
		if n := testing.AllocsPerRun(5, solve); n != 0 || err != nil {
			t.Errorf("%v: %v allocations, %v", s.Method, n, err)
		}
	}
}
