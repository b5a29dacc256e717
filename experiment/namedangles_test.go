package experiment

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hnn/ode"
)

// A column with the name of an angle is one where a law that is periodic in it follows the rows better: of a pendulum that goes
// round, by its velocity or its momentum, and not of a stiff spring whose position is called theta. Of a column that goes round
// with so much noise that neither law follows it well, a clear difference is enough.
func TestNamedAngles(t *testing.T) {
	withoutShort(t)
	pendulum := func(q float64) float64 { return -math.Sin(q) }
	for _, c := range []struct {
		name, columns string
		force         func(q float64) float64
		noise         float64
		angle         bool
	}{
		{"pendulum", "theta,omega", pendulum, 0, true},
		{"pendulum with momenta", "theta,p", pendulum, 0, true},
		{"pendulum with noise", "theta,omega", pendulum, 0.3, true},
		{"pendulum called x", "x,v", pendulum, 0, false},
		{"spring", "theta,omega", func(q float64) float64 { return -q - q*q*q }, 0, false},
	} {
		rng := rand.New(rand.NewPCG(1, 2))
		var text strings.Builder
		fmt.Fprintf(&text, "trial,t,%s\n", c.columns)
		for trial := range 10 {
			times := make([]float64, 101)
			for i := range times {
				times[i] = 0.1 * float64(i)
			}
			x, _, err := ode.Solve(func(_ float64, x, dx []float64) { dx[0], dx[1] = x[1], c.force(x[0]) }, []float64{0.1, 0.8 + 0.2*float64(trial)}, times, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i := range times {
				fmt.Fprintf(&text, "%d,%g,%.12g,%.12g\n", trial, times[i], x[2*i]+c.noise*rng.NormFloat64(), x[2*i+1]+c.noise*rng.NormFloat64())
			}
		}
		path := filepath.Join(t.TempDir(), "rows.csv")
		if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		config := mustDefault(t, "data").Tuned()
		config.Data = path
		angles, err := (&Env{Log: t.Logf}).namedAngles(context.Background(), config)
		if err != nil || (angles != nil) != c.angle {
			t.Errorf("%s: angles %v, %v", c.name, angles, err)
		}
	}
}
