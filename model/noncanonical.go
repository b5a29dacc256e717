package model

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"hnn/internal/kernel"
	"hnn/ode"
)

// NonCanonical is a Hamiltonian network in coordinates whose Poisson brackets are known,
// constant numbers:
//
//	dx/dt = J grad H(x)
//
// with a given skew matrix J in place of the canonical one, as for kinetic momenta in a
// magnetic field or for coordinates in another order. H is constant along the flow,
// whatever J is; what J annihilates from the left, if anything, is constant too (a Casimir).
// The authors' option for it is assume_canonical_coords=False (hnn.py); see LeviCivita.
type NonCanonical[T kernel.Float] struct {
	base[T]
	h part[T]
	j []bracket
}

// bracket is an element of J that is not zero.
type bracket struct {
	row, column int
	value       float64
}

func newNonCanonical[T kernel.Float](a *Architecture) *NonCanonical[T] {
	h := newNetPart[T](a, "", a.Dim, a.Angles)
	m := &NonCanonical[T]{base: base[T]{architecture: *a, modules: []module[T]{h}}, h: h}
	for i, v := range a.Skew {
		if v != 0 {
			m.j = append(m.j, bracket{i / a.Dim, i % a.Dim, v})
		}
	}
	return m
}

// Field returns an evaluator of J grad H at one state.
func (m *NonCanonical[T]) Field() ode.Field {
	point := m.h.newPoint()
	in, g := make([]T, m.Dim()), make([]T, m.Dim())
	return func(_ float64, x, dx []float64) {
		copyFloats(in, x)
		point.gradient(in, g)
		clear(dx)
		for _, b := range m.j {
			dx[b.row] += b.value * float64(g[b.column])
		}
	}
}

// BatchField returns an evaluator of J grad H at many states.
func (m *NonCanonical[T]) BatchField() ode.BatchField { return m.batchField(m.NewPass) }

// Energy returns an evaluator of the learned H, which is the network's output.
func (m *NonCanonical[T]) Energy() func(x []float64) float64 {
	point, in := m.h.newPoint(), make([]T, m.Dim())
	return func(x []float64) float64 {
		copyFloats(in, x)
		return float64(point.value(in))
	}
}

func (m *NonCanonical[T]) widen() Model {
	if w, ok := any(m).(*NonCanonical[float64]); ok {
		return w
	}
	return m.widened()
}

// NewPass returns temporaries for up to rows rows.
func (m *NonCanonical[T]) NewPass(rows int) Pass[T] {
	return &nonCanonicalPass[T]{part: m.h.newPass(rows), dim: m.Dim(), j: m.j, g: make([]T, rows*m.Dim())}
}

type nonCanonicalPass[T kernel.Float] struct {
	part partPass[T]
	dim  int
	j    []bracket
	g    []T // rows x dim: grad H, or the derivative of a loss by it
}

func (p *nonCanonicalPass[T]) Field(x, dx []T, rows int) {
	p.part.gradient(x, p.g, rows)
	clear(dx[:rows*p.dim])
	for r := 0; r < rows*p.dim; r += p.dim {
		for _, b := range p.j {
			dx[r+b.row] += T(b.value) * p.g[r+b.column]
		}
	}
}

func (p *nonCanonicalPass[T]) Adjoint(dxbar, grad, xbar []T) {
	g := p.g[:len(dxbar)]
	clear(g)
	for r := 0; r < len(g); r += p.dim {
		for _, b := range p.j {
			g[r+b.column] += T(b.value) * dxbar[r+b.row]
		}
	}
	p.part.adjoint(g, grad, xbar)
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
	return j, checkSkew(j, dim)
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

// checkSkew reports what is no skew matrix.
func checkSkew(j []float64, dim int) error {
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

// Canonical reports whether a model's states are canonical coordinates, positions and then
// momenta, so far as is known: methods that move the two halves in turn need it.
func Canonical(m Model) bool {
	inner, _ := Dimensionless(m)
	return inner.Kind() != KindNonCanonical
}
