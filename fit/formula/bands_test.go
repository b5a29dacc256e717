package formula

import (
	"flag"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hnn/data"
	"hnn/fit/shoot"
	"hnn/model/expr"
)

var bandDraws = flag.Int("band-draws", 0, "draws of each system and noise of the bands' calibration, 0 for a few of two")

var firstBand = flag.Int("first-band", 0, "seed of the first of these draws")

var bandNoise = flag.Float64("band-noise", 0, "noise of these draws, 0 for 1% and 5%")

// swung is a system whose bands are calibrated.
type swung struct {
	name, names, h, terms string
	angles                int // so many of the first positions are angles
	drag, gain            float64
	start                 func(u func(lo, hi float64) float64) []float64
	step                  float64
}

var swings = []swung{
	{"spring", "q p", "q^2 + p^2", "q^2, p^2, q^4, q*p, p^4, q", 0, 0, 0, func(u func(lo, hi float64) float64) []float64 { return []float64{u(-1, 1), u(-1, 1)} }, 0.1},
	{"pendulum", "q p", "3*(1 - cos(q)) + p^2", "cos(q), p^2, cos(2*q), p^4, sin(q)", 1, 0, 0, func(u func(lo, hi float64) float64) []float64 { return []float64{u(-2, 2), u(-1, 1)} }, 0.08},
	{"duffing", "q p", "p^2/2 - q^2/2 + q^4/4", "p^2, q^2, q^4, q, q^3, p^4", 0, 0, 0, func(u func(lo, hi float64) float64) []float64 { return []float64{u(-1.5, 1.5), u(-1, 1)} }, 0.12},
	{"henon-heiles", "q1 q2 p1 p2", "(p1^2 + p2^2)/2 + (q1^2 + q2^2)/2 + q1^2*q2 - q2^3/3", "p1^2, p2^2, q1^2, q2^2, q1^2*q2, q2^3, q1*q2^2, q1*q2, p1*p2", 0, 0, 0,
		func(u func(lo, hi float64) float64) []float64 {
			return []float64{u(-.3, .3), u(-.3, .3), u(-.3, .3), u(-.3, .3)}
		}, 0.15},
	{"two-body", "x1 y1 x2 y2 px1 py1 px2 py2", "(px1^2 + py1^2 + px2^2 + py2^2)/2 - 1/sqrt((x1 - x2)^2 + (y1 - y2)^2)", "px1^2, py1^2, px2^2, py2^2, 1/sqrt((x1 - x2)^2 + (y1 - y2)^2), 1/((x1 - x2)^2 + (y1 - y2)^2), sqrt((x1 - x2)^2 + (y1 - y2)^2)", 0, 0, 0,
		func(u func(lo, hi float64) float64) []float64 {
			r, turn := u(.5, 1), u(0, 2*math.Pi)
			v := u(.85, 1.1) / math.Sqrt(4*r)
			c, s := math.Cos(turn), math.Sin(turn)
			return []float64{r * c, r * s, -r * c, -r * s, -v * s, v * c, v * s, -v * c}
		}, 0.12},
	{"driven", "q p", "p^2/2 - cos(q)", "p^2, cos(q), cos(2*q), p^4, sin(q)", 1, 0.15, 0.5, func(u func(lo, hi float64) float64) []float64 { return []float64{u(-1.5, 1.5), u(-1, 1)} }, 0.12},
}

const (
	swingTrials, swingRows = 12, 100
	bandStarts, bandRows   = 10, 60
	firstRows              = 30 // of a held-out record, to which a first state is fitted
	bandSamples            = 19 // their least and greatest are the bounds of 90%
)

func (k swung) truth(t testing.TB) *Formula {
	h, err := expr.Parse(k.h, strings.Fields(k.names))
	if err != nil {
		t.Fatal(err)
	}
	f := &Formula{N: len(strings.Fields(k.names)) / 2, Terms: []Term{{Expr: h, Coefficient: 1}}}
	if k.drag > 0 {
		f.Friction = []float64{k.drag}
	}
	if k.gain > 0 {
		f.Inputs, f.Gain = 1, []float64{k.gain}
	}
	return f
}

// trials are so many of the truth without noise.
func (k swung) trials(t testing.TB, rng *rand.Rand, trials, rows int) *data.Set {
	f := k.truth(t)
	system := motion(f)
	set := &data.Set{Dim: 2 * f.N, Offsets: []int{0}}
	for range trials {
		var u []float64
		if f.Inputs > 0 {
			set.InputNames = []string{"u"}
			rate, phase := 0.5+rng.Float64(), 2*math.Pi*rng.Float64()
			for r := range rows {
				u = append(u, math.Cos(rate*k.step*float64(r)+phase))
			}
			set.Inputs = append(set.Inputs, u...)
		}
		x := make([]float64, rows*set.Dim)
		system.Roll(k.start(func(lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }), u, k.step, 20, x)
		for r := range rows {
			set.T = append(set.T, k.step*float64(r))
		}
		set.X = append(set.X, x...)
		set.Offsets = append(set.Offsets, len(set.T))
	}
	return set
}

// Bands of 90% cover what they say, pointwise for each component, averaged over times to six tenths of a trial and over ten
// held-out starts: (a) from the true first state, (b) from one fitted to the first rows of a noisy record, whose own
// uncertainty is in the band. They are not much wider than the spread of the predictions over draws.
func TestBands(t *testing.T) {
	draws := *bandDraws
	few := draws == 0
	if few {
		draws = 12
	}
	for _, noise := range []float64{0.01, 0.05} {
		for i, k := range swings {
			if few && (i > 0 || noise > 0.01) || *bandNoise > 0 && noise != *bandNoise || *only != "" && k.name != *only {
				continue
			}
			names := strings.Fields(k.names)
			list, err := expr.ParseList(k.terms, names)
			if err != nil {
				t.Fatal(err)
			}
			held := k.trials(t, rand.New(rand.NewPCG(77, 5)), bandStarts, bandRows)
			d := held.Dim
			angles := make([]bool, d/2)
			for i := range k.angles {
				angles[i] = true
			}
			numbers := len(held.X)
			var covered, widths [2]float64
			var counted float64
			mean, square := [2][]float64{make([]float64, numbers), make([]float64, numbers)}, [2][]float64{make([]float64, numbers), make([]float64, numbers)}
			used := 0.0
			for draw := range draws {
				rng := rand.New(rand.NewPCG(uint64(*firstBand+draw), 31))
				set := k.trials(t, rng, swingTrials, swingRows)
				spread := set.Spread()
				add := func(x []float64) {
					for i := range x {
						x[i] += noise * spread[i%d] * rng.NormFloat64()
					}
				}
				add(set.X)
				f, r, err := Fit(set, list, Options{Angles: angles, Names: names, Conservative: k.drag == 0})
				if err != nil {
					t.Fatalf("%s, draw %d: %v", k.name, draw, err)
				}
				if Polish(f, set, r); f.Covariance == nil {
					t.Fatalf("%s, draw %d: no covariance", k.name, draw)
				}
				used++
				samples := f.Samples(rng, bandSamples)
				step := r.RungeKutta()
				coefficients := f.Coefficients()
				for s := range bandStarts {
					tt, truth, _ := held.Trial(s)
					trial := shoot.Trial{T: tt, X: slices.Clone(truth), U: held.InputSignal(s)}
					add(trial.X)
					begin := shoot.FirstWithErrors(motion(f.With(coefficients)), trial, firstRows, r.Noise, step)
					first := startSamples(begin, samples, coefficients, rng)
					for kind := range 2 {
						x0 := truth[:d]
						if kind == 1 {
							x0 = begin.State
						}
						central := make([]float64, len(truth))
						motion(f.With(coefficients)).RollTrial(x0, trial, step, central)
						rolls := make([][]float64, len(samples))
						for i, one := range samples {
							if kind == 1 {
								x0 = first[i]
							}
							rolls[i] = make([]float64, len(truth))
							motion(one).RollTrial(x0, trial, step, rolls[i])
						}
						for i := d; i < len(truth); i++ {
							lo, hi := math.Inf(1), math.Inf(-1)
							for _, x := range rolls {
								lo, hi = math.Min(lo, x[i]), math.Max(hi, x[i])
							}
							if lo <= truth[i] && truth[i] <= hi {
								covered[kind]++
							}
							widths[kind] += hi - lo
							at := s*bandRows*d + i
							mean[kind][at] += central[i]
							square[kind][at] += central[i] * central[i]
							if kind == 0 {
								counted++
							}
						}
					}
				}
			}
			var ratio [2]float64
			for kind := range 2 {
				total := 0.0
				for i := range numbers {
					if i%(bandRows*d) < d {
						continue
					}
					m := mean[kind][i] / used
					total += 2 * 1.645 * math.Sqrt(math.Max(square[kind][i]/used-m*m, 0)*used/(used-1)) * used
				}
				ratio[kind] = widths[kind] / total
			}
			t.Logf("%s, noise %v, %d draws, to t = %.3g: (a) covers %.1f%%, width %.2f of the spread; (b) covers %.1f%%, width %.2f",
				k.name, noise, draws, k.step*(bandRows-1), 100*covered[0]/counted, ratio[0], 100*covered[1]/counted, ratio[1])
			least, most := 0.86, 0.94
			if few {
				least, most = 0.7, 0.99 // of twelve draws, all numbers of one moving together
			}
			for kind, c := range covered {
				if c /= counted; c < least || c > most || ratio[kind] > 1.5 {
					t.Errorf("%s, noise %v, %s: covers %.1f%%, width %.2f of the spread", k.name, noise, []string{"true first state", "fitted first state"}[kind], 100*c, ratio[kind])
				}
			}
		}
	}
}

// startSamples are first states that go with samples of a formula.
func startSamples(begin *shoot.Start, samples []*Formula, coefficients []float64, rng *rand.Rand) [][]float64 {
	var out [][]float64
	for _, one := range samples {
		e := one.Coefficients()
		for i := range e {
			e[i] -= coefficients[i]
		}
		out = append(out, begin.Sample(e, rng))
	}
	return out
}
