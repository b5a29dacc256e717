package closedform

import (
	"hnn/internal/kernel"
	"hnn/internal/parallel"
	"hnn/model/expansion"
)

// A ridge function is phi(x) = s(w.x + b): its derivative s'(w.x + b) w has one
// direction, so the normal equations of d components are one product of matrices with
// one row a state,
//
//	A = (W W^T) o (S^T S),  r_k = w_k.(S^T G)_k,  S_nk = s'(w_k.x_n + b_k),
//
// instead of d. Linear and quadratic monomials are ridge functions too, or sums of
// them: x_i, (x_i)^2/2 and (x_i + x_j)^2/2 = x_i^2/2 + x_j^2/2 + x_i x_j.
type ridges struct {
	dim int
	w   []float64 // features x (dim+1), the bias last
	// spans are the features of one kind.
	spans []span
}

type span struct {
	lo, hi int
	kind   spanKind
	act    kernel.Act
	// monomials of a quadratic term, nil for a network
	monomials []expansion.Monomial
}

type spanKind uint8

const (
	activated spanKind = iota
	quadratic
)

// ridges returns the basis as ridge functions, or nil if it is not made of them alone.
func (b *basis) ridges() *ridges {
	if b.friction || b.gain != nil {
		return nil
	}
	d := b.h.Dim()
	r := &ridges{dim: d}
	lo := 0
	for _, t := range b.h.Terms() {
		hi := lo + t.Size()
		switch t := t.(type) {
		case *expansion.Network:
			if !t.PlainInputs() {
				return nil
			}
			w, bias, act := t.Features()
			for f, v := range bias {
				r.w = append(append(r.w, w[f*d:(f+1)*d]...), v)
			}
			r.spans = append(r.spans, span{lo: lo, hi: hi, act: kernel.Act(act)})
		case *expansion.Quadratic:
			for f, m := range t.Monomials() {
				if b.share[lo+f] != b.share[lo]+f {
					return nil // tied monomials
				}
				w := make([]float64, d+1)
				w[m.I] = 1
				if m.J >= 0 {
					w[m.J] = 1
				}
				r.w = append(r.w, w...)
			}
			r.spans = append(r.spans, span{lo: lo, hi: hi, kind: quadratic, monomials: t.Monomials()})
		default:
			return nil
		}
		lo = hi
	}
	return r
}

func (r *ridges) len() int { return len(r.w) / (r.dim + 1) }

// assemble forms the normal equations of the rows, for the unknowns of the basis and in
// terms of its own features.
func (r *ridges) assemble(pool *parallel.Pool, b *basis, data *rows) *normal {
	d, features := r.dim, r.len()
	room := min(updateRows, data.len())
	s := newTiled(room, features)
	gram := newSymmetric(features)
	projection := make([]float64, features*d)
	z := make([][]float64, pool.Workers())
	for i := range z {
		z[i] = make([]float64, tileSize*s.ld)
	}
	x, packed := make([]float64, chunkRows*(d+1)), make([]float64, kernel.PackedLen[float64](d+1, chunkRows))
	g := make([]float64, chunkRows*d)
	squares := 0.0
	at := 0 // rows of s that are written
	for lo := 0; lo < data.len(); lo += chunkRows {
		n := min(chunkRows, data.len()-lo)
		for i := range n {
			copy(x[i*(d+1):], data.x[(lo+i)*d:(lo+i+1)*d])
			x[i*(d+1)+d] = 1
		}
		kernel.PackT(packed, x, d+1, d+1, n)
		var weight []float64
		copy(g, data.g[lo*d:(lo+n)*d])
		if data.weight != nil {
			weight = data.weight[lo : lo+n]
			for i := range g[:n*d] {
				g[i] *= weight[i/d]
			}
		}
		squares += kernel.SumSquares(g[:n*d])
		pool.Run(tiles(features), func(worker, t int) {
			r.fill(s.tile(t)[at:], s.ld, z[worker], packed, weight, t*tileSize, min((t+1)*tileSize, features), n)
		})
		s.addProjection(pool, at, g, projection, d, n)
		at += n
		if at == room || lo+n == data.len() {
			gram.addGram(pool, s, at)
			at = 0
		}
	}
	// The product with W W^T.
	pool.Run(tiles(features), func(_, j int) {
		for i := range j + 1 {
			tile := gram.tile(i, j)
			for a := i * tileSize; a < min((i+1)*tileSize, features); a++ {
				wa := r.w[a*(d+1) : a*(d+1)+d]
				row := tile[a%tileSize*tileSize:]
				for c := j * tileSize; c < min((j+1)*tileSize, features); c++ {
					row[c%tileSize] *= dot(wa, r.w[c*(d+1):])
				}
			}
		}
	})
	rhs := make([]float64, features)
	for k := range rhs {
		rhs[k] = dot(projection[k*d:(k+1)*d], r.w[k*(d+1):])
	}
	if b.unknowns < features {
		gram, rhs = fold(gram, rhs, b)
	}
	return &normal{gram, rhs, squares, len(data.x)}
}

// fill writes S of features lo to hi and n rows to a tile; z is as large as a tile.
func (r *ridges) fill(tile []float64, ld int, z, packed, weight []float64, lo, hi, n int) {
	d := r.dim
	kernel.MulPacked(z, ld, r.w[lo*(d+1):], d+1, packed, hi-lo, n, d+1, false)
	for _, s := range r.spans {
		first, last := max(lo, s.lo), min(hi, s.hi)
		if first >= last {
			continue
		}
		from := (first - lo) * ld
		if s.kind == activated {
			kernel.Activate(s.act, z[from:], ld, nil, tile[from:], nil, last-first, n)
			continue
		}
		for f := first; f < last; f++ {
			row := tile[(f-lo)*ld : (f-lo)*ld+n]
			if s.monomials[f-s.lo].J < 0 {
				for i := range row {
					row[i] = 1
				}
			} else {
				copy(row, z[(f-lo)*ld:])
			}
		}
	}
	if weight == nil {
		return
	}
	for f := range hi - lo {
		row := tile[f*ld : f*ld+n]
		for i, w := range weight {
			row[i] *= w
		}
	}
}

// fold adds up the equations of features that share an unknown.
func fold(a *symmetric, r []float64, b *basis) (*symmetric, []float64) {
	folded, rhs := newSymmetric(b.unknowns), make([]float64, b.unknowns)
	for f, u := range b.share {
		rhs[u] += r[f]
		for g, v := range b.share {
			if u <= v {
				*folded.at(u, v) += a.get(f, g)
			}
		}
	}
	return folded, rhs
}

// monomials turns the unknowns of ridge functions into those of the basis, in place.
func (r *ridges) monomials(b *basis, c []float64) {
	for _, s := range r.spans {
		if s.kind != quadratic {
			continue
		}
		first := b.share[s.lo]
		square := map[int]int{}
		for f, m := range s.monomials {
			if m.I == m.J {
				square[m.I] = first + f
			}
		}
		for f, m := range s.monomials {
			if m.J >= 0 && m.I != m.J {
				// (x_i + x_j)^2/2: wherever x_i x_j is, both squares are.
				c[square[m.I]] += c[first+f]
				c[square[m.J]] += c[first+f]
			}
		}
	}
}
