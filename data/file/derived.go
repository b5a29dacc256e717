package file

import (
	"math"
	"slices"
	"strings"
)

// distanceWords are those of a column that may follow from coordinates beside it.
var distanceWords = []string{"distance", "dist", "displacement", "path", "length", "radius", "strecke", "abstand"}

// distances leaves out columns that are called a distance and follow from the coordinates x, y and
// z beside them: the way from row to row, that from the first row on, or how far it is to the
// origin or to the first point.
func (s *sheet) distances(time *column, c *Columns) {
	named := slices.Concat(c.Q, c.P, c.DQ, c.DP, c.Input)
	points := map[string][]*column{} // the coordinates of a point, by what it is called
	var order []string
	for _, c := range s.candidates(positionColumn, time) {
		list := tokens(c.name)
		if n := len(list); n > 0 && len(list[n-1]) == 1 && strings.Contains("xyz", list[n-1]) {
			of := strings.Join(list[:n-1], " ")
			if points[of] == nil {
				order = append(order, of)
			}
			points[of] = append(points[of], c)
		}
	}
	for _, c := range s.candidates(positionColumn, time) {
		if slices.Contains(named, c.label()) || !slices.ContainsFunc(tokens(c.name), func(t string) bool { return slices.Contains(distanceWords, t) }) {
			continue
		}
		for _, of := range order {
			if axes := points[of]; len(axes) > 1 && len(axes) < 4 && !slices.Contains(axes, c) && s.follows(c, axes) {
				s.note("left out: %s, which follows from %s", c.label(), strings.Join(names(axes), ", "))
				c.quantity, c.left = magnitudeColumn, true
				break
			}
		}
	}
}

// follows reports whether a column is one of the distances that coordinates have.
func (s *sheet) follows(c *column, axes []*column) bool {
	const kinds = 4
	var off [kinds]int
	rows, way, first := 0, 0.0, 0
	tolerance := 2e-3 * (c.high - c.low)
	for i, v := range c.values {
		if i == 0 || s.block[i] != s.block[i-1] {
			way, first = 0, i
			continue // what stands in the first row is 0, -1 or empty
		}
		step, origin, start := 0.0, 0.0, 0.0
		for _, a := range axes {
			step += (a.values[i] - a.values[i-1]) * (a.values[i] - a.values[i-1])
			origin += a.values[i] * a.values[i]
			start += (a.values[i] - a.values[first]) * (a.values[i] - a.values[first])
		}
		if math.IsNaN(step) || math.IsNaN(v) {
			continue
		}
		rows++
		way += math.Sqrt(step)
		for k, want := range [kinds]float64{math.Sqrt(step), way, math.Sqrt(origin), math.Sqrt(start)} {
			if math.Abs(v-want) > tolerance {
				off[k]++
			}
		}
	}
	return rows >= 8 && 50*slices.Min(off[:]) <= rows
}
