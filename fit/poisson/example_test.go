package poisson_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/poisson"
	"hnn/ode"
)

// Hares and lynxes: the populations conserve an energy, with brackets that depend on them.
func ExampleFit() {
	field := func(x, dx []float64) { dx[0], dx[1] = x[0]-x[0]*x[1], x[0]*x[1]-x[1] }
	rng := rand.New(rand.NewPCG(1, 2))
	s := &data.Set{Dim: 2, Offsets: []int{0}, Names: []string{"hares", "lynxes"}}
	times := make([]float64, 100)
	for i := range times {
		times[i] = 0.1 * float64(i)
	}
	for range 10 {
		start := []float64{0.5 + rng.Float64(), 0.5 + rng.Float64()}
		x, _, err := ode.Solve(func(_ float64, x, dx []float64) { field(x, dx) }, start, times, nil, nil)
		if err != nil {
			log.Fatal(err)
		}
		s.T, s.X = append(s.T, times...), append(s.X, x...)
		s.Offsets = append(s.Offsets, len(s.T))
	}
	paths, err := estimate.NewPaths(s, estimate.PathOptions{})
	if err != nil {
		log.Fatal(err)
	}
	system, report, err := poisson.Fit(paths, field, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(system.Text(s.Names, 3))
	fmt.Println("left of the field beside J grad H below 1e-6:", report.Residual < 1e-6)
	// Output:
	// H = -0.23*lynxes - 0.23*hares + 0.23*log(hares) + 0.23*log(lynxes)
	// {hares, lynxes} = 4.34*(hares*lynxes)
	// left of the field beside J grad H below 1e-6: true
}
