package file

import (
	"fmt"
	"math"
	"regexp"
	"strings"
)

// integrate makes positions of the rates that a table has in their place: their integral by
// trapezoids in each trial. A gyroscope has a bias, whose integral is a line, and where the
// motion began is not known, which is a constant: both are fitted to the integral by least
// squares over the trial, weighted by a Hann window, so that the swings at its ends count
// little, and taken off it and off the rates. The equilibrium of an oscillation is 0 then.
func (s *sheet) integrate(time *column) error {
	rates := s.candidates(velocityColumn, time)
	if q := s.candidates(positionColumn, time); len(q) > 0 {
		return &columnError{fmt.Sprintf("there are positions, %s, so that no rate need be integrated", excerptList(names(q))), "leave out --integrate"}
	}
	if len(rates) == 0 {
		return &columnError{"no column is a rate that could be integrated: the file has " + excerptList(s.labels()), "name columns of rates by their words or units, as in \"gyro x (rad/s)\""}
	}
	for _, v := range rates {
		name := "position"
		if u, ok := knownUnit(v.unit); ok && u.angular || s.byFile || strings.Contains(strings.ToLower(v.full), "gyr") || strings.Contains(strings.ToLower(v.full), "omega") || strings.Contains(strings.ToLower(v.full), "angular") || rateOfTurn.MatchString(v.full) {
			name = "angle"
		}
		if v.stem != "" {
			name += "_" + strings.ReplaceAll(v.stem, " ", "_")
		}
		for s.column(name) != nil {
			name += "_"
		}
		q := &column{full: name, name: name, meaning: meaning{quantity: positionColumn, stem: v.stem}, values: make([]float64, s.rows), filled: s.rows, low: math.Inf(1), high: math.Inf(-1)}
		if u, ok := knownUnit(v.unit); ok {
			v.scale(u.factor)
			v.rename(map[bool]string{true: "rad/s", false: "m/s"}[u.angular])
		}
		biases := []string{}
		for begin := 0; begin < s.rows; {
			end := begin + 1
			for end < s.rows && s.block[end] == s.block[begin] {
				end++
			}
			bias, err := integrateTrial(time.values[begin:end], v.values[begin:end], q.values[begin:end])
			if err != "" {
				return s.errorf(int(s.line[begin]), "fill the rows in, or leave them out of the file", "%s cannot be integrated: %s", excerpt(v.label()), err)
			}
			biases = append(biases, fmt.Sprintf("%.3g", bias))
			begin = end
		}
		for _, x := range q.values {
			q.low, q.high = min(q.low, x), max(q.high, x)
		}
		s.columns = append(s.columns, q)
		if len(biases) > 4 {
			biases = append(biases[:4], "...")
		}
		s.note("%s is the integral of %s, with a bias of %s taken off, and 0 in its middle", name, v.label(), strings.Join(biases, ", "))
	}
	return nil
}

// rateOfTurn are the names of a gyroscope's axes.
var rateOfTurn = regexp.MustCompile(`^(?i)[wg]_?[xyz]$`)

// integrateTrial writes the integral of v over t to q, and takes the bias off v, which it
// returns.
func integrateTrial(t, v, q []float64) (bias float64, problem string) {
	n := len(t)
	for i := range t {
		if math.IsNaN(t[i]) || math.IsNaN(v[i]) {
			return 0, "a value is missing"
		}
		q[i] = 0
		if i > 0 {
			if t[i] <= t[i-1] {
				return 0, "the time does not rise"
			}
			q[i] = q[i-1] + (t[i]-t[i-1])*(v[i]+v[i-1])/2
		}
	}
	if n < 3 {
		return 0, ""
	}
	// Weighted least squares of a + b (t - middle).
	middle, half := (t[0]+t[n-1])/2, (t[n-1]-t[0])/2
	var w0, w1, w2, y0, y1 float64
	for i := range t {
		x := (t[i] - middle) / half
		w := 1 + math.Cos(math.Pi*x)
		w0 += w
		w1 += w * x
		w2 += w * x * x
		y0 += w * q[i]
		y1 += w * x * q[i]
	}
	det := w0*w2 - w1*w1
	if det <= 0 {
		return 0, ""
	}
	a, b := (y0*w2-y1*w1)/det, (w0*y1-w1*y0)/det
	for i := range t {
		x := (t[i] - middle) / half
		q[i] -= a + b*x
		v[i] -= b / half
	}
	return b / half, ""
}
