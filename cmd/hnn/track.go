package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"hnn/experiment"
	"hnn/experiment/study"
	"hnn/experiment/track"
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

// track makes env tell of the runs that end.
func (f *configFlags) trackIn(ctx context.Context, env *experiment.Env, d *display) error {
	all, err := trackers(f.track, "hnn")
	if err == nil && all != nil {
		env.Ended = func(dir string, failure error) { tell(ctx, all, d, dir, failure) }
	}
	return err
}

// kept tells of a run of a study, whose failed ones have no directory.
func kept(ctx context.Context, all []track.Tracker, d *display, folder *study.Folder, r *study.Record) {
	if r.State == study.Done {
		tell(ctx, all, d, folder.RunDir(&r.Trial), nil)
	} else if len(all) > 0 {
		d.log("warning: --track: the run %s failed and is not told of: %v", r.Name, errors.New(r.Error))
	}
}
