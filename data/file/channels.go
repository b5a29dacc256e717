package file

import (
	"math"
	"slices"
	"strings"
)

// resample fills, where channels of different rates share their times, the empty cells of
// the slower ones by lines between their neighbours. Rows in which the first of the columns
// is empty are left out, and so are those in front of and behind a channel's samples. A
// column with an empty cell now and then is left as it is.
func (s *sheet) resample(time *column, used []*column) {
	var sparse []*column
	for _, c := range used {
		if c != time && 10*(s.rows-c.filled) > s.rows && c.filled > 2 {
			sparse = append(sparse, c)
		}
	}
	if len(sparse) == 0 || time == nil {
		return
	}
	// The fastest channel gives the rows.
	base := used[0]
	for _, c := range used {
		if c != time && (base == time || c.filled > base.filled) {
			base = c
		}
	}
	for _, c := range used {
		if c == base || c == time {
			continue
		}
		last := -1
		for i, v := range c.values {
			if math.IsNaN(v) {
				continue
			}
			if last >= 0 && s.block[last] == s.block[i] {
				t0, t1, v0 := time.values[last], time.values[i], c.values[last]
				for k := last + 1; k < i; k++ {
					c.values[k] = v0 + (v-v0)*(time.values[k]-t0)/(t1-t0)
				}
			}
			last = i
		}
	}
	kept := 0
	for i := range s.rows {
		whole := true
		for _, c := range used {
			whole = whole && !math.IsNaN(c.values[i])
		}
		if whole && !math.IsNaN(base.values[i]) {
			for _, c := range s.columns {
				c.values[kept] = c.values[i]
			}
			s.line[kept], s.block[kept] = s.line[i], s.block[i]
			kept++
		}
	}
	s.note("channels of different rates: %s joined by time to the rows of %s, along lines between samples", strings.Join(names(sparse), ", "), base.label())
	s.rows = kept
	for _, c := range s.columns {
		c.values = c.values[:kept]
	}
}

// joinChannels joins channels that have times of their own, as the columns time, angle, time,
// rate of loggers with several rates: the columns behind each further time are brought to the
// first time's rows, along lines between samples, and rows outside of theirs are left out. It
// reports whether the columns are such.
func (s *sheet) joinChannels(times []*column) bool {
	base := times[0]
	if s.block[s.rows-1] != 0 || len(s.columns) == 0 || s.columns[0] != base && s.columns[0].quantity != indexColumn {
		return false
	}
	for _, t := range times {
		if t.unit != base.unit || t.clock != base.clock || t.exact != base.exact || !s.mayRise(t) {
			return false
		}
	}
	var of *column
	groups := map[*column][]*column{}
	for _, c := range s.columns {
		if slices.Contains(times, c) {
			of = c
		} else if of != nil {
			groups[of] = append(groups[of], c)
		}
	}
	for _, t := range times {
		if len(groups[t]) == 0 {
			return false
		}
	}
	keep := make([]bool, s.rows)
	for i, v := range base.values {
		keep[i] = !math.IsNaN(v)
	}
	var kept []*column
	for _, c := range s.columns {
		if !slices.Contains(times[1:], c) {
			kept = append(kept, c)
		}
	}
	for _, t := range times[1:] {
		shift := float64(t.whole-base.whole) + float64(t.billions-base.billions)/1e9
		if t.clock != 0 {
			shift = float64(t.whole-base.whole) / 1e9
		}
		rows := t.filled
		for rows > 0 && math.IsNaN(t.values[rows-1]) {
			rows--
		}
		for _, c := range groups[t] {
			if s.isText(c) {
				continue
			}
			at := 0
			out := make([]float64, s.rows)
			for i, now := range base.values {
				for at+1 < rows && t.values[at+1]+shift < now {
					at++
				}
				out[i] = math.NaN()
				if at+1 < rows && now >= t.values[at]+shift && now <= t.values[at+1]+shift {
					t0, t1 := t.values[at]+shift, t.values[at+1]+shift
					out[i] = c.values[at] + (c.values[at+1]-c.values[at])*(now-t0)/(t1-t0)
				}
				keep[i] = keep[i] && !math.IsNaN(out[i])
			}
			c.values = out
		}
	}
	s.columns = kept
	n := 0
	for i, k := range keep {
		if k {
			for _, c := range s.columns {
				c.values[n] = c.values[i]
			}
			s.line[n], s.block[n] = s.line[i], s.block[i]
			n++
		}
	}
	if n == 0 {
		return false
	}
	s.rows = n
	for _, c := range s.columns {
		c.values = c.values[:n]
		c.measure()
	}
	s.note("there are %d columns of times: the channels of the others are joined by time to the rows of %s, along lines between samples", len(times), base.label())
	return true
}

// mayRise reports whether the values of a column rise until they end.
func (s *sheet) mayRise(c *column) bool {
	last := math.Inf(-1)
	for i := range min(c.filled, s.rows) {
		if v := c.values[i]; !(v > last) {
			return false
		} else {
			last = v
		}
	}
	return c.filled > 1
}
