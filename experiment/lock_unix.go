//go:build unix && !solaris && !aix

package experiment

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// lock takes a run directory for this process until unlock: two that train in one
// directory would mix their files. The kernel drops the lock of a process that dies.
func lock(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s is in use by another hnn; wait for it, or choose another directory", dir)
		}
		return func() {}, nil // a file system without locks
	}
	return func() { f.Close() }, nil
}
