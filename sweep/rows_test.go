package sweep

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Runs of a sweep are told of while they go on, each of their numbers once also where the worker is killed in
// between, and a failed one with its error.
func TestSweepIsTrackedLive(t *testing.T) {
	b := newBench(t, `
task: spring
fixed: {trainer: adam, hidden: [32, 32], steps: 100000, trajectories: 10, strict: false, figures: false}
vary: {learning-rate: [1e-3, 1e+18]}
retries: 0
`)
	b.start("server", "sweep", "server", "server")
	b.start("submitter", "sweep", b.study, "--out", "s", "--door", b.door, "--lease", "1s", "--checkpoint", "100ms", "--track", "tensorboard=events")
	b.start("worker", "worker", "--door", b.door)
	events := func(run string) []byte {
		files, _ := filepath.Glob(filepath.Join(b.dir, "events", run, "*"))
		var all []byte
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, text...)
		}
		return all
	}
	loss := []byte("training/loss")
	for end := time.Now().Add(time.Minute); !bytes.Contains(events("0001-spring-hnn"), loss); time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(b.dir, "s", "0001-spring-hnn")); err == nil || time.Now().After(end) {
			t.Fatalf("the run has ended, or a minute has, and nothing was told of it before\n%s", b.output["submitter"])
		}
	}
	b.kill("worker")
	b.start("worker", "worker", "--door", b.door)
	if err := <-b.ended["submitter"]; err != nil {
		t.Fatalf("%v\n%s", err, b.output["submitter"])
	}
	delete(b.running, "submitter")
	if out := b.output["submitter"].String(); strings.Contains(out, "warning") {
		t.Error(out)
	}
	metrics, err := os.ReadFile(filepath.Join(b.dir, "s", "0001-spring-hnn", "metrics.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if told, rows := bytes.Count(events("0001-spring-hnn"), loss), bytes.Count(metrics, []byte("\n"))-1; told != rows {
		t.Errorf("%d losses were told of, and the run has %d", told, rows)
	}
	if again := events("0001-spring-hnn-2"); again != nil {
		t.Error("the run was told of twice")
	}
	if failed := events("0002-spring-hnn"); !bytes.Contains(failed, []byte("failure")) || !bytes.Contains(failed, []byte("1e+18")) {
		t.Errorf("of the failed run there is %q", failed)
	}
}
