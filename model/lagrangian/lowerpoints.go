package lagrangian

import (
	"hnn/data/rods"
	"hnn/model/program"
)

// Charted reports whether integrators move other coordinates than the states, which keep the states' constraints: the joint
// angles of points on rods. See model.LoweredChart.
func (l *Lagrangian) Charted() bool { return l.Points != nil }

// LowerEnter is the joint angles and their rates of points and their velocities.
func (l *Lagrangian) LowerEnter(b *program.Builder, x program.Value) program.Value {
	c, n := l.Points, l.N
	dx, dy := spans(b, c, b.Slice(x, 0, 2*n), b.Constant(c.Pivot[0], c.Pivot[1]))
	vx, vy := spans(b, c, b.Slice(x, 2*n, 4*n), b.Filled(0, 2))
	turn, square := b.Sub(b.Mul(dx, vy), b.Mul(dy, vx)), b.Add(b.Mul(dx, dx), b.Mul(dy, dy))
	return b.Concat(b.Atan2(dx, b.Unary(program.Neg, dy)), b.Div(turn, square))
}

// LowerLeave is the points and their velocities at joint angles and rates.
func (l *Lagrangian) LowerLeave(b *program.Builder, z program.Value) program.Value {
	c, n := l.Points, l.N
	q, v := b.Slice(z, 0, n), b.Slice(z, n, 2*n)
	length := lengths(b, c)
	sin, cos := b.Mul(length, b.Unary(program.Sin, q)), b.Mul(length, b.Unary(program.Cos, q))
	pivot := make([]float64, 2*n)
	for i := range n {
		x, y := place(c, i)
		pivot[x], pivot[y] = c.Pivot[0], c.Pivot[1]
	}
	return b.Concat(
		b.Add(b.Constant(pivot...), along(b, c, sin, b.Unary(program.Neg, cos))),
		along(b, c, b.Mul(cos, v), b.Mul(sin, v)))
}

// LowerInner is the change of joint angles and rates by the time.
func (l *Lagrangian) LowerInner(b *program.Builder, z, u program.Value) (program.Value, error) {
	field, _, err := l.lowerAngles(b, z, u)
	return field, err
}

// lowerPoints is the accelerations of points, at joint angles and rates z and accelerations a of the angles.
func lowerPoints(b *program.Builder, c *rods.Chain, z, a program.Value) program.Value {
	n := len(c.Rods)
	q, v := b.Slice(z, 0, n), b.Slice(z, n, 2*n)
	inward, length := b.Mul(v, v), lengths(b, c)
	sin, cos := b.Mul(length, b.Unary(program.Sin, q)), b.Mul(length, b.Unary(program.Cos, q))
	return along(b, c, b.Sub(b.Mul(cos, a), b.Mul(sin, inward)), b.Add(b.Mul(sin, a), b.Mul(cos, inward)))
}

// place is where a point's coordinates are among the positions.
func place(c *rods.Chain, point int) (x, y int) {
	if c.Columns != nil {
		return c.Columns[point][0], c.Columns[point][1]
	}
	return 2 * point, 2*point + 1
}

func lengths(b *program.Builder, c *rods.Chain) program.Value {
	var all []float64
	for _, r := range c.Rods {
		all = append(all, r.Length)
	}
	return b.Constant(all...)
}

// spans are the rods' vectors between points (two coordinates each), the first of which begins at the pivot.
func spans(b *program.Builder, c *rods.Chain, points, pivot program.Value) (dx, dy program.Value) {
	from, to := [2][]int{}, [2][]int{}
	for _, r := range c.Rods {
		x, y := b.Len(points), b.Len(points)+1
		if r.From >= 0 {
			x, y = place(c, r.From)
		}
		from[0], from[1] = append(from[0], x), append(from[1], y)
		x, y = place(c, r.To)
		to[0], to[1] = append(to[0], x), append(to[1], y)
	}
	begin := b.Concat(points, pivot)
	return b.Sub(b.Gather(points, to[0]...), b.Gather(begin, from[0]...)), b.Sub(b.Gather(points, to[1]...), b.Gather(begin, from[1]...))
}

// along sums what every rod adds to the coordinates of its end, and of the ends behind it.
func along(b *program.Builder, c *rods.Chain, x, y program.Value) program.Value {
	n := len(c.Rods)
	t := &program.Table{Rows: 2 * n, Columns: 2 * n, Data: make([]float64, 4*n*n)}
	rows := func(point int) (x, y []float64) {
		i, j := place(c, point)
		return t.Data[2*n*i : 2*n*(i+1)], t.Data[2*n*j : 2*n*(j+1)]
	}
	for i, r := range c.Rods { // a rod begins at the end of one before it
		toX, toY := rows(r.To)
		if r.From >= 0 {
			fromX, fromY := rows(r.From)
			copy(toX, fromX)
			copy(toY, fromY)
		}
		toX[i], toY[n+i] = 1, 1
	}
	return b.Apply(t, nil, b.Concat(x, y), 1)
}
