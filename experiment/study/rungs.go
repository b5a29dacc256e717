package study

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"hnn/experiment"
	"hnn/experiment/search"
)

// Halving is how runs of a search, of a configuration, are stopped early.
func (s *Study) Halving(c *experiment.Config) search.Halving {
	return search.Halving{First: s.FirstRung, Last: c.Fit.Steps, Factor: s.RungFactor}
}

// Rung is a run that has come to a rung, the lowest of which is 0.
type Rung struct {
	Number   int               `json:"number"`
	Rung     int               `json:"rung"`
	Value    experiment.Number `json:"value"`
	Promoted bool              `json:"promoted"` // it goes on to the next
}

const rungsFolder = "rungs"

// KeepRung keeps what became of a run at a rung, before anything follows from it.
func (f *Folder) KeepRung(r Rung) error {
	if err := os.MkdirAll(filepath.Join(f.Dir, rungsFolder), 0o777); err != nil {
		return err
	}
	return f.write(filepath.Join(rungsFolder, fmt.Sprintf("%04d-%d.json", r.Number, r.Rung)), r)
}

// Rungs are those that runs have come to.
func (f *Folder) Rungs() ([]Rung, error) {
	var all []Rung
	err := each(f, rungsFolder, func(_ string, r *Rung) error {
		all = append(all, *r)
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return all, nil
}

// Promote says which of the runs at rungs goes on: its place among them; ok is false for none.
func (s *Study) Promote(rungs []Rung, c *experiment.Config) (place int, ok bool) {
	h := s.Halving(c)
	levels := make([][]search.At, len(h.Rungs()))
	for _, r := range rungs {
		levels[r.Rung] = append(levels[r.Rung], search.At{Trial: r.Number, Value: s.small(float64(r.Value)), Promoted: r.Promoted})
	}
	number, to, ok := h.Next(levels)
	if !ok {
		return 0, false
	}
	for i, r := range rungs {
		if r.Number == number && r.Rung == to-1 {
			return i, true
		}
	}
	return 0, false
}

// small is a result of which less is better.
func (s *Study) small(v float64) float64 {
	if _, large := s.Measure(); large {
		return -v
	}
	return v
}

// Compared are records that a search with rungs may compare: those of the runs at the highest
// rung, or at the end, to which enough have come (as in S. Falkner et al., BOHB, ICML 2018: one
// more than there are settings that vary, and at least four).
func (s *Study) Compared(rungs []Rung, records []Record) []Record {
	enough := max(len(s.Varied)+1, 4)
	ended := 0
	for i := range records {
		if records[i].State == Done {
			ended++
		}
	}
	if ended >= enough {
		var all []Record
		for _, r := range records {
			if r.State == Done {
				all = append(all, r)
			}
		}
		return all
	}
	top := 0
	for _, r := range rungs {
		top = max(top, r.Rung)
	}
	for k := top; k >= 0; k-- {
		var all []Record
		for _, r := range rungs {
			if r.Rung == k && !math.IsNaN(float64(r.Value)) {
				all = append(all, Record{Trial: Trial{Number: r.Number}, Value: r.Value})
			}
		}
		if len(all) >= enough || k == 0 {
			return all
		}
	}
	return nil
}
