package experiment

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hnn/internal/stream"
	"hnn/model/network"
)

// stateBox is one of the boxes in which Rahma, Datar and Dietrich ("Training Hamiltonian neural networks without
// backpropagation", arXiv 2411.17511) draw states uniformly, with exact rates, and the relative L2 error of H that they
// publish for it; Hamiltonians, limits and numbers of rows are those of the authors' code
// (github.com/AlphaGergedan/Sampling-HNNs at f4f8690, src/*_experiment.py).
type stateBox struct {
	name    string
	columns string
	angles  []string
	rows    int
	half    []float64 // of the sides; from 0 on where from is true
	from    bool
	energy  func(x []float64) float64
	rates   func(x, dx []float64)
	theirs  float64
}

func volterra(alpha, beta, gamma, delta float64) (func(x []float64) float64, func(x, dx []float64)) {
	return func(x []float64) float64 {
			return delta*math.Exp(x[1]) - gamma*x[1] + beta*math.Exp(x[0]) - alpha*x[0]
		}, func(x, dx []float64) {
			dx[0], dx[1] = delta*math.Exp(x[1])-gamma, alpha-beta*math.Exp(x[0])
		}
}

func boxes() []stateBox {
	pendulum := func(x []float64) float64 { return x[1]*x[1]/2 + 1 - math.Cos(x[0]) }
	swing := func(x, dx []float64) { dx[0], dx[1] = x[1], -math.Sin(x[0]) }
	fast := func(f float64) (func(x []float64) float64, func(x, dx []float64)) {
		return func(x []float64) float64 { return x[1]*x[1]/2 + 1 - math.Cos(f*x[0]) },
			func(x, dx []float64) { dx[0], dx[1] = x[1], -f*math.Sin(f*x[0]) }
	}
	list := []stateBox{
		{name: "pendulum, 2 pi x 1", columns: "q,p", angles: []string{"q"}, rows: 10000, half: []float64{2 * math.Pi, 1}, energy: pendulum, rates: swing, theirs: 3.62e-10},
		{name: "pendulum, 2 pi x 6", columns: "q,p", angles: []string{"q"}, rows: 10000, half: []float64{2 * math.Pi, 6}, energy: pendulum, rates: swing, theirs: 1.55e-9},
		{name: "Lotka-Volterra, 2 x 2", columns: "q,p", rows: 10000, half: []float64{2, 2}, theirs: 1.48e-10},
		{name: "Lotka-Volterra, 5 x 5", columns: "q,p", rows: 10000, half: []float64{5, 5}, theirs: 7.99e-9},
		{name: "Lotka-Volterra, 0 to 8", columns: "q,p", rows: 10000, half: []float64{8, 8}, from: true, theirs: 1.51e-6},
		{name: "Henon-Heiles, alpha 0.7", columns: "q1,q2,p1,p2", rows: 20000, half: []float64{5, 5, 5, 5}, theirs: 6.80e-8},
		{name: "Henon-Heiles, alpha 1", columns: "q1,q2,p1,p2", rows: 20000, half: []float64{5, 5, 5, 5}, theirs: 6.80e-8},
		{name: "double pendulum, pi x 1", columns: "q1,q2,p1,p2", angles: []string{"q1", "q2"}, rows: 20000, half: []float64{math.Pi, math.Pi, 1, 1}, theirs: 4.1e-3},
	}
	for i := range list {
		b := &list[i]
		switch {
		case b.name == "Lotka-Volterra, 0 to 8":
			b.energy, b.rates = volterra(3.5, 0.025, 10, 0.07)
		case strings.HasPrefix(b.name, "Lotka"):
			b.energy, b.rates = volterra(-2, -1, -1, -1)
		case strings.HasPrefix(b.name, "Henon"):
			alpha := 1.
			if strings.HasSuffix(b.name, "0.7") {
				alpha = 0.7
			}
			b.energy = func(x []float64) float64 {
				return (x[0]*x[0]+x[1]*x[1]+x[2]*x[2]+x[3]*x[3])/2 + alpha*(x[0]*x[0]*x[1]-x[1]*x[1]*x[1]/3)
			}
			b.rates = func(x, dx []float64) {
				dx[0], dx[1], dx[2], dx[3] = x[2], x[3], -x[0]-2*alpha*x[0]*x[1], -x[1]-alpha*(x[0]*x[0]-x[1]*x[1])
			}
		case strings.HasPrefix(b.name, "double"):
			// Unit masses, rods and gravity.
			b.energy = func(x []float64) float64 {
				s, c := math.Sincos(x[0] - x[1])
				return (x[2]*x[2]+2*x[3]*x[3]-2*x[2]*x[3]*c)/(2*(1+s*s)) - 2*math.Cos(x[0]) - math.Cos(x[1])
			}
			b.rates = func(x, dx []float64) {
				s, c := math.Sincos(x[0] - x[1])
				d := 1 + s*s
				v1, v2 := (x[2]-c*x[3])/d, (2*x[3]-c*x[2])/d
				dx[0], dx[1] = v1, v2
				dx[2], dx[3] = -v1*v2*s-2*math.Sin(x[0]), v1*v2*s-math.Sin(x[1])
			}
		}
	}
	for _, f := range []float64{10, 15, 20} {
		h, r := fast(f)
		list = append(list, stateBox{name: fmt.Sprintf("pendulum of frequency %g", f), columns: "q,p", rows: 10000, half: []float64{math.Pi, 0.5}, energy: h, rates: r})
	}
	return list
}

func (b *stateBox) draw(rng interface{ Float64() float64 }) (x, dx []float64) {
	x, dx = make([]float64, len(b.half)), make([]float64, len(b.half))
	for i, v := range b.half {
		if x[i] = v * (2*rng.Float64() - 1); b.from {
			x[i] = v * rng.Float64()
		}
	}
	b.rates(x, dx)
	return x, dx
}

// The model that is recommended for states and rates drawn in the boxes, given as a file without times, has a smaller
// relative L2 error of H at as many fresh states, up to H's constant, than the authors'.
func TestBoxes(t *testing.T) {
	if !*long {
		t.Skip("-long fits rows of the boxes; docs/choices.md has its table")
	}
	for _, b := range boxes() {
		if !strings.Contains(b.name, *chosen) {
			continue
		}
		var all []float64
		var models []string
		seconds := userSeconds()
		for seed := range *draws {
			rng := stream.New(uint64(seed), "box "+b.name)
			var text strings.Builder
			names := strings.Split(b.columns, ",")
			text.WriteString(b.columns + ",d" + strings.Join(names, ",d") + "\n")
			for range b.rows * 5 / 4 { // the last fifth tests
				x, dx := b.draw(rng)
				for i, v := range slices.Concat(x, dx) {
					if i > 0 {
						text.WriteString(",")
					}
					fmt.Fprintf(&text, "%.17g", v)
				}
				text.WriteString("\n")
			}
			path := filepath.Join(t.TempDir(), "box.csv")
			if err := os.WriteFile(path, []byte(text.String()), 0o666); err != nil {
				t.Fatal(err)
			}
			c := mustDefault(t, "data").Tuned()
			c.Data, c.Figures = path, false
			asked := Asked{Models: []string{network.KindHNN}, Trainers: []string{string(ClosedForm)}, Settings: c}
			if b.angles != nil {
				asked.Given, asked.Settings.Angle = append(asked.Given, "angle"), b.angles
			}
			env := &Env{Log: t.Logf}
			if !testing.Verbose() {
				env.Log = nil
			}
			if _, err := env.HowToLearn(t.Context(), c, asked); err != nil {
				t.Errorf("%s: %v", b.name, err)
				continue
			}
			run, err := env.Train(t.Context(), *env.recommended, t.TempDir())
			if err != nil {
				t.Errorf("%s: %v", b.name, err)
				continue
			}
			models = append(models, run.Config.Model)
			if run.model.Energy == nil {
				t.Errorf("%s: %s knows no energy", b.name, run.Config.Model)
				continue
			}
			h := run.model.Energy()
			var off, truth []float64
			mean := 0.0
			for range b.rows {
				x, _ := b.draw(rng)
				v := b.energy(x)
				off, truth = append(off, h(x)-v), append(truth, v)
				mean += (h(x) - v) / float64(b.rows)
			}
			var square, size float64
			for i, v := range truth {
				square += (off[i] - mean) * (off[i] - mean)
				size += v * v
			}
			all = append(all, math.Sqrt(square/size))
		}
		if all == nil {
			continue
		}
		slices.Sort(all)
		slices.Sort(models)
		t.Logf("ROW | %s | %d | %s | %.1e (%.1e) | %.1e | %.0f |", b.name, b.rows, strings.Join(slices.Compact(models), ", "), all[len(all)/2], all[len(all)-1], b.theirs, (userSeconds()-seconds)/float64(*draws))
		if b.theirs > 0 && !(all[len(all)/2] < b.theirs) {
			t.Errorf("%s: H is off by %.2g, wanted below %.2g", b.name, all[len(all)/2], b.theirs)
		}
	}
}
