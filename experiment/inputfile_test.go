package experiment

import (
	"fmt"
	"strings"
	"testing"

	"hnn/data/estimate"
	"hnn/data/file"
)

// A file of inputs in another unit by its name, with values that stand for none, or with times in another unit is refused or
// warned of; one like the training data is not.
func TestInputFileOfAnotherScale(t *testing.T) {
	table := func(head string, step float64, value func(i int) float64) string {
		b := strings.Builder{}
		b.WriteString(head + "\n")
		for i := range 100 {
			fmt.Fprintf(&b, "%v,%v\n", step*float64(i), value(i))
		}
		return fileOf(t, b.String())
	}
	pulse := func(i int) float64 { return float64(i/10%2) + 0.01*float64(i%10) }
	missing := func(i int) float64 {
		if i%40 == 20 {
			return -9999
		}
		return pulse(i)
	}
	dir := t.TempDir()
	if err := writeResults(dir, &Results{Observations: &Observations{Estimator: &estimate.Estimator{Gap: 0.25}}}); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ time, path, refused, warned string }{
		"as in training":           {"t", table("t,u", 0.05, pulse), "", ""},
		"finer":                    {"t", table("t,u", 0.002, pulse), "", ""},
		"mN by name":               {"t", table("t,u (mN)", 0.05, pulse), "its inputs are u (mN)", ""},
		"-9999":                    {"t", table("t,u", 0.05, missing), "holds -9999 in 2 rows", ""},
		"ms by name":               {"t [s]", table("t [ms],u", 50, pulse), "in different units", ""},
		"ms by name, s by default": {"t", table("t [ms],u", 50, pulse), "", "says none"},
		"ms by step":               {"t", table("t,u", 50, pulse), "", "goes by 50 in time"},
	} {
		var lines []string
		run := &Run{Dir: dir, inputs: []string{"u"}, seen: &seen{Columns: &file.Columns{Time: test.time, Input: []string{"u"}}}}
		_, err := listening(&lines).readInput(run, test.path, 1)
		if (err != nil) != (test.refused != "") || err != nil && !strings.Contains(err.Error(), test.refused) {
			t.Errorf("%s: %v, want %q", name, err, test.refused)
		}
		if all := strings.Join(lines, "\n"); strings.Contains(all, "warning") != (test.warned != "") || !strings.Contains(all, test.warned) {
			t.Errorf("%s: said %q, want %q", name, all, test.warned)
		}
	}
}
