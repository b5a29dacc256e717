package file

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// Times that count parts of seconds from 1970 by their size are seconds from the first, with a
// note, whatever file they are in; other numbers of no unit stay as they are.
func TestEpoch(t *testing.T) {
	const rows = 40
	for _, test := range []struct {
		name        string
		first, step float64
		want        float64 // from row to row
		note        string
	}{
		{"timestamp", 1711839590000, 50, 0.05, "milliseconds from 1970"},
		{"time", 1711839590000123, 50000, 0.05, "microseconds from 1970"},
		{"epoch", 1711839590000000000, 5e7, 0.05, "nanoseconds from 1970"},
		{"timestamp_ms", 1711839590000, 50, 0.05, "in seconds from the first"},
		{"t (us)", 1711839590000123, 50000, 0.05, "in seconds from the first"},
		{"t_ns", 1711839590000000000, 5e7, 0.05, "in seconds from the first"},
		{"t_us", 1711839590000, 50, 50, ""},
		{"t", 0, 1e11, 1e11, ""},
		{"t (s)", 1711839590000, 50, 50, ""},
		{"timestamp", 1711839590, 1, 1, ""},
		{"t", 1e12, 1e10, 1e10, ""},
	} {
		var table strings.Builder
		fmt.Fprintf(&table, "%s,q,p\n", test.name)
		var times, q, p []float64
		for i := range rows {
			x := 0.1 * float64(i)
			times, q, p = append(times, test.first+test.step*float64(i)), append(q, math.Cos(x)), append(p, 2-math.Sin(x))
			fmt.Fprintf(&table, "%.0f,%.9f,%.9f\n", times[i], q[i], p[i])
		}
		for kind, text := range map[string]string{"CSV": table.String(), "NPZ": npzOf(t, test.name, []int{rows}, times, "q", []int{rows}, q, "p", []int{rows}, p)} {
			s, m, err := decode(text, Columns{Time: test.name})
			if err != nil {
				t.Errorf("%s, %s from %v: %v", kind, test.name, test.first, err)
				continue
			}
			if step := s.T[rows-1] - s.T[0]; math.Abs(step-test.want*(rows-1)) > 1e-6*step {
				t.Errorf("%s, %s from %v: steps of %v, want %v", kind, test.name, test.first, step/(rows-1), test.want)
			}
			notes := strings.Join(m.Notes, "; ")
			if test.note != "" && (!strings.Contains(notes, test.note) || s.T[0] != 0) || test.note == "" && strings.Contains(notes, "1970") {
				t.Errorf("%s, %s from %v: %q", kind, test.name, test.first, notes)
			}
		}
	}
}
