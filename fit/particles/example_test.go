package particles_test

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	fit "hnn/fit/particles"
	"hnn/model/particles"
	"hnn/system"
)

// The law of pairs, from the forces of a few moments of a liquid.
func ExampleForces() {
	const cutoff = 2.2
	rng := rand.New(rand.NewPCG(1, 2))
	box, x, err := particles.Lattice(108, 3, 0.8442, rng)
	if err != nil {
		log.Fatal(err)
	}
	mass := make([]float64, 108)
	for i := range mass {
		mass[i] = 1
	}
	truth := system.LennardJones{Epsilon: 1, Sigma: 1, Cutoff: cutoff}
	kind := make([]uint8, 108)
	s, err := particles.NewSystem(box, mass, kind, []*particles.Table{particles.NewTable(truth, 0.5, cutoff)}, cutoff, x, particles.Velocities(mass, 3, 1.5, rng), 1)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	d := &fit.Data{Box: box, Mass: mass, Kind: kind, Kinds: 1}
	for i := range 400 {
		if err := s.Step(0.004, &particles.Leapfrog); err != nil {
			log.Fatal(err)
		}
		if i >= 200 && i%20 == 0 {
			d.Times = append(d.Times, 0.004*float64(i))
			d.X, d.F = append(d.X, append([]float64(nil), s.X...)), append(d.F, append([]float64(nil), s.F...))
		}
	}
	laws, err := fit.Forces(d, fit.Options{Cutoff: cutoff})
	if err != nil {
		log.Fatal(err)
	}
	_, learned, _ := laws.Of[0].At(1.2)
	_, want, _ := truth.At(1.2)
	fmt.Println("the slope at 1.2 to 1e-5:", math.Abs(learned-want) < 1e-5)
	// Output:
	// the slope at 1.2 to 1e-5: true
}
