package benchmark

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"hnn/data/file"
)

// The measured pendulums are followed better than by what they are printed beside; a file of other bytes is refused.
func TestPendulums(t *testing.T) {
	for name, path := range map[string]string{
		"kaheman-single-pendulum": "measured/single_pend.csv", "kaheman-double-pendulum": "measured/double_pend.csv",
		"schmidt-lipson-double-pendulum": "schmidt-lipson/real_double_pend_h_1.txt", "ibm-double-pendulum": "measured/ibm_angle.csv",
	} {
		p, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("..", "..", "..", "shared", "data", path)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Skipf("no measured data beside the clone: %v", err)
		}
		if err := p.Verify(bytes.NewReader(content)); err != nil {
			t.Error(err)
		}
		if p.Verify(bytes.NewReader(content[1:])) == nil {
			t.Errorf("%s: a file that lacks a byte is taken", name)
		}
		if !*long && p.swings.test != 1 && p.swings.test != 0 {
			continue // seconds
		}
		s, _, err := file.Read(path, file.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := p.RunTrials(s)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		v := r.Rows[0]
		t.Logf("%s, %s: %.3g %s, beside %.3g", name, v.Test, v.Score, v.Unit, v.Reference)
		if longer := name == "ibm-double-pendulum"; !(v.Score < v.Reference) && !longer || longer && !(v.Score > 1) {
			t.Errorf("%s: %.3g %s, and %s has %.3g", name, v.Score, v.Unit, v.Source, v.Reference)
		}
	}
}
