package fit

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"hnn/internal/stream"
	"hnn/model/network"
)

// Blocks that several workers share come to the weights and losses of one worker, whatever the
// model and however many there are: more of them than the machine has cores, too.
func TestSharedBlocksHaveTheSameBits(t *testing.T) {
	shared := 0
	for _, c := range []struct {
		kind   string
		batch  int
		angles bool
		weigh  bool
	}{
		{network.KindHNN, 20, false, false}, {network.KindHNN, 47, false, true}, {network.KindHNN, 210, true, false}, {network.KindHNN, 750, false, false},
		{network.KindBaseline, 33, false, false}, {network.KindBaseline, 200, true, false}, {network.KindSeparable, 200, false, false},
	} {
		a := small
		a.Kind = c.kind
		if c.angles {
			a.Angles = []bool{true, false}
		}
		run := func(workers int) (params []float32, losses []float64) {
			rows := oscillator[float32](800, 1)
			if c.weigh {
				rows.Weight = rows.X[:800]
			}
			net := newNetwork[float32](t, a)
			tr, err := New(net, Derivatives(rows, Rows[float32]{}), Options{Steps: 12, Batch: c.batch, LearningRate: 1e-2, Workers: workers}, stream.Source(3, "batches"))
			if err != nil {
				t.Fatal(err)
			}
			defer tr.Close()
			if tr.loss.engine.pieces != nil {
				shared++
			}
			if err := tr.Run(context.Background(), func(r Record) error {
				losses = append(losses, r.Loss, r.Norm)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			return slices.Clone(net.Params()), losses
		}
		params, losses := run(1)
		for _, workers := range []int{2, 3, 4, 8, 24} {
			if p, l := run(workers); !slices.Equal(p, params) || !slices.Equal(l, losses) {
				t.Errorf("%s, batch %d: other weights or losses with %d workers than with 1", c.kind, c.batch, workers)
			}
		}
	}
	if shared < 20 {
		t.Errorf("%d of the 35 trainings shared blocks: too few to test", shared)
	}
}

// The pieces of a block cover it, and their number is that which ends soonest.
func TestPieces(t *testing.T) {
	for n := 1; n <= 12; n++ {
		for rows := 1; rows < 100; rows++ {
			at := 5
			for i := range n {
				lo, hi := pieceOf(5, 5+rows, i, n)
				if lo != at || hi < lo {
					t.Fatalf("%d rows in %d pieces: piece %d is %d to %d, want it to begin at %d", rows, n, i, lo, hi, at)
				}
				at = hi
			}
			if at != 5+rows {
				t.Fatalf("%d rows in %d pieces end at %d", rows, n, at)
			}
		}
	}
	for _, c := range []struct{ workers, groups, rows, want int }{
		{1, 4, 94, 1}, {2, 4, 94, 1}, {4, 4, 94, 1}, {2, 1, 40, 2}, {8, 4, 94, 2}, {3, 4, 94, 3}, {16, 2, 100, 8}, {64, 2, 100, 13}, {2, 3, 90, 2},
	} {
		if got := piecesFor(c.workers, c.groups, c.rows); got != c.want {
			t.Errorf("%d workers, %d groups of blocks of %d rows: %d pieces, want %d", c.workers, c.groups, c.rows, got, c.want)
		}
	}
}

func TestSharedStepDoesNotAllocate(t *testing.T) {
	tr, err := New(newNetwork[float32](t, small), Derivatives(oscillator[float32](40, 1), Rows[float32]{}), Options{Steps: 1 << 30, LearningRate: 1e-4, Workers: 3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if tr.loss.engine.pieces == nil {
		t.Fatal("the block is not shared")
	}
	if n := testing.AllocsPerRun(50, func() {
		if _, err := tr.Step(); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}

// What it costs to work on blocks in pieces, on one core, and what a second core gives where
// there is one group.
func BenchmarkPieces(b *testing.B) {
	step := func(dim, rows, workers, n int) {
		b.Run(fmt.Sprintf("rows=%d/workers=%d/pieces=%d", rows, workers, n), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			r := Rows[float32]{Dim: dim, X: make([]float32, rows*dim), DX: make([]float32, rows*dim)}
			for i := range r.X {
				r.X[i], r.DX[i] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
			}
			net := paperNetwork[float32](b, network.KindHNN, dim)
			tr, err := New(net, Derivatives(r, Rows[float32]{}), Options{Steps: 1 << 30, LearningRate: 1e-3, Workers: workers}, nil)
			if err != nil {
				b.Fatal(err)
			}
			defer tr.Close()
			tr.loss.engine.pieces = nil
			tr.loss.engine.share(n, len(net.Params()))
			for b.Loop() {
				if _, err := tr.Step(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	for _, rows := range []int{24, 32, 40, 47} {
		step(2, rows, 1, 1)
		step(2, rows, 2, 1)
		step(2, rows, 2, 2)
	}
	for _, n := range []int{1, 2, 3, 4, 6, 12} {
		step(2, 750, 1, n)
		step(8, 200, 1, n)
	}
}
