package experiment

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"hnn/data"
	"hnn/fit/lagrange"
	"hnn/fit/shoot"
	"hnn/model/lagrangian"
)

// Parameter is a fitted number, in the units of the file's columns.
type Parameter struct {
	Name  string `json:"name"`
	Value Number `json:"value"`
	Error Number `json:"standard_error"`
}

// Residual says what is left of a column when the law is simulated: the correlation of neighbouring rows, and the largest with
// an input, so many rows after it. Noise stays within Bound, but for one set in twenty.
type Residual struct {
	Column     string `json:"column"`
	Neighbours Number `json:"neighbours"`
	WithInput  Number `json:"with_input"`
	Input      string `json:"input,omitempty"`
	Lag        int    `json:"lag,omitempty"`
	Bound      Number `json:"bound"`
}

// parameters keeps what the simulation error says of the coefficients, with the names of the coordinates, and of what is
// left of the columns.
func (r *WeakReport) parameters(l *lagrangian.Lagrangian, set *data.Set, report *lagrange.Report, coordinates, columns []string) {
	polished := report.Polished
	if polished == nil || polished.Window == 0 {
		return
	}
	all := l.Names(coordinates, set.InputNames)
	for i, c := range report.Free {
		standard := NA // where the rows do not determine all coefficients there are none
		if i < len(polished.Errors) {
			standard = Number(polished.Errors[i])
		}
		r.Parameters = append(r.Parameters, Parameter{all[c], Number(l.Coefficients[c]), standard})
	}
	r.correlations(polished.Covariance)
	if l.Points == nil { // of points the residuals are the angles'
		coordinates = columns
	}
	r.white(coordinates, set.InputNames, set.InputsHeld, lagrange.White(l, set, report, polished))
}

// correlations are those of a covariance.
func (r *WeakReport) correlations(covariance []float64) {
	n := len(r.Parameters)
	if len(covariance) != n*n {
		return
	}
	for i := range n {
		row := make([]Number, n)
		for j := range n {
			row[j] = Number(covariance[i*n+j] / math.Sqrt(covariance[i*n+i]*covariance[j*n+j]))
		}
		r.Correlations = append(r.Correlations, row)
	}
}

// coloured is the correlation of neighbours above which residuals are said to be no noise; of many rows much less is
// significant and of no weight.
const coloured = 0.2

// coloured reports whether neighbouring residuals are too much alike for noise.
func (o Residual) coloured() bool {
	return math.Abs(float64(o.Neighbours)) > math.Max(coloured, float64(o.Bound))
}

// white keeps the tests of the residuals and notes what is no noise.
func (r *WeakReport) white(columns, inputs []string, inputsHeld bool, tests []shoot.Whiteness) {
	var late []string
	for i, w := range tests {
		if w.Numbers == 0 || i >= len(columns) {
			continue
		}
		v := Residual{Column: columns[i], Neighbours: Number(w.Neighbours), WithInput: Number(w.WithInputs), Bound: Number(w.Bound)}
		if w.Input >= 0 && w.Input < len(inputs) {
			v.Input, v.Lag = inputs[w.Input], w.Lag
		}
		r.Residuals = append(r.Residuals, v)
		if v.coloured() {
			late = append(late, fmt.Sprintf("%s %.2f", columns[i], w.Neighbours))
		}
		if math.Abs(w.WithInputs) > math.Max(coloured/2, w.Bound) {
			held := ""
			if v.Lag <= 1 && !inputsHeld {
				held = ", or is held from row to row (--input-hold zoh)"
			}
			r.Notes = append(r.Notes, fmt.Sprintf("what is left of %s follows the input %s by %d rows (correlation %.2f; noise stays within %.2f): the force depends on more, or acts later%s", columns[i], v.Input, v.Lag, w.WithInputs, w.Bound, held))
		}
	}
	if late != nil {
		r.Notes = append(r.Notes, fmt.Sprintf("what is left of the rows is no white noise (correlation of neighbours: %s): the law lacks something, or the columns were filtered; standard errors are too small then", strings.Join(late, ", ")))
	}
}

// strong is the correlation from which on two parameters are said to stand for each other.
const strong = 0.95

// writeParameters prints them with their standard errors, and pairs that stand for each other.
func (r *WeakReport) writeParameters(w io.Writer) {
	if r.Parameters == nil {
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, p := range r.Parameters {
		fmt.Fprintf(t, "%s\t%.6g\t+- %.2g\n", p.Name, float64(p.Value), float64(p.Error))
	}
	t.Flush()
	for i, row := range r.Correlations {
		for j, c := range row[:i] {
			if math.Abs(float64(c)) > strong {
				fmt.Fprintf(w, "%s and %s stand for each other: correlation %.3f\n", r.Parameters[j].Name, r.Parameters[i].Name, float64(c))
			}
		}
	}
}
