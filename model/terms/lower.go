package terms

import "hnn/model/program"

// LowerFunctions writes sums of features out: function i has row i of the coefficients (functions x features,
// row-major). A feature that no function has is left out.
func (l *Library) LowerFunctions(b *program.Builder, coefficients []float64, x program.Value) program.Value {
	k := l.Size()
	rows := len(coefficients) / k
	t := &program.Table{Rows: rows}
	var features []program.Value
	var used []int
	for c := range k {
		for i := range rows {
			if coefficients[i*k+c] != 0 {
				used = append(used, c)
				features = append(features, l.Features[c].Expr().Lower(b, x))
				break
			}
		}
	}
	if used == nil {
		return b.Filled(0, rows)
	}
	t.Columns = len(used)
	for i := range rows {
		for _, c := range used {
			t.Data = append(t.Data, coefficients[i*k+c])
		}
	}
	return b.Apply(t, nil, b.Concat(features...), 1)
}

// LowerField writes the field out: see model.LoweredField.
func (f *Field) LowerField(b *program.Builder, x, u program.Value) (field, energy program.Value, err error) {
	field = f.Library.LowerFunctions(b, f.C, x)
	if u != program.None {
		field = b.Add(field, b.Apply(&program.Table{Rows: f.Dim, Columns: f.Inputs, Data: f.B}, nil, u, 1))
	}
	return field, program.None, nil
}
