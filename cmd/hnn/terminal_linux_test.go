package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal of so many columns: what is written to its second end can be read from the first.
func terminal(t *testing.T, columns uint16) (screen, program *os.File) {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	screen = os.NewFile(uintptr(fd), "ptmx")
	t.Cleanup(func() { screen.Close() })
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns})
	}
	if err == nil {
		program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	return screen, program
}

// What shows progress fits into the terminal, however narrow: a line that is longer goes on in the next row, and is
// then not replaced by the one that follows it.
func TestProgressInNarrowTerminals(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	hnn, dir := program(t), t.TempDir()
	escape := regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")
	for _, columns := range []uint16{20, 40, 80, 132} {
		screen, tty := terminal(t, columns)
		c := exec.Command(hnn, "train", "spring", "--trainer", "adam", "--trajectories", "10", "--steps", "4000", "--hidden", "32,32", "--no-strict", "--no-figures", "--out", fmt.Sprint("run", columns))
		c.Dir, c.Stderr = dir, tty
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		tty.Close()
		kill := time.AfterFunc(2*time.Minute, func() { _ = c.Process.Kill() })
		var out bytes.Buffer
		_, _ = out.ReadFrom(screen) // it ends with an error when the program does
		if err := c.Wait(); err != nil {
			t.Fatalf("%d columns: %v\n%s", columns, err, &out)
		}
		kill.Stop()
		shown := 0
		for line := range strings.SplitSeq(escape.ReplaceAllString(out.String(), ""), "\n") {
			// Each part between two carriage returns is written over the one before; the last stays, as a message.
			parts := strings.Split(strings.TrimSuffix(line, "\r"), "\r")
			for _, part := range parts[:len(parts)-1] {
				shown++
				if n := utf8.RuneCountInString(strings.TrimRight(part, " ")); n > int(columns) {
					t.Errorf("%d columns: %d characters in %q", columns, n, part)
				}
			}
		}
		if shown < 2 || !strings.Contains(out.String(), "loss") {
			t.Errorf("%d columns: no progress in %q", columns, out.String())
		}
	}
}
