package check

import (
	"math"
	"strings"
	"testing"
)

// A momentum that is a multiple of its position and no velocity of it is refused; other columns that say the same are named;
// what only nearly is one is not.
func TestAlike(t *testing.T) {
	two := []string{"x", "y", "vx", "vy"}
	for name, c := range map[string]struct {
		columns  []string
		motion   func(t float64) []float64
		severity Severity
		want     string
	}{
		"the same": {qp, func(t float64) []float64 { return []float64{math.Cos(t), math.Cos(t)} }, Refusal, "p is the same as q in every row"},
		"a line":   {qp, func(t float64) []float64 { return []float64{math.Cos(t), 3*math.Cos(t) + 1} }, Refusal, "p is 3 times q + 1 in every row"},
		"one mode": {two, func(t float64) []float64 {
			return []float64{math.Cos(t), -2 * math.Cos(t), -math.Sin(t), 2 * math.Sin(t)}
		}, Warning, "y is -2 times x in every row"},
		"nearly": {two, func(t float64) []float64 {
			return []float64{math.Cos(t), math.Cos(1.0001 * t), -math.Sin(t), -1.0001 * math.Sin(1.0001*t)}
		}, -1, ""},
		"dies down": {[]string{"x", "v"}, func(t float64) []float64 { return []float64{math.Exp(-t), -math.Exp(-t)} }, -1, ""},
	} {
		severity, text := gravest(motion(300, 0.05, c.columns, c.motion), Options{Canonical: true})
		if severity != c.severity && (c.severity != -1 || strings.Contains(text, "in every row")) || !strings.Contains(text, c.want) {
			t.Errorf("%s: %v %q", name, severity, text)
		}
	}
}
