package terms

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Field is dx/dt = C phi(x) + B u.
type Field struct {
	Dim, Inputs int
	Library     *Library
	C           []float64 // Dim x features
	B           []float64 // Dim x Inputs
}

// Coefficient is place i of (C, B).
func (f *Field) Coefficient(i int) *float64 {
	if i < len(f.C) {
		return &f.C[i]
	}
	return &f.B[i-len(f.C)]
}

// Motion evaluates a field at one state at a time; it owns its temporaries. It sees changes of its parameters and of the
// coefficients that are not zero when it is made, and of no others.
type Motion struct {
	f         *Field
	free      []int
	used      *Evaluator
	at        []int // feature of the field of each that is used
	place     []int // and back
	phi, dphi []float64
}

// NewMotion returns an evaluator whose parameters are the coefficients at the given places in (C, B); nil for none.
func (f *Field) NewMotion(free []int) *Motion {
	d, k := f.Dim, f.Library.Size()
	m := &Motion{f: f, free: free, place: make([]int, k)}
	used := &Library{N: d, Constant: -1}
	for c := range k {
		for i := range d {
			if f.C[i*k+c] != 0 || slices.Contains(free, i*k+c) {
				m.place[c] = len(m.at)
				used.Features = append(used.Features, f.Library.Features[c])
				m.at = append(m.at, c)
				break
			}
		}
	}
	m.used = NewEvaluator(used)
	m.phi, m.dphi = make([]float64, len(m.at)), make([]float64, len(m.at)*d)
	return m
}

// Rate writes dx/dt (Dim) at state x under inputs u (nil for none) and, where byX is not nil, the derivatives by the
// state (Dim x Dim) and by the parameters (parameters x Dim).
func (m *Motion) Rate(x, u, dx, byX, byP []float64) {
	f, d, k, inputs := m.f, m.f.Dim, m.f.Library.Size(), m.f.Inputs
	if byX == nil {
		m.used.At(x, m.phi, nil, nil)
	} else {
		m.used.At(x, m.phi, m.dphi, nil)
		clear(byX)
		clear(byP)
	}
	for i := range d {
		sum := 0.0
		for j, c := range m.at {
			w := f.C[i*k+c]
			if w == 0 {
				continue
			}
			sum += w * m.phi[j]
			if byX != nil {
				for l := range d {
					byX[i*d+l] += w * m.dphi[j*d+l]
				}
			}
		}
		for j := range u {
			sum += f.B[i*inputs+j] * u[j]
		}
		dx[i] = sum
	}
	if byX == nil {
		return
	}
	for p, c := range m.free {
		if c < len(f.C) {
			byP[p*d+c/k] = m.phi[m.place[c%k]]
		} else if c -= len(f.C); u != nil {
			byP[p*d+c/inputs] = u[c%inputs]
		}
	}
}

// Text writes the equations with the names of the columns (Dim) and inputs, coefficients to so many digits.
func (f *Field) Text(names, inputs []string, digits int) string {
	var b strings.Builder
	k := f.Library.Size()
	for i := range f.Dim {
		fmt.Fprintf(&b, "d%s/dt =", names[i])
		first := true
		add := func(c float64, text string) {
			if c == 0 {
				return
			}
			sign := " +"
			if c < 0 {
				sign = " -"
			} else if first {
				sign = ""
			}
			first = false
			fmt.Fprintf(&b, "%s %.*g", sign, digits, math.Abs(c))
			if text != "1" {
				b.WriteString(" " + text)
			}
		}
		for c := range k {
			add(f.C[i*k+c], f.Library.Features[c].Text(names))
		}
		for j := range f.Inputs {
			add(f.B[i*f.Inputs+j], inputs[j])
		}
		if first {
			b.WriteString(" 0")
		}
		b.WriteString("\n")
	}
	return b.String()
}
