package experiment

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"hnn/experiment/setting"
	"hnn/model/expansion"
	"hnn/model/network"
)

// A closed-form run leaves a run like any other, repeats from its config.yaml to the
// bit and is opened like any model.
func TestClosedFormRun(t *testing.T) {
	root := t.TempDir()
	c := mustDefault(t, "two-body").WithClosedForm()
	c.Draw.Trajectories, c.Known = 60, true
	runs, err := new(Env).RunAll(context.Background(), []Config{c}, Batch{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	r := runs[0]
	if filepath.Base(r.Dir) != "0001-two-body-hnn-closed-form" || r.Results.Model != network.KindHNN || r.Results.ClosedForm == nil {
		t.Errorf("%s: model %s, report %v", r.Dir, r.Results.Model, r.Results.ClosedForm)
	}
	// The pair potential is smooth and the data are exact: what is left is the
	// integration's tolerance of 1e-9 in the states.
	if e := float64(r.Results.EnergyMSE.Mean); !(e < 1e-12) {
		t.Errorf("energy MSE %g", e)
	}
	text := read(t, r.Dir, configFile)
	for _, key := range keys(func(s *setting.Setting) bool { return s.Is("adam") }) {
		if strings.Contains(text, "\n"+key+":") {
			t.Errorf("config.yaml has %s, which the closed form does not use", key)
		}
	}
	again, err := ReadConfigFile(filepath.Join(r.Dir, configFile))
	if err != nil {
		t.Fatal(err)
	}
	second, err := (&Env{Workers: 1}).RunAll(context.Background(), []Config{again}, Batch{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	// The report in the metadata has times; the coefficients are the same.
	a, b := expansion.Of(r.form).Coefficients(), expansion.Of(second[0].form).Coefficients()
	if len(a) != len(b) {
		t.Fatalf("%d and %d coefficients", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("coefficient %d: %v and %v", i, a[i], b[i])
		}
	}
	opened, err := new(Env).Open(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := new(Env).Evaluate(context.Background(), opened); err != nil {
		t.Fatal(err)
	}
	if opened.Results.TestLoss != r.Results.TestLoss {
		t.Errorf("test loss %v when opened, %v before", opened.Results.TestLoss, r.Results.TestLoss)
	}
}

func TestClosedFormRefusals(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"baseline needs the trainer adam": func(c *Config) { c.Model = network.KindBaseline },
		"steps: of the trainer adam":      func(c *Config) { c.Fit.Steps = 10 },
		"unknown dissipation":             func(c *Config) { c.Dissipation = "cubic" },
		"always float64":                  func(c *Config) { c.Precision = "float32" },
	} {
		c := mustDefault(t, "spring").WithClosedForm()
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	c := mustDefault(t, "spring").WithClosedForm()
	c.Angle = []string{"phi"}
	_, err := new(Env).RunAll(context.Background(), []Config{c}, Batch{Root: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), `no column "phi"`) {
		t.Errorf("an unknown column: %v", err)
	}
}
