package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"hnn/experiment"
	"hnn/experiment/study"
	"hnn/experiment/track"
	"hnn/fit"
)

// addTrack adds the flag that names where runs are told of.
func addTrack(cmd *cobra.Command, to *[]string) {
	cmd.Flags().StringArrayVar(to, "track", nil, "tell of the runs there, as mlflow=http://localhost:5000 or tensorboard=DIR; may be given several times")
}

// trackers are those that the flag names; group is the experiment of their runs.
func trackers(texts []string, group string) (all []track.Tracker, err error) {
	for _, text := range texts {
		t, err := track.New(text, group)
		if err != nil {
			return nil, usage(err)
		}
		all = append(all, t)
	}
	return all, nil
}

// tell tells of a run. What goes wrong is a warning: the run is in its directory all the same.
func tell(ctx context.Context, all []track.Tracker, d *display, dir string, failure error) {
	if len(all) == 0 {
		return
	}
	r, err := track.Read(dir, failure)
	if err != nil {
		d.log("warning: --track: %v; the run is not told of", err)
		return
	}
	for _, t := range all {
		if err := t.Track(ctx, r); err != nil {
			d.log("warning: --track: %v; the run is in %s all the same", err, dir)
		}
	}
}

// trackIn makes env tell of its runs, while they go on and at their end. What is returned is called when all have ended or were interrupted.
func (f *configFlags) trackIn(ctx context.Context, env *experiment.Env, d *display) (left func(), err error) {
	all, err := trackers(f.track, "hnn")
	if err != nil || all == nil {
		return func() {}, err
	}
	follower := track.NewFollower(all, func(dir string, err error) { d.log("warning: --track: %v; the run is in %s all the same", err, dir) })
	env.Ended = func(dir string, failure error) { follower.End(ctx, dir, failure) }
	env.Logged = func(dir string, member int, r fit.Record) {
		step := int64(r.Step)
		numbers := []track.Number{{Name: "loss", Value: r.Loss, Step: step}, {Name: "learning_rate", Value: r.Rate, Step: step}, {Name: "gradient_norm", Value: r.Norm, Step: step}}
		if r.Tested {
			numbers = append(numbers, track.Number{Name: "test_loss", Value: r.Test, Step: step})
		}
		follower.Log(context.WithoutCancel(ctx), dir, member, numbers)
	}
	return follower.Leave, nil
}

// kept tells of a run of a study, whose failed ones have no directory.
func kept(ctx context.Context, all []track.Tracker, d *display, folder *study.Folder, r *study.Record) {
	if r.State == study.Done {
		tell(ctx, all, d, folder.RunDir(&r.Trial), nil)
	} else if len(all) > 0 {
		d.log("warning: --track: the run %s failed and is not told of: %v", r.Name, errors.New(r.Error))
	}
}
