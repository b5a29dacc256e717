package main

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"sync"

	"github.com/spf13/cobra"

	"hnn/experiment"
	"hnn/experiment/study"
	"hnn/experiment/track"
	"hnn/fit"
	"hnn/sweep"
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

// metrics are the numbers of a row of metrics.
func metrics(r fit.Record) []track.Number {
	step := int64(r.Step)
	all := []track.Number{{Name: "loss", Value: r.Loss, Step: step}, {Name: "learning_rate", Value: r.Rate, Step: step}, {Name: "gradient_norm", Value: r.Norm, Step: step}}
	if r.Tested {
		all = append(all, track.Number{Name: "test_loss", Value: r.Test, Step: step})
	}
	return all
}

// trackIn makes env tell of its runs, while they go on and at their end. What is returned is called when all have ended or were interrupted.
func trackIn(ctx context.Context, texts []string, group string, env *experiment.Env, d *display) (left func(), err error) {
	all, err := trackers(texts, group)
	if err != nil || all == nil {
		return func() {}, err
	}
	follower := track.NewFollower(all, func(dir string, err error) { d.log("warning: --track: %v; the run is in %s all the same", err, dir) })
	env.Ended = func(dir string, failure error) { follower.End(ctx, dir, failure) }
	env.Logged = func(dir string, member int, r fit.Record) {
		follower.Log(context.WithoutCancel(ctx), dir, member, metrics(r))
	}
	return follower.Leave, nil
}

// trackStudy makes a submission tell of its runs, wherever they are made. What is returned is called at its end.
func trackStudy(ctx context.Context, all []track.Tracker, s *sweep.Submission, d *display) (left func()) {
	if len(all) == 0 {
		return func() {}
	}
	follower := track.NewFollower(all, func(dir string, err error) {
		d.log("warning: --track: %v; the study has %s all the same", err, filepath.Base(dir))
	})
	var configs sync.Map // by directories that are not there yet
	follower.Config = func(dir string) ([]byte, error) {
		c, _ := configs.Load(dir) // whoever is followed was stored
		var b bytes.Buffer
		err := c.(*experiment.Config).Write(&b)
		return b.Bytes(), err
	}
	at := func(t *study.Trial) string {
		dir := s.Folder.RunDir(t)
		c := t.Config
		configs.LoadOrStore(dir, &c)
		return dir
	}
	s.Logged = func(t *study.Trial, member int, r fit.Record) {
		follower.Log(context.WithoutCancel(ctx), at(t), member, metrics(r))
	}
	s.Kept = func(r *study.Record) {
		switch dir := at(&r.Trial); r.State {
		case study.Done:
			follower.End(ctx, dir, nil)
		case study.Stopped:
			follower.Stop(dir)
		default:
			follower.Fail(ctx, dir, errors.New(r.Error))
		}
	}
	return follower.Leave
}
