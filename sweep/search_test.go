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
