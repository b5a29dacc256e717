package study

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"hnn/experiment"
	"hnn/internal/atomicfile"
)

// WritePlan prints the runs of a study.
func WritePlan(w io.Writer, s *Study, trials []Trial) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	header := []string{"run", "directory"}
	for _, v := range s.Varied {
		header = append(header, v.Key)
	}
	fmt.Fprintln(t, strings.Join(header, "\t"))
	for i := range trials {
		cells := []string{strconv.Itoa(trials[i].Number), trials[i].Name}
		for _, v := range s.Varied {
			cells = append(cells, trials[i].Values[v.Key])
		}
		fmt.Fprintln(t, strings.Join(cells, "\t"))
	}
	if rest := s.Total(trials) - len(trials); rest > 0 {
		fmt.Fprintf(t, "The settings of %d more follow from what these come to.\n", rest)
	}
	return t.Flush()
}

// tableRows are how many runs WriteTable prints; the file has all.
const tableRows = 20

const tableFile = "runs.csv"

// WriteTable prints the best of a study's runs and the failed ones, and writes runs.csv, which
// has all, into its folder.
func WriteTable(w io.Writer, f *Folder) error {
	records, err := f.Records()
	if err != nil {
		return err
	}
	if err := f.writeCSV(records); err != nil {
		return err
	}
	path, _ := f.Study.Measure()
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	header := []string{"run", path, "seconds"}
	for _, v := range f.Study.Varied {
		header = append(header, v.Key)
	}
	fmt.Fprintln(t, strings.Join(header, "\t"))
	done, failed := f.Study.ordered(records), 0
	for i, r := range done {
		if i == tableRows {
			break
		}
		cells := []string{r.Name, text(float64(r.Value)), text(float64(r.Seconds))}
		for _, v := range f.Study.Varied {
			cells = append(cells, r.Values[v.Key])
		}
		fmt.Fprintln(t, strings.Join(cells, "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if n := len(done) - tableRows; n > 0 {
		fmt.Fprintf(w, "and %d more: %s\n", n, filepath.Join(f.Dir, tableFile))
	}
	for i := range records {
		if r := &records[i]; r.State == Failed {
			if failed++; failed <= tableRows {
				fmt.Fprintf(w, "failed: %s: %s\n", r.Name, r.Error)
			}
		}
	}
	if n := failed - tableRows; n > 0 {
		fmt.Fprintf(w, "and %d more failed\n", n)
	}
	return nil
}

func text(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// ordered are the runs that are done, the best first, those without a value last.
func (s *Study) ordered(records []Record) []*Record {
	_, large := s.Measure()
	var all []*Record
	for i := range records {
		if records[i].State == Done {
			all = append(all, &records[i])
		}
	}
	slices.SortStableFunc(all, func(a, b *Record) int {
		x, y := float64(a.Value), float64(b.Value)
		if nx, ny := math.IsNaN(x), math.IsNaN(y); nx || ny {
			return cmp.Compare(bit(nx), bit(ny))
		}
		if large {
			x, y = y, x
		}
		return cmp.Compare(x, y)
	})
	return all
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (f *Folder) writeCSV(records []Record) error {
	path, _ := f.Study.Measure()
	header := []string{"number", "name", "state", path, "seconds", "attempts", "worker", "kernel"}
	for _, v := range f.Study.Varied {
		header = append(header, v.Key)
	}
	return atomicfile.Write(filepath.Join(f.Dir, tableFile), func(w io.Writer) error {
		c := csv.NewWriter(w)
		_ = c.Write(header) // Error below has it
		number := func(v experiment.Number) string {
			if math.IsNaN(float64(v)) {
				return ""
			}
			return strconv.FormatFloat(float64(v), 'g', -1, 64)
		}
		for i := range records {
			r := &records[i]
			row := []string{strconv.Itoa(r.Number), r.Name, string(r.State), number(r.Value), number(r.Seconds), strconv.Itoa(r.Attempts), r.Worker, r.Kernel}
			for _, v := range f.Study.Varied {
				row = append(row, r.Values[v.Key])
			}
			_ = c.Write(row)
		}
		c.Flush()
		return c.Error()
	})
}

// Progress is how far the study has come, by its records and what was noted last.
func (f *Folder) Progress() (*Progress, error) {
	p, err := f.ReadProgress()
	if errors.Is(err, fs.ErrNotExist) {
		p, err = &Progress{State: "stopped", Left: experiment.NA}, nil
	}
	if err != nil {
		return nil, err
	}
	records, err := f.Records()
	if err != nil {
		return nil, err
	}
	p.Total = f.About.Total
	p.count(records)
	p.Best = f.Study.Best(records)
	// A submitter that is there notes it every second.
	if p.State == "running" && time.Since(p.At) > 30*time.Second {
		p.State, p.Left, p.Running = "without a submitter", experiment.NA, nil
	}
	return p, nil
}

// Write prints the progress and what runs.
func (p *Progress) Write(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "%s: %s\n", p.State, p); err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, r := range p.Running {
		if i == 0 {
			fmt.Fprintln(t, "run\tworker\tsince\tstep")
		}
		step := "-"
		if r.Steps > 0 {
			step = fmt.Sprintf("%d of %d", r.Step, r.Steps)
		}
		fmt.Fprintf(t, "%s\t%s\t%v\t%s\n", r.Name, r.Worker, time.Since(r.Began).Round(time.Second), step)
	}
	return t.Flush()
}
