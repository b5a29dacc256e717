package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The tests of the Python package pass with this program, where a Python with NumPy and pytest is.
func TestPythonPackage(t *testing.T) {
	if testing.Short() {
		t.Skip("short: no Python")
	}
	interpreter := ""
	local, _ := filepath.Abs("../../.ci/python/bin/python")
	for _, p := range []string{os.Getenv("HNN_PYTHON"), local, "python3"} {
		if p != "" && exec.Command(p, "-c", "import numpy, pytest").Run() == nil {
			interpreter = p
			break
		}
	}
	if interpreter == "" {
		t.Skip("no Python with numpy and pytest was found, so the Python package is not tested")
	}
	c := exec.Command(interpreter, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "tests")
	c.Dir = "../../python"
	c.Env = append(os.Environ(), "HNN="+program(t), "PYTHONPATH=.", "PYTHONDONTWRITEBYTECODE=1")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}
