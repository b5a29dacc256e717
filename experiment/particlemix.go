package experiment

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"hnn/data/atoms"
	"hnn/model/particles"
)

// sharesOf are how many particles of each species a frame has.
func sharesOf(f *atoms.Frame) map[string]float64 {
	out := map[string]float64{}
	for _, s := range f.Species {
		out[s]++
	}
	return out
}

// mix is how many of n particles are of each species, by its share, with largest remainders (that of the earlier species first). Without
// shares all have the same.
func mix(names []string, shares map[string]float64, n int) []int {
	share, total := make([]float64, len(names)), 0.0
	for i, name := range names {
		if share[i] = shares[name]; len(shares) == 0 {
			share[i] = 1
		}
		total += share[i]
	}
	counts, rest := make([]int, len(names)), n
	part := make([]float64, len(names))
	order := make([]int, len(names))
	for i := range names {
		whole := math.Floor(float64(n)*share[i]/total + 1e-9)
		counts[i], part[i], order[i] = int(whole), float64(n)*share[i]/total-whole, i
		rest -= counts[i]
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if math.Abs(part[a]-part[b]) < 1e-9 {
			return 0
		}
		return cmp.Compare(part[b], part[a])
	})
	for _, i := range order[:max(rest, 0)] {
		counts[i]++
	}
	return counts
}

// neutral says whether charges of so many particles add up to nothing, but for rounding.
func neutral(names []string, counts []int, charge map[string]float64) bool {
	sum, size := 0.0, 0.0
	for i, name := range names {
		q := float64(counts[i]) * charge[name]
		sum, size = sum+q, size+math.Abs(q)
	}
	return math.Abs(sum) <= 1e-9*size
}

// mostAdded is how far the number of particles is changed for the sake of neutral charge.
const mostAdded = 1000

// composed is the number of particles of each species in a lattice of the model's: by the shares, and where those of the data are neutral and charges act,
// neutral too, for which one may be of another species, or the number may be the nearest for which that can be (where exact is not asked for).
func (o *ParticleRun) composed(exact bool) []int {
	names := o.names()
	counts := mix(names, o.Shares, o.N)
	if !o.Model.chargesAct() || neutral(names, counts, o.Charge) || !o.neutralShares(names) {
		return counts
	}
	for d := range mostAdded {
		for _, n := range []int{o.N + d, o.N - d} {
			if n < 2 || exact && n != o.N {
				continue
			}
			counts := mix(names, o.Shares, n)
			if neutral(names, counts, o.Charge) {
				return counts
			}
			for a := range counts { // one particle is of another species
				for b := range counts {
					if a == b || counts[a] == 0 || o.Shares[names[b]] == 0 {
						continue
					}
					counts[a], counts[b] = counts[a]-1, counts[b]+1
					if neutral(names, counts, o.Charge) {
						return counts
					}
					counts[a], counts[b] = counts[a]+1, counts[b]-1
				}
			}
		}
	}
	return counts
}

// neutralShares says whether charges add up to nothing in any number of particles that has exactly the shares.
func (o *ParticleRun) neutralShares(names []string) bool {
	sum, size := 0.0, 0.0
	for _, name := range names {
		q := o.Shares[name] * o.Charge[name]
		sum, size = sum+q, size+math.Abs(q)
	}
	return len(o.Shares) > 0 && math.Abs(sum) <= 1e-9*size
}

// chargesAct says whether a law is of charges.
func (m *ParticleModel) chargesAct() bool {
	return m.Long != nil && m.Long.Of == chargesWeigh || m.Trap != nil && m.Trap.Of == chargesWeigh
}

// settle says what is to be said of a file, as where its units are not the model's, chooses the number of particles of a lattice of the model's, and says of what they are.
func (e *Env) settle(o *ParticleRun) {
	if o.From != nil {
		for _, note := range o.From[0].Notes {
			e.log("%s", note)
		}
	}
	if o.Model != nil && o.From != nil {
		if file := o.From[len(o.From)-1].Units; file != "" && o.Model.Units != "" && file != o.Model.Units {
			e.log("the file is in units %s, and is taken into those of the run, %s", file, o.Model.Units)
		}
	}
	if o.Model == nil || o.From != nil || o.N < 2 || len(o.names()) < 2 {
		return
	}
	counts := o.composed(false)
	n := 0
	var words []string
	for i, c := range counts {
		n += c
		words = append(words, fmt.Sprintf("%d %s", c, o.names()[i]))
	}
	if n != o.N {
		e.log("%d particles instead of --n %d, so that charges add up to nothing as in the data", n, o.N)
		o.N = n
	}
	as := "in equal parts"
	if len(o.Shares) > 0 {
		as = "in the shares of the training data (--shares gives others)"
		if o.SharesGiven {
			as = "in the shares given"
		}
	}
	e.log("composition: %s, %s", strings.Join(words, ", "), as)
}

// warnOfCharge says where charges that act over all distances do not add up to nothing in a periodic box.
func (e *Env) warnOfCharge(o *ParticleRun, box *particles.Box, charge []float64) {
	ofCharges := o.Model != nil && o.Model.Long != nil && o.Model.Long.Of == chargesWeigh
	if !ofCharges || box.Periodic == [3]bool{} {
		return
	}
	sum, size := 0.0, 0.0
	for _, q := range charge {
		sum, size = sum+q, size+math.Abs(q)
	}
	if math.Abs(sum) > 1e-6*size {
		e.log("warning: the charges add up to %.4g in a periodic box: energies and forces then depend on the size of the box. Give --shares or --charge that add up to nothing", sum)
	}
}
