package formula

import (
	"bufio"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hnn/data"
	"hnn/model/expr"
)

// measured reads a file of Schmidt and Lipson's: trial, time, a position and its rate.
func measured(t *testing.T, name string) *data.Set {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "schmidt-lipson", name))
	if err != nil {
		t.Skipf("%s is not there: %v", name, err)
	}
	defer f.Close()
	set := &data.Set{Dim: 2, Offsets: []int{0}}
	last := ""
	for lines := bufio.NewScanner(f); lines.Scan(); {
		parts := strings.Fields(lines.Text())
		if len(parts) != 4 || strings.HasPrefix(parts[0], "%") {
			continue
		}
		if last != "" && parts[0] != last {
			set.Offsets = append(set.Offsets, len(set.T))
		}
		last = parts[0]
		var row [3]float64
		for i := range row {
			if row[i], err = strconv.ParseFloat(parts[i+1], 64); err != nil {
				t.Fatal(err)
			}
		}
		set.T, set.X = append(set.T, row[0]), append(set.X, row[1], row[2])
	}
	set.Offsets = append(set.Offsets, len(set.T))
	return set
}

// nonlinear is least squares of phi” = -w sin phi - r phi' to measured angles gain phi + offset and rates scale phi', over all
// of each trial from a free first state, by Levenberg-Marquardt with differences for derivatives: nothing of it is shared with
// the fit of formulas. It returns w, r, gain, offset and scale and the residual in the columns' spreads.
func nonlinear(s *data.Set, w0 float64) (p []float64, residual float64) {
	spread := s.Spread()
	p = []float64{w0, 0.01, 1, 0, 1}
	for k := range s.Trials() {
		_, x, _ := s.Trial(k)
		p = append(p, x[0], x[1])
	}
	// The gain of the angle and the scale of the rate are two numbers; w is in the file's unit of time.
	residuals := func(p []float64) []float64 {
		var e []float64
		for k := range s.Trials() {
			t, x, _ := s.Trial(k)
			a, v := p[5+2*k], p[6+2*k]
			rate := func(a, v float64) (float64, float64) { return v, -p[0]*math.Sin(a) - p[1]*v }
			for r := range t {
				if r > 0 {
					const parts = 10
					h := (t[r] - t[r-1]) / parts
					for range parts {
						a1, v1 := rate(a, v)
						a2, v2 := rate(a+h/2*a1, v+h/2*v1)
						a3, v3 := rate(a+h/2*a2, v+h/2*v2)
						a4, v4 := rate(a+h*a3, v+h*v3)
						a, v = a+h/6*(a1+2*a2+2*a3+a4), v+h/6*(v1+2*v2+2*v3+v4)
					}
				}
				e = append(e, (p[2]*a+p[3]-x[2*r])/spread[0], (p[4]*v-x[2*r+1])/spread[1])
			}
		}
		return e
	}
	cost := func(e []float64) float64 {
		sum := 0.0
		for _, v := range e {
			sum += v * v
		}
		return sum
	}
	e := residuals(p)
	damping := 1e-2
	for range 200 {
		n := len(p)
		j := mat.NewDense(len(e), n, nil)
		for c := range n {
			h := 1e-6 * (1 + math.Abs(p[c]))
			q := slices.Clone(p)
			q[c] += h
			up := residuals(q)
			q[c] -= 2 * h
			for i, v := range residuals(q) {
				j.Set(i, c, (up[i]-v)/(2*h))
			}
		}
		var a mat.Dense
		a.Mul(j.T(), j)
		var g mat.VecDense
		g.MulVec(j.T(), mat.NewVecDense(len(e), e))
		before := cost(e)
		for range 12 {
			m := mat.DenseCopyOf(&a)
			for i := range n {
				m.Set(i, i, a.At(i, i)*(1+damping)+1e-12)
			}
			var step mat.VecDense
			if step.SolveVec(m, &g) != nil {
				damping *= 4
				continue
			}
			q := slices.Clone(p)
			for i := range q {
				q[i] -= step.AtVec(i)
			}
			if next := residuals(q); cost(next) < before {
				p, e, damping = q, next, damping/5
				break
			}
			damping *= 4
		}
		if before-cost(e) < 1e-12*before {
			break
		}
	}
	return p, math.Sqrt(cost(e) / float64(len(e)))
}

// The measured pendulum's formula has one a p^2/2 and one b (1 - cos q) with friction, and its a b, the squared frequency of small
// swings in the file's unit of time, is that of an independent fit by nonlinear least squares in which the gain and the offset of
// the angle are free.
func TestMeasuredPendulum(t *testing.T) {
	set := measured(t, "real_pend_h_1.txt")
	names := []string{"o", "v"}
	f, r, err := Fit(set, Default(1, []bool{true}, names), Options{Angles: []bool{true}, Names: names, Prune: true})
	if err != nil {
		t.Fatal(err)
	}
	Polish(f, set, r)
	t.Logf("H = %s, friction %.4g, cost %.3g", f.H().Write(expr.Text, names, 5), f.Friction, r.Polish.After)
	var a, b float64
	for _, one := range f.Terms {
		switch one.Expr.Write(expr.Text, names, 0) {
		case "v^2":
			a = 2 * one.Coefficient
		case "cos(o)":
			b = -one.Coefficient
		default:
			t.Errorf("a term %s", one.Expr.Write(expr.Text, names, 0))
		}
	}
	if len(f.Friction) != 1 || !(f.Friction[0] > 0) {
		t.Errorf("friction %v", f.Friction)
	}
	p, residual := nonlinear(set, 1.3)
	t.Logf("a b = %.4f; nonlinear least squares: %.4f, friction %.4f, gain %.4f, offset %.4f, scale of the rate %.4f, residual %.3g of the spreads", a*b, p[0], p[1], p[2], p[3], p[4], residual)
	if residual > 0.1 {
		t.Errorf("the independent fit leaves %.2g of the spreads: it did not converge", residual)
	}
	if d := a*b/p[0] - 1; math.Abs(d) > 0.02 {
		t.Errorf("a b = %.4f, %.1f%% from %.4f", a*b, 100*d, p[0])
	}
}

// The measured air track is an oscillator of two parameters with friction.
func TestMeasuredAirTrack(t *testing.T) {
	set := measured(t, "real_linear_h_1.txt")
	names := []string{"x", "v"}
	f, r, err := Fit(set, Default(1, nil, names), Options{Names: names, Prune: true})
	if err != nil {
		t.Fatal(err)
	}
	Polish(f, set, r)
	t.Logf("H = %s, friction %.4g, cost %.3g, held-out %.3g", f.H().Write(expr.Text, names, 5), f.Friction, r.Polish.After, r.Error)
	var got []string
	for _, one := range f.Terms {
		got = append(got, one.Expr.Write(expr.Text, names, 0))
	}
	slices.Sort(got)
	if !slices.Equal(got, []string{"v^2", "x^2"}) {
		t.Errorf("terms %v, want v^2 and x^2", got)
	}
	if len(f.Friction) != 1 || !(f.Friction[0] > 0) {
		t.Errorf("friction %v", f.Friction)
	}
}
