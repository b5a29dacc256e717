package ode

import (
	"flag"
	"math"
	"slices"
	"testing"
)

var long = flag.Bool("long", false, "a million steps where a few ten thousand stand in")

// coupled is H = (q^2 + 1)(p^2 + 1)/2, which is not separable (Tao's example).
func coupled(_ float64, x, dx []float64) {
	q, p := x[0], x[1]
	dx[0], dx[1] = (q*q+1)*p, -(p*p+1)*q
}

func coupledEnergy(x []float64) float64 { return (x[0]*x[0] + 1) * (x[1]*x[1] + 1) / 2 }

// The order of the methods for any Hamiltonian, on one that is not separable, at outputs
// that steps do not hit.
func TestOrderOnAnyHamiltonian(t *testing.T) {
	x0 := []float64{-1.5, 0.5}
	times := linspace(0, 3, 41)
	exact, _, err := Solve(coupled, x0, times, nil, &Settings{Method: DOP853, RTol: 1e-13, ATol: 1e-14})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range unsplit {
		longest := map[int]float64{2: 0.03, 4: 0.04, 6: 0.1}[m.Order()]
		var h, errs []float64
		for _, factor := range []float64{1, 0.8, 0.65, 0.5} {
			got, _, err := Solve(coupled, x0, times, nil, &Settings{Method: m, Step: longest * factor})
			if err != nil {
				t.Fatal(err)
			}
			h, errs = append(h, longest*factor), append(errs, distance(got, exact))
		}
		if order := slope(h, errs); math.Abs(order-float64(m.Order())) > 0.25 {
			t.Errorf("%v: measured order %.3f; errors %.3g", m, order, errs)
		}
	}
}

// symplecticForm is the sum of dq^dp of two tangent vectors over blocks of n positions and
// n momenta.
func symplecticForm(n int, a, b []float64) float64 {
	var sum float64
	for block := 0; block < len(a); block += 2 * n {
		for i := block; i < block+n; i++ {
			sum += a[i]*b[n+i] - a[n+i]*b[i]
		}
	}
	return sum
}

// symplecticDefect is the largest element of M^T J M - J, where M is the Jacobian of step at
// x0, by the five-point formula of step 1e-3: its truncation error is 3e-14 times fifth
// derivatives of up to 1e3 here, its rounding error about 1e-13.
func symplecticDefect(step func(x []float64) []float64, n int, x0 []float64) float64 {
	d := len(x0)
	columns, units := make([][]float64, d), make([][]float64, d)
	for j := range d {
		columns[j], units[j] = make([]float64, d), make([]float64, d)
		units[j][j] = 1
		for _, p := range []struct{ at, weight float64 }{{-2, 1. / 12}, {-1, -2. / 3}, {1, 2. / 3}, {2, -1. / 12}} {
			const eps = 1e-3
			x := slices.Clone(x0)
			x[j] += p.at * eps
			for i, v := range step(x) {
				columns[j][i] += p.weight * v / eps
			}
		}
	}
	var worst float64
	for i := range d {
		for j := range d {
			worst = max(worst, math.Abs(symplecticForm(n, columns[i], columns[j])-symplecticForm(n, units[i], units[j])))
		}
	}
	return worst
}

// A step preserves the symplectic form, if the method is symplectic, and else not. Tao's
// methods do so in the state and its copy together.
func TestSymplecticity(t *testing.T) {
	const h = 0.1
	for m := range methods {
		m := Method(m)
		s := &Settings{Method: m, Step: h, InitialStep: h, RTol: 1e-3, ATol: 1e-3, Copies: m.copies()}
		step := func(f Field, split Split) func(x []float64) []float64 {
			return func(x []float64) []float64 {
				var out []float64
				var err error
				if m.NeedsSplit() {
					out, _, err = SolveSplit(split, x, []float64{0, h}, nil, s)
				} else {
					out, _, err = Solve(f, x, []float64{0, h}, nil, s)
				}
				if err != nil {
					t.Fatal(err)
				}
				return out[len(x):]
			}
		}
		got := map[string]float64{}
		if m.copies() {
			got["coupled"] = symplecticDefect(step(coupled, Split{}), 1, []float64{0.8, 0.5, 0.7, 0.6})
		} else {
			got["Kepler"] = symplecticDefect(step(kepler, splitKepler), 2, []float64{0.6, 0.1, 0.2, 1.3})
			if !m.NeedsSplit() {
				got["coupled"] = symplecticDefect(step(coupled, Split{}), 1, []float64{0.8, 0.5})
			}
		}
		for name, defect := range got {
			if m.Symplectic() && defect > 1e-10 {
				t.Errorf("%v, %s: M^T J M differs from J by %.3g", m, name, defect)
			}
			// By h^5 times a number.
			if m == RK4 && defect < 1e-8 {
				t.Errorf("%v, %s: M^T J M differs from J by %.3g only", m, name, defect)
			}
		}
	}
}

func TestGaussCoefficients(t *testing.T) {
	for m, order := range map[Method]int{Midpoint: 2, Gauss4: 4, Gauss6: 6} {
		method := methods[m].fixed.(*implicit)
		checkOrder(t, m.String(), method.a, method.b, 1, order)
		for i, row := range method.a {
			sum := -method.c[i]
			for j, a := range row {
				sum += a
				// HLW, theorem VI.4.3.
				if e := method.b[i]*a + method.b[j]*method.a[j][i] - method.b[i]*method.b[j]; math.Abs(e) > 1e-16 {
					t.Errorf("%v: the condition of symplecticity of %d and %d fails by %.3g", m, i, j, e)
				}
			}
			if math.Abs(sum) > 1e-16 {
				t.Errorf("%v: row %d of a sums to c and %.3g", m, i, sum)
			}
		}
	}
}

// worstEnergy is the largest |H - H0| over each of parts equal parts of a run.
func worstEnergy(t *testing.T, m Method, s Settings, steps, parts int) []float64 {
	t.Helper()
	s.Method = m
	times := make([]float64, steps+1) // every step, or the samples beat with the orbit
	for i := range times {
		times[i] = float64(i) * s.Step
	}
	s.MaxSteps = steps
	x0 := []float64{1.5, 0.3}
	field, energy := Field(coupled), coupledEnergy
	var out []float64
	var err error
	if m.NeedsSplit() {
		energy = pendulumEnergy
		out, _, err = SolveSplit(splitPendulum, x0, times, nil, &s)
	} else {
		out, _, err = Solve(field, x0, times, nil, &s)
	}
	if err != nil {
		t.Fatal(err)
	}
	worst := make([]float64, parts)
	for i := 1; i <= steps; i++ {
		part := (i - 1) * parts / steps
		worst[part] = max(worst[part], math.Abs(energy(out[2*i:2*i+2])-energy(x0)))
	}
	return worst
}

// Over a long run the energy error of symplectic methods stays what it was in the first
// tenth, and that of RK4 grows in proportion to the time.
func TestEnergyOverLongRuns(t *testing.T) {
	steps := 20_000
	if *long {
		steps = 1_000_000
	}
	const step = 0.05
	for m := range methods {
		m := Method(m)
		if m.Adaptive() {
			continue
		}
		worst := worstEnergy(t, m, Settings{Step: step, Compensated: true}, steps, 10)
		t.Logf("| `%v` | %.1e | %.1e |", m, worst[0], worst[9])
		growth := worst[9] / worst[0]
		if m.Symplectic() && growth > 1.1 {
			t.Errorf("%v: the energy error grows %.3g-fold: %.3g", m, growth, worst)
		}
		if m == RK4 && growth < 5 {
			t.Errorf("RK4's energy error grows %.3g-fold only: %.3g", growth, worst)
		}
	}
}

// As many steps back return to the start, to rounding, if the method is symmetric.
func TestForwardAndBack(t *testing.T) {
	x0 := []float64{1.5, 0.3}
	for m := range methods {
		m := Method(m)
		if !m.Symplectic() || m == SymplecticEuler {
			continue
		}
		s := &Settings{Method: m, Step: 0.05, Copies: m.copies()}
		solve := func(x, times []float64) []float64 {
			var out []float64
			var err error
			if m.NeedsSplit() {
				out, _, err = SolveSplit(splitPendulum, x, times, nil, s)
			} else {
				out, _, err = Solve(coupled, x, times, nil, s)
			}
			if err != nil {
				t.Fatal(err)
			}
			return out[len(x):]
		}
		start := x0
		if m.copies() {
			start = append(slices.Clone(x0), x0...)
		}
		end := solve(start, []float64{0, 100})
		back := solve(end, []float64{100, 0})
		// 4,000 steps of up to 31 sums, whose rounding errors shear with the phase.
		if e := distance(back, start); e > 3e-11 {
			t.Errorf("%v: returns %.3g beside the start", m, e)
		}
	}
}
