package study

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"hnn/internal/shell"
	"hnn/report"
)

// pageRows are how many runs a page lists; runs.csv has all.
const pageRows = 100

// Page is what a study has come to so far: how far it is, its best runs, and figures of the result against each
// setting, of all settings at once, and of accuracy and time. command is the command line that asks for it.
func (f *Folder) Page(command string) (*report.Page, error) {
	records, err := f.Records()
	if err != nil {
		return nil, err
	}
	p, err := f.Progress()
	if err != nil {
		return nil, err
	}
	path, large := f.Study.Measure()
	s := report.Section{Title: f.About.Name, Summary: []string{fmt.Sprintf("%s: %s.", p.State, p)}}
	done := f.Study.ordered(records)
	if len(done) > 0 && !math.IsNaN(float64(done[0].Value)) {
		s.Summary = append(s.Summary, fmt.Sprintf("Best: %s, whose %s is %s. Next: hnn report %s, or hnn train --config %s.", done[0].Name, path, text(float64(done[0].Value)),
			shell.Quote(f.RunDir(&done[0].Trial)), shell.Quote(filepath.Join(f.RunDir(&done[0].Trial), "config.yaml"))))
	}
	s.Tables = append(s.Tables, f.table(done, path))
	if t := f.failedTable(records); len(t.Rows) > 0 {
		s.Tables = append(s.Tables, t)
	}
	if n := len(done) - pageRows; n > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("The table has the best %d runs; %s has %d more.", pageRows, filepath.Join(f.Dir, tableFile), n))
	}
	for _, c := range f.figures(done, path, large) {
		figure, err := c.draw()
		if err != nil {
			s.Notes = append(s.Notes, fmt.Sprintf("No figure of %s: %v", c.of, err))
			continue
		}
		s.Figures = append(s.Figures, report.Captioned{Figure: figure, Caption: c.caption})
	}
	return &report.Page{Title: "Study " + f.About.Name, Command: command, Sections: []report.Section{s}}, nil
}

func (f *Folder) table(done []*Record, path string) report.Table {
	t := report.Table{Title: "Runs, the best first", Header: []string{"run", path, "seconds"}, Numbers: 1}
	for _, v := range f.Study.Varied {
		t.Header = append(t.Header, v.Key)
	}
	for _, r := range done[:min(len(done), pageRows)] {
		cells := []string{r.Name, text(float64(r.Value)), text(float64(r.Seconds))}
		for _, v := range f.Study.Varied {
			cells = append(cells, r.Values[v.Key])
		}
		t.Rows = append(t.Rows, report.TableRow{Role: report.HNN, Cells: cells})
	}
	return t
}

func (f *Folder) failedTable(records []Record) report.Table {
	t := report.Table{Title: "Failed", Header: []string{"run", "error"}, Numbers: 2}
	for i := range records {
		if r := &records[i]; r.State == Failed && len(t.Rows) < pageRows {
			t.Rows = append(t.Rows, report.TableRow{Role: report.Baseline, Cells: []string{r.Name, r.Error}})
		}
	}
	return t
}

type drawn struct {
	of, caption string
	draw        func() (*report.Figure, error)
}

// figures are those of the runs that are done.
func (f *Folder) figures(done []*Record, path string, large bool) []drawn {
	result, seconds := report.Scale{Name: path, Large: large}, report.Scale{Name: "seconds"}
	for _, r := range done {
		result.Values = append(result.Values, float64(r.Value))
		seconds.Values = append(seconds.Values, float64(r.Seconds))
	}
	result.Log, seconds.Log = wide(result.Values), wide(seconds.Values)
	var settings []report.Scale
	for _, v := range f.Study.Varied {
		if s := v.scale(done); different(s.Values) {
			settings = append(settings, s)
		}
	}
	all := []drawn{
		{"accuracy and time", "The result against the time that each run took on its worker, with the front of runs than which none is both better and faster.",
			func() (*report.Figure, error) { return report.Pareto("Accuracy and time", seconds, result) }},
	}
	if len(settings) > 0 {
		all = append([]drawn{
			{"settings", "The result against each setting that varies; the better a run the darker.",
				func() (*report.Figure, error) {
					return report.Settings("Result against settings", result, settings)
				}},
			{"parallel coordinates", "Each run is a line through its settings to its result.",
				func() (*report.Figure, error) {
					return report.Parallel("Parallel coordinates", result, settings)
				}},
		}, all...)
	}
	return all
}

// scale is what varied in the runs: numbers, or the place of each text among those there are.
func (v *Varied) scale(done []*Record) report.Scale {
	s := report.Scale{Name: v.Key}
	numbers := true
	for _, r := range done {
		x, err := strconv.ParseFloat(r.Values[v.Key], 64)
		numbers = numbers && err == nil
		s.Values = append(s.Values, x)
	}
	if numbers {
		s.Log = v.Distribution != nil && v.Distribution.Log || v.Distribution == nil && wide(s.Values)
		return s
	}
	for _, node := range v.Values {
		s.Labels = append(s.Labels, nodeText(node))
	}
	for i, r := range done {
		s.Values[i] = float64(slices.Index(s.Labels, r.Values[v.Key]))
	}
	return s
}

// wide says that numbers are better shown by their logarithm: all positive, the largest more
// than ten times the smallest.
func wide(values []float64) bool {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) {
			low, high = math.Min(low, v), math.Max(high, v)
		}
	}
	return low > 0 && high > 10*low
}

func different(values []float64) bool {
	return slices.ContainsFunc(values, func(v float64) bool { return v != values[0] })
}
