package experiment

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"hnn/fit"
)

// atStep is a meter that does something at a step.
type atStep struct {
	step int
	do   func()
}

func (m atStep) Step(r fit.Record) {
	if r.Step == m.step {
		m.do()
	}
}
func (atStep) Done() {}

// The disk fills up, or turns read-only, between two checkpoints: the run ends with
// the reason, the checkpoint before survives, and the run goes on from it once there
// is room.
func TestCheckpointSurvivesTheDisk(t *testing.T) {
	for name, fault := range map[string]struct {
		make, mend func(t *testing.T, folder string)
		want       error
	}{
		"full": {
			func(t *testing.T, folder string) {
				// Fill it to the last byte: a write that fails partway is what is wanted.
				f, err := os.Create(filepath.Join(folder, "filler"))
				if err != nil {
					t.Fatal(err)
				}
				for err == nil {
					_, err = f.Write(make([]byte, 4096))
				}
				f.Close()
			},
			func(t *testing.T, folder string) {
				if err := os.Remove(filepath.Join(folder, "filler")); err != nil {
					t.Fatal(err)
				}
			},
			syscall.ENOSPC,
		},
		"read-only": {
			func(t *testing.T, folder string) {
				if err := syscall.Mount("none", folder, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
					t.Fatal(err)
				}
			},
			func(t *testing.T, folder string) {
				if err := syscall.Mount("none", folder, "tmpfs", syscall.MS_REMOUNT, ""); err != nil {
					t.Fatal(err)
				}
			},
			syscall.EROFS,
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if err := syscall.Mount("none", folder, "tmpfs", 0, "size=1m"); err != nil {
				t.Skipf("cannot mount a small file system here (needs the right to mount): %v", err)
			}
			defer syscall.Unmount(folder, 0)
			dir := filepath.Join(folder, "run")
			c := quick(t)
			c.Strict, c.Figures = false, false
			var old []byte
			e := &Env{Meter: func(string, int) Meter {
				return atStep{c.CheckpointEvery + 1, func() {
					old = []byte(read(t, dir, checkpointFile))
					fault.make(t, folder)
				}}
			}}
			_, err := e.RunAll(context.Background(), []Config{c}, Batch{Out: dir})
			if !errors.Is(err, fault.want) {
				t.Fatalf("error %v, want %v", err, fault.want)
			}
			if len(old) == 0 || !bytes.Equal(old, []byte(read(t, dir, checkpointFile))) {
				t.Error("the checkpoint before the fault did not survive")
			}
			fault.mend(t, folder)
			if _, err := new(Env).Resume(context.Background(), dir); err != nil {
				t.Errorf("the run does not go on: %v", err)
			}
		})
	}
}
