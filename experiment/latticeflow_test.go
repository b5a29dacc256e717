package experiment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hnn/model/lattice"
	"hnn/system"
)

// kdv is u_t = -6 u u_x - u_xxx on a ring of points 0.4 apart.
type kdv struct{ n int }

const kdvSpacing = 0.4

func (k kdv) Name() string { return "kdv" }
func (k kdv) Dim() int     { return k.n }
func (k kdv) Coordinates() []system.Coordinate {
	out := make([]system.Coordinate, k.n)
	for i := range out {
		out[i].Name = fmt.Sprintf("u%d", i+1)
	}
	return out
}
func (k kdv) at(u []float64, i int) float64 { return u[(i+k.n)%k.n] }
func (k kdv) Hamiltonian(u []float64) (h float64) {
	for i, v := range u {
		d := k.at(u, i+1) - v
		h += d*d/(2*kdvSpacing*kdvSpacing) - v*v*v
	}
	return h
}
func (k kdv) Field(u, du []float64) {
	slope := make([]float64, k.n)
	for i, v := range u {
		slope[i] = -(k.at(u, i+1)-2*v+k.at(u, i-1))/(kdvSpacing*kdvSpacing) - 3*v*v
	}
	for i := range du {
		du[i] = (k.at(slope, i+1) - k.at(slope, i-1)) / (2 * kdvSpacing)
	}
}
func (k kdv) Sample(rng *rand.Rand, u []float64) {
	clear(u)
	length := kdvSpacing * float64(k.n)
	for range 2 {
		speed, place := 0.3+0.5*rng.Float64(), length*rng.Float64()
		for i := range u {
			c := math.Cosh(math.Sqrt(speed) / 2 * math.Remainder(kdvSpacing*float64(i)-place, length))
			u[i] += speed / 2 / (c * c)
		}
	}
}

// A field without momenta is learned from a file whose columns --x names, and follows a file of a ring twice as long, all of whose
// columns are read; a field of two components is found where positions and momenta are named.
func TestLatticeFields(t *testing.T) {
	withoutShort(t)
	var lines []string
	e := listening(&lines)
	c := own(t, chainFile(t, kdv{32}, 8)).WithWeakForm(lattice.Kind)
	for _, one := range (kdv{32}).Coordinates() {
		c.Columns.X = append(c.Columns.X, one.Name)
	}
	c.Lattice = "chain"
	if _, err := e.Train(t.Context(), c, t.TempDir()); err == nil || !strings.Contains(err.Error(), "positions and velocities or momenta") {
		t.Errorf("a chain without momenta: %v", err)
	}
	c.Lattice = "ring"
	trained, err := e.Train(t.Context(), c, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	run, err := e.Open(trained.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.EvaluateFile(t.Context(), run, chainFile(t, kdv{64}, 2), 0); err != nil {
		t.Fatal(err)
	}
	if r := run.Results.Rollout; run.Dim() != 64 || r == nil || !(float64(r.Error.Mean) < 1e-4) {
		t.Errorf("64 points: states of %d, rollouts %+v", run.Dim(), r)
	}
	c = own(t, chainFile(t, system.NewSchroedinger(32), 8)).WithWeakForm(lattice.Kind)
	c.Lattice = "ring"
	trained, err = e.Train(t.Context(), c, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if run, err = e.Open(trained.Dir); err != nil {
		t.Fatal(err)
	}
	if s := lattice.Of(run.form); s.Flow != lattice.Turn {
		t.Errorf("the flow %q was found:\n%s", s.Flow, s.Text(4))
	}
}
