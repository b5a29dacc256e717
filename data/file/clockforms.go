package file

import (
	"math"
	"slices"
)

// frameRates are those of which the last part of a time code, 00:00:01:24, may count the frames.
var frameRates = []int{24, 25, 30, 50, 60}

// timecode turns times of day whose last part counts frames, which are read as hundredths, into
// seconds: in every second the part rises by one to the last frame, and begins anew.
func (s *sheet) timecode(c *column) {
	if c.clock != timeOfDay {
		return
	}
	last, wraps := 0, 0
	part := func(i int) (second, hundredths int) {
		at := int(math.Round((float64(c.whole)/1e9 + c.values[i]) * 100))
		return at / 100, at % 100
	}
	for i, v := range c.values {
		if at := (float64(c.whole)/1e9 + v) * 100; math.IsNaN(v) || math.Abs(at-math.Round(at)) > 1e-3 {
			return
		}
		_, h := part(i)
		last = max(last, h)
	}
	rate := last + 1
	if !slices.Contains(frameRates, rate) {
		return
	}
	for i := 1; i < s.rows; i++ {
		second, h := part(i)
		before, g := part(i - 1)
		switch {
		case s.block[i] != s.block[i-1]:
		case second == before && h == g+1:
		case second == before+1 && h == 0 && g == rate-1:
			wraps++
		default:
			return
		}
	}
	if wraps == 0 {
		return
	}
	first, h := part(0)
	start := float64(first*rate+h) / float64(rate)
	for i := range c.values {
		second, h := part(i)
		c.values[i] = float64(second*rate+h)/float64(rate) - start
	}
	s.note("the last part of %s counts frames, %d a second", c.label(), rate)
}

// digitClock turns times written as the digits of a clock, 90859.98 for 9:08:59.98, into seconds:
// where a minute begins, they rise by 40 more than elsewhere.
func (s *sheet) digitClock(c *column) {
	if c.clock != 0 || c.exact || c.unit != "" || c.low < 0 || c.high >= 240000 || s.rows < 3 {
		return
	}
	least, most := math.Inf(1), math.Inf(-1) // of the steps into a minute, less the 40
	for i, v := range c.values {
		if math.IsNaN(v) || math.Mod(v, 100) >= 60 || math.Mod(v, 10000) >= 6000 {
			return
		}
		if i == 0 || s.block[i] != s.block[i-1] || math.Floor(v/100) == math.Floor(c.values[i-1]/100) {
			continue
		}
		d := v - c.values[i-1] - 40
		if d > 4000 {
			d -= 4000 // an hour begins
		}
		least, most = min(least, d), max(most, d)
	}
	if least > most {
		return // no minute begins
	}
	if step := s.medianStep(c); !(least > 0 && most < 1.5*step && step < 20) {
		return
	}
	for i, v := range c.values {
		hours, rest := math.Floor(v/10000), math.Mod(v, 10000)
		c.values[i] = 3600*hours + 60*math.Floor(rest/100) + math.Mod(rest, 100)
	}
	s.note("%s has the digits of a clock, as %v for %02.0f:%02.0f: it is taken in seconds", c.label(), c.high, math.Floor(c.high/10000), math.Floor(math.Mod(c.high, 10000)/100))
	c.unit = "s"
	c.measure()
}
