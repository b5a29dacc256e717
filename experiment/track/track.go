// Package track tells of runs where people look: an MLflow server, or a folder that
// TensorBoard reads. It reads what a run left in its directory (config.yaml, metrics.csv,
// results.json), so that a run made on another machine is told of whole; a Follower
// tells of one while it goes on, and at its end of what is left. Its users are the verbs train, reproduce and sweep.
package track

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Tracker is one place at which runs are told of.
type Tracker interface {
	// Track tells of a run that has ended. An error leaves the run as it is.
	Track(ctx context.Context, r *Run) error
	// Open begins to tell of a run that goes on, of which there are the settings.
	Open(ctx context.Context, r *Run) (Live, error)
}

// New returns the tracker of a flag's text: mlflow=URL or tensorboard=DIR. The group is the MLflow
// experiment to which runs belong unless MLFLOW_EXPERIMENT_NAME names another.
func New(text, group string) (Tracker, error) {
	kind, where, _ := strings.Cut(text, "=")
	switch {
	case (kind == "mlflow" || kind == "tensorboard") && where == "":
		return nil, fmt.Errorf("--track %s: say where, as mlflow=http://localhost:5000 or tensorboard=runs/events", text)
	case kind == "mlflow":
		return newMLflow(where, group)
	case kind == "tensorboard":
		return tensorBoard(where), nil
	}
	return nil, fmt.Errorf("--track %q: give mlflow=URL or tensorboard=DIR", text)
}

// Run is what there is to tell of one run.
type Run struct {
	Dir     string // "" for one that has no directory
	Name    string
	Failure string // "" for a run that has its results
	// Params are the settings, by their keys in config.yaml, Results the numbers of results.json by
	// their paths, in order; Steps the columns of metrics.csv, of the members of an ensemble each its own.
	Params  [][2]string
	Results []Number
	Steps   []Number
	Config  string // config.yaml
}

// Number is a value of a name, at a step.
type Number struct {
	Name  string
	Value float64
	Step  int64
}

// settings are what is known of the run in a directory from its beginning, by the text of its config.yaml.
func settings(dir string, text []byte) (*Run, error) {
	r := &Run{Dir: dir, Name: filepath.Base(dir), Config: string(text)}
	if abs, err := filepath.Abs(dir); err == nil {
		r.Name = filepath.Base(abs)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	if len(document.Content) == 1 {
		r.params("", document.Content[0])
	}
	return r, nil
}

func readConfig(dir string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, "config.yaml")) }

// Read reads the directory of a run, of which a failed one may lack results.
func Read(dir string, failure error) (*Run, error) {
	config, err := readConfig(dir)
	if err != nil {
		return nil, err
	}
	r, err := settings(dir, config)
	if err != nil {
		return nil, err
	}
	if failure != nil {
		r.Failure = failure.Error()
	}
	tables, err := filepath.Glob(filepath.Join(dir, "metrics*.csv"))
	if err != nil {
		return nil, err
	}
	for _, path := range tables {
		if err := r.table(path); err != nil {
			return nil, err
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "results.json"))
	if errors.Is(err, fs.ErrNotExist) && failure != nil {
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	var results map[string]any
	if err := json.Unmarshal(text, &results); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	r.results("", results)
	return r, nil
}

func (r *Run) params(prefix string, node *yaml.Node) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := prefix+node.Content[i].Value, node.Content[i+1]
		if value.Kind == yaml.MappingNode {
			r.params(key+".", value)
			continue
		}
		var parts []string
		if value.Kind == yaml.SequenceNode {
			for _, c := range value.Content {
				parts = append(parts, c.Value)
			}
		} else {
			parts = []string{value.Value}
		}
		r.Params = append(r.Params, [2]string{key, strings.Join(parts, ",")})
	}
}

// table reads a table of metrics. A member's is metrics-2.csv, whose numbers are named loss-2 and so on.
func (r *Run) table(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return err
	}
	suffix := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "metrics"), ".csv")
	for _, row := range rows[1:] {
		step, err := strconv.ParseInt(row[0], 10, 64)
		if err != nil {
			return fmt.Errorf("%s: step %q is no number", path, row[0])
		}
		for i, cell := range row[1:] {
			if v, err := strconv.ParseFloat(cell, 64); err == nil { // else not measured at this step
				r.Steps = append(r.Steps, Number{rows[0][i+1] + suffix, v, step})
			}
		}
	}
	return nil
}

func (r *Run) results(prefix string, object map[string]any) {
	var keys []string
	for key := range object {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		switch v := object[key].(type) {
		case map[string]any:
			r.results(prefix+key+".", v)
		case float64:
			if prefix+key != "seed" { // a setting
				r.Results = append(r.Results, Number{prefix + key, v, r.last()})
			}
		}
	}
}

// last is the step of the results.
func (r *Run) last() (step int64) {
	for _, n := range r.Steps {
		step = max(step, n.Step)
	}
	return step
}

// finite reports whether a number is one.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
