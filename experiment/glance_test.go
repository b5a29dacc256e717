package experiment

import (
	"strings"
	"testing"

	"hnn/data/file"
	"hnn/internal/stream"
)

// A glance at rows of the twenty systems says the class that training finds, or that it cannot be told. In a plane friction of
// changing sign is called none of these: a glance tries constant friction alone.
func TestGlance(t *testing.T) {
	withoutShort(t)
	noises := []float64{0, 0.01}
	if !*long {
		noises = noises[:1]
	}
	for _, noise := range noises {
		told := 0
		for _, s := range choiceSystems {
			if s.x || !strings.Contains(s.name, *chosen) {
				continue
			}
			rng := stream.New(0, "glance "+s.name)
			d := s.draw(t, rng, 10, s.horizon)
			dim := len(d.x[0]) / len(d.t)
			spread := d.spreads(dim)
			for j := range spread {
				spread[j] *= noise
			}
			set, m, err := file.Read(s.file(t, d, dim, spread, rng), file.ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			marks, err := angles(s.angles, set.Names)
			if err != nil {
				t.Fatal(err)
			}
			seconds := userSeconds()
			class, sentence := glance(set, marks, m.Velocities)
			t.Logf("%s, noise %v, %.2f s CPU: %s, training %s: %s", s.name, noise, userSeconds()-seconds, class, s.verdict, sentence)
			switch {
			case class == s.verdict, s.name == "van der Pol" && class == Other:
				told++
			case class != Unclear:
				t.Errorf("%s, noise %v: a glance says %q, the motion is %q: %s", s.name, noise, class, s.verdict, sentence)
			}
		}
		if *chosen == "" && told < 11 {
			t.Errorf("noise %v: a glance told the class of %d systems, of 17 want 11", noise, told)
		}
	}
}
