package model

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Bracket is an element of a skew matrix J that is not zero, a Poisson bracket of two
// coordinates. Given ones, as of kinetic momenta in a magnetic field or of coordinates in
// another order, stand in a form in place of the canonical matrix:
//
//	dx/dt = J grad H(x)
//
// H is constant along the flow, whatever J is; what J annihilates from the left, if anything,
// is constant too (a Casimir). The authors' option for it is assume_canonical_coords=False
// (hnn.py); see LeviCivita.
type Bracket struct {
	Row, Column int
	Value       float64
}

// Brackets returns the elements of a skew matrix (dim x dim, row-major) that are not zero; nil for nil.
func Brackets(skew []float64, dim int) []Bracket {
	var j []Bracket
	for i, v := range skew {
		if v != 0 {
			j = append(j, Bracket{i / dim, i % dim, v})
		}
	}
	return j
}

// LeviCivita is the name by which ParseSkew knows the authors' matrix: 1 above the diagonal
// and -1 below it with signs that alternate along both, their permutation_tensor.
const LeviCivita = "levi-civita"

// ParseSkew reads a dim x dim skew matrix: its rows with semicolons between them, their
// numbers with commas, as in "0,1;-1,0"; or LeviCivita. The result is row-major.
func ParseSkew(text string, dim int) ([]float64, error) {
	j := make([]float64, 0, dim*dim)
	if text == LeviCivita {
		for i := range dim {
			for k := range dim {
				j = append(j, permutation(i, k))
			}
		}
		return j, nil
	}
	rows := strings.Split(text, ";")
	if len(rows) != dim {
		return nil, fmt.Errorf("model: the skew matrix has %d rows, a state %d components; give as many, with semicolons between the rows, as in \"0,1;-1,0\"", len(rows), dim)
	}
	for i, row := range rows {
		numbers := strings.Split(row, ",")
		if len(numbers) != dim {
			return nil, fmt.Errorf("model: row %d of the skew matrix has %d numbers, want %d", i+1, len(numbers), dim)
		}
		for _, n := range numbers {
			v, err := strconv.ParseFloat(strings.TrimSpace(n), 64)
			if err != nil {
				return nil, fmt.Errorf("model: row %d of the skew matrix: %q is no number", i+1, n)
			}
			j = append(j, v)
		}
	}
	return j, CheckSkew(j, dim)
}

// permutation is an element of the authors' permutation_tensor.
func permutation(i, k int) float64 {
	switch {
	case i == k:
		return 0
	case (i+k)%2 == 1 == (k > i):
		return 1
	}
	return -1
}

// CheckSkew returns an error that says why numbers are no skew matrix of dim x dim, row-major; nil where they are.
func CheckSkew(j []float64, dim int) error {
	if len(j) != dim*dim {
		return fmt.Errorf("model: a skew matrix of %d numbers for states of length %d, want %d", len(j), dim, dim*dim)
	}
	zero := true
	for i := range dim {
		for k := range i + 1 {
			a, b := j[i*dim+k], j[k*dim+i]
			if math.IsNaN(a) || math.IsInf(a, 0) || a != -b {
				return fmt.Errorf("model: element (%d, %d) of the skew matrix is %v and (%d, %d) is %v; one must be the negative of the other, and the diagonal zero", i+1, k+1, a, k+1, i+1, b)
			}
			zero = zero && a == 0
		}
	}
	if zero {
		return errors.New("model: the skew matrix is zero, so nothing would move")
	}
	return nil
}
