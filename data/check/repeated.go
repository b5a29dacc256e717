package check

import (
	"fmt"
	"math"

	"hnn/data"
)

const (
	// A column is stuck if it holds a value for at least so many rows and so many times the
	// run of equal values that all but a twentieth of its rows are in.
	stuckRows  = 8
	stuckTimes = 5
	// clippedRows on end at the end of a range are clipped, if that value is stuckTimes as
	// frequent as any within.
	clippedRows = 4
	// leastRepeats is from how many repeated rows on they are warned of, if they are also
	// repeatShare of all.
	leastRepeats = 3
	repeatShare  = 0.01
	// Frames are stored several times over if there are at least leastFrames of them and
	// frameShare of them stand for as many rows as the usual one, or for one more or less as
	// where the rates of the two clocks are not multiples.
	leastFrames = 8
	frameShare  = 0.95
)

// repeated finds rows that repeat the one before, and a system that is held before its motion
// begins.
func (r *Report) repeated(s *data.Set) {
	same := func(i, j int) bool { return s.X[i*s.Dim+j] == s.X[(i-1)*s.Dim+j] }
	var repeats []int
	for trial := range s.Trials() {
		lo, hi := s.Offsets[trial], s.Offsets[trial+1]
		for i := lo + 2; i+1 < hi; i++ {
			next := i - 1 + rest(s, i-1, hi)
			if next == i || next == hi {
				continue
			}
			moves, jumps := true, next == i+1
			for j := range s.Dim {
				// Quantised numbers repeat where the motion is slow.
				moves = moves && !same(i-1, j) && !same(next, j)
				// A system that rests begins slowly; one that went on meanwhile is elsewhere.
				before := math.Abs(s.X[(i-1)*s.Dim+j] - s.X[(i-2)*s.Dim+j])
				jumps = jumps || math.Abs(s.X[next*s.Dim+j]-s.X[i*s.Dim+j]) > before*float64(next-i+1)/2
			}
			if moves && jumps {
				repeats = append(repeats, span(i, next)...)
			}
			i = next
		}
		if n := rest(s, lo, hi); n >= stuckRows && n < hi-lo && s.InputNames == nil {
			r.bad(Finding{Rows: []int{lo, lo + n - 1}, What: fmt.Sprintf("nothing moves in the first %d rows up to %s, and then it does: the system was held", n, where(s, lo+n-1)),
				Advice: "a model takes them for a rest by itself"}, span(lo, lo+n-1), 1)
		}
	}
	if len(repeats) >= leastRepeats && float64(len(repeats)) > repeatShare*float64(s.Rows()) {
		r.bad(Finding{Rows: repeats, What: fmt.Sprintf("%d rows repeat the one before while the motion goes on (%s)", len(repeats), wheres(s, repeats)),
			Advice: "frames that were stored twice, or a sensor that is read faster than it measures"}, repeats, mostLeft)
	}
}

// sensors finds columns that are clipped, or stuck while others move.
func (r *Report) sensors(s *data.Set) {
	for j := range s.Dim {
		if !r.clipped(s, j) {
			r.stuck(s, j)
		}
	}
}

// A stillness is how long the state stands still before it goes on.
type stillness struct {
	frames int         // that are neither the first nor the last of a trial
	rows   map[int]int // frames that stand for so many rows
	moves  int         // frames of which all columns differ from the one before
	varied bool        // in some column the steps from frame to frame differ in size
}

// frames counts the runs of rows in which no state changes, the first and the last of each
// trial left out since they may be cut.
func frames(s *data.Set) stillness {
	h := stillness{rows: map[int]int{}}
	low, high := make([]float64, s.Dim), make([]float64, s.Dim)
	for trial := range s.Trials() {
		hi := s.Offsets[trial+1]
		from := s.Offsets[trial]
		from += rest(s, from, hi)
		for from < hi {
			to := from + rest(s, from, hi)
			if to == hi {
				break
			}
			h.frames++
			h.rows[to-from]++
			all := true
			for j := range s.Dim {
				step := math.Abs(s.X[from*s.Dim+j] - s.X[(from-1)*s.Dim+j])
				all = all && step > 0
				if high[j] == 0 || step < low[j] {
					low[j] = step
				}
				high[j] = max(high[j], step)
				// Rounded numbers of an even motion step by one unit each so many rows.
				h.varied = h.varied || high[j] > 2.5*low[j] && low[j] > 0
			}
			if all {
				h.moves++
			}
			from = to
		}
	}
	return h
}

// report warns of frames that are stored several times over and reports whether they are.
func (h stillness) report(r *Report, s *data.Set) bool {
	usual := 1
	for k, n := range h.rows {
		if n > h.rows[usual] || n == h.rows[usual] && k < usual {
			usual = k
		}
	}
	one, other := h.rows[usual], max(h.rows[usual-1], h.rows[usual+1])
	total := float64(h.frames)
	if usual < 2 || h.frames < leastFrames || float64(one+other) < frameShare*total || float64(h.moves) < 0.8*total || !h.varied {
		return false
	}
	f := Finding{
		What:   fmt.Sprintf("every state is stored %d times over: in %d of %d runs of rows nothing moves for %d rows, and then all columns jump", usual, one, h.frames, usual),
		Advice: fmt.Sprintf("a camera or a sensor that is read %d times as fast as it measures, which a model takes for a motion that stops and jumps; of each run all but the first row are to go", usual)}
	if float64(one) < frameShare*total {
		f.What = fmt.Sprintf("states are stored several times over: in %d of %d runs of rows nothing moves for about %d rows, and then all columns jump", one+other, h.frames, usual)
		f.Advice = "a camera or a sensor that is read faster than it measures, which a model takes for a motion that stops and jumps; of each run all but the first row are to go"
	}
	var again []int
	for trial := range s.Trials() {
		for from, hi := s.Offsets[trial], s.Offsets[trial+1]; from < hi; {
			n := rest(s, from, hi)
			again = append(again, span(from+1, from+n)...)
			from += n
		}
	}
	r.bad(f, again, mostLeft)
	return true
}

// clipped finds a column that is often at the end of its range, as that of a sensor.
func (r *Report) clipped(s *data.Set, j int) bool {
	low, high := s.X[j], s.X[j]
	for i := j; i < len(s.X); i += s.Dim {
		low, high = min(low, s.X[i]), max(high, s.X[i])
	}
	rows := map[float64]int{} // that have each value, counted where an end of the range is held
	usual := 1
	for _, v := range []float64{high, low} {
		first, longest := -1, 0
		for trial := range s.Trials() {
			for from, hi := s.Offsets[trial], s.Offsets[trial+1]; from < hi; from++ {
				to := from
				for to < hi && s.X[to*s.Dim+j] == v {
					to++
				}
				if to-from > longest && othersMove(s, j, from, to) {
					first, longest = from, to-from
				}
				from = max(from, to-1)
			}
		}
		if longest < clippedRows {
			continue
		}
		if len(rows) == 0 {
			for i := j; i < len(s.X); i += s.Dim {
				rows[s.X[i]]++
			}
			for v, n := range rows {
				if v != low && v != high {
					usual = max(usual, n)
				}
			}
		}
		if rows[v] > stuckTimes*usual && len(rows) > stuckTimes {
			var all []int
			for i := range s.Rows() {
				if s.X[i*s.Dim+j] == v {
					all = append(all, i)
				}
			}
			r.bad(Finding{Column: s.ColumnName(j), Rows: []int{first, first + longest - 1},
				What: fmt.Sprintf("%s is %.6g, the end of its range, in %d rows while the rest moves, %d of them on end from %s: the sensor was clipped", s.ColumnName(j), v, rows[v], longest, where(s, first))}, all, mostLeft)
			return true
		}
	}
	return false
}

// rest counts the rows at the beginning of a trial that are all the same.
func rest(s *data.Set, lo, hi int) int {
	for i := lo + 1; i < hi; i++ {
		for j := range s.Dim {
			if s.X[i*s.Dim+j] != s.X[lo*s.Dim+j] {
				return i - lo
			}
		}
	}
	return hi - lo
}

// stuck finds the longest run of equal values in column j, amid a motion of all columns.
func (r *Report) stuck(s *data.Set, j int) {
	lengths := map[int]int{} // rows in runs of a length
	longest, at := 0, 0
	for trial := range s.Trials() {
		lo, hi := s.Offsets[trial], s.Offsets[trial+1]
		for from := lo; from < hi; {
			to := from + 1
			for to < hi && s.X[to*s.Dim+j] == s.X[from*s.Dim+j] {
				to++
			}
			lengths[to-from] += to - from
			// A motion that ends, or that begins from rest, is none of a sensor.
			if to-from > longest && from > lo && to < hi && othersMove(s, j, from, to) {
				longest, at = to-from, from
			}
			from = to
		}
	}
	usual, rows := 1, 0
	for length := 1; length <= s.Rows() && float64(rows) < 0.95*float64(s.Rows())-float64(longest); length++ {
		rows += lengths[length]
		usual = length
	}
	if longest < max(stuckRows, stuckTimes*usual) {
		return
	}
	r.bad(Finding{Column: s.ColumnName(j), Rows: []int{at, at + longest - 1},
		What:   fmt.Sprintf("%s is %.6g in %d rows on end from %s, while the rest moves", s.ColumnName(j), s.X[at*s.Dim+j], longest, where(s, at)),
		Advice: "a sensor that was stuck"}, span(at, at+longest), mostLeft)
}

// othersMove reports whether another column changes in most rows from lo to hi; where there
// is no other, whether the motion goes on at once from another value.
func othersMove(s *data.Set, j, lo, hi int) bool {
	for k := range s.Dim {
		changes := 0
		for i := lo + 1; i < hi; i++ {
			if s.X[i*s.Dim+k] != s.X[(i-1)*s.Dim+k] {
				changes++
			}
		}
		if k != j && 2*changes > hi-lo-1 {
			return true
		}
	}
	return s.Dim == 1
}
