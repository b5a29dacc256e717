package closedform

import (
	"fmt"
	"math"
	"math/rand/v2"

	"hnn/internal/elementary"
)

// rotation turns states of so many bodies in so many dimensions of space.
type rotation struct{ bodies, space int }

// matrix draws a rotation, uniformly, row-major: Gaussian rows made orthonormal by
// Gram and Schmidt, the last of them with the sign that makes the determinant 1. In a
// plane this is a random angle.
func (r *rotation) matrix(rng *rand.Rand) []float64 {
	n := r.space
	if n == 2 {
		sin, cos := elementary.Sincos(2 * math.Pi * rng.Float64())
		return []float64{cos, -sin, sin, cos}
	}
	m := make([]float64, n*n)
	for i := range n {
		row := m[i*n : (i+1)*n]
		for j := range row {
			row[j] = elementary.Normal(rng)
		}
		// Twice is enough for orthogonality to rounding.
		for range 2 {
			for k := range i {
				subtract(row, m[k*n:], dot(row, m[k*n:]))
			}
		}
		length := math.Sqrt(dot(row, row))
		for j := range row {
			row[j] /= length
		}
	}
	if determinant(m, n) < 0 {
		for j := range n {
			m[(n-1)*n+j] *= -1
		}
	}
	return m
}

func dot(x, y []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum += float64(v * y[i])
	}
	return sum
}

// determinant of an orthogonal n x n matrix, by elimination without pivots of a copy.
func determinant(m []float64, n int) float64 {
	a, det := append([]float64(nil), m...), 1.0
	for k := range n {
		det *= a[k*n+k]
		for i := k + 1; i < n; i++ {
			subtract(a[i*n+k:(i+1)*n], a[k*n+k:], a[i*n+k]/a[k*n+k])
		}
	}
	return det
}

// apply turns every body of the vectors in x (positions, momenta: 2 space bodies
// numbers).
func (r *rotation) apply(m, x []float64) {
	v := make([]float64, r.space)
	for half := 0; half < len(x); half += r.space * r.bodies {
		for b := range r.bodies {
			for a := range v {
				v[a] = x[half+a*r.bodies+b]
			}
			for a := range v {
				x[half+a*r.bodies+b] = dot(v, m[a*r.space:])
			}
		}
	}
}

// turn applies one random rotation to all the given vectors of one state.
func (r *rotation) turn(rng *rand.Rand, vectors ...[]float64) {
	m := r.matrix(rng)
	for _, x := range vectors {
		r.apply(m, x)
	}
}

func errCollision(row int) error {
	return fmt.Errorf("closedform: two bodies are at the same place in row %d, where a potential of their distance is not defined; remove the row", row)
}
