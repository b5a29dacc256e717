package experiment

import (
	"fmt"
	"math"
)

const (
	// A model whose field is below this share of the data's, in the root mean square over
	// the test rows, does not move.
	still = 1e-3
	// One whose test loss is this many times that of a model that does not move has run away.
	ranAway = 1e6
)

// sound is an error if a trained network is no result: if it does not move, as one that is
// saturated, whose energy is then conserved to the last digit, or if its loss has run away.
func (r *Run) sound(workers int) error {
	d := r.data
	if d == nil || d.Test == nil || d.Test.DX == nil || r.Results == nil {
		return nil
	}
	square := 0.0
	for _, v := range d.Test.DX {
		square += v * v / float64(len(d.Test.DX))
	}
	if !(square > 0) {
		return nil
	}
	at, err := d.inputsOf(r.model)
	if err != nil {
		return err
	}
	rest := *at.Test
	rest.DX = make([]float64, len(rest.DX))
	field := derivativeLoss(r.model, &rest, workers).Mean
	loss := float64(r.Results.TestLoss.Mean)
	const retry = "give a lower --learning-rate, or another --seed; its run directory is kept"
	switch {
	case math.IsNaN(loss) || loss > ranAway*square:
		return fmt.Errorf("%s: the training ran away: the test loss is %.3g, and %.3g if nothing moved: %s", r.Dir, loss, square, retry)
	case !(math.Sqrt(field/square) > still):
		return fmt.Errorf("%s: the trained model does not move: its field is %.1g of the data's, so that its energy says nothing: %s", r.Dir, math.Sqrt(field/square), retry)
	}
	return nil
}
