package fit

import (
	"math"
	"slices"
	"testing"

	"hnn/internal/stream"
)

// Every row is equally likely in a fresh batch, and none comes twice.
func TestFreshBatches(t *testing.T) {
	const rows, batch, draws = 50, 20, 20000
	s := newSampler(Fresh, rows, batch, stream.Source(1, "batches"))
	var counts [rows]float64
	for range draws {
		chosen := slices.Clone(s.next())
		slices.Sort(chosen)
		if len(slices.Compact(chosen)) != batch {
			t.Fatal("a row came twice in a batch")
		}
		for _, r := range chosen {
			counts[r]++
		}
	}
	// Pearson's statistic over draws without replacement: its mean is
	// (rows-1)(1-batch/rows) = 29.4 and its standard deviation near 6.
	var chi2 float64
	want := float64(draws*batch) / rows
	for _, c := range counts {
		chi2 += (c - want) * (c - want) / want
	}
	if chi2 > 29.4+5*6 {
		t.Errorf("rows are not equally likely: chi squared %g", chi2)
	}
}

// A pass over the data has every row once, but for those too few for a batch.
func TestEpochBatches(t *testing.T) {
	const rows, batch = 53, 10
	s := newSampler(Epoch, rows, batch, stream.Source(1, "batches"))
	var left [rows]int
	for range 200 {
		var seen []int32
		for range rows / batch {
			seen = append(seen, s.next()...)
		}
		slices.Sort(seen)
		if len(slices.Compact(seen)) != rows/batch*batch {
			t.Fatal("a row came twice in a pass")
		}
		for r := range left {
			if _, found := slices.BinarySearch(seen, int32(r)); !found {
				left[r]++
			}
		}
	}
	// Each pass leaves 3 of 53 rows out: 11.3 of 200 passes a row, deviation 3.3.
	for r, n := range left {
		if math.Abs(float64(n)-11.3) > 6*3.3 {
			t.Errorf("row %d was left out of %d passes of 200", r, n)
		}
	}
}

func TestScheduleFactors(t *testing.T) {
	cosine := Schedule{Kind: "cosine", Floor: 0.1}
	for _, c := range []struct {
		s    Schedule
		step int
		want float64
	}{
		{Schedule{}, 77, 1},
		{cosine, 1, 1}, {cosine, 51, 0.55}, {cosine, 101, 0.1},
		{Schedule{Kind: "step", Every: 10, Factor: 0.5}, 10, 1},
		{Schedule{Kind: "step", Every: 10, Factor: 0.5}, 11, 0.5},
		{Schedule{Kind: "step", Every: 10, Factor: 0.5}, 31, 0.125},
	} {
		if got := c.s.factor(c.step, 101); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%+v at step %d: %v, want %v", c.s, c.step, got, c.want)
		}
	}
}
