package file

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// Ephemerides count time by Julian dates: in seconds beside kilometres and kilometres a second, in days where velocities are rates by
// the day, as astronomers' tables have them.
func TestJulianDates(t *testing.T) {
	circle := func(header string, start, step, perDay, x, v float64) string {
		var b strings.Builder
		b.WriteString(header + "\n")
		for i := range 40 {
			day := float64(i) * step
			a := perDay * day
			fmt.Fprintf(&b, "%.10f, %.12g, %.12g, %.12g, %.12g\n", start+day, x*math.Cos(a), x*math.Sin(a), -v*math.Sin(a), v*math.Cos(a))
		}
		return b.String()
	}
	for _, c := range []struct {
		name, text       string
		time, x, v, note string
		last             float64 // time
		first            float64 // position
	}{
		// A satellite: 7000 km, 100 rad a day.
		{"satellite", circle("JD, X_km, Y_km, VX_km_s, VY_km_s", 2460000.5, 1./1440, 100, 7000, 7000*100/86400.), "JD", "X_m", "VX_m_s", "JD is taken in seconds from the first (days of a Julian date)", 39 * 60, 7e6},
		// A planet in astronomical units, by the day.
		{"planet", circle("JDTDB, X, Y, VX, VY", 2460000.5, 2, 0.02, 1.5, 0.03), "JDTDB", "X", "VX", "JDTDB is taken in days from the first: VX is X's rate by the day", 78, 1.5},
		{"planet with units", circle("MJD, X (au), Y (au), VX (au/d), VY (au/d)", 60000, 2, 0.02, 1.5, 0.03), "MJD", "X (m)", "VX (m/s)", "MJD is taken in seconds from the first (days of a Julian date)", 78 * 86400, 1.5 * 149597870700},
		// An ordinary time with such a name stays.
		{"no date", circle("jd, x, y, vx, vy", 0, 0.05, 1, 1, 1), "jd", "x", "vx", "", 39 * 0.05, 1},
	} {
		set, m, err := Decode(strings.NewReader(c.text), "orbit.csv", ReadOptions{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if m.Time != c.time || m.Q[0] != c.x || m.P[0] != c.v {
			t.Errorf("%s: time %s, positions %v, velocities %v", c.name, m.Time, m.Q, m.P)
		}
		if last := set.T[len(set.T)-1] - set.T[0]; math.Abs(last-c.last) > 1e-4*c.last || math.Abs(set.X[0]-c.first) > 1e-9*c.first {
			t.Errorf("%s: a time of %v, the first position %v", c.name, last, set.X[0])
		}
		if notes := strings.Join(m.Notes, "\n"); !strings.Contains(notes, c.note) || strings.Contains(notes, "Julian") != strings.Contains(c.note, "Julian") {
			t.Errorf("%s: %s", c.name, notes)
		}
	}
}
