package nn

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"hnn/internal/elementary"
)

// Init draws the parameters as the authors' code does: every W orthogonal with
// the given gain (Saxe, McClelland and Ganguli 2014; the paper's gain is 1), every
// bias uniform within 1/sqrt(inputs), which is the default of PyTorch's Linear.
func (m *MLP[T]) Init(rng *rand.Rand, gain float64) {
	for _, l := range m.layers {
		orthogonal(l, rng, gain)
		bound := 1 / math.Sqrt(float64(l.In))
		for i := range l.B {
			l.B[i] = T(bound * (2*rng.Float64() - 1))
		}
	}
	m.Refresh()
}

// orthogonal fills W with orthonormal rows or columns, whichever are fewer, times
// gain: the Q of a Gaussian matrix, its signs fixed by R's diagonal so that Q is
// uniform over the orthogonal matrices (Mezzadri 2007, section 5).
func orthogonal[T float32 | float64](l Layer[T], rng *rand.Rand, gain float64) {
	rows, cols := l.Out, l.In
	if min(rows, cols) > widestHouseholder || max(rows, cols) > longestHouseholder {
		orthogonalInPanels(l, rng, gain)
		return
	}
	long, short := max(rows, cols), min(rows, cols)
	g := mat.NewDense(long, short, nil)
	for i := range long {
		for j := range short {
			g.Set(i, j, elementary.Normal(rng))
		}
	}
	var qr mat.QR
	qr.Factorize(g)
	var q, r mat.Dense
	qr.QTo(&q)
	qr.RTo(&r)
	for i := range rows {
		for j := range cols {
			long, short := i, j
			if rows < cols {
				long, short = j, i
			}
			l.W[i*cols+j] = T(gain * math.Copysign(1, r.At(short, short)) * q.At(long, short))
		}
	}
}
