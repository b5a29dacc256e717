package lattice

import (
	"errors"
	"math"
)

// choice is the columns of one law and its degrees.
type choice struct {
	degrees []int
	use     []int
}

// waves are how many there are in a law of forces.
func (c *choice) waves() (n int) {
	for i := 1; i < len(c.degrees); i += 2 {
		n += c.degrees[i]
	}
	return n
}

// chosen is a law that was chosen: its coefficients, and what it leaves of the held-out rows.
type chosen struct {
	choice
	c    []float64
	left float64
}

// leaves is what a law that other rows chose leaves of the held-out ones.
func (p *problem) leaves(c *chosen) float64 {
	rest, size := p.held.residual(c.use, c.c)
	return rest / size
}

const (
	exact = 1e-8 // more digits than rows have
	// Rows that were put on equal steps have the errors of that, which are no noise: up to this a law may leave some times what the best does.
	interpolation = 1e-5
	someTimes     = 3
	// A law that leaves farOff times what the law of the velocities leaves is not that of the rows. There waves must be
	// clearly better than a polynomial, by that factor: any function is a little better or worse for what it stands for.
	farOff  = 10
	clearly = 1.5
)

// choose takes the smallest law that explains the held-out rows no worse than the best, within what chance can do, and fits
// it to all rows. Of laws of the same size that without waves is taken. velocities is the law of the other side, nil
// for none: what it leaves says how many digits the rows have.
func (p *problem) choose(all []choice, velocities *chosen) (*chosen, error) {
	errs := make([]float64, len(all))
	best := math.Inf(1)
	for i, a := range all {
		errs[i] = math.Inf(1)
		if len(a.use) >= p.fit.rows {
			continue
		}
		if x, ok := p.fit.solve(a.use); ok {
			rest, size := p.held.residual(a.use, x)
			if size == 0 {
				return nil, errors.New("lattice: nothing moves in the rows that are held out")
			}
			errs[i] = rest / size
			best = min(best, errs[i])
		}
	}
	if math.IsInf(best, 1) {
		return nil, ErrRows
	}
	floor := exact
	if velocities != nil && velocities.left > 0 {
		const twice = 2
		floor = max(floor, min(twice*velocities.left, digits))
		if best > farOff*velocities.left && best > digits {
			best = plainer(all, errs)
		}
	}
	limit := max(best*chance(p.held.rows), floor)
	if p.moved {
		limit = max(limit, min(someTimes*best, interpolation))
	}
	least := -1
	for i, a := range all {
		if errs[i] <= limit && (least < 0 || smaller(&a, &all[least], errs[i], errs[least])) {
			least = i
		}
	}
	x, ok := p.all().solve(all[least].use)
	if !ok {
		return nil, ErrRows
	}
	return &chosen{all[least], x, errs[least]}, nil
}

// smaller reports whether a law is to be taken before another: that of fewer numbers, of as many that without waves, then that
// which leaves less.
func smaller(a, b *choice, left, other float64) bool {
	if len(a.use) != len(b.use) {
		return len(a.use) < len(b.use)
	}
	if (a.waves() > 0) != (b.waves() > 0) {
		return a.waves() == 0
	}
	return left < other
}

// plainer takes out the laws with waves that are not clearly better than the best polynomials, and returns the least that
// the others leave.
func plainer(all []choice, errs []float64) float64 {
	with, without := math.Inf(1), math.Inf(1)
	for i, a := range all {
		if a.waves() > 0 {
			with = min(with, errs[i])
		} else {
			without = min(without, errs[i])
		}
	}
	if with*clearly < without {
		return with
	}
	for i, a := range all {
		if a.waves() > 0 {
			errs[i] = math.Inf(1)
		}
	}
	return without
}
