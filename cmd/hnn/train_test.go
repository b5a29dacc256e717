package main

import (
	"strings"
	"testing"

	"hnn/experiment"
)

// Without --trainer the closed form fits what it can, Adam the rest, and the choice is
// printed.
func TestTrainChoosesTheTrainer(t *testing.T) {
	inFolder(t)
	const small = " --trajectories 10 --points 10 --no-strict --no-figures --json"
	for _, c := range []struct {
		args    string
		trainer experiment.Trainer
		want    string
	}{
		{"train spring", experiment.ClosedForm, "one least-squares solve"},
		{"train spring --steps 5", experiment.Adam, "steps is a setting of it alone"},
		{"train spring --model baseline --hidden 8 --steps 5", experiment.Adam, "baseline"},
		{"train 5-body --batch 0 --seed 1 --steps 5", experiment.Adam, "steps"},
		{"train spring --trainer adam --steps 5 --polish", experiment.Adam, "polished"},
	} {
		status, stdout, stderr := call(t, strings.Fields(c.args+small)...)
		r, err := one(stdout)
		if status != 0 || err != nil || r.Trainer != c.trainer || !strings.Contains(stderr, c.want) {
			t.Errorf("hnn %s: status %d, %v, trainer %q, stderr %q; want %q and %q", c.args, status, err, r.Trainer, stderr, c.trainer, c.want)
		}
	}
}

// A configuration of the closed form can be trained by Adam, and the other way round.
func TestConfigChangesTrainer(t *testing.T) {
	inFolder(t)
	if status, _, stderr := call(t, strings.Fields("train spring --trainer closed-form --trajectories 10 --points 10 --noise 0 --no-strict --no-figures --symmetry parity --out closed")...); status != 0 {
		t.Fatal(stderr)
	}
	if status, _, stderr := call(t, strings.Fields("train --config closed/config.yaml --trainer adam --steps 5 --out adam")...); status != 0 {
		t.Fatal(stderr)
	}
	status, stdout, stderr := call(t, strings.Fields("train --config adam/config.yaml --trainer closed-form --symmetry parity --json")...)
	again, err := one(stdout)
	if status != 0 || err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	first, err := experiment.ReadResults("closed")
	if err != nil {
		t.Fatal(err)
	}
	if again.TestLoss != first.TestLoss {
		t.Errorf("test loss %v, %v before", again.TestLoss, first.TestLoss)
	}
	if status, stdout, stderr := call(t, "inspect", "closed"); status != 0 || !strings.Contains(stdout, "symmetry") {
		t.Errorf("inspect: %d, %q, %q", status, stdout, stderr)
	}
}
