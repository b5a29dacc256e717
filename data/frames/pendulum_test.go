package frames

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/internal/golden"
)

// Every frame that the authors' protocol gave elsewhere is one of ours, to within a few
// of 255 shades, at the angle that fits it best.
func TestPendulumLooksLikeGolden(t *testing.T) {
	x := golden.Load(t, "pixels-hnn-frames").Get(t, "x_u8")
	if len(x)%(2*Side*Side) != 0 || len(x) == 0 {
		t.Fatalf("%d pixels", len(x))
	}
	p := newPainter()
	frame := make([]uint8, 0, Side*Side)
	distance := func(want []float64, angle float64) (sum, worst float64) {
		frame = p.paint(frame[:0], angle)
		for i, v := range frame {
			d := math.Abs(float64(v) - want[i])
			sum += d * d
			worst = max(worst, d)
		}
		return sum, worst
	}
	for f := 0; f < len(x); f += Side * Side {
		want := x[f : f+Side*Side]
		best, at := math.Inf(1), 0.0
		for step := 0.02; step > 1e-5; step /= 8 {
			from := at
			for k := -40; k <= 40; k++ {
				a := from + float64(k)*step
				if s, _ := distance(want, a); s < best {
					best, at = s, a
				}
			}
		}
		_, worst := distance(want, at)
		if rms := math.Sqrt(best / Side / Side); worst > 5 || rms > 0.6 {
			t.Errorf("frame %d: off by at most %.0f and in the mean by %.2f of 255 at its best angle %.3f", f/Side/Side, worst, rms, at)
		}
	}
}

// The area of what is drawn, and where its centre lies, follow from geometry.
func TestPaintMoments(t *testing.T) {
	p := newPainter()
	const r, a = rodWidth / 2, axleRadius
	area := rodLength*rodWidth + math.Pi*r*r - math.Pi*a*a
	for _, angle := range []float64{-0.5, -0.2, 0, 0.1, 0.45} {
		frame := p.paint(nil, angle)
		var sum, mx, my float64
		for i, v := range frame {
			sum += float64(v)
			mx += float64(v) * (cropLeft + (float64(i%Side)+0.5)*cropSide/Side)
			my += float64(v) * (cropTop - (float64(i/Side)+0.5)*cropSide/Side)
		}
		pixel := cropSide * cropSide / Side / Side
		if got := sum / rodContrast * pixel; math.Abs(got-area) > 2e-3*area {
			t.Errorf("angle %v: area %.5f, want %.5f", angle, got, area)
		}
		// The axle's hole has its centre at the origin: the rod's centre is moved out.
		out := rodLength / 2 * (area + math.Pi*a*a) / area
		gx, gy := math.Sin(angle)*out, -math.Cos(angle)*out
		if d := math.Hypot(mx/sum-gx, my/sum-gy); d > 1e-3 {
			t.Errorf("angle %v: centre (%.4f, %.4f), want (%.4f, %.4f)", angle, mx/sum, my/sum, gx, gy)
		}
	}
}

func TestPendulum(t *testing.T) {
	s := Pendulum(rand.New(rand.NewPCG(1, 2)), 50, 103)
	var widest float64
	for i := range s.Trials {
		if s.Frames(i) != 103 || len(s.Trials[i].States) != 206 {
			t.Fatalf("trial %d: %d frames, %d states", i, s.Frames(i), len(s.Trials[i].States))
		}
		x := s.Trials[i].States
		widest = max(widest, math.Abs(x[0]))
		if math.Abs(x[0]) >= math.Pi/6 || math.Abs(x[1]) >= 1 {
			t.Errorf("trial %d begins at %v", i, x[:2])
		}
		// The velocity is that of the way between the last two frames, which an observation
		// shows; and the modified energy of the symplectic Euler method, to first order in the
		// time step, is conserved to second.
		energy := func(q, v float64) float64 {
			return v*v/2 + stiffness*(1-math.Cos(q)) - TimeStep/2*stiffness*v*math.Sin(q)
		}
		first := energy(x[0], x[1])
		for k := 2; k < len(x); k += 2 {
			if d := (x[k]-x[k-2])/TimeStep - x[k+1]; math.Abs(d) > 1e-12 {
				t.Fatalf("trial %d, frame %d: velocity %v, and the angle moved by %v", i, k/2, x[k+1], x[k]-x[k-2])
			}
			if e := energy(x[k], x[k+1]); math.Abs(e/first-1) > 0.02 {
				t.Fatalf("trial %d, frame %d: modified energy %v, at first %v", i, k/2, e, first)
			}
		}
	}
	if widest < 0.9*math.Pi/6 {
		t.Errorf("of 50 initial angles the widest is %v", widest)
	}
	again := Pendulum(rand.New(rand.NewPCG(1, 2)), 1, 5)
	for i, v := range again.Trials[0].Pixels {
		if v != s.Trials[0].Pixels[i] {
			t.Fatal("the same seed drew another film")
		}
	}
}

func BenchmarkPendulum(b *testing.B) {
	for b.Loop() {
		Pendulum(rand.New(rand.NewPCG(1, 2)), 2, 103)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/206, "us/frame")
}
