package notices

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The notices are those of the modules that the program is linked with now: what their
// generator writes.
func TestNotices(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notices.txt")
	if out, err := exec.Command("go", "run", "./generate", path).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if Text == string(want) {
		return
	}
	list := func(text string) string { head, _, _ := strings.Cut(text, "===="); return head }
	t.Errorf("the notices are not those of the modules in use: run go generate ./internal/notices\nhave %s\nwant %s", list(Text), list(string(want)))
}

// Each licence that asks for it is there, and none that was not chosen.
func TestTexts(t *testing.T) {
	for _, text := range []string{
		"Apache License", "Creative Commons Attribution 4.0", "The FreeType Project LICENSE", "SIL OPEN FONT LICENSE", "MIT License",
		"Copyright 2009 The Go Authors", "gonum.org/v1/gonum", "THIRD_PARTY_LICENSES",
	} {
		if !strings.Contains(Text, text) {
			t.Errorf("the notices have no %q", text)
		}
	}
	if strings.Contains(Text, "GNU GENERAL PUBLIC LICENSE") {
		t.Error("the notices have a licence that is not taken")
	}
}
