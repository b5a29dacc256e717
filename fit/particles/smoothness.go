package particles

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/internal/qr"
	"hnn/model/particles"
)

// tension is how smooth laws are taken to be before the equations are looked at. Third differences of a law's coefficients, which are
// equal steps of log r apart, are weighted as numbers whose size is that of what the equations leave, over the weight. Where pairs are seen
// the equations outweigh them by far; where none are, as between the shells of a crystal, the law is a smooth bridge.
type tension struct {
	pairs float64 // weight of the laws of pairs at the closest pair of all, over the largest column's length
	power float64 // their weight rises as this power of r: laws are steep near
	gaps  float64 // their weight where no pairs are is so many times as large
	long  float64 // weight of the law of all distances in the middle of log r, as pairs
	fade  float64 // that weight rises as this power of r: a softened law bends near
	walk  float64 // weight of its first differences: where nothing is known its force stays as 1/r^2
}

// slack is the tension before it is chosen.
var slack = tension{pairs: 1e-9, gaps: 1, long: 1e-6}

// stiffer is the gaps of a tension that was chosen. Third differences of a true law go on from their neighbours, which the weights where
// pairs are do not ask for: bridges in crystals of Lennard-Jones err by a twentieth of what they do with 1.
const stiffer = 10

// least is the weight of each coefficient: what nothing is known of is 0.
const least = 1e-12

// chosenOf is how many coefficients of laws, the last ones, choose the tension: all would take longer.
const chosenOf = 340

// gapWidth is the least step of log r without pairs that is a gap, and gapPart the part of the pairs that must be nearer: the closest pairs of
// a liquid are rare.
const gapWidth, gapPart = 0.03, 0.01

// gaps are the stretches without pairs in distances that rise, up to the cut-off.
func gaps(seen []float64, cutoff float64) (out [][2]float64) {
	for i := int(gapPart * float64(len(seen))); i < len(seen); i++ {
		next := cutoff
		if i+1 < len(seen) {
			next = seen[i+1]
		}
		if math.Log(next/seen[i]) > gapWidth {
			out = append(out, [2]float64{seen[i], next})
		}
	}
	return out
}

// weigh is the weight of a law of the pair of species q at one of its coefficients. The last differences have less, since a law may end at
// the cut-off less smoothly than the spline.
func (p *problem) weigh(t *tension, q int, s *particles.Spline, i int) float64 {
	cell := math.Log(s.Cutoff/s.First) / float64(len(s.C)+particles.Vanish-5)
	w, power := t.pairs, t.power
	for _, g := range p.laws.Gaps[q] {
		if from, to := math.Log(g[0]/s.First)/cell, math.Log(g[1]/s.First)/cell; float64(i) > from && float64(i-2) < to {
			w *= t.gaps
		}
	}
	if i+3 >= len(s.C) {
		power /= 2
	}
	part := float64(i) / float64(len(s.C))
	return w * math.Pow(s.First/p.first*math.Pow(s.Cutoff/s.First, part), power)
}

// thirdDifferences are rows for n coefficients of one law, from one on, and for so many beyond them that are 0; they return the sum of the
// logarithms of the weights.
func thirdDifferences(rows *mat.Dense, top, base, n, beyond int, weight func(i int) float64) (logs float64) {
	for i := range n + beyond - 3 {
		w := weight(i)
		logs += math.Log(w)
		for j, v := range []float64{-1, 3, -3, 1} {
			if i+j < n {
				rows.Set(top+i, base+i+j, v*w)
			}
		}
	}
	return logs
}

// smoothRows are the rows of third differences of the laws of pairs and of all distances whose coefficients begin at from or later, of which
// the first is the column to.
func (p *problem) smoothRows(rows *mat.Dense, t *tension, from, to int, largest float64) (logs float64) {
	for q, s := range p.laws.Of {
		if k := p.laws.Kinds; s == nil || q/k > q%k || p.at[q] < from {
			continue
		}
		base := p.at[q] - from + to
		logs += thirdDifferences(rows, base, base, p.n, particles.Vanish, func(i int) float64 { return largest * p.weigh(t, q, s, i) })
	}
	if p.laws.Long != nil {
		base, n := p.long-from+to, p.bent-p.long
		span := math.Log(p.laws.Long.Last / p.laws.Long.First)
		logs += thirdDifferences(rows, base, base, n, 0, func(i int) float64 {
			return largest * t.long * math.Exp(t.fade*span*(float64(i)/float64(n)-0.5))
		})
	}
	return logs
}

// walkRows are those of first differences of the law of all distances.
func (p *problem) walkRows(rows *mat.Dense, top, base int, weight float64) {
	for i := range p.bent - p.long - 1 {
		rows.Set(top+i, base+i, -weight)
		rows.Set(top+i, base+i+1, weight)
	}
}

// choice is a search for the tension by the last laws' coefficients.
type choice struct {
	p           *problem
	from        int // the first of the coefficients
	largest     float64
	triangle    *mat.Dense // of the coefficients, whatever the others are
	rows        *mat.Dense
	equations   float64
	factor      *mat.Dense // of the last look
	best        tension
	unlikeliest float64 // of the best: the less, the likelier
}

// look is how unlikely the equations are, up to a constant: minus the logarithm of their probability.
func (c *choice) look(t tension) float64 {
	c.rows.Zero()
	logs := c.p.smoothRows(c.rows, &t, c.from, 0, c.largest)
	c.factor = qr.Stacked(c.triangle, c.rows)
	n := c.p.bent - c.from
	sum := float64(c.equations * math.Log(math.Abs(c.factor.At(n, n))+1e-300))
	for i := range n {
		sum += math.Log(math.Abs(c.factor.At(i, i)) + 1e-300)
	}
	return sum - logs
}

// climb steps up or else down for as long as that is likelier.
func (c *choice) climb(step func(t *tension, up bool)) {
	for _, up := range []bool{true, false} {
		moved := false
		for {
			t := c.best
			step(&t, up)
			if min(t.pairs, t.long) < 1e-13 || max(t.pairs, t.long) > 1e4 || min(t.power, t.fade) < 0 {
				break
			}
			u := c.look(t)
			if !(u < c.unlikeliest) {
				break
			}
			c.best, c.unlikeliest, moved = t, u, true
		}
		if moved {
			return
		}
	}
}

// choose takes the tension for which the equations are likeliest (D. J. C. MacKay, Neural Comput. 4, 415, 1992), with errors of one unknown
// size and third differences as tension says. weight is that of angles.
func (p *problem) choose(weight, largest float64) {
	p.tension = slack
	if p.bent == 0 {
		return
	}
	from := p.lastLaws()
	n := p.bent - from
	c := &choice{p: p, from: from, largest: largest, triangle: p.marginal(from, weight, largest), rows: mat.NewDense(n, n+1, nil),
		equations: float64(max(p.rows-p.m+n, n+1)), best: tension{pairs: min(max(0.1*p.laws.Left, 1e-11), 1e-2), power: 9, gaps: 1, long: 1}}
	c.unlikeliest = c.look(c.best)
	times := func(w *float64, by float64, up bool) {
		if !up {
			by = 1 / by
		}
		*w *= by
	}
	pairs := func(by float64) {
		if p.long > from {
			c.climb(func(t *tension, up bool) { times(&t.pairs, by, up) })
		}
	}
	pairs(10)
	if p.long > from {
		c.climb(func(t *tension, up bool) {
			if t.power += 3; !up {
				t.power -= 6
			}
		})
	}
	if p.laws.Long != nil { // stiff so far, so that it does not take the place of pairs' laws
		c.look(c.best)
		c.best.walk = p.steady(qr.Solve(c.factor)[p.long-from:n]) / largest
		c.rows.Zero()
		p.walkRows(c.rows, 0, p.long-from, c.best.walk*largest)
		qr.Absorb(c.triangle, c.rows)
		c.unlikeliest = c.look(c.best)
		c.climb(func(t *tension, up bool) { times(&t.long, 10, up) })
		c.climb(func(t *tension, up bool) {
			if t.fade++; !up {
				t.fade -= 2
			}
		})
		c.climb(func(t *tension, up bool) { times(&t.long, 10, up) })
	}
	pairs(10)
	pairs(math.Sqrt(10))
	c.best.gaps = stiffer
	p.tension = c.best
}

// steady is the weight of first differences of the law of all distances by which its force times r^2 may change by its own size over a
// factor e of distance.
func (p *problem) steady(c []float64) float64 {
	l, cutoff := p.laws.Long, 0.0
	for _, s := range p.laws.Of {
		if s != nil {
			cutoff = s.Cutoff
		}
	}
	if cutoff >= l.Last {
		cutoff = 0
	}
	step := math.Log(l.Last/l.First) / float64(len(c))
	size, count := 0.0, 0.0
	for i, v := range c {
		if l.First*math.Exp(float64(i)*step) >= cutoff { // nearer, pairs' own laws may take its place
			size, count = size+float64(v*v), count+1
		}
	}
	if size == 0 {
		return 0
	}
	return p.laws.RMS / math.Sqrt(size/count*step)
}

// lastLaws is the first column of the last laws that are chosenOf coefficients or fewer, at least one law of pairs and that of all
// distances.
func (p *problem) lastLaws() int {
	from := max(p.long-p.n, 0)
	if p.long == 0 {
		return 0
	}
	for from >= p.n && p.bent-from+p.n <= chosenOf {
		from -= p.n
	}
	return from
}

// marginal is the triangle of the laws' coefficients from one on, whatever the others are.
func (p *problem) marginal(from int, weight, largest float64) *mat.Dense {
	m, n := p.m, p.bent-from
	others := m - p.bent
	all := mat.NewDense(m+1-from, n+others+1, nil) // others first
	for i := from; i <= m; i++ {
		row := p.r.RawRowView(i)
		to := all.RawRowView(i - from)
		copy(to, row[p.bent:m])
		copy(to[others:], row[from:p.bent])
		to[others+n] = row[m]
	}
	whole := mat.NewDense(n+others+1, n+others+1, nil)
	fixed := mat.NewDense(2*others+n, n+others+1, nil)
	for i := range n {
		fixed.Set(2*others+i, others+i, least*largest)
	}
	if others > 0 {
		p.fixedRows(fixed, 0, others, p.bent, weight, largest)
		qr.Absorb(whole, all)
	} else {
		whole = all
	}
	qr.Absorb(whole, fixed)
	out := mat.NewDense(n+1, n+1, nil)
	for i := range n + 1 {
		copy(out.RawRowView(i), whole.RawRowView(others + i)[others:])
	}
	return out
}

// smooth is rows that ask for small third differences of the laws' coefficients, as the tension says, and for small coefficients of the
// others, of angles as weight says.
func (p *problem) smooth(weight, largest float64) *mat.Dense {
	m := p.m
	rows := mat.NewDense(2*m+p.bent-p.long, m+1, nil)
	p.smoothRows(rows, &p.tension, 0, 0, largest)
	for i := range p.bent {
		rows.Set(m+i, i, least*largest)
	}
	p.fixedRows(rows, p.bent, m+p.bent, 0, weight, largest)
	if p.laws.Long != nil {
		p.walkRows(rows, 2*m, p.long, p.tension.walk*largest)
	}
	return rows
}

// fixedRows are those for what is of neither pairs' laws nor that of all distances, of columns that begin shift earlier: the differences
// in rows from top on, and each coefficient from below on.
func (p *problem) fixedRows(rows *mat.Dense, top, below, shift int, weight, largest float64) {
	set := func(i int, v float64) { rows.Set(below+i-p.bent, i-shift, v) }
	for i := p.bent; i < p.turned; i++ {
		set(i, weight*largest)
	}
	if p.direction != nil {
		p.directionRows(rows, top-p.bent, shift, largest, set)
	}
	for i := p.trapped; i < p.m; i++ {
		set(i, least*largest)
	}
}
