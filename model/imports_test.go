package model

import (
	"os/exec"
	"strings"
	"testing"
)

// Who loads a model and rolls it out links no reader of data: the model's packages need
// few others, and of data the sets alone.
func TestImports(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command to list the packages with")
	}
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}} {{.Module.Main}}{{end}}", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	const most = 25
	var others []string
	for line := range strings.Lines(string(out)) {
		path, own, _ := strings.Cut(strings.TrimSpace(line), " ")
		if path == "" {
			continue
		}
		if own != "true" {
			others = append(others, path)
		}
		for _, reader := range []string{"/hnn/data/", "parquet", "protobuf", "npyio"} {
			if strings.Contains("/"+path, reader) {
				t.Errorf("the package is built with %s", path)
			}
		}
	}
	if len(others) > most {
		t.Errorf("the package is built with %d packages of other modules, at most %d are meant to be:\n%s", len(others), most, strings.Join(others, "\n"))
	}
}
