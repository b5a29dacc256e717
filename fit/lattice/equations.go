package lattice

import (
	"math"
	"runtime"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/internal/kernel"
	"hnn/internal/parallel"
	"hnn/model/lattice"
)

// at writes the features of dq/dt (n x kinetic) and dp/dt (n x width) at a state.
func (f *features) at(x []float64, velocities, forces []float64) {
	clear(forces)
	if f.s.Flow != lattice.Mechanical {
		f.flowAt(x, forces)
		return
	}
	n := f.s.Half()
	k, m, site := f.kinetic.Size(), f.width(), f.site.Size()
	slopes := f.room[:site]
	for i := range n {
		f.kinetic.Slopes(x[n+i], velocities[i*k:(i+1)*k])
		f.site.Slopes(x[i], slopes)
		for j, v := range slopes {
			forces[i*m+j] = -v
		}
		forces[i*m+f.potential] = -x[n+i]
	}
	f.bondsAt(x[:n], m, forces)
}

// bondsAt adds the features of the bonds' pulls to rows of m.
func (f *features) bondsAt(q []float64, m int, forces []float64) {
	s := f.s
	for _, b := range s.Bonds {
		r := s.Stretch(b, q, f.delta)
		first := f.site.Size()
		for kind := range b.Kind {
			first += f.bonds[kind].Size()
		}
		of := &f.bonds[b.Kind]
		slopes := f.room[:of.Size()]
		of.Slopes(r, slopes)
		for a, d := range f.delta {
			w := 1.0
			if s.Space > 1 {
				if r == 0 {
					continue
				}
				w = d / r
			}
			for _, end := range []int{b.I, b.J} {
				if end != lattice.Wall {
					row := forces[s.Place(end, a)*m+first:][:len(slopes)]
					for j, v := range slopes {
						row[j] += float64(w * v)
					}
				}
				w = -w // J is pulled the other way
			}
		}
	}
}

// add adds the equations of all components to those held out or to the others: features (n x size) and the rates to be
// explained.
func (p *problem) add(held bool, features []float64, size int, rates []float64) {
	t := p.fit
	if held {
		t = p.held
	}
	if p.masses != nil {
		p.masses.add(held, features, size, rates)
	}
	for i, y := range rates {
		row := t.next()
		copy(row, features[i*size:(i+1)*size])
		row[size] = y
	}
}

// holdsOut reports whether row r of so many, in a trial, is held out: every fifth trial, or the last fifth of the rows where there
// are fewer than five trials.
func holdsOut(set *data.Set, trial, row, rows int) bool {
	if set.Trials() >= 5 {
		return trial%5 == 4
	}
	return row >= rows-rows/5
}

// sides are the equations of the velocities and of the forces.
type sides struct{ p, v *problem }

func (f *features) newSides() sides {
	b := sides{newProblem(f.kinetic.Size()), newProblem(f.width())}
	b.p.masses = newMasses(f)
	return b
}

// blocks is in how many parts trials are gathered side by side, each with its own sums, so that the bits do not depend on the cores.
const blocks = 2

// gathered are the equations of all trials: those that gather makes of a range of them, block by block.
func (f *features) gathered(trials, equations int, gather func(f *features, lo, hi int) []sides) []sides {
	n := min(blocks, trials)
	if f.scores != nil || equations < blocks*batch {
		n = 1
	}
	parts := make([][]sides, n)
	pool := parallel.NewPool(min(n, runtime.GOMAXPROCS(0)))
	defer pool.Close()
	pool.Run(n, func(_, b int) {
		own := *f
		own.room, own.delta = make([]float64, f.width()), make([]float64, f.s.Space)
		parts[b] = gather(&own, b*trials/n, (b+1)*trials/n)
	})
	for _, part := range parts[1:] {
		for i, b := range part {
			parts[0][i].p.merge(b.p)
			parts[0][i].v.merge(b.v)
		}
	}
	return parts[0]
}

// merge gathers the equations of another block.
func (p *problem) merge(o *problem) {
	p.fit.add(o.fit)
	p.held.add(o.held)
	if p.masses != nil {
		p.masses.merge(o.masses)
	}
}

// derivatives are the equations at rows whose time derivatives are known.
func (f *features) derivatives(set *data.Set) sides {
	return f.gathered(set.Trials(), set.Rows()*f.s.Half(), func(f *features, lo, hi int) []sides { return []sides{f.differentiated(set, lo, hi)} })[0]
}

// differentiated are those of a range of trials.
func (f *features) differentiated(set *data.Set, from, to int) sides {
	n, k, m := f.s.Half(), f.kinetic.Size(), f.width()
	b := f.newSides()
	velocities, forces := make([]float64, n*k), make([]float64, n*m)
	stride := max(1, (set.Rows()*n+mostRows-1)/mostRows)
	for trial := from; trial < to; trial++ {
		lo, hi := set.Offsets[trial], set.Offsets[trial+1]
		for r := lo + trial%stride; r < hi; r += stride {
			f.scores.at(set, trial, r-lo, hi-lo)
			x, dx := set.Row(r)
			f.at(x, velocities, forces)
			held := holdsOut(set, trial, r-lo, hi-lo)
			f.record(b, held, velocities, forces, dx)
		}
	}
	return b
}

// halves are the half-widths of test functions that are tried, in rows.
var halves = []int{6, 12, 24}

// windows are the equations integrated against test functions, with the width that explains held-out rows best.
func (f *features) windows(set *data.Set, trials [][]float64, step float64) (best sides, window int, err error) {
	least := math.Inf(1)
	for i, g := range f.weak(set, trials, step, halves...) {
		if g.v.fit.rows <= f.width() || g.v.held.rows == 0 {
			continue
		}
		use := counted(0, f.width())
		x, ok := g.v.fit.solve(use)
		if !ok {
			continue
		}
		if left, all := g.v.held.residual(use, x); left/all < least {
			best, window, least = g, 2*halves[i]+1, left/all
		}
	}
	if best.p == nil {
		return best, 0, ErrRows
	}
	return best, window, nil
}

// A weakForm is the equations integrated against test functions of one width.
type weakForm struct {
	sides
	stride     int
	psi, rate  []float64
	open, free []*integral
}

// integral is one test function's: of the features and of the rates.
type integral struct {
	from                   int // its first row
	velocities, forces, dx []float64
}

// weak are the equations by test functions of several half-widths.
func (f *features) weak(set *data.Set, trials [][]float64, step float64, halves ...int) []sides {
	rows := 0
	for _, x := range trials {
		rows += len(x) / set.Dim
	}
	return f.gathered(len(trials), rows*f.s.Half(), func(f *features, lo, hi int) []sides { return f.integrated(set, trials, lo, hi, step, halves) })
}

// integrated are those of a range of trials. Features are evaluated once a row, and added to all test functions that
// reach over it.
func (f *features) integrated(set *data.Set, trials [][]float64, from, to int, step float64, halves []int) (all []sides) {
	const power = 6
	n, d, k, m := f.s.Half(), set.Dim, f.kinetic.Size(), f.width()
	var forms []*weakForm
	for _, half := range halves {
		g := &weakForm{stride: max(1, half/2), sides: f.newSides()}
		g.psi, g.rate, _ = estimate.TestFunction(half, power, step)
		count := 0
		for _, x := range trials {
			count += max(0, (len(x)/d-len(g.psi))/g.stride+1) * n
		}
		g.stride *= max(1, (count+mostRows-1)/mostRows)
		forms, all = append(forms, g), append(all, g.sides)
	}
	velocities, forces := make([]float64, n*k), make([]float64, n*m)
	for trial := from; trial < to; trial++ {
		x := trials[trial]
		rows := len(x) / d
		for r := range rows {
			row, known := x[r*d:(r+1)*d], false
			for _, g := range forms {
				if r%g.stride == 0 && r+len(g.psi) <= rows {
					g.begin(r, n*k, n*m, d)
				}
				for _, w := range g.open {
					psi := g.psi[r-w.from : r-w.from+1]
					if psi[0] != 0 {
						if !known {
							f.at(row, velocities, forces)
							known = true
						}
						kernel.GemvT(w.velocities, velocities, n*k, psi, 1, n*k, true)
						kernel.GemvT(w.forces, forces, n*m, psi, 1, n*m, true)
					}
					rate := g.rate[r-w.from]
					for c, value := range row {
						w.dx[c] -= float64(rate * value)
					}
				}
				if len(g.open) > 0 && r == g.open[0].from+len(g.psi)-1 {
					w := g.open[0]
					f.scores.at(set, trial, w.from, rows)
					held := holdsOut(set, trial, w.from, rows-len(g.psi)+1)
					f.record(g.sides, held, w.velocities, w.forces, w.dx)
					g.open, g.free = g.open[1:], append(g.free, w)
				}
			}
		}
	}
	return all
}

// begin opens a test function at a row.
func (g *weakForm) begin(from, velocities, forces, dim int) {
	var w *integral
	if last := len(g.free) - 1; last >= 0 {
		w, g.free = g.free[last], g.free[:last]
		clear(w.velocities)
		clear(w.forces)
		clear(w.dx)
	} else {
		w = &integral{velocities: make([]float64, velocities), forces: make([]float64, forces), dx: make([]float64, dim)}
	}
	w.from = from
	g.open = append(g.open, w)
}
