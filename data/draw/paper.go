package draw

import (
	"bytes"
	_ "embed" // for the reference states below
	"slices"
	"sync"

	"hnn/data/file"
)

// The 15 initial states a task with which the authors' code, run with its own
// seeds, computes its energy metric: reference values, as its random numbers
// cannot be drawn here.
//
//go:embed paper/initial_states.npz
var paperStatesNPZ []byte

var paperStates = sync.OnceValue(func() map[string]file.Array {
	arrays, err := file.DecodeNPZ(bytes.NewReader(paperStatesNPZ), int64(len(paperStatesNPZ)), "paper/initial_states.npz")
	if err != nil {
		// The file is part of the program; a test reads it.
		panic("data: embedded initial states: " + err.Error())
	}
	return map[string]file.Array{
		"spring":     arrays["spring_x0"],
		"pendulum":   arrays["pend_x0"],
		"two-body":   arrays["two_body"],
		"three-body": arrays["three_body"],
	}
})

// PaperInitialStates returns the n initial states (n x dimension, row-major) from
// which the authors roll out their models for the "paper" energy metric of a task,
// or nil and 0 for a task that has none. The slice is the caller's.
func PaperInitialStates(task string) (x0 []float64, n int) {
	a, ok := paperStates()[task]
	if !ok {
		return nil, 0
	}
	return slices.Clone(a.Data), a.Shape[0]
}
