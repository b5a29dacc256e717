//go:build unix

package lagrange

import (
	"syscall"
	"testing"
)

// processor is the time in seconds that this process has had of all processors.
func processor() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec) + float64(u.Utime.Usec)/1e6
}

// The closed form takes a second of a processor for two and for three coordinates, and with the simulation error less than twenty.
func TestTimes(t *testing.T) {
	if !*long {
		t.Skip("times: use -long")
	}
	for _, c := range []struct {
		name   string
		system truth
		gain   []float64
		most   float64
	}{
		{"double pendulum", doublePendulum, nil, 1},
		{"cart-pole", cartPole, nil, 1},
		{"arm", arm, []float64{1, 0, 0, 1}, 1},
		{"pendulum on a spring", elastic, nil, 1},
		{"three links", threeLinks, nil, 1},
	} {
		for _, only := range []bool{false, true} {
			s := c.system.draw(40, 1, 0.01)
			if only {
				s = positionsOf(s)
			}
			from := processor()
			l, r, err := Fit(s, Options{Angles: c.system.angles, Gain: c.gain})
			if err != nil {
				t.Fatal(err)
			}
			closed := processor() - from
			Polish(l, s, r)
			all := processor() - from
			t.Logf("| %s, positions alone %v | %.2f | %.2f |", c.name, only, closed, all)
			if closed > c.most || all > 20 {
				t.Errorf("%s: %.2f s of a processor for the closed form, %.2f with the simulation error; want at most %v and 20", c.name, closed, all, c.most)
			}
		}
	}
}
