package kernel

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestNoAllocation(t *testing.T) {
	both(t, testNoAllocation[float32], testNoAllocation[float64])
}

// Every kernel at sizes that take its side roads: column tails in tiles, transposed
// products, packed tails of B, blocks.
func testNoAllocation[T Float](t *testing.T) {
	const m, n, k = 50, 37, 29
	a, b, c := ones[T](m*m), ones[T](m*m), ones[T](m*m)
	packed := make([]T, PackedLen[T](k, n))
	step := AdamStep{}
	for name, f := range map[string]func(){
		"Pack":        func() { Pack(packed, a, n, k, n) },
		"PackT":       func() { PackT(packed, a, k, k, n) },
		"MulPacked":   func() { MulPacked(c, n, a, k, packed, m, n, k, true) },
		"narrow":      func() { MulPacked(c, 3, a, k, packed, m, 3, k, true) },
		"MulTA":       func() { MulTA(c, n, a, m, b[:(k-1)*n+n], n, m, n, k, true) },
		"MulTA, thin": func() { MulTA(c, 3, a, m, b, 3, m, 3, k, true) },
		"Gemv":        func() { Gemv(c, a, n, b, m, n, false) },
		"GemvT":       func() { GemvT(c, a, n, b, m, n, false) },
		"AddRounded":  func() { AddRounded(c, a, n, b, m, n) },
		"HiddenGradient": func() {
			HiddenGradient(Tanh, c, b[:m], b[m:2*m], nil, a, n, a, a, a, m, n)
		},
		"Activate": func() { Activate(SiLU, a, n, b, c, c, k, n) },
		"Activate GELU": func() {
			Activate(GELU, a, n, b, c, c, k, n)
		},
		"Identity":    func() { Activate(Identity, a, n, b, c, c, k, n) },
		"MulPrime":    func() { MulPrime(Tanh, a, b, 0, c, nil, n, k, n) },
		"AddMulPrime": func() { AddMulPrime(Tanh, a, b, 0, c, nil, n, k, n) },
		"Tangent":     func() { Tangent(Tanh, a, b, c, 0, c, nil, nil, n, k, n) },
		"SumRows":     func() { SumRows(c, a, n, k, n) },
		"Add":         func() { Add(c, a) },
		"SumSquares":  func() { SumSquares(c) },
		"AllFinite":   func() { AllFinite(c) },
		"Adam":        func() { Adam(a, b, c, c, &step) },
	} {
		f() // grows the scratch space
		if got := testing.AllocsPerRun(20, f); got != 0 {
			t.Errorf("%s allocates %v times", name, got)
		}
	}
}

// A caller's mistake panics before any memory is touched.
func TestShapes(t *testing.T) {
	x := make([]float64, 100)
	for name, f := range map[string]func(){
		"C too short":           func() { MulPacked(x[:99], 10, x, 1, x, 10, 10, 1, false) },
		"A too short":           func() { MulPacked(x, 10, x[:9], 1, x, 10, 10, 1, false) },
		"packed too short":      func() { MulPacked(x, 10, x, 1, x[:15], 10, 10, 1, false) },
		"overlapping rows":      func() { MulTA(x, 9, x, 10, x, 10, 10, 10, 1, false) },
		"negative dimension":    func() { Gemv(x, x, 1, x, -1, 1, false) },
		"x too short":           func() { GemvT(x, x, 10, x[:9], 10, 10, false) },
		"bias too short":        func() { Activate(Tanh, x, 10, x[:9], nil, nil, 10, 10) },
		"unknown activation":    func() { Activate(Identity+1, x, 10, nil, nil, nil, 10, 10) },
		"no derivative":         func() { MulPrime(Sigmoid, x, x, 10, x, nil, 10, 10, 10) },
		"w too short":           func() { HiddenGradient(Tanh, x, x, x, nil, x, 10, x, x, x[:9], 10, 10) },
		"lengths differ":        func() { Adam(x, x[:99], x, x, &AdamStep{}) },
		"dst shorter than what": func() { Add(x[:9], x[:10]) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

// The assembly must run wherever it is chosen: avo takes registers that only AVX-512
// has when a kernel needs more than sixteen. It writes above a function what it needs;
// MMX+ is its name for the prefetch.
func TestAssemblyKeepsToItsSet(t *testing.T) {
	for file, has := range map[string][]string{
		"avx2_amd64.s":   {"AVX", "AVX2", "FMA3", "SSE", "SSE2", "MMX+"},
		"avx512_amd64.s": {"AVX", "AVX512F", "AVX512DQ", "AVX512BW", "AVX512VL", "BMI2", "MMX+"},
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		functions := 0
		for i, line := range strings.Split(string(text), "\n") {
			needs, ok := strings.CutPrefix(line, "// Requires: ")
			if !ok {
				continue
			}
			functions++
			for _, need := range strings.Split(needs, ", ") {
				if !slices.Contains(has, need) {
					t.Errorf("%s, line %d: %s", file, i+1, line)
				}
			}
		}
		if functions < 20 {
			t.Errorf("%s: only %d functions", file, functions)
		}
	}
}

// The operations that a peak is of are counted right: in the same turns vectors of float32 do twice as many as those of float64, plain loops as many.
// The rates are of this machine and moment, and are only logged.
func TestPeakFlops(t *testing.T) {
	eachSet(t, testPeakFlops)
}

func testPeakFlops(t *testing.T) {
	want := 2.0
	if inUse == generic {
		want = 1
	}
	if n32, n64 := peak[float32](7), peak[float64](7); n32 != want*n64 || n64 != 7*peak[float64](1) {
		t.Errorf("%g operations in float32 and %g in float64", n32, n64)
	}
	p32, p64, lasting := PeakFlops[float32](20*time.Millisecond), PeakFlops[float64](20*time.Millisecond), SustainedFlops[float32](20*time.Millisecond)
	t.Logf("peak of this core: %.1f GFLOP/s float32, %.1f float64; over 20 ms %.1f float32", p32/1e9, p64/1e9, lasting/1e9)
	if !(p32 > 0 && p64 > 0 && lasting > 0) {
		t.Errorf("peaks %g and %g, sustained %g", p32, p64, lasting)
	}
}
