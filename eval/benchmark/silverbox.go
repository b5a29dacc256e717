package benchmark

import (
	"fmt"
	"math"

	"hnn/data"
	"hnn/fit/lagrange"
	"hnn/fit/shoot"
)

// silverbox is an electronic Duffing oscillator, driven and measured by voltages. The first three quarters of the
// multisine train; its last quarter, and an arrow of noise whose amplitude grows beyond that of the training (without
// and with that end), are tests: free runs whose first 50 rows only may be used to begin.
var silverbox = Protocol{
	Name: "silverbox", About: "an electronic Duffing oscillator (free runs; root mean square errors)",
	Columns: []string{"input", "output"},
	Sources: "T. Wigren and J. Schoukens, Three free data sets for development and benchmarking in nonlinear system identification, ECC 2013; SNLS80mV of www.nonlinearbenchmark.org",
	run:     runSilverbox, rows: 131072,
	spreads: []float64{0.0227753819, 0.05337569971},
}

const silverboxRate = 610.35 // samples a second

// The official split, rows from (inclusive) to (exclusive).
var (
	silverboxTrain = [2]int{40650, 40650 + 65062}
	silverboxTests = []struct {
		name string
		rows [2]int
		// best is that of five networks in the published result files of silverboxBaselines, not the best of all that
		// was ever published.
		best float64
		by   string
	}{
		{"multisine", [2]int{40650 + 65062, 127400}, 1.490, "GRU"},
		{"arrow without extrapolation", [2]int{100, 32100}, 0.947, "GRU"},
		{"whole arrow", [2]int{100, 40575}, 2.385, "LSTM"},
	}
)

const silverboxWarm = 50

// silverboxBaselines is where the networks' errors were read: the files data_NN/SB_*_NN.json of commit 73d8445.
const silverboxBaselines = "best of five networks, Champneys and others, arXiv 2405.10779, their result files"

func runSilverbox(columns [][]float64) (*Result, error) {
	cut := func(rows [2]int) *data.Set {
		s := &data.Set{Dim: 1, PositionsOnly: true, InputNames: []string{"u"}, Offsets: []int{0, rows[1] - rows[0]}}
		s.Inputs, s.X = columns[0][rows[0]:rows[1]], columns[1][rows[0]:rows[1]]
		for i := range s.X {
			s.T = append(s.T, float64(i)/silverboxRate)
		}
		return s
	}
	train := cut(silverboxTrain)
	l, report, err := lagrange.Fit(train, lagrange.Options{})
	if err != nil {
		return nil, fmt.Errorf("benchmark: silverbox: %w", err)
	}
	lagrange.Polish(l, train, report)
	result := &Result{Law: l.Text([]string{"q"}, 6)}
	for _, test := range silverboxTests {
		s := cut(test.rows)
		trial := shoot.Trial{T: s.T, U: s.InputSignal(0), X: make([]float64, 2*len(s.T))}
		for i, v := range s.X {
			trial.X[2*i] = v
		}
		run, _, err := lagrange.FreeRun(l, trial, silverboxWarm, report)
		if err != nil {
			return nil, fmt.Errorf("benchmark: silverbox: %w", err)
		}
		square := 0.0
		for i := silverboxWarm; i < len(s.T); i++ {
			e := run[2*i] - s.X[i]
			square += e * e / float64(len(s.T)-silverboxWarm)
		}
		result.Rows = append(result.Rows, Row{
			Test: test.name, Score: 1000 * math.Sqrt(square), Unit: "mV", Reference: test.best, Source: test.by + ": " + silverboxBaselines,
		})
	}
	return result, nil
}
