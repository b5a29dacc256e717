package experiment

import (
	"math"

	"hnn/data"
	"hnn/eval"
	"hnn/model"
)

// scattered reports whether the rows are states with their rates and no trajectories: nothing can be rolled out, and the
// rates are what models are fitted to and judged by.
func (d *dataset) scattered() bool {
	return d.Train.DX != nil && !d.estimated && d.Train.LongestTrial() == 1
}

// asOneTrial is a set whose rows count as one trial, for fits that look at no times.
func asOneTrial(s *data.Set) *data.Set {
	out := *s
	out.Offsets = []int{0, s.Rows()}
	return &out
}

// rateBlocks is into how many parts held-out rates are divided.
const rateBlocks = 20

// heldRates are the errors of a model's rates at the held-out rows, relative to the rates, root mean squares over parts of them: what
// stands for rollouts where there are none.
func (d *dataset) heldRates(m *model.Field) *Rollout {
	dim, rows := m.Dim, d.Test.Rows()
	one, dx, size := m.One(), make([]float64, m.Dim), make([]float64, m.Dim)
	for i, v := range d.Train.DX {
		size[i%dim] += v * v / float64(d.Train.Rows())
	}
	blocks := min(rateBlocks, rows)
	out := &Rollout{Starts: blocks, Still: 1, MeanState: 1}
	for b := range blocks {
		lo, hi := b*rows/blocks, (b+1)*rows/blocks
		sum := 0.0
		for r := lo; r < hi; r++ {
			one(0, d.Test.X[r*dim:(r+1)*dim], d.Test.InputRows(r, r+1), dx)
			for i, v := range dx {
				e := v - d.Test.DX[r*dim+i]
				sum += e * e / (size[i] + 1e-300) / float64(dim*(hi-lo))
			}
		}
		if math.IsNaN(sum) || math.IsInf(sum, 0) {
			out.Diverged++
			continue
		}
		out.errors, out.of = append(out.errors, math.Sqrt(sum)), append(out.of, b)
	}
	if len(out.errors) > 0 {
		out.Error.Median = Number(eval.Median(out.errors))
	}
	return out
}
