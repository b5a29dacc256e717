package parallel

import (
	"sync/atomic"
	"testing"
	"time"
)

func TestPlanCoversRows(t *testing.T) {
	for rows := 1; rows < 3000; rows++ {
		p := NewPlan(rows)
		block, next := 0, 0
		for g := range p.Groups {
			lo, hi := p.Group(g)
			if lo != block || hi <= lo {
				t.Fatalf("%d rows: group %d is blocks %d to %d, want a start at %d", rows, g, lo, hi, block)
			}
			for ; block < hi; block++ {
				lo, hi := p.Block(block)
				if lo != next || hi <= lo || hi-lo > p.MaxBlock() || hi-lo < p.MaxBlock()-1 {
					t.Fatalf("%d rows: block %d is rows %d to %d", rows, block, lo, hi)
				}
				next = hi
			}
		}
		if next != rows || block != p.Blocks {
			t.Fatalf("%d rows: blocks end at row %d, groups at block %d of %d", rows, next, block, p.Blocks)
		}
	}
	for rows, blocks := range map[int]int{750: 8, 200: 2, 600: 6, 96: 2, 40: 1} {
		if got := NewPlan(rows).Blocks; got != blocks {
			t.Errorf("%d rows: %d blocks, want %d", rows, got, blocks)
		}
	}
}

func TestPoolRunsEachTaskOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 5} {
		p := NewPool(workers)
		for round := range 300 {
			tasks := round % 17
			counts := make([]atomic.Int32, tasks)
			owner := make([]atomic.Int32, workers)
			p.Run(tasks, func(worker, task int) {
				if owner[worker].Add(1) != 1 {
					t.Error("a worker runs two tasks at a time")
				}
				counts[task].Add(1)
				owner[worker].Add(-1)
			})
			for i := range counts {
				if n := counts[i].Load(); n != 1 {
					t.Fatalf("task %d ran %d times", i, n)
				}
			}
			if round%100 == 99 {
				time.Sleep(5 * time.Millisecond) // long enough for the workers to sleep
			}
		}
		p.Close()
	}
}

func TestPoolDoesNotAllocate(t *testing.T) {
	p := NewPool(2)
	defer p.Close()
	var sum atomic.Int64
	task := func(worker, task int) { sum.Add(int64(task)) }
	if n := testing.AllocsPerRun(100, func() { p.Run(8, task) }); n != 0 {
		t.Errorf("%v allocations a run", n)
	}
}
