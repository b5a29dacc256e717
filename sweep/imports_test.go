package sweep

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// NATS is imported by this package alone, and what models, the server of pages and its
// program in the browser are linked with is without it.
func TestImports(t *testing.T) {
	list := func(environment []string, args ...string) string {
		c := exec.Command("go", append([]string{"list"}, args...)...)
		c.Dir, c.Env = "..", append(os.Environ(), environment...)
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("go list %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	for line := range strings.Lines(list(nil, "-f", `{{.ImportPath}}:{{range .Imports}} {{.}}{{end}}`, "./...")) {
		name, imports, _ := strings.Cut(line, ":")
		if strings.Contains(imports, "nats-io") && !strings.HasSuffix(name, "/sweep") {
			t.Errorf("%s imports NATS", name)
		}
	}
	for _, deps := range []string{
		list(nil, "-deps", "./model/...", "./serve", "./experiment/..."),
		list([]string{"GOOS=js", "GOARCH=wasm"}, "-deps", "./serve/browser/..."),
	} {
		if strings.Contains(deps, "nats-io") || strings.Contains(deps, "/sweep\n") || !strings.Contains(deps, "/model\n") {
			t.Errorf("linked with NATS, or not listed:\n%s", deps)
		}
	}
}
