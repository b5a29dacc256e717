package experiment

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"hnn/model/network"
)

// A constant that is added to positions or momenta changes no motion, and not what is learned
// of it: rollouts of a spring follow it as well.
func TestOffsetsDoNotMatter(t *testing.T) {
	const amplitude = 1.3
	for _, kind := range []string{network.KindHNN, network.KindBaseline} {
		for _, offset := range [][2]float64{{0, 0}, {1e6, 0}, {0, 100}, {0, -1e6}} {
			var b strings.Builder
			b.WriteString("trial,t,q,p\n")
			for trial := range 6 {
				a := amplitude * (0.5 + float64(trial)/6)
				for i := range 60 {
					x := float64(i) / 10
					fmt.Fprintf(&b, "%d,%v,%v,%v\n", trial, x, offset[0]+a*math.Cos(x), offset[1]-a*math.Sin(x))
				}
			}
			c := own(t, fileOf(t, b.String()))
			c.Model, c.Fit.Steps = kind, 400
			if kind == network.KindHNN {
				c = c.WithClosedForm()
			}
			r, err := new(Env).Train(context.Background(), c, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			s, err := r.Simulate(context.Background(), []float64{offset[0] + 1, offset[1]}, []float64{0, 1, 2, 3}, nil)
			if err != nil {
				t.Fatal(err)
			}
			// 1e-4 with the closed form, some percent after 400 steps.
			bound := map[string]float64{network.KindHNN: 1e-3, network.KindBaseline: 0.3}[kind]
			for i, x := range s.Times {
				if e := math.Hypot(s.States[2*i]-offset[0]-math.Cos(x), s.States[2*i+1]-offset[1]+math.Sin(x)); !(e < bound) {
					t.Errorf("%s, offset %v: off by %v at the time %v", kind, offset, e, x)
				}
			}
		}
	}
}
