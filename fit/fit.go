// Package fit trains a model by gradient descent. What is lowered is a value, a [Loss]: of
// states and their time derivatives ([Derivatives]), of states and times alone, by multiple
// shooting ([Trajectories]), or of pictures ([Films]). How, is one [Trainer]'s business for
// all of them: Adam on full or mini batches, learning-rate schedules, a last polish by L-BFGS,
// the test loss now and then, checkpoints that continue to the same bits.
//
// It knows a model only as network.Network and model.Pass, and data only as rows; files other than
// the checkpoint, configuration and metrics are the business of experiment.
//
// The same seed gives the same bits for any number of cores: see parallel.
package fit

import (
	"errors"
	"fmt"
	"math"
)

// Options say how to train. Start from Defaults.
type Options struct {
	// Steps is the number of steps of Adam.
	Steps int `key:"steps,common" help:"steps of the optimiser"`
	// LBFGS is the number of steps of L-BFGS that follow, on all rows at once.
	LBFGS int `key:"lbfgs-steps,omitempty" after:"ensemble" help:"steps of L-BFGS on all rows that follow, as a last polish"`
	// Batch is the number of rows of a step; 0 is all of them.
	Batch int `key:"batch,common" help:"rows of a step, 0 for all"`
	// Sampling is how a batch is drawn.
	Sampling Sampling `key:"sampling" help:"how batches are drawn: each anew (fresh) or in shuffled passes (epoch)"`
	// LearningRate is that of the first step; Schedule changes it.
	LearningRate float64 `key:"learning-rate,common" help:"learning rate of the first step"`
	Schedule     Schedule
	// L2 is added to the gradient times the parameters, as PyTorch's Adam does with
	// weight_decay. WeightDecay is AdamW's: it shrinks the parameters by itself
	// times the learning rate (Loshchilov and Hutter 2019). One of them is zero.
	L2          float64 `key:"l2" help:"L2 penalty, added to the gradient as in PyTorch's Adam"`
	WeightDecay float64 `key:"weight-decay" help:"decoupled weight decay (AdamW)"`
	// ClipNorm, unless 0, is the largest Euclidean norm of the gradient; a longer
	// one is scaled down to it.
	ClipNorm float64 `key:"clip-norm" help:"largest norm of the gradient, 0 for any"`
	// TestEvery is the number of steps between two evaluations of the test loss; 0
	// leaves all out but the last.
	TestEvery int `key:"test-every" help:"steps between two test losses, which are also the logged steps"`
	// Patience, unless 0, stops the training after so many evaluations of the test
	// loss without a new minimum, and returns to the parameters of the minimum.
	Patience int `key:"patience" help:"stop early after so many test losses without a new minimum, 0 for never"`
	// Workers is the number of goroutines; 0 is one for each of GOMAXPROCS. The
	// result does not depend on it.
	Workers int
}

// Defaults are the options of the paper's spring task.
func Defaults() Options {
	return Options{Steps: 2000, LearningRate: 1e-3, Schedule: Schedule{Kind: Constant}, L2: 1e-4, TestEvery: 100}
}

// Validate reports the first option that makes no sense, for data of so many
// training and test rows.
func (o Options) Validate(train, test int) error {
	switch {
	case o.Steps < 0 || o.LBFGS < 0 || o.Steps+o.LBFGS < 1:
		return fmt.Errorf("fit: %d steps and %d of L-BFGS; give at least 1", o.Steps, o.LBFGS)
	case o.LBFGS > 0 && o.WeightDecay > 0:
		return errors.New("fit: L-BFGS minimises a loss, and weight decay is of none; give L2 instead")
	case o.Batch < 0:
		return fmt.Errorf("fit: a batch of %d rows; give a positive number, or 0 for all rows", o.Batch)
	case o.Batch > train:
		return fmt.Errorf("fit: a batch of %d rows of data that have %d; give a smaller batch, or 0 for all rows", o.Batch, train)
	case !(o.LearningRate > 0 && o.LearningRate <= math.MaxFloat32):
		return fmt.Errorf("fit: a learning rate of %v; give a positive number", o.LearningRate)
	case !(o.L2 >= 0 && o.L2 <= math.MaxFloat32), !(o.WeightDecay >= 0 && o.WeightDecay <= math.MaxFloat32):
		return fmt.Errorf("fit: L2 of %v and weight decay of %v; both must be finite and neither can be negative", o.L2, o.WeightDecay)
	case o.L2 > 0 && o.WeightDecay > 0:
		return fmt.Errorf("fit: L2 of %v and weight decay of %v; they are two forms of the same, give one", o.L2, o.WeightDecay)
	case !(o.ClipNorm >= 0):
		return fmt.Errorf("fit: a clipping norm of %v; give a positive number, or 0 for no clipping", o.ClipNorm)
	case o.TestEvery < 0 || o.Patience < 0 || o.Workers < 0:
		return fmt.Errorf("fit: test every %d steps, patience %d, %d workers; none can be negative", o.TestEvery, o.Patience, o.Workers)
	case o.Patience > 0 && (o.TestEvery == 0 || test == 0):
		return errors.New("fit: early stopping watches the test loss; give test rows and how often to evaluate them, or no patience")
	}
	return o.Schedule.validate()
}

// Record is what is known after a step.
type Record struct {
	// Step counts from 1.
	Step int
	// Loss is that of the step's batch before the step was taken: the mean over
	// rows and components of the squared error of the field.
	Loss float64
	// Test is the loss on all test rows after the step, where Tested.
	Test   float64
	Tested bool
	// Rate is the learning rate (for L-BFGS the length of the step, as a share of its
	// direction) and Norm the Euclidean norm of the gradient by the network's parameters
	// (before clipping and without L2) of the step.
	Rate, Norm float64
}

// DivergedError says that a number stopped being finite, or that a step of an integrator
// could not be taken. The trainer must not be saved or stepped any more.
type DivergedError struct {
	Step   int
	Tensor string // the first tensor with a number that is not finite
	Loss   float64
	// Err, unless nil, is what was wrong instead.
	Err error
}

func (e *DivergedError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("training diverged: at step %d %v", e.Step, e.Err)
	}
	return fmt.Sprintf("training diverged: at step %d the loss is %v and %s is not finite; lower the learning rate, or clip the gradient", e.Step, e.Loss, e.Tensor)
}

// Unwrap returns Err.
func (e *DivergedError) Unwrap() error { return e.Err }
