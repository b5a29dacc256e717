// Package rods finds the rigid rods between measured points and the fixed pivots from which they hang. Of a tree of rods
// in a plane (Chain) it turns the points into joint angles and back: what the fits of mechanical systems learn best from.
// Of closed loops, rigid bodies and rods in space (Linkage) it projects points and velocities onto the rods.
package rods

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/data"
)

// Rod is a constant distance from a point, or from the pivot, to another point.
type Rod struct {
	From   int     `json:"from"`   // the point where it begins, -1 for the pivot
	To     int     `json:"to"`     // the point where it ends
	Length float64 `json:"length"` // in the unit of the coordinates
	// Spread is the standard deviation of the measured distance, Noise what of it is noise: independent from row to row.
	Spread float64 `json:"-"`
	Noise  float64 `json:"-"`
}

// Chain is a tree of rods from a pivot, every rod after that at whose end it begins. Angle i is that of rod i from the
// downward vertical, so that rod i spans (Length sin, -Length cos).
type Chain struct {
	Pivot [2]float64 `json:"pivot"` // x and y of the point that does not move
	Rods  []Rod      `json:"rods"`
	// Columns are the places of every point's two coordinates among the positions; nil for x1, y1, x2, y2, ...
	Columns [][2]int `json:"columns,omitempty"`
}

// constant is how much of the points' spread a distance may vary by to be called constant: three times what noise of
// one percent at both ends leaves.
const constant = 0.045

// farthest is how many of the point's spreads away a pivot may be: a longer circle's arc is a line.
const farthest = 30

// Find finds the rods of a set of points and, unless the set has positions only, of as many velocities. Columns are
// the places of each point's two coordinates, nil for x1, y1, x2, y2, ... It is an error if no tree of rods connects
// the points to one pivot.
func Find(s *data.Set, columns [][2]int) (*Chain, error) {
	if err := s.Lengths(); err != nil {
		return nil, err
	}
	m, err := measure(s, wide(columns), 2)
	if err != nil {
		return nil, err
	}
	c := &Chain{Columns: columns}
	root := Rod{From: -1, To: -1, Spread: math.Inf(1)}
	for i := range m.points {
		centre, r, ok := m.circle(i)
		if ok && r.Spread < root.Spread && r.Spread < constant*m.spread && r.Length < farthest*m.deviation(i) {
			root, c.Pivot = r, [2]float64(centre)
		}
	}
	if root.To < 0 {
		return nil, errors.New("rods: no point keeps its distance from any fixed pivot")
	}
	c.Rods = append(c.Rods, root)
	inside := map[int]bool{root.To: true}
	for len(inside) < len(m.points) {
		best := Rod{Spread: math.Inf(1)}
		nearest := -1
		for i := range m.points {
			for j := range m.points {
				if !inside[i] || inside[j] {
					continue
				}
				if r := m.between(i, j); r.Spread < best.Spread {
					best, nearest = r, j
				}
			}
		}
		if best.Spread > constant*m.spread {
			return nil, fmt.Errorf("rods: no constant distance connects point %d to the pivot; the best, to point %d, varies by %.2g", nearest+1, best.From+1, best.Spread)
		}
		c.Rods = append(c.Rods, best)
		inside[best.To] = true
	}
	if err := c.open(m); err != nil {
		return nil, err
	}
	return c, nil
}

// open is an error where a distance is constant that is no rod's: the angles of the rods are then not free.
func (c *Chain) open(m *measured) error {
	for i := range m.points {
		if _, r, ok := m.circle(i); ok && !c.has(-1, i) && m.closes(r) && r.Length < farthest*m.deviation(i) {
			return closed(-1, i)
		}
		for j := range i {
			if r := m.between(j, i); m.closes(r) && !c.has(i, j) {
				return closed(j, i)
			}
		}
	}
	return nil
}

// closed says that a distance is constant and no rod.
func closed(i, j int) error {
	return fmt.Errorf("rods: the distance from %s to point %d is constant too, and does not follow from the rods: these are in a closed loop or on one rigid body, and %d-%d is to be named as well", end(i), j+1, i+1, j+1)
}

// loose is how much of its length a rod that is given may vary by.
const loose = 0.1

// Given is the chain of rods that a user names, each from one point to another (-1 for the pivot, which one rod has),
// with lengths and the pivot from the set. It is an error if they are no tree or if a distance is far from constant.
func Given(s *data.Set, columns [][2]int, pairs [][2]int) (*Chain, error) {
	if err := s.Lengths(); err != nil {
		return nil, err
	}
	m, err := measure(s, wide(columns), 2)
	if err != nil {
		return nil, err
	}
	c := &Chain{Columns: columns}
	inside := map[int]bool{-1: true}
	left := append([][2]int(nil), pairs...)
	for len(left) > 0 {
		before := len(left)
		for i := 0; i < len(left); i++ {
			a, b := left[i][0], left[i][1]
			if a < -1 || b < -1 || a >= len(m.points) || b >= len(m.points) {
				return nil, fmt.Errorf("rods: rod %d-%d, and there are the points 1 to %d; 0 is the pivot", a+1, b+1, len(m.points))
			}
			if inside[b] {
				a, b = b, a
			}
			switch {
			case inside[b]:
				return nil, fmt.Errorf("rods: rod %d-%d closes a loop; name a tree of rods from the pivot 0", left[i][0]+1, left[i][1]+1)
			case !inside[a]:
				continue
			}
			rod := m.between(max(a, 0), b)
			if a < 0 {
				if len(c.Rods) > 0 && c.Rods[0].From < 0 {
					return nil, errors.New("rods: two rods hang from a pivot; name one from 0, systems of two are to be given apart")
				}
				var centre []float64
				var ok bool
				if centre, rod, ok = m.circle(b); !ok || rod.Length > farthest*m.deviation(b) {
					return nil, fmt.Errorf("rods: the path of point %d is no arc of a circle, so that there is no pivot", b+1)
				}
				c.Pivot = [2]float64(centre)
			}
			if rod.Spread > loose*rod.Length {
				return nil, fmt.Errorf("rods: the distance from %s to point %d varies by %.2g of %.3g: that is no rod", end(a), b+1, rod.Spread, rod.Length)
			}
			c.Rods = append(c.Rods, rod)
			inside[b] = true
			left = append(left[:i], left[i+1:]...)
			i--
		}
		if len(left) == before {
			return nil, fmt.Errorf("rods: nothing connects rod %d-%d to the pivot 0", left[0][0]+1, left[0][1]+1)
		}
	}
	if len(c.Rods) != len(m.points) {
		return nil, fmt.Errorf("rods: %d rods for %d points; every point is the end of one", len(c.Rods), len(m.points))
	}
	if err := c.open(m); err != nil {
		return nil, err
	}
	return c, nil
}

func end(i int) string {
	if i < 0 {
		return "the pivot"
	}
	return fmt.Sprintf("point %d", i+1)
}

// Doubt says why distances are not constant but for noise, or why a circle may be an orbit: nil where what was found
// are rods beyond doubt.
func (c *Chain) Doubt(s *data.Set) error {
	for _, r := range c.Rods {
		if !r.rigid() {
			return fmt.Errorf("the distance from %s to point %d keeps within %.2g%%, which is more than its noise of %.2g%%", end(r.From), r.To+1, 100*r.Spread/r.Length, 100*r.Noise/r.Length)
		}
	}
	angles, err := c.Angles(s)
	if err != nil {
		return err
	}
	if len(c.Rods) == 1 {
		n, mean, square := 0.0, 0.0, 0.0
		for k := range angles.Trials() {
			t, x, _ := angles.Trial(k)
			for i := 1; i < len(t); i++ {
				w := (x[i*angles.Dim] - x[(i-1)*angles.Dim]) / (t[i] - t[i-1])
				n, mean, square = n+1, mean+w, square+w*w
			}
		}
		mean /= n
		if square/n < 1.01*mean*mean {
			return errors.New("the point turns evenly: an orbit as well as a rod")
		}
	}
	return nil
}

// rigid reports whether the distance varies by no more than its noise and a ten-thousandth, which is what rounding of the
// file and a marker's own size may leave.
func (r Rod) rigid() bool { return r.Spread <= 3*r.Noise+1e-4*r.Length }

// closes reports whether a distance is constant so surely that it is a rod also where others hold its ends already: of a small
// swing the distance of any point from somewhere above it is nearly constant.
func (m *measured) closes(r Rod) bool {
	return r.Spread < constant*m.spread && r.Spread <= 1.5*r.Noise+1e-6*r.Length
}

// measured are points, of as many coordinates each as dim, and their distances.
type measured struct {
	s      *data.Set
	dim    int
	points [][]int
	spread float64
}

// wide is the places of the coordinates of points of a plane as those of any points.
func wide(columns [][2]int) [][]int {
	var out [][]int
	for _, c := range columns {
		out = append(out, c[:])
	}
	return out
}

func measure(s *data.Set, columns [][]int, dim int) (*measured, error) {
	n, err := pointsOf(s, dim)
	if err != nil {
		return nil, err
	}
	m := &measured{s: s, dim: dim, points: columns}
	for i := 0; columns == nil && i < n; i++ {
		var place []int
		for c := range dim {
			place = append(place, dim*i+c)
		}
		m.points = append(m.points, place)
	}
	if len(m.points) != n {
		return nil, fmt.Errorf("rods: %d points of %d positions", len(m.points), dim*n)
	}
	for i := range m.points {
		m.spread = math.Max(m.spread, m.deviation(i))
	}
	for i := range m.points {
		if d := m.deviation(i); d == 0 || d < constant*m.spread {
			return nil, fmt.Errorf("rods: point %d does not move; leave its columns out: a pivot is found by itself", i+1)
		}
	}
	return m, nil
}

// deviation is the largest standard deviation of a point's coordinates.
func (m *measured) deviation(i int) float64 {
	most := 0.0
	for _, c := range m.points[i] {
		most = math.Max(most, deviation(m.s, func(x []float64) float64 { return x[c] }))
	}
	return most
}

func (c *Chain) has(i, j int) bool {
	for _, r := range c.Rods {
		if r.From == i && r.To == j || r.From == j && r.To == i {
			return true
		}
	}
	return false
}

// pointsOf is how many points of dim coordinates a state has.
func pointsOf(s *data.Set, dim int) (int, error) {
	d := s.Dim
	if !s.PositionsOnly {
		d /= 2
	}
	if d < dim || d%dim != 0 || !s.PositionsOnly && s.Dim != 2*d {
		return 0, fmt.Errorf("rods: states of length %d are not points of %s", s.Dim, map[int]string{2: "a plane", 3: "space"}[dim])
	}
	return d / dim, nil
}

// deviation is the standard deviation of a function of the rows.
func deviation(s *data.Set, f func(x []float64) float64) float64 {
	var mean, square float64
	n := float64(s.Rows())
	for r := range s.Rows() {
		mean += f(s.X[r*s.Dim:]) / n
	}
	for r := range s.Rows() {
		d := f(s.X[r*s.Dim:]) - mean
		square += d * d / n
	}
	return math.Sqrt(square)
}

func (m *measured) between(i, j int) Rod {
	a, b := m.points[i], m.points[j]
	return m.rod(i, j, func(x []float64) float64 {
		d := 0.0
		for c, at := range b {
			d = math.Hypot(d, x[at]-x[a[c]])
		}
		return d
	})
}

// rod is one of the mean distance.
func (m *measured) rod(from, to int, distance func(x []float64) float64) Rod {
	s, mean := m.s, 0.0
	for r := range s.Rows() {
		mean += distance(s.X[r*s.Dim:]) / float64(s.Rows())
	}
	// Third differences of independent noise have twenty times its variance, those of what is smooth are small.
	var square, n float64
	for k := range s.Trials() {
		for r := s.Offsets[k] + 3; r < s.Offsets[k+1]; r++ {
			d := 0.0
			for i, w := range [4]float64{1, -3, 3, -1} {
				d += w * distance(s.X[(r-i)*s.Dim:])
			}
			square, n = square+d*d/20, n+1
		}
	}
	return Rod{From: from, To: to, Length: mean, Spread: deviation(s, distance), Noise: math.Sqrt(square / math.Max(n, 1))}
}

// circle fits the centre and radius of a point's path, of a sphere in space, from the algebraic circle (Kasa 1976) by
// Gauss-Newton on the distances.
func (m *measured) circle(i int) (centre []float64, rod Rod, ok bool) {
	s, p := m.s, m.points[i]
	rows, n := s.Rows(), m.dim
	solve := func(row func(x, to []float64) float64) ([]float64, bool) {
		a, b := mat.NewDense(rows, n+1, nil), mat.NewVecDense(rows, nil)
		x, to := make([]float64, n), make([]float64, n+1)
		for r := range rows {
			for c, at := range p {
				x[c] = s.X[r*s.Dim+at]
			}
			right := row(x, to)
			a.SetRow(r, to)
			b.SetVec(r, right)
		}
		var v mat.VecDense
		if err := v.SolveVec(a, b); err != nil {
			return nil, false
		}
		return v.RawVector().Data, true
	}
	v, ok := solve(func(x, to []float64) float64 {
		square := 0.0
		for c, at := range x {
			to[c] = 2 * at
			square += at * at
		}
		to[n] = 1
		return square
	})
	if !ok {
		return nil, rod, false
	}
	centre, length := v[:n], v[n]
	for _, c := range centre {
		length += c * c
	}
	length = math.Sqrt(math.Max(length, 0))
	distance := func(x []float64) float64 {
		d := 0.0
		for c, at := range x {
			d = math.Hypot(d, at-centre[c])
		}
		return d
	}
	for range 20 {
		v, ok := solve(func(x, to []float64) float64 {
			d := distance(x)
			for c, at := range x {
				to[c] = (centre[c] - at) / d
			}
			to[n] = -1
			return length - d
		})
		if !ok {
			return nil, rod, false
		}
		moved := math.Abs(v[n])
		for c := range centre {
			centre[c] += v[c]
			moved += math.Abs(v[c])
		}
		if length += v[n]; moved < 1e-12*length {
			break
		}
	}
	x := make([]float64, n)
	rod = m.rod(-1, i, func(row []float64) float64 {
		for c, at := range p {
			x[c] = row[at]
		}
		return distance(x)
	})
	rod.Length = length
	return centre, rod, length > 0 && !math.IsNaN(length)
}

// Angles is the set of joint angles of a set of points, continuous in every trial, with their velocities where those of
// the points are measured.
func (c *Chain) Angles(s *data.Set) (*data.Set, error) {
	if err := s.Lengths(); err != nil {
		return nil, err
	}
	points, err := pointsOf(s, 2)
	if err != nil {
		return nil, err
	}
	n := len(c.Rods)
	if points != n {
		return nil, fmt.Errorf("rods: %d points of %d rods", points, n)
	}
	out := &data.Set{Dim: n, PositionsOnly: s.PositionsOnly, T: s.T, Offsets: s.Offsets, Inputs: s.Inputs, InputNames: s.InputNames, InputsHeld: s.InputsHeld}
	if !s.PositionsOnly {
		out.Dim = 2 * n
	}
	out.X = make([]float64, s.Rows()*out.Dim)
	trial := 0
	for r := range s.Rows() {
		for s.Offsets[trial+1] <= r {
			trial++
		}
		x, to := s.X[r*s.Dim:(r+1)*s.Dim], out.X[r*out.Dim:(r+1)*out.Dim]
		if s.PositionsOnly {
			c.angles(x, to)
		} else {
			c.State(x, to)
		}
		for i := 0; i < n && r > s.Offsets[trial]; i++ {
			before := out.X[(r-1)*out.Dim+i]
			to[i] += 2 * math.Pi * math.Round((before-to[i])/(2*math.Pi))
		}
	}
	return out, nil
}
