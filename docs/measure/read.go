package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"hnn/eval"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// logged reads the rows that a test prints or logs.
func logged(out []byte) ([][]string, error) {
	var rows [][]string
	for line := range strings.Lines(string(out)) {
		_, cells, ok := strings.Cut(line, "| ")
		cells = strings.TrimSpace(cells)
		if !ok || !strings.HasSuffix(cells, "|") {
			continue
		}
		var fields []string
		for c := range strings.SplitSeq(strings.TrimSuffix(cells, "|"), " |") {
			fields = append(fields, plain(strings.TrimSpace(c)))
		}
		rows = append(rows, fields)
	}
	if rows == nil {
		return nil, errors.New("it prints no row of a table")
	}
	return rows, nil
}

// benchmark returns a reader of go test -bench: a row for each benchmark, its name without
// the common part and the values in the given units.
func benchmark(units ...string) func([]byte) ([][]string, error) {
	line := regexp.MustCompile(`(?m)^Benchmark[^/\s]*/(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)
	return func(out []byte) ([][]string, error) {
		var rows [][]string
		for _, m := range line.FindAllStringSubmatch(string(out), -1) {
			cells, fields := []string{m[1]}, strings.Fields(m[2])
			for _, unit := range units {
				i := slices.Index(fields, unit)
				if i < 1 {
					return nil, fmt.Errorf("%s has no %s", m[1], unit)
				}
				v, err := strconv.ParseFloat(fields[i-1], 64)
				if err != nil {
					return nil, err
				}
				cells = append(cells, strconv.FormatFloat(round(v, 3), 'f', -1, 64))
			}
			rows = append(rows, cells)
		}
		if rows == nil {
			return nil, errors.New("it prints no benchmark")
		}
		return rows, nil
	}
}

// group is the results of one task, model and trainer, one for each seed.
type group []map[string]any

// column makes one or more cells of a group's results.
type column func(group) ([]string, error)

// results returns a reader of the program's JSON: a row for each task, model and trainer,
// with the labels in front, the first row's first. A missing label is empty.
func results(labels [][]string, columns ...column) func([]byte) ([][]string, error) {
	return func(out []byte) ([][]string, error) {
		var all []map[string]any
		if err := json.Unmarshal(out, &all); err != nil {
			return nil, err
		}
		groups := map[string]group{}
		var order []string
		for _, r := range all {
			key := fmt.Sprint(r["task"], " ", r["model"], " ", r["trainer"])
			if groups[key] == nil {
				order = append(order, key)
			}
			groups[key] = append(groups[key], r)
		}
		if len(order) != len(labels) {
			return nil, fmt.Errorf("%d rows (%s) for %d labels", len(order), strings.Join(order, ", "), len(labels))
		}
		var rows [][]string
		for i, key := range order {
			cells := slices.Clone(labels[i])
			for _, c := range columns {
				more, err := c(groups[key])
				if err != nil {
					return nil, fmt.Errorf("%s: %w", key, err)
				}
				cells = append(cells, more...)
			}
			rows = append(rows, cells)
		}
		return rows, nil
	}
}

// values are the numbers at a path, as in "strict.energy_mse.mean", of each result.
func (g group) values(path string) ([]float64, error) {
	var all []float64
	for _, r := range g {
		var at any = r
		for key := range strings.SplitSeq(path, ".") {
			object, _ := at.(map[string]any)
			at = object[key]
		}
		v, ok := at.(float64)
		if !ok {
			v = math.Inf(1) // a rollout that failed
			if at != nil {
				return nil, fmt.Errorf("%s is no number", path)
			}
		}
		all = append(all, v)
	}
	return all, nil
}

// medianWorst is "median (worst)" over the seeds.
func medianWorst(path string, digits int) column {
	return func(g group) ([]string, error) {
		v, err := g.values(path)
		if err != nil {
			return nil, err
		}
		return []string{fmt.Sprintf("%s (%s)", scientific(eval.Median(v), digits), scientific(slices.Max(v), digits))}, nil
	}
}

// eachAndMedian has a cell for each seed and one for their median.
func eachAndMedian(path string) column {
	return func(g group) ([]string, error) {
		v, err := g.values(path)
		if err != nil {
			return nil, err
		}
		var cells []string
		for _, x := range append(v, eval.Median(v)) {
			cells = append(cells, scientific(x, 2))
		}
		return cells, nil
	}
}

// middle is the median over the seeds.
func middle(path string) column {
	return func(g group) ([]string, error) {
		v, err := g.values(path)
		return []string{scientific(eval.Median(v), 2)}, err
	}
}

// meanMedianWorst has a cell for each of the three.
func meanMedianWorst(path string) column {
	return func(g group) ([]string, error) {
		v, err := g.values(path)
		if err != nil {
			return nil, err
		}
		mean := 0.0
		for _, x := range v {
			mean += x / float64(len(v))
		}
		return []string{scientific(mean, 3), scientific(eval.Median(v), 2), scientific(slices.Max(v), 2)}, nil
	}
}

// percent is the median over the seeds as a percentage.
func percent(path string) column {
	return func(g group) ([]string, error) {
		v, err := g.values(path)
		return []string{strconv.FormatFloat(round(100*eval.Median(v), 2), 'f', -1, 64) + "%"}, err
	}
}

// count is the median over the seeds as a number.
func count(path string) column {
	return func(g group) ([]string, error) {
		v, err := g.values(path)
		return []string{strconv.FormatFloat(round(eval.Median(v), 2), 'f', -1, 64)}, err
	}
}

// round keeps so many significant digits.
func round(v float64, digits int) float64 {
	r, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	return r
}

// scientific writes 0.0382 as 3.82e-2.
func scientific(v float64, digits int) string {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return "failed"
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', digits-1, 64), "e")
	e, _ := strconv.Atoi(exponent)
	return fmt.Sprintf("%se%d", mantissa, e)
}

// plain writes 9.05e-03 as 9.0e-3 and 1.3e+02 as 130; other cells stay as they are.
func plain(cell string) string {
	v, err := strconv.ParseFloat(cell, 64)
	switch {
	case err != nil || !strings.Contains(cell, "e"):
		return cell
	case v >= 1:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return scientific(v, 2)
}
