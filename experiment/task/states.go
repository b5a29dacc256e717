package task

import (
	"bytes"
	_ "embed" // for the states below
	"slices"
	"sync"

	"hnn/data/file"
	"hnn/eval"
)

// The 15 initial states a task with which the authors' code, run with its own
// seeds, computes its energy metric: reference values, as its random numbers
// cannot be drawn here.
//
//go:embed paper/initial_states.npz
var statesNPZ []byte

var authorsStates = sync.OnceValue(func() map[string]file.Array {
	arrays, err := file.DecodeNPZ(bytes.NewReader(statesNPZ), int64(len(statesNPZ)), "paper/initial_states.npz")
	if err != nil {
		// The file is part of the program; a test reads it.
		panic("task: embedded initial states: " + err.Error())
	}
	return arrays
})

// InitialStates returns the initial states (n x dimension, row-major) from which the authors
// roll out their models for the "paper" energy metric, nil for a task that has none. The
// slice is the caller's.
func (t *Task) InitialStates() []float64 { return slices.Clone(authorsStates()[t.states].Data) }

// Protocol is Energy with its initial states.
func (t *Task) Protocol() eval.Protocol {
	p := *t.Energy
	p.X0 = t.InitialStates()
	return p
}
