package sweep

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// With one worker a search is the same to the bit each time, though the whole sweep is killed
// in the middle of one of the two and started again.
func TestSearchRepeats(t *testing.T) {
	const runs = 16
	b := newBench(t, `
task: spring
fixed: {trainer: adam, steps: 60, test-every: 20, trajectories: 10, strict: false, figures: false}
vary:
  learning-rate: {min: 1e-4, max: 1e-1, log: true}
  hidden: [[8], [16], [8, 8]]
method: tpe
trials: 16
minimize: test_loss.mean
`)
	b.run("sweep", b.study, "--out", "one", "--workers", "1", "--quiet")
	args := []string{"sweep", b.study, "--out", "other", "--workers", "1", "--quiet"}
	b.start("sweep", args...)
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if entries, err := os.ReadDir(filepath.Join(b.dir, "other", "proposed")); err == nil && len(entries) >= 3 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("nothing is proposed:\n%s", b.output["sweep"])
		}
	}
	b.kill("sweep")
	b.run(args...)
	same(t, filepath.Join(b.dir, "one"), filepath.Join(b.dir, "other"), runs)
}

// Hopeless runs of a search are stopped at a rung; those that go on do so from their checkpoint and
// end with the bits of an unbroken training, also where the worker and the submitter are killed.
func TestRungs(t *testing.T) {
	b := newBench(t, `
task: spring
fixed: {trainer: adam, hidden: [16], steps: 900, test-every: 100, trajectories: 10, strict: false, figures: false}
vary:
  learning-rate: {min: 1e-4, max: 1e-1, log: true}
method: tpe
trials: 12
minimize: test_loss.mean
first-rung: 100
`)
	how := b.startAll(2)
	kept := func(folder string) int {
		entries, err := os.ReadDir(filepath.Join(b.dir, "disturbed", folder))
		if err != nil {
			return 0
		}
		return len(entries)
	}
	for _, at := range []int{2, 5, 8} {
		for end := time.Now().Add(time.Minute); kept("rungs") < at; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("no run comes to a rung:\n%s\n%s", b.output["submitter"], b.output["worker 1"])
			}
		}
		for _, name := range []string{"worker 1", "submitter"} {
			b.kill(name)
			b.start(name, how[name]...)
		}
	}
	select {
	case err := <-b.ended["submitter"]:
		delete(b.running, "submitter")
		if err != nil {
			t.Fatalf("%v\n%s", err, b.output["submitter"])
		}
	case <-time.After(2 * time.Minute):
		t.Fatalf("the study does not end:\n%s", b.output["submitter"])
	}
	dirs, err := filepath.Glob(filepath.Join(b.dir, "disturbed", "0*"))
	if err != nil || len(dirs) == 0 || len(dirs) > 4 || kept("records") != 12 {
		t.Fatalf("%d runs come to the end and %d records are kept, error %v\n%s", len(dirs), kept("records"), err, b.output["submitter"])
	}
	for _, dir := range dirs {
		b.run("train", "--config", filepath.Join(dir, "config.yaml"), "--out", filepath.Join("trained", filepath.Base(dir)), "--quiet")
	}
	same(t, filepath.Join(b.dir, "trained"), filepath.Join(b.dir, "disturbed"), len(dirs))
}
