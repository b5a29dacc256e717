package kernel

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
)

// A problem is one product of random size and layout.
type problem struct {
	m, n, k       int
	lda, ldb, ldc int // beyond the length of a row
	acc           bool
	seed          uint64
}

func (p problem) String() string {
	return fmt.Sprintf("%dx%dx%d, padding %d %d %d, acc %v, seed %d", p.m, p.n, p.k, p.lda, p.ldb, p.ldc, p.acc, p.seed)
}

func randomProblem(rng *rand.Rand) problem {
	return problem{
		rng.IntN(40), rng.IntN(70), rng.IntN(40),
		rng.IntN(20), rng.IntN(20), rng.IntN(20), rng.IntN(2) == 0, rng.Uint64(),
	}
}

// edges are the sizes at which the kernels change: tiles of rows, halves of panels,
// groups of panels, the unrolled loop, and the networks' own sizes.
var edges = []problem{
	{m: 1, n: 200, k: 96}, {m: 2, n: 200, k: 96}, {m: 3, n: 200, k: 96},
	{m: 96, n: 200, k: 2}, {m: 100, n: 2, k: 200}, {m: 94, n: 200, k: 200},
	{m: 7, n: 24, k: 4}, {m: 13, n: 23, k: 5}, {m: 6, n: 16, k: 1}, {m: 1, n: 1, k: 1},
	{m: 200, n: 12, k: 33}, {m: 200, n: 1, k: 33}, {m: 70, n: 15, k: 9}, {m: 5, n: 7, k: 0, acc: true},
	{m: 5, n: 7, k: 0}, {m: 0, n: 7, k: 3}, {m: 7, n: 0, k: 3}, {m: 50, n: 3, k: 8, acc: true},
}

func problems() []problem {
	rng := rand.New(rand.NewPCG(1, 2))
	list := append([]problem(nil), edges...)
	for range 300 {
		list = append(list, randomProblem(rng))
	}
	return list
}

// sumTolerance is for the difference of two sums of k products of random numbers in
// (-1, 1) in different orders. A partial sum is of order sqrt(k)/3, and k of its
// roundings, by up to half an epsilon, add up at random to k/6 epsilon; six times
// that and a few are beyond what the many elements of these tests reach.
func sumTolerance[T Float](k int) float64 {
	return epsilon[T]() * (4 + float64(k))
}

func TestMulPacked(t *testing.T) {
	both(t, testMulPacked[float32], testMulPacked[float64])
}

func testMulPacked[T Float](t *testing.T) {
	for _, p := range problems() {
		if err := checkMulPacked[T](p); err != nil {
			t.Fatalf("%v: %v", p, err)
		}
	}
}

// checkMulPacked compares MulPacked, over Pack and over PackT, with gonum and with
// the plain-Go twin.
func checkMulPacked[T Float](p problem) error {
	rng := rand.New(rand.NewPCG(p.seed, 0))
	m, n, k := p.m, p.n, p.k
	lda, ldb, ldc, ldbt := k+p.lda, n+p.ldb, n+p.ldc, k+p.ldb
	a := newGuarded[T](rng, m, k, lda)
	b := newGuarded[T](rng, k, n, ldb)
	bt := newGuarded[T](rng, n, k, ldbt)
	for i := range k {
		for j := range n {
			bt.s[j*ldbt+i] = b.s[i*ldb+j]
		}
	}
	c := newGuarded[T](rng, m, n, ldc)
	want := c.clone()
	reference(false, want.s, ldc, a.s, lda, b.s, ldb, m, n, k, p.acc)

	panels := newGuarded[T](rng, 1, PackedLen[T](k, n), 0)
	panelsT := newGuarded[T](rng, 1, PackedLen[T](k, n), 0)
	Pack(panels.s, b.s, ldb, k, n)
	PackT(panelsT.s, bt.s, ldbt, k, n)
	for i := range panels.s {
		if n > narrow && panels.s[i] != panelsT.s[i] {
			return fmt.Errorf("Pack and PackT differ at %d: %v, %v", i, panels.s[i], panelsT.s[i])
		}
	}
	tolerance := func(int, int) float64 { return sumTolerance[T](k) }
	for _, packed := range []guarded[T]{panels, panelsT} {
		if err := packed.intact(1, len(packed.s), 0); err != nil {
			return fmt.Errorf("packing: %w", err)
		}
		got := c.clone()
		MulPacked(got.s, ldc, a.s, lda, packed.s, m, n, k, p.acc)
		if err := differ(got.s, want.s, ldc, m, n, tolerance); err != nil {
			return fmt.Errorf("against gonum: %w", err)
		}
		if err := got.intact(m, n, ldc); err != nil {
			return err
		}
	}
	return nil
}

func TestMulTA(t *testing.T) {
	both(t, testMulTA[float32], testMulTA[float64])
}

func testMulTA[T Float](t *testing.T) {
	for _, p := range problems() {
		if err := checkMulTA[T](p); err != nil {
			t.Fatalf("%v: %v", p, err)
		}
	}
}

func checkMulTA[T Float](p problem) error {
	rng := rand.New(rand.NewPCG(p.seed, 0))
	m, n, k := p.m, p.n, p.k
	lda, ldb, ldc := m+p.lda, n+p.ldb, n+p.ldc
	a := newGuarded[T](rng, k, m, lda)
	b := newGuarded[T](rng, k, n, ldb)
	c := newGuarded[T](rng, m, n, ldc)
	want := c.clone()
	reference(true, want.s, ldc, a.s, lda, b.s, ldb, m, n, k, p.acc)
	got := c.clone()
	MulTA(got.s, ldc, a.s, lda, b.s, ldb, m, n, k, p.acc)
	tolerance := func(int, int) float64 { return sumTolerance[T](k) }
	if err := differ(got.s, want.s, ldc, m, n, tolerance); err != nil {
		return fmt.Errorf("against gonum: %w", err)
	}
	if err := got.intact(m, n, ldc); err != nil {
		return err
	}
	return nil
}

// reference is C = A B or A^T B (+ C) by gonum, which refuses empty matrices.
func reference[T Float](transA bool, c []T, ldc int, a []T, lda int, b []T, ldb int, m, n, k int, acc bool) {
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		if !acc {
			zero(c, ldc, m, n)
		}
		return
	}
	ta, beta, ra, ca := blas.NoTrans, 0.0, m, k
	if transA {
		ta, ra, ca = blas.Trans, k, m
	}
	if acc {
		beta = 1
	} else {
		zero(c, ldc, m, n) // gonum multiplies by beta = 0
	}
	switch c := any(c).(type) {
	case []float32:
		blas32.Gemm(ta, blas.NoTrans, 1,
			blas32.General{Rows: ra, Cols: ca, Stride: lda, Data: any(a).([]float32)},
			blas32.General{Rows: k, Cols: n, Stride: ldb, Data: any(b).([]float32)}, float32(beta),
			blas32.General{Rows: m, Cols: n, Stride: ldc, Data: c})
	case []float64:
		blas64.Gemm(ta, blas.NoTrans, 1,
			blas64.General{Rows: ra, Cols: ca, Stride: lda, Data: any(a).([]float64)},
			blas64.General{Rows: k, Cols: n, Stride: ldb, Data: any(b).([]float64)}, beta,
			blas64.General{Rows: m, Cols: n, Stride: ldc, Data: c})
	}
}

// The result for a row must not depend on the other rows: the sums over blocks of a
// batch are the same bits for any cut into blocks.
func TestRowsDoNotDependOnPosition(t *testing.T) {
	both(t, testRows[float32], testRows[float64])
}

func testRows[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 2, 3, 5, 16, 24, 61, 200} {
		const m, k = 23, 37
		a, b := newGuarded[T](rng, m, k, k), newGuarded[T](rng, k, n, n)
		packed := make([]T, PackedLen[T](k, n))
		Pack(packed, b.s, n, k, n)
		whole := make([]T, m*n)
		MulPacked(whole, n, a.s, k, packed, m, n, k, false)
		for rows := 1; rows <= 9; rows++ {
			for r := 0; r+rows <= m; r++ {
				part := make([]T, rows*n)
				MulPacked(part, n, a.s[r*k:], k, packed, rows, n, k, false)
				for i, x := range part {
					if x != whole[r*n+i] {
						t.Fatalf("n = %d: rows %d to %d alone: element %d is %v, in the whole %v", n, r, r+rows, i, x, whole[r*n+i])
					}
				}
			}
		}
	}
}

func FuzzGemm(f *testing.F) {
	for _, p := range edges {
		f.Add(uint8(p.m), uint8(p.n), uint8(p.k), uint8(p.lda), uint8(p.ldb), uint8(p.ldc), p.acc, p.seed)
	}
	f.Fuzz(func(t *testing.T, m, n, k, lda, ldb, ldc uint8, acc bool, seed uint64) {
		p := problem{int(m), int(n), int(k), int(lda), int(ldb), int(ldc), acc, seed}
		for _, s := range sets() {
			with(s, func() {
				for _, check := range []func(problem) error{
					checkMulPacked[float32], checkMulPacked[float64], checkMulTA[float32], checkMulTA[float64],
				} {
					if err := check(p); err != nil {
						t.Fatalf("%v, %v: %v", s, p, err)
					}
				}
			})
		}
		if err := cmp.Or(sameProducts[float32](p), sameProducts[float64](p)); err != nil {
			t.Fatalf("%v: %v", p, err)
		}
	})
}

// Rows of a packed matrix are the packed matrix of the rows.
func TestPackRows(t *testing.T) {
	eachSet(t, testPackRows)
}

func testPackRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const k = 37
	for _, n := range []int{1, 3, 4, 5, 16, 23} {
		b := make([]float32, k*n)
		for i := range b {
			b[i] = rng.Float32()
		}
		rows := []int32{0, 3, 4, 20, 36}
		few := make([]float32, len(rows)*n)
		for i, p := range rows {
			copy(few[i*n:(i+1)*n], b[int(p)*n:])
		}
		packed, want, got := make([]float32, PackedLen[float32](k, n)), make([]float32, PackedLen[float32](len(rows), n)), make([]float32, PackedLen[float32](len(rows), n))
		Pack(packed, b, n, k, n)
		Pack(want, few, n, len(rows), n)
		PackRows(got, packed, rows, k, n)
		if !slices.Equal(got, want) {
			t.Errorf("%d columns: %v, want %v", n, got, want)
		}
	}
}

// A product takes denormal elements and sums for zero, whether they are its operands or what
// comes of them, and leaves them to everybody else.
func TestProductsFlushDenormals(t *testing.T) {
	both(t, testProductsFlush[float32], testProductsFlush[float64])
}

func testProductsFlush[T Float](t *testing.T) {
	needVectors(t) // plain Go keeps denormals
	least := map[int]float64{4: 0x1p-126, 8: 0x1p-1022}[size[T]()]
	for _, a := range []T{T(least / 4), T(math.Sqrt(least) / 2)} {
		const m, n, k = 7, 37, 3
		left, right, c := slices.Repeat([]T{a}, m*k), slices.Repeat([]T{a}, k*n), slices.Repeat([]T{1}, m*n)
		packed := make([]T, PackedLen[T](k, n))
		Pack(packed, right, n, k, n)
		MulPacked(c, n, left, k, packed, m, n, k, false)
		MulTA(c[:n], n, left[:k], 1, right, n, 1, n, k, true)
		for i, v := range c {
			if v != 0 {
				t.Fatalf("products of %v: element %d is %v", a, i, v)
			}
		}
		if tiny := math.Float64frombits(7); tiny/2 == 0 {
			t.Error("denormals are zero after a product")
		}
	}
}
