package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The authors' network becomes a run with which everything works, and conventions that do not fit the data are refused with
// those that do.
func TestImport(t *testing.T) {
	weights, err := filepath.Abs("../../testdata/golden/spring-hnn-final.npz")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	base := []string{"import", weights, "--like", "spring"}
	for _, c := range []struct {
		flags []string
		want  string
	}{
		{nil, "tanh leaves the least of the data's derivatives unexplained"},
		{[]string{"--activation", "tanh", "--sign=-"}, "--sign=+ --output 1"},
		{[]string{"--activation", "tanh", "--output", "0"}, "--output 1"},
		{[]string{"--activation", "tanh", "--output", "2"}, "no output 2"},
		{[]string{"--activation", "tanh", "--order", "p,q"}, "--order p,q"},
		{[]string{"--activation", "than"}, "than"},
	} {
		code, out, messages := call(t, append(base, c.flags...)...)
		if code == 0 || !strings.Contains(messages, c.want) {
			t.Errorf("%q: status %d, %s%s, want %q", c.flags, code, out, messages, c.want)
		}
	}
	if entries, _ := os.ReadDir("runs"); len(entries) != 0 {
		t.Errorf("refused imports left %v", entries)
	}
	code, out, messages := call(t, append(base, "--activation", "tanh", "--out", "spring")...)
	if code != 0 || !strings.Contains(out, "spring") {
		t.Fatalf("status %d, %s%s", code, out, messages)
	}
	for _, args := range [][]string{
		{"evaluate", "spring"}, {"inspect", "spring"}, {"simulate", "spring", "--x0", "1,0", "--to", "1", "--steps", "2"},
		{"report", "spring", "--out", "report.html"}, {"export", "spring", "--to", "python"},
	} {
		if code, out, messages := call(t, args...); code != 0 {
			t.Errorf("%q: status %d, %s%s", args, code, out, messages)
		}
	}
}
