package file

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// scale turns the columns that are used into seconds, radians and metres, by their units
// and by what the preamble says.
func (s *sheet) scale(time *column) error {
	degrees := s.settings.find(func(text string) bool { return strings.EqualFold(text, "yes") || strings.EqualFold(text, "true") }, "indegrees")
	var lengths unit
	length := s.settings.find(func(text string) bool {
		u, ok := knownUnit(text)
		lengths = u
		return ok && u.quantity == positionColumn && !u.angular
	}, "units", "lengthunits", "unit", "lengthunit", "positionunits")
	turned := map[string][]string{}
	for _, c := range s.columns {
		if c == time || c.left || s.isText(c) || c.quantity != positionColumn && c.quantity != velocityColumn && c.quantity != accelerationColumn {
			continue
		}
		u, ok := knownUnit(c.unit)
		from := ""
		linear := strings.HasSuffix(c.full, "_tx") || strings.HasSuffix(c.full, "_ty") || strings.HasSuffix(c.full, "_tz")
		switch {
		case ok && u.quantity == c.quantity:
		case c.unit == "" && degrees != nil && !linear:
			u = unitNames[map[quantity]string{positionColumn: "deg", velocityColumn: "deg/s", accelerationColumn: "deg/s²"}[c.quantity]]
			from = " (" + degrees.note() + ")"
		case c.unit == "" && length != nil && c.quantity == positionColumn:
			u, from = lengths, " ("+length.note()+")"
		default:
			continue
		}
		base := map[quantity][2]string{positionColumn: {"m", "rad"}, velocityColumn: {"m/s", "rad/s"}, accelerationColumn: {"m/s²", "rad/s²"}}[c.quantity][0]
		if u.angular {
			base = map[quantity]string{positionColumn: "rad", velocityColumn: "rad/s", accelerationColumn: "rad/s²"}[c.quantity]
		}
		old := c.label()
		if u.factor == 1 {
			c.unit = cmp.Or(c.unit, base)
			continue
		}
		c.scale(u.factor)
		if c.unit != "" {
			c.rename(base)
		}
		c.unit = base
		key := fmt.Sprintf("%s turned into %s%s", u.name, base, from)
		turned[key] = append(turned[key], old)
		if v := s.velocityOf(c, time); v != nil && u.factor == degree && v.unit == "" && degrees == nil {
			if factor, agreement := s.slope(c, v, time); agreement > 0.9 && math.Abs(factor*degree-1) < 0.1 {
				v.scale(degree)
				v.unit = "rad/s"
				key := fmt.Sprintf("deg/s turned into rad/s (it is %.3g times the derivative of %s)", factor, c.label())
				turned[key] = append(turned[key], v.label())
			}
		}
	}
	for _, key := range slices.Sorted(mapsKeys(turned)) {
		s.note("%s: %s", strings.Join(turned[key], ", "), key)
	}
	return nil
}

// degreesByRate turns an angle of no unit into radians that is in degrees, as its rate in radians
// shows: it is the derivative times pi/180.
func (s *sheet) degreesByRate(q, v, time *column) {
	u, ok := knownUnit(v.unit)
	if q.unit != "" || time == nil || q.filled < s.rows || v.unit != "" && !(ok && u.angular && u.factor == 1) {
		return
	}
	if factor, agreement := s.slope(q, v, time); agreement > 0.95 && math.Abs(factor/degree-1) < 0.05 {
		q.scale(degree)
		q.unit = "rad"
		s.note("%s: deg turned into rad (%s is %.3g times its derivative)", q.label(), v.label(), factor)
	}
}

// daysByRate takes a Julian date in days again where velocities, of no unit, are rates by the day.
func (s *sheet) daysByRate(q, v, time *column) {
	if time == nil || !time.julian || q.unit != "" || v.unit != "" {
		return
	}
	if factor, agreement := s.slope(q, v, time); agreement > 0.95 && math.Abs(factor/secondsOfDay-1) < 0.05 {
		time.scale(1. / secondsOfDay)
		s.notes[slices.Index(s.notes, julianNote(time))] = fmt.Sprintf("%s is taken in days from the first: %s is %s's rate by the day", time.label(), v.label(), q.label())
	}
}

func julianNote(time *column) string {
	return fmt.Sprintf("%s is taken in seconds from the first (days of a Julian date)", time.label())
}

// velocityOf is the only column that may be the velocity of a position, nil where there is
// none or several.
func (s *sheet) velocityOf(q, time *column) *column {
	var found *column
	for _, v := range s.candidates(velocityColumn, time) {
		if v.stem == q.stem {
			if found != nil {
				return nil
			}
			found = v
		}
	}
	return found
}

// scale multiplies a column.
func (c *column) scale(factor float64) {
	for i := range c.values {
		if over := math.Round(1 / factor); factor < 1 && over*factor == 1 {
			c.values[i] /= over // rounds better than a product
		} else {
			c.values[i] *= factor
		}
	}
	c.low, c.high = c.low*factor, c.high*factor
}

// rename puts the unit that a column was turned into in its name, in the place of its own.
func (c *column) rename(to string) {
	for _, sign := range []string{"/", "_per_", "_"} { // mm/s, mm_per_s, mm_s
		from := strings.Replace(c.unit, "/", sign, 1)
		if i := strings.LastIndex(c.full, from); i >= 0 && c.unit != "" {
			c.full = c.full[:i] + strings.Replace(to, "/", sign, 1) + c.full[i+len(from):]
			break
		}
	}
	c.unit = to
}
