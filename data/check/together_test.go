package check

import (
	"math"
	"strings"
	"testing"

	"hnn/data"
)

// swing is a pendulum's motion in small steps by leapfrog.
func swing(q, p float64, rows int, change func(t, q, p float64) (float64, float64, float64)) *data.Set {
	s := &data.Set{Dim: 2, Names: []string{"q", "p"}, Offsets: []int{0, rows}}
	const step = 0.05
	for i := range rows {
		u, a, b := change(float64(i)*step, q, p)
		s.T, s.X = append(s.T, u), append(s.X, a, b)
		for range 20 {
			p -= step / 40 * math.Sin(q)
			q += step / 20 * p
			p -= step / 40 * math.Sin(q)
		}
	}
	return s
}

// Of two files of one system in other units, of another sign, or with the same rows, it is said
// which and by how much; of two that are sound nothing is.
func TestTogether(t *testing.T) {
	as := func(t, q, p float64) (float64, float64, float64) { return t, q, p }
	a := swing(1.2, 0, 300, as)
	for name, c := range map[string]struct {
		set      *data.Set
		severity Severity
		want     string
	}{
		"another start":  {swing(-0.3, 0.9, 300, as), Note, ""},
		"small":          {swing(0.1, 0, 300, as), Note, ""},
		"later, shorter": {swing(0.4, 1, 100, func(t, q, p float64) (float64, float64, float64) { return t + 1e4, q, p }), Note, ""},
		"milliseconds":   {swing(-0.3, 0.9, 300, func(t, q, p float64) (float64, float64, float64) { return t * 1000, q, p }), Refusal, "1000 times as large"},
		"sign":           {swing(-0.3, 0.9, 300, func(t, q, p float64) (float64, float64, float64) { return t, q, -p }), Refusal, "is its sign wrong?"},
		"mass":           {swing(-0.3, 0.9, 300, func(t, q, p float64) (float64, float64, float64) { return t, q, 2.5 * p }), Warning, "2.5 times as large"},
		"centimetres":    {swing(-0.3, 0.9, 300, func(t, q, p float64) (float64, float64, float64) { return t, 100 * q, 100 * p }), Warning, "is it in another unit?"},
		"the same":       {swing(1.2, 0, 300, as), Warning, "b holds the rows of a again"},
		"a part": {swing(1.2, 0, 400, func(t, q, p float64) (float64, float64, float64) {
			return t + 3, q, p
		}), Warning, "about 300 of the 400 rows of b stand in a too"},
	} {
		found := Together([]Part{{"a", a}, {"b", c.set}})
		switch {
		case c.want == "" && found != nil:
			t.Errorf("%s: %v", name, found)
		case c.want != "" && (len(found) == 0 || found[0].Severity != c.severity || !strings.Contains(found[0].String(), c.want)):
			t.Errorf("%s: %v", name, found)
		}
	}
}

// Steps of another size without momenta are asked about.
func TestTogetherSteps(t *testing.T) {
	a, b := swing(1.2, 0, 200, func(t, q, p float64) (float64, float64, float64) { return t, q, p }), swing(1, 0, 200, func(t, q, p float64) (float64, float64, float64) { return t * 1000, q, p })
	for _, s := range []*data.Set{a, b} {
		s.PositionsOnly = true
	}
	if found := Together([]Part{{"a", a}, {"b", b}}); len(found) != 1 || !strings.Contains(found[0].What, "by 50 from row to row in b and by 0.05 in a") {
		t.Error(found)
	}
}

// A trial that stands in a file twice is told, also among so many rows that only some are compared.
func TestCopiedTrials(t *testing.T) {
	as := func(t, q, p float64) (float64, float64, float64) { return t, q, p }
	start := func(i int) float64 { return 0.1 * float64(i) }
	for _, rows := range []int{300, 40_000} {
		s := swing(1.2, 0, rows, as).Clone()
		for i := range 8 {
			if err := s.Append(swing(start(i), 0.5, rows, as)); err != nil {
				t.Fatal(err)
			}
		}
		r := &Report{}
		if r.copies(s); r.Findings != nil {
			t.Errorf("%d rows: %v", rows, r.Findings)
		}
		if err := s.Append(swing(start(3), 0.5, rows, as)); err != nil {
			t.Fatal(err)
		}
		if r.copies(s); len(r.Findings) != 1 || !strings.Contains(r.Findings[0].What, "trial 10 holds the rows of trial 5 again") {
			t.Errorf("%d rows: %v", rows, r.Findings)
		}
	}
}
