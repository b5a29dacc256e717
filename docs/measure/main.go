// Measure writes the measured tables of the documentation, so that they cannot rot: each
// stands between two marks, with the date, the commit, the machine and the commands that
// gave its numbers. In the root of a clone,
//
//	go run ./docs/measure -list              # the tables, and how long each takes
//	go run ./docs/measure -only derivatives  # some of them, by name
//	go run ./docs/measure                    # all that take no more than -minutes
//	go run ./docs/measure -check             # every mark is there, with the commands of today
//
// A measurement is an entry of the list in table.go: a heading, and commands whose output is
// read (a test's log, a benchmark, the program's JSON). A table whose mark says "kept" was
// put in by hand, as its numbers were measured before, and is replaced when it is measured
// again.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
)

func main() {
	list := flag.Bool("list", false, "list the tables")
	check := flag.Bool("check", false, "check the marks in the documentation, measure nothing")
	only := flag.String("only", "", "measure these `names`, with commas between them")
	minutes := flag.Float64("minutes", 1, "without -only, measure what takes at most so long")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *list, *check, *only, *minutes); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, list, check bool, only string, minutes float64) error {
	if _, err := os.Stat("go.mod"); err != nil {
		return errors.New("no go.mod here: run it in the root of a clone, go run ./docs/measure")
	}
	switch {
	case list:
		for _, m := range measurements {
			fmt.Printf("%-20s %6.1f min  %s\n", m.name, m.minutes, m.file)
		}
		return nil
	case check:
		return checkAll(".")
	}
	chosen, err := choose(only, minutes)
	if err != nil {
		return err
	}
	w, err := newWorkplace(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	for _, m := range chosen {
		table, err := w.measure(m)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if err := replace(m.file, block{name: m.name, table: table, stamp: w.stamp, commands: m.commands()}); err != nil {
			return err
		}
		fmt.Printf("%s: written to %s\n", m.name, m.file)
	}
	return nil
}

// choose returns the measurements of those names, or those that take at most so many minutes.
func choose(names string, minutes float64) ([]measurement, error) {
	var chosen []measurement
	if names == "" {
		for _, m := range measurements {
			if m.minutes <= minutes && !m.byHand {
				chosen = append(chosen, m)
			}
		}
		return chosen, nil
	}
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(measurements, func(m measurement) bool { return m.name == name })
		switch {
		case i < 0:
			return nil, fmt.Errorf("no table is called %q: see -list", name)
		case measurements[i].byHand:
			return nil, fmt.Errorf("%s is put together by hand: run its commands, which stand below the table in %s", name, measurements[i].file)
		}
		chosen = append(chosen, measurements[i])
	}
	return chosen, nil
}
