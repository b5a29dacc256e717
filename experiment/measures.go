package experiment

import (
	"cmp"
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
	// published is the paper's number of the same kind, under paper in the column beside; nil for none.
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
	{name: "test loss", column: "test loss", place: 3, of: testLoss, paper: "paper", published: func(p task.Published) float64 { return p.TestLoss }},
	{name: "trajectory loss", of: trajectoryTest},
	{name: "row median loss", fact: "median row's loss", of: func(r *Results) Number { return r.RowMedianLoss }},
	{fact: "loss on noise-free states", of: func(r *Results) Number { return r.CleanLoss }},
	{name: "energy MSE, paper", column: "energy MSE*", place: 5, of: energyMean, paper: "paper*", published: func(p task.Published) float64 { return p.EnergyMSE }},
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
		header = append(header, m.column)
		if m.published != nil {
			header = append(header, m.paper)
		}
	}
	return append(header, "fit")
}

// tableCells are those of one task and kind of model, of one or several seeds, beside what was published.
func tableCells(runs []*Run, p task.Published) []string {
	var cells []string
	for _, m := range tableMeasures {
		text := spread
		if m.share {
			text = shares
		}
		cells = append(cells, text(runs, m.of))
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
