package graph

import (
	"math"
	"math/rand/v2"
	"testing"
)

// triangle is three bodies in a plane: a site's energy of every coordinate, distances of all pairs, and of coordinates' differences.
func triangle(masses bool) (Graph, []Domain) {
	g := Graph{N: 6, Space: 2, Place: func(site, a int) int { return 2*site + a }}
	if masses {
		g.Mass = []float64{1, 1, 2, 2, 0.5, 0.5}
	}
	g.Terms = func(q []float64, visit func(*Term)) {
		for i, v := range q {
			t := &Term{Kind: 0, I: Wall, J: i / 2, S: v, Weight: 1}
			t.U[i%2] = 1
			visit(t)
		}
		for i := range 3 {
			j := (i + 1) % 3
			dx, dy := q[2*j]-q[2*i], q[2*j+1]-q[2*i+1]
			r := math.Hypot(dx, dy)
			visit(&Term{Kind: 1, I: i, J: j, S: r, U: [3]float64{dx / r, dy / r}, Weight: 1.5, Radial: true})
			visit(&Term{Kind: 2, I: i, J: j, S: r, U: [3]float64{dx / r, dy / r}, Weight: 0.7, Radial: true})
			visit(&Term{Kind: 3, I: i, J: j, S: dx, U: [3]float64{1}, Weight: 1})
		}
	}
	return g, []Domain{
		{From: -2, To: 2, Scale: 1.5},
		{From: 0.5, To: 4, Log: true, Cutoff: 4, Scale: 2},
		{From: 0.5, To: 4, Log: true, Power: 2, Scale: 0.5},
		{From: -3, To: 3, Scale: 1},
	}
}

func motion(rng *rand.Rand) (t Trial) {
	for r := range 4 {
		row := func() []float64 {
			x := make([]float64, 6)
			for i := range x {
				x[i] = rng.NormFloat64()
			}
			return x
		}
		t.T = append(t.T, 0.1*float64(r)+0.01*float64(r*r))
		t.Q, t.P, t.DQ, t.DP = append(t.Q, row()), append(t.P, row()), append(t.DQ, row()), append(t.DP, row())
	}
	return t
}

// Gradients of both losses are those of central differences, with Richardson's step, to 1e-8.
func TestGradients(t *testing.T) {
	for _, masses := range []bool{false, true} {
		g, domains := triangle(masses)
		m, err := New(g, Domain{From: -2, To: 2, Scale: 1}, domains, []int{5, 4}, 3)
		if err != nil {
			t.Fatal(err)
		}
		trials := []Trial{motion(rand.New(rand.NewPCG(1, 1)))}
		o := &Options{Rows: 2, Substeps: 2, Batch: 3}
		o.complete()
		for name, of := range map[string]func([]Trial, *Options) (*loss, error){"derivatives": m.derivatives, "trajectories": m.trajectories} {
			l, err := of(trials, o)
			if err != nil {
				t.Fatal(err)
			}
			samples := []int{1, 0}
			grad := make([]float64, len(m.Params))
			if _, err := l.of(samples, grad); err != nil {
				t.Fatal(err)
			}
			size := 0.0
			for _, v := range grad {
				size = max(size, math.Abs(v))
			}
			value := func(i int, x float64) float64 {
				old := m.Params[i]
				m.Params[i] = old + x
				for _, f := range m.slopes() {
					f.net.Refresh()
				}
				v, err := l.of(samples, nil)
				if err != nil {
					t.Fatal(err)
				}
				m.Params[i] = old
				return v
			}
			worst := 0.0
			for i, got := range grad {
				const h = 2e-4
				once, twice := (value(i, h)-value(i, -h))/(2*h), (value(i, 2*h)-value(i, -2*h))/(4*h)
				worst = max(worst, math.Abs((4*once-twice)/3-got)/size)
			}
			t.Logf("%s, masses %v: %.1e of the largest of %d", name, masses, worst, len(grad))
			if size == 0 || worst > 1e-8 {
				t.Errorf("%s, masses %v: the gradient is off by %.2g of its largest component", name, masses, worst)
			}
		}
	}
}
