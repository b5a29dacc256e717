package eval

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"hnn/data/frames"
	"hnn/model"
)

// Films of two pixels that show a state (q, p) as 128 + 100 q and 128 + 100 p, in bytes: a
// quarter turn from frame to frame and amplitudes in hundredths are exact.
const (
	pictureZero  = 128. / 255
	pictureScale = 100. / 255
	quarter      = math.Pi / 2
)

// turningFilms has a film for each amplitude; the k-th begins k quarters further on. The
// pendulum's coordinates are angle = 0.4 q and momentum = 0.3 p.
func turningFilms(length int, amplitudes ...float64) *frames.Set {
	s := &frames.Set{Width: 2, Height: 1}
	for i, a := range amplitudes {
		var t frames.Trial
		for k := range length {
			q, p := turned(a, i+k)
			t.Pixels = append(t.Pixels, uint8(math.Round(128+100*q)), uint8(math.Round(128+100*p)))
			t.States = append(t.States, 0.4*q, 0.3*p/PixelMomentum)
		}
		s.Trials = append(s.Trials, t)
	}
	return s
}

// turned is (a, 0) after so many quarter turns by dq/dt = p, dp/dt = -q.
func turned(a float64, quarters int) (q, p float64) {
	return []float64{a, 0, -a, 0}[quarters%4], []float64{0, -a, 0, a}[quarters%4]
}

// newPictureModel sees two of these frames at once. Its encoder is exact; its decoder shows
// states shrunk. In time states turn at a rate and decay.
func newPictureModel(rate, decay, shrink float64) *model.Field {
	m := moving(2, func(x, dx []float64) {
		dx[0], dx[1] = rate*x[1]-decay*x[0], -rate*x[0]-decay*x[1]
	})
	m.Pixels = &model.Pixels{Width: 2, Height: 1, Stack: 2}
	m.Encode = func() func(x, z []float64, rows int) {
		return func(x, z []float64, rows int) {
			for r := range rows { // the newer frame is the last
				for j := range 2 {
					z[2*r+j] = (x[4*r+2+j] - pictureZero) / pictureScale
				}
			}
		}
	}
	m.Decode = func() func(z, x []float64, rows int) {
		return func(z, x []float64, rows int) {
			for r := range rows {
				q, p := shrink*z[2*r], shrink*z[2*r+1]
				for i, v := range []float64{-p, q, q, p} { // a quarter turn back, and now
					x[4*r+i] = pictureZero + pictureScale*v
				}
			}
		}
	}
	return m
}

// pixelError is the mean square of a pixel's difference between what the model shows after
// k frames and the film: the distance of two points of a plane, by the law of cosines.
func pixelError(a, rate, decay, shrink float64, k int) float64 {
	length := shrink * math.Exp(-decay*float64(k))
	return pictureScale * pictureScale * a * a * (1 + length*length - 2*length*math.Cos((rate-quarter)*float64(k))) / 2
}

func TestPixelLoss(t *testing.T) {
	const length = 30 // 28 windows, whole turns
	const tol = 1e-7  // shades are float32
	amplitudes := []float64{1, 0.6}
	set := turningFilms(length, amplitudes...)
	windows := set.Windows(0, 2, 2, 1)
	for _, c := range []struct{ rate, decay, shrink float64 }{{quarter, 0, 1}, {1, 1, 1}, {0.7, 0.2, 0.8}} {
		r := PixelLoss(newPictureModel(c.rate, c.decay, c.shrink), set, windows, 2)
		var loss, picture float64
		for _, a := range amplitudes {
			// z' = (p, -q): of the velocity p - (q' - q) = q is left, in the mean a^2/2, and
			// of the prediction ((1 - rate) p - (1 - decay) q, -(1 - rate) q - (1 - decay) p).
			shown := pixelError(a, quarter, 0, c.shrink, 0)
			picture += shown / 2
			loss += (shown + a*a/2 + 0.1*((1-c.rate)*(1-c.rate)+(1-c.decay)*(1-c.decay))*a*a/2) / 2
		}
		if d := math.Abs(r.Mean - loss); !(d < tol) {
			t.Errorf("%v: loss %v, want %v", c, r.Mean, loss)
		}
		if d := math.Abs(r.Reconstruction - picture); !(d < tol) {
			t.Errorf("%v: reconstruction %v, want %v", c, r.Reconstruction, picture)
		}
	}
	if r := PixelLoss(newPictureModel(1, 0, 1), set, nil, 1); !math.IsNaN(r.Mean) || !math.IsNaN(r.Reconstruction) {
		t.Errorf("of no windows: %+v", r)
	}
}

func TestPixelRollout(t *testing.T) {
	amplitudes := []float64{1, 0.9, 0.8, 0.6, 0.5}
	for _, c := range []struct {
		name                string
		points              int
		rate, decay, shrink float64
		kept                float64
	}{
		// The last 24 of 48 frames begin 24 after the first 24, whole turns; so do the last
		// 100 of 240 and the first 100 by 140. A decay shrinks everything seen by so much.
		{"exact", 48, quarter, 0, 1, 1},
		{"too fast", 48, quarter + 0.01, 0, 1, math.NaN()},
		{"damped", 48, quarter, 0.02, 1, math.Exp(-24 * 0.02)},
		{"damped, long", 240, quarter, 0.005, 1, math.Exp(-140 * 0.005)},
		{"driven", 48, quarter, -0.01, 1, math.Exp(24 * 0.01)},
		{"shown smaller", 48, quarter, 0, 0.9, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			films := turningFilms(c.points+1, amplitudes...)
			m := newPictureModel(c.rate, c.decay, c.shrink)
			// The map is fitted to what the encoder sees in the films: it is 0.4 q, 0.3 p.
			windows := films.Windows(0, len(amplitudes), 2, 0)
			var coordinates []float64
			for _, w := range windows {
				qp := PixelCoordinates(films, w)
				coordinates = append(coordinates, qp[:]...)
			}
			fitted, err := FitLatentMap(Encode(m, films, windows, 1), 2, coordinates, 2)
			if err != nil {
				t.Fatal(err)
			}
			const energyPoints = 30
			r, err := PixelRollout(m, films, PixelOptions{Options: Options{Workers: 2}, Map: fitted, EnergyFrames: energyPoints})
			if err != nil || r.Err() != nil {
				t.Fatal(err, r.Err())
			}
			// The integration's tolerance is 1e-6 a step, and its errors add up.
			const tol = 2e-4
			for k, got := range r.PixelMSE {
				var want float64
				for _, a := range amplitudes {
					want += pixelError(a, c.rate, c.decay, c.shrink, k) / float64(len(amplitudes))
				}
				if math.Abs(math.Sqrt(got)-math.Sqrt(want)) > tol*pictureScale {
					t.Fatalf("frame %d: pixel MSE %v, want %v", k, got, want)
				}
			}
			var energies, long []float64
			for i, a := range amplitudes {
				var e, all float64
				for k := range c.points {
					// The film's state at the rollout's start is a quarter on from its first frame's.
					q, p := turned(a, i+1+k)
					length := c.shrink * math.Exp(-c.decay*float64(k))
					sin, cos := math.Sincos((c.rate - quarter) * float64(k))
					seen := 1.9*(1-math.Cos(0.4*length*(cos*q+sin*p))) + math.Pow(0.3*length*(cos*p-sin*q), 2)
					square := math.Pow(seen-(1.9*(1-math.Cos(0.4*q))+math.Pow(0.3*p, 2)), 2)
					if all += square / float64(c.points); k < energyPoints {
						e += square / energyPoints
					}
				}
				energies, long = append(energies, e), append(long, all)
				if math.Abs(math.Sqrt(r.States[i])-math.Sqrt(e)) > tol {
					t.Errorf("film %d: energy MSE %v, want %v", i, r.States[i], e)
				}
				if kept := r.Kept[i]; !math.IsNaN(c.kept) && math.Abs(kept-c.kept) > tol {
					t.Errorf("film %d: %v of the amplitude kept, want %v", i, kept, c.kept)
				}
			}
			if mean := stat.Mean(long, nil); math.Abs(r.LongEnergy.Mean-mean) > tol*math.Sqrt(mean)+tol*tol {
				t.Errorf("energy MSE over all frames %v, want %v", r.LongEnergy.Mean, mean)
			}
			mean, sem := stat.Mean(energies, nil), stat.PopStdDev(energies, nil)/math.Sqrt(5)
			if math.Abs(r.Energy.Mean-mean) > tol*math.Sqrt(mean)+tol*tol || math.Abs(r.Energy.SEM-sem) > tol*math.Sqrt(mean)+tol*tol {
				t.Errorf("energy MSE %+v, want %v +- %v", r.Energy, mean, sem)
			}
		})
	}
}

// Without known coordinates the swing is that of the first latent one, and energies have no
// value; too few frames, or a rollout that ends early, leave no swing.
func TestPixelRolloutOfUnknownFilms(t *testing.T) {
	roll := func(m *model.Field, length int) *PixelResult {
		t.Helper()
		r, err := PixelRollout(m, turningFilms(length, 1, 0.5), PixelOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := roll(newPictureModel(quarter, 0.02, 1), 49)
	if d := math.Abs(r.Kept[1] - math.Exp(-24*0.02)); !(d < 1e-4) || !math.IsNaN(r.Energy.Mean) || r.States != nil {
		t.Errorf("%v of the amplitude kept, energy %v", r.Kept, r.Energy)
	}
	if r := roll(newPictureModel(quarter, 0, 1), 4); !math.IsNaN(r.Kept[0]) {
		t.Errorf("of three frames %v of the amplitude is kept", r.Kept)
	}
	diverging := newPictureModel(0, 0, 1)
	diverging.Many = moving(2, func(x, dx []float64) { dx[0], dx[1] = 1+x[0]*x[0], 0 }).Many // a tangent
	if r := roll(diverging, 49); r.Err() == nil || !math.IsNaN(r.Kept[0]) || !math.IsNaN(r.PixelMSE[48-1]) {
		t.Errorf("a diverging model: error %v, %v kept, pixel MSE %v", r.Err(), r.Kept, r.PixelMSE)
	}
}

func TestPixelRolloutErrors(t *testing.T) {
	m := newPictureModel(quarter, 0, 1)
	unequal := turningFilms(9, 1, 1)
	unequal.Trials[1].Pixels = unequal.Trials[1].Pixels[:8]
	wide := turningFilms(9, 1)
	wide.Width, wide.Height = 1, 2
	for says, films := range map[string]*frames.Set{
		"0 films":               {Width: 2, Height: 1},
		"1 x 2 pixels":          wide,
		"film 1 has 4 frames":   unequal,
		"longer than the 2 tha": turningFilms(2, 1),
	} {
		if _, err := PixelRollout(m, films, PixelOptions{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error is %v, want one that says %q", err, says)
		}
	}
}

// An affine map is found as it is, and what no such map explains is in the residual: the
// same states twice, with coordinates a little more and a little less.
func TestFitLatentMap(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const rows, off = 20, 0.03
	var z, c []float64
	for range rows {
		a, b, d := rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()
		for _, sign := range []float64{1, -1} {
			z = append(z, a, b, d)
			c = append(c, 2*a-b+0.5*d+7+sign*off, -a+3)
		}
	}
	m, err := FitLatentMap(z, 3, c, 2)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float64, 2)
	m.Apply([]float64{0.1, -0.2, 0.4}, got)
	if want := []float64{0.2 + 0.2 + 0.2 + 7, -0.1 + 3}; !floats.EqualApprox(got, want, 1e-12) {
		t.Errorf("mapped to %v, want %v", got, want)
	}
	if want := []float64{off, 0}; !floats.EqualApprox(m.Residual, want, 1e-12) {
		t.Errorf("residual %v, want %v", m.Residual, want)
	}
	for _, c := range [][2]int{{3, 6}, {4, 6}} {
		if _, err := FitLatentMap(make([]float64, 3*c[0]), 3, make([]float64, c[1]), 2); err == nil {
			t.Errorf("%d states and %d coordinates were fitted", c[0], c[1])
		}
	}
}
