package closedform

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"

	"hnn/data"
	"hnn/internal/parallel"
	"hnn/internal/stream"
	modelfile "hnn/model/file"
	"hnn/system"
)

// quadraticSet is n random states of a random quadratic H with their exact derivatives,
// each a trial of its own, and the symmetric matrix of H = x^T A x / 2.
func quadraticSet(rng *rand.Rand, dim, n int) (*data.Set, []float64) {
	a := make([]float64, dim*dim)
	for i := range dim {
		for j := range i + 1 {
			a[i*dim+j] = rng.NormFloat64()
			a[j*dim+i] = a[i*dim+j]
		}
	}
	s := &data.Set{Dim: dim, T: make([]float64, n), X: make([]float64, n*dim), DX: make([]float64, n*dim), Offsets: make([]int, n+1)}
	for r := range n {
		s.Offsets[r+1] = r + 1
		x, dx := s.Row(r)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		for i := range dim / 2 {
			dx[i], dx[dim/2+i] = dot(a[(dim/2+i)*dim:][:dim], x), -dot(a[i*dim:][:dim], x)
		}
	}
	return s, a
}

// An H that the monomials span is recovered to rounding, far outside the data too,
// by both solvers. Normal equations square the condition, here 1e3 at most of the
// monomials alone; the ridge of 1e-12 shrinks by as much.
func TestQuadraticIsExact(t *testing.T) {
	for _, c := range []struct {
		solver    Solver
		tolerance float64
	}{{Cholesky, 1e-9}, {QR, 1e-12}} {
		rng := stream.New(1, "test")
		s, a := quadraticSet(rng, 4, 300)
		h, r, err := Fit(s, Options{Features: 3, Scale: 0.5, Solver: c.solver, Lambda: 1e-28, Zero: make([]float64, 4), RNG: rng})
		if err != nil {
			t.Fatal(err)
		}
		energy := h.Field().Energy()
		for range 20 {
			x := make([]float64, 4)
			for i := range x {
				x[i] = 10 * rng.NormFloat64()
			}
			want := 0.0
			for i := range x {
				want += x[i] * dot(a[i*4:(i+1)*4], x) / 2
			}
			if e := math.Abs(energy(x) - want); !(e < c.tolerance*dot(x, x)) {
				t.Errorf("%v (lambda %g): H = %v, want %v", c.solver, r.Lambda, energy(x), want)
			}
		}
	}
}

// Both ways to the normal equations, and both solvers, give the coefficients of a dense
// least-squares solution by gonum of the rows that finite differences of H make: this
// checks every derivative of a feature at once.
func TestAgainstDenseLeastSquares(t *testing.T) {
	pool := parallel.NewPool(2)
	defer pool.Close()
	bodies := system.NewNBody(2)
	for _, c := range []struct {
		name string
		o    Options
		s    system.System
	}{
		{"general", Options{}, system.HenonHeiles{Alpha: 1}},
		{"parity", Options{Symmetry: Parity | TimeReversal}, system.HenonHeiles{Alpha: 1}},
		{"separable", Options{Structure: Separable, Symmetry: TimeReversal}, system.HenonHeiles{Alpha: 1}},
		{"angles", Options{Angles: []bool{true, true, false, false}, Symmetry: Parity}, system.DoublePendulum{G: 1}},
		{"inertia", Options{Structure: QuadraticKinetic, Angles: []bool{true, false, false, false}}, system.DoublePendulum{G: 1}},
		{"constant inertia", Options{Structure: Separable | QuadraticKinetic}, system.HenonHeiles{Alpha: 1}},
		{"pairwise", Options{Structure: Pairwise}, bodies},
		{"pairwise, quadratic", Options{Structure: Pairwise | QuadraticKinetic, Masses: []float64{1, 2}}, bodies},
		{"friction", Options{Friction: true}, system.HenonHeiles{Alpha: 1}},
		{"inputs", Options{}, system.HenonHeiles{Alpha: 1}},
		{"friction and inputs", Options{Friction: true}, system.HenonHeiles{Alpha: 1}},
		{"angles, learned gain of inputs", Options{LearnedGain: true, Angles: []bool{true, false, false, false}}, system.DoublePendulum{G: 1}},
	} {
		rng := stream.New(2, c.name)
		d := c.s.Dim()
		const n = 60
		r := &rows{dim: d, x: make([]float64, n*d), g: make([]float64, n*d)}
		dx := make([]float64, d)
		for i := range n {
			x := r.x[i*d : (i+1)*d]
			c.s.Sample(rng, x)
			c.s.Field(x, dx)
			for j := range d / 2 {
				r.g[i*d+j], r.g[i*d+d/2+j] = -dx[d/2+j], dx[j]
			}
		}
		if strings.HasSuffix(c.name, "inputs") {
			r.inputs = 3
			for range n * r.inputs {
				r.u = append(r.u, rng.NormFloat64())
			}
		}
		r.weigh()
		c.o.RNG = rng
		b, err := newBasis(rng, r, 12, 0.5, &c.o)
		if err != nil {
			t.Fatal(err)
		}
		const lambda = 1e-6

		// The dense problem, a unit coefficient at a time.
		m := mat.NewDense(n*d+b.unknowns, b.unknowns, nil)
		y := mat.NewVecDense(n*d+b.unknowns, nil)
		trace := 0.0
		for u := range b.unknowns {
			c := make([]float64, b.unknowns)
			c[u] = 1
			b.fill(c)
			energy := b.h.Field().Energy()
			rate, _ := b.h.Friction()
			gain := make([]float64, d/2*max(r.inputs, 1))
			for row := range n * d {
				x := append([]float64(nil), r.x[row/d*d:(row/d+1)*d]...)
				i, at := row%d, r.x[row]
				v := 0.0
				// Six points 1e-2 apart: an error of 1e-12 of the sixth derivative.
				const h = 1e-2
				for _, p := range []struct{ shift, weight float64 }{{-3, -1}, {-2, 9}, {-1, -45}, {1, 45}, {2, -9}, {3, 1}} {
					x[i] = at + p.shift*h
					v += p.weight * energy(x) / (60 * h)
				}
				if i < d/2 {
					if g := b.h.Gain(); g != nil {
						g.NewPoint()(r.x[row/d*d:], gain)
					}
					v += rate * r.x[row+d/2]
					for j := range r.inputs {
						v -= gain[i*r.inputs+j] * r.u[row/d*r.inputs+j]
					}
				}
				v *= r.weight[row/d]
				m.Set(row, u, v)
				trace += v * v
			}
		}
		for row := range n * d {
			y.SetVec(row, r.g[row]*r.weight[row/d])
		}
		qr := newProblem(pool, b, r, QR)
		chol := newProblem(pool, b, r, Cholesky)
		// A ridge penalises the coefficients themselves; those of the monomials are other
		// ones for ridge functions, so their solution is compared without.
		ridge := math.Sqrt(lambda * trace / float64(b.unknowns))
		for u := range b.unknowns {
			m.Set(n*d+u, u, ridge)
		}
		var want mat.VecDense
		if err := want.SolveVec(m, y); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		solution, err := qr.solve(lambda)
		if err != nil {
			t.Fatal(err)
		}
		size := mat.Norm(&want, math.Inf(1))
		for u, v := range solution.c {
			// The differences are good to 1e-8 or better, and the condition of the rows with
			// this ridge is about 1e3.
			if e := math.Abs(v - want.AtVec(u)); !(e < 1e-5*size) {
				t.Errorf("%s: QR: coefficient %d is %v, want %v (largest %v)", c.name, u, v, want.AtVec(u), size)
			}
		}
		ridges := b.ridges()
		if (ridges != nil) != (c.name == "general" || c.name == "parity" || c.name == "separable" || c.name == "constant inertia") {
			t.Errorf("%s: fast assembly is %v", c.name, ridges != nil)
		}
		// The residual of the Cholesky solution is as small, whatever it penalises.
		s, err := chol.solve(lambda)
		if err != nil {
			t.Fatal(err)
		}
		b.fill(s.c)
		got := residualOf(b.h.Field(), r)
		b.fill(solution.c)
		if best := residualOf(b.h.Field(), r); got > 1.5*best+1e-9 {
			t.Errorf("%s: residual %v by Cholesky, %v by QR", c.name, got, best)
		}
		if ridges == nil {
			continue
		}
		// Factored and explicit assembly are the same up to the change of monomials.
		ridgesAgree(t, c.name, pool, b, r)
	}
}

// ridgesAgree compares the factored assembly with the explicit one on the network's
// features, where the two have the same unknowns. Sums over a feature's images cancel
// in both, so they are the same to 1e-9 only.
func ridgesAgree(t *testing.T, name string, pool *parallel.Pool, b *basis, r *rows) {
	fast := b.ridges().assemble(pool, b, r)
	n := r.len()
	e, m, y := newExplicit(b, n), newTiled(n*r.dim, b.unknowns), make([]float64, n*r.dim)
	e.fill(m, 0, y, r, 0, n)
	first := b.h.Terms()[0].Size() // the monomials come first
	for u := first; u < b.unknowns; u++ {
		for v := first; v <= u; v++ {
			want := dot(m.column(u)[:n*r.dim], m.column(v))
			if got := fast.a.get(u, v); !(math.Abs(got-want) <= 1e-9*math.Sqrt(fast.a.get(u, u)*fast.a.get(v, v))) {
				t.Fatalf("%s: element (%d, %d) is %v, explicitly %v", name, u, v, got, want)
			}
		}
		if got, want := fast.r[u], dot(m.column(u)[:n*r.dim], y); !(math.Abs(got-want) <= 1e-9*math.Sqrt(fast.a.get(u, u)*dot(y, y))) {
			t.Fatalf("%s: right side %d is %v, explicitly %v", name, u, got, want)
		}
	}
}

// What a structure or a symmetry promises holds wherever the model is evaluated, to
// rounding, however bad the fit is.
func TestStructuresHold(t *testing.T) {
	rng := stream.New(3, "test")
	random := func(d int) []float64 {
		x := make([]float64, d)
		for i := range x {
			x[i] = 2 * rng.NormFloat64()
		}
		return x
	}
	flip := func(x []float64, from int) []float64 {
		y := append([]float64(nil), x...)
		for i := from; i < len(y); i++ {
			y[i] = -y[i]
		}
		return y
	}
	s, _ := quadraticSet(rng, 4, 200)
	for _, angles := range [][]bool{nil, {true, false, false, false}} {
		h, _, err := Fit(s, Options{Features: 20, Scale: 1, Symmetry: Parity | TimeReversal, Angles: angles, RNG: rng})
		if err != nil {
			t.Fatal(err)
		}
		energy := h.Field().Energy()
		for range 20 {
			x := random(4)
			e := energy(x)
			for _, y := range [][]float64{flip(x, 0), flip(x, 2)} {
				if d := math.Abs(energy(y) - e); !(d < 1e-11*(1+math.Abs(e))) {
					t.Errorf("angles %v: H(%v) = %v, its mirror image has %v", angles, x, e, energy(y))
				}
			}
			if angles != nil {
				y := append([]float64(nil), x...)
				y[0] += 2 * math.Pi
				if d := math.Abs(energy(y) - e); !(d < 1e-11*(1+math.Abs(e))) {
					t.Errorf("H changes by %v over a turn", d)
				}
			}
		}
	}

	bodies := system.NewNBody(3)
	train := generated(t, "three-body", 0).Train.SliceTrials(0, 50)
	h, _, err := Fit(train, Options{Features: 10, Structure: Pairwise | QuadraticKinetic, RNG: rng})
	if err != nil {
		t.Fatal(err)
	}
	// Both are linear in the field at fixed x or bilinear: check their rate directly.
	field := h.Field().Free()
	for range 20 {
		x, dx := random(12), make([]float64, 12)
		field(0, x, dx)
		px, py := bodies.Momentum(dx)
		torque, size := 0.0, math.Sqrt(dot(x, x)*dot(dx, dx))
		for i := range 3 {
			torque += dx[i]*x[9+i] + x[i]*dx[9+i] - dx[3+i]*x[6+i] - x[3+i]*dx[6+i]
		}
		if math.Abs(px)+math.Abs(py) > 1e-13*size || math.Abs(torque) > 1e-13*size {
			t.Errorf("momentum changes at the rate (%v, %v), angular momentum at %v", px, py, torque)
		}
	}
}

// The field is the symplectic gradient of the energy less the friction, for every term,
// and a loaded model is the saved one to the bit.
func TestFieldAndFile(t *testing.T) {
	rng := stream.New(4, "test")
	train := generated(t, "two-body", 0).Train.SliceTrials(0, 20)
	train.DX = nil
	h, r, err := Fit(train, Options{Features: 12, Structure: Pairwise, Friction: true, RNG: rng})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := modelfile.SaveExpansion(path, h, r.Metadata()); err != nil {
		t.Fatal(err)
	}
	loaded, meta, err := modelfile.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	var back Report
	timeless := *r
	timeless.Seconds, timeless.SolveSeconds = 0, 0
	if err := json.Unmarshal([]byte(meta["hnn.closedform"]), &back); err != nil || !cmp.Equal(back, timeless) {
		t.Errorf("the report in the file is %+v (%v), want %+v", back, err, timeless)
	}
	rate, _ := h.Friction()
	energy := h.Field().Energy()
	dx, same, batch := make([]float64, 8), make([]float64, 8), make([]float64, 16)
	for i := range 20 {
		x := train.X[i*8 : i*8+8]
		h.Field().Free()(0, x, dx)
		loaded.Field().Free()(0, x, same)
		loaded.Field().FreeMany()([]float64{0, 0}, train.X[i*8:i*8+16], batch, 2)
		for j := range 8 {
			if dx[j] != same[j] || dx[j] != batch[j] {
				t.Fatalf("component %d: %v, loaded %v, in a batch %v", j, dx[j], same[j], batch[j])
			}
			y := append([]float64(nil), x...)
			const step = 1e-2
			v := 0.0
			for _, p := range []struct{ shift, weight float64 }{{-3, -1}, {-2, 9}, {-1, -45}, {1, 45}, {2, -9}, {3, 1}} {
				y[j] = x[j] + p.shift*step
				v += p.weight * energy(y) / (60 * step)
			}
			got := dx[(j+4)%8]
			if j < 4 {
				got = -got - rate*x[j+4]
			}
			if math.Abs(got-v) > 1e-8*(1+math.Abs(v)) {
				t.Errorf("dH/dx_%d is %v by the field, %v by differences", j, got, v)
			}
		}
	}
}

// No result depends on the number of goroutines.
func TestBitsDoNotDependOnWorkers(t *testing.T) {
	for _, c := range []struct {
		task string
		o    Options
	}{
		{"two-body", Options{Features: 300, Symmetry: Rotation}},
		{"two-body", Options{Features: 60}},
		{"pendulum", Options{}},
	} {
		split := generated(t, c.task, 0)
		var want []float64
		for workers := 1; workers <= 3; workers++ {
			c.o.Workers = workers
			h, _ := fitted(t, split.Train, 0, c.o)
			got := h.Coefficients()
			if want == nil {
				want = got
			}
			for i := range got {
				if got[i] != want[i] {
					t.Fatalf("%s: coefficient %d is %v with %d goroutines, %v with one", c.task, i, got[i], workers, want[i])
				}
			}
		}
	}
}

func TestFitRefuses(t *testing.T) {
	rng := stream.New(5, "test")
	good, _ := quadraticSet(rng, 4, 100)
	still := &data.Set{Dim: 4, T: make([]float64, 50), X: make([]float64, 200), DX: make([]float64, 200), Offsets: make([]int, 51)}
	for i := range 50 {
		still.Offsets[i+1] = i + 1
	}
	odd := &data.Set{Dim: 3, T: []float64{0}, X: make([]float64, 3), DX: make([]float64, 3), Offsets: []int{0, 1}}
	bare := *good
	bare.DX = nil
	huge := &data.Set{Dim: 4, T: good.T, Offsets: good.Offsets, X: make([]float64, 400), DX: make([]float64, 400)}
	for i := range huge.X {
		huge.X[i], huge.DX[i] = rng.NormFloat64()*1e160, rng.NormFloat64()*1e160
	}
	collision := *generated(t, "two-body", 0).Train.SliceTrials(0, 4)
	collision.X = append([]float64(nil), collision.X...)
	collision.X[1], collision.X[3] = collision.X[0], collision.X[2]
	nan := *good
	nan.X = append([]float64(nil), good.X...)
	nan.X[7] = math.NaN()
	for _, c := range []struct {
		name string
		s    *data.Set
		o    Options
		want string
	}{
		{"too few rows", good.Slice(0, 10), Options{Features: 100}, "at most 10 features"},
		{"identical points", still, Options{Features: 10, Scale: 1}, "no two of them have a direction"},
		{"memory", good, Options{Features: 300, Memory: 1 << 20}, "would take 0.0"},
		{"odd dimension", odd, Options{}, "even"},
		{"not a number", &nan, Options{}, "row 1"},
		{"no random numbers", good, Options{RNG: nil}, "Options.RNG"},
		{"negative features", good, Options{Features: -1}, "-1 features"},
		{"negative rows", good, Options{Rows: -1}, "-1 rows"},
		{"ridge", good, Options{Lambda: math.NaN()}, "ridge of NaN"},
		{"scale", good, Options{Scale: -2}, "scale of -2"},
		{"relu", good, Options{Activation: 8}, "relu"},
		{"angles", good, Options{Angles: []bool{true}}, "angles are marked for 1"},
		{"angle of a momentum", good, Options{Angles: []bool{false, false, true, false}}, "it is a momentum"},
		{"zero", good, Options{Zero: []float64{0}}, "length 1"},
		{"no derivatives", &bare, Options{Observations: NoisyStates}, "no derivatives"},
		{"one body alone", good, Options{Structure: Pairwise}, "at least 2"},
		{"bodies that do not fit", good, Options{Structure: Pairwise, Masses: []float64{1, 1, 1}}, "3 masses"},
		{"masses for nothing", good, Options{Masses: []float64{1, 1}}, "masses are given"},
		{"no mass", good, Options{Structure: Pairwise, Masses: []float64{1, 0}}, "body 2"},
		{"rotation on a line", good, Options{Symmetry: Rotation, Masses: []float64{1, 1}}, "rotation"},
		{"rotation of noisy states", good, Options{Symmetry: Rotation, Observations: NoisyStates}, "exact"},
		{"friction backwards", good, Options{Friction: true, Symmetry: TimeReversal}, "contradicts"},
		{"bodies in angles", generated(t, "two-body", 0).Train, Options{Structure: Pairwise, Angles: []bool{true, false, false, false, false, false, false, false}}, "angle"},
		{"collision", &collision, Options{Structure: Pairwise, Scale: 1}, "row 0"},
	} {
		if c.name != "no random numbers" {
			c.o.RNG = rng
		}
		_, _, err := Fit(c.s, c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
	for _, solver := range []Solver{Cholesky, QR} {
		if _, _, err := Fit(huge, Options{Features: 5, Scale: 1, Solver: solver, RNG: rng}); !errors.Is(err, ErrSingular) {
			t.Errorf("overflowing data with %v: %v, want ErrSingular", solver, err)
		}
	}
}

func TestFlags(t *testing.T) {
	y, err := ParseSymmetry("rotation", "parity")
	if err != nil || y != Parity|Rotation || y.String() != "parity,rotation" {
		t.Errorf("symmetry %v, %v", y, err)
	}
	if _, err := ParseSymmetry("mirror"); err == nil || !strings.Contains(err.Error(), "time-reversal") {
		t.Errorf("unknown symmetry: %v", err)
	}
}
