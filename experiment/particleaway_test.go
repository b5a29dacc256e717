package experiment

import (
	"strings"
	"testing"

	"hnn/model/particles"
)

// A run whose numbers stay finite and whose energy does not ends with an error; one that keeps its energy, from rest too, does not.
func TestRunsThatRunAwayEnd(t *testing.T) {
	known := &KnownParticles{Law: "morse", Kinds: []ParticleKind{{Name: "A", Mass: 1, Epsilon: 1, Sigma: 1}}, Cutoff: 2.5}
	o := ParticleRun{Known: known, N: 256, Dim: 3, Density: 0.8, Temperature: 10, Dt: 0.03, Steps: 200, Every: 50}
	if _, err := (&Env{}).RunParticles(t.Context(), o); err == nil || !strings.Contains(err.Error(), "the motion runs away") {
		t.Errorf("a step ten times too long: %v", err)
	}
	o.Equilibrate = 200
	if _, err := (&Env{}).RunParticles(t.Context(), o); err == nil || !strings.Contains(err.Error(), "the motion runs away") {
		t.Errorf("before the run: %v", err)
	}
	for _, temperature := range []float64{1e-12, 1} {
		o.Temperature, o.Dt, o.Equilibrate = temperature, 0.002, 0
		if _, err := (&Env{}).RunParticles(t.Context(), o); err != nil {
			t.Errorf("temperature %v: %v", temperature, err)
		}
	}
	s, _, _, err := o.system()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w := watchEnergy(s)
	for _, c := range []struct {
		scale float64
		away  bool
	}{{1, false}, {2, false}, {6, true}} {
		scaled := *w
		before := append([]float64(nil), s.V...)
		particles.Scale(s.V, c.scale)
		if err := scaled.check(s, awayEvery); (err != nil) != c.away {
			t.Errorf("velocities times %v: %v", c.scale, err)
		}
		copy(s.V, before)
	}
}
