package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// epsilon is the distance from 1 to the next number.
func epsilon[T Float]() float64 {
	if size[T]() == 4 {
		return 0x1p-23
	}
	return 0x1p-52
}

// both runs a test in the two precisions.
func both(t *testing.T, f32, f64 func(t *testing.T)) {
	t.Run("float32", f32)
	t.Run("float64", f64)
}

// needVectors skips, visibly, a test of the assembly where it is not in use.
func needVectors(t *testing.T) {
	t.Helper()
	if !vectors() {
		t.Skipf("the kernels in use are %q: assembly not tested", Name())
	}
}

func TestName(t *testing.T) {
	want := "avx2"
	if !vectors() {
		want = "generic"
	}
	if Name() != want {
		t.Errorf("Name() = %q, want %q", Name(), want)
	}
	if os.Getenv("HNN_KERNEL") == "generic" && Name() != "generic" {
		t.Errorf("HNN_KERNEL=generic, but Name() = %q", Name())
	}
	t.Logf("kernels in use: %s", Name())
}

// A guarded slice lies at an odd place in a larger one, filled with a value that
// the kernels must neither use nor overwrite.
type guarded[T Float] struct {
	all   []T
	s     []T
	start int
}

// newGuarded has n elements, uniform in (-1, 1), at any alignment of elements. A
// NaN stands before and after it, and in the padding of rows of length row.
func newGuarded[T Float](rng *rand.Rand, rows, row, ld int) guarded[T] {
	n := 0
	if rows > 0 && row > 0 {
		n = (rows-1)*ld + row
	}
	g := guarded[T]{all: make([]T, n+80), start: 8 + rng.IntN(20)}
	for i := range g.all {
		g.all[i] = T(math.NaN())
	}
	g.s = g.all[g.start : g.start+n]
	for r := range rows {
		for j := range row {
			g.s[r*ld+j] = T(2*rng.Float64() - 1)
		}
	}
	return g
}

func (g guarded[T]) clone() guarded[T] {
	c := guarded[T]{all: append([]T(nil), g.all...), start: g.start}
	c.s = c.all[g.start : g.start+len(g.s)]
	return c
}

// intact reports whether everything but rows rows of n elements is still NaN.
func (g guarded[T]) intact(rows, n, ld int) error {
	for i, x := range g.all {
		at := i - g.start
		if at >= 0 && at < len(g.s) && (ld == 0 || at%ld < n) && (ld == 0 || at/ld < rows) {
			continue
		}
		if x == x {
			return fmt.Errorf("element %d, outside of %d x %d at distance %d, was overwritten", at, rows, n, ld)
		}
	}
	return nil
}

// differ reports the first element of rows x n in which got and want differ by more
// than tolerance(r, j).
func differ[T Float](got, want []T, ld, rows, n int, tolerance func(r, j int) float64) error {
	for r := range rows {
		for j := range n {
			g, w := float64(got[r*ld+j]), float64(want[r*ld+j])
			if math.IsNaN(g) != math.IsNaN(w) || math.Abs(g-w) > tolerance(r, j) {
				return fmt.Errorf("element (%d, %d): %v, want %v, tolerance %.2g", r, j, g, w, tolerance(r, j))
			}
		}
	}
	return nil
}
