package experiment

import (
	"os"
	"path/filepath"
	"testing"

	"hnn/model/lagrangian"
)

// The measured free swings of the experimental pendulum of Kaheman and others, arXiv 2205.06231, the last trial held out:
// the Lagrangian with Coulomb's and quadratic friction follows better than the Gaussian process of our comparison (0.44%
// of the range).
func TestSinglePendulum(t *testing.T) {
	withoutShort(t)
	path := filepath.Join("..", "..", "shared", "data", "measured", "single_pend.csv")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no measured data beside the clone: %v", err)
	}
	c := own(t, path)
	c.Angle = []string{"theta1"}
	e := new(Env)
	run, err := e.Train(t.Context(), c.WithWeakForm(lagrangian.Kind), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.3g%% of the range\n%s", 100*run.Results.Rollout.Error.Mean, run.Results.WeakForm.Law)
	if v := run.Results.Rollout.Error.Mean; !(v < 0.003) {
		t.Errorf("rollouts of the held-out trial are wrong by %.3g%% of the range, want less than 0.3%%", 100*v)
	}
}
