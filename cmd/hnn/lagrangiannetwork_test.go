package main

import (
	"os"
	"strings"
	"testing"
)

// A Lagrangian of networks is trained by derivatives and by trajectories, rolled out and evaluated like any other model,
// knows an energy, and refuses momenta.
func TestLagrangianNetwork(t *testing.T) {
	inFolder(t)
	markers(t, "markers.csv", 4, 1)
	for _, loss := range []string{"derivative", "trajectory"} {
		args := []string{"train", "--data", "markers.csv", "--model", "lagrangian-network", "--dissipation", "linear", "--hidden", "8,8", "--steps", "10", "--loss", loss, "--out", loss, "--no-figures", "--quiet"}
		if loss == "trajectory" {
			args = append(args, "--integrator", "rk4", "--substeps", "2")
		}
		status, _, stderr := call(t, args...)
		if status != 0 {
			t.Fatalf("%s: %s", loss, stderr)
		}
		status, stdout, stderr := call(t, "simulate", loss, "--x0", "0.8,1.1,1.2,0.7,0,0,0,0", "--to", "0.5", "--steps", "5")
		if status != 0 || !strings.Contains(stdout, "energy_change,power") {
			t.Errorf("%s: %d, %s%s", loss, status, stderr, stdout)
		}
		if status, _, stderr := call(t, "evaluate", loss); status != 0 {
			t.Errorf("%s: %s", loss, stderr)
		}
	}
	if err := os.WriteFile("momenta.csv", []byte("t,q,p\n0,1,2\n0.1,1.4,2.5\n0.2,2,3\n0.3,3,1\n0.4,2,7\n0.5,2,4\n0.6,1,4\n0.7,3,4\n0.8,3,5\n0.9,2,5\n1.0,2,4\n1.1,3,3\n1.2,4,2\n1.3,2,2\n1.4,2,5\n1.5,3,4\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--data", "momenta.csv"}, {"spring"}} {
		args = append([]string{"train", "--model", "lagrangian-network", "--steps", "2", "--out", "no", "--force"}, args...)
		if status, _, stderr := call(t, args...); status == 0 || !strings.Contains(stderr, "velocities") {
			t.Errorf("%v: %d, %s", args, status, stderr)
		}
	}
}
