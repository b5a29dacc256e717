package lagrange

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"hnn/fit/shoot"
	"hnn/fit/sparse"
	"hnn/model/lagrangian"
	"hnn/model/terms"
)

// Value is what is known beforehand of a coefficient, by its name: that it is a number, to the bit or within a standard error,
// or not below or above a number. A name without brackets is all coefficients of a kind: R all friction on the diagonal.
type Value struct {
	Name string
	// Sign is 0 of one that is Number, 1 of one that is at least Number, -1 of one that is at most.
	Sign   int
	Number float64
	// Error is the standard error of Number, 0 of one that is exact.
	Error float64
}

// ParseValues reads values with commas between them, as "M[x,x]=0.5, G[x,u]=2+-0.1, R>=0".
func ParseValues(text string) ([]Value, error) {
	var values []Value
	depth, from := 0, 0
	for i, c := range text + "," {
		switch {
		case c == '[' || c == '(':
			depth++
		case c == ']' || c == ')':
			depth--
		case c == ',' && depth <= 0:
			v, err := parseValue(strings.TrimSpace(text[from:min(i, len(text))]))
			if err != nil {
				return nil, err
			}
			values, from = append(values, v), i+1
		}
	}
	return values, nil
}

func parseValue(part string) (v Value, err error) {
	i := strings.IndexAny(part, "<>=")
	if i <= 0 {
		return v, fmt.Errorf("%q: give a name and what is known of it, as M[x,x]=0.5 or R>=0", part)
	}
	v.Name = strings.TrimSpace(part[:i])
	relation, number := part[i:], ""
	switch {
	case strings.HasPrefix(relation, ">="):
		v.Sign, number = 1, relation[2:]
	case strings.HasPrefix(relation, "<="):
		v.Sign, number = -1, relation[2:]
	case strings.HasPrefix(relation, "="):
		number = relation[1:]
	default:
		return v, fmt.Errorf("%q: it is =, >= or <=", part)
	}
	number, around, uncertain := strings.Cut(strings.ReplaceAll(number, "±", "+-"), "+-")
	if uncertain {
		v.Error, err = strconv.ParseFloat(strings.TrimSpace(around), 64)
		if err != nil || !(v.Error > 0) || math.IsInf(v.Error, 0) {
			return v, fmt.Errorf("%q: %q is no standard error: give a number above zero, as M[x,x]=0.5+-0.02", part, strings.TrimSpace(around))
		}
	}
	v.Number, err = strconv.ParseFloat(strings.TrimSpace(number), 64)
	switch {
	case v.Sign != 0 && uncertain:
		return v, fmt.Errorf("%q: a bound has no standard error", part)
	case err != nil || math.IsNaN(v.Number) || math.IsInf(v.Number, 0):
		return v, fmt.Errorf("%q: %q is no number", part, strings.TrimSpace(number))
	}
	return v, nil
}

// bound is what values say of the coefficients of a form: the numbers of some, and the least and the most of others, which
// without a word are zero of Coulomb and quadratic friction: they take energy away. Of numbers that have
// a standard error (near) one is held in the choice of terms where nothing else fixes the scale, the most certain; the
// simulation error then moves all of them.
type bound struct {
	fixed map[int]float64
	least map[int]float64
	most  map[int]float64
	near  map[int]Value
}

// bind finds the places of the values; it is an error if a form has no coefficient of a name.
func (o *Options) bind(f *lagrangian.Form) (*bound, error) {
	b := &bound{fixed: map[int]float64{}, least: map[int]float64{}, most: map[int]float64{}, near: map[int]Value{}}
	if o.Values == nil {
		b.lossy(f)
		return b, nil
	}
	names := (&lagrangian.Lagrangian{Form: *f}).Names(o.Names, o.Inputs)
	for _, v := range o.Values {
		found := false
		for c, name := range names {
			whole := v.Sign != 0 && strings.HasPrefix(name, v.Name+"[") && !strings.Contains(name, "*")
			if name != v.Name && !whole {
				continue
			}
			found = true
			switch {
			case v.Sign > 0:
				b.least[c] = v.Number
			case v.Sign < 0:
				b.most[c] = v.Number
			case v.Error > 0:
				b.near[c] = v
			default:
				b.fixed[c] = v.Number
			}
		}
		if !found {
			return nil, fmt.Errorf("there is no coefficient %s; there are %s", v.Name, shortList(names))
		}
	}
	if !forced(f) && !b.scaled() {
		sure := -1
		for c, v := range b.near {
			if v.Number != 0 && (sure < 0 || v.relative() < b.near[sure].relative() || v.relative() == b.near[sure].relative() && c < sure) {
				sure = c
			}
		}
		if sure >= 0 {
			b.fixed[sure] = b.near[sure].Number
		}
	}
	if !forced(f) && !b.scaled() {
		for _, v := range o.Values {
			if v.Sign != 0 && v.Number != 0 {
				return nil, fmt.Errorf("a bound of %s other than zero says nothing while the scale of all is free: give a number that fixes it, as a mass, or the gain of an input (--input-gain)", v.Name)
			}
		}
	}
	for c, v := range b.fixed {
		if most, known := b.most[c]; known && v > most || v < b.lower(c) {
			return nil, fmt.Errorf("%s is %v and has bounds that exclude it", names[c], v)
		}
	}
	for c, most := range b.most {
		if most < b.lower(c) {
			return nil, fmt.Errorf("%s is at least %v and at most %v: no number is", names[c], b.lower(c), most)
		}
	}
	b.lossy(f)
	return b, nil
}

// lossy bounds what nothing was said of: Coulomb and quadratic friction take energy away.
func (b *bound) lossy(f *lagrangian.Form) {
	at := f.Layout()
	for c := at.Coulomb; c < at.Gain; c++ {
		_, least := b.least[c]
		_, most := b.most[c]
		_, near := b.near[c]
		if !least && !most && !near && b.none(c, c+1) {
			b.least[c] = 0
		}
	}
}

// relative is the standard error of a number as a share of it.
func (v Value) relative() float64 { return v.Error / math.Abs(v.Number) }

// free are the coefficients that the simulation error moves: those of l that are used but for what is known to the bit, and
// all that are known within an error, which begin there if they are zero; with their priors, nil for none.
func (b *bound) free(l *lagrangian.Lagrangian) ([]int, []shoot.Prior) {
	if b == nil {
		return used(l), nil
	}
	for c, v := range b.near {
		if l.Coefficients[c] == 0 {
			l.Coefficients[c] = v.Number
		}
	}
	var free []int
	var priors []shoot.Prior
	for c := range l.Coefficients {
		v, near := b.near[c]
		if near || l.Coefficients[c] != 0 && b.none(c, c+1) {
			free = append(free, c)
			priors = append(priors, shoot.Prior{Mean: v.Number, Error: v.Error})
		}
	}
	if len(b.near) == 0 {
		priors = nil
	}
	return free, priors
}

func shortList(names []string) string {
	const most = 40
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}

// Known is an error if the values name what no library of n positions has.
func (o *Options) Known(n int) error {
	var err error
	for _, library := range libraries(n, *o) {
		f := o.form(n, terms.New(n, o.Angles, library), true)
		if _, err = o.bind(f); err == nil {
			return nil
		}
	}
	return err
}

// scaled reports whether a number that is not zero fixes the scale.
func (b *bound) scaled() bool {
	for _, v := range b.fixed {
		if v != 0 {
			return true
		}
	}
	return false
}

// none reports whether no coefficient from one place to another is known.
func (b *bound) none(from, to int) bool {
	if b == nil {
		return true
	}
	for c := from; c < to; c++ {
		if _, known := b.fixed[c]; known {
			return false
		}
	}
	return true
}

// lower is the least that a coefficient may be.
func (b *bound) lower(c int) float64 {
	if v, known := b.least[c]; known {
		return v
	}
	return math.Inf(-1)
}

// hold returns what is known with the bounds that coefficients break as their numbers, so that the others can be fitted anew; false
// where none is broken.
func (b *bound) hold(theta []float64) (*bound, bool) {
	if b == nil {
		return b, false
	}
	held := map[int]float64{}
	for c, least := range b.least {
		if theta[c] < least {
			held[c] = least
		}
	}
	for c, most := range b.most {
		if theta[c] > most {
			held[c] = most
		}
	}
	for c := range b.fixed {
		delete(held, c)
	}
	if len(held) == 0 {
		return b, false
	}
	out := *b
	out.fixed = maps.Clone(b.fixed)
	maps.Copy(out.fixed, held)
	return &out, true
}

// reduce takes the columns of known coefficients to the right side, and says which columns are left.
func (b *bound) reduce(w *sparse.Rows) (*sparse.Rows, []int) {
	var kept []int
	for c := range w.Size {
		if _, known := b.fixed[c]; !known {
			kept = append(kept, c)
		}
	}
	if len(kept) == w.Size {
		return w, kept
	}
	places := slices.Sorted(maps.Keys(b.fixed)) // sums are the same bits in one order alone
	out := columns(w, kept)
	out.Y = slices.Clone(w.Y)
	for r := range w.Y {
		for _, c := range places {
			out.Y[r] -= b.fixed[c] * w.Row(r)[c]
		}
	}
	return out, kept
}

// whole are the coefficients of all columns.
func (b *bound) whole(theta []float64, kept []int, size int) []float64 {
	out := make([]float64, size)
	for c, v := range b.fixed {
		out[c] = v
	}
	for i, c := range kept {
		out[c] = theta[i]
	}
	return out
}

// errCoarse says where values are not taken.
var errCoarse = errors.New("lagrange: values are not taken where samples are few a turn; sample more often")

// numbers are the coefficients that are known to the bit.
func (b *bound) numbers() map[int]float64 {
	if b == nil {
		return nil
	}
	return b.fixed
}

// prior is what is known of a coefficient within an error, which is 0 where nothing is.
func (b *bound) prior(c int) shoot.Prior {
	if b == nil {
		return shoot.Prior{}
	}
	v := b.near[c]
	return shoot.Prior{Mean: v.Number, Error: v.Error}
}
