package experiment

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"hnn/internal/atomicfile"
	"hnn/internal/shell"
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

// newRunDir makes a directory for a run and takes it for this process until unlock.
// With an empty out it is a fresh numbered one under root, as in runs/0007-spring-hnn,
// so that a command can be given twice. A named one must not exist or be empty, unless
// force is set: then what an earlier run left in it is removed, and nothing else. One in
// which another process trains is refused before anything is looked at.
func newRunDir(root, out, name string, force bool) (dir string, unlock func(), err error) {
	if out == "" {
		if dir, err = numbered(root, name); err != nil {
			return "", nil, err
		}
	} else if dir = out; os.MkdirAll(out, 0o777) != nil {
		if _, err := os.ReadDir(out); err != nil {
			return "", nil, fmt.Errorf("run directory: %w; choose another with --out", err)
		}
	}
	if unlock, err = claim(dir); err != nil {
		return "", nil, err
	}
	if err = clearRun(dir, force); err != nil {
		unlock()
		return "", nil, err
	}
	return dir, unlock, nil
}

// clearRun sees to it that a claimed directory is empty.
func clearRun(dir string, force bool) error {
	entries, err := os.ReadDir(dir)
	switch {
	case err != nil:
		return fmt.Errorf("run directory: %w; choose another with --out", err)
	case len(entries) == 0:
		return nil
	case !force:
		return fmt.Errorf("run directory %s exists: continue it with hnn train --resume %s, replace it with --force, or choose another with --out", dir, shell.Quote(dir))
	}
	if _, err := os.Stat(filepath.Join(dir, configFile)); err != nil && !IsParticles(dir) {
		return fmt.Errorf("%s has files but no %s, so it is not a run directory and --force leaves it alone; choose another with --out", dir, configFile)
	}
	var files []string
	for _, e := range entries {
		if name := e.Name(); name == figuresFolder || name == particlesFile || name == startFile || name != configFile && isRunFile(name) {
			files = append(files, name)
		}
	}
	// The configuration goes last: as long as it is there the directory is known for a run's.
	for _, f := range append(files, configFile) {
		if err := os.RemoveAll(filepath.Join(dir, f)); err != nil {
			return fmt.Errorf("cannot replace the run: %w", err)
		}
	}
	return nil
}

// isRunFile reports whether a run writes files of the name.
func isRunFile(name string) bool {
	m := memberName.FindStringSubmatch(name)
	if m != nil {
		if n, err := strconv.Atoi(m[2]); err == nil && 2 <= n && n <= maxEnsemble {
			return m[1]+m[3] == checkpointFile || m[1]+m[3] == metricsFile
		}
	}
	return slices.Contains([]string{configFile, learnedFile, metricsFile, modelFile, checkpointFile, resultsFile}, name)
}

// memberName splits what memberFile puts together.
var memberName = regexp.MustCompile(`^(.+)-(\d+)(\.[a-z]+)$`)

// claim locks a directory and removes the files that processes which were killed as they
// wrote left in it: the lock says that nobody writes now.
func claim(dir string) (unlock func(), err error) {
	if unlock, err = lock(dir); err != nil {
		return nil, err
	}
	clear := func() error {
		if err := atomicfile.Clear(dir, isRunFile); err != nil {
			return err
		}
		return atomicfile.Clear(filepath.Join(dir, figuresFolder), func(string) bool { return true })
	}
	if err := clear(); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
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

// openRun checks that a directory holds a run and reads its configuration, which has to be
// as it was written.
func openRun(dir string) (Config, error) {
	path := filepath.Join(dir, configFile)
	if info, err := os.Stat(dir); err != nil {
		return Config{}, fmt.Errorf("%s is not a run directory: %w", dir, err)
	} else if !info.IsDir() {
		return Config{}, &UnfinishedError{fmt.Sprintf("%s is a file, and no run directory", dir)}
	}
	if _, _, err := configDigest(dir); errors.Is(err, fs.ErrNotExist) {
		return Config{}, &UnfinishedError{fmt.Sprintf("%s is not a run directory: it has no %s; to train in it give it with --out", dir, configFile)}
	} else if err != nil {
		return Config{}, err
	}
	return ReadConfigFile(path)
}

func writeConfig(dir string, c *Config) error {
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, configFile), func(w io.Writer) error {
		_, err := w.Write(yamlSeal.add(b.Bytes()))
		return err
	})
}

// Lock takes a directory for this process until unlock; an error says that another has it.
func Lock(dir string) (unlock func(), err error) { return lock(dir) }
