package graph_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"hnn/fit/graph"
)

// The pull of a spring of length 1 between two masses on a line, from the forces at some moments.
func Example() {
	g := graph.Graph{
		N: 2, Space: 1, Mass: []float64{1, 1},
		Place: func(site, _ int) int { return site },
		Terms: func(q []float64, visit func(*graph.Term)) {
			visit(&graph.Term{I: 0, J: 1, U: [3]float64{1}, S: q[1] - q[0], Weight: 1})
		},
	}
	m, err := graph.New(g, graph.Domain{}, []graph.Domain{{From: 0.5, To: 1.5, Scale: 1}}, []int{16}, 1)
	if err != nil {
		log.Fatal(err)
	}
	var t graph.Trial
	for i := range 50 {
		d := 0.5 + float64(i)/49
		t.Q, t.DP = append(t.Q, []float64{0, d}), append(t.DP, []float64{d - 1, 1 - d})
	}
	if _, err := m.Derivatives(context.Background(), []graph.Trial{t}, graph.Options{Steps: 500}); err != nil {
		log.Fatal(err)
	}
	slope := make([]float64, 1)
	m.Kinds[0].At([]float64{1.3}, slope)
	fmt.Println("dE/ds at 1.3 within 0.01:", math.Abs(slope[0]-0.3) < 0.01)
	// Output:
	// dE/ds at 1.3 within 0.01: true
}
