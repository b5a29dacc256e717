package experiment

import (
	"context"
	"errors"
	"fmt"

	"hnn/model/network"
)

// PausedError says that a training stopped where Env.StopAt told it to, with a checkpoint. Results
// are those of the model as it is there.
type PausedError struct {
	Dir     string
	Step    int
	Results *Results
}

func (e *PausedError) Error() string {
	return fmt.Sprintf("%s: paused after step %d, checkpoint written", e.Dir, e.Step)
}

// errPause ends a training that is to pause.
var errPause = errors.New("pause")

// pauses reports whether a training has come to where it is to pause.
func (t *training[T]) pauses() bool {
	at := t.env.StopAt
	return at > 0 && t.trainer.StepsDone() >= at && t.trainer.StepsDone() < t.config.allSteps()
}

// paused measures a network whose training pauses; nothing is written but its checkpoint.
func (t *training[T]) paused(ctx context.Context, d *dataset) error {
	if err := t.save(); err != nil {
		return err
	}
	r, err := newRun(t.dir, t.config, network.Widen(t.net).Form(), d)
	if err != nil {
		return err
	}
	results, err := t.env.evaluate(ctx, &t.config, r.model, d)
	if err != nil {
		return stopped(ctx, err, t.dir, t.trainer.StepsDone())
	}
	results.Steps = t.trainer.StepsDone()
	return &PausedError{t.dir, results.Steps, results}
}
