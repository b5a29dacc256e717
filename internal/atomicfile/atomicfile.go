// Package atomicfile replaces a file as a whole: after a crash, a full disk or
// an error halfway, the old content is there or the new one, never a mixture.
//
// Everything in a run directory (weights, checkpoints, results, configuration,
// figures) is written with it. It does not lock: of two writers the later wins.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Write calls write with a buffered temporary file in path's folder, syncs it to
// disk and renames it to path. A file that is already there keeps its permissions;
// a new one gets 0644 less the umask.
//
// An error names path and says what to do. It wraps the cause, so errors.Is with
// fs.ErrNotExist, syscall.ENOSPC or an error of write's own works. The file that
// was at path is then as it was, and the temporary one is gone.
func Write(path string, write func(io.Writer) error) error {
	return explained(path, replace(path, 0, write))
}

// WritePrivate is Write of a file that its owner alone may read and write, also where one with other permissions was there.
func WritePrivate(path string, write func(io.Writer) error) error {
	return explained(path, replace(path, 0o600, write))
}

func explained(path string, err error) error {
	if err != nil {
		return fmt.Errorf("cannot write %s: %w%s", path, err, advice(path, err))
	}
	return nil
}

// Clear removes from a folder what a Write of a name that ours reports true for left there
// when its process was killed: files of a dot, the name and a random number. The caller
// knows that nobody writes there now. A folder that is not there is clear.
func Clear(folder string, ours func(name string) bool) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		hidden, dotted := strings.CutPrefix(e.Name(), ".")
		name := strings.TrimRight(hidden, "0123456789")
		if !dotted || name == hidden || !e.Type().IsRegular() || !ours(name) {
			continue
		}
		path := filepath.Join(folder, e.Name())
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cannot remove %s, which a program that was killed left behind: %w", path, err)
		}
	}
	return nil
}

// buffered runs write on top of a buffer, since writers of CSV and JSON make many
// small writes.
func buffered(file io.Writer, write func(io.Writer) error) error {
	w := bufio.NewWriterSize(file, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	return w.Flush()
}

// advice turns the few causes that a user can do something about into a sentence.
func advice(path string, err error) string {
	folder := filepath.Dir(path)
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "; what was there before is unchanged: free some space and try again"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Sprintf("; what was there before is unchanged: make %s writable or choose another folder", folder)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("; create the folder %s first", folder)
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Sprintf("; %s is not a folder: choose another path", folder)
	case errors.Is(err, syscall.EISDIR), errors.Is(err, fs.ErrExist): // os.Rename gives the second
		return "; there is a folder of that name: choose another path"
	}
	return ""
}
