package search

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"hnn/internal/stream"
)

// Trial is what is known of a point that was tried.
type Trial struct {
	Point []float64
	// Value is what the trial came to, the less the better; not a number where it failed.
	Value float64
	// Running says that it has not ended.
	Running bool
}

// TPE is the tree-structured Parzen estimator of J. Bergstra et al., Algorithms for
// Hyper-Parameter Optimization, NeurIPS 2011, with one density over all dimensions as in
// S. Falkner et al., BOHB, ICML 2018: the next point is that candidate at which the density of
// the good trials is largest against that of the others. It was preferred to a Gaussian process:
// it ranks values and fits none, so that a trial that diverged or a heavy tail of noise costs no
// more than a bad one does, choices are as good as numbers, and no kernel is to be fitted to a
// dozen points. A running trial counts among the bad ones, a constant liar, which keeps parallel
// workers apart.
type TPE struct {
	space Space
	seed  uint64
	sobol *Sobol
}

const (
	// Startup is the number of trials before any density is trusted: Sobol points, about as many
	// as Optuna draws at random (10), rounded to where those fill the space evenly.
	Startup = 8
	// candidates are those drawn for one proposal (24 in Bergstra's and Optuna's programs, of
	// one dimension at a time; these are of all dimensions at once).
	candidates = 64
	// goodShare of the trials, rounded up, are the good ones (BOHB: 0.15).
	goodShare = 0.15
	// width is the bandwidth of a single observation, which falls as n^(-1/(4+d)) (Scott's rule).
	width = 0.2
)

// NewTPE returns the search of a space.
func NewTPE(space Space, seed uint64) (*TPE, error) {
	if err := space.check(); err != nil {
		return nil, err
	}
	sobol, err := NewSobol(len(space), seed)
	return &TPE{space, seed, sobol}, err
}

// Next proposes the point of the trial of a number, from 0, by those before it, in any fixed order.
func (t *TPE) Next(number int, trials []Trial) []float64 {
	if number < Startup {
		return t.sobol.Point(number)
	}
	rank := func(tr Trial) float64 {
		if tr.Running || math.IsNaN(tr.Value) {
			return math.Inf(1)
		}
		return tr.Value
	}
	ended := 0
	for _, tr := range trials {
		if !math.IsInf(rank(tr), 1) {
			ended++
		}
	}
	if ended < Startup/2 { // many fail, or all run
		return t.sobol.Point(number)
	}
	sorted := slices.Clone(trials)
	slices.SortStableFunc(sorted, func(a, b Trial) int { return cmp.Compare(rank(a), rank(b)) })
	n := max(1, int(math.Ceil(goodShare*float64(ended))))
	good, bad := t.parzen(sorted[:n]), t.parzen(sorted[n:])
	rng := stream.New(t.seed, fmt.Sprintf("trial %d", number))
	var best []float64
	most := math.Inf(-1)
	for range candidates {
		p := good.draw(rng)
		if ratio := good.log(p) - bad.log(p); ratio > most {
			best, most = p, ratio
		}
	}
	return best
}

// parzen is a mixture, in equal parts, of the uniform density and of one about every point:
// normal distributions cut off at 0 and 1, and for a choice the same one with most of the weight.
type parzen struct {
	space  Space
	points []Trial
	sigma  float64
}

func (t *TPE) parzen(points []Trial) *parzen {
	n, d := float64(len(points)+1), float64(len(t.space))
	return &parzen{t.space, points, width * math.Pow(n, -1/(d+4))}
}

// stray is the weight that a point's density gives to other choices than its own, all together.
func (p *parzen) stray(choices int) float64 {
	n := float64(len(p.points) + 1)
	return float64(choices-1) / (n + float64(choices))
}

func (p *parzen) draw(rng *rand.Rand) []float64 {
	x := make([]float64, len(p.space))
	k := rng.IntN(len(p.points) + 1)
	for d, dim := range p.space {
		x[d] = rng.Float64()
		switch {
		case k == len(p.points): // the uniform one
		case dim.Choices > 0:
			choice := dim.Choice(p.points[k].Point[d])
			if rng.Float64() < p.stray(dim.Choices) {
				choice = (choice + 1 + rng.IntN(dim.Choices-1)) % dim.Choices
			}
			x[d] = (float64(choice) + 0.5) / float64(dim.Choices)
		default:
			low, high := p.cut(p.points[k].Point[d])
			v := p.points[k].Point[d] + p.sigma*normalQuantile(low+x[d]*(high-low))
			x[d] = min(max(v, 0), math.Nextafter(1, 0))
		}
	}
	return x
}

// cut are the values of the normal distribution about a centre at 0 and 1.
func (p *parzen) cut(centre float64) (low, high float64) {
	return normalCDF(-centre / p.sigma), normalCDF((1 - centre) / p.sigma)
}

// log is the logarithm of the density at x.
func (p *parzen) log(x []float64) float64 {
	sum := 1.0 // the uniform one
	for i := range p.points {
		density := 1.0
		for d, dim := range p.space {
			centre := p.points[i].Point[d]
			if dim.Choices > 0 {
				stray := p.stray(dim.Choices)
				if dim.Choice(x[d]) == dim.Choice(centre) {
					density *= (1 - stray) * float64(dim.Choices)
				} else {
					density *= stray / float64(dim.Choices-1) * float64(dim.Choices)
				}
				continue
			}
			low, high := p.cut(centre)
			z := (x[d] - centre) / p.sigma
			density *= math.Exp(-z*z/2) / (math.Sqrt(2*math.Pi) * p.sigma * (high - low))
		}
		sum += density
	}
	return math.Log(sum / float64(len(p.points)+1))
}

func normalCDF(z float64) float64      { return math.Erfc(-z/math.Sqrt2) / 2 }
func normalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }
