package data

import (
	"fmt"
	"math"

	"hnn/internal/elementary"
)

// BandLimited is the signal sampled so many times as often, by the functions of time that have nothing above half the
// sampling rate (Shannon's interpolation, with a Kaiser window of 24 samples to each side, right to 1e-4 up to 0.85 of
// that half). Before the first and after the last sample it is continued by its mirror image through that sample. It
// is an error if the steps differ: what lies between uneven samples no band says.
func (s *Signal) BandLimited(times int) (*Signal, error) {
	n, m := len(s.T), s.Inputs()
	if times < 1 || n < 2 {
		return nil, fmt.Errorf("data: a signal of %d samples, %d times as often", n, times)
	}
	h := (s.T[n-1] - s.T[0]) / float64(n-1)
	for i := 1; i < n; i++ {
		if math.Abs(s.T[i]-s.T[i-1]-h) > 1e-3*h {
			return nil, fmt.Errorf("data: a band-limited signal has equal steps; sample %d comes %g after the one before, the mean is %g", i+1, s.T[i]-s.T[i-1], h)
		}
	}
	const half, beta = 24, 8.0
	out := &Signal{T: make([]float64, (n-1)*times+1), U: make([]float64, ((n-1)*times+1)*m)}
	at := func(i, j int) float64 {
		// Odd reflection keeps value and slope at the ends.
		switch {
		case i < 0:
			return 2*s.U[j] - s.U[min(-i, n-1)*m+j]
		case i >= n:
			return 2*s.U[(n-1)*m+j] - s.U[max(2*(n-1)-i, 0)*m+j]
		}
		return s.U[i*m+j]
	}
	weights := make([]float64, 2*half)
	for part := range times {
		sum := 0.0
		for k := range weights {
			x := float64(part)/float64(times) - float64(k-half+1)
			w := 1.0
			if x != 0 {
				w = elementary.Sin(math.Pi*x) / (math.Pi * x)
			}
			weights[k] = w * bessel(beta*math.Sqrt(max(1-x*x/(half*half), 0)))
			sum += weights[k]
		}
		for i := range n {
			r := i*times + part
			if r >= len(out.T) {
				break
			}
			out.T[r] = s.T[i]
			if part > 0 {
				out.T[r] += float64(float64(part) / float64(times) * (s.T[i+1] - s.T[i]))
			}
			for j := range m {
				if part == 0 {
					out.U[r*m+j] = s.U[i*m+j]
					continue
				}
				v := 0.0
				for k, w := range weights {
					v += float64(w * at(i+k-half+1, j))
				}
				out.U[r*m+j] = v / sum
			}
		}
	}
	return out, nil
}

// bessel is the modified Bessel function of the first kind and order 0, by its series.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1; term > 1e-17*sum; k++ {
		term *= x * x / (4 * float64(k) * float64(k))
		sum += term
	}
	return sum
}
