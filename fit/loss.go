package fit

import (
	"fmt"

	"hnn/internal/parallel"
	"hnn/model/network"
	"hnn/nn"
)

// Loss is what a Trainer lowers, with the data that it is over. [Derivatives],
// [Trajectories] and [Films] make one. A value may be given to any number of trainers; none
// changes it.
type Loss[T nn.Float] interface {
	// problem is the loss of one network. The error says what does not fit it.
	problem(net *network.Network[T]) (*problem[T], error)
}

// problem is what a trainer knows of a loss.
type problem[T nn.Float] struct {
	// train and test are the numbers of rows to train on, in the first stage, and to test on.
	train, test int
	// stages, unless 0, is the number of forms that the loss takes one after the other, each
	// with rows of its own: at equal intervals during the first half of Adam's steps it goes
	// on to the next.
	stages int
	// trainOn returns the loss of a stage over so many training rows at a time, 0 being all
	// of them, and testOn that over all test rows.
	trainOn func(stage, rows int) batch[T]
	testOn  func() batch[T]
	// values are numbers beside the network's parameters that are fitted with them, and bar
	// the loss's derivative by them; nil where there are none.
	values, bar []T
	// linear, unless 0, is the number of parameters that the field's nonlinear part counts
	// as, at states like these; see linearPrior.
	linear float64
	states []T
}

// batch is a loss over rows of data, of which it takes so many at a time.
type batch[T nn.Float] interface {
	// plan cuts the rows that it takes, and from is the number of those that it has.
	plan() parallel.Plan
	from() int
	// choose takes rows by their numbers; a batch of all need not be told.
	choose(rows []int32)
	// terms is the number of squares that the loss is the mean of.
	terms() int
	// newPass returns temporaries of one worker. The error is that of a loss that the
	// network's field has no way to be evaluated by.
	newPass() (pass[T], error)
	// finish completes problem.bar after the adjoints of all rows.
	finish()
}

// pass evaluates a batch's loss and its adjoint over blocks of rows.
type pass[T nn.Float] interface {
	// loss writes numbers that add up to the sum over rows lo to hi to sums, which has a
	// place for each of them; places that it has no use for stay zero.
	loss(lo, hi int, sums []float64) error
	// adjoint adds to grad the derivative of the mean over all rows that the last call of
	// loss contributed to, and to problem.bar what is of these rows alone.
	adjoint(grad []T) error
}

// wholeRows is what batches of rows that stand alone have in common.
type wholeRows struct {
	size  parallel.Plan
	total int
}

// newWholeRows takes so many of total rows at a time, 0 being all.
func newWholeRows(total, rows int) wholeRows {
	if rows == 0 {
		rows = total
	}
	return wholeRows{parallel.NewPlan(rows), total}
}

func (b *wholeRows) plan() parallel.Plan { return b.size }
func (b *wholeRows) from() int           { return b.total }
func (b *wholeRows) finish()             {}

func sameDim(model, train, test, testRows int) error {
	if train != model || testRows > 0 && test != model {
		return fmt.Errorf("fit: the model's states have %d components, the training data's %d and the test data's %d; they must be the same", model, train, test)
	}
	return nil
}

func sameInputs(n, train, test, testRows int) error {
	if train != n || testRows > 0 && test != n {
		return fmt.Errorf("fit: the model has %d inputs, the training data %d and the test data %d; they must have the same", n, train, test)
	}
	return nil
}
