package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// The law of a formula and of a closed form is printed, in every syntax, and what its data conserve.
func TestExplain(t *testing.T) {
	inFolder(t)
	trainClosedForm(t, "closed", "pendulum")
	if status, _, stderr := call(t, "train", "duffing", "--model", "hnn-formula", "--out", "formula", "--no-strict", "--no-figures", "--horizon", "12", "--points", "120", "--trajectories", "20"); status != 0 {
		t.Fatal(stderr)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"closed"}, "cos(q)"},
		{[]string{"closed", "--terms", "p^2, cos(q), q^2"}, "within"},
		{[]string{"closed", "--terms", "p^2"}, "NO FORMULA"},
		{[]string{"formula"}, "H = 0.5*p^2 - 0.5*q^2 + 0.25*q^4\n"},
		{[]string{"formula", "--as", "latex"}, "0.5 {p}^{2} - 0.5 {q}^{2} + 0.25 {q}^{4}\n"},
		{[]string{"formula", "--as", "sympy"}, "0.5*p**2 - 0.5*q**2 + 0.25*q**4\n"},
		{[]string{"formula", "--as", "go"}, "0.25*math.Pow(q, 4)"},
		{[]string{"formula", "--invariants"}, "1 independent function, the model's energy among them\n"},
		{[]string{"closed", "--invariants"}, "cannot be judged"},
	} {
		if status, stdout, stderr := call(t, append([]string{"explain"}, c.args...)...); status != 0 || !strings.Contains(stdout, c.want) {
			t.Errorf("%v: status %d, want %q in\n%s%s", c.args, status, c.want, stdout, stderr)
		}
	}
	for _, run := range []string{"closed", "formula"} {
		if status, _, stderr := call(t, "explain", run, "--figures", "of-"+run); status != 0 {
			t.Errorf("--figures of %s: %d, %s", run, status, stderr)
		}
		if svg, err := os.ReadFile("of-" + run + "/formula.svg"); err != nil || !strings.Contains(string(svg), ">H = ") {
			t.Errorf("the figure of %s: %v", run, err)
		}
	}
	_, stdout, _ := call(t, "explain", "formula", "--json")
	var x []struct {
		Dir   string
		Terms []struct{ Term string }
	}
	if err := json.Unmarshal([]byte(stdout), &x); err != nil || len(x) != 1 || x[0].Dir != "formula" || len(x[0].Terms) != 3 {
		t.Errorf("%v, %s", err, stdout)
	}
	// A formula is a model like any other.
	if status, stdout, stderr := call(t, "simulate", "formula", "--x0", "1,0", "--to", "1", "--steps", "1"); status != 0 || !strings.Contains(stdout, "energy") {
		t.Errorf("%d: %s", status, stderr)
	}
	// Terms of one's own, a number inside them.
	if status, _, stderr := call(t, "train", "pendulum", "--terms", "p^2, cos(k*q)", "--start", "k=1.3", "--out", "own", "--no-strict", "--no-figures", "--noise", "0", "--horizon", "8", "--points", "100", "--trajectories", "20"); status != 0 || !strings.Contains(stderr, "k = 1,") {
		t.Errorf("%d: %s", status, stderr)
	}
	for _, bad := range [][2]string{{"--terms=p^2, cos(k*q)", "--start"}, {"--terms=p^2, cos(q", "not closed"}, {"--terms=p^2, 1/(q-q)", "Inf"}} {
		if status, _, stderr := call(t, "train", "pendulum", "--out", "bad", "--force", bad[0]); status != 1 || !strings.Contains(stderr, bad[1]) {
			t.Errorf("%s: %d, %s", bad[0], status, stderr)
		}
	}
	if status, _, stderr := call(t, "train", "pendulum", "--model", "hnn", "--terms", "p^2"); status == 0 || !strings.Contains(stderr, "hnn-formula") {
		t.Errorf("terms of a network: %d, %s", status, stderr)
	}
	for _, bad := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"closed", "--terms", "p^2, cos(w)"}, 1, `no variable "w"`},
		{[]string{"closed", "--terms", "p^2, 2*p^2"}, 1, "told apart"},
		{[]string{"closed", "--as", "html"}, 2, "latex"},
		{[]string{"nowhere"}, 1, "nowhere"},
	} {
		if status, _, stderr := call(t, append([]string{"explain"}, bad.args...)...); status != bad.status || !strings.Contains(stderr, bad.want) {
			t.Errorf("%v: status %d, %s", bad.args, status, stderr)
		}
	}
}
