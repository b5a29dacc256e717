package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Every verb has a page with all of its flags, which man's formatter takes without a complaint, and every shell
// its completions.
func TestManual(t *testing.T) {
	dir := t.TempDir()
	if status, _, stderr := call(t, "man", dir); status != 0 {
		t.Fatal(stderr)
	}
	for _, name := range []string{"hnn.bash", "_hnn", "hnn.fish", "hnn.ps1"} {
		if text, err := os.ReadFile(filepath.Join(dir, "completions", name)); err != nil || !strings.Contains(string(text), "__complete") {
			t.Errorf("%s: %v", name, err)
		}
	}
	pages, err := filepath.Glob(filepath.Join(dir, "man", "*.1"))
	if err != nil || len(pages) < 20 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "man", "hnn-data-inspect.1"))
	if err != nil || !strings.Contains(string(text), `\-\-skip\-bad\-rows`) || !strings.Contains(string(text), "\n.BR hnn\\-data (1)") {
		t.Errorf("%v:\n%s", err, text)
	}
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("groff is not here: the pages are not formatted")
	}
	for _, page := range pages {
		if said, err := exec.Command(groff, "-man", "-Tutf8", "-ww", "-z", page).CombinedOutput(); err != nil || len(said) > 0 {
			t.Errorf("%s: %v %s", filepath.Base(page), err, said)
		}
	}
}

// A line that would be a request of the formatter, and what would be an escape, stay text.
func TestRoff(t *testing.T) {
	if got, want := roff(".so /etc\n'x\n\\fB a-b"), "\\&.so /etc\n\\&'x\n\\efB a\\-b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
