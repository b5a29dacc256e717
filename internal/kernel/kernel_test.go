package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// epsilon is the distance from 1 to the next number.
func epsilon[T Float]() float64 {
	if size[T]() == 4 {
		return 0x1p-23
	}
	return 0x1p-52
}

// eachSet runs a test with every set of kernels, and skips, visibly, those that this
// processor lacks.
func eachSet(t *testing.T, f func(t *testing.T)) {
	for _, s := range []set{generic, avx2, avx512, neon} {
		t.Run(s.String(), func(t *testing.T) {
			if !slices.Contains(sets(), s) {
				t.Skipf("there are no kernels %q here: not tested", s)
			}
			with(s, func() { f(t) })
		})
	}
}

// with calls f with a set in use.
func with(s set, f func()) {
	defer func(before set) { inUse = before }(inUse)
	inUse = s
	f()
}

// both runs a test in the two precisions, with every set of kernels.
func both(t *testing.T, f32, f64 func(t *testing.T)) {
	eachSet(t, func(t *testing.T) {
		t.Run("float32", f32)
		t.Run("float64", f64)
	})
}

// needVectors skips a comparison of the assembly with plain Go where that is in use.
func needVectors(t *testing.T) {
	t.Helper()
	if inUse == generic {
		t.Skip("plain Go against itself")
	}
}

func TestName(t *testing.T) {
	want := os.Getenv("HNN_KERNEL")
	if want == "" || ChoiceErr() != nil {
		want = sets()[len(sets())-1].String()
	}
	if Name() != want {
		t.Errorf("Name() = %q, want %q", Name(), want)
	}
	t.Logf("kernels in use: %s", Name())
}

func TestChoose(t *testing.T) {
	old := []set{generic, avx2}
	for _, c := range []struct {
		name string
		sets []set
		want set
		err  bool
	}{
		{"", []set{generic}, generic, false},
		{"", old, avx2, false},
		{"", []set{generic, avx2, avx512}, avx512, false},
		{"generic", old, generic, false},
		{"avx2", []set{generic, avx2, avx512}, avx2, false},
		{"avx512", old, avx2, true},
		{"AVX2", old, avx2, true},
	} {
		got, err := choose(c.name, c.sets)
		if got != c.want || (err != nil) != c.err {
			t.Errorf("%q of %v: %v, %v; want %v, an error %v", c.name, c.sets, got, err, c.want, c.err)
		}
	}
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
