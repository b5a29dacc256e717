package lagrange

import "math"

// Trial is one path on equal steps: positions and velocities (rows x N each, row-major) and inputs (rows x
// Inputs, nil for none).
type Trial struct {
	Q, V, U []float64
}

// rows is the number of samples.
func (t *Trial) rows(n int) int { return len(t.Q) / n }

// Windows says how test functions lie: psi(s) = (1 - s^2)^Power on 2 Half + 1 samples, their centres
// Half/4 apart.
type Windows struct {
	Half, Power int
}

// weak is the linear problem of all windows: a theta = y, n rows a window.
type weak struct {
	n, size int
	a       []float64
	y       []float64
	trial   []int     // of each window
	centre  []float64 // N positions at each window's centre
}

func (w *weak) windows() int { return len(w.trial) }

// row is a view of row i.
func (w *weak) row(i int) []float64 { return w.a[i*w.size : (i+1)*w.size] }

// weakRows forms the problem: of every window, equation i is
//
//	-int psi' dL/dv_i - int psi (dL/dq_i + forces_i) = int psi known_i
//
// by the trapezoidal rule, which is exact to the order of psi's zeros at the ends, over |psi'|.
func (f *Form) weakRows(trials []Trial, step float64, o Windows) *weak {
	n, at := f.N, f.layout()
	w := &weak{n: n, size: at.size}
	half := o.Half
	psi, rate := make([]float64, 2*half+1), make([]float64, 2*half+1)
	norm := 0.0
	for k := range psi {
		s := float64(k-half) / float64(half)
		psi[k] = math.Pow(1-s*s, float64(o.Power))
		rate[k] = -2 * float64(o.Power) * s * math.Pow(1-s*s, float64(o.Power-1)) / (float64(half) * step)
		norm += rate[k] * rate[k]
	}
	scale := 1 / math.Sqrt(norm)
	stride := max(1, half/4)
	block := n * at.size
	g := newRegression(f)
	for i := range trials {
		t := &trials[i]
		rows := t.rows(n)
		if rows < len(psi) {
			continue
		}
		// The last samples of what the coefficients multiply, in a ring.
		p, r := make([]float64, len(psi)*block), make([]float64, len(psi)*block)
		known := make([]float64, len(psi)*n)
		for k := range rows {
			slot := k % len(psi)
			var u []float64
			if f.Inputs > 0 {
				u = t.U[k*f.Inputs : (k+1)*f.Inputs]
			}
			g.run(t.Q[k*n:(k+1)*n], t.V[k*n:(k+1)*n], u, p[slot*block:(slot+1)*block], r[slot*block:(slot+1)*block], known[slot*n:(slot+1)*n])
			first := k - len(psi) + 1
			if first < 0 || first%stride != 0 {
				continue
			}
			row := make([]float64, block)
			right := make([]float64, n)
			for j := range psi {
				slot := (first + j) % len(psi)
				a, b := -rate[j]*scale, -psi[j]*scale
				ps, rs := p[slot*block:(slot+1)*block], r[slot*block:(slot+1)*block]
				for c := range row {
					row[c] += a*ps[c] + b*rs[c]
				}
				for c := range right {
					right[c] += psi[j] * scale * known[slot*n+c]
				}
			}
			w.a = append(w.a, row...)
			w.y = append(w.y, right...)
			w.trial = append(w.trial, i)
			w.centre = append(w.centre, t.Q[(first+half)*n:(first+half+1)*n]...)
		}
	}
	return w
}

// scaleRows multiplies the rows of each equation by the spread of its velocity, so that all count alike.
func (w *weak) scaleRows(speeds []float64) {
	for r := range w.y {
		s := speeds[r%w.n]
		w.y[r] *= s
		row := w.row(r)
		for c := range row {
			row[c] *= s
		}
	}
}
