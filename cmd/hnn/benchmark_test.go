package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file of other numbers, an unknown name and a missing file are refused in words.
func TestBenchmarkRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.csv")
	if err := os.WriteFile(path, []byte("V1,V2\n0.1,0.2\n0.3,0.4\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"benchmark", "silverbox", "--data", path}, "2 rows"},
		{[]string{"benchmark", "silverbox"}, "--data FILE"},
		{[]string{"benchmark", "goldbox", "--data", path}, "silverbox"},
		{[]string{"benchmark", "silverbox", "--data", path + "x"}, "no such file"},
		{[]string{"benchmark", "kaheman-single-pendulum", "--data", path}, "sha256"},
		{[]string{"benchmark", "kaheman-single-pendulum", "--data", path + "x"}, "no such file"},
		{[]string{"benchmark", "Cascaded-Tanks"}, "out of scope"},
		{[]string{"benchmark", "emps"}, "drifts"},
		{[]string{"benchmark", "coupled-drives"}, "absolute value"},
	} {
		status, _, said := call(t, c.args...)
		if status == 0 || !strings.Contains(said, c.want) {
			t.Errorf("%v: status %d, %q; want a word on %q", c.args, status, said, c.want)
		}
	}
}
