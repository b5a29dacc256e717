package rods

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"hnn/data"
)

// Linkage is points of a plane or of space that are held by rods, in closed loops too, to each other and to any number of
// fixed pivots. No rod follows from the others.
type Linkage struct {
	Dim    int         `json:"dimension"`        // coordinates of a point, 2 or 3
	Pivots [][]float64 `json:"pivots,omitempty"` // of Dim coordinates each
	Rods   []Rod       `json:"rods"`             // one from pivot k begins at -1-k
	// Columns are the places of every point's coordinates among the positions.
	Columns [][]int `json:"columns"`
}

// ErrUntold is wrapped by errors of points on rods, beyond doubt, of which the rods do not tell how they may move.
var ErrUntold = errors.New("rods")

// mostPoints bounds how many points are searched for rods between any two.
const mostPoints = 24

// FindLinkage finds the rods of a set of points and, unless the set has positions only, of as many velocities. Columns are
// the places of each point's coordinates, two or three. It is an error if there are no rods beyond doubt.
func FindLinkage(s *data.Set, columns [][]int) (*Linkage, error) {
	c, m, err := newLinkage(s, columns)
	if err != nil {
		return nil, err
	}
	if err := c.find(m); err != nil {
		return nil, err
	}
	if err := c.independent(m); err != nil {
		return nil, err
	}
	if c.turnsEvenly(s) {
		return nil, fmt.Errorf("%w: all that keeps its length turns evenly: orbits as well as rods", ErrUntold)
	}
	return c, nil
}

// GivenLinkage is the linkage of rods that a user names, each from one point to another, -1 for a pivot: rods from 0 whose
// circles have one centre share it. It is an error if a distance is far from constant, or if others than the rods' are
// constant beyond doubt and do not follow from these.
func GivenLinkage(s *data.Set, columns [][]int, pairs [][2]int) (*Linkage, error) {
	c, m, err := newLinkage(s, columns)
	if err != nil {
		return nil, err
	}
	var hung []int
	held := make([]bool, len(columns))
	for _, pair := range pairs {
		a, b := min(pair[0], pair[1]), max(pair[0], pair[1])
		if a < -1 || b < 0 || b >= len(columns) {
			return nil, fmt.Errorf("rods: rod %d-%d, and there are the points 1 to %d; 0 is a pivot", pair[0]+1, pair[1]+1, len(columns))
		}
		held[b] = true
		if a < 0 {
			hung = append(hung, b)
			continue
		}
		held[a] = true
		rod := m.between(a, b)
		if rod.Spread > loose*rod.Length {
			return nil, fmt.Errorf("rods: the distance from point %d to point %d varies by %.2g of %.3g: that is no rod", a+1, b+1, rod.Spread, rod.Length)
		}
		c.Rods = append(c.Rods, rod)
	}
	for i, h := range held {
		if !h {
			return nil, fmt.Errorf("rods: point %d is the end of no rod; every point is to be", i+1)
		}
	}
	if err := m.solid(); err != nil {
		return nil, err
	}
	if err := c.hang(m, hung, func(p *pivot) error {
		if p == nil || p.rod.Spread > loose*p.rod.Length {
			return errors.New("rods: a point that is to hang from a pivot keeps its distance from none")
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if err := c.independent(m); err != nil {
		return nil, err
	}
	found, _, _ := newLinkage(s, columns)
	if err := found.find(m); err == nil {
		for _, r := range found.Rods {
			both := *c
			switch {
			case r.From >= 0:
				both.Rods = append(slices.Clip(c.Rods), r)
			case slices.ContainsFunc(c.Rods, func(o Rod) bool { return o.From < 0 && o.To == r.To }):
				continue
			default:
				both.Rods, both.Pivots = slices.Clip(c.Rods), slices.Clip(c.Pivots)
				if err := both.hang(m, []int{r.To}, func(*pivot) error { return nil }); err != nil {
					return nil, err
				}
			}
			if err := both.independent(m); err != nil || len(both.Rods) > len(c.Rods) {
				return nil, closed(max(r.From, -1), r.To)
			}
		}
	}
	return c, nil
}

func newLinkage(s *data.Set, columns [][]int) (*Linkage, *measured, error) {
	if err := s.Lengths(); err != nil {
		return nil, nil, err
	}
	if len(columns) == 0 || len(columns) > mostPoints {
		return nil, nil, fmt.Errorf("rods: %d points; of 1 to %d the rods are found", len(columns), mostPoints)
	}
	m, err := measure(s, columns, len(columns[0]))
	if err != nil {
		return nil, nil, err
	}
	return &Linkage{Dim: m.dim, Columns: columns}, m, nil
}

// find adds every distance that is constant beyond doubt, surest first: more surely so where it closes a loop.
func (c *Linkage) find(m *measured) error {
	var all []Rod
	for i := range m.points {
		if p := m.pivotOf(i); p != nil && p.rod.Length < farthest*m.deviation(i) {
			all = append(all, p.rod)
		}
		for j := range i {
			all = append(all, m.between(j, i))
		}
	}
	slices.SortStableFunc(all, func(a, b Rod) int {
		return cmp.Compare(a.Spread/(a.Noise+1e-6*a.Length), b.Spread/(b.Noise+1e-6*b.Length))
	})
	var hung []int
	joined := joints{}
	for _, r := range all {
		if !(r.Spread < constant*m.spread && r.rigid()) || !joined.join(r.From, r.To) && !m.closes(r) {
			continue
		}
		if r.From < 0 {
			hung = append(hung, r.To)
		} else {
			c.Rods = append(c.Rods, r)
		}
	}
	if err := c.hang(m, hung, func(*pivot) error { return nil }); err != nil {
		return err
	}
	if len(c.Rods) == 0 {
		return errors.New("rods: no distance is constant")
	}
	return m.solid()
}

// solid is an error where a point of space moves in one plane alone.
func (m *measured) solid() error {
	for i := range m.points {
		if m.dim == 3 && m.flat(i) {
			return fmt.Errorf("%w: point %d moves in one plane of space, where the rods that hold it cannot be told; give two coordinates in that plane", ErrUntold, i+1)
		}
	}
	return nil
}

// pivot is the centre of a point's path, and how far it may be off.
type pivot struct {
	centre []float64
	rod    Rod
	off    float64
}

// pivotOf is nil where the path of point i is no part of a circle or sphere.
func (m *measured) pivotOf(i int) *pivot {
	centre, rod, ok := m.circle(i)
	if !ok {
		return nil
	}
	n := m.dim
	sums := mat.NewSymDense(n+1, nil)
	u := make([]float64, n+1)
	for r := range m.s.Rows() {
		for c, at := range m.points[i] {
			u[c] = (m.s.X[r*m.s.Dim+at] - centre[c]) / rod.Length
		}
		u[n] = 1
		sums.SymRankOne(sums, 1, mat.NewVecDense(n+1, u))
	}
	var e mat.EigenSym
	if !e.Factorize(sums, false) {
		return nil
	}
	return &pivot{centre, rod, rod.Noise / math.Sqrt(math.Max(e.Values(nil)[0], math.SmallestNonzeroFloat64))}
}

// hang adds rods from pivots to points; a centre that is another one within ten standard errors is that.
func (c *Linkage) hang(m *measured, points []int, check func(*pivot) error) error {
	for _, i := range points {
		p := m.pivotOf(i)
		if err := check(p); err != nil {
			return err
		}
		at := -1
		for k, q := range c.Pivots {
			far := 0.0
			for j, v := range p.centre {
				far = math.Hypot(far, v-q[j])
			}
			if far < 10*p.off+1e-6*p.rod.Length {
				at = k
			}
		}
		if at < 0 {
			at = len(c.Pivots)
			c.Pivots = append(c.Pivots, p.centre)
		}
		p.rod.From = -1 - at
		c.Rods = append(c.Rods, p.rod)
	}
	return nil
}

// flat reports whether the path of a point in space lies in one plane, but for its noise.
func (m *measured) flat(i int) bool {
	n := m.dim
	mean := make([]float64, n)
	rows := float64(m.s.Rows())
	for r := range m.s.Rows() {
		for c, at := range m.points[i] {
			mean[c] += m.s.X[r*m.s.Dim+at] / rows
		}
	}
	sums, d := mat.NewSymDense(n, nil), make([]float64, n)
	for r := range m.s.Rows() {
		for c, at := range m.points[i] {
			d[c] = m.s.X[r*m.s.Dim+at] - mean[c]
		}
		sums.SymRankOne(sums, 1/rows, mat.NewVecDense(n, d))
	}
	var e mat.EigenSym
	if !e.Factorize(sums, true) {
		return true
	}
	var v mat.Dense
	e.VectorsTo(&v)
	across := m.rod(i, i, func(x []float64) float64 {
		sum := 0.0
		for c, at := range m.points[i] {
			sum += v.At(c, 0) * (x[at] - mean[c])
		}
		return sum
	})
	return across.Spread <= 3*across.Noise+1e-4*m.deviation(i)
}

// dependent is what may be left of a rod's row of the constraints' derivatives where it follows from those of others.
const dependent = 0.01

// independent leaves out the rods that follow from those before. It is an error where they follow only because points stand
// on one line, or in one plane: there the derivatives do not tell what the rods hold.
func (c *Linkage) independent(m *measured) error {
	size := m.dim * len(m.points)
	random := make([]float64, size)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range random {
		random[i] = rng.NormFloat64()
	}
	free := *c // with pivots anywhere
	free.Pivots = make([][]float64, len(c.Pivots))
	for k := range free.Pivots {
		free.Pivots[k] = []float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}[:m.dim]
	}
	const looked = 25 // states, evenly
	s := m.s
	var bases []basis
	for k := range looked {
		bases = append(bases, basis{at: s.X[(s.Rows()-1)*k/(looked-1)*s.Dim:]})
	}
	general := basis{at: random}
	j := make([]float64, len(c.Rods)*size)
	var kept []Rod
	for r, rod := range c.Rods {
		left := 0.0
		for k := range bases {
			c.Jacobian(bases[k].at[:size], c.Pivots, j)
			left = math.Max(left, bases[k].add(j[r*size:(r+1)*size]))
		}
		free.Jacobian(random, free.Pivots, j)
		open := general.add(j[r*size : (r+1)*size])
		switch {
		case left > dependent:
			kept = append(kept, rod)
		case open > 1e-9:
			return fmt.Errorf("%w: %s and point %d stand on one line, or in one plane, with others of their rigid body: leave out a point that stands between others", ErrUntold, end(max(rod.From, -1)), rod.To+1)
		}
	}
	c.Rods = kept
	if len(kept) >= size {
		return fmt.Errorf("%w: they leave nothing that could move", ErrUntold)
	}
	return nil
}

// basis is orthonormal vectors at a state.
type basis struct {
	at   []float64
	rows [][]float64
}

// add adds a vector's direction and returns how much of it was new, of its norm.
func (b *basis) add(v []float64) float64 {
	norm := func(v []float64) float64 {
		sum := 0.0
		for _, x := range v {
			sum += x * x
		}
		return math.Sqrt(sum)
	}
	w, whole := append([]float64(nil), v...), norm(v)
	for range 2 {
		for _, e := range b.rows {
			dot := 0.0
			for i, x := range e {
				dot += x * w[i]
			}
			for i, x := range e {
				w[i] -= dot * x
			}
		}
	}
	left := norm(w)
	if left > 1e-9*whole {
		for i := range w {
			w[i] /= left
		}
		b.rows = append(b.rows, w)
	}
	return left / whole
}

// turnsEvenly reports whether every rod turns at one rate in all rows, as two bodies on circles do.
func (c *Linkage) turnsEvenly(s *data.Set) bool {
	size := c.Size()
	mean, square, count := make([]float64, len(c.Rods)), make([]float64, len(c.Rods)), 0.0
	for k := range s.Trials() {
		t, x, _ := s.Trial(k)
		for i := 1; i < len(t); i++ {
			now, before := x[i*s.Dim:i*s.Dim+size], x[(i-1)*s.Dim:(i-1)*s.Dim+size]
			count++
			for r, rod := range c.Rods {
				turned := 0.0
				for a, at := range c.Columns[rod.To] {
					d := now[at] - before[at]
					if rod.From >= 0 {
						from := c.Columns[rod.From][a]
						d -= now[from] - before[from]
					}
					turned = math.Hypot(turned, d)
				}
				w := turned / (t[i] - t[i-1])
				mean[r], square[r] = mean[r]+w, square[r]+w*w
			}
		}
	}
	for r, m := range mean {
		if square[r]*count > 1.01*m*m {
			return false
		}
	}
	return true
}

// Text says what the rods are, points by their names (nil for their numbers).
func (c *Linkage) Text(points []string) string {
	name := func(i int) string {
		if points == nil {
			return fmt.Sprintf("point %d", i+1)
		}
		return "point " + points[i]
	}
	var parts, pivots []string
	for _, r := range c.Rods {
		from := ""
		switch {
		case r.From >= 0:
			from = name(r.From)
		case len(c.Pivots) == 1:
			from = "the pivot"
		default:
			from = fmt.Sprintf("pivot %d", -r.From)
		}
		parts = append(parts, fmt.Sprintf("from %s to %s, %.5g long (spread %.2g)", from, name(r.To), r.Length, r.Spread))
	}
	for _, p := range c.Pivots {
		var at []string
		for _, v := range p {
			at = append(at, fmt.Sprintf("%.5g", v))
		}
		pivots = append(pivots, "("+strings.Join(at, ", ")+")")
	}
	text := "rods " + strings.Join(parts, ", ")
	switch len(pivots) {
	case 0:
		return text + "; no pivot"
	case 1:
		return text + "; the pivot is at " + pivots[0]
	}
	return text + "; the pivots are at " + strings.Join(pivots, ", ")
}

// Validate says what is wrong with a linkage of a file: nil for nothing.
func (c *Linkage) Validate() error {
	if c.Dim < 2 || c.Dim > 3 || len(c.Columns) == 0 || len(c.Rods) == 0 || len(c.Rods) >= c.Size() {
		return fmt.Errorf("%d rods between %d points of %d coordinates", len(c.Rods), len(c.Columns), c.Dim)
	}
	taken := make([]bool, c.Size())
	for _, p := range c.Columns {
		if len(p) != c.Dim {
			return fmt.Errorf("a point of %d coordinates in space of %d", len(p), c.Dim)
		}
		for _, at := range p {
			if at < 0 || at >= len(taken) || taken[at] {
				return fmt.Errorf("column %d of a point", at)
			}
			taken[at] = true
		}
	}
	for _, p := range c.Pivots {
		if len(p) != c.Dim {
			return fmt.Errorf("a pivot of %d coordinates in space of %d", len(p), c.Dim)
		}
	}
	for _, r := range c.Rods {
		if r.To < 0 || r.To >= len(c.Columns) || r.From >= len(c.Columns) || r.From < -len(c.Pivots) || r.From == r.To {
			return fmt.Errorf("a rod from %d to %d", r.From, r.To)
		}
		if !(r.Length > 0) || r.Length > 1e150 {
			return fmt.Errorf("a rod of length %v", r.Length)
		}
	}
	return nil
}
