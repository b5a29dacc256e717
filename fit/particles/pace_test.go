package particles

import (
	"math"
	"testing"
)

// Times and masses that are off by a factor are told by it, with forces and without, at steps of which a particle's turn has some fifty and some
// ten; momenta that are divided by wrong masses are told from wrong times; and frames far apart tell nothing.
func TestPace(t *testing.T) {
	for _, every := range []int{10, 50} {
		d, _ := liquid(t, 3, 12, every)
		times := func(factor float64) (p Pace) {
			e := *d
			e.Times = nil
			for _, x := range d.Times {
				e.Times = append(e.Times, x*factor)
			}
			return e.Pace()
		}
		for _, factor := range []float64{1, 1000, 0.0982} {
			p := times(factor)
			t.Logf("every %d, times x %v: %+v", every, factor, p)
			// The rule's error is of fourth order in the time between frames, and its curved part bears most of it.
			if !(math.Abs(math.Log(p.Positions*factor)) < 0.02+p.Unsure && math.Abs(math.Log(p.Curve*factor*factor)) < 0.35) {
				t.Errorf("every %d, times x %v: %+v", every, factor, p)
			}
		}
		e := *d
		e.Mass = nil
		for _, m := range d.Mass {
			e.Mass = append(e.Mass, 40*m)
		}
		if p := e.Pace(); !(math.Abs(math.Log(p.Positions)) < 0.02+p.Unsure && math.Abs(math.Log(p.Curve/40)) < 0.35) {
			t.Errorf("every %d, masses x 40: %+v", every, p)
		}
		e = *d
		e.F = nil
		p := e.Pace()
		t.Logf("every %d, no forces: %+v", every, p)
		if every == 10 && !(math.Abs(math.Log(p.Positions)) < 0.01) || p.Positions != 0 && !(math.Abs(math.Log(p.Positions)) < 0.1+p.Unsure) {
			t.Errorf("every %d, no forces: %+v", every, p)
		}
	}
	d, _ := liquid(t, 3, 6, 1000)
	d.F = nil
	if p := d.Pace(); p.Positions != 0 || !(p.Follow < 0.7) {
		t.Errorf("frames far apart: %+v", p)
	}
}

// What a fit leaves is a part of the forces: 0 of forces that are of pairs, and of noise added to them its part.
func TestLeft(t *testing.T) {
	d, _ := liquid(t, 4, 8, 40)
	l, err := Forces(d, Options{Cutoff: 2.5})
	if err != nil {
		t.Fatal(err)
	}
	if !(l.Left < 1e-6) {
		t.Errorf("exact forces: %v left", l.Left)
	}
	size, n := 0.0, 0
	for _, f := range d.F {
		for i, v := range f {
			size, n = size+v*v, n+1
			f[i] = v + 3*math.Sin(float64(1000*n)*float64(n)) // of root mean square 3 / sqrt 2, and of no pairs
		}
	}
	if l, err = Forces(d, Options{Cutoff: 2.5}); err != nil {
		t.Fatal(err)
	}
	noise := 4.5
	want := math.Sqrt(noise / (noise + size/float64(n)))
	t.Logf("left %.4f, want %.4f", l.Left, want)
	if !(math.Abs(l.Left/want-1) < 0.03) { // 6144 equations: two errors of the noise's size are 2%
		t.Errorf("left %v, want %v", l.Left, want)
	}
	if _, err := Forces(&Data{Box: d.Box, Mass: d.Mass, Kind: d.Kind, Kinds: 1, Times: d.Times[:1], X: d.X[:1], F: d.F[:1]}, Options{Cutoff: 2.5, Coefficients: 800}); err == nil {
		t.Error("768 equations for 800 coefficients were solved")
	}
}
