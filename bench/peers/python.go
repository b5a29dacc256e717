package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const (
	requirements = "requirements.txt"
	environment  = ".venv" // made by -install, in the scripts' folder
	howToInstall = "run `go run ./bench/peers -install`, or `pip install -r bench/peers/requirements.txt` for that Python"
)

// modules that each peer's script imports.
var modules = map[string][]string{
	"torch": {"torch", "numpy", "scipy", "safetensors", "threadpoolctl"},
	"jax":   {"jax", "diffrax", "optax", "numpy", "safetensors", "threadpoolctl"},
}

// findPython gives the interpreter to use: the one named, else the environment
// that install made in dir, else python3.
func findPython(named, dir string) (string, error) {
	if named == "" {
		named = "python3"
		if made := venvPython(dir); isFile(made) {
			named = made
		}
	}
	path, err := exec.LookPath(named)
	if err != nil {
		return "", fmt.Errorf("no Python: %w; name one with -python (3.11 or newer)", err)
	}
	return filepath.Abs(path)
}

func venvPython(dir string) string { return filepath.Join(dir, environment, "bin", "python") }

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// install makes a virtual environment in dir and fills it with the pinned
// packages, about 6 GB. Progress goes to log.
func install(ctx context.Context, python, dir string, log io.Writer) error {
	version, err := exec.CommandContext(ctx, python, "-c", "import sys; print('%d.%d' % sys.version_info[:2], sys.version_info >= (3, 11))").Output()
	if err != nil {
		return fmt.Errorf("%s does not run: %w", python, err)
	}
	if v, ok := strings.CutSuffix(strings.TrimSpace(string(version)), " False"); ok {
		return fmt.Errorf("%s is Python %s; the pinned packages need 3.11 or newer: name one with -python", python, v)
	}
	for _, args := range [][]string{
		{python, "-m", "venv", filepath.Join(dir, environment)},
		{venvPython(dir), "-m", "pip", "install", "--requirement", filepath.Join(dir, requirements)},
	} {
		command := exec.CommandContext(ctx, args[0], args[1:]...)
		command.Stdout, command.Stderr = log, log
		if err := command.Run(); err != nil {
			return fmt.Errorf("%s: %w", strings.Join(args, " "), err)
		}
	}
	return nil
}

// checkModules reports which packages the peers need and python lacks.
func checkModules(ctx context.Context, python string, peers []string) error {
	var needed []string
	for _, peer := range peers {
		needed = append(needed, modules[peer]...)
	}
	slices.Sort(needed)
	needed = slices.Compact(needed)
	script := "import importlib.util, sys\nprint(*[m for m in sys.argv[1:] if importlib.util.find_spec(m) is None])"
	missing, err := exec.CommandContext(ctx, python, append([]string{"-c", script}, needed...)...).Output()
	if err != nil {
		return fmt.Errorf("%s does not run: %w", python, err)
	}
	if names := strings.Fields(string(missing)); len(names) > 0 {
		return fmt.Errorf("%s lacks %s: %s", python, strings.Join(names, ", "), howToInstall)
	}
	return nil
}

// A config is how one process of a peer uses the machine.
type config struct{ threads, blasThreads int }

// cores is how many the process can keep busy.
func (c config) cores() int { return max(c.threads, c.blasThreads) }

func (c config) String() string {
	if c.threads == c.blasThreads {
		return fmt.Sprintf("threads %d", c.threads)
	}
	return fmt.Sprintf("threads %d, BLAS %d", c.threads, c.blasThreads)
}

// scripts runs the peers' scripts, one process a call.
type scripts struct {
	python string
	dir    string
	args   []string // for every script: weights, tolerance
}

// run runs one peer on the given cases (as its --case has them; none: all).
func (s scripts) run(ctx context.Context, peer string, c config, repeat int, cases []string) (result, error) {
	args := []string{filepath.Join(s.dir, peer+"_peer.py"), "--threads", fmt.Sprint(c.threads), "--repeat", fmt.Sprint(repeat)}
	if peer == "torch" {
		args = append(args, "--blas-threads", fmt.Sprint(c.blasThreads))
	}
	for _, name := range cases {
		args = append(args, "--case", name)
	}
	command := exec.CommandContext(ctx, s.python, append(args, s.args...)...)
	command.Env = peerEnvironment(os.Environ(), c)
	r, err := runJSON(command)
	if err != nil {
		return r, fmt.Errorf("%s with %v: %w", filepath.Base(args[0]), c, err)
	}
	return r, nil
}

// peerEnvironment is env with the threads of c, and without what would choose
// other kernels than the libraries do by themselves: OPENBLAS_CORETYPE and
// OPENBLAS_L2_SIZE, set for old OpenBLAS builds on some machines, slow new ones.
func peerEnvironment(env []string, c config) []string {
	ours := []string{
		fmt.Sprintf("OMP_NUM_THREADS=%d", c.threads),
		fmt.Sprintf("MKL_NUM_THREADS=%d", c.blasThreads),
		fmt.Sprintf("OPENBLAS_NUM_THREADS=%d", c.blasThreads),
	}
	drop := []string{"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"}
	kept := slices.DeleteFunc(slices.Clone(env), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(drop, name)
	})
	return append(kept, ours...)
}

// runJSON runs a command whose standard output is a result. Its standard error
// is shown only in part, and only if it fails.
func runJSON(command *exec.Cmd) (result, error) {
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		var exit *exec.ExitError
		if last := lastLine(stderr.String()); errors.As(err, &exit) && last != "" {
			err = fmt.Errorf("%w: %s", err, last)
		}
		return result{}, err
	}
	return parseResult(output)
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
