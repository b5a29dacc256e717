package fit

import (
	"hnn/internal/parallel"
	"hnn/nn"
)

// piece evaluates some rows of a block that several workers share. What is of rows that stand
// alone comes first; the sums over rows come afterwards, each worker's of some parameters.
type piece[T nn.Float] interface {
	// evaluate is pass.loss without the sum, which squares adds to that of the rows before.
	evaluate(lo, hi int)
	squares(sum float64) float64
	// reverse is pass.adjoint without the derivative by the parameters, whose sums are of tapes.
	reverse()
	// tapes are those that reverse is of, nil where it is of more; see model.Pass.
	tapes() []*nn.Tape[T]
}

// sharable is a batch whose blocks can be cut into pieces.
type sharable[T nn.Float] interface {
	batch[T]
	newPiece(rows int) piece[T]
}

// pieceRows is the number of rows that pieces come in, a tile's.
const pieceRows = 8

// sharing is what it costs to work on a block in pieces, as a share of a block's time: smaller
// products, and sums that are taken up again for every piece.
const sharing = 0.1

// piecesFor is the number of pieces that a block of up to so many rows is best cut into, 1
// for no cut: a few groups keep a few workers busy, and the last to be done hold all.
func piecesFor(workers, groups, rows int) int {
	best, least := 1, float64((groups+workers-1)/workers)
	for n := 2; n <= (rows+pieceRows-1)/pieceRows; n++ {
		turns := (groups*n + workers - 1) / workers
		if time := (1 + sharing) * float64(turns) / float64(n); time < 0.999*least {
			best, least = n, time
		}
	}
	return best
}

// pieces are the workers' on one block of each group at a time.
type pieces[T nn.Float] struct {
	each        int              // a block's
	blocks      []sharedBlock[T] // a group's
	turn, turns int              // which block of each group is at hand, and how many there are at most
	rows, sum   func(worker, task int)
}

// sharedBlock is the pieces of a block, and each network's tapes of them, joined.
type sharedBlock[T nn.Float] struct {
	pieces []piece[T]
	joints []*nn.Joint[T]
}

// newSharedBlock returns n pieces for blocks of up to so many rows, of which any has up to most,
// and false where the model's adjoint cannot be cut.
func newSharedBlock[T nn.Float](batch sharable[T], n, rows, most, parameters int) (b sharedBlock[T], ok bool) {
	for range n {
		b.pieces = append(b.pieces, batch.newPiece(most))
	}
	for i := range b.pieces[0].tapes() {
		var tapes []*nn.Tape[T]
		for _, p := range b.pieces {
			tapes = append(tapes, p.tapes()[i])
		}
		if !tapes[0].CanJoin() {
			return b, false
		}
		j := nn.Join(rows, tapes...)
		b.joints, parameters = append(b.joints, j), parameters-j.Parameters()
	}
	return b, parameters == 0
}

// share makes e work on its blocks in n pieces each, where that is possible.
func (e *engine[T]) share(n, parameters int) {
	batch, ok := e.batch.(sharable[T])
	if !ok || n == 1 {
		return
	}
	s := &pieces[T]{each: n}
	units := (e.plan.MaxBlock() + pieceRows - 1) / pieceRows
	for g := range e.plan.Groups {
		b, ok := newSharedBlock(batch, n, e.plan.MaxBlock(), (units+n-1)/n*pieceRows, parameters)
		if !ok {
			return
		}
		s.blocks = append(s.blocks, b)
		lo, hi := e.plan.Group(g)
		s.turns = max(s.turns, hi-lo)
	}
	s.rows = func(_, task int) {
		g, i := task/n, task%n
		if s.turn == 0 {
			clear(e.sums.grads[g][i*parameters/n : (i+1)*parameters/n])
		}
		lo, hi, ok := s.block(e.plan, g)
		if !ok {
			return
		}
		b := &s.blocks[g]
		from, to := pieceOf(lo, hi, i, n)
		for _, j := range b.joints {
			j.Begin(i, from-lo, to-from, hi-lo)
		}
		if from < to {
			b.pieces[i].evaluate(from, to)
			b.pieces[i].reverse()
		}
	}
	s.sum = func(_, task int) {
		g, i := task/n, task%n
		lo, hi, ok := s.block(e.plan, g)
		if !ok {
			return
		}
		b, grad := &s.blocks[g], e.sums.grads[g]
		for _, j := range b.joints {
			j.Sums(grad[:j.Parameters()], i, n)
			grad = grad[j.Parameters():]
		}
		if i > 0 {
			return
		}
		e.parts[lo] = 0
		for i, p := range b.pieces {
			if from, to := pieceOf(lo, hi, i, n); from < to {
				e.parts[lo] = p.squares(e.parts[lo])
			}
		}
	}
	e.pieces = s
}

// block is the rows of group g's block at hand, if it has one.
func (s *pieces[T]) block(p parallel.Plan, g int) (lo, hi int, ok bool) {
	b, end := p.Group(g)
	if b += s.turn; b >= end {
		return 0, 0, false
	}
	lo, hi = p.Block(b)
	return lo, hi, true
}

// pieceOf is the rows of piece i of n of the block lo to hi.
func pieceOf(lo, hi, i, n int) (from, to int) {
	units := (hi - lo + pieceRows - 1) / pieceRows
	return min(hi, lo+units*i/n*pieceRows), min(hi, lo+units*(i+1)/n*pieceRows)
}

// run leaves the groups' gradients in e.sums.
func (s *pieces[T]) run(e *engine[T]) {
	tasks := len(s.blocks) * s.each
	for s.turn = 0; s.turn < s.turns; s.turn++ {
		e.pool.Run(tasks, s.rows)
		e.pool.Run(tasks, s.sum)
	}
}
