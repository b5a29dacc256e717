package study

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hnn/experiment"
	"hnn/internal/atomicfile"
	"hnn/internal/shell"
)

// The files of a study's folder, beside the directories of its runs.
const (
	textFile      = "study.yaml"
	aboutFile     = "study.json"
	progressFile  = "progress.json"
	recordsFolder = "records"
)

// About is what identifies a study.
type About struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	// Source is the folder of the study file, from where its data files are named.
	Source string `json:"source"`
	// Kernel and Version are those of the program that made the study.
	Kernel  string `json:"kernel"`
	Version string `json:"version"`
	Total   int    `json:"total"`
}

// Record is what became of one run.
type Record struct {
	Trial
	State    State             `json:"state"`
	Error    string            `json:"error,omitempty"`
	Attempts int               `json:"attempts"` // deliveries to workers
	Worker   string            `json:"worker,omitempty"`
	Kernel   string            `json:"kernel,omitempty"`
	Version  string            `json:"version,omitempty"`
	Began    time.Time         `json:"began"`
	Seconds  experiment.Number `json:"seconds"`
	// Value is the result that the study compares its runs by.
	Value experiment.Number `json:"value"`
}

// State says how a run ended.
type State string

// The states.
const (
	Done   State = "done"
	Failed State = "failed"
	// Stopped is a run of a search that was compared with others and did not go on.
	Stopped State = "stopped"
)

// Progress is how far a study has come.
type Progress struct {
	State   string    `json:"state"` // running, stopped, cancelled, done
	Total   int       `json:"total"`
	Done    int       `json:"done"`
	Failed  int       `json:"failed"`
	Stopped int       `json:"stopped,omitempty"` // early, since others were better
	Running []Running `json:"running"`
	Best    *Record   `json:"best,omitempty"`
	// Left is the time left in seconds, null where it cannot be told yet.
	Left experiment.Number `json:"left"`
	At   time.Time         `json:"at"`
}

// Running is a run that a worker is at.
type Running struct {
	Worker string    `json:"worker"`
	Number int       `json:"number"`
	Name   string    `json:"name"`
	Began  time.Time `json:"began"`
	Step   int       `json:"step"`
	Steps  int       `json:"steps"`
}

// count counts the records by their state.
func (p *Progress) count(records []Record) {
	p.Done, p.Failed, p.Stopped = 0, 0, 0
	for i := range records {
		switch records[i].State {
		case Done:
			p.Done++
		case Stopped:
			p.Stopped++
		default:
			p.Failed++
		}
	}
}

// NewProgress is the progress of a study by its records.
func NewProgress(state string, total int, s *Study, records []Record) *Progress {
	p := &Progress{State: state, Total: total, Best: s.Best(records), Left: experiment.NA, Running: []Running{}, At: time.Now()}
	p.count(records)
	return p
}

// String is the progress in a line.
func (p *Progress) String() string {
	text := fmt.Sprintf("%d of %d runs done", p.Done, p.Total)
	if p.Stopped > 0 {
		text += fmt.Sprintf(", %d stopped early", p.Stopped)
	}
	if p.Failed > 0 {
		text += fmt.Sprintf(", %d failed", p.Failed)
	}
	text += fmt.Sprintf(", %d running", len(p.Running))
	if p.Best != nil {
		text += fmt.Sprintf(", best %.4g (%s)", float64(p.Best.Value), p.Best.Name)
	}
	if left := float64(p.Left); left > 0 {
		text += fmt.Sprintf(", %v left", (time.Duration(left) * time.Second).Round(time.Second))
	}
	return text
}

// Folder is a study on disk.
type Folder struct {
	Dir   string
	About About
	Study *Study
}

// IsFolder reports whether a folder is that of a study.
func IsFolder(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, aboutFile))
	return err == nil
}

// Create makes the folder of a study, or opens it where the same study is there already.
func Create(dir string, s *Study, about About) (*Folder, error) {
	if IsFolder(dir) {
		f, err := Open(dir)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(f.Study.Text, s.Text) || f.Study.folder != s.folder {
			return nil, fmt.Errorf("%s holds the study of another file, or of an earlier state of this one: choose another folder with --out, or remove it", dir)
		}
		return f, nil
	}
	if err := os.MkdirAll(filepath.Join(dir, recordsFolder), 0o777); err != nil {
		return nil, err
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 1 {
		return nil, errors.Join(err, fmt.Errorf("%s has files and is no study: choose another folder with --out", dir))
	}
	about.Name, about.Source = s.Name, s.folder
	if err := write(filepath.Join(dir, textFile), s.Text); err != nil {
		return nil, err
	}
	f := &Folder{Dir: dir, About: about, Study: s}
	return f, f.write(aboutFile, about) // last: with it the folder is a study's
}

// Open opens the folder of a study.
func Open(dir string) (*Folder, error) {
	f := &Folder{Dir: dir}
	err := f.read(aboutFile, &f.About)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is no folder of a study: it has no %s; begin one by hnn sweep study.yaml", dir, aboutFile)
	}
	if err != nil {
		return nil, err
	}
	text, err := readFile(filepath.Join(dir, textFile))
	if err != nil {
		return nil, err
	}
	if f.Study, err = parse(text, f.About.Source, f.About.Name); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, textFile), err)
	}
	return f, nil
}

func write(path string, b []byte) error {
	return atomicfile.Write(path, func(w io.Writer) error { _, err := w.Write(b); return err })
}

func (f *Folder) write(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return write(filepath.Join(f.Dir, name), append(b, '\n'))
}

func (f *Folder) read(name string, v any) error {
	b, err := os.ReadFile(filepath.Join(f.Dir, name))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%s is damaged: %w", filepath.Join(f.Dir, name), err)
	}
	return nil
}

// Keep keeps what became of a run: its directory, which unpack fills, and the record, by
// which the run counts as kept. A failed run has no directory.
func (f *Folder) Keep(r *Record, unpack func(dir string) error) error {
	if r.State == Done {
		dir := f.RunDir(&r.Trial)
		part := filepath.Join(f.Dir, "."+r.Name)
		if err := errors.Join(os.RemoveAll(part), os.MkdirAll(part, 0o777)); err != nil {
			return err
		}
		if err := unpack(part); err != nil {
			return err
		}
		results, err := experiment.ReadResults(part)
		if err != nil {
			return err
		}
		path, _ := f.Study.Measure()
		r.Value = experiment.Number(Value(results, path))
		if err := os.RemoveAll(dir); err != nil { // left by one that was killed before the record
			return err
		}
		if err := os.Rename(part, dir); err != nil {
			return err
		}
	} else if r.State == Failed {
		r.Value = experiment.NA
	}
	return f.write(recordName(r.Number), r)
}

func recordName(number int) string {
	return filepath.Join(recordsFolder, fmt.Sprintf("%04d.json", number))
}

// RunDir is the directory of a run.
func (f *Folder) RunDir(t *Trial) string { return filepath.Join(f.Dir, t.Name) }

// Kept reports whether there is a record of a run.
func (f *Folder) Kept(number int) bool {
	_, err := os.Stat(filepath.Join(f.Dir, recordName(number)))
	return err == nil
}

// Records are those of all runs that are kept, by their number.
func (f *Folder) Records() ([]Record, error) {
	var all []Record
	err := each(f, recordsFolder, func(_ string, r *Record) error {
		all = append(all, *r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b Record) int { return a.Number - b.Number })
	return all, nil
}

// each reads the JSON files of one of the folders within, by their names, and visits what they hold. The error is
// fs.ErrNotExist where there is no such folder.
func each[T any](f *Folder, within string, visit func(name string, v *T) error) error {
	entries, err := os.ReadDir(filepath.Join(f.Dir, within))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || filepath.Ext(e.Name()) != ".json" {
			continue
		}
		var v T
		name := filepath.Join(within, e.Name())
		if err := f.read(name, &v); err != nil {
			return err
		}
		if err := visit(name, &v); err != nil {
			return err
		}
	}
	return nil
}

// Runs are the directories of the runs that are done.
func (f *Folder) Runs() ([]string, error) {
	records, err := f.Records()
	var dirs []string
	for i := range records {
		if records[i].State == Done {
			dirs = append(dirs, f.RunDir(&records[i].Trial))
		}
	}
	if err == nil && dirs == nil {
		err = fmt.Errorf("%s: none of its runs is done yet; go on with it by hnn sweep %s", f.Dir, shell.Quote(filepath.Join(f.Dir, textFile)))
	}
	return dirs, err
}

// Expand puts the runs of studies in the place of their folders.
func Expand(dirs []string) ([]string, error) {
	var all []string
	for _, dir := range dirs {
		if !IsFolder(dir) {
			all = append(all, dir)
			continue
		}
		f, err := Open(dir)
		if err != nil {
			return nil, err
		}
		runs, err := f.Runs()
		if err != nil {
			return nil, err
		}
		all = append(all, runs...)
	}
	return all, nil
}

// WriteProgress notes how far the study has come, for those who look at its folder.
func (f *Folder) WriteProgress(p *Progress) error { return f.write(progressFile, p) }

// ReadProgress is what WriteProgress noted last.
func (f *Folder) ReadProgress() (*Progress, error) {
	p := new(Progress)
	return p, f.read(progressFile, p)
}

// Best is the best of the records by the study's measure, nil where none has it.
func (s *Study) Best(records []Record) *Record {
	_, large := s.Measure()
	var best *Record
	for i := range records {
		r := &records[i]
		switch v := float64(r.Value); {
		case r.State != Done || v != v:
		case best == nil || large == (v > float64(best.Value)) && v != float64(best.Value):
			best = r
		}
	}
	return best
}
