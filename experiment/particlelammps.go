package experiment

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"hnn/model/particles"
)

// WriteLAMMPS writes the laws as tables of pair_style table: r, V and F at n equal steps of r for each pair, from 0.9 of
// the closest distance seen, and the lines of the input that use them. A trap is lines of the input alone.
func (m *ParticleModel) WriteLAMMPS(w io.Writer, name string, n int) error {
	if m.Long != nil {
		return errors.New("the law of all distances is a product with each body's charge or mass, which no table of LAMMPS is")
	}
	if m.Direction != nil {
		return errors.New("the laws depend on direction, and a table of LAMMPS is of distance alone: run them by hnn particles simulate, or learn laws of distance without --direction and see what they leave")
	}
	if m.Angles != nil {
		return errors.New("the law of angles is no law of pairs, and a table of LAMMPS is")
	}
	for _, words := range m.Guesses() {
		fmt.Fprintf(w, "# warning: %s\n", words)
	}
	types, words := m.lammpsTypes()
	fmt.Fprintf(w, "# laws learned by hnn; %s; in the input:\n", words)
	if len(m.Laws) > 0 {
		fmt.Fprintf(w, "# pair_style table spline %d\n", n)
	}
	for _, l := range m.Laws {
		a, b := types[slices.Index(m.Species, l.A)], types[slices.Index(m.Species, l.B)]
		fmt.Fprintf(w, "# pair_coeff %d %d %s %s_%s %v\n", min(a, b), max(a, b), name, l.A, l.B, m.Cutoff)
	}
	if m.Trap != nil {
		for _, line := range m.lammpsTrap(types) {
			fmt.Fprintf(w, "# %s\n", line)
		}
	}
	for _, l := range m.Laws {
		lo := 0.9 * l.First
		_, _, last := l.spline.At(m.Cutoff)
		_, _, curve := l.spline.At(lo)
		fmt.Fprintf(w, "\n%s_%s\nN %d R %.17g %.17g FPRIME %.17g %.17g\n\n", l.A, l.B, n, lo, m.Cutoff, -curve, -last)
		for i := range n {
			r := lo + (m.Cutoff-lo)*float64(i)/float64(n-1)
			v, dv, _ := l.spline.At(r)
			if _, err := fmt.Fprintf(w, "%d %.17g %.17g %.17g\n", i+1, r, v, -dv); err != nil {
				return err
			}
		}
	}
	return nil
}

// mostTypes is the largest number of a type that is kept.
const mostTypes = 10_000

// lammpsTypes are the types of the species in LAMMPS: their own numbers where all have one, as species of a dump do, else 1, 2 and so on, and
// words for either.
func (m *ParticleModel) lammpsTypes() (types []int, words string) {
	own := make([]int, len(m.Species))
	for i, s := range m.Species {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > mostTypes || strconv.Itoa(n) != s {
			own = nil
			break
		}
		own[i] = n
	}
	if own != nil {
		var without []string
		for n := 1; n < slices.Max(own) && len(without) < 20; n++ {
			if !slices.Contains(own, n) {
				without = append(without, strconv.Itoa(n))
			}
		}
		words = "types have the numbers of the data"
		if len(without) > 0 {
			words += ", in which no atom was of type " + strings.Join(without, ", ") + ": no law is for it"
		}
		return own, words
	}
	var pairs []string
	for i, s := range m.Species {
		types = append(types, i+1)
		pairs = append(pairs, fmt.Sprintf("%d is %s", i+1, s))
	}
	return types, "of the types " + strings.Join(pairs, ", ")
}

// factor is of one coordinate of a formula: a power of its distance from the axis's middle, or a cosine or a sine of waves.
type factor struct {
	power, wave int
	sine        bool
}

// trapFormula is a sum of products of factors, with their coefficients.
type trapFormula map[[3]factor]float64

// lammpsTrap is the trap as commands of a LAMMPS input, of the types of all species: of each of its functions variables of the energy and the force, and fix addforce.
func (m *ParticleModel) lammpsTrap(types []int) (lines []string) {
	t := m.Trap.law
	weight := map[string]string{chargesWeigh: "q", massesWeigh: "mass"}[m.Trap.Of]
	for q := range t.Kinds {
		u := trapFormula{{}: -t.Zero[q]}
		for i, term := range t.Terms {
			u.add(t, term, t.C[q*len(t.Terms)+i])
		}
		group, id := "all", "trap"
		if m.Trap.Of == speciesWeigh {
			id = fmt.Sprintf("trap%d", types[q])
			group = id
			lines = append(lines, fmt.Sprintf("group %s type %d", group, types[q]))
		}
		of := func(f trapFormula, sign float64) string {
			s := f.text(t, sign)
			if weight != "" {
				s = weight + "*(" + s + ")"
			}
			return s
		}
		lines = append(lines, fmt.Sprintf("variable %s_u atom %s", id, of(u, 1)))
		for k := range 3 {
			lines = append(lines, fmt.Sprintf("variable %s_%c atom %s", id, "xyz"[k], of(u.derivative(t, k), -1)))
		}
		lines = append(lines, fmt.Sprintf("fix %s %s addforce v_%s_x v_%s_y v_%s_z energy v_%s_u", id, group, id, id, id, id), fmt.Sprintf("fix_modify %s energy yes", id))
	}
	return lines
}

// add adds a term of a trap times its coefficient.
func (f trapFormula) add(t *particles.Trap, term [3]int, c float64) {
	sum := trapFormula{{}: c}
	for k, n := range term {
		a, next := t.Axes[k], trapFormula{}
		for key, c := range sum {
			if a.Period > 0 && n > 0 {
				key[k] = factor{wave: (n + 1) / 2, sine: n%2 == 0}
				next[key] += c
				continue
			}
			for j, v := range chebyshev(n) {
				if v != 0 {
					key[k] = factor{power: j}
					next[key] += c * v / math.Pow(a.Half, float64(j))
				}
			}
		}
		sum = next
	}
	for key, c := range sum {
		f[key] += c
	}
}

// chebyshev is the coefficients of T_n by powers.
func chebyshev(n int) []float64 {
	before, at := []float64{0}, []float64{1}
	for i := range n {
		next := make([]float64, i+2)
		for j, v := range at {
			next[j+1] += 2 * v
		}
		for j, v := range before[:min(len(before), i)] {
			next[j] -= v
		}
		if i == 0 {
			next[1] = 1
		}
		before, at = at, next
	}
	return at
}

// derivative is that by a coordinate.
func (f trapFormula) derivative(t *particles.Trap, axis int) trapFormula {
	out := trapFormula{}
	for key, c := range f {
		at := &key[axis]
		switch {
		case at.wave > 0:
			c *= 2 * math.Pi * float64(at.wave) / t.Axes[axis].Period
			if !at.sine {
				c = -c
			}
			at.sine = !at.sine
		case at.power > 0:
			c *= float64(at.power)
			at.power--
		default:
			continue
		}
		out[key] += c
	}
	return out
}

// text is the formula times a sign, as LAMMPS's variables have it, in one order.
func (f trapFormula) text(t *particles.Trap, sign float64) string {
	var keys [][3]factor
	for key := range f {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b [3]factor) int {
		for k := range a {
			if c := cmp.Or(cmp.Compare(a[k].power, b[k].power), cmp.Compare(a[k].wave, b[k].wave)); c != 0 {
				return c
			}
			if a[k].sine != b[k].sine {
				if b[k].sine {
					return -1
				}
				return 1
			}
		}
		return 0
	})
	var s strings.Builder
	s.WriteString("0")
	for _, key := range keys {
		if f[key] == 0 {
			continue
		}
		fmt.Fprintf(&s, "%+.17g", sign*f[key])
		for k, at := range key {
			x := string("xyz"[k])
			switch name := map[bool]string{false: "cos", true: "sin"}[at.sine]; {
			case at.wave > 0:
				fmt.Fprintf(&s, "*%s(%.17g*%s)", name, 2*math.Pi*float64(at.wave)/t.Axes[k].Period, x)
			case at.power > 0:
				fmt.Fprintf(&s, "*(%s%+.17g)", x, -t.Axes[k].Middle)
				if at.power > 1 {
					fmt.Fprintf(&s, "^%d", at.power)
				}
			}
		}
	}
	return s.String()
}
