package experiment

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"hnn/internal/shell"
)

// summary says what a reader of the runs of one task wants to know first: what was trained on what, how far it is
// off where it was held out, what the motion is found to be, what is wrong with the data, and what to do next.
func (e *Env) summary(runs []*Run) (all []string) {
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	var models []string
	for _, kind := range byKind(runs) {
		models = append(models, modelName(kind))
	}
	say("Trained: %s, on %s.", strings.Join(models, "; "), learnedFrom(runs[0]))
	for _, r := range runs {
		if r.Results.NoResult != "" {
			say("%s is no result: %s", filepath.Base(r.Dir), r.Results.NoResult)
		}
	}
	best := recommended(runs)
	if why := notRecommended(runs); why != "" {
		say("No model is recommended: %s.", why)
	}
	if best != nil {
		say("Recommended: %s, which followed the training rows best where they were held out.", modelName([]*Run{best}))
	}
	if of := cmp.Or(best, runs[0]); of.Results.Rollout != nil {
		o := of.Results.Rollout
		off := "is off by more than can be told"
		if v := float64(o.Error.Mean); !math.IsNaN(v) {
			off = fmt.Sprintf("is off by %.3g%% of the range in the mean", 100*v)
		}
		say("Held out: %s %s over a time of %.4g (%s); it is lost in %d of them.", modelName([]*Run{of}), off, float64(o.Horizon), plural(o.Starts, "rollout"), o.Lost)
	}
	if text := finding(runs); text != "" {
		say("Found: %s", text)
	}
	for _, r := range runs {
		if l := r.Results.Learning; l != nil && l.Verdict != "" {
			say("Verdict: %s.", l.Verdict)
			break
		}
	}
	var found []string
	for _, r := range runs {
		for _, text := range said(&r.Config, r.findings) {
			if !slices.Contains(found, text) {
				found = append(found, text)
			}
		}
	}
	for _, text := range found {
		say("In the data: %s", text)
	}
	var dirs []string
	for _, kind := range byKind(runs) {
		dirs = append(dirs, kind[0].Dir)
	}
	say("Next: play with it by hnn serve %s", shell.Join(dirs...))
	return all
}

// learnedFrom says what data a run is of: files with their rows and trials, or how they were drawn.
func learnedFrom(r *Run) string {
	c := &r.Config
	if c.Frames != "" {
		return "the films of " + c.Frames
	}
	text := "drawn data of the task " + c.Task
	if files := c.files(); c.fromFile() {
		text = strings.Join(files[:min(len(files), 3)], ", ")
		if n := len(files); n > 3 {
			text += fmt.Sprintf(" and %d more files", n-3)
		}
	}
	if d := r.data; d != nil && d.Train != nil && d.Test != nil {
		text += fmt.Sprintf(" (%s in %s to train, %s in %s to test)", plural(d.Train.Rows(), "row"), plural(d.Train.Trials(), "trial"), plural(d.Test.Rows(), "row"), plural(d.Test.Trials(), "trial"))
	}
	return text
}
