package lagrange

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hnn/data"
)

var only = flag.String("only", "", "with -long, rows of the table by the command whose name matches this")

// write makes a CSV of a set.
func write(t *testing.T, path string, s *data.Set, columns string) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintln(&b, "trial,t,"+columns)
	m := len(s.InputNames)
	for k := range s.Trials() {
		for r := s.Offsets[k]; r < s.Offsets[k+1]; r++ {
			fmt.Fprintf(&b, "%d,%.10g", k+1, s.T[r])
			for _, v := range append(slices.Clone(s.X[r*s.Dim:(r+1)*s.Dim]), s.Inputs[r*m:(r+1)*m]...) {
				fmt.Fprintf(&b, ",%.15g", v)
			}
			fmt.Fprintln(&b)
		}
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
}

// short is the first rows of every trial.
func short(s *data.Set, rows int) *data.Set {
	out := &data.Set{Dim: s.Dim, InputNames: s.InputNames, Offsets: []int{0}}
	m := len(s.InputNames)
	for k := range s.Trials() {
		from := s.Offsets[k]
		out.T = append(out.T, s.T[from:from+rows]...)
		out.X = append(out.X, s.X[from*s.Dim:(from+rows)*s.Dim]...)
		out.Inputs = append(out.Inputs, s.Inputs[from*m:(from+rows)*m]...)
		out.Offsets = append(out.Offsets, len(out.T))
	}
	return out
}

var (
	draws  = flag.Int("draws", 5, "draws of each system by the command")
	binary = flag.String("program", "", "the program, built; \"\" builds it")
	alone  = flag.Bool("alone", false, "train the Lagrangian by name, without the trials that choose it")
)

// The program itself, as its user types it: trained on noisy files of five seeds, and scored on noise-free trials of
// other starts from their true first states by the columns' standard deviations, in the median of 20; the table has the medians of
// the five, with the worst. Processor time is that of the whole command. -long runs all rows and seeds.
func TestByCommand(t *testing.T) {
	program := *binary
	if program == "" {
		program = filepath.Join(t.TempDir(), "hnn")
		if out, err := exec.Command("go", "build", "-o", program, "hnn/cmd/hnn").CombinedOutput(); err != nil {
			t.Skipf("the program cannot be built here: %v\n%s", err, out)
		}
	}
	const links, pole, two = "theta1,theta2,omega1,omega2", "x,theta,v,omega,u", "q1,q2,omega1,omega2,u1,u2"
	for _, c := range []struct {
		name    string
		system  truth
		trials  int
		noise   float64
		only    bool // positions
		columns string
		options string
		at1     float64 // the most that the median may be after 1 s, 5 s
		at5     float64
	}{
		{"double pendulum, exact", doublePendulum, 40, 0, false, links, "--angle theta1,theta2", 1e-6, 2e-6},
		{"the same, 1% noise", doublePendulum, 40, 0.01, false, links, "--angle theta1,theta2", 5e-4, 1e-3},
		{"angles alone, 1%", doublePendulum, 40, 0.01, true, links, "--angle theta1,theta2", 2e-3, 9.5e-3},
		{"cart-pole, exact, gain unknown", cartPole, 40, 0, false, pole, "--angle theta", 1e-6, 1e-6},
		{"the same, 1% noise", cartPole, 40, 0.01, false, pole, "--angle theta", 2e-4, 4e-4},
		{"1% noise, gain known", cartPole, 40, 0.01, false, pole, "--angle theta --input-gain 1;0", 2e-4, 4e-4},
		{"three links, 1%", threeLinks, 40, 0.01, false, "theta1,theta2,theta3,omega1,omega2,omega3", "--angle theta1,theta2,theta3", 1e-3, 2e-3},
		{"three links, angles alone", threeLinks, 40, 0.01, true, "theta1,theta2,theta3,omega1,omega2,omega3", "--angle theta1,theta2,theta3", 5e-3, 2e-2},
		{"three links, ten trials", threeLinks, 10, 0.01, false, "theta1,theta2,theta3,omega1,omega2,omega3", "--angle theta1,theta2,theta3", 1e-3, 4e-3},
		{"spherical pendulum, 1%", spherical, 40, 0.01, false, "theta,phi,theta_dot,phi_dot", "--angle theta,phi", 1e-3, 2e-3},
		{"pendulum on a spring, 1%", elastic, 40, 0.01, false, "r,theta,r_dot,theta_dot", "--q r,theta --v r_dot,theta_dot --angle theta", 1e-3, 2e-3},
		{"arm, torques, friction, 1%", arm, 40, 0.01, false, two, "--angle q1,q2", 1e-3, 2e-3},
		{"bead on a wire, 1%", bead, 40, 0.01, false, "x,v", "", 1e-3, 2e-3},
	} {
		seeds := *draws
		if !*long {
			if c.name != "1% noise, gain known" {
				continue
			}
			seeds = 1
		} else if match, err := regexp.MatchString(*only, c.name); err != nil || !match {
			continue
		}
		var at1, at5, cpu []float64
		for seed := range seeds {
			dir := t.TempDir()
			set := c.system.draw(c.trials, uint64(seed+1), c.noise)
			columns := c.columns
			var evaluate []string
			if c.only {
				set = positionsOf(set)
				names := strings.Split(columns, ",")
				columns = strings.Join(names[:c.system.n], ",")
				evaluate = []string{"--p", strings.Join(names[c.system.n:2*c.system.n], ",")} // the true first states
			}
			write(t, filepath.Join(dir, "noisy.csv"), set, columns)
			clean := c.system.draw(20, uint64(1000+seed), 0)
			write(t, filepath.Join(dir, "clean5.csv"), clean, c.columns)
			write(t, filepath.Join(dir, "clean1.csv"), short(clean, 51), c.columns)
			run := func(arguments ...string) []byte {
				command := exec.Command(program, arguments...)
				command.Dir = dir
				out, err := command.Output()
				if err != nil {
					if e, ok := err.(*exec.ExitError); ok {
						t.Fatalf("%s: hnn %q: %v\n%s", c.name, arguments, err, e.Stderr)
					}
					t.Fatal(err)
				}
				if arguments[0] == "train" {
					cpu = append(cpu, command.ProcessState.UserTime().Seconds())
				}
				return out
			}
			train := append([]string{"train", "--data", "noisy.csv", "--quiet", "--no-figures"}, strings.Fields(c.options)...)
			if *alone {
				train = append(train, "--model", "lagrangian")
			}
			run(train...)
			runs, _ := filepath.Glob(filepath.Join(dir, "runs", "*-lagrangian-weak-form"))
			if len(runs) != 1 {
				t.Fatalf("%s: %d Lagrangians among the runs", c.name, len(runs))
			}
			score := func(file string) float64 {
				var all []struct {
					Rollout struct {
						Relative struct{ Median float64 } `json:"relative_error"`
					}
					Recommended bool
				}
				out := run(append([]string{"evaluate", runs[0], "--data", file, "--quiet", "--json"}, evaluate...)...)
				if err := json.Unmarshal(out, &all); err != nil || len(all) != 1 {
					t.Fatalf("%v: %d results", err, len(all))
				}
				r := all[0]
				if !*alone && !strings.Contains(c.options, "input-gain") && !r.Recommended {
					t.Errorf("%s, seed %d: the Lagrangian is not the model that is recommended", c.name, seed+1)
				}
				return r.Rollout.Relative.Median
			}
			at1, at5 = append(at1, score("clean1.csv")), append(at5, score("clean5.csv"))
			if *long {
				fmt.Printf("%s, seed %d: %.1e after 1 s, %.1e after 5 s, %.1f s of a processor\n", c.name, seed+1, at1[seed], at5[seed], cpu[seed])
			}
		}
		middle := func(v []float64) float64 { s := slices.Sorted(slices.Values(v)); return s[len(s)/2] }
		t.Logf("| %s | %.1e (%.1e) | %.1e (%.1e) | %.1f |", c.name, middle(at1), slices.Max(at1), middle(at5), slices.Max(at5), middle(cpu))
		if !(middle(at1) <= c.at1) || !(middle(at5) <= c.at5) {
			t.Errorf("%s: %.1e after 1 s, %.1e after 5 s; want at most %.1e and %.1e", c.name, middle(at1), middle(at5), c.at1, c.at5)
		}
	}
}
