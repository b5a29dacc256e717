// Command record measures this machine as hnn bench does, appends a line to a kept file
// and prints what has become slower by more than a tenth since the line before of the same
// machine and kernels:
//
//	go run ./bench/record
//
// A line is a JSON object. Its speeds are relative to the machine's multiply-add peak, which
// is measured beside each case, so that a machine that is busy or throttled in one of the
// runs does little harm.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hnn/bench"
)

// tolerated is how much of its speed a case may lose without a word.
const tolerated = 0.1

// A line is one measurement of all cases.
type line struct {
	Date    time.Time `json:"date"`
	Commit  string    `json:"commit"` // with " and changes" where files differ from it
	Machine string    `json:"machine"`
	Kernel  string    `json:"kernel"`
	// Peak is one core's peak in GFLOP/s, by precision.
	Peak map[string]float64 `json:"peak_gflops"`
	// Speeds are, by "case precision threads", the share of the peak where a case's
	// operations are counted, else runs in the time of 1e9 operations at the peak.
	Speeds map[string]float64 `json:"speeds"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var o bench.Options
	flags := flag.NewFlagSet("record", flag.ContinueOnError)
	flags.SetOutput(stderr)
	path := flags.String("file", filepath.Join("bench", "record", "record.jsonl"), "the kept `file`")
	flags.IntVar(&o.Rounds, "rounds", 15, "how often each case is measured; medians are kept")
	flags.DurationVar(&o.Time, "time", 200*time.Millisecond, "of one measurement")
	flags.StringVar(&o.Only, "only", "", "only the cases whose names begin so")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || o.Rounds < 1 || o.Time <= 0 {
		return errors.New("there are no arguments, only flags; -rounds and -time are positive")
	}
	before, err := read(*path)
	if err != nil {
		return err
	}
	commit, err := state(ctx)
	if err != nil {
		return err
	}
	o.Log = func(format string, args ...any) { fmt.Fprintf(stderr, format+"\n", args...) }
	r, err := bench.Run(ctx, o)
	if err != nil {
		return err
	}
	now := newLine(r, time.Now().UTC().Truncate(time.Second), commit)
	if err := add(*path, now); err != nil {
		return err
	}
	return report(stdout, before, now)
}

// state names the commit.
func state(ctx context.Context) (string, error) {
	head, err := exec.CommandContext(ctx, "git", "rev-parse", "--short=8", "HEAD").Output()
	if err != nil {
		return "", fmt.Errorf("no commit to record: %w", err)
	}
	changes, err := exec.CommandContext(ctx, "git", "status", "--porcelain", "--", "*.go", "*.s").Output()
	if err != nil {
		return "", fmt.Errorf("git status: %w", err)
	}
	commit := strings.TrimSpace(string(head))
	if len(changes) > 0 {
		commit += " and changes"
	}
	return commit, nil
}

func newLine(r *bench.Report, date time.Time, commit string) line {
	l := line{Date: date, Commit: commit, Machine: r.Machine, Kernel: r.Kernel, Peak: r.Peak, Speeds: map[string]float64{}}
	for _, c := range r.Cases {
		speed := c.PeakShare
		if speed == 0 {
			speed = 1 / (c.Seconds * r.Peak[c.Precision])
		}
		l.Speeds[fmt.Sprintf("%s %s %d", c.Name, c.Precision, c.Threads)] = speed
	}
	return l
}

// read gives the lines of a kept file, none where there is no file yet.
func read(path string) ([]line, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var lines []line
	for text := range bytes.Lines(content) {
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, len(lines)+1, err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func add(path string, l line) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(append(text, '\n')); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// report prints what fell since the last line of the same machine and kernels.
func report(w io.Writer, before []line, now line) error {
	for _, old := range slices.Backward(before) {
		if old.Machine != now.Machine || old.Kernel != now.Kernel {
			continue
		}
		fell := 0
		for _, name := range slices.Sorted(maps.Keys(now.Speeds)) {
			was, is := old.Speeds[name], now.Speeds[name]
			if was > 0 && is < (1-tolerated)*was {
				fell++
				if _, err := fmt.Fprintf(w, "%s: %.0f%% of its speed at %s (%s)\n", name, 100*is/was, old.Commit, old.Date.Format(time.DateOnly)); err != nil {
					return err
				}
			}
		}
		if fell > 0 {
			return nil
		}
		_, err := fmt.Fprintf(w, "nothing fell by more than %.0f%% since %s (%s)\n", 100*tolerated, old.Commit, old.Date.Format(time.DateOnly))
		return err
	}
	_, err := fmt.Fprintln(w, "the first line of this machine with these kernels: nothing to compare with")
	return err
}
