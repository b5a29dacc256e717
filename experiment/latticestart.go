package experiment

import (
	"fmt"
	"math"

	"hnn/eval"
	"hnn/internal/stream"
	"hnn/model/lattice"
	"hnn/model/particles"
)

// warmStart is a state of a run's lattice at a temperature (k_B = 1): momenta of Maxwell and Boltzmann, of total zero where it is
// conserved, then scaled so that 2 K over the components that are free is the temperature exactly. Sites of one component are
// at rest at zero; bodies, whose places at rest a law of distances does not say, are where the known system draws them.
func (r *Run) warmStart(temperature float64, seed uint64) ([]float64, error) {
	s := lattice.Of(r.form)
	if !(temperature > 0) || math.IsInf(temperature, 0) {
		return nil, fmt.Errorf("--temperature %v: give a positive number, in units of energy (k_B = 1)", temperature)
	}
	if s == nil || s.Flow != lattice.Mechanical {
		return nil, fmt.Errorf("%s: a temperature is that of the momenta of a lattice's sites: give --x0 or --from-data", r.Dir)
	}
	n := s.Half()
	x := make([]float64, 2*n)
	rng := stream.New(seed, eval.StrictStream)
	if s.Space > 1 {
		known := r.knownSystem()
		if known == nil {
			return nil, fmt.Errorf("%s: a law of distances does not say where its bodies rest: give --from-data or --x0 instead of --temperature", r.Dir)
		}
		copy(x[:n], eval.InitialStates(known, rng, 1))
	}
	// p^2 over twice the mass is what T is near rest.
	const h = 1e-4
	curvature := (s.Kinetic.Slope(h) - s.Kinetic.Slope(-h)) / (2 * h)
	if !(curvature > 0) {
		return nil, fmt.Errorf("%s: the learned kinetic energy has no minimum at rest, so that there is no temperature", r.Dir)
	}
	mass := make([]float64, s.Sites)
	for i := range mass {
		mass[i] = 1 / curvature
		if s.Masses != nil {
			mass[i] *= s.Masses[i]
		}
	}
	v := make([]float64, 3*s.Sites)
	for i := range v {
		if i%3 < s.Space {
			v[i] = rng.NormFloat64() / math.Sqrt(mass[i/3])
		}
	}
	free := float64(n)
	if s.KeepsMomentum() {
		particles.Rest(mass, v)
		free -= float64(s.Space)
	}
	twice := 0.0
	for i, u := range v {
		twice += mass[i/3] * u * u
	}
	particles.Scale(v, math.Sqrt(temperature*free/twice))
	for i := range s.Sites {
		for a := range s.Space {
			x[n+s.Place(i, a)] = mass[i] * v[3*i+a]
		}
	}
	return x, nil
}
