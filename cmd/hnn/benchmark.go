package main

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"hnn/data/file"
	"hnn/eval/benchmark"
	"hnn/experiment"
)

func newBenchmark() *cobra.Command {
	var path string
	var asJSON, quiet bool
	var names, verbs []string
	for i := range benchmark.Protocols {
		p := &benchmark.Protocols[i]
		names, verbs = append(names, strings.ToLower(p.Name)+": "+p.About), append(verbs, strings.ToLower(p.Name))
	}
	cmd := &cobra.Command{
		Use:   "benchmark NAME --data FILE",
		Short: "Run a public benchmark of a measured system by its own protocol",
		Long: `Benchmark fits a Lagrangian to the training record of a public benchmark and scores free
runs on its tests, by the official split and measure, or beside runs of ours on the same rows
where there is none. The file is the benchmark's; another is refused. There are:

  ` + strings.Join(names, "\n  "),
		Example:           `  hnn benchmark silverbox --data SNLS80mV.csv`,
		Args:              exactly(1, "NAME"),
		ValidArgsFunction: cobra.FixedCompletions(verbs, cobra.ShellCompDirectiveNoFileComp),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := benchmark.Find(args[0])
			if err != nil {
				return usage(err)
			}
			if path == "" {
				return usage(fmt.Errorf("benchmark %s needs its file: give --data FILE; it is published with %s", args[0], p.Sources))
			}
			result, err := runBenchmark(p, path)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), []any{benchmarkJSON(args[0], path, result)})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s\n", strings.TrimRight(result.Law, "\n"))
			t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "test\tscore\tunit\tbeside\tof\t")
			for _, r := range result.Rows {
				beside := "-"
				if !math.IsNaN(r.Reference) {
					beside = fmt.Sprintf("%.3g", r.Reference)
				}
				fmt.Fprintf(t, "%s\t%.3f\t%s\t%s\t%s\t\n", r.Test, r.Score, r.Unit, beside, r.Source)
			}
			if err := t.Flush(); err != nil {
				return err
			}
			newDisplay(cmd.ErrOrStderr(), quiet).next("learn from a record of your own in this way: hnn train --data FILE --model lagrangian")
			return nil
		},
	}
	cmd.Flags().StringVar(&path, "data", "", "the benchmark's file")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the scores as JSON")
	cmd.Flags().BoolVar(&quiet, "quiet", false, "no messages but errors")
	return cmd
}

func runBenchmark(p *benchmark.Protocol, path string) (*benchmark.Result, error) {
	if p.SHA256 == "" {
		columns, err := numericColumns(path, len(p.Columns))
		if err != nil {
			return nil, err
		}
		return p.Run(columns)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := p.Verify(f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s, _, err := file.Read(path, file.ReadOptions{})
	if err != nil {
		return nil, err
	}
	return p.RunTrials(s)
}

// benchmarkJSON is what --json prints of a benchmark. What is not published is null.
func benchmarkJSON(name, path string, result *benchmark.Result) any {
	type score struct {
		Test   string            `json:"test"`
		Score  experiment.Number `json:"score"`
		Unit   string            `json:"unit"`
		Beside experiment.Number `json:"beside"`
		Of     string            `json:"of"`
	}
	scores := []score{}
	for _, r := range result.Rows {
		scores = append(scores, score{r.Test, experiment.Number(r.Score), r.Unit, experiment.Number(r.Reference), r.Source})
	}
	return struct {
		Benchmark string  `json:"benchmark"`
		Data      string  `json:"data"`
		Law       string  `json:"law"`
		Scores    []score `json:"scores"`
	}{name, path, result.Law, scores}
}

// numericColumns reads the first columns of a file of numbers between commas, gzipped or not. Lines of names above them
// are passed over.
func numericColumns(path string, count int) ([][]float64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	var in io.Reader = r
	if head, err := r.Peek(2); err == nil && head[0] == 0x1f && head[1] == 0x8b {
		if in, err = gzip.NewReader(r); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	table := csv.NewReader(in)
	table.FieldsPerRecord, table.ReuseRecord = -1, true
	columns := make([][]float64, count)
	for {
		record, err := table.Read()
		if errors.Is(err, io.EOF) {
			return columns, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		line, _ := table.FieldPos(0)
		if len(record) < count {
			return nil, fmt.Errorf("%s, line %d: %d columns, and the benchmark has %d", path, line, len(record), count)
		}
		row := make([]float64, count)
		for i := range row {
			if row[i], err = strconv.ParseFloat(strings.TrimSpace(record[i]), 64); err != nil {
				break
			}
		}
		switch {
		case err == nil:
			for i, v := range row {
				columns[i] = append(columns[i], v)
			}
		case len(columns[0]) > 0:
			return nil, fmt.Errorf("%s, line %d: %q is no number", path, line, record)
		}
	}
}
