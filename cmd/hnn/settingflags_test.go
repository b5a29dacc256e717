package main

import (
	"regexp"
	"strings"
	"testing"
)

// The short help has at most thirty flags, and the long one all of them, each once.
func TestHelpAll(t *testing.T) {
	listed := regexp.MustCompile(`(?m)^ +(?:-h, )?--([a-z0-9-]+)`)
	for _, verb := range []string{"train", "reproduce"} {
		_, short, _ := call(t, "help", verb)
		if n := len(listed.FindAllString(short, -1)); n < 12 || n > 30 {
			t.Errorf("the help of %s has %d flags", verb, n)
		}
		status, long, stderr := call(t, verb, "--help-all")
		if status != 0 || stderr != "" {
			t.Errorf("status %d, %s", status, stderr)
		}
		times := map[string]int{}
		for _, m := range listed.FindAllStringSubmatch(long, -1) {
			times[m[1]]++
		}
		cmd, _, err := newRoot().Find([]string{verb})
		if err != nil {
			t.Fatal(err)
		}
		cmd.InitDefaultHelpFlag()
		for _, line := range strings.Split(cmd.Flags().FlagUsages(), "\n") {
			if m := listed.FindStringSubmatch(line); m != nil && times[m[1]] != 1 {
				t.Errorf("%s --help-all has --%s %d times", verb, m[1], times[m[1]])
			}
		}
	}
}

// Defaults in the help are those that a run has.
func TestHelpDefaults(t *testing.T) {
	for verb, wants := range map[string][]string{
		"train":     {`learning-rate .*\(default 0.003, of pictures 0.001\)`, `schedule .*\(default cosine\)`, `window int .*\(default 30\)`, `integrator .*\(default midpoint\)`, `steps int .*2000 or 10000`, `latent-integrator .*\(default rk4\)`, `precision .*\(default float32\)`, `trajectories int .*50 to 5000\)`},
		"reproduce": {`learning-rate .*\(default 0.001\)`, `schedule .*\(default constant\)`, `latent-integrator .*\(default euler\)`},
	} {
		_, help, _ := call(t, verb, "--help-all")
		for _, want := range wants {
			if !regexp.MustCompile(`--` + want).MatchString(help) {
				t.Errorf("%s --help-all lacks %s", verb, want)
			}
		}
	}
}
