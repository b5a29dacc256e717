package lagrange

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"hnn/data/estimate"
	"hnn/fit/sparse"
	"hnn/internal/posdef"
	"hnn/model/lagrangian"
	"hnn/model/terms"
)

// What the rows cannot tell apart is seen in their columns: where a term's column is a sum of others, so far as the noise
// can tell, these stand for it. Beside the terms of the law there are those that stand for causes that the library does
// not hold or the choice left out: every kind of friction, every gain, a constant force on each position, and a delay of
// each input, which to first order is its rate.

const (
	// overlap is in how many windows a sample is: as many rows count once.
	overlap = 8
	// matters is how many standard errors a term must have were the others known, told how many it must have beside them.
	matters, told = 10, 3
	// collinear is the share of a column's square, beside others, that is rounding.
	collinear = 1e-9
	// mostNamed is how many terms are named that stand for one.
	mostNamed = 3
)

// evidence is the weak form's rows by the columns of a law and of those that may stand for them.
type evidence struct {
	form   *lagrangian.Form // inputs are the law's, their rates, and a constant
	gram   *sparse.Gram
	blocks int
	// oneSign says of a position that its velocity keeps one sign, oneLine of an input that it has one frequency.
	oneSign, oneLine []bool
}

// newEvidence gathers the rows that a law was fitted to, on windows of a half-width.
func newEvidence(l *lagrangian.Lagrangian, p *estimate.Paths, half int) *evidence {
	n, m := l.N, l.Inputs
	features := map[int]bool{l.Library.Constant: true}
	for _, c := range used(l) {
		if i := l.FeatureOf(c); i >= 0 {
			features[i] = true
		}
	}
	small := &terms.Library{N: n}
	for i, f := range l.Library.Features {
		if features[i] {
			if i == l.Library.Constant {
				small.Constant = len(small.Features)
			}
			small.Features = append(small.Features, f)
		}
	}
	e := &evidence{
		form:    &lagrangian.Form{N: n, Inputs: 2*m + 1, Library: small, Magnetic: l.Magnetic, Viscous: true, Symmetric: l.Symmetric, Coulomb: true, Drag: true, Width: l.Width, Steered: l.Steered},
		oneSign: make([]bool, n), oneLine: make([]bool, m),
	}
	trials := make([]estimate.Path, len(p.Trials))
	for i, t := range p.Trials {
		trials[i] = estimate.Path{Q: t.Q, V: t.V, U: widened(t.U, m, t.Rows(n), p.Step)}
	}
	w, _ := weakRows(e.form, trials, p.Step, Windows{Half: half, Power: 6})
	scaleRows(w, relative(p.Speeds))
	e.gram, e.blocks = w.Gram(nil), w.Blocks()
	for i := range n {
		var up, down int
		for _, t := range p.Trials {
			for r := i; r < len(t.V); r += n {
				if t.V[r] > 0 {
					up++
				} else if t.V[r] < 0 {
					down++
				}
			}
		}
		e.oneSign[i] = min(up, down) <= (up+down)/1000
	}
	for j := range m {
		e.oneLine[j] = oneLine(p.Trials, m, j)
	}
	return e
}

// widened are m inputs with their rates and a constant.
func widened(u []float64, m, rows int, step float64) []float64 {
	out := make([]float64, 0, rows*(2*m+1))
	for r := range rows {
		out = append(out, u[r*m:(r+1)*m]...)
		before, after := max(r-1, 0), min(r+1, rows-1)
		for j := range m {
			out = append(out, (u[after*m+j]-u[before*m+j])/(float64(after-before)*step))
		}
		out = append(out, 1)
	}
	return out
}

// oneLine reports whether an input is a constant and one frequency: its second differences then are in proportion to it.
func oneLine(trials []estimate.Path, m, j int) bool {
	var su, sd, uu, dd, ud, count float64
	for _, t := range trials {
		for r := j + m; r+m < len(t.U); r += m {
			u, d := t.U[r], t.U[r-m]-2*t.U[r]+t.U[r+m]
			su, sd, uu, dd, ud, count = su+u, sd+d, uu+u*u, dd+d*d, ud+u*d, count+1
		}
	}
	uu, dd, ud = uu-su*su/count, dd-sd*sd/count, ud-su*sd/count
	return uu > 0 && dd > 0 && dd-ud*ud/uu < 1e-3*dd
}

// Inseparable are sentences on what of a law, with the names of its positions and inputs, its rows cannot tell from other
// causes.
func (r *Report) Inseparable(l *lagrangian.Lagrangian, names, inputs []string) []string {
	e := r.evidence
	if e == nil {
		return nil
	}
	f, at := e.form, e.form.Layout()
	inputs = inputs[:min(len(inputs), l.Inputs-2*len(l.Harmonics))]
	wide := slices.Clone(inputs)
	for j := len(inputs); j < l.Inputs; j++ {
		wide = append(wide, fmt.Sprintf("u%d", j+1)) // of time
	}
	labels := (&lagrangian.Lagrangian{Form: *f}).Names(names, slices.Concat(wide, make([]string, l.Inputs+1)))
	place := map[string]int{}
	for c, label := range labels[:at.Gain] {
		place[label] = c
	}
	var partners []int
	offset := map[int]bool{}
	for c := at.Viscous; c < at.Gain; c++ {
		partners = append(partners, c)
	}
	features := f.GainFeatures()
	theta := make([]float64, f.Size())
	for i := range l.N {
		for j := range f.Inputs {
			for g := range features {
				c := at.Gain + (i*f.Inputs+j)*features + g
				constant := features == 1 || g == f.Library.Constant
				switch {
				case j < l.Inputs:
					place[labels[c]] = c
					if constant && l.Gain != nil {
						theta[c] = l.Gain[i*l.Inputs+j]
					} else if constant && j < len(inputs) {
						partners = append(partners, c)
					}
				case !constant:
				case j < 2*l.Inputs:
					labels[c] = "a delay of the input " + wide[j-l.Inputs]
					if j-l.Inputs < len(inputs) {
						partners = append(partners, c)
					}
				default:
					labels[c] = "a constant force on " + names[i]
					offset[c] = true
					partners = append(partners, c)
				}
			}
		}
	}
	for c, name := range l.Names(names, wide) {
		if to, ok := place[name]; ok && l.Coefficients[c] != 0 {
			theta[to] = l.Coefficients[c]
		}
	}
	var law []int // all but the inertia
	largest := 0.0
	for c, v := range theta {
		largest = max(largest, v*v*e.square(c))
		if v != 0 && c >= at.Potential && !(c >= at.Magnetic && c < at.Viscous) {
			law = append(law, c)
		}
	}
	// The variance of a row's error by what the law leaves of all, or by rounding.
	left := 0.0
	for i, a := range theta {
		for j, b := range theta {
			left += a * b * e.gram.S[i*e.gram.Size+j]
		}
	}
	variance := max(left, 1e-12*largest) / max(1, float64(e.blocks*f.N)/overlap)
	var out []string
	seen := map[string]bool{}
	add := func(c int, others []int) {
		group := append([]int{c}, others...)
		slices.Sort(group)
		key := fmt.Sprint(group)
		if seen[key] {
			return
		}
		seen[key] = true
		var text []string
		for _, o := range others {
			text = append(text, labels[o])
		}
		out = append(out, fmt.Sprintf("the rows cannot tell %s from %s%s", labels[c], strings.Join(text, " with "), e.why(group, names, wide)))
	}
	strength := func(c int) float64 { return theta[c] * theta[c] * e.square(c) / variance }
	for _, c := range law {
		if strength(c) < matters*matters {
			continue
		}
		rest := slices.DeleteFunc(slices.Clone(law), func(o int) bool { return o == c })
		if others := e.stand(c, rest, told*told/strength(c)); others != nil && slices.Max(append(others, c)) >= at.Magnetic {
			add(c, others) // terms of V among themselves are a matter of the library
		}
	}
	for _, c := range partners {
		if theta[c] != 0 || e.square(c) == 0 {
			continue
		}
		strongest := 0.0
		var strong []int
		for _, o := range law {
			// A constant force is a tilt of V: only an input has an offset beside.
			if v := strength(o); v >= matters*matters && !(offset[c] && o < at.Magnetic && !e.acts(theta, c, len(inputs))) {
				strong, strongest = append(strong, o), max(strongest, v)
			}
		}
		found := false
		for _, o := range strong {
			if others := e.stand(c, []int{o}, told*told/strength(o)); others != nil {
				add(c, others)
				found = true
			}
		}
		if !found && strong != nil {
			if c >= at.Gain && !offset[c] { // the effect of an input may be balanced by friction that is none
				strong = append(strong, at.Viscous+e.friction(c))
			}
			if others := e.stand(c, strong, told*told/strongest); others != nil {
				add(c, others)
			}
		}
	}
	return out
}

// square is the square of a column.
func (e *evidence) square(c int) float64 { return e.gram.S[c*e.gram.Size+c] }

// friction is the place, among those of viscous friction, of that on the position of a gain's column.
func (e *evidence) friction(c int) int {
	i := (c - e.form.Layout().Gain) / (e.form.Inputs * e.form.GainFeatures())
	return slices.Index(e.form.FrictionPairs(), [2]int{i, i})
}

// acts reports whether an input acts on the position of a constant force's column.
func (e *evidence) acts(theta []float64, c, inputs int) bool {
	at, features := e.form.Layout(), e.form.GainFeatures()
	i := (c - at.Gain) / (e.form.Inputs * features)
	for j := range inputs {
		for g := range features {
			if theta[at.Gain+(i*e.form.Inputs+j)*features+g] != 0 {
				return true
			}
		}
	}
	return false
}

// stand are the fewest of other columns of which one is a sum but for a share of its square, the greatest help first; nil
// where no few are.
func (e *evidence) stand(c int, others []int, share float64) []int {
	share = max(share, collinear)
	var taken []int
	for len(taken) < mostNamed {
		best, least := -1, math.Inf(1)
		for _, o := range others {
			if slices.Contains(taken, o) || e.square(o) == 0 {
				continue
			}
			if v := e.share(c, append(slices.Clip(taken), o)); v < least {
				best, least = o, v
			}
		}
		if best < 0 {
			return nil
		}
		taken = append(taken, best)
		if least < share {
			return taken
		}
	}
	return nil
}

// share is what others leave of a column, of its square.
func (e *evidence) share(c int, others []int) float64 {
	k := len(others)
	s := mat.NewSymDense(k, nil)
	right := make([]float64, k)
	at := func(a, b int) float64 {
		return e.gram.S[a*e.gram.Size+b] / math.Sqrt(e.square(a)*e.square(b))
	}
	for i, a := range others {
		for j := i; j < k; j++ {
			s.SetSym(i, j, at(a, others[j]))
		}
		s.SetSym(i, i, 1+1e-13)
		right[i] = at(a, c)
	}
	x, ok := posdef.Solve(s, right)
	if !ok {
		return 1
	}
	left := 1.0
	for i, v := range x {
		left -= v * right[i]
	}
	return max(left, 0)
}

// why says what makes columns alike.
func (e *evidence) why(group []int, names, inputs []string) string {
	at := e.form.Layout()
	features := e.form.GainFeatures()
	for _, c := range group {
		if c >= at.Gain && (c-at.Gain)/features%e.form.Inputs == e.form.Inputs-1 && group[0] < at.Magnetic {
			return ": an offset of an input and a tilt of V are the same"
		}
	}
	for _, c := range group {
		if c < at.Gain {
			continue
		}
		j := (c - at.Gain) / features % e.form.Inputs
		if j == e.form.Inputs-1 {
			continue // a constant
		}
		if name := inputs[j%len(inputs)]; e.oneLine[j%len(inputs)] {
			return ": " + name + " has one frequency, and so fewer lines than there are unknowns; drive it by several"
		} else {
			return ": " + name + " follows the positions and velocities, as under feedback, or has fewer frequencies than there are unknowns; add an excitation of its own"
		}
	}
	for i, one := range e.oneSign {
		for _, c := range group {
			if one && (c >= at.Coulomb && c < at.Drag && c-at.Coulomb == i || c >= at.Drag && c < at.Gain && c-at.Drag == i) {
				return ": the velocity of " + names[i] + " keeps one sign; let it turn back"
			}
		}
	}
	return ": longer or faster motions may"
}
