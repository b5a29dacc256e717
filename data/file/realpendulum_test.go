package file

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hnn/system"
)

func TestRealPendulum(t *testing.T) {
	split, _, err := RealPendulum(measured(t, "real_pend_h_1.txt"), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	train, test := split.Train, split.Test
	if train.Rows() != 445 || test.Rows() != 110 || !cmp.Equal(train.Offsets, []int{0, 444, 445}) || test.Trials() != 1 {
		t.Fatalf("%d rows train in trials %v, %d test", train.Rows(), train.Offsets, test.Rows())
	}
	// What the description of the data says: an energy that falls from about 2.2 to
	// 0.7, a nominal step of 1/6 s with gaps up to 0.5 s.
	h := system.Pendulum{K: 2.4}
	first, _ := train.Row(0)
	last, _ := train.Row(444)
	if a, b := h.Hamiltonian(first), h.Hamiltonian(last); math.Abs(a-2.2) > 0.1 || math.Abs(b-0.7) > 0.1 {
		t.Errorf("the energy goes from %v to %v", a, b)
	}
	if train.T[0] != 5 || !(train.T[443] < test.T[0] && test.T[109] < train.T[444]) {
		t.Errorf("train from %v to %v, test from %v to %v, the last row at %v",
			train.T[0], train.T[443], test.T[0], test.T[109], train.T[444])
	}
	// A forward difference leads to the next row over the true time between them.
	for i := range test.Rows() - 1 {
		x, dx := test.Row(i)
		next, _ := test.Row(i + 1)
		dt := test.T[i+1] - test.T[i]
		if dt < 0.16 || dt > 0.51 {
			t.Errorf("row %d: a time step of %v", i, dt)
		}
		for j := range x {
			if math.Abs(x[j]+dt*dx[j]-next[j]) > 1e-14 {
				t.Errorf("row %d: the difference leads to %v, the next row is %v", i, x[j]+dt*dx[j], next[j])
			}
		}
	}
	if x, dx := train.Row(443); math.Abs(x[0]+(test.T[0]-train.T[443])*dx[0]-test.X[0]) > 1e-14 {
		t.Error("the last row in front of the test does not lead to it")
	}
}

func TestRealPendulumErrors(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"four states", "x y v w\n0 0 1 2 3 4\n0 1 1 2 3 4\n", "4 state columns"},
		{"positions", "x\n0 0 1\n0 1 1\n", "1 state columns"},
		{"one row", "o v\n0 0 1 2\n", "no trial has two rows"},
		{"few rows", "o v\n0 0 1 2\n0 1 1 2\n0 2 1 2\n", "too few"},
	} {
		path := filepath.Join(t.TempDir(), "p.txt")
		if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := RealPendulum(path, ReadOptions{}); err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want an error with the file and %q", test.name, err, test.want)
		}
	}
	if _, _, err := RealPendulum(filepath.Join(t.TempDir(), "none"), ReadOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}
