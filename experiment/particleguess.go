package experiment

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// guessPart is the standard error of a force over its size, or over its median where it is smaller, from which on a law is a guess there.
const guessPart = 0.25

// warnEwald is what laws may leave of the forces of charges in a periodic box before Ewald sums are named. Numbers of six digits leave 2e-4.
const warnEwald = 1e-3

// Guesses says where the laws are no more than guesses by what the data said of them.
func (m *ParticleModel) Guesses() (out []string) {
	among := m.among()
	for i := range m.Laws {
		l := &m.Laws[i]
		if words := l.bridges(m.Cutoff); words != "" {
			out = append(out, words)
		}
		if among == "" {
			if where := m.loose(l); len(where) > 0 {
				out = append(out, fmt.Sprintf("the force of %s and %s is a guess at %s: its standard error there is more than %v of it", l.A, l.B, stretches(where), guessPart))
			}
		}
	}
	if among != "" {
		out = append(out, among)
	} else if l := m.Long; l != nil {
		if where := l.loose(); len(where) > 0 {
			out = append(out, fmt.Sprintf("the law of all distances is a guess at %s: the standard error of its force there is more than %v of it", stretches(where), guessPart))
		}
	}
	if m.Long != nil && m.Long.Of == chargesWeigh && !m.Open && m.Left > warnEwald {
		out = append(out, fmt.Sprintf("the laws leave %.2g of the %s, and the file is of charges in a periodic box: its forces may be of all images of the box (Ewald sums, PPPM, coul/long), and of each pair the nearest image alone is taken here. The laws are then the best of that kind for this box, and U is not Coulomb's law; do not take them to another box or density", m.Left, m.Learned()))
	}
	return out
}

// sayGuesses warns of guesses.
func (e *Env) sayGuesses(m *ParticleModel) {
	for _, words := range m.Guesses() {
		e.log("warning: %s", words)
	}
}

// bridges says where no pairs were, and how well what the law is there is known; "" where pairs were at all distances.
func (l *PairLaw) bridges(cutoff float64) string {
	if len(l.Gaps) == 0 {
		return ""
	}
	words := fmt.Sprintf("no pair of %s and %s was at %s: there the law is a smooth bridge", l.A, l.B, stretches(l.Gaps))
	if n := len(l.ErrorF); n > 1 && n == len(l.ErrorV) {
		force, energy := 0.0, 0.0
		for k := range n {
			r := l.Near + (cutoff-l.Near)*float64(k)/float64(n-1)
			energy = max(energy, l.ErrorV[k])
			if slices.ContainsFunc(l.Gaps, func(g [2]float64) bool { return r >= g[0] && r <= g[1] }) {
				force = max(force, l.ErrorF[k])
			}
		}
		words += fmt.Sprintf(", its force known to %.1g, and energies nearer than a bridge are known up to a constant, to %.1g (standard errors)", force, energy)
	}
	return words
}

// loose are the stretches of a law of pairs where its force is a guess, but for its gaps.
func (m *ParticleModel) loose(l *PairLaw) [][2]float64 {
	n := len(l.ErrorF)
	force, r := make([]float64, n), make([]float64, n)
	for k := range n {
		r[k] = l.Near + (m.Cutoff-l.Near)*float64(k)/float64(n-1)
		_, dv, _ := l.At(r[k])
		force[k] = dv
	}
	return guessed(r, force, l.ErrorF, func(k int) bool {
		return slices.ContainsFunc(l.Gaps, func(g [2]float64) bool { return r[min(k+1, n-1)] >= g[0] && r[max(k-1, 0)] <= g[1] })
	})
}

// loose are the stretches of the law of all distances where its force is a guess.
func (l *LongLaw) loose() [][2]float64 {
	n := len(l.ErrorF)
	force, r, errors := make([]float64, n), make([]float64, n), make([]float64, n)
	for k := range n {
		r[k] = l.Near * math.Pow(l.Last/l.Near, float64(k)/float64(n-1))
		_, dv, _ := l.At(r[k])
		force[k], errors[k] = dv*r[k]*r[k], l.ErrorF[k]*r[k]*r[k]
	}
	return guessed(r, force, errors, func(int) bool { return false })
}

// guessed are the stretches of rising distances where a force errs by more than guessPart, but for those that are known to.
func guessed(r, force, errors []float64, known func(k int) bool) (out [][2]float64) {
	if len(r) < 2 {
		return nil
	}
	size := make([]float64, len(force))
	for k, f := range force {
		size[k] = math.Abs(f)
	}
	sorted := slices.Sorted(slices.Values(size))
	median, open := sorted[len(sorted)/2], false
	for k := range r {
		if !(errors[k] > guessPart*max(size[k], median)) || known(k) {
			open = false
			continue
		}
		if !open {
			out, open = append(out, [2]float64{r[k], r[k]}), true
		}
		out[len(out)-1][1] = r[k]
	}
	return out
}

// among says that the pairs' own laws and the law of all distances are told apart by their smoothness alone, "" where that matters little or
// the bodies of one species differ.
func (m *ParticleModel) among() string {
	if m.Long == nil || m.Cutoff == 0 || !slices.ContainsFunc(m.Long.loose(), func(s [2]float64) bool { return s[0] < m.Cutoff }) {
		return ""
	}
	of := m.Charge
	if m.Long.Of == massesWeigh {
		of = m.Mass
	}
	for _, s := range m.Species {
		if _, ok := of[s]; !ok {
			return ""
		}
	}
	return fmt.Sprintf("all bodies of a species have equal %s, so that nearer than the cut-off %v the pairs' own laws and the law of all distances are told apart by their smoothness alone: their sum is known, the share of each is a guess", m.Long.Of, m.Cutoff)
}

// mostStretches is how many stretches of distance are named.
const mostStretches = 4

// stretches are distances in words.
func stretches(all [][2]float64) string {
	var words []string
	for i, s := range all {
		if i == mostStretches {
			words = append(words, fmt.Sprintf("%d more stretches", len(all)-i))
			break
		}
		words = append(words, fmt.Sprintf("%.4g to %.4g", s[0], s[1]))
	}
	return strings.Join(words, ", ")
}
