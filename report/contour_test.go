package report

import (
	"math"
	"testing"
)

// The contours of q^2 + p^2 are circles, closed inside of the grid and open where its
// border cuts them; linear interpolation is off by at most an eighth of the second
// derivative, 2 h^2 / 8.
func TestContoursOfCircles(t *testing.T) {
	const n = 41
	h := 2.0 / (n - 1)
	z := make([]float64, n*n)
	for i := range n {
		for j := range n {
			x, y := -1+h*float64(i), -1+h*float64(j)
			z[i*n+j] = x*x + y*y
		}
	}
	for _, c := range []struct {
		level  float64
		lines  int
		closed bool
	}{{0.5, 1, true}, {1.3, 4, false}, {3, 0, false}} {
		lines := contour(z, n, n, c.level)
		if len(lines) != c.lines {
			t.Errorf("level %v: %d lines, want %d", c.level, len(lines), c.lines)
		}
		for _, line := range lines {
			if closed := line[0] == line[len(line)-1]; closed != c.closed {
				t.Errorf("level %v: a line is closed: %v", c.level, closed)
			}
			length := 0.0
			for k, p := range line {
				x, y := -1+h*p[0], -1+h*p[1]
				if v := x*x + y*y; math.Abs(v-c.level) > 2*h*h/8+1e-12 {
					t.Errorf("level %v: a point has %v", c.level, v)
				}
				if k > 0 {
					length += h * math.Hypot(p[0]-line[k-1][0], p[1]-line[k-1][1])
				}
			}
			if want := 2 * math.Pi * math.Sqrt(c.level); c.closed && math.Abs(length-want) > 0.01*want {
				t.Errorf("level %v: length %v, want the circle's, %v", c.level, length, want)
			}
		}
	}
}

// Of a saddle's corners those above the level are joined where the mean is above it.
func TestContourOfASaddle(t *testing.T) {
	for _, c := range []struct {
		level float64
		want  [][][2]float64
	}{
		{0.25, [][][2]float64{{{0.75, 0}, {1, 0.25}}, {{0, 0.75}, {0.25, 1}}}},
		{0.75, [][][2]float64{{{0.25, 0}, {0, 0.25}}, {{0.75, 1}, {1, 0.75}}}},
	} {
		lines := contour([]float64{1, 0, 0, 1}, 2, 2, c.level)
		if len(lines) != 2 {
			t.Fatalf("level %v: lines %v", c.level, lines)
		}
		for _, line := range lines {
			a, b := line[0], line[1]
			if !(a == c.want[0][0] && b == c.want[0][1] || b == c.want[0][0] && a == c.want[0][1] ||
				a == c.want[1][0] && b == c.want[1][1] || b == c.want[1][0] && a == c.want[1][1]) {
				t.Errorf("level %v: line %v, want one of %v", c.level, line, c.want)
			}
		}
	}
}
