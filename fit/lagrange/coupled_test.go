package lagrange

import (
	"math"
	"testing"
)

// Joints rub by the difference of their links' speeds, so that the friction matrix is (c1 + c2, -c2; -c2, c2): exact rows show
// it by rollouts, rows with noise by the simulation error, as far as it says. Where joints rub by the speeds of the links
// themselves the matrix stays diagonal.
func TestJointsRub(t *testing.T) {
	const c1, c2 = 0.15, 0.2
	for _, c := range []struct {
		name     string
		joints   bool
		noise    float64
		within   float64 // of R relative to c2, some five standard errors by the simulation error
		rollouts float64
	}{
		{"exact", true, 0, 1e-6, 1e-6},
		{"1%", true, 0.01, 0.02, 1e-3},
		{"each link, 1%", false, 0.01, 0.02, 1e-3},
	} {
		s := doublePendulum
		couple := 0.0
		if c.joints {
			couple = -c2
		}
		s.acc = func(q, v, _, a []float64) {
			doublePendulum.acc(q, v, nil, a)
			cos := math.Cos(q[0] - q[1])
			r0, r1 := -(c1+c2)*v[0]-couple*v[1], -couple*v[0]-c2*v[1]
			det := 2 - cos*cos
			a[0] += (r0 - cos*r1) / det
			a[1] += (2*r1 - cos*r0) / det
		}
		set := s.draw(12, 3, c.noise)
		l, r, err := Fit(set, Options{Angles: s.angles})
		if err != nil {
			t.Fatal(c.name, err)
		}
		Polish(l, set, r)
		if l.Symmetric != c.joints {
			t.Errorf("%s: friction between coordinates is %v", c.name, l.Symmetric)
			continue
		}
		unit := l.Coefficients[l.Library.Constant+2*l.Library.Size()] // M of the second link is 1
		for p, pair := range l.FrictionPairs() {
			want := c1 + c2
			if pair[1] == 1 {
				want = c2
			}
			if pair[0] != pair[1] {
				want = couple
			}
			if got := l.Coefficients[l.Layout().Viscous+p] / unit; !(math.Abs(got-want) < c.within*c2) {
				t.Errorf("%s: R%v is %.4g of the second link's M, %.4g is right", c.name, pair, got, want)
			}
		}
		if _, after := s.score(l); !(after < c.rollouts) {
			t.Errorf("%s: rollouts are off by %.2g after 5 s", c.name, after)
		}
		if r.evidence == nil || len(r.Free) != len(used(l)) || r.Terms != len(used(l)) {
			t.Errorf("%s: the report is of another law", c.name)
		}
	}
}
