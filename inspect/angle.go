package inspect

import (
	"fmt"
	"math"
	"regexp"

	"hnn/data"
)

var (
	angleName  = regexp.MustCompile(`(?i)^(o|theta|θ|phi|φ|psi|ψ|angle|winkel)([^a-z]|$)`)
	degreeName = regexp.MustCompile(`(?i)([\[(_ ]deg|°)`)
)

// angles says of every column why it looks like an angle, or nothing.
func angles(s *data.Set) []string {
	out := make([]string, s.Dim)
	inRadians, inDegrees := s.Wrapped(2*math.Pi), s.Wrapped(360)
	for j := range degrees(s) {
		name := s.Names[j]
		switch {
		case inRadians[j]:
			out[j] = fmt.Sprintf("it jumps by 2 pi: training unwraps it and makes H periodic in it (--angle %s)", name)
		case inDegrees[j]:
			out[j] = "it jumps by 360, as an angle in degrees: convert it to radians, its momentum and derivatives too"
		case degreeName.MatchString(name):
			out[j] = "by its name it is in degrees: convert it to radians, its momentum and derivatives too"
		case angleName.MatchString(name):
			out[j] = fmt.Sprintf("by its name; --angle %s makes H periodic in it", name)
		}
	}
	return out
}
