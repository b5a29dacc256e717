package lattice

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hnn/data"
	"hnn/model/lattice"
	"hnn/system"
)

// Masses that repeat are found with their cell, from derivatives, from states alone and with noise, and run on other sizes; where one
// of them is another there is no cell.
func TestCellOfMasses(t *testing.T) {
	known := system.NewDiatomicChain(8)
	for _, c := range []struct {
		name         string
		alone        bool
		noise, limit float64
	}{{"derivatives", false, 0, 1e-12}, {"states", true, 0, 1e-7}, {"noise 0.005", true, 0.005, 2e-3}, {"noise 0.02", true, 0.02, 1e-2}} {
		set := drawn(t, known, 20, 100, 10, c.noise)
		if c.alone {
			set.DX = nil
		}
		g := graphOf(t, known, "ring")
		if _, err := Fit(g, set); err != nil {
			t.Fatal(err)
		}
		m := g.CellMasses()
		if !slices.Equal(g.Cell, []int{2}) || math.Abs(m[0]-1) > c.limit || math.Abs(m[1]/2-1) > c.limit {
			t.Fatalf("%s: masses %v in cells of %v", c.name, g.Masses, g.Cell)
		}
		big, err := g.Resize(4096)
		if err != nil {
			t.Fatal(err)
		}
		large, err := known.OfSize(4096)
		if err != nil {
			t.Fatal(err)
		}
		off := rollouts(t, big, large, 1, 10)
		t.Logf("%s: masses off by %.2g and %.2g, 4096 of them by %.2g", c.name, m[0]-1, m[1]/2-1, off)
		if off > 10*c.limit {
			t.Errorf("%s: a rollout of 4096 is off by %v", c.name, off)
		}
	}
}

// Of grids the cell has a side along each axis; a single mass that differs leaves none.
func TestCellOfGrids(t *testing.T) {
	for _, c := range []struct {
		shape string
		sites int
		mass  func(site int) float64
		cell  []int
	}{
		{"torus:4x4", 16, func(i int) float64 { return 1 + float64((i/4+i)%2) }, []int{2, 2}},
		{"grid:4x4", 16, func(i int) float64 { return 1 + float64(i%2) }, []int{1, 2}},
		{"fixed-chain", 7, func(i int) float64 { return 1 + float64(i%3) }, []int{3}},
		{"ring", 9, func(i int) float64 { return 1 + float64(i%2) }, nil}, // two heavy ones beside each other
		{"ring", 8, func(i int) float64 { return 1 + float64(i/7) }, nil},
	} {
		shape, err := lattice.ParseShape(c.shape)
		if err == nil {
			shape, err = shape.Of(c.sites)
		}
		if err != nil {
			t.Fatal(err)
		}
		square := lattice.Function{Half: 1, Polynomial: []float64{0, 0.25}}
		truth := &lattice.System{Shape: &shape, Sites: c.sites, Space: 1, Bonds: shape.Bonds(), Kinetic: square, Bond: []lattice.Function{square}}
		for i := range c.sites {
			truth.Masses = append(truth.Masses, c.mass(i))
		}
		set, rng := &data.Set{Dim: truth.Dim()}, rand.New(rand.NewPCG(5, 6))
		const rows = 200
		field := truth.ModelForm().Field().Free()
		for r := range rows {
			x, dx := make([]float64, set.Dim), make([]float64, set.Dim)
			for i := range x {
				x[i] = 0.5 * rng.NormFloat64()
			}
			field(0, x, dx)
			for i := range dx {
				dx[i] += 0.02 * rng.NormFloat64()
			}
			set.T, set.X, set.DX = append(set.T, float64(r)), append(set.X, x...), append(set.DX, dx...)
		}
		set.Offsets = []int{0, rows}
		s := &lattice.System{Shape: &shape, Sites: c.sites, Space: 1, Bonds: shape.Bonds()}
		if _, err := Fit(s, set); err != nil {
			t.Fatal(err)
		}
		if s.Masses == nil || !slices.Equal(s.Cell, c.cell) {
			t.Errorf("%s: masses %v in cells of %v, want %v", c.shape, s.Masses, s.Cell, c.cell)
		}
	}
}
