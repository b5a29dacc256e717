package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"hnn/bench"
	"hnn/internal/kernel"
)

// data is where measured files lie that are not part of the project, and scripts where its
// own are.
const (
	data    = "../shared/data/schmidt-lipson"
	scripts = "docs/measure"
)

// workplace is where commands run as a reader would type them: the program is on the path,
// and measured files and scripts are in the folder. What starts with "go " runs in the clone.
type workplace struct {
	ctx   context.Context
	dir   string
	stamp string
}

func newWorkplace(ctx context.Context) (*workplace, error) {
	dir, err := os.MkdirTemp("", "measure")
	if err != nil {
		return nil, err
	}
	w := &workplace{ctx: ctx, dir: dir}
	if w.stamp, err = stamp(); err == nil {
		err = w.fill()
	}
	if err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// stamp is today's date, the commit and the machine.
func stamp() (string, error) {
	commit, err := exec.Command("git", "rev-parse", "--short=8", "HEAD").Output()
	if err != nil {
		return "", fmt.Errorf("no commit to state: %w", err)
	}
	state := ""
	// The tables change while they are measured; programs must not.
	if out, err := exec.Command("git", "status", "--porcelain", "--", ".", ":!*.md").Output(); err != nil || len(out) > 0 {
		state = " and changes"
	}
	return fmt.Sprintf("%s, %s%s, %s, %s", time.Now().Format(time.DateOnly), strings.TrimSpace(string(commit)), state,
		bench.Machine(), kernel.Name()), nil
}

func (w *workplace) fill() error {
	build := exec.CommandContext(w.ctx, "go", "build", "-o", filepath.Join(w.dir, "hnn"), "./cmd/hnn")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build ./cmd/hnn: %w\n%s", err, out)
	}
	for _, pattern := range []string{data + "/*.txt", scripts + "/*.awk"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			return err
		}
		for _, f := range files {
			f, err := filepath.Abs(f)
			if err != nil {
				return err
			}
			if err := os.Symlink(f, filepath.Join(w.dir, filepath.Base(f))); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *workplace) close() { os.RemoveAll(w.dir) }

// measure runs a measurement's commands and returns its table.
func (w *workplace) measure(m measurement) (string, error) {
	table := heading(m.head)
	for _, s := range m.steps {
		out, err := w.output(s)
		if err != nil {
			return "", err
		}
		if s.read == nil { // it made a file for the next
			continue
		}
		rows, err := s.read(out)
		if err != nil {
			return "", fmt.Errorf("%s: %w", s.command, err)
		}
		for _, cells := range rows {
			if cells = append(cells[:len(cells):len(cells)], ""); len(cells)-1 != len(m.head) {
				return "", fmt.Errorf("%s: a row of %d cells, want %d: %q", s.command, len(cells)-1, len(m.head), cells)
			}
			table += row(cells[:len(m.head)])
		}
	}
	return table, nil
}

func (w *workplace) output(s step) ([]byte, error) {
	fmt.Fprintln(os.Stderr, "$", s.command)
	command := exec.CommandContext(w.ctx, "bash", "-c", s.command+s.quiet)
	command.Stderr = os.Stderr
	if !strings.HasPrefix(s.command, "go ") {
		command.Dir = w.dir
		command.Env = append(os.Environ(), "PATH="+w.dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", s.command, err, out)
	}
	return out, nil
}
