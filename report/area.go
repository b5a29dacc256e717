package report

import "math"

// interval is a range of values, empty if max is less than min.
type interval struct{ min, max float64 }

func emptyInterval() interval { return interval{math.Inf(1), math.Inf(-1)} }

func (r interval) empty() bool          { return !(r.min <= r.max) }
func (r interval) width() float64       { return r.max - r.min }
func (r interval) center() float64      { return r.min + r.width()/2 }
func (r interval) at(s float64) float64 { return r.min + s*r.width() }
func around(center, halfWidth float64) interval {
	return interval{center - halfWidth, center + halfWidth}
}

// add widens the range to hold the drawable ones of the values.
func (r *interval) add(values ...float64) {
	for _, v := range values {
		if drawable(v) {
			r.min, r.max = min(r.min, v), max(r.max, v)
		}
	}
}

// within returns the part of r that lies in outer.
func (r interval) within(outer interval) interval {
	return interval{max(r.min, outer.min), min(r.max, outer.max)}
}

// area is a part of the plane.
type area struct{ x, y interval }

func (a *area) add(x, y float64) {
	a.x.add(x)
	a.y.add(y)
}

// addRun adds the path that coordinates i and j of a run take.
func (a *area) addRun(r *Run, i, j int) {
	a.x.add(r.column(i)...)
	a.y.add(r.column(j)...)
}

// relativeLength returns the length of a vector with each axis scaled to one.
func (a area) relativeLength(v [2]float64) float64 {
	return math.Hypot(v[0]/a.x.width(), v[1]/a.y.width())
}

const (
	// margin is the free space around the data on each side, as a share of their
	// extent.
	margin = 0.08

	// maxAspect is the largest ratio of the extents of two axes that are still
	// drawn to the same scale. Beyond it one of them would be a line.
	maxAspect = 4

	// maxExcess bounds how far a model's rollout may widen the axes beyond the
	// data and the true motion, so that one that flies off leaves the rest legible.
	maxExcess = 1.5
)

// planeArea returns the axes' ranges of a plane that shows what is given and, as far
// as maxExcess allows, what is extra. Both axes have the same scale on a square panel
// unless their extents are too different for that.
func planeArea(given, extra area) area {
	a := area{combine(given.x, extra.x), combine(given.y, extra.y)}
	half := max(a.x.width(), a.y.width()) / 2
	if least := min(a.x.width(), a.y.width()) / 2; half <= maxAspect*least {
		return area{around(a.x.center(), half), around(a.y.center(), half)}
	}
	return a
}

// combine returns the padded union of a given and an extra range. It is never empty.
func combine(given, extra interval) interval {
	r := given
	switch {
	case given.empty() && extra.empty():
		return interval{-1, 1}
	case given.empty():
		r = extra
	case given.width() == 0: // at rest, which gives no measure of what is too far
		r.add(extra.min, extra.max)
	case !extra.empty():
		limit := around(given.center(), maxExcess*given.width()/2)
		if extra = extra.within(limit); !extra.empty() {
			r.add(extra.min, extra.max)
		}
	}
	return padded(r, 1e-6)
}

// padded widens a range by the margin, and to a share of its distance from zero if it
// is narrower: rounding errors are not to be blown up to the size of a panel.
func padded(r interval, least float64) interval {
	half := max((0.5+margin)*r.width(), least*math.Abs(r.center()))
	if half == 0 {
		half = 1
	}
	return around(r.center(), half)
}
