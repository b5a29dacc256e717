package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// checkFolder fails unless the folder holds exactly the file name with the content:
// nothing was lost and no temporary file stayed behind.
func checkFolder(t *testing.T, folder, name, content string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("folder holds %v, want %s alone", entries, name)
	}
	got, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != content {
		t.Errorf("file holds %.40q (%d bytes), want %.40q", got, len(got), content)
	}
}

func TestWriteReplaces(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a")
	for _, content := range []string{"first", "second, longer", ""} {
		if err := Write(path, text(content)); err != nil {
			t.Fatal(err)
		}
		checkFolder(t, folder, "a", content)
	}
}

func TestWriteKeepsPermissions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, text("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("permissions are %v, want those of the file replaced, 0600", got)
	}
}

// A private file has the permissions of its owner alone, whatever was there before.
func TestWritePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	path := filepath.Join(t.TempDir(), "door")
	for _, before := range []fs.FileMode{0, 0o644} {
		if before != 0 {
			if err := os.Chmod(path, before); err != nil {
				t.Fatal(err)
			}
		}
		if err := WritePrivate(path, text("key")); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("after %v: %v, %v", before, info, err)
		}
	}
}

// A writer that fails after more than the buffer's size has reached the disk.
func TestOldFileSurvivesFailingWriter(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a")
	if err := Write(path, text("old")); err != nil {
		t.Fatal(err)
	}
	cause := errors.New("no more numbers")
	err := Write(path, func(w io.Writer) error {
		if err := text(strings.Repeat("x", 1<<20))(w); err != nil {
			return err
		}
		return cause
	})
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), path) {
		t.Errorf("error is %v, want one that wraps the cause and names the file", err)
	}
	checkFolder(t, folder, "a", "old")
}

func TestErrorsSayWhatToDo(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	subfolder := filepath.Join(folder, "folder")
	if err := os.Mkdir(subfolder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, path string
		write      func(io.Writer) error
		is         error
		says       string
	}{
		{"no folder", filepath.Join(folder, "none", "a"), text(""), fs.ErrNotExist, "create the folder"},
		{"folder is a file", filepath.Join(file, "a"), text(""), syscall.ENOTDIR, "is not a folder"},
		{"a folder is in the way", subfolder, text(""), fs.ErrExist, "there is a folder of that name"},
		{"full disk", filepath.Join(folder, "a"), func(io.Writer) error { return syscall.ENOSPC }, syscall.ENOSPC, "free some space"},
		{"read-only", filepath.Join(folder, "a"), func(io.Writer) error { return syscall.EROFS }, syscall.EROFS, "make " + folder + " writable"},
	} {
		err := Write(test.path, test.write)
		if err == nil {
			t.Errorf("%s: no error", test.name)
			continue
		}
		if !errors.Is(err, test.is) {
			t.Errorf("%s: %v is not %v", test.name, err, test.is)
		}
		if !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), test.path) {
			t.Errorf("%s: %q does not name the file and say %q", test.name, err, test.says)
		}
	}
}
