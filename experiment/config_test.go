package experiment

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hnn/experiment/task"
	"hnn/system"
)

func mustDefault(t testing.TB, task string) Config {
	t.Helper()
	c, err := Default(task)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Every task's protocol is valid and comes back from its file as it was written.
func TestConfigRoundTrip(t *testing.T) {
	for _, task := range append(task.Names(), "5-body") {
		c := mustDefault(t, task)
		c.Seed = 1<<63 + 12345
		c.Fit.LearningRate = 0.1 + 0.2 // 17 digits
		c.Hidden = []int{13, 7, 5}
		if c.fromFile() {
			c.Data = "a file, with: odd #name.csv"
		}
		var b bytes.Buffer
		if err := c.Write(&b); err != nil {
			t.Fatal(err)
		}
		got, err := ReadConfig(&b, "config.yaml")
		if err != nil {
			t.Fatalf("%s: %v", task, err)
		}
		if d := cmp.Diff(c, got); d != "" {
			t.Errorf("%s: %s", task, d)
		}
	}
}

// The paper's settings, which the numbers stand or fall with.
func TestProtocol(t *testing.T) {
	type row struct {
		steps, batch int
		l2           float64
	}
	for task, want := range map[string]row{
		"spring": {2000, 0, 1e-4}, "pendulum": {2000, 0, 1e-4}, task.RealPendulum: {2000, 0, 1e-5},
		"two-body": {10000, 200, 0}, "three-body": {10000, 600, 1e-4},
	} {
		c := mustDefault(t, task)
		if got := (row{c.Fit.Steps, c.Fit.Batch, c.Fit.L2}); got != want || c.Fit.LearningRate != 1e-3 {
			t.Errorf("%s: steps, batch and L2 %v at rate %v, want %v at 1e-3", task, got, c.Fit.LearningRate, want)
		}
	}
}

func TestReadConfigRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "no task"},
		{"task: spring\nwidht: 3\n", "line 2: field widht not found"},
		{"task: sprnig\n", `did you mean "spring"`},
		{"task: spring\nhidden: [200, -3]\n", "hidden layer 2 has width -3"},
		{"task: spring\nhidden: wide\n", "line 2"},
		{"task: spring\nsteps: 1e99\n", "line 2"},
		{"task: spring\nsteps: -5\n", "-5 steps"},
		{"task: spring\nactivation: relu\n", "second derivative"},
		{"task: spring\nmodel: lnn\n", `"lnn"`},
		{"task: spring\ntrainer: sgd\n", `"sgd"`},
		{"task: spring\nprecision: float16\n", `"float16"`},
		{"task: spring\ndata: x.csv\n", "draws its own data"},
		{"task: spring\nnoise: -1\n", "noise"},
		{"task: spring\nl2: 1\nweight-decay: 1\n", "give one"},
		{"task: spring\nsampling: epoch\n", "batch"},
		{"task: spring\nschedule-every: 3\n", "schedule"},
		{"task: spring\nschedule-floor: 0.1\n", "cosine"},
		{"task: data\n", "--data FILE"},
		{"task: data\ndata: x.csv\npoints: 30\n", "draws nothing"},
		{"task: real-pendulum\n", "--data FILE"},
		{"task: spring\n---\ntask: pendulum\n", "more than one document"},
		{"\x00", ""},
		{strings.Repeat("#", maxConfig+1), "no configuration"},
	} {
		_, err := ReadConfig(strings.NewReader(c.text), "c.yaml")
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "c.yaml: ") {
			t.Errorf("%.40q: error %v, want one that begins with the file's name and has %q", c.text, err, c.want)
		}
	}
	_, err := Default("pendulm")
	var unknown *system.UnknownError
	if !errors.As(err, &unknown) || unknown.Kind != "task" {
		t.Errorf("unknown task: %v", err)
	}
}

// FuzzReadConfig: no text makes reading panic, and what is read can be written and
// read again.
func FuzzReadConfig(f *testing.F) {
	c, err := Default("two-body")
	if err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.String())
	f.Add("task: spring\nhidden: [1]\n")
	f.Add("task: &a [*a]\n")
	f.Add("task: spring\nsteps: !!float .nan\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ReadConfig(strings.NewReader(text), "c.yaml")
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := c.Write(&b); err != nil {
			t.Fatal(err)
		}
		again, err := ReadConfig(&b, "c.yaml")
		if err != nil {
			t.Fatalf("%q is read but not read again: %v", text, err)
		}
		if d := cmp.Diff(c, again); d != "" {
			t.Fatal(d)
		}
	})
}
