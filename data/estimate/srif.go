package estimate

import "math"

// The filter and the smoother keep the square root of the information, as rows of a triangular
// least-squares problem in the states of two neighbouring rows (Bierman, "Factorization Methods for
// Discrete Sequential Estimation", 1977, chapters V and VI). The unknown first state is simply no row:
// exactly diffuse, without the large number that covariance filters begin with.

const mostOrder = 4

// block is the state of the elimination at one row: R x_k + S x_{k+1} = z.
type block struct {
	r, s [mostOrder][mostOrder]float64
	z    [mostOrder]float64
}

// inverseNoise is, for orders 1 to 4, the inverse of the lower Cholesky factor of the covariance of
// the state (q, q', ...) after a unit step of unit noise, Q_ij = 1/((a+b+1) a! b!), a = m-1-i.
var inverseNoise [mostOrder + 1][mostOrder][mostOrder]float64

func init() {
	factorial := [...]float64{1, 1, 2, 6, 24}
	for m := 1; m <= mostOrder; m++ {
		var l [mostOrder][mostOrder]float64
		for i := range m {
			for j := range i + 1 {
				a, b := m-1-i, m-1-j
				v := 1 / (float64(a+b+1) * factorial[a] * factorial[b])
				for k := range j {
					v -= float64(l[i][k] * l[j][k])
				}
				if i == j {
					l[i][i] = math.Sqrt(v)
				} else {
					l[i][j] = v / l[j][j]
				}
			}
		}
		for c := range m {
			for i := range m {
				v := 0.0
				if i == c {
					v = 1
				}
				for k := range i {
					v -= float64(l[i][k] * inverseNoise[m][k][c])
				}
				inverseNoise[m][i][c] = v / l[i][i]
			}
		}
	}
}

// logarithm is the sum of logarithms, taken of products so long as these are neither large nor small.
type logarithm struct{ sum, product float64 }

func (l *logarithm) add(factor float64) {
	l.product *= factor
	if l.product > 1e200 || l.product < 1e-200 {
		l.sum += math.Log(l.product)
		l.product = 1
	}
}

func (l *logarithm) total() float64 { return l.sum + math.Log(l.product) }

// filter returns the logarithm of the track's likelihood. Keep, unless it is nil, takes the blocks of the elimination;
// visit, unless it is nil, is called with every standardised innovation beyond those that fix the first state.
func (m *Motion) filter(t Track, keep *[]block, visit func(row int, innovation float64)) float64 {
	n := m.Order
	determinant := logarithm{product: 1}
	var rows [2*mostOrder + 2][2*mostOrder + 1]float64 // columns x_k, x_{k+1}, right side
	var prior [mostOrder][mostOrder + 1]float64        // what earlier rows say of x_k
	held := 0                                          // rows of prior
	square := 0.0
	origin := 0.0
	for _, q := range t.Q {
		if !math.IsNaN(q) {
			origin = q
			break
		}
	}
	for k := 0; k < len(t.T); k++ {
		started, before := determinant.total(), prior
		// What is known of x_k: the prior and the measurements.
		var a [mostOrder + 2][mostOrder + 1]float64
		count := 0
		for i := range held {
			a[count] = prior[i]
			count++
		}
		q, v := t.Q[k], math.NaN()
		if m.rv > 0 && t.V != nil {
			v = t.V[k]
		}
		count = m.measure(&a, count, (q-origin)/m.scale, v*m.step/m.scale, &determinant)
		held = triangle(a[:count], n, n+1, nil, 0)
		for i := held; i < count; i++ {
			e := a[i][n]
			square += float64(e * e)
			if visit != nil {
				visit(k, e)
			}
		}
		if k+1 == len(t.T) {
			var b block
			for i := range held {
				copy(b.r[i][:n], a[i][:n])
				b.z[i] = a[i][n]
				determinant.add(1 / math.Abs(a[i][lead(a[i][:], i, n)]))
			}
			if keep != nil {
				*keep = append(*keep, b)
			}
			break
		}
		h := (t.T[k+1] - t.T[k]) / m.step
		clear(rows[:held+n])
		m.join(&rows, a[:held], h, &determinant)
		if keep != nil {
			var b block
			for i := range n {
				copy(b.r[i][:n], rows[i][:n])
				copy(b.s[i][:n], rows[i][n:2*n])
				b.z[i] = rows[i][2*n]
			}
			*keep = append(*keep, b)
		}
		follow(&prior, &rows, held, n)
		if keep == nil && visit == nil {
			if from, sum := m.steady(t, k, h, origin, held, &before, &prior); from > k+1 {
				determinant.sum += float64(float64(from-k-1) * (determinant.total() - started))
				square += sum
				k = from - 1
			}
		}
	}
	return determinant.total() - square/2
}

// measure adds the rows of a position and a velocity, NaN for none, in units of spread and step, and returns how many
// rows there are.
func (m *Motion) measure(a *[mostOrder + 2][mostOrder + 1]float64, count int, q, v float64, determinant *logarithm) int {
	for i, y := range [2]float64{q, v} {
		if math.IsNaN(y) {
			continue
		}
		w := 1 / math.Sqrt([2]float64{m.rq, m.rv}[i])
		a[count] = [mostOrder + 1]float64{}
		a[count][i], a[count][m.Order] = w, w*y
		determinant.add(w)
		count++
	}
	return count
}

// join takes what is known of x_k and the motion to x_{k+1} = A x_k + noise, whitened, and eliminates x_k.
func (m *Motion) join(rows *[2*mostOrder + 2][2*mostOrder + 1]float64, known [][mostOrder + 1]float64, h float64, determinant *logarithm) {
	n, held := m.Order, len(known)
	for i := range known {
		copy(rows[i][:n], known[i][:n])
		rows[i][2*n] = known[i][n]
	}
	m.motionRows(rows[held:held+n], h, determinant)
	triangleWide(rows[:held+n], n, 2*n+1, nil, 0)
	for i := range n {
		determinant.add(1 / math.Abs(rows[i][i]))
	}
}

// motionRows adds the motion to rows that are zero.
func (m *Motion) motionRows(rows [][2*mostOrder + 1]float64, h float64, determinant *logarithm) {
	n := m.Order
	root := 1 / math.Sqrt(m.intensity*h)
	for i := range n {
		row := &rows[i]
		for j := range i + 1 {
			// Row i of (L D)^-1 with D = sqrt(q h) diag(h^(m-1-j)).
			w := inverseNoise[n][i][j] * root * power(1/h, n-1-j)
			row[n+j] += w
			c := 1.0 // h^(l-j) / (l-j)!
			for l := j; l < n; l++ {
				row[l] -= float64(w * c)
				c *= h / float64(l-j+1)
			}
			if j == i {
				determinant.add(w)
			}
		}
	}
}

// follow makes what was eliminated the prior of the next state, of one sign.
func follow(prior *[mostOrder][mostOrder + 1]float64, rows *[2*mostOrder + 2][2*mostOrder + 1]float64, held, n int) {
	for i := range held {
		copy(prior[i][:n], rows[n+i][n:2*n])
		prior[i][n] = rows[n+i][2*n]
		if prior[i][min(i, n-1)] < 0 {
			for j := range n + 1 {
				prior[i][j] = -prior[i][j]
			}
		}
	}
}

// steady is where the filter of equal steps without missing samples no longer changes but for its right sides: these are
// then a linear map of the last ones and of the samples. It carries prior, which follows row k, over as many rows as there
// are such, and returns the first that is left, k+1 for none, and the sum of squared innovations.
func (m *Motion) steady(t Track, k int, h, origin float64, held int, before, prior *[mostOrder][mostOrder + 1]float64) (int, float64) {
	n := m.Order
	if !unchanged(held, n, before, prior) {
		return k + 1, 0
	}
	velocities := m.rv > 0 && t.V != nil
	last := m.steadyRows(t, k, h, velocities)
	if last == k+1 {
		return k + 1, 0
	}
	c, ok := m.carry(prior, h, velocities)
	if !ok {
		return k + 1, 0
	}
	var z [mostOrder]float64
	for i := range n {
		z[i] = prior[i][n]
	}
	square := c.over(t, k+1, last, origin, &z)
	for i := range n {
		prior[i][n] = z[i]
	}
	return last, square
}

// unchanged reports whether what earlier rows say of a state is, but for its right side, what it was a row before.
func unchanged(held, n int, before, prior *[mostOrder][mostOrder + 1]float64) bool {
	if held < n {
		return false
	}
	for i := range n {
		for j := i; j < n; j++ {
			if math.Abs(prior[i][j]-before[i][j]) > 1e-9*prior[i][i] {
				return false
			}
		}
	}
	return true
}

// steadyRows is the first row after k that lacks a sample, is followed by another step than h, in units of the motion's, or is
// the last.
func (m *Motion) steadyRows(t Track, k int, h float64, velocities bool) int {
	row := k + 1
	for ; row+1 < len(t.T); row++ {
		if math.IsNaN(t.Q[row]) || velocities && math.IsNaN(t.V[row]) || math.Abs((t.T[row+1]-t.T[row])/m.step-h) > 1e-9*h {
			break
		}
	}
	return row
}

// carried is the linear map of the right sides and the samples of a row to the next right sides and the innovations.
type carried struct {
	m          *Motion
	velocities bool
	inputs     int
	next       [mostOrder + 2][mostOrder]float64
	innovation [mostOrder + 2][2]float64
}

// carry builds the map, of each right side and sample alone; false where the rows do not fix the state.
func (m *Motion) carry(prior *[mostOrder][mostOrder + 1]float64, h float64, velocities bool) (*carried, bool) {
	n := m.Order
	out := &carried{m: m, velocities: velocities, inputs: n + 1}
	if velocities {
		out.inputs++
	}
	for c := range out.inputs {
		unit := *prior
		var sample [2]float64
		for i := range n {
			unit[i][n] = 0
		}
		if c < n {
			unit[c][n] = 1
		} else {
			sample[c-n] = 1
		}
		if !velocities {
			sample[1] = math.NaN()
		}
		var a [mostOrder + 2][mostOrder + 1]float64
		copy(a[:], unit[:n])
		none := logarithm{product: 1}
		count := m.measure(&a, n, sample[0], sample[1], &none)
		if triangle(a[:count], n, n+1, nil, 0) < n {
			return nil, false
		}
		for i := n; i < count; i++ {
			out.innovation[c][i-n] = a[i][n]
		}
		var rows [2*mostOrder + 2][2*mostOrder + 1]float64
		m.join(&rows, a[:n], h, &none)
		follow(&unit, &rows, n, n)
		for i := range n {
			out.next[c][i] = unit[i][n]
		}
	}
	return out, true
}

// over carries the right sides from a row to another and returns the sum of squared innovations.
func (c *carried) over(t Track, from, to int, origin float64, right *[mostOrder]float64) float64 {
	m, n := c.m, c.m.Order
	square := 0.0
	var z, y [mostOrder + 2]float64
	copy(z[:n], right[:n])
	for row := from; row < to; row++ {
		z[n] = (t.Q[row] - origin) / m.scale
		if c.velocities {
			z[n+1] = t.V[row] * m.step / m.scale
		}
		var e0, e1 float64
		clear(y[:n])
		for k, v := range z[:c.inputs] {
			e0 += float64(v * c.innovation[k][0])
			e1 += float64(v * c.innovation[k][1])
			for i := range n {
				y[i] += float64(v * c.next[k][i])
			}
		}
		square += float64(e0*e0) + float64(e1*e1)
		copy(z[:n], y[:n])
	}
	copy(right[:n], z[:n])
	return square
}

func power(x float64, n int) float64 {
	p := 1.0
	for range n {
		p *= x
	}
	return p
}

// lead is the column of the first element of row i that counts.
func lead(row []float64, i, n int) int {
	for j := i; j < n; j++ {
		if row[j] != 0 {
			return j
		}
	}
	return i
}

// narrow and wide rows are those of a state's coefficients and of two states', each with a right side behind.
type (
	narrow = [mostOrder + 1]float64
	wide   = [2*mostOrder + 1]float64
)

// triangle brings rows to an upper triangle in their first n columns by Householder reflections of their first columns, and of the
// right sides of count tracks beside them, nil for none, and returns how many rows count; below them only right sides are left.
func triangle(a []narrow, n, columns int, right []sides, count int) int {
	rank := 0
	for c := 0; c < n && rank < len(a); c++ {
		if eliminate(a, rank, c, columns, right, count) {
			rank++
		}
	}
	return rank
}

// triangleWide eliminates the first n of the columns, each below the row of its number.
func triangleWide(a []wide, n, columns int, right []sides, count int) {
	for c := range n {
		eliminate(a, c, c, columns, right, count)
	}
}

// eliminate reflects the rows from one on, so that column c is zero below it; false where it is zero there already.
func eliminate[R narrow | wide](a []R, row, c, columns int, right []sides, count int) bool {
	first, below := &a[row], a[row+1:]
	s := float64((*first)[c] * (*first)[c])
	for i := range below {
		s += float64(below[i][c] * below[i][c])
	}
	if s == 0 {
		return false
	}
	alpha := -math.Copysign(math.Sqrt(s), (*first)[c])
	v0 := (*first)[c] - alpha
	beta := s - float64(alpha*(*first)[c])
	for j := c + 1; j < columns; j++ {
		dot := v0 * (*first)[j]
		for i := range below {
			dot += float64(below[i][c] * below[i][j])
		}
		dot /= beta
		(*first)[j] -= float64(dot * v0)
		for i := range below {
			below[i][j] -= float64(dot * below[i][c])
		}
	}
	if count > 0 {
		var column [2*mostOrder + 2]float64
		for i := range below {
			column[1+i] = below[i][c]
		}
		reflect(right[row:], &column, v0, beta, count)
	}
	(*first)[c] = alpha
	for i := range below {
		below[i][c] = 0
	}
	return true
}

// Smoothed is a track's path at its rows: position, velocity, acceleration and their standard
// deviations, in the data's units.
type Smoothed struct{ Q, V, A, QDev, VDev, ADev []float64 }

// Smooth estimates the path of a track from all its samples. It is nil where the track has fewer
// samples than the order of the motion.
func (m *Motion) Smooth(t Track) *Smoothed {
	if err := t.lengths(); err != nil {
		panic(err.Error())
	}
	n, rows := m.Order, len(t.T)
	samples, origin := 0, math.NaN()
	for k, q := range t.Q {
		if !math.IsNaN(q) {
			samples++
			if math.IsNaN(origin) {
				origin = q
			}
		}
		if m.rv > 0 && t.V != nil && !math.IsNaN(t.V[k]) {
			samples++
		}
	}
	if samples < n || math.IsNaN(origin) {
		return nil
	}
	blocks := make([]block, 0, rows)
	m.filter(t, &blocks, nil)
	s := &Smoothed{}
	for _, p := range []*[]float64{&s.Q, &s.V, &s.A, &s.QDev, &s.VDev, &s.ADev} {
		*p = make([]float64, rows)
	}
	var x [mostOrder]float64
	var cov [mostOrder][mostOrder]float64
	for k := rows - 1; k >= 0; k-- {
		b := &blocks[k]
		var right [mostOrder]float64
		var spread [mostOrder][mostOrder]float64 // 1 + S cov S^T
		for i := range n {
			right[i] = b.z[i]
			spread[i][i] = 1
			if k+1 == rows {
				continue
			}
			for j := range n {
				right[i] -= float64(b.s[i][j] * x[j])
				for l := range n {
					for c := range n {
						spread[i][j] += float64(b.s[i][l] * cov[l][c] * b.s[j][c])
					}
				}
			}
		}
		for i := n - 1; i >= 0; i-- {
			v := right[i]
			for j := i + 1; j < n; j++ {
				v -= float64(b.r[i][j] * x[j])
			}
			x[i] = v / b.r[i][i]
		}
		// cov = R^-1 spread R^-T: columns of the inverse first.
		var inverse [mostOrder][mostOrder]float64
		for c := range n {
			for i := c; i >= 0; i-- {
				v := 0.0
				if i == c {
					v = 1
				}
				for j := i + 1; j <= c; j++ {
					v -= float64(b.r[i][j] * inverse[j][c])
				}
				inverse[i][c] = v / b.r[i][i]
			}
		}
		for i := range n {
			for j := range n {
				v := 0.0
				for l := range n {
					for c := range n {
						v += float64(inverse[i][l] * spread[l][c] * inverse[j][c])
					}
				}
				cov[i][j] = v
			}
		}
		rate := m.scale / m.step
		s.Q[k], s.V[k], s.A[k] = origin+float64(x[0]*m.scale), x[1]*rate, x[2]*rate/m.step
		s.QDev[k], s.VDev[k], s.ADev[k] = math.Sqrt(cov[0][0])*m.scale, math.Sqrt(cov[1][1])*rate, math.Sqrt(cov[2][2])*rate/m.step
	}
	return s
}
