package ode

// splitting is a composition of the exact flows of the two parts of H = T(p) + V(q),
//
//	kick:  p += b_i h F(q), F = -dV/dq     drift:  q += a_i h v(p), v = dT/dp
//
// which is symplectic, whatever the coefficients, because each flow is (HLW, sections II.5
// and III.3). A step is kick[0], drift[0], kick[1], ... A method that ends
// with a kick has the force there for the next step to begin with, so that it takes
// len(drift) evaluations of each part a step.
type splitting struct{ kick, drift []float64 }

// closed reports whether the method ends with a kick.
func (m *splitting) closed() bool { return len(m.kick) > len(m.drift) }

// symmetric reports whether a step back undoes a step.
func (m *splitting) symmetric() bool { return m.closed() }

// layout: k[0] is the force, kept from step to step; k[1] gathers inputs, k[2] takes
// velocities.
func (m *splitting) layout(dim int) layout {
	return layout{width: dim, buffers: 3, kept: dim / 2, constant: true}
}

// start evaluates the force at the initial states.
func (m *splitting) start(w *work) {
	if !m.closed() {
		return
	}
	m.force(w, w.x)
	w.count(1)
}

func (m *splitting) advance(w *work) {
	w.begin()
	n := w.d / 2
	if !m.closed() {
		m.force(w, w.next)
	}
	for i, a := range m.drift {
		if i > 0 {
			m.force(w, w.next)
		}
		w.shear(n, n, m.kick[i], w.k[0], 0, n)
		m.velocity(w, w.next)
		w.shear(0, n, a, w.k[2], 0, n)
	}
	if m.closed() {
		m.force(w, w.next)
		w.shear(n, n, m.kick[len(m.drift)], w.k[0], 0, n)
	}
	w.count(len(m.drift))
}

// force writes F at the positions of x to k[0], rows x n.
func (m *splitting) force(w *work, x []float64) {
	n := w.d / 2
	if w.split.Force != nil {
		w.split.Force(x[:n:n], w.k[0][:n:n])
		return
	}
	end := w.n * n
	gather(w.k[1], x, w.n, w.d, 0, n)
	w.batchSplit.Force(w.k[1][:end:end], w.k[0][:end:end], w.n)
}

// velocity writes dT/dp at the momenta of x to k[2], rows x n.
func (m *splitting) velocity(w *work, x []float64) {
	n := w.d / 2
	if w.split.Velocity != nil {
		w.split.Velocity(x[n:w.d:w.d], w.k[2][:n:n])
		return
	}
	end := w.n * n
	gather(w.k[1], x, w.n, w.d, n, n)
	w.batchSplit.Velocity(w.k[1][:end:end], w.k[2][:end:end], w.n)
}

// composition is the symmetric composition of leapfrog steps of the given lengths, of
// which the list holds the first half and the middle one; adjacent kicks are joined.
func composition(half ...float64) *splitting {
	gamma := append([]float64(nil), half...)
	for i := len(half) - 2; i >= 0; i-- {
		gamma = append(gamma, half[i])
	}
	m := &splitting{drift: gamma, kick: make([]float64, len(gamma)+1)}
	for i, g := range gamma {
		m.kick[i] += g / 2
		m.kick[i+1] += g / 2
	}
	return m
}

// palindrome is the splitting of the given first halves of kicks and drifts, one of which
// ends with the middle of its list.
func palindrome(kick, drift []float64) *splitting {
	mirror := func(half []float64, odd bool) []float64 {
		full := append([]float64(nil), half...)
		i := len(half) - 1
		if odd {
			i--
		}
		for ; i >= 0; i-- {
			full = append(full, half[i])
		}
		return full
	}
	return &splitting{
		kick:  mirror(kick, len(kick) > len(drift)),
		drift: mirror(drift, len(kick) == len(drift)),
	}
}
