package rods

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hnn/data"
)

// moving is a set of points (rows x size) that move along smooth paths, with noise.
func moving(rows, size int, noise float64, at func(t float64, x []float64)) *data.Set {
	rng := rand.New(rand.NewPCG(3, 3))
	s := &data.Set{Dim: size, PositionsOnly: true, Offsets: []int{0, rows}}
	for r := range rows {
		x := make([]float64, size)
		at(0.02*float64(r), x)
		for i := range x {
			x[i] += noise * rng.NormFloat64()
		}
		s.T, s.X = append(s.T, 0.02*float64(r)), append(s.X, x...)
	}
	return s
}

// space are two rods in space from a pivot at (0.3, -1, 2), columns in a mixed order.
func space(t float64, x []float64) {
	for i, length := range []float64{1, 0.7} {
		a, b := 0.9+0.5*math.Sin(2*t+float64(i)), t*(1.3-float64(i))+0.4*math.Cos(3*t)
		for c, v := range []float64{math.Sin(a) * math.Cos(b), math.Sin(a) * math.Sin(b), -math.Cos(a)} {
			x[2*c+i] = length * v
			if i == 0 {
				x[2*c] += []float64{0.3, -1, 2}[c]
			} else {
				x[2*c+1] += x[2*c]
			}
		}
	}
}

var spaceColumns = [][]int{{0, 2, 4}, {1, 3, 5}}

// triangle is two points of a body that turns about a pivot at (1, 2), square two points more.
func triangle(t float64, x []float64) {
	sin, cos := math.Sincos(1.1 * math.Sin(2*t+0.3*math.Sin(5*t)))
	for i, p := range [][2]float64{{0.5, -0.8}, {-0.4, -1}, {0.3, -1.5}}[:len(x)/2] {
		x[2*i], x[2*i+1] = 1+cos*p[0]-sin*p[1], 2+sin*p[0]+cos*p[1]
	}
}

// Rods of a chain in space and of a body in a plane are found with their pivots, with and without noise, and those that
// follow from others are left out.
func TestFindLinkage(t *testing.T) {
	for _, noise := range []float64{0, 0.005} {
		c, err := FindLinkage(moving(400, 6, noise, space), spaceColumns)
		if err != nil {
			t.Fatal(err)
		}
		// 400 rows leave a twentieth of the noise, of the pivot a few times that.
		if len(c.Rods) != 2 || len(c.Pivots) != 1 || math.Abs(c.Pivots[0][2]-2) > 1e-9+noise/2 {
			t.Fatalf("noise %v: %+v", noise, c)
		}
		for _, r := range c.Rods {
			want := 0.7
			if r.From < 0 {
				want = 1
			}
			if r.To != 0 == (r.From < 0) || math.Abs(r.Length-want) > 1e-9+noise/2 {
				t.Errorf("noise %v: %+v", noise, r)
			}
		}
		// Three points and a pivot: six distances, of which five are needed to hold them.
		c, err = FindLinkage(moving(400, 6, noise, triangle), [][]int{{0, 1}, {2, 3}, {4, 5}})
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Rods) != 5 || len(c.Pivots) != 1 || math.Hypot(c.Pivots[0][0]-1, c.Pivots[0][1]-2) > 1e-9+noise {
			t.Errorf("noise %v: %+v", noise, c)
		}
	}
}

// A linkage that is given may have no rod that does not hold, and leave out none that does; one that is no tree of a plane is
// no chain.
func TestGivenLinkage(t *testing.T) {
	s := moving(400, 4, 0.003, triangle)
	columns := [][]int{{0, 1}, {2, 3}}
	pairs := func(text string) [][2]int {
		p, err := ParsePairs(text)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	c, err := GivenLinkage(s, columns, pairs("0-1,1-2,2-0"))
	if err != nil || len(c.Rods) != 3 || len(c.Pivots) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	if Tree(pairs("0-1,1-2,2-0")) || Tree(pairs("1-2")) || Tree(pairs("0-1,0-2")) || !Tree(pairs("1-2,0-1")) {
		t.Error("what is a tree")
	}
	for text, want := range map[string]string{
		"0-1,1-2":     "0-2 is to be named",
		"0-1":         "the end of no rod",
		"0-1,1-3":     "there are the points",
		"0-1,1-2,1-0": "0-2 is to be named",
	} {
		if _, err := GivenLinkage(s, columns, pairs(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if _, err := Find(s, [][2]int{{0, 1}, {2, 3}}); err == nil {
		t.Error("a closed loop was taken for a chain")
	}
	if _, err := GivenLinkage(moving(400, 6, 0, space), spaceColumns, pairs("0-2,1-2")); err == nil || !strings.Contains(err.Error(), "no rod") && !strings.Contains(err.Error(), "pivot") {
		t.Errorf("a distance that changes: %v", err)
	}
}

// What the rods do not tell is refused: points on one line, paths in one plane of space, orbits; and points of a small swing, all
// of which nearly keep their distances from somewhere above, are in no closed loop.
func TestUntold(t *testing.T) {
	line := moving(300, 6, 0, func(t float64, x []float64) {
		sin, cos := math.Sincos(2*t + math.Sin(t))
		for i, r := range []float64{0.5, 1, 1.6} {
			x[2*i], x[2*i+1] = t+r*cos, -t*t+r*sin
		}
	})
	flat := moving(300, 3, 0, func(t float64, x []float64) {
		sin, cos := math.Sincos(math.Sin(2 * t))
		x[0], x[1], x[2] = cos, sin, 0.5*cos+0.2*sin
	})
	orbit := moving(300, 4, 0, func(t float64, x []float64) {
		sin, cos := math.Sincos(2 * t)
		x[0], x[1], x[2], x[3] = cos, sin, -2*cos, -2*sin
	})
	for name, of := range map[string]struct {
		s       *data.Set
		columns [][]int
	}{"line": {line, [][]int{{0, 1}, {2, 3}, {4, 5}}}, "orbit": {orbit, [][]int{{0, 1}, {2, 3}}}} {
		if c, err := FindLinkage(of.s, of.columns); !errors.Is(err, ErrUntold) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	if c, err := GivenLinkage(flat, [][]int{{0, 1, 2}}, [][2]int{{-1, 0}}); !errors.Is(err, ErrUntold) {
		t.Errorf("flat: %+v, %v", c, err)
	}
	chain := &Chain{Rods: []Rod{{From: -1, To: 0, Length: 1}, {From: 0, To: 1, Length: 1}}}
	small := moving(500, 4, 0.004, func(t float64, x []float64) {
		chain.Points([]float64{0.2 * math.Sin(3*t), 0.2 * math.Cos(5*t)}, x)
	})
	if c, err := Find(small, nil); err != nil || len(c.Rods) != 2 {
		t.Errorf("small: %+v, %v", c, err)
	}
}

// Projected states keep the rods to rounding and move along them; the change of the projection is that of its difference.
func TestProjection(t *testing.T) {
	c, err := FindLinkage(moving(400, 6, 0, space), spaceColumns)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(4, 4))
	x := make([]float64, 12)
	space(0.3, x[:6])
	for i := range x {
		x[i] += 0.1 * rng.NormFloat64()
	}
	p := c.NewProjection()
	if !p.State(x) {
		t.Fatal("no projection")
	}
	first, second, rate := 0.0, 0.0, 0.0
	for a, at := range c.Columns[0] {
		first = math.Hypot(first, x[at]-c.Pivots[0][a])
		second = math.Hypot(second, x[c.Columns[1][a]]-x[at])
		rate += (x[c.Columns[1][a]] - x[at]) * (x[6+c.Columns[1][a]] - x[6+at])
	}
	if math.Abs(first-1) > 1e-13 || math.Abs(second-0.7) > 1e-13 || math.Abs(rate) > 1e-13 {
		t.Errorf("rods of %v and %v, which change by %v", first, second, rate)
	}
	const h = 1e-5
	w, along, turning := make([]float64, 6), make([]float64, 6), make([]float64, 6)
	var moved [2][]float64
	for i := range w {
		w[i] = rng.NormFloat64()
	}
	for k, side := range []float64{-h, h} {
		y := make([]float64, 6)
		for i := range y {
			y[i] = x[i] + side*x[6+i]
		}
		p.At(y)
		moved[k] = append([]float64(nil), w...)
		p.Tangent(moved[k])
	}
	p.At(x[:6])
	copy(along, w)
	p.Tangent(along)
	j := make([]float64, len(c.Rods)*6)
	c.Jacobian(x[6:], nil, j)
	p.Turning(j, along, w, turning)
	for i, v := range turning {
		if want := (moved[1][i] - moved[0][i]) / (2 * h); math.Abs(v-want) > 1e-8 {
			t.Errorf("dP/dt w is %v at %d, by differences %v", v, i, want)
		}
	}
}
