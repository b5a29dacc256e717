package experiment

import (
	"strings"
	"testing"

	"hnn/model/particles"
)

// guessModel is a law of a pair of no force, and Coulomb's law beside it, with errors.
func guessModel(t *testing.T) *ParticleModel {
	t.Helper()
	spline, err := particles.NewSpline(1, 2.5, 20)
	if err != nil {
		t.Fatal(err)
	}
	spline.C[0], spline.C[10] = 5, 1
	long, err := particles.NewLongRange(1, 10, 20)
	if err != nil {
		t.Fatal(err)
	}
	for i := range long.C {
		long.C[i] = 1
	}
	if err := long.Complete(); err != nil {
		t.Fatal(err)
	}
	return &ParticleModel{Version: 2, Cutoff: 2.5, Dim: 3, Species: []string{"A"}, Mass: map[string]float64{"A": 1}, Trained: "forces",
		Laws: []PairLaw{{A: "A", B: "A", First: 1, Near: 1, spline: spline, ErrorV: make([]float64, 101), ErrorF: make([]float64, 101)}},
		Long: &LongLaw{Of: chargesWeigh, First: 1, Near: 1, Last: 10, law: long, ErrorF: make([]float64, 101)}}
}

// What the data leave open is said, and nothing where they do not.
func TestGuesses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(m *ParticleModel)
		want   []string
	}{
		"none": {func(*ParticleModel) {}, nil},
		"gap": {func(m *ParticleModel) {
			m.Laws[0].Gaps = [][2]float64{{1.3, 1.5}}
			for k := range 15 {
				m.Laws[0].ErrorF[20+k], m.Laws[0].ErrorV[20-k] = 7, 0.2
			}
		}, []string{"no pair of A and A was at 1.3 to 1.5", "its force known to 7", "to 0.2 (standard"}},
		"loose pairs": {func(m *ParticleModel) { m.Laws[0].ErrorF[40], m.Laws[0].ErrorF[41] = 99, 99 }, []string{"the force of A and A is a guess at 1.6 to 1.615"}},
		"loose U":     {func(m *ParticleModel) { m.Long.ErrorF[100] = 1 }, []string{"law of all distances is a guess at 10 to 10"}},
		"not parted": {func(m *ParticleModel) {
			m.Charge = map[string]float64{"A": 1}
			m.Long.ErrorF[0], m.Laws[0].ErrorF[40] = 1, 99
		}, []string{"the share of each is a guess"}},
		"Ewald":      {func(m *ParticleModel) { m.Left = 0.005 }, []string{"Ewald"}},
		"open space": {func(m *ParticleModel) { m.Left, m.Open = 0.005, true }, nil},
		"of masses":  {func(m *ParticleModel) { m.Left, m.Long.Of = 0.005, massesWeigh }, nil},
		"six digits": {func(m *ParticleModel) { m.Left = 2e-4 }, nil},
	} {
		m := guessModel(t)
		c.change(m)
		said := m.Guesses()
		if (len(said) > 0) != (c.want != nil) || len(said) > 1 {
			t.Errorf("%s: %q", name, said)
		}
		for _, want := range c.want {
			if !strings.Contains(strings.Join(said, "\n"), want) {
				t.Errorf("%s: %q, want %q", name, said, want)
			}
		}
	}
}
