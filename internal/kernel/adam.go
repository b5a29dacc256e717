package kernel

// AdamStep holds the scalars of one step of Adam (Kingma and Ba 2015, algorithm 1).
type AdamStep struct {
	Beta1, Beta2, Epsilon float64
	Rate                  float64 // learning rate over 1 - beta1^t
	Correction            float64 // 1 over sqrt(1 - beta2^t)
	L2                    float64 // added to the gradient: g + L2 p
	Decay                 float64 // AdamW: p is multiplied by 1 - Decay first
}

// adamScalars are AdamStep's in the precision of the update. The differences are
// taken in float64, as PyTorch takes them.
type adamScalars[T Float] struct {
	beta1, gain1, beta2, gain2, epsilon, rate, correction, l2, keep T
}

// Adam updates p, m and v (of the same length as g) by one step along g, as PyTorch
// does, with d = g + L2 p:
//
//	m = Beta1 m + (1-Beta1) d
//	v = Beta2 v + (1-Beta2) d^2
//	p = (1-Decay) p - Rate m / (sqrt(v) Correction + Epsilon)
func Adam[T Float](p, g, m, v []T, s *AdamStep) {
	if len(g) != len(p) || len(m) != len(p) || len(v) != len(p) {
		panic("kernel: Adam: slices of different lengths")
	}
	k := adamScalars[T]{
		T(s.Beta1), T(1 - s.Beta1), T(s.Beta2), T(1 - s.Beta2),
		T(s.Epsilon), T(s.Rate), T(s.Correction), T(s.L2), T(1 - s.Decay),
	}
	if len(p) > 0 {
		adam(p, g, m, v, &k)
	}
}
