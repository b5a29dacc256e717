package eval

import (
	"math"

	"gonum.org/v1/gonum/stat"

	"hnn/internal/parallel"
	"hnn/model"
	"hnn/ode"
	"hnn/system"
)

// LossResult is the mean squared error of a field over rows.
type LossResult struct {
	// Estimate is the mean over rows and components, with the authors' error: the sample
	// standard deviation of all the squared errors over the square root of the number of
	// ROWS (they count a row's components as one).
	Estimate
	// RowMedian is the median over rows of the row's mean squared error, for data in which
	// a few rows outweigh the rest.
	RowMedian float64
}

// Loss is the mean squared error of the model's field on states x whose time derivatives
// are dx (both rows x m.Dim, row-major), under inputs u (rows x m.Inputs), nil for none. It
// is in the model's own precision, and NaN without rows. It panics if the lengths do not fit.
//
// Workers is as in Options.
func Loss(m *model.Field, x, u, dx []float64, workers int) LossResult {
	return LossAt(m, nil, x, u, dx, workers)
}

// LossAt is Loss with the times of the rows, for a field that depends on the time; nil for one that does not.
func LossAt(m *model.Field, t, x, u, dx []float64, workers int) LossResult {
	if u == nil && t == nil {
		return fieldLoss(m.FreeMany, m.Dim, x, dx, workers)
	}
	if u != nil && len(u)*m.Dim != len(x)*m.Inputs || t != nil && len(t)*m.Dim != len(x) {
		panic("eval: inputs or times are not as many rows as the states")
	}
	return rowsLoss(m.Dim, x, dx, workers, func() func(out []float64, lo, hi int) {
		field, d, n := m.Many(), m.Dim, m.Inputs
		return func(out []float64, lo, hi int) {
			var times, inputs []float64
			if t != nil {
				times = t[lo:hi]
			}
			if u != nil {
				inputs = u[lo*n : hi*n]
			}
			field(times, x[lo*d:hi*d], inputs, out, hi-lo)
		}
	})
}

// SystemLoss is the Loss of a known system's own field. On noisy rows it is not zero, and
// a trained model can score below it, since noise shrinks the fitted field.
func SystemLoss(s system.System, x, dx []float64) LossResult {
	return fieldLoss(systemField(s), s.Dim(), x, dx, 1)
}

// systemField returns a maker of evaluators of the system's field at many states.
func systemField(s system.System) func() ode.BatchField {
	return func() ode.BatchField {
		d := s.Dim()
		return func(_ []float64, x, dx []float64, rows int) {
			for r := 0; r < rows*d; r += d {
				s.Field(x[r:r+d], dx[r:r+d])
			}
		}
	}
}

func fieldLoss(newField func() ode.BatchField, d int, x, dx []float64, workers int) LossResult {
	return rowsLoss(d, x, dx, workers, func() func(out []float64, lo, hi int) {
		field := newField()
		var times []float64
		return func(out []float64, lo, hi int) {
			if len(times) < hi-lo {
				times = make([]float64, hi-lo)
			}
			field(times[:hi-lo], x[lo*d:hi*d], out, hi-lo)
		}
	})
}

// rowsLoss is the loss of what makes evaluators of the field at rows lo to hi of x.
func rowsLoss(d int, x, dx []float64, workers int, newField func() func(out []float64, lo, hi int)) LossResult {
	rows := len(x) / d
	if len(x) != rows*d || len(dx) != len(x) {
		panic("eval: states and derivatives are not as many rows of the model's dimension")
	}
	if rows == 0 {
		return LossResult{Estimate{math.NaN(), math.NaN()}, math.NaN()}
	}
	squares, rowMeans := make([]float64, len(x)), make([]float64, rows)
	plan := parallel.NewPlan(rows)
	share(workers, plan.Blocks, func() func(int) {
		field := newField()
		return func(block int) {
			lo, hi := plan.Block(block)
			errs := squares[lo*d : hi*d]
			field(errs, lo, hi)
			for i, want := range dx[lo*d : hi*d] {
				e := errs[i] - want
				errs[i] = e * e
			}
			for r := lo; r < hi; r++ {
				rowMeans[r] = stat.Mean(squares[r*d:(r+1)*d], nil)
			}
		}
	})
	mean, deviation := stat.MeanStdDev(squares, nil)
	return LossResult{Estimate{mean, deviation / math.Sqrt(float64(rows))}, Median(rowMeans)}
}

// Supply is the power that inputs u put into a driven model's system, averaged over states
// (both row-major). It panics if they are not as many rows, or the model has no inputs or no H.
func Supply(m *model.Field, x, u []float64) Estimate {
	d, n, power := m.Dim, m.Inputs, m.Supply()
	if power == nil || len(x)%d != 0 || len(u)*d != len(x)*n {
		panic("eval: inputs are not as many rows as the states, or the model has none")
	}
	var rates []float64
	for i := 0; (i+1)*d <= len(x); i++ {
		rates = append(rates, power(x[i*d:(i+1)*d], u[i*n:(i+1)*n]))
	}
	return summarize(rates).Estimate
}

// Power is the rate at which a model that loses energy changes its own H, averaged over
// states (row-major): negative where energy leaves. It panics if they are not rows of the model's dimension, or the model
// loses none.
func Power(m *model.Field, x []float64) Estimate {
	d, power := m.Dim, m.Power()
	if power == nil || len(x)%d != 0 {
		panic("eval: states are not rows of the model's dimension, or the model loses no energy")
	}
	var rates []float64
	for at := 0; at+d <= len(x); at += d {
		rates = append(rates, power(x[at:at+d]))
	}
	return summarize(rates).Estimate
}
