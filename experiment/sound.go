package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"hnn/model"
)

const (
	// A model whose field is below this share of the data's, in the root mean square over
	// the test rows or in the median one, does not move.
	still = 1e-3
	// One whose test loss is this many times that of a model that does not move has run away, if the
	// error of the median row is above half of its field: a few rows, as of bodies that meet, may have any loss.
	// One that is hardly trained may have a thousand times.
	ranAway = 1e4
)

// noResult says why a trained model is none, "" for one that is: if it does not move, as a network that is
// saturated, whose energy is then conserved to the last digit, or if its loss has run away. Data that
// are not the run's own say nothing of it.
func (d *dataset) noResult(m *model.Field, r *Results, workers int) string {
	if d.foreign || d.Test == nil || d.Test.DX == nil || d.Test.Rows() == 0 {
		return ""
	}
	square := 0.0
	rows := make([]float64, d.Test.Rows())
	for i, v := range d.Test.DX {
		square += v * v / float64(len(d.Test.DX))
		rows[i/d.Test.Dim] += v * v / float64(d.Test.Dim)
	}
	if !(square > 0) {
		return ""
	}
	slices.Sort(rows)
	middle := rows[len(rows)/2]
	rest := *d.Test
	rest.DX = make([]float64, len(rest.DX))
	field := derivativeLoss(m, &rest, workers)
	loss := float64(r.TestLoss.Mean)
	share := math.Sqrt(min(field.Mean/square, field.RowMedian/middle))
	switch {
	case math.IsNaN(loss) || math.IsInf(loss, 0) || loss > ranAway*square && float64(r.RowMedianLoss) > middle/4:
		return fmt.Sprintf("the training ran away: the test loss is %.3g, and %.3g if nothing moved", loss, square)
	case share < still:
		return fmt.Sprintf("the trained model does not move: its field is %.1g of the data's, so that its energy says nothing", share)
	}
	return ""
}

// noResultError says that a training came to its end and to nothing.
type noResultError struct{ text string }

func (e *noResultError) Error() string { return e.text }

// finish measures a run's bands, where they are asked for, and writes its results. The error says also why it is no result.
func (e *Env) finish(ctx context.Context, r *Run) error {
	if err := e.measureBands(ctx, r); err != nil {
		if ctx.Err() != nil {
			return stopped(ctx, err, r.Dir, r.Results.Steps)
		}
		e.log("%s: no bands: %v", r.Dir, err)
	}
	return r.finish()
}

// finish writes the results of a run.
func (r *Run) finish() error {
	return errors.Join(writeResults(r.Dir, r.Results), r.Sound())
}

// Sound is an error if the run's model is no result.
func (r *Run) Sound() error {
	if r.Results == nil || r.Results.NoResult == "" {
		return nil
	}
	advice := "give more rows, or tell it more of the system"
	if r.Config.Trainer == Adam && r.Results.NoResult != r.Results.vain {
		advice = "give a lower --learning-rate, or another --seed"
	}
	return &noResultError{fmt.Sprintf("%s: %s: %s; its run directory is kept", r.Dir, r.Results.NoResult, advice)}
}
