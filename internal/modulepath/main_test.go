package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A module of two packages builds under its new path and under its next, and a path that is none is refused.
func TestRename(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":       "module old\n\ngo 1.26\n",
		"a/a.go":       "package a\n\n// Older is not old/b.\nconst Older = \"older/b\"\n",
		"b/b.go":       "package main\n\nimport (\n\t\"old/a\"\n)\n\nfunc main() {\n\tprintln(a.Older, \"old/a\")\n}\n",
		"docs/page.md": "`go doc old/a`, `old/a` and cold/a\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"", "a b", "../x", "x\ny", "/x"} {
		if n, err := rename(dir, path); err == nil || n != 0 {
			t.Errorf("%q: %d files, %v", path, n, err)
		}
	}
	for _, path := range []string{"example.org/x/new", "again"} {
		if n, err := rename(dir, path); err != nil || n != 3 {
			t.Fatalf("%s: %d files, %v", path, n, err)
		}
		c := exec.Command("go", "run", "./b")
		c.Dir = dir
		if said, err := c.CombinedOutput(); err != nil || string(said) != "older/b "+path+"/a\n" {
			t.Errorf("%v %s", err, said)
		}
		if page, err := os.ReadFile(filepath.Join(dir, "docs/page.md")); err != nil || string(page) != "`go doc "+path+"/a`, `"+path+"/a` and cold/a\n" {
			t.Errorf("%s %v", page, err)
		}
	}
}
