package file

import (
	"regexp"
	"strings"
)

// The usual names, in the form that plainName gives them. A suffix is a direction, a
// number, two or three numbers as of a place on a grid, or a letter after an underscore.
const suffix = `((?:_?[xyz])?_?[0-9]*(?:_[0-9]+){0,2}|_[a-z])`

var (
	timeName     = regexp.MustCompile(`^(t|time|times|timestamp|seconds)$`)
	unitOfTime   = regexp.MustCompile(`^(day|week|month|year|hour|minute)s?$`) // where no other column is the time
	trialName    = regexp.MustCompile(`^(trial|trials|episode|run|id|trajectory|traj)(_?(id|no|number|nr))?$`)
	positionName = regexp.MustCompile(`^(q|x|y|z|o|theta|θ|phi|φ|angle|pos|position|displacement)` + suffix + `$`)
	momentumName = regexp.MustCompile(`^(p|v|w|omega|ω|vel|velocity|angular[ _]velocity|speed|mom|momentum)(` + suffix + `|_?(?:theta|θ|phi|φ)_?[0-9]*)$`)
	velocityName = regexp.MustCompile(`^(v|w|omega|ω|vel|velocity|angular[ _]velocity|speed)` + suffix + `$`)
	inputName    = regexp.MustCompile(`^(u|input|control|force|torque|voltage|tau|f|drive|driving|forcing|excitation)` + suffix + `$`)
	// accelerations are the derivatives of velocities that have names of their own.
	acceleration = regexp.MustCompile(`^(v|vel|velocity)` + suffix + `$`)

	// place is a name with numbers in brackets, as q[0,1] or q[0][1].
	place = regexp.MustCompile(`^([^\[( ]*)[\[(]([0-9]+(?:(?:, ?|;|\]\[)[0-9]+){0,2})[\])]$`)

	// ofBody is a letter behind the number of a body, as mass1_x and site_2_p.
	ofBody = regexp.MustCompile(`^(?:mass|body|site|particle|bead|ball|node|atom|cart|bob|block|puck|planet|star|oscillator|osc|m)_?([0-9]+)[_.]([vp]?_?[xyz]|[qpvwo]|theta|omega|phi|angle|pos|position|vel|velocity|displacement|speed|mom|momentum)$`)
	// afterNumber is a name and the number behind it.
	afterNumber = regexp.MustCompile(`^(.*?[^0-9_])(_?[0-9]+(?:_[0-9]+){0,2})$`)

	unitName = regexp.MustCompile(`\s*[\[(][^\])]*[\])]\s*$|_(?:rad|deg|mm|cm|m|ms|us|s)$`)
)

// plainName is a column's name without its unit, in lower case.
func plainName(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if strings.HasPrefix(name, "der(") {
		return name // Modelica's derivative, no unit
	}
	if m := place.FindStringSubmatch(name); m != nil {
		return m[1] + "_" + strings.NewReplacer("][", "_", ", ", "_", ",", "_", ";", "_").Replace(m[2])
	}
	name = unitName.ReplaceAllString(name, "")
	if m := ofBody.FindStringSubmatch(name); m != nil {
		return m[2] + "_" + m[1]
	}
	return name
}

// joined is a suffix without the underscores that separate no two numbers: _x_1 is x1, and _1_2 stays 1_2, which is not 12.
func joined(suffix string) string {
	var out []byte
	digit := func(i int) bool { return i >= 0 && i < len(suffix) && suffix[i] >= '0' && suffix[i] <= '9' }
	for i := range len(suffix) {
		if suffix[i] != '_' || digit(i-1) && digit(i+1) {
			out = append(out, suffix[i])
		}
	}
	return string(out)
}

// derivativeNames are the usual names of the derivative of a column. Those of the
// derivative of dq are among them: ddq, and q_ddot for q_dot.
func derivativeNames(name string) []string {
	names := []string{"d" + name, "d" + name + "/dt", "d" + name + "_dt", "d" + name + "dt", name + "_dot", name + "dot", name + "'", "der(" + name + ")"}
	if base, ok := strings.CutSuffix(name, "dot"); ok {
		names = append(names, base+"ddot")
	}
	if m := afterNumber.FindStringSubmatch(name); m != nil { // phi_dot_1 of phi_1
		names = append(names, m[1]+"_dot"+m[2], m[1]+"dot"+m[2], "d"+m[1]+"_dt"+m[2], "d"+m[1]+"dt"+m[2], m[1]+"_t"+m[2])
		if base, ok := strings.CutSuffix(m[1], "dot"); ok {
			names = append(names, base+"ddot"+m[2])
		}
		if m[1] == "u" {
			names = append(names, "ut"+m[2])
		}
	}
	if m := acceleration.FindStringSubmatch(name); m != nil {
		names = append(names, "a"+m[2], "acc"+m[2], "acceleration"+m[2])
	}
	return names
}
