package nn

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"

	"hnn/internal/elementary"
	"hnn/internal/kernel"
)

// widestHouseholder and longestHouseholder are up to where weights are drawn by gonum's QR,
// which takes a part of a second there. It makes all of the square Q, whose time grows with
// the cube: 4096 columns take minutes.
const (
	widestHouseholder  = 512
	longestHouseholder = 4096
)

// panelWidth is the number of columns that are made orthogonal to the ones before at once.
const panelWidth = 64

// orthogonalInPanels is orthogonal of wide layers by block Gram-Schmidt with
// reorthogonalisation (Giraud, Langou, Rozloznik and van den Eshof 2005: twice is enough),
// whose products are the project's kernels: of 4096 columns some seconds. The columns
// of a panel among themselves take Householder's QR. The Q whose R has a positive diagonal
// is unique, so the weights differ from the other way's by rounding only.
func orthogonalInPanels[T Float](l Layer[T], rng *rand.Rand, gain float64) {
	long, short := max(l.Out, l.In), min(l.Out, l.In)
	// Panel k is long x panelWidth; the last may have columns of zeros.
	panels := make([][]float64, (short+panelWidth-1)/panelWidth)
	for k := range panels {
		panels[k] = make([]float64, long*panelWidth)
	}
	for i := range long {
		for j := range short {
			panels[j/panelWidth][i*panelWidth+j%panelWidth] = elementary.Normal(rng)
		}
	}
	product := make([]float64, panelWidth*panelWidth)
	packed := make([]float64, kernel.PackedLen[float64](panelWidth, panelWidth))
	for k, p := range panels {
		for range 2 {
			for _, q := range panels[:k] {
				// P -= Q (Q^T P)
				kernel.MulTA(product, panelWidth, q, panelWidth, p, panelWidth, panelWidth, panelWidth, long, false)
				for i := range product {
					product[i] = -product[i]
				}
				kernel.Pack(packed, product, panelWidth, panelWidth, panelWidth)
				kernel.MulPacked(p, panelWidth, q, panelWidth, packed, long, panelWidth, panelWidth, true)
			}
		}
		orthonormalise(p, long, min(panelWidth, short-k*panelWidth))
	}
	for i := range l.Out {
		for j := range l.In {
			a, b := i, j
			if l.Out < l.In {
				a, b = j, i
			}
			l.W[i*l.In+j] = T(gain * panels[b/panelWidth][a*panelWidth+b%panelWidth])
		}
	}
}

// orthonormalise replaces the first columns of a panel by the Q of its QR factorisation, the
// diagonal of R being positive.
func orthonormalise(panel []float64, long, columns int) {
	p := blas64.General{Rows: long, Cols: columns, Stride: panelWidth, Data: panel}
	tau := make([]float64, columns)
	work := make([]float64, 1)
	lapack64.Geqrf(p, tau, work, -1)
	work = make([]float64, int(work[0]))
	lapack64.Geqrf(p, tau, work, len(work))
	sign := make([]float64, columns)
	for j := range columns {
		sign[j] = math.Copysign(1, panel[j*panelWidth+j])
	}
	lapack64.Orgqr(p, tau, work, len(work))
	for i := range long {
		for j := range columns {
			panel[i*panelWidth+j] *= sign[j]
		}
	}
}
