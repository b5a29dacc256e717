package lagrange

import (
	"hnn/data/estimate"
	"hnn/fit/sparse"
	"hnn/model/lagrangian"
)

// Windows says how test functions lie: psi(s) = (1 - s^2)^Power on 2 Half + 1 samples, their centres
// Half/4 apart.
type Windows struct {
	Half, Power int
}

// weakRows forms the problem: of every window, equation i is
//
//	-int psi' dL/dv_i - int psi (dL/dq_i + forces_i) = int psi known_i
//
// by the trapezoidal rule, which is exact to the order of psi's zeros at the ends, over |psi'|.
func weakRows(f *lagrangian.Form, trials []estimate.Path, step float64, o Windows) (*sparse.Rows, []float64) {
	n, at := f.N, f.Layout()
	w := &sparse.Rows{Size: at.Size, Block: n}
	var centre []float64 // positions at each window's centre
	half := o.Half
	psi, rate, scale := estimate.TestFunction(half, o.Power, step)
	stride := max(1, half/4)
	block := n * at.Size
	g := newRegression(f)
	windows := 0
	for i := range trials {
		if rows := trials[i].Rows(n); rows >= len(psi) {
			windows += (rows-len(psi))/stride + 1
		}
	}
	w.A, w.Y, centre = make([]float64, 0, windows*block), make([]float64, 0, windows*n), make([]float64, 0, windows*n)
	for i := range trials {
		t := &trials[i]
		rows := t.Rows(n)
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
			w.A, w.Y = w.A[:len(w.A)+block], w.Y[:len(w.Y)+n] // zeros
			row, right := w.A[len(w.A)-block:], w.Y[len(w.Y)-n:]
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
			w.Trial = append(w.Trial, i)
			centre = append(centre, t.Q[(first+half)*n:(first+half+1)*n]...)
		}
	}
	return w, centre
}

// scaleRows multiplies the rows of each equation by the spread of its velocity, so that all count alike.
func scaleRows(w *sparse.Rows, speeds []float64) {
	for r := range w.Y {
		s := speeds[r%w.Block]
		w.Y[r] *= s
		row := w.Row(r)
		for c := range row {
			row[c] *= s
		}
	}
}
