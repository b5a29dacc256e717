package report

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const energyHeight vg.Length = 105

// lineStyle is the style of a run where time has no colour. Runs that follow one another
// closely stay visible: the truth lies broad beneath, the closed form is dashed.
func (r Role) lineStyle() draw.LineStyle {
	style := draw.LineStyle{Color: r.Color(), Width: 1.2}
	switch r {
	case Truth:
		style.Color = mix(r.Color(), white, 0.55)
		style.Width = 2.4
	case ClosedForm:
		style.Dashes = []vg.Length{4, 3}
	}
	return style
}

// dashes tell models of one colour in one figure apart: the first, the second and those beyond.
var dashes = [][]vg.Length{nil, {7, 3}, {2, 2}, {7, 2, 2, 2}}

// lineStyle is that of its role, with dashes of its own where models before it have the same colour.
func (r *Run) lineStyle() draw.LineStyle {
	style := r.Role.lineStyle()
	if r.alike > 0 {
		style.Dashes = dashes[min(r.alike, len(dashes)-1)]
	}
	return style
}

// energyRow returns the panel of energies over time, or none if no run has any.
func energyRow(t *Task) []row {
	p := energyPanel(t, "Energy along the rollouts", t.Energy, func(r *Run) []float64 { return r.E })
	if p == nil {
		return nil
	}
	return []row{{panels: []*panel{p}, height: energyHeight}}
}

// energyPanel returns the panel of an energy that some of the runs have, or nil if none
// has it.
func energyPanel(t *Task, title string, q Quantity, of func(*Run) []float64) *panel {
	var all []series
	for _, r := range t.runs() {
		if s := newSeries(r, of(r)); len(s.y) > 0 {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return nil
	}
	p := timePanel(title, t.Time, q, all, energyRange(all))
	for _, s := range all {
		p.legend = append(p.legend, s.entry(p))
	}
	return p
}

// runs returns the truth and the models.
func (t *Task) runs() []*Run {
	runs := []*Run{&t.Truth}
	for i := range t.Models {
		runs = append(runs, &t.Models[i])
	}
	return runs
}

// energyExcess bounds the energies shown by the first run's: values beyond
// energyExcess times its energy, or its own range, would hide all that is small.
const energyExcess = 3

// energyRange returns the range of the energy axis. The first run, the truth where
// there is one, fits in whole.
func energyRange(all []series) interval {
	first, rest := emptyInterval(), emptyInterval()
	first.add(all[0].y...)
	for _, s := range all[1:] {
		rest.add(s.y...)
	}
	r := first
	scale := energyExcess * max(math.Abs(all[0].y[0]), first.width())
	if scale == 0 {
		scale = math.Inf(1)
	}
	if rest = rest.within(interval{first.min - scale, first.max + scale}); !rest.empty() {
		r.add(rest.min, rest.max)
	}
	return padded(r, 0.01)
}
