package shoot

import (
	"math"
	"math/rand/v2"
	"testing"
)

// duffing is x” = -a x - b x' - c x^3 with parameters a, b, c.
func duffing(parameters ...float64) *System {
	s := &System{Dim: 2, Parameters: parameters}
	rate := func(x, _, dx, byX, byP []float64) bool {
		p := s.Parameters
		dx[0], dx[1] = x[1], -p[0]*x[0]-p[1]*x[1]-p[2]*x[0]*x[0]*x[0]
		if byX != nil {
			byX[0], byX[1], byX[2], byX[3] = 0, 1, -p[0]-3*p[2]*x[0]*x[0], -p[1]
			copy(byP, []float64{0, -x[0], 0, -x[1], 0, -x[0] * x[0] * x[0]})
		}
		return true
	}
	s.Rate = rate
	s.Copy = func() func(x, u, dx, byX, byP []float64) bool { return rate }
	return s
}

// swing is a trial of positions with noise.
func swing(s *System, x0 []float64, rows int, noise float64) Trial {
	rng := rand.New(rand.NewPCG(3, 7))
	t := Trial{X: make([]float64, 2*rows)}
	for i := range rows {
		t.T = append(t.T, 0.1*float64(i))
	}
	s.RollTrial(x0, t, 0.01, t.X)
	for i := range rows {
		t.X[2*i] += noise * rng.NormFloat64()
		t.X[2*i+1] = math.NaN()
	}
	return t
}

// A first state fitted to rows of positions is the true one within what their noise leaves, which is less than a
// difference of two positions would leave of the velocity, and exactly where there is none.
func TestFirst(t *testing.T) {
	s := duffing(1, 0.1, 0.5)
	want := []float64{0.8, -0.6}
	for _, noise := range []float64{0, 0.01} {
		got, left := First(s, swing(s, want, 50, noise), 50, []float64{max(noise, 1e-9), 0}, 0.02)
		// Fifty rows of a decaying swing leave about noise/4 of the position and of the velocity.
		if most := 1e-6 + noise; math.Abs(got[0]-want[0]) > most || math.Abs(got[1]-want[1]) > most {
			t.Errorf("noise %v: %v, want %v", noise, got, want)
		}
		if noise > 0 && (left < 0.5 || left > 1.7) {
			t.Errorf("squared residual of a number %v in units of its noise, want about 1", left)
		}
	}
}

// The same parameters come out for any number of workers, bit for bit, and they are the true ones.
func TestFitWorkers(t *testing.T) {
	var first []float64
	for _, shared := range []bool{true, false} {
		truth := duffing(1, 0.1, 0.5)
		var trials []Trial
		for i := range 6 {
			trials = append(trials, swing(truth, []float64{0.3 * float64(i), 1 - 0.2*float64(i)}, 101, 0.003))
		}
		s := duffing(0.9, 0.2, 0.7)
		if !shared {
			s.Copy = nil
		}
		r := Fit(s, trials, Options{Noise: []float64{0.003, 0}, Windows: []int{20, 50}, Step: 0.05})
		for i, want := range truth.Parameters {
			if d := math.Abs(s.Parameters[i] - want); d > 5*r.Errors[i] || d > 0.01 {
				t.Errorf("parameter %d is %v (standard error %.1e), want %v", i, s.Parameters[i], r.Errors[i], want)
			}
		}
		if first == nil {
			first = s.Parameters
			continue
		}
		for i, v := range s.Parameters {
			if v != first[i] {
				t.Errorf("parameter %d is %v by one worker, %v by several", i, v, first[i])
			}
		}
	}
}

// The parameters of the length of windows that is judged best stay, whatever comes after.
func TestJudge(t *testing.T) {
	s := duffing(1.1, 0.2, 0.4)
	trial := swing(duffing(1, 0.1, 0.5), []float64{0.8, -0.6}, 81, 0.05)
	answers := []float64{3, 2, 1, 4, 5}
	var best []float64
	asked := 0
	r := Fit(s, []Trial{trial}, Options{Noise: []float64{0.05, 0}, Windows: []int{10, 20, 40, 80, 81}, Step: 0.05, Judge: func() float64 {
		if answers[asked] == 1 {
			best = append(best, s.Parameters...)
		}
		asked++
		return answers[asked-1]
	}})
	if asked != 5 || r.Window != 20 || len(best) != 3 || s.Parameters[0] != best[0] || s.Parameters[2] != best[2] {
		t.Errorf("asked %d times, window %d, parameters %v; want 5 times (two without a gain end it), window 20 and its parameters %v", asked, r.Window, s.Parameters, best)
	}
}
