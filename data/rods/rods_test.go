package rods

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hnn/data"
)

// swinging are three points on a chain of rods and a branch, the pivot off the origin, columns in a mixed order.
func swinging(noise float64, velocities bool) (*data.Set, *Chain) {
	rng := rand.New(rand.NewPCG(2, 2))
	truth := &Chain{Pivot: [2]float64{0.4, 2}, Rods: []Rod{{From: -1, To: 1, Length: 1}, {From: 1, To: 0, Length: 0.6}, {From: 1, To: 2, Length: 0.8}}}
	s := &data.Set{Dim: 6, PositionsOnly: !velocities, Offsets: []int{0, 150, 300}}
	if velocities {
		s.Dim = 12
	}
	for r := range 300 {
		t := 0.02 * float64(r)
		s.T = append(s.T, t)
		angle := func(t float64) []float64 {
			return []float64{1.2 * math.Sin(2*t), 3*t + 0.4*math.Sin(5*t), -0.9 * math.Cos(3*t)}
		}
		x, ahead, behind := make([]float64, 6), make([]float64, 6), make([]float64, 6)
		truth.Points(angle(t), x)
		truth.Points(angle(t+1e-5), ahead)
		truth.Points(angle(t-1e-5), behind)
		for i := range x {
			x[i] += noise * rng.NormFloat64()
		}
		s.X = append(s.X, x...)
		for i := range x {
			if velocities {
				s.X = append(s.X, (ahead[i]-behind[i])/2e-5)
			}
		}
	}
	return s, truth
}

// Rods, lengths and the pivot are found, with and without noise, and points come back from the angles.
func TestFind(t *testing.T) {
	for _, noise := range []float64{0, 0.005} {
		s, truth := swinging(noise, noise == 0)
		c, err := Find(s, nil)
		if err != nil {
			t.Fatal(err)
		}
		// 300 rows leave a twentieth of the noise, of the pivot, whose arc is short, a few times that.
		close := func(a, b float64) bool { return math.Abs(a-b) < 1e-9+noise/2 }
		if len(c.Rods) != 3 || !close(c.Pivot[0], truth.Pivot[0]) || !close(c.Pivot[1], truth.Pivot[1]) {
			t.Fatalf("noise %v: %+v", noise, c)
		}
		for _, want := range truth.Rods {
			found := false
			for _, r := range c.Rods {
				found = found || r.From == want.From && r.To == want.To && close(r.Length, want.Length)
			}
			if !found {
				t.Errorf("noise %v: no rod %+v in %+v", noise, want, c.Rods)
			}
		}
		a, err := c.Angles(s)
		if err != nil {
			t.Fatal(err)
		}
		back := make([]float64, 6)
		for r := range a.Rows() {
			c.Points(a.X[r*a.Dim:r*a.Dim+3], back)
			for i, v := range back {
				if math.Abs(v-s.X[r*s.Dim+i]) > 1e-9+8*noise {
					t.Fatalf("noise %v: row %d: point %v, was %v", noise, r, back, s.X[r*s.Dim:r*s.Dim+6])
				}
			}
			if r > 0 && r != 150 && math.Abs(a.X[r*a.Dim+1]-a.X[(r-1)*a.Dim+1]) > 1 {
				t.Fatalf("an angle jumps at row %d", r)
			}
			if noise == 0 && math.Abs(a.X[r*a.Dim+3]-2.4*math.Cos(2*s.T[r])) > 1e-8 {
				t.Fatalf("row %d: an angular velocity of %v, want %v", r, a.X[r*a.Dim+3], 2.4*math.Cos(2*s.T[r]))
			}
		}
	}
}

// Points without rods, and rigid bodies, are refused in words.
func TestFindRefuses(t *testing.T) {
	s, _ := swinging(0, false)
	loose := *s
	loose.X = append([]float64(nil), s.X...)
	for r := range s.T {
		loose.X[6*r] += 0.3 * math.Sin(7*s.T[r])
	}
	if _, err := Find(&loose, nil); err == nil || !strings.Contains(err.Error(), "point 1") {
		t.Errorf("a loose point: %v", err)
	}
	rigid := *s
	rigid.X = append([]float64(nil), s.X...)
	for r := range s.T { // the third point is the middle of the first rod's other end and the first point
		for c := range 2 {
			rigid.X[6*r+4+c] = (s.X[6*r+c] + s.X[6*r+2+c]) / 2
		}
	}
	if _, err := Find(&rigid, nil); err == nil || !strings.Contains(err.Error(), "rigid") {
		t.Errorf("three points of a body: %v", err)
	}
}
