package experiment

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"hnn/experiment/task"
)

// measure is one number of a run's results and where it is shown: a new one is its value in the results and a row of
// resultMeasures, strictMeasures or pixelMeasures.
type measure struct {
	// name is that in the table of several seeds, fact that in a run's sheet of a report; empty where it is not in it.
	name, fact string
	// column heads it in the first table, where it stands in the order of place; a share is printed in percent.
	column string
	place  int
	share  bool
	of     func(*Results) Number
	// protocol says that the measure is the paper's own, whose columns come last.
	protocol bool
	// published is the paper's number of the same kind, in a column headed by paper among the last; nil for none.
	paper     string
	published func(task.Published) float64
}

// measures are those of the table of several seeds, in its order.
var measures = slices.Concat(resultMeasures, strictMeasures, pixelMeasures)

// tableMeasures are those of the first table, in its order.
var tableMeasures = func() []measure {
	columns := slices.DeleteFunc(slices.Clone(measures), func(m measure) bool { return m.column == "" })
	slices.SortStableFunc(columns, func(a, b measure) int { return cmp.Compare(a.place, b.place) })
	return columns
}()

// resultMeasures are those of every run.
var resultMeasures = []measure{
	{name: "test loss", column: "test loss", place: 3, of: testLoss, paper: "paper: test loss", published: func(p task.Published) float64 { return p.TestLoss }},
	// What the true H scores on the same noisy test rows.
	{column: "noise floor", place: 4, of: func(r *Results) Number {
		if !(r.TrueHLoss > 1e-12) {
			return NA
		}
		return r.TrueHLoss
	}},
	{name: "trajectory loss", of: trajectoryTest},
	{name: "row median loss", fact: "median row's loss", of: func(r *Results) Number { return r.RowMedianLoss }},
	{fact: "loss on noise-free states", of: func(r *Results) Number { return r.CleanLoss }},
	{name: "energy MSE, paper", column: "energy MSE*", place: 6, protocol: true, of: energyMean, paper: "paper: energy MSE*", published: func(p task.Published) float64 { return p.EnergyMSE }},
	{name: "energy MSE, true H", fact: "energy MSE by the true H", of: func(r *Results) Number {
		if r.EnergyMSETrueH == nil {
			return NA
		}
		return r.EnergyMSETrueH.Mean
	}},
	{name: "states MSE of the rollout", of: func(r *Results) Number {
		if r.StatesMSE == nil {
			return NA
		}
		return *r.StatesMSE
	}},
}

// pixelMeasures are those of runs on pictures; see pictureMeasures for their sheets.
var pixelMeasures = []measure{
	{name: "pixel MSE", of: pixelMeasure(func(p *PixelResults) Number { return p.PixelMSE })},
	{name: "energy MSE, long", of: pixelMeasure(func(p *PixelResults) Number { return p.LongEnergyMSE.Mean })},
	{name: "amplitude kept", of: pixelMeasure(func(p *PixelResults) Number { return p.AmplitudeKept })},
	{name: "pixel MSE, long", of: pixelMeasure(func(p *PixelResults) Number { return p.LongPixelMSE })},
}

// pixelMeasure is a measure that only runs on pictures have.
func pixelMeasure(f func(*PixelResults) Number) func(*Results) Number {
	return func(r *Results) Number {
		if r.Pixels == nil {
			return NA
		}
		return f(r.Pixels)
	}
}

func testLoss(r *Results) Number { return r.TestLoss.Mean }

func trajectoryTest(r *Results) Number {
	if r.Trajectory == nil {
		return NA
	}
	return r.Trajectory.TestLoss.Mean
}

func energyMean(r *Results) Number {
	if r.EnergyMSE == nil {
		return NA
	}
	return r.EnergyMSE.Mean
}

// tableHeader names the columns of the first table.
func tableHeader() []string {
	header := []string{"task", "model"}
	for _, m := range tableMeasures {
		if !m.protocol {
			header = append(header, m.column)
		}
	}
	header = append(header, "fit")
	for _, m := range tableMeasures {
		if m.protocol {
			header = append(header, m.column)
		}
		if m.published != nil {
			header = append(header, m.paper)
		}
	}
	return header
}

// tableCells are those of one task and kind of model, of one or several seeds, beside what was published.
func tableCells(runs []*Run, p task.Published) []string {
	var cells []string
	text := func(m measure) string {
		if m.share {
			return shares(runs, m.of)
		}
		return spread(runs, m.of)
	}
	for _, m := range tableMeasures {
		if !m.protocol {
			cells = append(cells, text(m))
		}
	}
	cells = append(cells, fmt.Sprintf("%.3g s", median(values(runs, func(r *Results) Number { return r.FitSeconds }))))
	for _, m := range tableMeasures {
		if m.protocol {
			cells = append(cells, text(m))
		}
		if m.published != nil {
			v := math.NaN()
			if p != (task.Published{}) {
				v = m.published(p)
			}
			cells = append(cells, scientific(v))
		}
	}
	return cells
}
