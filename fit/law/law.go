// Package law fits fields that are linear in their coefficients to trajectories of any number of columns,
//
//	dx_i/dt = sum over k of c_ik phi_k(x) + sum over j of b_ij u_j,
//
// by the weak form, in which no derivative of the data is taken, with the terms that held-out trials need: what
// SINDy does (Brunton, Proctor and Kutz, 2016; Messenger and Bortz, 2021). It is the model without structure that a
// Hamiltonian is compared with, and exact where a law is polynomial. The simulation error is minimised at the end.
package law

import (
	"fmt"
	"slices"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/shoot"
	"hnn/fit/sparse"
	"hnn/model/terms"
)

// Options of Fit.
type Options struct {
	// Angles marks the components that are angles, nil for none.
	Angles []bool
	// Degree bounds the powers; 0 tries 1 to 4.
	Degree int
	// SecondOrder says that the second half of a state is the time derivative of the first.
	SecondOrder bool
	// Within is that of estimate.PathOptions.
	Within float64
}

// Report says what a fit found.
type Report struct {
	shoot.Sampling
	Noise  []float64 // standard deviations of the noise of the columns
	Half   int       // half-width of the windows, in steps of Step
	Degree int       // of the polynomial that was chosen
	// Terms counts the coefficients that are not zero, of Candidates.
	Terms, Candidates int
	// Error is the median over held-out trials of the root mean square error of rollouts over Horizon, relative to
	// the spreads of the columns.
	Error  float64
	Polish *shoot.Report // what the fit of whole trials reached, nil without
}

// mostFeatures bounds the size of a library: the exchange search grows with its square.
const mostFeatures = 220

// Fit finds the field of a set of states, any number of columns. It is an error if the rows do not determine one.
func Fit(s *data.Set, o Options) (*terms.Field, *Report, error) {
	paths, err := estimate.NewPaths(s, estimate.PathOptions{Angles: o.Angles, Within: o.Within})
	if err != nil {
		return nil, nil, err
	}
	paths.Cut(8)
	degrees := []int{1, 2, 3, 4}
	if o.Degree > 0 {
		degrees = []int{o.Degree}
	}
	var best *terms.Field
	var report *Report
	for _, degree := range degrees {
		library := terms.New(s.Dim, o.Angles, terms.Options{Waves: 2, Degree: degree})
		if library.Size() > mostFeatures && degree > 1 {
			break
		}
		for _, half := range paths.Halves() {
			f, err := fitWindows(s, paths, library, half, o)
			if err != nil {
				continue
			}
			r := &Report{Sampling: shoot.SamplingOf(paths), Noise: paths.Noise, Half: half, Degree: degree, Terms: len(used(f)), Candidates: len(f.C) + len(f.B)}
			r.Error = system(f, nil).HeldOut(paths)
			// A larger library has to be better by a tenth.
			if best == nil || r.Error < report.Error*map[bool]float64{true: 1, false: 0.9}[r.Degree == report.Degree] {
				best, report = f, r
			}
		}
	}
	if best == nil {
		return nil, nil, sparse.ErrUndetermined
	}
	return best, report, nil
}

func fitWindows(s *data.Set, p *estimate.Paths, library *terms.Library, half int, o Options) (*terms.Field, error) {
	d, m, k := s.Dim, len(s.InputNames), library.Size()
	f := &terms.Field{Dim: d, Inputs: m, Library: library, C: make([]float64, d*k), B: make([]float64, d*m)}
	const power = 6
	psi, rate, scale := estimate.TestFunction(half, power, p.Step)
	rows := &sparse.Rows{Size: k + m, Block: 1}
	right := make([][]float64, d)
	stride := max(1, half/4)
	phi := make([]float64, k)
	for i := range p.Trials {
		t := &p.Trials[i]
		n := t.Rows(d)
		if n < len(psi) {
			continue
		}
		values := make([]float64, n*(k+m))
		for r := range n {
			library.At(t.Q[r*d:(r+1)*d], phi, nil, nil)
			copy(values[r*(k+m):], phi)
			if m > 0 {
				copy(values[r*(k+m)+k:], t.U[r*m:(r+1)*m])
			}
		}
		for from := 0; from+len(psi) <= n; from += stride {
			row := make([]float64, k+m)
			change := make([]float64, d)
			for j := range psi {
				w := psi[j] * scale
				for c, v := range values[(from+j)*(k+m) : (from+j+1)*(k+m)] {
					row[c] += w * v
				}
				for c := range d {
					change[c] -= rate[j] * scale * t.Q[(from+j)*d+c]
				}
			}
			rows.A = append(rows.A, row...)
			rows.Trial = append(rows.Trial, i)
			for c, v := range change {
				right[c] = append(right[c], v)
			}
		}
	}
	if rows.Blocks() < 8 {
		return nil, fmt.Errorf("law: trials of fewer than %d samples", 2*half+1)
	}
	return f, choose(f, rows, right, o)
}

// choose solves for the terms of each component, whose right sides share the rows.
func choose(f *terms.Field, rows *sparse.Rows, right [][]float64, o Options) error {
	d, m, k, library := f.Dim, f.Inputs, f.Library.Size(), f.Library
	penalty := make([]float64, k+m)
	for c := range penalty {
		penalty[c] = 1
		if c < k {
			order := 1 + float64(library.Features[c].Order())
			penalty[c] = order * order
		}
	}
	for i := range d {
		if o.SecondOrder && i < d/2 {
			for c, feature := range library.Features {
				if feature.Order() == 1 && feature.Powers[d/2+i] == 1 {
					f.C[i*k+c] = 1
				}
			}
			continue
		}
		one := *rows
		one.Y = right[i]
		c, err := (&sparse.Problem{Rows: &one, Penalty: penalty, MostTerms: 12}).Choose()
		if err != nil {
			return err
		}
		copy(f.C[i*k:(i+1)*k], c.Theta[:k])
		copy(f.B[i*m:(i+1)*m], c.Theta[k:])
	}
	return nil
}

// Polish minimises the simulation error of the measured columns over the coefficients that are not zero.
func Polish(f *terms.Field, s *data.Set, r *Report) {
	r.Polish = shoot.Fit(system(f, used(f)), shoot.TrialsOf(s), shoot.Options{
		Noise: r.Noise, Windows: []int{2 * r.Half, 4 * r.Half, 8 * r.Half}, Step: r.RungeKutta(),
	})
}

// used are the places, in (C, B), of the coefficients that are not zero.
func used(f *terms.Field) []int {
	var places []int
	for i, c := range slices.Concat(f.C, f.B) {
		if c != 0 {
			places = append(places, i)
		}
	}
	return places
}

// system is the field with the given places in (C, B) as parameters.
func system(f *terms.Field, free []int) *shoot.System {
	rate := func() func(x, u, dx, byX, byP []float64) bool {
		m := f.NewMotion(free)
		return func(x, u, dx, byX, byP []float64) bool { m.Rate(x, u, dx, byX, byP); return true }
	}
	s := &shoot.System{Dim: f.Dim, Inputs: f.Inputs, Rate: rate(), Copy: rate}
	for _, c := range free {
		s.Parameters = append(s.Parameters, *f.Coefficient(c))
	}
	s.Changed = func() {
		for i, c := range free {
			*f.Coefficient(c) = s.Parameters[i]
		}
	}
	return s
}
