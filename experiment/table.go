package experiment

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"hnn/eval"
	"hnn/experiment/task"
	"hnn/model/network"
)

// WriteTable prints what an HNN is for first, for each task and model: how the energy drifts and wobbles along
// held-out rollouts. Then come the test loss beside the noise floor, and the paper's measure and numbers. Several
// seeds give median and worst.
func WriteTable(w io.Writer, runs []*Run) error {
	rows := [][]string{tableHeader()}
	for _, task := range byKey(runs, func(r *Run) string { return r.Config.Task }) {
		for _, kind := range byKind(task) {
			rows = append(rows, tableRow(kind))
		}
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, cells := range withValues(rows) {
		fmt.Fprintln(t, strings.Join(cells, "\t")+"\t")
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if slices.ContainsFunc(runs, func(r *Run) bool { return r.Results.EnergyMSE != nil }) {
		fmt.Fprintln(w, paperFootnote)
	}
	for _, task := range byKey(runs, func(r *Run) string { return r.Config.Task }) {
		if text := finding(task); text != "" {
			fmt.Fprintf(w, "\n%s: %s\n", task[0].Config.Task, text)
		}
	}
	writeMembers(w, runs)
	return writeDrifts(w, runs)
}

const paperFootnote = "* by the protocol of the paper's code, whose spring horizon grows by 9% a trajectory and whose pendulum energy is q^2 + p^2"

// withValues leaves out the columns in which no row below the first, the header, has a value.
func withValues(rows [][]string) [][]string {
	var columns []int
	for j := range rows[0] {
		if slices.ContainsFunc(rows[1:], func(row []string) bool { return row[j] != "" && row[j] != "-" }) {
			columns = append(columns, j)
		}
	}
	kept := make([][]string, len(rows))
	for i, row := range rows {
		for _, j := range columns {
			kept[i] = append(kept[i], row[j])
		}
	}
	return kept
}

// writeMembers prints how far the members of ensembles differ.
func writeMembers(w io.Writer, runs []*Run) {
	for _, r := range runs {
		e := r.Results.Ensemble
		if e == nil {
			continue
		}
		line := fmt.Sprintf("\n%s, seed %d: %d members, whose fields differ by %.2g; their test loss is %.3g +- %.2g", modelName([]*Run{r}), r.Config.Seed, e.Members, float64(e.FieldSD), float64(e.TestLoss.Mean), float64(e.TestLoss.SD))
		for _, m := range []struct {
			name string
			of   *Spread
		}{{"trajectory loss", e.TrajectoryLoss}, {"energy MSE", e.EnergyMSE}, {"strict energy MSE", e.StrictEnergy}} {
			if m.of != nil {
				line += fmt.Sprintf(", %s %.3g +- %.2g", m.name, float64(m.of.Mean), float64(m.of.SD))
			}
		}
		fmt.Fprintln(w, line)
	}
}

func kindKey(r *Run) string {
	return fmt.Sprint(r.Config.Model, " ", r.Config.Trainer, " ", r.Config.Loss)
}

// byKind splits runs into those of one kind of model and trainer.
func byKind(runs []*Run) [][]*Run { return byKey(runs, kindKey) }

// tableRow is the row of one task and kind of model, of one or several seeds.
func tableRow(runs []*Run) []string {
	c := runs[0].Config
	var published task.Published
	foreign := runs[0].data != nil && runs[0].data.foreign
	if p := c.published(); p != (task.Published{}) && c.Trainer == Adam && c.Loss != TrajectoryLoss && !foreign {
		published = p
	}
	return append([]string{c.Task, modelName(runs)}, tableCells(runs, published)...)
}

// published are the paper's numbers of the run's task and model, zero if there are none.
func (c *Config) published() task.Published {
	switch t := c.Facts(); c.Model {
	case network.KindBaseline:
		return t.Baseline
	case network.KindHNN:
		return t.HNN
	}
	return task.Published{}
}

func modelName(runs []*Run) string {
	name := runs[0].Config.Model
	if t := runs[0].Config.Trainer; t != Adam {
		name += ", " + string(t)
	}
	if runs[0].Config.Loss == TrajectoryLoss {
		name += ", " + string(TrajectoryLoss)
	}
	if n := runs[0].Config.Ensemble; n > 0 {
		name += fmt.Sprintf(", ensemble of %d", n)
	}
	seeds := map[uint64]bool{}
	for _, r := range runs {
		seeds[r.Config.Seed] = true
	}
	if len(seeds) > 1 {
		name += fmt.Sprintf(" (%d seeds)", len(seeds))
	}
	return name
}

// shares is spread of shares, in percent.
func shares(runs []*Run, f func(*Results) Number) string {
	vs := values(runs, f)
	text := func(v float64) string {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "-"
		}
		return fmt.Sprintf("%.2g%%", 100*v)
	}
	m := text(median(vs))
	if worst := text(sorted(vs)[len(vs)-1]); len(vs) > 1 && worst != m && m != "-" {
		return fmt.Sprintf("%s (worst %s)", m, worst)
	}
	return m
}

// finding says of the runs of a task, in words, how the HNN's energy drifts beside the baseline's; "" where one does not turn.
func finding(task []*Run) string {
	of := func(model string) (d, wob float64) {
		var some []*Run
		for _, r := range task {
			if r.Config.Model == model && r.Config.Trainer == Adam {
				some = append(some, r)
			}
		}
		if some == nil {
			return math.NaN(), math.NaN()
		}
		return median(values(some, drift)), median(values(some, wobble))
	}
	base, _ := of(network.KindBaseline)
	own, wob := of(network.KindHNN)
	switch {
	case math.IsNaN(base) || math.IsNaN(own) || math.IsInf(base, 0) || math.IsInf(own, 0):
		return ""
	case own < base/2:
		return fmt.Sprintf("in each turn the baseline's energy drifts by %.2g%%, the HNN's by %.2g%%, %.0f times less; within a turn the HNN's wobbles by %.2g%%.", 100*base, 100*own, base/own, 100*wob)
	}
	return fmt.Sprintf("in each turn the baseline's energy drifts by %.2g%%, the HNN's by %.2g%%: here the HNN conserves it no better.", 100*base, 100*own)
}

func values(runs []*Run, f func(*Results) Number) []float64 {
	var vs []float64
	for _, r := range runs {
		vs = append(vs, float64(f(r.Results)))
	}
	return vs
}

// spread is the median, and the worst of several where it is not the same. A value
// that is not finite counts as the worst.
func spread(runs []*Run, f func(*Results) Number) string {
	vs := values(runs, f)
	m := scientific(median(vs))
	if len(vs) == 1 || m == "-" {
		return m
	}
	if worst := scientific(sorted(vs)[len(vs)-1]); worst != m {
		return fmt.Sprintf("%s (worst %s)", m, worst)
	}
	return m
}

// sorted is an ascending copy, with NaN as the largest.
func sorted(vs []float64) []float64 {
	s := slices.Clone(vs)
	for i, v := range s {
		if math.IsNaN(v) {
			s[i] = math.Inf(1)
		}
	}
	slices.Sort(s)
	return s
}

// median takes what is not a number for the largest.
func median(vs []float64) float64 {
	return eval.Median(sorted(vs))
}

func scientific(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "-"
	}
	return fmt.Sprintf("%.3e", v)
}

// byKey splits runs by a key, in the order of its first appearance.
func byKey(runs []*Run, key func(*Run) string) [][]*Run {
	var keys []string
	var out [][]*Run
	for _, r := range runs {
		i := slices.Index(keys, key(r))
		if i < 0 {
			i = len(keys)
			keys, out = append(keys, key(r)), append(out, nil)
		}
		out[i] = append(out[i], r)
	}
	return out
}

// WriteSpread prints mean, median and worst over the seeds of each task and model.
func WriteSpread(w io.Writer, runs []*Run) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "task\tmodel\tseeds\tmeasure\tmean\tmedian\tworst\t")
	for _, task := range byKey(runs, func(r *Run) string { return r.Config.Task }) {
		for _, kind := range byKind(task) {
			for _, m := range measures {
				if m.name == "" {
					continue
				}
				vs := values(kind, m.of)
				if math.IsInf(sorted(vs)[0], 1) {
					continue
				}
				var mean float64
				for _, v := range vs {
					mean += v / float64(len(vs))
				}
				fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t\n", kind[0].Config.Task, modelName(kind[:1]), len(kind),
					m.name, scientific(mean), scientific(median(vs)), scientific(sorted(vs)[len(vs)-1]))
			}
		}
	}
	return t.Flush()
}
