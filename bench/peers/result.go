package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
)

// A timing is one case as one program measured it: `hnn bench --json` and the
// peers' scripts print lists of them under "cases". Unknown fields are ignored
// and missing ones are zero, so that either side may grow.
type timing struct {
	Name      string  `json:"name"`      // as "train-step/spring"
	Precision string  `json:"precision"` // "float32" or "float64"
	Threads   int     `json:"threads"`
	Variant   string  `json:"variant"` // peers only
	Plain     bool    `json:"plain"`   // peers only: what most users would write
	Seconds   float64 `json:"seconds"` // per step, evaluation or rollout: the median
	Fastest   float64 `json:"fastest"`

	// Evaluations of the field in one rollout: equal work has equal numbers.
	Evaluations int `json:"evaluations"`
	// Check holds numbers that must agree whoever computes them.
	Check []float64 `json:"check"`

	// What our rollout used, if it says so: the peers are given the same.
	Weights      string    `json:"weights"`
	InitialState []float64 `json:"initial_state"`
}

// A task is what can be compared: a case in one precision.
type task struct{ name, precision string }

func (t timing) task() task { return task{t.Name, t.Precision} }

// A result is everything that one run of one program printed.
type result struct {
	Cases       []timing          `json:"cases"`
	Skipped     []skipped         `json:"skipped"`
	Versions    map[string]string `json:"versions"`
	Build       []string          `json:"build"`
	BLAS        []pool            `json:"blas"`
	BLASThreads *int              `json:"blas_threads"` // null: not apart from Threads
}

type skipped struct {
	Name      string `json:"name"`
	Precision string `json:"precision"`
	Variant   string `json:"variant"`
	Reason    string `json:"reason"`
}

// A pool is a thread pool as Python's threadpoolctl reports it.
type pool struct {
	API          string `json:"internal_api"`
	Version      string `json:"version"`
	Architecture string `json:"architecture"`
	Threads      int    `json:"num_threads"`
}

// parseResult reads the JSON object that a program printed. Cases without a name
// or a time are left out.
func parseResult(output []byte) (result, error) {
	var r result
	if err := json.Unmarshal(output, &r); err != nil {
		return r, fmt.Errorf("its output is not the JSON expected: %w", err)
	}
	r.Cases = slices.DeleteFunc(r.Cases, func(t timing) bool { return t.Name == "" || t.Seconds <= 0 })
	if len(r.Cases) == 0 && len(r.Skipped) == 0 {
		return r, errors.New(`its output has no timing under "cases"`)
	}
	return r, nil
}

// checkTolerance is how far results may lie apart that were computed in another
// order: ten optimizer steps, or a rollout of 20 time units, in float32.
const checkTolerance = 1e-4

// disagreements lists the timings whose Check differs from the first one of the
// same task, which means that they did not do the same work.
func disagreements(timings []timing) []string {
	first := map[task]timing{}
	var found []string
	for _, t := range timings {
		if len(t.Check) == 0 {
			continue
		}
		reference, seen := first[t.task()]
		if !seen {
			first[t.task()] = t
			continue
		}
		if !agree(t.Check, reference.Check) {
			found = append(found, fmt.Sprintf("%s %s: %q gives %v, %q gives %v",
				t.Name, t.Precision, t.Variant, t.Check, reference.Variant, reference.Check))
		}
	}
	return found
}

func agree(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool {
		return math.Abs(x-y) <= checkTolerance*max(1, math.Abs(y))
	})
}
