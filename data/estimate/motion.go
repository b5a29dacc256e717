package estimate

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/optimize"

	"hnn/internal/parallel"
)

// Track is one coordinate over the times of one trial. Q holds its positions, V its velocities, nil
// where none are measured; NaN is a missing sample. T increases.
type Track struct{ T, Q, V []float64 }

// lengths returns an error if there is not one position, and one or no velocity, for each time.
func (t *Track) lengths() error {
	if len(t.Q) != len(t.T) || t.V != nil && len(t.V) != len(t.T) {
		return fmt.Errorf("estimate: %d positions and %d velocities for %d times", len(t.Q), len(t.V), len(t.T))
	}
	return nil
}

// Motion is a model of how a coordinate moves and is measured: its Order-th derivative is white noise
// (an integrated Wiener process: Sarkka and Solin, "Applied Stochastic Differential Equations", 2019,
// section 12.3), and to positions and velocities noise is added. Steps may be uneven; gaps and missing
// samples cost nothing.
type Motion struct {
	// Order is the derivative that is noise: 3 makes the path a quintic smoothing spline, 4 one of the
	// seventh degree.
	Order int
	// PositionNoise and VelocityNoise are standard deviations in the data's units; VelocityNoise is 0
	// where no velocities are measured.
	PositionNoise, VelocityNoise float64
	// LogLikelihood is that of the tracks, the first state being unknown (exactly diffuse), so that
	// orders can be compared: the position's unit is scale, the time's step.
	LogLikelihood float64
	// Correlation is that of neighbouring standardised innovations: near 0 where the model holds,
	// within 2 / sqrt(Innovations).
	Correlation float64
	Innovations int // how many there were

	intensity   float64 // of the white noise, in units of scale and step
	scale, step float64
	rq, rv      float64 // variances in these units
}

// orders that are compared.
var motionOrders = []int{3, 4}

// The likelihood is computed of at most so many tracks and rows of each; the rest are like them.
const (
	mostTracks = 12
	mostLikely = 1500
)

// FitMotion finds the noise and the intensity by maximum likelihood, and the order (3 or 4) too where
// it is given as 0. Velocities count only where every track has them.
func FitMotion(tracks []Track, order int) (*Motion, error) {
	for i := range tracks {
		if err := tracks[i].lengths(); err != nil {
			return nil, err
		}
	}
	count := min(len(tracks), mostTracks)
	used := make([]Track, count)
	for i := range used {
		used[i] = tracks[i*(len(tracks)-1)/max(count-1, 1)]
		if t := &used[i]; len(t.T) > mostLikely/count {
			rows := mostLikely / count
			t.T, t.Q = t.T[:rows], t.Q[:rows]
			if t.V != nil {
				t.V = t.V[:rows]
			}
		}
	}
	orders := motionOrders
	if order != 0 {
		if orders = []int{order}; !slices.Contains(motionOrders, order) {
			return nil, fmt.Errorf("estimate: a motion of order %d; it is 3 or 4", order)
		}
	}
	// Every order and start is searched by itself.
	fits, failed := make([]*Motion, len(orders)*len(intensities)), make([]error, len(orders)*len(intensities))
	pool := parallel.NewPool(0)
	defer pool.Close()
	pool.Run(len(fits), func(_, i int) {
		fits[i], failed[i] = fitMotion(used, orders[i/len(intensities)], intensities[i%len(intensities)])
	})
	var best *Motion
	for i, m := range fits {
		if failed[i] != nil {
			return nil, failed[i]
		}
		if best == nil || m.LogLikelihood > best.LogLikelihood {
			best = m
		}
	}
	if math.IsInf(best.LogLikelihood, 0) {
		return nil, errors.New("estimate: no noise explains the positions as samples of a smooth motion")
	}
	best.judge(used)
	return best, nil
}

// intensities are where searches of the likelihood begin, as logarithms in units of spread and step.
var intensities = []float64{-16, -6}

func fitMotion(tracks []Track, order int, intensity float64) (*Motion, error) {
	m := &Motion{Order: order}
	var steps, values, rates []float64
	velocities := true
	for i, t := range tracks {
		if len(t.Q) != len(t.T) || t.V != nil && len(t.V) != len(t.T) {
			return nil, fmt.Errorf("estimate: track %d has %d times, %d positions and %d velocities", i+1, len(t.T), len(t.Q), len(t.V))
		}
		velocities = velocities && t.V != nil
		for k := range t.T {
			if k > 0 {
				if !(t.T[k] > t.T[k-1]) {
					return nil, fmt.Errorf("estimate: the times of track %d do not increase at row %d", i+1, k+1)
				}
				steps = append(steps, t.T[k]-t.T[k-1])
			}
			if !math.IsNaN(t.Q[k]) {
				values = append(values, t.Q[k])
			}
			if t.V != nil && !math.IsNaN(t.V[k]) {
				rates = append(rates, t.V[k])
			}
		}
	}
	if len(values) < order+2 || len(steps) == 0 {
		return nil, errors.New("estimate: too few positions for a model of their motion")
	}
	slices.Sort(steps)
	m.step = steps[len(steps)/2]
	m.scale = spreadOf(values)
	if !(m.scale > 0) {
		return nil, errors.New("estimate: the position is the same in all rows")
	}
	rate := 0.0
	if velocities {
		if rate = spreadOf(rates) * m.step / m.scale; !(rate > 0) {
			velocities = false
		}
	}
	// Noise is at least that of the numbers' own rounding.
	const rounding = 1e-14
	quantum := quantisation(values) / m.scale
	floorQ := rounding + quantum*quantum/12
	floorV := rounding * rate * rate
	if velocities {
		quantum = quantisation(rates) * m.step / m.scale
		floorV += quantum * quantum / 12
	}
	set := func(p []float64) {
		m.rq, m.intensity = math.Exp(2*p[0])+floorQ, math.Exp(p[1])
		m.rv = 0
		if velocities {
			m.rv = math.Exp(2*p[2]) + floorV
		}
	}
	groups, logs := alike(tracks), make([]float64, len(tracks))
	cost := func(p []float64) float64 {
		for _, v := range p {
			if math.Abs(v) > 60 {
				return math.Inf(1)
			}
		}
		set(p)
		total := 0.0
		m.likelihoods(tracks, groups, logs)
		for _, v := range logs {
			total -= v
		}
		return total
	}
	start := []float64{math.Log(1e-2), intensity}
	if velocities {
		start = append(start, math.Log(1e-2*rate))
	}
	method := &optimize.NelderMead{SimplexSize: 2}
	settings := &optimize.Settings{FuncEvaluations: 120, Converger: &optimize.FunctionConverge{Absolute: 0.02, Iterations: 12}}
	best, err := optimize.Minimize(optimize.Problem{Func: cost}, start, settings, method)
	if best == nil {
		return nil, fmt.Errorf("estimate: the likelihood of the motion: %w", err)
	}
	if math.IsNaN(best.F) {
		best.F = math.Inf(1)
	}
	set(best.X)
	m.LogLikelihood = -best.F
	m.PositionNoise = math.Sqrt(m.rq) * m.scale
	m.VelocityNoise = math.Sqrt(m.rv) * m.scale / m.step
	return m, nil
}

// judge compares neighbouring innovations of the tracks.
func (m *Motion) judge(tracks []Track) {
	var innovations []float64
	var product, square float64
	for _, t := range tracks {
		innovations = innovations[:0]
		m.filter(t, nil, func(_ int, e float64) { innovations = append(innovations, e) })
		for k, e := range innovations {
			square += float64(e * e)
			if k > 0 {
				product += float64(e * innovations[k-1])
			}
		}
		m.Innovations += len(innovations)
	}
	if square > 0 {
		m.Correlation = product / square
	}
}

func spreadOf(v []float64) float64 {
	_, s := meanSpread(v)
	return s
}

func meanSpread(v []float64) (mean, spread float64) {
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		spread += (x - mean) * (x - mean) / float64(len(v))
	}
	return mean, math.Sqrt(spread)
}

// quantisation is the step of which all values are multiples, 0 where they have none coarser than a
// ten-thousandth of their spread: the resolution of a counter or a short print.
func quantisation(v []float64) float64 {
	sorted := slices.Clone(v)
	slices.Sort(sorted)
	step := math.Inf(1)
	spread := sorted[len(sorted)-1] - sorted[0]
	for i := 1; i < len(sorted); i++ {
		if d := sorted[i] - sorted[i-1]; d > 1e-12*spread {
			step = math.Min(step, d)
		}
	}
	if !(step > 1e-4*spread) || math.IsInf(step, 1) {
		return 0
	}
	for i := 1; i < len(sorted); i++ {
		n := (sorted[i] - sorted[0]) / step
		if math.Abs(n-math.Round(n)) > 0.01 {
			return 0
		}
	}
	return step
}
