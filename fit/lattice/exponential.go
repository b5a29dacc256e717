package lattice

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"hnn/model/lattice"
)

// equations are those of both sides, from the rows that a law was chosen by.
type equations func(f *features) sides

// form is a law with exponentials: its degree, and how many exponentials there are, of a rate and of twice that.
type form struct{ degree, exponentials int }

// forms are those that are tried, the smallest first.
var forms = []form{{1, 1}, {2, 1}, {1, 2}, {2, 2}}

func (f form) size() int { return f.degree + f.exponentials + 1 }

// The exponentials that a rate is searched among: multiples of one whose exponent changes by step from an interval's middle to its end.
const (
	step     = 0.5
	multiple = 48
)

// candidate is a law with exponentials, and which part of the forces it leaves if its rate is moved a little.
type candidate struct {
	law  lattice.Function
	left float64
}

// withExponentials tries, in place of every law of sites or of bonds of four numbers or more, one with exponentials and fewer
// numbers, as Toda's and Morse's are. The first of the ways to do so is taken that explains the held-out rows as well as the chosen law does, and
// that none after it is better than by more than chance; else the chosen law stays.
func (f *features) withExponentials(v *problem, c *chosen, again equations) (*features, *chosen) {
	plain, short := f.laws(c)
	friction, within := len(c.c)-plain.potential, chance(v.held.rows)
	sites, bonds := make([]bool, len(f.bonds)+1), make([]bool, len(f.bonds)+1)
	for j, law := range plain.laid() {
		const whole = 4 // of so many numbers a law that leaves nothing is none of exponentials
		if n := law.Size(); n > whole || n == whole && c.left > digits {
			sites[j], bonds[j] = j == 0, j > 0
		}
	}
	bare := plain.copied() // sites may have stood for what polynomials of bonds left
	bare.site.Polynomial, bare.site.Waves = nil, nil
	type way struct {
		from *features
		try  []bool
	}
	var ways []way
	if slices.Contains(bonds, true) && plain.site.Size() > 0 {
		ways = append(ways, way{bare, bonds})
	}
	if slices.Contains(bonds, true) && sites[0] {
		ways = append(ways, way{plain, append([]bool{true}, bonds[1:]...)})
	}
	for _, try := range [][]bool{bonds, sites} {
		if slices.Contains(try, true) {
			ways = append(ways, way{plain, try})
		}
	}
	best, law := plain, short
	for _, w := range ways {
		limit := max(c.left*within, digits)
		if best != plain {
			limit = law.left / within
		}
		if g, other := w.from.exponentials(w.try, friction, c.left, limit, within, again); other != nil {
			best, law = g, other
		}
		if best != plain && law.left <= digits {
			break
		}
	}
	return best, law
}

// exponentials replaces some laws. Their rates, in which alone they are not linear, are searched for among multiples of a small one of either
// sign; then the equations are gathered with exponentials of those rates and their change with them (Gauss and Newton). Of the forms that
// leave no more than a limit of the held-out rows it returns the smallest that none is better than by more than chance, nil if there is
// none.
func (f *features) exponentials(try []bool, friction int, now, limit, within float64, again equations) (best *features, law *chosen) {
	found := make([][]candidate, len(try))
	for j := range found {
		if try[j] {
			found[j] = make([]candidate, len(forms))
		}
	}
	for _, sign := range []float64{-1, 1} {
		g := f.copied()
		for j, law := range g.laid() {
			if try[j] {
				law.Polynomial, law.Waves = make([]float64, 2), nil
				law.Exponentials = append([]float64{sign * step / law.Half}, make([]float64, multiple)...)
			}
		}
		g.count()
		rows := again(g).v
		for j := range found {
			if try[j] {
				g.search(rows.fit, j, friction, found[j])
			}
		}
	}
	for j, law := range f.laid() {
		all := found[j]
		found[j] = nil
		for i, form := range forms {
			const near = 0.02 // what a law on the ladder and its neighbours may leave, since it is none of those between
			if all != nil && all[i].law.Size() > 0 && form.size() < law.Size() && all[i].left < max(near, now) {
				found[j] = append(found[j], all[i])
			}
		}
	}
	for turn := range forms {
		g, better := f.copied(), false
		for j, to := range g.laid() {
			if all := found[j]; len(all) > 0 {
				*to = all[min(turn, len(all)-1)].law
				better = better || turn < len(all) && (law == nil || law.left > digits && within*all[turn].left < law.left)
			}
		}
		if !better {
			continue
		}
		if refined := g.refine(friction, again, limit); refined != nil {
			best, law, limit = g, refined, refined.left/within
		}
	}
	return best, law
}

// laid are U and all W in the order of their features.
func (f *features) laid() []*lattice.Function {
	all := []*lattice.Function{&f.site}
	for k := range f.bonds {
		all = append(all, &f.bonds[k])
	}
	return all
}

// copied are the same features in functions of their own.
func (f *features) copied() *features {
	g := *f
	g.bonds = slices.Clone(f.bonds)
	return &g
}

// count sets the number of features, and returns where those of each law begin.
func (f *features) count() (first []int) {
	f.potential = 0
	for _, of := range f.laid() {
		first, f.potential = append(first, f.potential), f.potential+of.Size()
	}
	return first
}

// laws are the features of a chosen law alone, with its coefficients, and the choice of all of them.
func (f *features) laws(c *chosen) (*features, *chosen) {
	g, rest := f.copied(), c.c
	for j, of := range g.laid() {
		kind := 2 * min(j, 1)
		degree, waves := c.degrees[kind], 2*c.degrees[kind+1]
		of.Polynomial, of.Waves = rest[:degree:degree], rest[degree:degree+waves:degree+waves]
		rest = rest[of.Size():]
	}
	g.count()
	return g, &chosen{choice{use: counted(0, len(c.c))}, c.c, c.left} // friction comes after the laws
}

// search finds for one law of a ladder of exponentials, whatever the ladders of the others, the best of every form, where it is better than one
// found before.
func (f *features) search(fit *triangle, j, friction int, found []candidate) {
	first := f.count()
	var own, others []int
	for i, law := range f.laid() {
		for k := range law.Size() {
			switch {
			case len(law.Exponentials) > 0 && k == len(law.Polynomial)+len(law.Waves): // the rate's, of exponentials without coefficients
			case i == j:
				own = append(own, first[i]+k)
			default:
				others = append(others, first[i]+k)
			}
		}
	}
	others = append(others, counted(f.potential, friction)...)
	rows := fit.picked(append(others, own...))
	m := rows.matrix()
	if fit.rows < rows.columns {
		return
	}
	// What is beyond the others: the lower right corner of the triangle. Its last column is what is to be explained.
	columns := make([][]float64, len(own)+1)
	size := 0.0
	for i := range rows.columns {
		size = math.Hypot(size, m.At(i, rows.columns-1))
	}
	for k := range columns {
		for i := len(others); i < rows.columns; i++ {
			columns[k] = append(columns[k], m.At(i, len(others)+k))
		}
	}
	law := f.laid()[j]
	for at, form := range forms {
		pick := func(multiple int, around int) (use []int) {
			use = counted(0, form.degree)
			for e := 1; e <= form.exponentials; e++ {
				for k := e*multiple - around; k <= e*multiple+around; k++ {
					if place := 1 + k; k > 0 && place < len(own) && !slices.Contains(use, place) {
						use = append(use, place)
					}
				}
			}
			return use
		}
		best, least := 0, math.Inf(1)
		for k := 1; k*form.exponentials <= multiple; k++ {
			if e := unexplained(columns, pick(k, 0)); e < least {
				best, least = k, e
			}
		}
		left := unexplained(columns, pick(best, 1)) / size
		if found[at].law.Exponentials != nil && found[at].left <= left {
			continue
		}
		use := slices.Clone(others)
		for _, k := range pick(best, 0) {
			use = append(use, own[k])
		}
		x, ok := fit.solve(use)
		if !ok {
			continue
		}
		x = x[len(others):]
		one := lattice.Function{Middle: law.Middle, Half: law.Half, Polynomial: x[:form.degree:form.degree]}
		one.Exponentials = append([]float64{float64(best) * law.Exponentials[0]}, x[form.degree:]...)
		found[at] = candidate{one, left}
	}
}

// unexplained is what some columns leave of the last one, by making them orthogonal.
func unexplained(columns [][]float64, use []int) float64 {
	y := slices.Clone(columns[len(columns)-1])
	var orthogonal [][]float64
	for _, u := range use {
		q := slices.Clone(columns[u])
		size := floats.Norm(q, 2)
		for _, o := range orthogonal {
			floats.AddScaled(q, -floats.Dot(o, q), o)
		}
		const digits = 1e-10
		if rest := floats.Norm(q, 2); rest > digits*size {
			floats.Scale(1/rest, q)
			floats.AddScaled(y, -floats.Dot(q, y), q)
			orthogonal = append(orthogonal, q)
		}
	}
	return floats.Norm(y, 2)
}

// refine finds the rates and coefficients of laws with exponentials from those that they have, with so many numbers of friction; nil
// where they leave more than a limit of the held-out rows.
func (f *features) refine(friction int, again equations, limit float64) *chosen {
	f.count()
	use := counted(0, f.potential+friction)
	const most, still, early = 8, 1e-9, 3
	for turn := 1; ; turn++ {
		v := again(f).v
		x, ok := v.fit.solve(use)
		if !ok {
			return nil
		}
		left, all := v.held.residual(use, x)
		moved := f.take(x)
		switch {
		case !(moved < 2):
			return nil
		case moved > still && turn < most && (turn < early || left < 2*limit*all):
			continue
		case !(left <= limit*all), friction > 0 && !(x[f.potential] > 0):
			return nil
		}
		if x, ok = v.all().solve(use); !ok || !(f.take(x) < 1) || friction > 0 && !(x[f.potential] > 0) {
			return nil
		}
		return &chosen{choice{use: use}, x, left / all}
	}
}

// take gives the laws their coefficients; those of rates are what these are off by, and are zero then. It returns by how much an exponent
// changes at an interval's end.
func (f *features) take(x []float64) (moved float64) {
	for _, of := range f.laid() {
		degree, waves := len(of.Polynomial), len(of.Waves)
		of.Polynomial, of.Waves = x[:degree:degree], x[degree:degree+waves:degree+waves]
		if at := degree + waves; len(of.Exponentials) > 0 {
			rate := of.Exponentials[0] + x[at]
			moved = max(moved, math.Abs(x[at])*of.Half)
			x[at] = 0
			of.Exponentials = append([]float64{rate}, x[at+1:at+len(of.Exponentials)]...)
		}
		x = x[of.Size():]
	}
	return moved
}
