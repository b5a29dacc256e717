package lattice

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// Masses of cells are those of any whole number of cells, of open ends anywhere, are said in words, and go into files and out of them.
func TestCell(t *testing.T) {
	s := drawnSystem(t, "torus:4x4", 16, 1)
	s.Cell = []int{2, 2}
	for i := range 16 {
		s.Masses = append(s.Masses, 1+float64((i/4+i)%2)) // a checkerboard
	}
	s.Bond = append(s.Bond, s.Bond[0])
	spec := s.Spec()
	text, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	s, err = Read(text, func(int) ([]float64, error) { return s.Coefficients(), nil })
	if err != nil {
		t.Fatal(err)
	}
	if got := s.MassText(4); got != "1 2 / 2 1, in cells of 2 x 2" {
		t.Error(got)
	}
	big, err := s.Resize(36)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range big.Masses {
		if want := 1 + float64((i/6+i)%2); m != want {
			t.Fatalf("mass %d is %v, want %v", i+1, m, want)
		}
	}
	if _, err := s.Resize(25); err == nil || !strings.Contains(err.Error(), "multiples of the cell") {
		t.Errorf("25 sites: %v", err)
	}
	chain := drawnSystem(t, "chain", 6, 1)
	chain.Masses, chain.Cell = []float64{1, 2, 4, 1, 2, 4}, []int{3}
	if got := chain.MassText(4); got != "1 2 4, repeating" {
		t.Error(got)
	}
	if open, err := chain.Resize(8); err != nil || !slices.Equal(open.Masses, []float64{1, 2, 4, 1, 2, 4, 1, 2}) {
		t.Errorf("8 sites with open ends: %v, %v", open, err)
	}
	for what, bad := range map[string]*System{
		"do not repeat": {Masses: []float64{1, 2, 4, 1, 2, 5}, Cell: []int{3}},
		"a unit cell":   {Masses: chain.Masses, Cell: []int{7}},
		"of no lattice": {Masses: chain.Masses, Cell: []int{3, 1}},
	} {
		bad.Shape, bad.Sites = chain.Shape, 6
		if err := bad.checkCell(); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
