package file

import (
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"

	"hnn/data"
)

// WriteParquet writes s as a flat Parquet table that Read reads back: the columns of
// WriteCSV, under its rules, in its order.
func WriteParquet(w io.Writer, s *data.Set) error {
	if err := s.Validate(); err != nil {
		return err
	}
	columns, err := tableColumns(s)
	if err != nil {
		return err
	}
	root := orderedGroup{names: columns, Group: parquet.Group{}}
	for i, name := range columns {
		root.Group[name] = parquet.Leaf(parquet.DoubleType)
		if i == 0 {
			root.Group[name] = parquet.Int(64)
		}
	}
	pw := parquet.NewWriter(w, parquet.NewSchema("trajectories", root))
	const batch = 1024
	rows := make([]parquet.Row, 0, batch)
	flush := func() error {
		_, err := pw.WriteRows(rows)
		rows = rows[:0]
		return err
	}
	for trial := range s.Trials() {
		for i := s.Offsets[trial]; i < s.Offsets[trial+1]; i++ {
			row := make(parquet.Row, 0, len(columns))
			row = append(row, parquet.Int64Value(int64(trial)).Level(0, 0, 0))
			add := func(numbers []float64) {
				for _, v := range numbers {
					row = append(row, parquet.DoubleValue(v).Level(0, 0, len(row)))
				}
			}
			x, dx := s.Row(i)
			add(s.T[i : i+1])
			add(x)
			add(dx)
			add(s.InputRows(i, i+1))
			if rows = append(rows, row); len(rows) == batch {
				if err := flush(); err != nil {
					return err
				}
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	return pw.Close()
}

// orderedGroup is a group whose columns are in an order of their own, where one of
// parquet-go is in that of its names.
type orderedGroup struct {
	parquet.Group
	names []string
}

// Fields returns the columns in their order.
func (g orderedGroup) Fields() []parquet.Field {
	fields := g.Group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int {
		return slices.Index(g.names, a.Name()) - slices.Index(g.names, b.Name())
	})
	return fields
}
