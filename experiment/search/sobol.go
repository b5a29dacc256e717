package search

import (
	"fmt"
	"math/bits"

	"hnn/internal/stream"
)

// sobolBits is the precision of a coordinate, and bounds the number of points.
const sobolBits = 32

// joeKuo are the primitive polynomials (degree and inner coefficients) and the first direction
// numbers of the dimensions from the second on: the first 20 of "new-joe-kuo-6" of S. Joe and
// F. Y. Kuo, Constructing Sobol sequences with better two-dimensional projections, SIAM J. Sci.
// Comput. 30 (2008).
var joeKuo = []struct {
	degree, inner int
	first         []uint32
}{
	{1, 0, []uint32{1}},
	{2, 1, []uint32{1, 3}},
	{3, 1, []uint32{1, 3, 1}},
	{3, 2, []uint32{1, 1, 1}},
	{4, 1, []uint32{1, 1, 3, 3}},
	{4, 4, []uint32{1, 3, 5, 13}},
	{5, 2, []uint32{1, 1, 5, 5, 17}},
	{5, 4, []uint32{1, 1, 5, 5, 5}},
	{5, 7, []uint32{1, 1, 7, 11, 19}},
	{5, 11, []uint32{1, 1, 5, 1, 1}},
	{5, 13, []uint32{1, 1, 1, 3, 11}},
	{5, 14, []uint32{1, 3, 5, 5, 31}},
	{6, 1, []uint32{1, 3, 3, 9, 7, 49}},
	{6, 13, []uint32{1, 1, 1, 15, 21, 21}},
	{6, 16, []uint32{1, 3, 1, 13, 27, 49}},
	{6, 19, []uint32{1, 1, 1, 15, 7, 5}},
	{6, 22, []uint32{1, 3, 1, 15, 13, 25}},
	{6, 25, []uint32{1, 1, 5, 5, 19, 61}},
	{7, 1, []uint32{1, 3, 7, 11, 23, 15, 103}},
	{7, 4, []uint32{1, 3, 7, 13, 13, 15, 69}},
}

// Sobol is a digital (t, s)-sequence in base 2, shifted by random bits: its points fill the
// space more evenly than independent draws, and each is uniform. gonum has Halton's alone,
// whose coordinates of higher dimensions are correlated over tens of points.
type Sobol struct {
	directions [][sobolBits]uint32
	shift      []uint32
}

// NewSobol returns the sequence of so many dimensions, shifted by what the seed draws. It is an
// error to ask for more than 21 dimensions.
func NewSobol(dimensions int, seed uint64) (*Sobol, error) {
	if most := len(joeKuo) + 1; dimensions < 1 || dimensions > most {
		return nil, fmt.Errorf("a Sobol sequence of %d dimensions: from 1 to %d can vary; fix some, or draw them by the method random", dimensions, most)
	}
	s := &Sobol{directions: make([][sobolBits]uint32, dimensions), shift: make([]uint32, dimensions)}
	rng := stream.New(seed, "sobol")
	for d := range s.directions {
		s.shift[d] = rng.Uint32()
		v := &s.directions[d]
		if d == 0 { // van der Corput's
			for i := range v {
				v[i] = 1 << (sobolBits - 1 - i)
			}
			continue
		}
		p := joeKuo[d-1]
		for i := range v {
			if i < p.degree {
				v[i] = p.first[i] << (sobolBits - 1 - i)
				continue
			}
			v[i] = v[i-p.degree] ^ v[i-p.degree]>>p.degree
			for k := 1; k < p.degree; k++ {
				if p.inner>>(p.degree-1-k)&1 == 1 {
					v[i] ^= v[i-k]
				}
			}
		}
	}
	return s, nil
}

// Point is the point of a number from 0, in the order of Gray's code.
func (s *Sobol) Point(number int) []float64 {
	gray := uint32(number) ^ uint32(number)>>1
	point := make([]float64, len(s.directions))
	for d := range point {
		x := s.shift[d]
		for g := gray; g != 0; g &= g - 1 {
			x ^= s.directions[d][bits.TrailingZeros32(g)]
		}
		point[d] = float64(x) / (1 << sobolBits)
	}
	return point
}
