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

	"hnn/model/lagrangian"
	"hnn/model/terms"
)

// A rod that falls at a rate of 5 a second, x” = 25 x + u, is held upright by a controller, whose u is in the file. Rollouts under
// it fall, however right the law: they are compared over ln(10)/5 then, in which errors grow tenfold, and a law is taken. Held
// the same way, what is stable without its controller, x” = -25 x + u, has no other rollouts.
func TestRolloutsUnderFeedback(t *testing.T) {
	withoutShort(t)
	for _, c := range []struct{ stiffness, within float64 }{{25, math.Ln10 / 5}, {-25, 0}} {
		rng := rand.New(rand.NewPCG(5, 6))
		var text strings.Builder
		text.WriteString("t,x,v,u\n")
		x, v, step, push := 0.02, 0.0, 0.02, 0.0
		for i := range 1500 {
			if i%15 == 0 {
				push = 3 * rng.NormFloat64()
			}
			u := -45*x - 8*v + push
			fmt.Fprintf(&text, "%.2f,%.9g,%.9g,%.9g\n", step*float64(i), x+2e-4*rng.NormFloat64(), v+1e-3*rng.NormFloat64(), u)
			// Exact under a held input: about the rest position -u/stiffness.
			rest, rate := -u/c.stiffness, math.Sqrt(math.Abs(c.stiffness))
			cos, sin := math.Cosh(rate*step), math.Sinh(rate*step)
			turn := 1.0
			if c.stiffness < 0 {
				cos, sin, turn = math.Cos(rate*step), math.Sin(rate*step), -1
			}
			x, v = rest+(x-rest)*cos+v/rate*sin, turn*(x-rest)*rate*sin+v*cos
		}
		path := filepath.Join(t.TempDir(), "held.csv")
		if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		base := mustDefault(t, "data").Tuned()
		base.Data, base.InputHold = path, "zoh"
		candidates := []Config{base.WithWeakForm(terms.KindLinear), base.WithWeakForm(lagrangian.Kind), base.WithWeakForm(terms.KindSparse), base.WithClosedForm()}
		var said strings.Builder
		env := &Env{Log: func(format string, args ...any) { fmt.Fprintf(&said, format+"\n", args...) }}
		chosen, l, err := env.decide(context.Background(), candidates)
		if err != nil {
			t.Fatal(err)
		}
		// The rates are smoothed over steps of the input, so that the growth comes out less.
		if math.Abs(chosen.Within-c.within) > 0.4*c.within || c.within > 0 != strings.Contains(said.String(), "--rollout-time") {
			t.Errorf("stiffness %v: rollouts of %v, want %v\n%s", c.stiffness, chosen.Within, c.within, said.String())
		}
		if least := l.least(func(*LearningTry) bool { return true }); !(least < 0.05) || !IsWeak(candidates[chosen.Best].Model) {
			t.Errorf("stiffness %v: off by %v by %s: %v", c.stiffness, least, candidates[chosen.Best].Model, l)
		}
	}
}
