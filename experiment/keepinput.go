package experiment

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// KeepInput writes what r holds to a file in a folder and returns its path. The name
// is input- and the beginning of the content's SHA-256, so that the same data are kept
// once.
func KeepInput(r io.Reader, folder string) (path string, err error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(folder, ".input-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, hash), r)
	if err == nil && n == 0 {
		err = errors.New("standard input is empty: pipe a file into it, or name one with --data")
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", err
	}
	path = filepath.Join(folder, fmt.Sprintf("input-%x", hash.Sum(nil)[:6]))
	return path, os.Rename(f.Name(), path)
}
