package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"hnn/eval"
)

// A best is a peer's time for a task within a budget of cores.
type best struct {
	entry
	seconds     float64
	evaluations int
}

// fastest gives the peer's best entry of those that keep accepts, by the median
// over the rounds.
func (o *outcome) fastest(peer string, t task, budget int, keep func(entry) bool) (best, bool) {
	found := best{seconds: math.Inf(1)}
	for e, timings := range o.peers {
		if e.peer != peer || e.task != t || e.config.cores() > budget || !keep(e) {
			continue
		}
		b := best{e, medianSeconds(timings), timings[0].Evaluations}
		// Equal times cannot leave the choice to the order of a map.
		if b.seconds < found.seconds || b.seconds == found.seconds && b.variant < found.variant {
			found = b
		}
	}
	return found, !math.IsInf(found.seconds, 1)
}

func medianSeconds(timings []timing) float64 {
	seconds := make([]float64, len(timings))
	for i, t := range timings {
		seconds[i] = t.Seconds
	}
	return eval.Median(seconds)
}

// within gives our timings of a task on the most threads that keep within a budget of
// cores: a field and a rollout take one.
func (o *outcome) within(t task, budget int) []timing {
	most := 0
	for key, timings := range o.ours {
		if key.task == t && key.threads <= budget && len(timings) > 0 {
			most = max(most, key.threads)
		}
	}
	return o.ours[ourKey{t, most}]
}

// tasks lists what a peer measured, by name, then precision. What only our program
// has is no comparison.
func (o *outcome) tasks() []task {
	seen := map[task]bool{}
	for e := range o.peers {
		seen[e.task] = true
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b task) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.precision, b.precision))
	})
}

// write prints the table of ratios, how each peer's best was reached, the work
// in the rollouts, and what ran.
func (o *outcome) write(w io.Writer, peers []string, budgets []int) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "case\tprecision\tcores\tours")
	for _, peer := range peers {
		fmt.Fprintf(table, "\t%s plain\tratio\t%s best\tratio", peer, peer)
	}
	fmt.Fprintln(table)
	var ways, work []string
	for _, t := range o.tasks() {
		for _, budget := range budgets {
			ours := math.NaN()
			if timings := o.within(t, budget); len(timings) > 0 {
				ours = medianSeconds(timings)
				work = appendWork(work, t, budget, "ours", ours, timings[0].Evaluations)
			}
			fmt.Fprintf(table, "%s\t%s\t%d\t%s", t.name, t.precision, budget, duration(ours))
			for _, peer := range peers {
				plain, hasPlain := o.fastest(peer, t, budget, func(e entry) bool { return e.plain })
				top, hasTop := o.fastest(peer, t, budget, func(entry) bool { return true })
				cells(table, plain, hasPlain, ours)
				cells(table, top, hasTop, ours)
				if hasTop {
					ways = append(ways, fmt.Sprintf("%s\t%s\t%d\t%s\t%s\t%v", t.name, t.precision, budget, peer, top.variant, top.config))
					work = appendWork(work, t, budget, peer+", "+top.variant, top.seconds, top.evaluations)
				}
			}
			fmt.Fprintln(table)
		}
	}
	fmt.Fprintln(table, "\nThe peers' best:")
	for _, line := range ways {
		fmt.Fprintln(table, line)
	}
	if len(work) > 0 {
		fmt.Fprintln(table, "\nEvaluations of the field in a rollout:")
		for _, line := range work {
			fmt.Fprintln(table, line)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return o.writePlatforms(w, peers)
}

func cells(w io.Writer, b best, ok bool, ours float64) {
	if !ok {
		fmt.Fprint(w, "\t-\t-")
		return
	}
	fmt.Fprintf(w, "\t%s\t%s", duration(b.seconds), ratio(b.seconds/ours))
}

func isRollout(t task) bool { return strings.HasPrefix(t.name, "rollout/") }

func appendWork(lines []string, t task, budget int, who string, seconds float64, evaluations int) []string {
	if !isRollout(t) || evaluations == 0 {
		return lines
	}
	return append(lines, fmt.Sprintf("%s\t%s\t%d\t%s\t%d\t%s each",
		t.name, t.precision, budget, who, evaluations, duration(seconds/float64(evaluations))))
}

func (o *outcome) writePlatforms(w io.Writer, peers []string) error {
	for _, peer := range peers {
		r := o.platforms[peer]
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(r.Versions)) {
			parts = append(parts, name+" "+r.Versions[name])
		}
		parts = append(parts, r.Build...)
		for _, p := range r.BLAS {
			if p.Architecture != "" {
				parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s %s (%s kernels)", p.API, p.Version, p.Architecture)))
			}
		}
		if _, err := fmt.Fprintf(w, "\n%s: %s\n", peer, strings.Join(slices.Compact(parts), "; ")); err != nil {
			return err
		}
		for _, s := range r.Skipped {
			if _, err := fmt.Fprintf(w, "  cannot: %s %s, %s: %s\n", s.Name, s.Precision, s.Variant, s.Reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// duration prints seconds with three digits, "-" if there are none.
func duration(seconds float64) string {
	if math.IsNaN(seconds) {
		return "-"
	}
	unit, name := time.Second, "s"
	switch {
	case seconds < 1e-3:
		unit, name = time.Microsecond, "us"
	case seconds < 1:
		unit, name = time.Millisecond, "ms"
	}
	return fmt.Sprintf("%.3g %s", seconds/unit.Seconds(), name)
}

func ratio(r float64) string {
	if math.IsNaN(r) {
		return "-"
	}
	return fmt.Sprintf("%.2f", r)
}
