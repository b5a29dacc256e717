package main

import (
	"encoding/json"
	"io"

	"hnn/experiment"
)

// What --json prints of runs is a list in every verb, of as many objects as there are runs; each has the run's
// directory, dir, beside what the verb has to say of it.

// printJSON writes v, indented.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// runResults are the results of a run.
type runResults struct {
	Dir string `json:"dir"`
	*experiment.Results
}

func resultsOf(runs []*experiment.Run) []runResults {
	all := []runResults{}
	for _, r := range runs {
		all = append(all, runResults{r.Dir, r.Results})
	}
	return all
}
