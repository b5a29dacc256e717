package inspect

import (
	"fmt"
	"path/filepath"

	"hnn/data"
	"hnn/data/file"
	"hnn/report"
)

// drawnRows bounds the rows of a figure: more cannot be told apart.
const drawnRows = 2000

// WriteFigures draws the file into a folder, which it makes, as SVG and PNG: the
// coordinates of the longest trial over time, and for each position the plane of it and
// its momentum, of all trials. It returns the paths of what it wrote. Where there are no
// momenta there are no planes.
func WriteFigures(s *data.Set, m *file.Mapping, folder string) (paths []string, err error) {
	type named struct {
		name   string
		figure *report.Figure
	}
	var figures []named
	f, err := report.Coordinates(task(s, m, filepath.Base(m.File), nil))
	if err != nil {
		return nil, err
	}
	figures = append(figures, named{"coordinates", f})
	if d := degrees(s); !s.PositionsOnly {
		for j := range d {
			columns := []int{j, d + j}
			f, err := report.PhasePlane(task(s, m, filepath.Base(m.File), columns), samples(s, columns))
			if err != nil {
				return nil, err
			}
			name := "phase-plane"
			if d > 1 {
				name = fmt.Sprintf("phase-plane-%d", j+1)
			}
			figures = append(figures, named{name, f})
		}
	}
	for _, f := range figures {
		saved, err := f.figure.Save(f.name, folder)
		if paths = append(paths, saved...); err != nil {
			return paths, err
		}
	}
	return paths, nil
}

// task is the longest trial as a measured motion of some columns, nil for all.
func task(s *data.Set, m *file.Mapping, title string, columns []int) report.Task {
	longest := 0
	for i := range s.Trials() {
		if s.Offsets[i+1]-s.Offsets[i] > s.Offsets[longest+1]-s.Offsets[longest] {
			longest = i
		}
	}
	if s.Trials() > 1 {
		title += fmt.Sprintf(", trial %d of %d", longest+1, s.Trials())
	}
	t, x, _ := s.Trial(longest)
	out := report.Task{Title: title, Time: report.Quantity{Name: m.Time}, Truth: report.Run{Role: report.Truth, Name: "measured"}}
	if columns == nil {
		for j := range s.Dim {
			columns = append(columns, j)
		}
	}
	for _, j := range columns {
		out.Coordinates = append(out.Coordinates, report.Quantity{Name: s.Names[j]})
	}
	for i := range t {
		row := make([]float64, len(columns))
		for k, j := range columns {
			row[k] = x[i*s.Dim+j]
		}
		out.Truth.T, out.Truth.X = append(out.Truth.T, t[i]), append(out.Truth.X, row)
	}
	return out
}

// samples are rows of all trials, evenly picked.
func samples(s *data.Set, columns []int) report.Samples {
	var out report.Samples
	step := max(1, s.Rows()/drawnRows)
	for i := 0; i < s.Rows(); i += step {
		x, _ := s.Row(i)
		row := make([]float64, len(columns))
		for k, j := range columns {
			row[k] = x[j]
		}
		out.X = append(out.X, row)
	}
	return out
}
