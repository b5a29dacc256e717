package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hnn/data"
	"hnn/data/check"
	"hnn/data/file"
)

// learnedFile says what a run learned from: the files, by their hashes, what was seen in
// them and what was found wrong. It ends with its own digest.
const learnedFile = "data.json"

type learned struct {
	Files    []hashedFile    `json:"files,omitempty"`
	Seen     *seen           `json:"seen,omitempty"`
	Findings []check.Finding `json:"findings,omitempty"`
}

type hashedFile struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// dataEndings are those of files that a folder of trials may hold.
var dataEndings = []string{".csv", ".tsv", ".txt", ".dat", ".npy", ".npz", ".parquet", ".gz", ".zip", ".xlsx", ".jsonl"}

// DataFiles lists the files that names, patterns and folders stand for: those of a folder or
// of a pattern in the order of their names. A folder or a pattern that stands for none is an
// error; a file that is not there is one for who reads it.
func DataFiles(names []string) ([]string, error) {
	var all []string
	for _, name := range names {
		info, err := os.Stat(name)
		switch {
		case name == "-" || err == nil && !info.IsDir() || err != nil && !strings.ContainsAny(name, "*?["):
			all = append(all, name)
			continue
		case err == nil:
			entries, err := os.ReadDir(name)
			if err != nil {
				return nil, err
			}
			n := len(all)
			for _, e := range entries {
				if ending := strings.ToLower(filepath.Ext(e.Name())); !e.IsDir() && !strings.HasPrefix(e.Name(), ".") && slices.Contains(dataEndings, ending) {
					all = append(all, filepath.Join(name, e.Name()))
				}
			}
			if len(all) == n {
				return nil, fmt.Errorf("the folder %s holds no data file (%s)", name, strings.Join(dataEndings, ", "))
			}
			continue
		}
		found, bad := filepath.Glob(name)
		if bad != nil || len(found) == 0 {
			return nil, err
		}
		all = append(all, found...)
	}
	infos := make([]os.FileInfo, len(all))
	for i, path := range all {
		infos[i], _ = os.Stat(path) // nil of standard input, or where who reads it says what is wrong
		if slices.Contains(all[:i], path) || slices.ContainsFunc(infos[:i], func(other os.FileInfo) bool { return infos[i] != nil && other != nil && os.SameFile(infos[i], other) }) {
			return nil, fmt.Errorf("the file %s is given twice", path)
		}
	}
	return all, nil
}

// Inputs are the files, and of films the folder, that a run reads.
func (c *Config) Inputs() []string {
	if c.Frames != "" {
		return []string{c.Frames}
	}
	return c.files()
}

// files are those that a run's trajectories come from.
func (c *Config) files() []string {
	var files []string
	for _, f := range append(append([]string{c.Data}, c.MoreData...), c.Test) {
		if f != "" {
			files = append(files, f)
		}
	}
	return files
}

// writeLearned keeps what a run on trajectories learns from.
func (e *Env) writeLearned(dir string, c *Config, d *dataset) error {
	l := learned{Seen: d.seen(), Findings: d.findings}
	if l.Seen == nil {
		return nil
	}
	for _, f := range c.files() {
		hash, err := FileHash(e.local(f))
		if err != nil {
			return err
		}
		l.Files = append(l.Files, hashedFile{f, hash})
	}
	return writeSealed(filepath.Join(dir, learnedFile), &l)
}

// readLearned reads it, nil where a run has none, as older ones.
func readLearned(dir string) (*learned, error) {
	path := filepath.Join(dir, learnedFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	l := new(learned)
	if err == nil {
		b, _, err = jsonSeal.check(path, b)
		if err != nil {
			return nil, err
		}
		err = json.Unmarshal(b, l)
	}
	if err == nil && l.Seen != nil && (len(l.Seen.Least) != len(l.Seen.Most) || len(l.Seen.Least) == 0) {
		err = fmt.Errorf("%d and %d bounds of the training data", len(l.Seen.Least), len(l.Seen.Most))
	}
	if err != nil {
		return nil, fmt.Errorf("%s is damaged: remove it, or make the run anew: %w", path, err)
	}
	return l, nil
}

// FileHash is the SHA-256 of a file, in hexadecimal digits.
func FileHash(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// WarnChanged says which of the data files of the run in dir have changed since it was
// made. Older runs have no hashes, and it says nothing.
func (e *Env) WarnChanged(dir string) error {
	l, err := readLearned(dir)
	if l == nil || err != nil {
		return err
	}
	for _, f := range l.Files {
		hash, err := FileHash(e.local(f.Path))
		if err == nil && hash != f.SHA256 { // who reads it says what is wrong else
			e.log("warning: %s has changed since the run %s was made of it (its SHA-256 was %.12s and is %.12s): what follows is not of the run's data", f.Path, dir, f.SHA256, hash)
		}
	}
	return nil
}

// ReadTogether reads files of trials of the same columns into one set, as a run that is
// given them does. The mapping is that of the first; the findings say what contradicts that they are of one system.
func ReadTogether(paths []string, read func(path string) (*data.Set, *file.Mapping, error)) (*data.Set, *file.Mapping, []check.Finding, error) {
	all, first, err := read(paths[0])
	if err != nil {
		return nil, nil, nil, err
	}
	parts := []check.Part{{Name: paths[0], Set: all}}
	if len(paths) > 1 {
		all = all.Clone()
	}
	for _, path := range paths[1:] {
		s, m, err := read(path)
		if err != nil {
			return nil, nil, nil, err
		}
		if role := differ(&first.Columns, &m.Columns, &file.Columns{}); role != "" {
			return nil, nil, nil, fmt.Errorf("%s has the columns %s and %s has %s: name the %s of both, as with --q and --p", paths[0], list(&first.Columns), path, list(&m.Columns), role)
		}
		if err := sameClock(first, m); err != nil {
			return nil, nil, nil, err
		}
		parts = append(parts, check.Part{Name: path, Set: s})
		if err := all.Append(s); err != nil {
			return nil, nil, nil, fmt.Errorf("%s: %w; the files of one set must have the same columns", path, err)
		}
		first.BadRows += m.BadRows
		first.Bad = append(first.Bad, m.Bad...)
	}
	return all, first, check.Together(parts), nil
}
