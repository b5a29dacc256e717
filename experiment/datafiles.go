package experiment

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hnn/data"
	"hnn/data/file"
	"hnn/internal/atomicfile"
)

// hashesFile holds the SHA-256 of each file that a run learned from, as sha256sum writes it.
const hashesFile = "data.sha256"

// dataEndings are those of files that a folder of trials may hold.
var dataEndings = []string{".csv", ".tsv", ".txt", ".dat", ".npy", ".npz", ".parquet", ".gz", ".zip", ".xlsx", ".jsonl"}

// DataFiles lists the files that names, patterns and folders stand for: those of a folder or
// of a pattern in the order of their names. A name that stands for none is an error.
func DataFiles(names []string) ([]string, error) {
	var all []string
	for _, name := range names {
		info, err := os.Stat(name)
		switch {
		case name == "-" || err == nil && !info.IsDir():
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
	for i, path := range all {
		if slices.Contains(all[:i], path) {
			return nil, fmt.Errorf("the file %s is given twice", path)
		}
	}
	return all, nil
}

// files are those that a run's data come from.
func (c *Config) files() []string {
	var files []string
	for _, f := range append(append([]string{c.Data}, c.MoreData...), c.Test) {
		if f != "" {
			files = append(files, f)
		}
	}
	return files
}

// writeHashes keeps the hashes of a run's data files in its directory.
func writeHashes(dir string, c *Config) error {
	files := c.files()
	if len(files) == 0 {
		return nil
	}
	return atomicfile.Write(filepath.Join(dir, hashesFile), func(w io.Writer) error {
		for _, f := range files {
			hash, err := fileHash(f)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "%s  %s\n", hash, f); err != nil {
				return err
			}
		}
		return nil
	})
}

func fileHash(path string) (string, error) {
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
	f, err := os.Open(filepath.Join(dir, hashesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		was, path, ok := strings.Cut(lines.Text(), "  ")
		if !ok {
			return fmt.Errorf("%s: the line %q is no hash and file: remove the file, or make the run anew", f.Name(), lines.Text())
		}
		is, err := fileHash(path)
		if err != nil {
			continue // who reads it says so
		}
		if is != was {
			e.log("warning: %s has changed since the run %s was made of it (SHA-256 %.12s, then %.12s): its numbers are not those of the run's data", path, dir, is, was)
		}
	}
	return lines.Err()
}

// ReadTogether reads files of trials of the same columns into one set, as a run that is
// given them does. The mapping is that of the first.
func ReadTogether(paths []string, read func(path string) (*data.Set, *file.Mapping, error)) (*data.Set, *file.Mapping, error) {
	all, first, err := read(paths[0])
	if err != nil {
		return nil, nil, err
	}
	for _, path := range paths[1:] {
		s, m, err := read(path)
		if err != nil {
			return nil, nil, err
		}
		if role := differ(&first.Columns, &m.Columns, &file.Columns{}); role != "" {
			return nil, nil, fmt.Errorf("%s has the columns %s and %s has %s: name the %s of both, as with --q and --p", paths[0], list(&first.Columns), path, list(&m.Columns), role)
		}
		if err := all.Append(s); err != nil {
			return nil, nil, fmt.Errorf("%s: %w; the files of one set must have the same columns", path, err)
		}
		first.BadRows += m.BadRows
		first.Bad = append(first.Bad, m.Bad...)
	}
	return all, first, nil
}
