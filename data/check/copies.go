package check

import (
	"fmt"
	"math"

	"hnn/data"
)

const (
	// copied is how many rows in a row, in which something moves from each to the next, are
	// the same twice by no chance.
	copied = 8
	// mostMarks bounds the stretches of rows that are remembered.
	mostMarks = 1 << 18
	// leastCopied is the share of a set's rows that must stand in another to be told.
	leastCopied = 0.05
)

// A copyOf is what of a set stands in one before it.
type copyOf struct {
	of   int // the one before, of several that which shares most; -1 for none
	rows int // of the set that are also there
	all  int // rows of the set
}

// copies finds stretches of rows whose states are those of a set before, whatever their times.
func copies(sets []*data.Set) []copyOf {
	rows := 0
	for _, s := range sets {
		rows += s.Rows()
	}
	// Of many rows, those whose sum is a multiple of every are compared.
	every := uint64(1 + rows/mostMarks)
	seen := map[uint64]int32{}
	out := make([]copyOf, len(sets))
	var sums []uint64
	for i, s := range sets {
		sums = sums[:0]
		moves := make([]bool, s.Rows())
		for row := range s.Rows() {
			sum := uint64(14695981039346656037)
			for j := range s.Dim {
				v := s.X[row*s.Dim+j]
				sum = mix(sum ^ math.Float64bits(v+0)) // -0 is 0
				moves[row] = moves[row] || row > 0 && v != s.X[(row-1)*s.Dim+j]
			}
			sums = append(sums, sum)
		}
		shared := map[int32]int{}
		first := len(seen)
		for trial := range s.Trials() {
			last := -1 // row up to which copied ones are counted
			still := 0 // rows since the state last stood still
			for row := s.Offsets[trial]; row < s.Offsets[trial+1]; row++ {
				if still++; row > s.Offsets[trial] && !moves[row] {
					still = 0
				}
				from := row - copied + 1
				if from < s.Offsets[trial] || still < copied {
					continue
				}
				mark := uint64(0)
				for _, sum := range sums[from : row+1] {
					mark = mix(mark ^ sum)
				}
				if mark%every != 0 {
					continue
				}
				if of, found := seen[mark]; found && int(of) != i {
					shared[of] += row - max(from-1, last)
					last = row
				} else if len(seen) < first+mostMarks {
					seen[mark] = int32(i)
				}
			}
		}
		out[i] = copyOf{of: -1, all: s.Rows()}
		for of, n := range shared {
			if n > out[i].rows || n == out[i].rows && int(of) < out[i].of {
				out[i].of, out[i].rows = int(of), n
			}
		}
		if every > 1 && out[i].of >= 0 { // what lies between the marks
			out[i].rows = min(out[i].all, out[i].rows*int(every))
		}
	}
	return out
}

// mix spreads the bits of a sum (the finaliser of SplitMix64).
func mix(v uint64) uint64 {
	v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
	v = (v ^ v>>27) * 0x94d049bb133111eb
	return v ^ v>>31
}

// finding says what of a set stands in another, and reports whether it is worth saying.
func (c copyOf) finding(name string, of func(int) string) (Finding, bool) {
	if c.of < 0 || float64(c.rows) < leastCopied*float64(c.all) {
		return Finding{}, false
	}
	f := Finding{Severity: Warning, What: fmt.Sprintf("about %d of the %d rows of %s stand in %s too", c.rows, c.all, name, of(c.of)),
		Advice: "where one of them trains and the other tests, the held-out error says nothing; leave one out"}
	if float64(c.rows) > 0.98*float64(c.all) {
		f.What = fmt.Sprintf("%s holds the rows of %s again", name, of(c.of))
	}
	return f, true
}

// copies warns of trials that repeat others.
func (r *Report) copies(s *data.Set) {
	if s.Trials() < 2 {
		return
	}
	trials := make([]*data.Set, s.Trials())
	for i := range trials {
		trials[i] = s.SliceTrials(i, i+1)
	}
	repeats, rows, example := 0, 0, Finding{}
	for i, c := range copies(trials) {
		f, ok := c.finding(fmt.Sprintf("trial %d", i+1), func(of int) string { return fmt.Sprintf("trial %d", of+1) })
		if !ok {
			continue
		}
		if repeats++; repeats == 1 {
			example = f
		}
		rows += c.rows
	}
	if repeats > 1 {
		example.What = fmt.Sprintf("%d of %d trials repeat rows of others (%d rows); the first: %s", repeats, s.Trials(), rows, example.What)
	}
	if repeats > 0 {
		r.add(example)
	}
}
