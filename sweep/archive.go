package sweep

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// checkpointPrefix is how the names of a training's checkpoints begin.
const checkpointPrefix = "checkpoint"

// pack returns the files of a directory as a tar. Checkpoints come first: the files that are
// read after them, while a training goes on, are no older.
func pack(dir string) ([]byte, error) {
	var names []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			name, err := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(name))
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(names, func(a, b string) int {
		rank := func(name string) int {
			if strings.HasPrefix(name, checkpointPrefix) {
				return 0
			}
			return 1
		}
		return rank(a) - rank(b)
	})
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue // renamed since
		}
		if err != nil {
			return nil, err
		}
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			return nil, err
		}
		if _, err := w.Write(content); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), w.Close()
}

// unpack writes the files of a tar into a directory, all on disk before it returns.
func unpack(archive []byte, dir string) error {
	r := tar.NewReader(bytes.NewReader(archive))
	folders := map[string]bool{dir: true}
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if !filepath.IsLocal(h.Name) || h.Typeflag != tar.TypeReg {
			return fmt.Errorf("the archive of a run holds %q", h.Name)
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if folder := filepath.Dir(path); !folders[folder] {
			if err := os.MkdirAll(folder, 0o777); err != nil {
				return err
			}
			folders[folder] = true
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, r)
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}
