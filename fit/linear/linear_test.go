package linear

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hnn/data"
)

// draw integrates a field exactly, by the exponential of the matrix of (x, u, du/dt, 1).
func draw(f *Field, trials int, times func(rng *rand.Rand) []float64, noise float64, seed uint64) *data.Set {
	rng := rand.New(rand.NewPCG(seed, 1))
	d, m := f.Dim, f.Inputs
	s := &data.Set{Dim: d, Offsets: []int{0}}
	for j := range m {
		s.InputNames = append(s.InputNames, string(rune('u'+j)))
	}
	w := d + 2*m + 1
	for range trials {
		t := times(rng)
		x := make([]float64, d)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		u := make([]float64, m)
		for k := range t {
			next := make([]float64, m)
			for j := range next {
				next[j] = rng.NormFloat64()
			}
			s.T = append(s.T, t[k])
			for _, v := range x {
				s.X = append(s.X, v+noise*rng.NormFloat64())
			}
			s.Inputs = append(s.Inputs, u...)
			if k+1 == len(t) {
				break
			}
			h := t[k+1] - t[k]
			a := mat.NewDense(w, w, nil)
			for i := range d {
				for j := range d {
					a.Set(i, j, h*f.A[i*d+j])
				}
				for j := range m {
					a.Set(i, d+j, h*f.B[i*m+j])
				}
				a.Set(i, w-1, h*f.C[i])
			}
			z := mat.NewVecDense(w, nil)
			for i, v := range x {
				z.SetVec(i, v)
			}
			for j := range m {
				a.Set(d+j, d+m+j, 1)
				z.SetVec(d+j, u[j])
				z.SetVec(d+m+j, next[j]-u[j])
			}
			z.SetVec(w-1, 1)
			var e mat.Dense
			e.Exp(a)
			var to mat.VecDense
			to.MulVec(&e, z)
			for i := range x {
				x[i] = to.AtVec(i)
			}
			u = next
		}
		s.Offsets = append(s.Offsets, len(s.T))
	}
	if m == 0 {
		s.Inputs = nil
	}
	return s
}

func even(n int, h float64) func(*rand.Rand) []float64 {
	return func(*rand.Rand) []float64 {
		t := make([]float64, n)
		for i := range t {
			t[i] = 5 + h*float64(i)
		}
		return t
	}
}

func uneven(n int, h float64) func(*rand.Rand) []float64 {
	return func(rng *rand.Rand) []float64 {
		t := make([]float64, n)
		for i := 1; i < n; i++ {
			t[i] = t[i-1] + h*(0.4+rng.ExpFloat64())
		}
		return t
	}
}

var systems = map[string]*Field{
	"oscillator": {Dim: 2, A: []float64{0, 1, -4, 0}, C: []float64{0, 3}},
	"free fall":  {Dim: 2, A: []float64{0, 1, 0, 0}, C: []float64{0, -9.81}},
	"magnetic": {Dim: 4, A: []float64{0, 0, 1, 0, 0, 0, 0, 1, -.5, 0, 0, 1, 0, -.9, -1, 0},
		C: make([]float64, 4)},
	"driven": {Dim: 3, Inputs: 2, A: []float64{-1, 2, 0, -2, -.5, 1, 0, -1, 0}, B: []float64{1, 0, 0, 2, .5, .5}, C: []float64{1, 2, 3}},
}

func relative(got, want []float64) float64 {
	most, scale := 0.0, 0.0
	for i, w := range want {
		most = math.Max(most, math.Abs(got[i]-w))
		scale = math.Max(scale, math.Abs(w))
	}
	if scale == 0 {
		scale = 1
	}
	return most / scale
}

// fieldError is the largest error of a field over the rows of a set, relative to the largest
// value of each component.
func fieldError(got, want *Field, s *data.Set) float64 {
	d, m := s.Dim, len(s.InputNames)
	off, size := make([]float64, d), make([]float64, d)
	a, b := make([]float64, d), make([]float64, d)
	for k := range s.T {
		got.At(s.X[k*d:(k+1)*d], s.Inputs[k*m:(k+1)*m], a)
		want.At(s.X[k*d:(k+1)*d], s.Inputs[k*m:(k+1)*m], b)
		for i := range d {
			off[i] = math.Max(off[i], math.Abs(a[i]-b[i]))
			size[i] = math.Max(size[i], math.Abs(b[i]))
		}
	}
	most := 0.0
	for i := range d {
		most = math.Max(most, off[i]/size[i])
	}
	return most
}

// The coefficients of exact rows are found to rounding, whatever the steps.
func TestFitExact(t *testing.T) {
	for name, f := range systems {
		for kind, times := range map[string]func(*rand.Rand) []float64{"even": even(80, 0.1), "uneven": uneven(80, 0.1)} {
			s := draw(f, 5, times, 0, 3)
			got, report, err := Fit(s, Options{})
			if err != nil {
				t.Errorf("%s, %s: %v", name, kind, err)
				continue
			}
			off := fieldError(got, f, s)
			t.Logf("%s, %s: field %.1e, residual %.1e, converged %v, %.3f turns a step", name, kind, off, report.Relative, report.Converged, report.Fastest)
			// Eighty steps of rounding at the condition of the rows, some 1000.
			if limit := 1e-11; off > limit || report.Relative > limit {
				t.Errorf("%s, %s: the field is wrong by %.1e, the residual %.1e", name, kind, off, report.Relative)
			}
		}
	}
}

// With white noise the estimate is unbiased and its standard errors are true: over draws the
// errors divided by them have a root mean square of 1 within what 12 draws can tell: a standard error of 0.05.
func TestFitNoisy(t *testing.T) {
	f := systems["magnetic"]
	const draws = 12
	var square float64
	n := 0
	for seed := range uint64(draws) {
		got, report, err := Fit(draw(f, 5, uneven(60, 0.15), 0.05, 100+seed), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !report.Converged {
			t.Fatalf("seed %d has not converged", seed)
		}
		d, q, k := f.Dim, f.Dim+1, len(report.Free)
		for i, place := range report.Free {
			if j := place % q; j < d {
				z := (got.A[place/q*d+j] - f.A[place/q*d+j]) / math.Sqrt(report.Covariance[i*k+i])
				square += z * z
				n++
			}
		}
	}
	rms := math.Sqrt(square / float64(n))
	t.Logf("errors over standard errors: %.3f in the root mean square of %d", rms, n)
	if rms < 0.8 || rms > 1.2 {
		t.Errorf("errors are %.3f standard errors in the root mean square, want 1", rms)
	}
}

// Units do not matter: a circuit in coulombs, amperes and microseconds is found like a pendulum.
func TestFitUnits(t *testing.T) {
	s := draw(systems["oscillator"], 5, uneven(80, 0.1), 0, 3)
	for k := range s.T {
		s.T[k] *= 1e-5
		s.X[2*k] *= 1e-6
		s.X[2*k+1] *= 1e-1
	}
	got, _, err := Fit(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := &Field{Dim: 2, A: []float64{0, 1, -4e10, 0}, C: []float64{0, 3e4}}
	if off := fieldError(got, want, s); off > 1e-11 {
		t.Errorf("the field is wrong by %.1e", off)
	}
}

// What is given is kept.
func TestFitSecondOrder(t *testing.T) {
	f := systems["magnetic"]
	got, _, err := Fit(draw(f, 5, even(60, 0.15), 0.02, 9), Options{SecondOrder: true, Linear: true})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 {
		if got.A[i] != f.A[i] {
			t.Errorf("element %d of A is %v, and %v was given", i, got.A[i], f.A[i])
		}
	}
	if e := relative(got.A, f.A); e > 0.02 {
		t.Errorf("A is wrong by %.2g at 2%% noise", e)
	}
}

func TestFitRefuses(t *testing.T) {
	// 3.3 rad a step is past half a turn for one, alternating signs exactly for the other.
	alternating := &data.Set{Dim: 1, Offsets: []int{0, 40}}
	for k := range 40 {
		alternating.T = append(alternating.T, float64(k))
		alternating.X = append(alternating.X, math.Pow(-0.9, float64(k)))
	}
	if _, _, err := Fit(alternating, Options{Linear: true}); !errors.Is(err, ErrNyquist) {
		t.Errorf("alternating signs: %v, want ErrNyquist", err)
	}
	if _, _, err := Fit(&data.Set{Dim: 2, Offsets: []int{0, 2}, T: []float64{0, 1}, X: make([]float64, 4)}, Options{}); err == nil {
		t.Error("two rows determine a field")
	}
	if _, _, err := Fit(&data.Set{Dim: 2, Offsets: []int{0}}, Options{}); err == nil {
		t.Error("no rows determine a field")
	}
}

// The logarithm of an exponential is the matrix, with a Jordan block and with rotations.
func TestLogarithm(t *testing.T) {
	for _, a := range [][]float64{{0, 1, 0, 0}, {-1, 3, -3, -1}, {0.1, 0, 0, -2}} {
		m := mat.NewDense(2, 2, a)
		var e mat.Dense
		e.Exp(m)
		got, err := logarithm(&e)
		if err != nil {
			t.Fatalf("%v: %v", a, err)
		}
		if r := relative(got.RawMatrix().Data, a); r > 1e-12 {
			t.Errorf("%v: the logarithm is wrong by %.1e", a, r)
		}
	}
}

// Rows that no field explains, as white noise, end in a moment: steps towards a field that is faster than the rows are not taken.
func TestNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	s := &data.Set{Dim: 2, Offsets: []int{0, 600}, Names: []string{"q", "p"}}
	for i := range 600 {
		s.T = append(s.T, 0.05*float64(i))
		s.X = append(s.X, rng.NormFloat64(), rng.NormFloat64())
	}
	if _, r, err := Fit(s, Options{}); err == nil && r.Relative < 0.5 {
		t.Errorf("noise is explained to %v", r.Relative)
	}
}
