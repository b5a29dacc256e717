package particles_test

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"hnn/model/particles"
	"hnn/system"
)

// A thousand steps of a liquid of 64 particles.
func Example() {
	const cutoff = 1.9
	rng := rand.New(rand.NewPCG(1, 2))
	box, x, err := particles.Lattice(64, 3, 0.8442, rng)
	if err != nil {
		log.Fatal(err)
	}
	mass := make([]float64, 64)
	for i := range mass {
		mass[i] = 1
	}
	law := particles.NewTable(system.LennardJones{Epsilon: 1, Sigma: 1, Cutoff: cutoff}, 0.5, cutoff)
	s, err := particles.NewSystem(box, mass, make([]uint8, 64), []*particles.Table{law}, cutoff, x, particles.Velocities(mass, 3, 0.72, rng), 1)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	if err := s.Forces(); err != nil {
		log.Fatal(err)
	}
	energy := s.Energy + s.Kinetic()
	for range 1000 {
		if err := s.Step(0.002, &particles.Leapfrog); err != nil {
			log.Fatal(err)
		}
	}
	off := (s.Energy + s.Kinetic() - energy) / energy
	fmt.Println("the energy is kept to a thousandth:", math.Abs(off) < 1e-3)
	// Output:
	// the energy is kept to a thousandth: true
}
