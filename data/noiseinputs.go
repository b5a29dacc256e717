package data

// InputIntegral returns the integral of every input from the start of a trial, rows x inputs,
// row-major, or nil where there are none. It is exact for inputs that are lines between two
// rows, or held.
func (s *Set) InputIntegral(trial int) []float64 {
	m := len(s.InputNames)
	if m == 0 {
		return nil
	}
	lo, hi := s.Offsets[trial], s.Offsets[trial+1]
	integral := make([]float64, (hi-lo)*m)
	for i := lo + 1; i < hi; i++ {
		for j := range m {
			mean := s.Inputs[(i-1)*m+j]
			if !s.InputsHeld {
				mean = (mean + s.Inputs[i*m+j]) / 2
			}
			integral[(i-lo)*m+j] = integral[(i-1-lo)*m+j] + float64((s.T[i]-s.T[i-1])*mean)
		}
	}
	return integral
}

// pushes is what inputs add to the motion of a trial as far as a constant gain says: their
// integral, which a momentum follows, and the integral of that, which a position does. It is
// rows x 2 inputs, nil where there are none, and exact as InputIntegral is.
func (s *Set) pushes(trial int) []float64 {
	m := len(s.InputNames)
	if m == 0 {
		return nil
	}
	lo, hi := s.Offsets[trial], s.Offsets[trial+1]
	once := s.InputIntegral(trial)
	p := make([]float64, (hi-lo)*2*m)
	for i := lo + 1; i < hi; i++ {
		h := s.T[i] - s.T[i-1]
		before, now := p[(i-1-lo)*2*m:], p[(i-lo)*2*m:]
		for j := range m {
			u := s.Inputs[(i-1)*m+j]
			slope := 0.0 // the change over the step
			if !s.InputsHeld {
				slope = s.Inputs[i*m+j] - u
			}
			now[j] = once[(i-lo)*m+j]
			now[m+j] = before[m+j] + float64(h*before[j]) + float64(h*h*(u/2+slope/6))
		}
	}
	return p
}

// unexplained takes what the first k of n variables explain out of each other one, and writes
// the sums of squares that are left to left, n-k of them: Gaussian elimination of the normal
// equations. products are the sums of products, n x n, of which the lower triangle counts, and
// of the others their squares only; they are overwritten. A variable that those before it
// explain is passed over.
func unexplained(products []float64, n, k int, left []float64) {
	whole := make([]float64, k)
	for p := range k {
		whole[p] = products[p*n+p]
	}
	for p := range k {
		pivot := products[p*n+p]
		if !(pivot > 1e-12*whole[p]) {
			continue
		}
		for i := p + 1; i < n; i++ {
			factor := products[i*n+p] / pivot
			for j := p + 1; j < min(i, k); j++ {
				products[i*n+j] -= float64(factor * products[j*n+p])
			}
			products[i*n+i] -= float64(factor * products[i*n+p])
		}
	}
	for i := k; i < n; i++ {
		left[i-k] = max(products[i*n+i], 0)
	}
}
