package fit

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hnn/internal/parallel"
	"hnn/model"
	"hnn/model/network"
)

// power is the field x^n of numbers, with no parameters.
// power is the field x^n.
func power(n float64) *model.Pass[float64] {
	return &model.Pass[float64]{Field: func(x, dx []float64, rows int) {
		for i, v := range x[:rows] {
			dx[i] = math.Pow(v, n)
		}
	}}
}

// Of x^2 the nonlinear part between a and b is -(a-b)^2/4, of a linear field it is none.
func TestLinearPassMeasure(t *testing.T) {
	for _, c := range []struct{ n, gaps, spans float64 }{
		{1, 0, (1*1 + 4*4) / 4.},
		{2, (1*1*1*1 + 4*4*4*4) / 16., (3*3 + 8*8) / 4.}, // 1, 2 and -1, 3
	} {
		k := linearPass[float64]{pass: power(c.n), x: []float64{1, -1, 2, 3, 1.5, 1}, f: make([]float64, 6)}
		if k.measure(1); k.gaps != c.gaps || k.spans != c.spans {
			t.Errorf("x^%v: %v and %v, want %v and %v", c.n, k.gaps, k.spans, c.gaps, c.spans)
		}
	}
}

// Without a loss, which is data that the model meets exactly, there is no pull; the pull
// that there is grows with the loss alone.
func TestLinearPriorFollowsTheNoise(t *testing.T) {
	net := newNetwork[float64](t, small)
	pool := parallel.NewPool(2)
	defer pool.Close()
	p := newLinearPrior(net, pool, turns[float64](many(4, 10), 0.05, 1).X, 8)
	at := func(loss float64) (float64, []float64) {
		grad := make([]float64, len(net.Params()))
		with, _ := p.add(loss, grad, nil)
		return with, grad
	}
	if with, grad := at(0); with != 0 || slices.ContainsFunc(grad, func(v float64) bool { return v != 0 }) {
		t.Errorf("of no loss %v", with)
	}
	one, pull := at(1)
	two, twice := at(2)
	if !(one > 1) || two != 2*one {
		t.Errorf("a loss of 1 became %v, of 2 %v", one, two)
	}
	for i := range pull {
		if twice[i] != 2*pull[i] { // exact: a product by 2
			t.Fatalf("parameter %d is pulled by %v and %v", i, pull[i], twice[i])
		}
	}
}

// What noise makes a network learn of a linear system, the change of its energy, falls: here
// to 0.52 times, in the mean over draws.
func TestLinearPriorAgainstNoise(t *testing.T) {
	missed := func(m float64) (mean float64) {
		const draws = 3
		for draw := range uint64(draws) {
			a := small
			a.Hidden = []int{16, 16}
			net := newNetwork[float32](t, a)
			o := Options{Steps: 400, LearningRate: 3e-3, Schedule: Schedule{Kind: "cosine"}}
			tr, err := New(net, Trajectories(turns[float32](many(20, 20), 0.15, 10+draw), Trials[float32]{},
				Shooting{GrowFrom: 2, FitStates: true, LinearPrior: m}), o, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := tr.Run(context.Background(), nil); err != nil {
				t.Fatal(err)
			}
			tr.Close()
			field, rng := network.Widen(net).Field().Free(), rand.New(rand.NewPCG(5, 6))
			x, dx := make([]float64, 2), make([]float64, 2)
			for range 200 {
				radius, phase := rng.Float64(), 7*rng.Float64()
				x[0], x[1] = radius*math.Cos(phase), radius*math.Sin(phase)
				field(0, x, dx)
				mean += math.Pow(2*x[0]*dx[0]+2*x[1]*dx[1], 2) / (200 * draws) // of dH/dt
			}
		}
		return mean
	}
	without, with := missed(0), missed(10)
	t.Logf("mean squared dH/dt %.3g, with the prior %.3g", without, with)
	if !(with < 0.75*without) {
		t.Errorf("the mean squared dH/dt is %v, %v without the prior", with, without)
	}
}
