package experiment

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hnn/data/atoms"
)

// What a file has that laws of pairs are not learned from is refused or said.
func TestParticleFileSaid(t *testing.T) {
	file := func(plane int, charges [2]float64) string {
		var b strings.Builder
		for f := range 2 {
			fmt.Fprintf(&b, "16\nLattice=\"8 0 0 0 8 0 0 0 8\" Properties=species:S:1:pos:R:3:masses:R:1:initial_charges:R:1:forces:R:3 Time=%d\n", f)
			for i := range 16 {
				p := [3]float64{float64(i%4) * 1.1, float64(i/4) * 1.2, float64(i%3) * 1.3}
				force := [3]float64{0.1, 0.2, 0.3}
				if plane < 3 {
					p[plane], force[plane] = 2, 0
				}
				fmt.Fprintf(&b, "Ar %v %v %v 1 %v %v %v %v\n", p[0]+0.01*float64(f*i*bit(plane != 0)), p[1], p[2], charges[f], force[0], force[1], force[2])
			}
		}
		return b.String()
	}
	for _, c := range []struct {
		plane   int
		charges [2]float64
		long    string
		want    string
	}{
		{0, [2]float64{1, 1}, "", "exchange x and z"},
		{1, [2]float64{1, 1}, "", "all particles stay at y = 2"},
		{3, [2]float64{1, 2}, chargesWeigh, "charges change (frame 2: particle 1 has the charge 2, and 1 in the first frame)"},
		{3, [2]float64{1, 2}, "", "said: charges change"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "a.xyz")
		if err := os.WriteFile(path, []byte(file(c.plane, c.charges)), 0o666); err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		e := &Env{Log: func(format string, args ...any) {
			said.WriteString("said: " + strings.TrimPrefix(fmt.Sprintf(format, args...), path+": ") + "\n")
		}}
		_, _, err := e.TrainParticles(context.Background(), ParticleTraining{Files: []string{path}, Read: atoms.Options{}, Cutoff: 3, Coefficients: 10, Long: c.long, Out: filepath.Join(dir, "run")})
		if all := fmt.Sprint(err, "\n", said.String()); !strings.Contains(all, c.want) {
			t.Errorf("plane %d, charges %v %s: %s; want %q", c.plane, c.charges, c.long, all, c.want)
		}
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
