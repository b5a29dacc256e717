package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// A folder that the process may not write to. Root passes over permission bits, so
// this thread's file-system identity is changed for the length of the write.
func TestOldFileSurvivesReadOnlyFolder(t *testing.T) {
	folder, err := os.MkdirTemp("", "atomicfile") // t.TempDir's parent is closed to others
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "a")
	if err := Write(path, text("old")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(folder, 0o555); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(folder, 0o755)

	if os.Geteuid() == 0 {
		const nobody = 65534
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if _, err := unix.SetfsuidRetUid(nobody); err != nil {
			t.Skipf("running as root and cannot give that up for a moment: %v", err)
		}
		defer unix.SetfsuidRetUid(0)
	}
	err = Write(path, text("new"))
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "make "+folder+" writable") {
		t.Errorf("error is %v, want a refused permission and the advice to make the folder writable", err)
	}
	checkFolder(t, folder, "a", "old")
}

// A real full disk: a file system of 64 kB in memory.
func TestOldFileSurvivesFullDisk(t *testing.T) {
	folder := t.TempDir()
	if err := syscall.Mount("none", folder, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("cannot mount a small file system here (needs the right to mount): %v", err)
	}
	defer syscall.Unmount(folder, 0)
	path := filepath.Join(folder, "a")
	if err := Write(path, text("old")); err != nil {
		t.Fatal(err)
	}
	err := Write(path, text(strings.Repeat("x", 1<<20)))
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "free some space") {
		t.Errorf("error is %v, want a full disk and the advice to free some space", err)
	}
	checkFolder(t, folder, "a", "old")
}
