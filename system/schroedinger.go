package system

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"

	"hnn/internal/elementary"
)

// Schroedinger is the focusing nonlinear Schroedinger equation, i psi_t = -psi_xx - 2 |psi|^2 psi, psi = q + i p, on a ring of
// points 20/64 apart,
//
//	H = sum over points of |psi_{j+1} - psi_j|^2/(2 dx^2) - |psi_j|^4/2
//
// (V. Zakharov, A. Shabat, Sov. Phys. JETP 34, 1972). The sum of |psi|^2 is conserved too.
type Schroedinger struct{ n int }

// NewSchroedinger is that of n points.
func NewSchroedinger(n int) Schroedinger { return Schroedinger{n} }

// Name returns "schroedinger".
func (Schroedinger) Name() string { return "schroedinger" }

// Dim is twice the number of points.
func (s Schroedinger) Dim() int { return 2 * s.n }

// Sites is the number of points.
func (s Schroedinger) Sites() int { return s.n }

// OfSize returns the equation on a ring of so many points, as far apart.
func (s Schroedinger) OfSize(sites int) (System, error) {
	if sites < 3 || sites > mostSites {
		return nil, fmt.Errorf("schroedinger: %d points; give 3 to %d", sites, mostSites)
	}
	return Schroedinger{sites}, nil
}

// Coordinates returns q1, q2, ..., p1, p2, ..., all dimensionless.
func (s Schroedinger) Coordinates() []Coordinate { return NewWave(s.n).Coordinates() }

// spacing is the distance of two points.
const spacing = 20.0 / 64

// Hamiltonian returns the energy of the state.
func (s Schroedinger) Hamiltonian(x []float64) float64 {
	checkState(s.Dim(), x)
	h := 0.0
	for i := range s.n {
		j := (i + 1) % s.n
		dq, dp := x[j]-x[i], x[s.n+j]-x[s.n+i]
		square := float64(x[i]*x[i]) + float64(x[s.n+i]*x[s.n+i])
		h += (float64(dq*dq)+float64(dp*dp))/(2*spacing*spacing) - square*square/2
	}
	return h
}

// Field stores dq/dt and dp/dt.
func (s Schroedinger) Field(x, dx []float64) {
	checkField(s.Dim(), x, dx)
	n := s.n
	for i := range n {
		next, last := (i+1)%n, (i+n-1)%n
		square := float64(x[i]*x[i]) + float64(x[n+i]*x[n+i])
		curve := func(at int) float64 {
			return (x[at+next]-2*x[at+i]+x[at+last])/(spacing*spacing) + float64(2*square*x[at+i])
		}
		dx[i], dx[n+i] = -curve(n), curve(0)
	}
}

// Soliton adds to a state the soliton with so large an amplitude, at a place at time t, that moves with a wave number:
// a sech(a (x - at - 2 k t)) exp(i (k (x - at) + (a^2 - k^2) t)), which is that of the line, and its two images round the ring.
// Where k is a multiple of 2 pi over the ring's length, all is smooth.
func (s Schroedinger) Soliton(amplitude, wave, at, t float64, x []float64) {
	checkState(s.Dim(), x)
	length := spacing * float64(s.n)
	for i := range s.n {
		near := math.Remainder(float64(float64(i)*spacing)-at-float64(2*wave*t), length)
		for image := -1; image <= 1; image++ {
			from := near + float64(float64(image)*length)
			phase := float64(wave*(from+float64(2*wave*t))) + float64((float64(amplitude*amplitude)-float64(wave*wave))*t)
			psi := complex(amplitude/math.Cosh(amplitude*from), 0) * cmplx.Exp(complex(0, phase))
			x[i] += real(psi)
			x[s.n+i] += imag(psi)
		}
	}
}

// Sample draws two solitons of amplitudes 0.5 to 1 that move apart or meet, with a small wave all along.
func (s Schroedinger) Sample(rng *rand.Rand, x []float64) {
	checkState(s.Dim(), x)
	clear(x)
	length := spacing * float64(s.n)
	around := max(1, int(0.6*length/(2*math.Pi))) // most waves round the ring, of wave numbers to about 0.6
	for range 2 {
		wave := 2 * math.Pi / length * float64(rng.IntN(2*around+1)-around)
		s.Soliton(0.5+0.5*rng.Float64(), wave, length*rng.Float64(), 0, x)
	}
	a, phase := 0.1*rng.Float64(), 2*math.Pi*rng.Float64()
	for i := range s.n {
		sin, cos := elementary.Sincos(2*math.Pi*float64(i)/float64(s.n) + phase)
		x[i] += float64(a * cos)
		x[s.n+i] += float64(a * sin)
	}
}
