package fit

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/floats/scalar"

	"hnn/model/network"
)

func TestRowWeights(t *testing.T) {
	// |dx|^2 of 1, 25 and 4: the median is 4.
	got := RowWeights([]float64{1, 0, 3, 4, 0, 2}, 2)
	want := []float64{math.Sqrt(8.0 / 5), math.Sqrt(8.0 / 29), 1}
	if !floats.EqualApprox(got, want, 1e-15) {
		t.Errorf("weights %v, want %v", got, want)
	}
	if w := RowWeights([]float64{0, 0, 0, 5}, 1); w != nil {
		t.Errorf("weights %v of rows at rest", w)
	}
}

// A weight of two is what four copies of a row are, but for the number of rows that the
// mean is over.
func TestWeightedLoss(t *testing.T) {
	rows := Rows[float64]{Dim: 2, X: []float64{0.1, 0.2, -0.4, 0.3}, DX: []float64{1, 2, 0.5, -1}, Weight: []float64{2, 1}}
	copies := Rows[float64]{Dim: 2, X: []float64{0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2, -0.4, 0.3}, DX: []float64{1, 2, 1, 2, 1, 2, 1, 2, 0.5, -1}}
	o := Options{Steps: 1, LearningRate: 1e-3}
	var losses, norms [2]float64
	for i, r := range []Rows[float64]{rows, copies} {
		net := newNetwork[float64](t, network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{7}, Activation: "tanh"})
		trainer, err := New(net, Derivatives(r, Rows[float64]{}), o, nil)
		if err != nil {
			t.Fatal(err)
		}
		record, err := trainer.Step()
		trainer.Close()
		if err != nil {
			t.Fatal(err)
		}
		losses[i], norms[i] = record.Loss*float64(r.Len()), record.Norm*float64(r.Len())
	}
	// Sums of ten terms.
	if !scalar.EqualWithinRel(losses[0], losses[1], 1e-14) || !scalar.EqualWithinRel(norms[0], norms[1], 1e-13) {
		t.Errorf("loss %v and gradient %v with weights, %v and %v with copies", losses[0], norms[0], losses[1], norms[1])
	}
}
