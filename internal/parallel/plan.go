// Package parallel shares work over blocks of rows between a fixed set of
// goroutines, without allocating and without the number of cores showing in the
// result: what is computed together, and the order in which partial sums are
// added, follow from the number of rows alone. It is used by fit and eval.
package parallel

// blockRows is the size of block aimed at: the temporaries of a block of 96 rows
// and width 200 stay in a second-level cache of half a megabyte.
const blockRows = 96

// mostGroups bounds the number of partial sums, each as long as the parameters.
const mostGroups = 16

// Plan cuts rows into equal blocks and the blocks into groups: of a block or two,
// or of more where there are many. The blocks of a group are worked on one after the
// other and share a partial sum: adding up eight sums of the paper's network took a
// twentieth of a step.
type Plan struct{ Rows, Blocks, Groups int }

// NewPlan plans for a number of rows: blocks of about 96 rows, equal to within one
// row, and an even number of them where there are enough rows to share.
func NewPlan(rows int) Plan { return NewPlanOf(rows, blockRows) }

// NewPlanOf is NewPlan with blocks of another size, for rows that each take longer.
func NewPlanOf(rows, size int) Plan {
	if rows < 1 || size < 1 {
		panic("parallel: a plan for no rows")
	}
	blocks := max(1, (rows+size/2)/size)
	if blocks%2 == 1 && rows >= size/2 {
		blocks++
	}
	groups := blocks
	if blocks%4 == 0 && blocks > 4 {
		groups = blocks / 2 // still an even number
	}
	return Plan{Rows: rows, Blocks: blocks, Groups: min(groups, mostGroups)}
}

// Block is the half-open range of rows of block i.
func (p Plan) Block(i int) (lo, hi int) { return i * p.Rows / p.Blocks, (i + 1) * p.Rows / p.Blocks }

// Group is the half-open range of blocks of group i.
func (p Plan) Group(i int) (lo, hi int) {
	return i * p.Blocks / p.Groups, (i + 1) * p.Blocks / p.Groups
}

// MaxBlock is the number of rows of the largest block.
func (p Plan) MaxBlock() int { return (p.Rows + p.Blocks - 1) / p.Blocks }
