package study

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	"hnn/experiment"
	"hnn/experiment/search"
)

// Searches reports whether the runs depend on what earlier ones came to.
func (s *Study) Searches() bool { return s.Method == TPE || s.Method == GP }

// Total is the number of the study's runs, of which Runs has returned some.
func (s *Study) Total(runs []Trial) int {
	if s.Searches() {
		return s.Trials
	}
	return len(runs)
}

// sobol are the points of a Sobol sequence for what has a distribution.
func (s *Study) sobol() ([][]keyed, error) {
	var varied []Varied
	for _, v := range s.Varied {
		if v.Distribution != nil {
			varied = append(varied, v)
		}
	}
	sequence, err := search.NewSobol(len(varied), s.Seed)
	if err != nil {
		return nil, err
	}
	all := make([][]keyed, s.Trials)
	for i := range all {
		all[i] = at(varied, sequence.Point(i))
	}
	return all, nil
}

// at are the values that a point stands for.
func at(varied []Varied, point []float64) []keyed {
	var all []keyed
	for d, v := range varied {
		if v.Distribution != nil {
			all = append(all, keyed{v.Key, number(v.Distribution.round(v.Distribution.At(point[d])), v.Distribution.Int)})
		} else {
			all = append(all, keyed{v.Key, v.Values[search.Dimension{Choices: len(v.Values)}.Choice(point[d])]})
		}
	}
	return all
}

// searcher proposes the point of the trial of a number, from 0, by what is known of others.
type searcher interface {
	Next(number int, trials []search.Trial) []float64
}

func (s *Study) searcher() (searcher, error) {
	var space search.Space
	for _, v := range s.Varied {
		space = append(space, search.Dimension{Choices: len(v.Values)})
	}
	if s.Method == GP {
		return search.NewGP(space, s.Seed)
	}
	return search.NewTPE(space, s.Seed)
}

// checkSearch is of what a search cannot vary.
func (s *Study) checkSearch() error {
	if !s.Searches() {
		if s.FirstRung != 0 {
			return errors.New("first-rung: hopeless runs are stopped early by a search: give \"method: tpe\"")
		}
		return nil
	}
	for _, v := range s.Varied {
		switch v.Key {
		case "seed":
			return errors.New("seed varies: a search would choose the seed with the luckiest draw; fix it, and try the best settings on other seeds by a grid")
		case "steps", "ensemble", "trainer":
			if s.FirstRung != 0 {
				return fmt.Errorf("%s varies: with first-rung runs are compared after the same steps of adam: fix it", v.Key)
			}
		case "task", "data", "more-data", "test", "frames":
			return fmt.Errorf("%s varies: results on other data do not compare; search on each alone, or use the method grid", v.Key)
		}
	}
	if s.Method == GP && s.Trials > search.MostGP {
		return fmt.Errorf("method gp: %d trials, and its work grows by their third power: give at most %d, or \"method: tpe\"", s.Trials, search.MostGP)
	}
	_, err := s.searcher()
	return err
}

// begin are the first runs of a search, which depend on no others. Those at the bounds of what
// varies are checked too, so that a mistake shows before anything starts.
func (s *Study) begin() ([]Trial, error) {
	method, err := s.searcher()
	if err != nil {
		return nil, err
	}
	var all []Trial
	for n := range min(search.Startup, s.Trials) {
		t, err := s.atPoint(n+1, method.Next(n, nil))
		if err != nil {
			return nil, err
		}
		all = append(all, *t)
	}
	if c := &all[0].Config; s.FirstRung != 0 {
		if c.Trainer != experiment.Adam || c.Ensemble != 0 {
			return nil, errors.New("first-rung: it stops trainings of single networks by adam early: give \"trainer: adam\", without ensemble")
		}
		if err := s.Halving(c).Validate(); err != nil {
			return nil, fmt.Errorf("first-rung, rung-factor: %w", err)
		}
	}
	for d, v := range s.Varied {
		for i := range max(len(v.Values), 2) {
			point := slices.Clone(all[0].Point)
			if point[d] = (float64(i) + 0.5) / float64(len(v.Values)); v.Distribution != nil {
				point[d] = math.Min(float64(i), math.Nextafter(1, 0))
			} else if i == len(v.Values) {
				break
			}
			if _, err := s.atPoint(1, point); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func (s *Study) atPoint(number int, point []float64) (*Trial, error) {
	t, err := s.Trial(number, at(s.Varied, point))
	if t != nil {
		t.Point = point
	}
	return t, err
}

const proposedFolder = "proposed"

// Propose returns the next run of a search by those that were begun, which are numbered from 1
// on, and what became of them; it is kept in the folder first.
func (f *Folder) Propose(begun []Trial, records []Record) (*Trial, error) {
	s := f.Study
	method, err := s.searcher()
	if err != nil {
		return nil, err
	}
	_, large := s.Measure()
	past := make([]search.Trial, len(begun))
	for i := range begun {
		past[i] = search.Trial{Point: begun[i].Point, Running: true}
	}
	for i := range records {
		p := &past[records[i].Number-1]
		if p.Value, p.Running = float64(records[i].Value), false; large {
			p.Value = -p.Value
		}
	}
	number := len(begun) + 1
	t, err := s.atPoint(number, method.Next(number-1, past))
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(f.Dir, proposedFolder), 0o777); err != nil {
		return nil, err
	}
	return t, f.write(filepath.Join(proposedFolder, fmt.Sprintf("%04d.json", number)), t)
}

// Proposed are the runs that Propose has returned.
func (f *Folder) Proposed() ([]Trial, error) {
	var all []Trial
	err := each(f, proposedFolder, func(name string, kept *Trial) error {
		if len(kept.Point) != len(f.Study.Varied) {
			return fmt.Errorf("%s is damaged: a point of %d settings, and %d vary", filepath.Join(f.Dir, name), len(kept.Point), len(f.Study.Varied))
		}
		t, err := f.Study.atPoint(kept.Number, kept.Point)
		if err != nil {
			return err
		}
		all = append(all, *t)
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	slices.SortFunc(all, func(a, b Trial) int { return cmp.Compare(a.Number, b.Number) })
	return all, nil
}
