package experiment

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"hnn/internal/atomicfile"
)

// The files of a run directory.
const (
	configFile     = "config.yaml"
	metricsFile    = "metrics.csv"
	modelFile      = "model.safetensors"
	checkpointFile = "checkpoint.safetensors"
	resultsFile    = "results.json"
	figuresFolder  = "figures"
)

// newRunDir makes a directory for a run. With an empty out it is a fresh numbered
// one under root, as in runs/0007-spring-hnn, so that a command can be given twice.
// A named one must not exist or be empty, unless force is set: then what an
// earlier run left in it is removed, and nothing else.
func newRunDir(root, out, name string, force bool) (string, error) {
	if out == "" {
		return numbered(root, name)
	}
	entries, err := os.ReadDir(out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return out, os.MkdirAll(out, 0o777)
	case err != nil:
		return "", fmt.Errorf("run directory: %w; choose another with --out", err)
	case len(entries) == 0:
		return out, nil
	case !force:
		return "", fmt.Errorf("run directory %s exists: continue it with --resume %s, replace it with --force, or choose another with --out", out, out)
	}
	if _, err := os.Stat(filepath.Join(out, configFile)); err != nil {
		return "", fmt.Errorf("%s has files but no %s, so it is not a run directory and --force leaves it alone; choose another with --out", out, configFile)
	}
	files := []string{resultsFile, modelFile, checkpointFile, metricsFile}
	for member := 1; member < maxEnsemble; member++ {
		files = append(files, memberFile(checkpointFile, member), memberFile(metricsFile, member))
	}
	for _, f := range append(files, figuresFolder, configFile) {
		if err := os.RemoveAll(filepath.Join(out, f)); err != nil {
			return "", fmt.Errorf("cannot replace the run: %w", err)
		}
	}
	return out, nil
}

var runNumber = regexp.MustCompile(`^(\d{4,})-`)

func numbered(root, name string) (string, error) {
	if err := os.MkdirAll(root, 0o777); err != nil {
		return "", fmt.Errorf("cannot make the folder for runs: %w; choose a run directory with --out", err)
	}
	// Two programs may look at the same time: the one whose Mkdir fails looks again.
	for range 1000 {
		entries, err := os.ReadDir(root)
		if err != nil {
			return "", err
		}
		last := 0
		for _, e := range entries {
			if m := runNumber.FindStringSubmatch(e.Name()); m != nil {
				if n, err := strconv.Atoi(m[1]); err == nil {
					last = max(last, n)
				}
			}
		}
		dir := filepath.Join(root, fmt.Sprintf("%04d-%s", last+1, name))
		err = os.Mkdir(dir, 0o777)
		if err == nil || !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
	return "", fmt.Errorf("%s: no free run number; choose a run directory with --out", root)
}

// openRun checks that a directory holds a run and reads its configuration.
func openRun(dir string) (Config, error) {
	c, err := ReadConfigFile(filepath.Join(dir, configFile))
	if errors.Is(err, fs.ErrNotExist) {
		return c, fmt.Errorf("%s is not a run directory: it has no %s", dir, configFile)
	}
	return c, err
}

func writeConfig(dir string, c *Config) error {
	return atomicfile.Write(filepath.Join(dir, configFile), func(w io.Writer) error { return c.Write(w) })
}
