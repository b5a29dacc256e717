package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

// Every verb ends with the command that comes next, and what --json prints of runs is a list of objects that name them.
func TestNextCommandAndJSON(t *testing.T) {
	if testing.Short() {
		t.Skip("short: fits a model")
	}
	t.Chdir(t.TempDir())
	rows := "t,q,p\n"
	for i := range 200 {
		at := 0.05 * float64(i)
		rows += fmt.Sprintf("%g,%g,%g\n", at, math.Cos(at), -math.Sin(at))
	}
	if err := os.WriteFile("d.csv", []byte(rows), 0o666); err != nil {
		t.Fatal(err)
	}
	const run = "runs/0001-spring-hnn-closed-form"
	for _, c := range []struct{ command, next string }{
		{"train spring --trainer closed-form --features 50 --no-strict --no-figures", "hnn serve " + run},
		{"evaluate " + run, "hnn simulate " + run + " --x0 "},
		{"inspect " + run, "hnn evaluate " + run},
		{"explain " + run, "hnn export " + run + " --to c"},
		{"explain " + run + " --invariants", "hnn explain " + run},
		{"simulate " + run + " --x0 1,0 --to 1", "hnn serve " + run},
		{"report " + run, "hnn serve " + run},
		{"data convert d.csv --out clean.csv", "hnn train --data clean.csv"},
		{"data inspect d.csv", "hnn train --data d.csv"},
	} {
		args := strings.Fields(c.command)
		status, _, said := call(t, args...)
		lines := strings.Split(strings.TrimRight(said, "\n"), "\n")
		if last := lines[len(lines)-1]; status != 0 || !strings.Contains(last, c.next) {
			t.Errorf("%s: status %d, and its last line is %q, not one with %q", c.command, status, last, c.next)
		}
		if status, _, said := call(t, append(args, "--quiet", "--force")...); status == 0 && said != "" {
			t.Errorf("%s --quiet says %q", c.command, said)
		}
	}
	for _, command := range []string{
		"evaluate " + run, "inspect " + run, "explain " + run, "simulate " + run + " --x0 1,0 --to 1 --steps 2", "export " + run + " --to c",
		"explain " + run + " --invariants", "train spring --trainer closed-form --features 50 --no-strict --no-figures",
	} {
		status, out, said := call(t, append(strings.Fields(command), "--json")...)
		var all []map[string]any
		if err := json.Unmarshal([]byte(out), &all); err != nil || status != 0 {
			t.Errorf("%s --json: status %d, %v: %s%s", command, status, err, out, said)
			continue
		}
		if dir, _ := all[0]["dir"].(string); len(all) != 1 || !strings.HasPrefix(dir, "runs/000") {
			t.Errorf("%s --json: %d objects, the first of the run %q", command, len(all), dir)
		}
	}
}

// What is no topic, verb or case is refused with what was probably meant, and help is short.
func TestHelpIsShortAndMistakesAreNamed(t *testing.T) {
	for command, want := range map[string]string{
		"trian":            `did you mean "train"?`,
		"data inspct x":    `did you mean "inspect"?`,
		"help foo":         `unknown verb "foo"`,
		"help train tusk":  `"tusk" is no topic`,
		"train pendulm":    `did you mean "pendulum"?`,
		"train --hiden 3":  "did you mean --hidden?",
		"evaluate --to 3":  "it is a flag of hnn",
		"bench --only zzz": "no case begins with",
	} {
		if status, _, said := call(t, strings.Fields(command)...); status != 2 || !strings.Contains(said, want) {
			t.Errorf("hnn %s: status %d and %q, which has not %q", command, status, said, want)
		}
	}
	const most = 30
	root := newRoot()
	for _, c := range root.Commands() {
		for _, verb := range append(c.Commands(), c) {
			args := append([]string{"help"}, strings.Fields(strings.TrimPrefix(verb.CommandPath(), "hnn "))...)
			_, help, said := call(t, args...)
			help += said
			flags := 0
			for line := range strings.SplitSeq(help, "\n") {
				if f := strings.TrimSpace(line); strings.HasPrefix(f, "--") || strings.HasPrefix(f, "-h, --") {
					flags++
				}
			}
			if flags > most || flags == 0 {
				t.Errorf("hnn %s shows %d flags", strings.Join(args, " "), flags)
			}
		}
	}
}
