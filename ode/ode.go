// Package ode integrates ordinary differential equations dx/dt = f(t, x) from an
// initial state and writes the state at the times that the caller asks for.
//
// Explicit Runge-Kutta methods: the classical one of order 4 with a fixed step (RK4), and
// two with a step that follows the estimated error, Dormand-Prince 5(4) (the method of
// scipy's RK45 and of MATLAB's ode45) and DOP853, which takes fewer evaluations at
// tolerances below about 1e-6. The adaptive methods step as far as the tolerance lets
// them and interpolate the outputs between their steps, so that dense output times cost
// next to nothing.
//
// Symplectic methods with a fixed step, whose energy error stays bounded over runs of any
// length: splittings for separable Hamiltonians H = T(p) + V(q), given to SolveSplit in
// their two parts, and implicit Gauss methods and Tao's explicit ones for any. Those that
// are made of shears can run on a grid, exactly reversibly (Settings.Reversible).
//
// Many initial states are integrated at once by SolveBatch. Each keeps its own step
// and its own error control, but the states still running are handed to the field
// together, so that a neural network evaluates them in one matrix product.
//
// The package knows nothing of what the field is: a known system, a neural network,
// a fit. It does not solve stiff or differential-algebraic equations, and does not
// differentiate through its steps.
//
// HNW in the comments is E. Hairer, S. P. Norsett, G. Wanner, "Solving Ordinary
// Differential Equations I: Nonstiff Problems", 2nd ed., Springer 1993,
// and HLW is E. Hairer, C. Lubich, G. Wanner, "Geometric Numerical Integration", 2nd ed.,
// Springer 2006.
package ode

// Field evaluates dx/dt of one state x at time t and writes it to dx. Both have the
// state's length. It must not modify x, nor keep x or dx after it returns. A value
// that is not finite says that the field is not defined there: an adaptive method
// then tries a shorter step.
type Field func(t float64, x, dx []float64)

// BatchField evaluates dx/dt of rows states at once: x and dx are rows x d in row-major
// order, t[i] is the time of row i. It must not modify t or x, nor keep any of its
// arguments. Each row of dx must depend on that row of x and on its time only, and not
// on its place among the rows: SolveBatch changes places as trajectories end.
type BatchField func(t []float64, x, dx []float64, rows int)

// Stats counts the work of one trajectory.
type Stats struct {
	Steps       int // steps accepted
	Rejected    int // steps tried and rejected for their error
	Evaluations int // evaluations of the field, those of rejected steps and of the interpolant included

	// Implicit methods count the iterations that solved for the stages and the steps that
	// needed Newton's iteration. Residual is the worst change of a state in the last iteration
	// of a step, relative to the state: how far the equations were solved.
	Iterations, NewtonSteps int
	Residual                float64
}

// add moves the counts of other to s.
func (s *Stats) add(other *Stats) {
	s.Evaluations += other.Evaluations
	s.Iterations += other.Iterations
	s.NewtonSteps += other.NewtonSteps
	s.Residual = max(s.Residual, other.Residual)
	*other = Stats{}
}

// Solve integrates from the state x0 at times[0] and writes the state at each of times,
// which must be strictly increasing or strictly decreasing, to out (len(times) x len(x0),
// row-major; nil allocates it). The first row of out is x0. Nil settings are the defaults.
//
// Where the integration cannot reach the last time, the error is a *StepUnderflowError,
// *TooManyStepsError or *NonFiniteError, or wraps what Settings.Interrupt returned; out
// then holds the states reached, and NaN behind them. Any other error is about an argument,
// and out is nil.
//
// A program that integrates often keeps a Solver instead, which reuses its memory.
func Solve(f Field, x0, times []float64, out []float64, s *Settings) ([]float64, Stats, error) {
	solver, err := NewSolver(len(x0), s)
	if err != nil {
		return nil, Stats{}, err
	}
	return solver.Solve(f, x0, times, out)
}

// SolveBatch integrates rows initial states at once, each as Solve would: with its own
// steps, counts and error, to the same bits where the field gives the same values. x0 is
// rows x d; times is shared by all rows; out is rows x len(times) x d (nil allocates it).
// Every stage of a step is one call of f over the rows that still run.
//
// A row that fails has its error in Result.Errs, and the others go on. The error returned is
// about an argument, or wraps what Settings.Interrupt returned.
func SolveBatch(f BatchField, x0 []float64, rows int, times []float64, out []float64, s *Settings) (Result, error) {
	d, err := dimension(x0, rows)
	if err != nil {
		return Result{}, err
	}
	solver, err := NewSolver(d, s)
	if err != nil {
		return Result{}, err
	}
	return solver.SolveBatch(f, x0, rows, times, out)
}

// SolveBatchTimes is SolveBatch with output times of its own for every row. All have the
// same number of times, so that out keeps its shape.
func SolveBatchTimes(f BatchField, x0 []float64, times [][]float64, out []float64, s *Settings) (Result, error) {
	d, err := dimension(x0, len(times))
	if err != nil {
		return Result{}, err
	}
	solver, err := NewSolver(d, s)
	if err != nil {
		return Result{}, err
	}
	return solver.SolveBatchTimes(f, x0, times, out)
}
