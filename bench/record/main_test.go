package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hnn/bench"
)

func report1(seconds, share float64) *bench.Report {
	return &bench.Report{
		Machine: "m", Kernel: "avx2", Peak: map[string]float64{"float32": 100, "float64": 50},
		Cases: []bench.Case{
			{Name: "train-step/spring", Precision: "float32", Threads: 1, Seconds: 1, PeakShare: share},
			{Name: "field/batch-1", Precision: "float64", Threads: 1, Seconds: seconds},
		},
	}
}

// What fell by more than a tenth is named, against the last line of the same machine.
func TestWhatFell(t *testing.T) {
	date := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "kept.jsonl")
	first, other := newLine(report1(1e-5, 0.7), date, "aaaa"), newLine(report1(1, 0.1), date, "bbbb")
	other.Machine = "another"
	for _, l := range []line{first, other} {
		if err := add(path, l); err != nil {
			t.Fatal(err)
		}
	}
	before, err := read(path)
	if err != nil || len(before) != 2 {
		t.Fatalf("%d lines, %v", len(before), err)
	}
	for _, tt := range []struct {
		seconds, share float64
		want           string
	}{
		{1.05e-5, 0.65, "nothing fell by more than 10% since aaaa (2026-11-28)\n"},
		{1.25e-5, 0.7, "field/batch-1 float64 1: 80% of its speed at aaaa (2026-11-28)\n"},
		{1e-5, 0.35, "train-step/spring float32 1: 50% of its speed at aaaa (2026-11-28)\n"},
	} {
		var out strings.Builder
		if err := report(&out, before, newLine(report1(tt.seconds, tt.share), date, "cccc")); err != nil {
			t.Fatal(err)
		}
		if out.String() != tt.want {
			t.Errorf("%v: %q, want %q", tt, out.String(), tt.want)
		}
	}
	var out strings.Builder
	if err := report(&out, nil, first); err != nil || !strings.Contains(out.String(), "the first line") {
		t.Errorf("%q, %v", out.String(), err)
	}
}

func TestReadNamesTheLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept.jsonl")
	if err := os.WriteFile(path, []byte("{}\n{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := read(path); err == nil || !strings.Contains(err.Error(), "kept.jsonl:2:") {
		t.Errorf("error %v", err)
	}
}
