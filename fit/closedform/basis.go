package closedform

import (
	"math"
	"math/rand/v2"

	"hnn/internal/elementary"
	"hnn/model/expansion"
)

// A basis is a Hamiltonian whose coefficients are unknown. Features that a symmetry
// makes images of each other share an unknown.
type basis struct {
	h *expansion.Model
	// share[f] is the unknown of feature f. Those of the friction and of the gain of inputs,
	// where there are any, follow; unknowns counts all.
	share    []int
	unknowns int
	friction bool
	gain     *expansion.Gain // the model's, nil for none
	// known is the part of H that is given, nil for none.
	known *expansion.Known
	// rotate turns rows at random, nil where they are taken as they are.
	rotate *rotation
}

// newBasis draws the features of the structure that the options ask for: k nonlinear
// ones of steepness scale, over the states of r, and under as many inputs as it has.
func newBasis(rng *rand.Rand, r *rows, k int, scale float64, o *Options) (*basis, error) {
	b := &basis{friction: o.Friction}
	x, dim := r.x, r.dim
	if o.Drawn != nil {
		x, rng = o.Drawn.X, rand.New(rand.NewPCG(1, 19))
	}
	if o.Symmetry&Rotation != 0 {
		bodies, space := o.bodies(dim)
		b.rotate = &rotation{bodies, space}
		x = append([]float64(nil), x...)
		for r := 0; r < len(x); r += dim {
			b.rotate.turn(rng, x[r:r+dim])
		}
	}
	d := draw{rng: rng, x: x, dim: dim, scale: scale, o: o, basis: b}
	if o.Known != nil {
		b.known = expansion.NewKnown(dim, o.Known)
		d.list = append(d.list, b.known)
	}
	if err := d.terms(k); err != nil {
		return nil, err
	}
	h, err := expansion.New(dim, d.list...)
	if err != nil {
		return nil, err
	}
	b.h = h
	if b.friction {
		b.unknowns++
	}
	if r.inputs > 0 {
		if b.gain, err = d.gain(r.inputs); err != nil {
			return nil, err
		}
		h.SetGain(b.gain)
		b.unknowns += b.gain.Size()
	}
	return b, nil
}

// gainAt is the first unknown of the gain. That of the friction is the one before.
func (b *basis) gainAt() int {
	if b.gain == nil {
		return b.unknowns
	}
	return b.unknowns - b.gain.Size()
}

// fill gives the model the coefficients of its unknowns.
func (b *basis) fill(c []float64) {
	all := make([]float64, len(b.share))
	for f, u := range b.share {
		all[f] = c[u]
	}
	b.h.SetCoefficients(all)
	if b.friction {
		b.h.SetFriction(c[b.gainAt()-1])
	}
	if b.gain != nil {
		b.gain.SetCoefficients(c[b.gainAt():])
	}
}

// draw is the state of newBasis.
type draw struct {
	rng   *rand.Rand
	x     []float64
	dim   int
	scale float64
	o     *Options
	basis *basis
	list  []expansion.Term
}

// own appends n features with unknowns of their own.
func (d *draw) own(n int) {
	for range n {
		d.basis.share = append(d.basis.share, d.basis.unknowns)
		d.basis.unknowns++
	}
}

func (d *draw) terms(k int) error {
	s := d.o.Structure
	n := d.dim / 2
	switch {
	case s&Pairwise != 0:
		if err := d.pair(k); err != nil {
			return err
		}
		if s&QuadraticKinetic != 0 {
			d.bodyKinetic()
			return nil
		}
		d.monomials(func(m expansion.Monomial) bool { return m.I >= n })
		return d.network(k, n, d.dim)
	case s&QuadraticKinetic != 0 && s&Separable != 0:
		d.monomials(func(m expansion.Monomial) bool { return (m.I < n) == (m.J < n) || m.J < 0 && m.I < n })
		return d.network(k, 0, n)
	case s&QuadraticKinetic != 0:
		// The momenta's linear monomials would not be quadratic.
		d.monomials(func(m expansion.Monomial) bool { return m.J >= 0 && (m.I < n) == (m.J < n) || m.J < 0 && m.I < n })
		return d.inertia(k)
	case s&Separable != 0:
		d.monomials(func(m expansion.Monomial) bool { return m.J < 0 || (m.I < n) == (m.J < n) })
		if err := d.network(k-k/2, 0, n); err != nil || k < 2 {
			return err
		}
		return d.network(k/2, n, d.dim)
	}
	d.monomials(func(expansion.Monomial) bool { return true })
	return d.network(k, 0, d.dim)
}

// monomials adds the linear and quadratic monomials that keep takes, that have the
// symmetries and that have no angle in them.
func (d *draw) monomials(keep func(expansion.Monomial) bool) {
	var list []expansion.Monomial
	n := d.dim / 2
	angle := func(i int) bool { return i >= 0 && d.o.Angles != nil && d.o.Angles[i] }
	for i := range d.dim {
		for j := i - 1; j < d.dim; j++ {
			m := expansion.Monomial{I: i, J: j}
			if j < i {
				m.J = -1
			}
			momenta := 0
			if m.I >= n {
				momenta++
			}
			if m.J >= n {
				momenta++
			}
			switch {
			case angle(m.I) || angle(m.J) || !keep(m):
			case m.J < 0 && d.o.Symmetry&Parity != 0:
			case momenta%2 == 1 && d.o.Symmetry&TimeReversal != 0:
			default:
				list = append(list, m)
			}
		}
	}
	if len(list) > 0 {
		d.list = append(d.list, expansion.NewQuadratic(d.dim, list))
		d.own(len(list))
	}
}

// bodyKinetic adds sum over bodies of c_i |p_i|^2/2.
func (d *draw) bodyKinetic() {
	bodies, space := d.o.bodies(d.dim)
	var list []expansion.Monomial
	for a := range space {
		for i := range bodies {
			at := (space+a)*bodies + i
			list = append(list, expansion.Monomial{I: at, J: at})
			d.basis.share = append(d.basis.share, d.basis.unknowns+i)
		}
	}
	d.basis.unknowns += bodies
	d.list = append(d.list, expansion.NewQuadratic(d.dim, list))
}

// inputs are components lo to hi of the states as features see them, rows x width,
// and which of the width inputs are sines and momenta.
func (d *draw) inputs(lo, hi int) (u []float64, width int, sine, momentum []bool) {
	for i := lo; i < hi; i++ {
		angle := d.o.Angles != nil && d.o.Angles[i]
		if angle {
			sine, momentum = append(sine, false), append(momentum, false)
		}
		sine, momentum = append(sine, angle), append(momentum, i >= d.dim/2)
	}
	for r := 0; r < len(d.x); r += d.dim {
		for i := lo; i < hi; i++ {
			v := d.x[r+i]
			if d.o.Angles != nil && d.o.Angles[i] {
				sin, cos := elementary.Sincos(v)
				u = append(u, cos, sin)
			} else {
				u = append(u, v)
			}
		}
	}
	return u, len(sine), sine, momentum
}

// images appends to weights and biases the images of each of k features under the
// symmetries, one behind the other, and tells which unknown each has.
func (d *draw) images(weights, biases []float64, width, lo, hi int, sine, momentum []bool) (w, b []float64, of []int) {
	angle := make([]bool, width) // the cosines, which parity leaves alone
	for i := range width - 1 {
		angle[i] = sine[i+1]
	}
	for f, bias := range biases {
		seen := [][]float64{weights[f*width : (f+1)*width]}
		mirror := func(flip func(i int) bool) {
			for _, base := range seen[:len(seen):len(seen)] {
				image, same := make([]float64, width), true
				for i, v := range base {
					if flip(i) && v != 0 {
						v, same = -v, false
					}
					image[i] = v
				}
				if !same {
					seen = append(seen, image)
				}
			}
		}
		if d.o.Symmetry&Parity != 0 {
			mirror(func(i int) bool { return !angle[i] })
		}
		if d.o.Symmetry&TimeReversal != 0 {
			mirror(func(i int) bool { return momentum[i] })
		}
		for _, v := range seen {
			w, b, of = append(w, v...), append(b, bias), append(of, f)
		}
	}
	return w, b, of
}

// network adds k features over components lo to hi and their images.
func (d *draw) network(k, lo, hi int) error {
	if k < 1 {
		return nil
	}
	u, width, sine, momentum := d.inputs(lo, hi)
	weights, biases, err := sampleFeatures(d.rng, u, width, k, d.scale)
	if err != nil {
		return err
	}
	w, b, of := d.images(weights, biases, width, lo, hi, sine, momentum)
	// The term takes the whole state: no weight on the components that it leaves out.
	before := 0
	for i := range lo {
		before++
		if d.o.Angles != nil && d.o.Angles[i] {
			before++
		}
	}
	whole := before + width + d.dim - hi
	padded := make([]float64, len(b)*whole)
	for f := range b {
		copy(padded[f*whole+before:], w[f*width:(f+1)*width])
	}
	d.list = append(d.list, expansion.NewNetwork(d.dim, d.o.Angles, d.o.Activation, padded, b))
	for _, f := range of {
		d.basis.share = append(d.basis.share, d.basis.unknowns+f)
	}
	d.basis.unknowns += k
	return nil
}

// inertia adds k features, each for the potential and for every element of the
// inverse inertia, and their images under parity.
func (d *draw) inertia(k int) error {
	n := d.dim / 2
	functions := 1 + n*(n+1)/2
	k = max(k/functions, 1)
	u, width, sine, momentum := d.inputs(0, n)
	weights, biases, err := sampleFeatures(d.rng, u, width, k, d.scale)
	if err != nil {
		return err
	}
	w, b, of := d.images(weights, biases, width, 0, n, sine, momentum)
	var angles []bool
	if d.o.Angles != nil {
		angles = d.o.Angles[:n]
	}
	d.list = append(d.list, expansion.NewInertia(n, angles, d.o.Activation, w, b))
	for o := range functions {
		for _, f := range of {
			d.basis.share = append(d.basis.share, d.basis.unknowns+o*k+f)
		}
	}
	d.basis.unknowns += functions * k
	return nil
}

// pair adds k features of the logarithm of the distance.
func (d *draw) pair(k int) error {
	bodies, space := d.o.bodies(d.dim)
	pairs := bodies * (bodies - 1) / 2
	var strengths []float64
	for i, m := range d.o.Masses {
		for _, other := range d.o.Masses[i+1:] {
			strengths = append(strengths, m*other)
		}
	}
	// Distances come from a term that has no features yet.
	probe := expansion.NewPair(bodies, space, strengths, d.o.Activation, []float64{1}, []float64{0})
	logs := make([]float64, len(d.x)/d.dim*pairs)
	for r := range len(d.x) / d.dim {
		probe.LogDistances(d.x[r*d.dim:(r+1)*d.dim], logs[r*pairs:(r+1)*pairs])
	}
	for i, l := range logs {
		if math.IsInf(l, 0) {
			return errCollision(i / pairs)
		}
	}
	weights, biases, err := sampleFeatures(d.rng, logs, 1, k, d.scale)
	if err != nil {
		return err
	}
	d.list = append(d.list, expansion.NewPair(bodies, space, strengths, d.o.Activation, weights, biases))
	d.own(k)
	return nil
}
