package main

import (
	"hnn/eval"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseResult(t *testing.T) {
	tests := []struct {
		name, output string
		want         []timing
		wantErr      string
	}{
		{
			name: "fields that are unknown or missing",
			output: `{"machine": {"cores": 2}, "cases": [
				{"name": "train-step/spring", "precision": "float32", "threads": 2, "seconds": 2.3e-3, "gflops": 154, "peak_share": 0.75},
				{"name": "rollout/spring", "seconds": 0.03, "evaluations": 3009}]}`,
			want: []timing{
				{Name: "train-step/spring", Precision: "float32", Threads: 2, Seconds: 2.3e-3},
				{Name: "rollout/spring", Seconds: 0.03, Evaluations: 3009},
			},
		},
		{
			name:   "cases without a name or a time",
			output: `{"cases": [{"seconds": 1}, {"name": "field/batch-1", "seconds": null}, {"name": "field/batch-1", "seconds": 1e-6}]}`,
			want:   []timing{{Name: "field/batch-1", Seconds: 1e-6}},
		},
		{name: "no cases", output: `{"cases": []}`, wantErr: "no timing"},
		{name: "a truncated object", output: `{"cases": [`, wantErr: "not the JSON expected"},
		{name: "nothing", output: ``, wantErr: "not the JSON expected"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := parseResult([]byte(tt.output))
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Fatalf("error %v, want one with %q", err, tt.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, r.Cases); diff != "" {
				t.Errorf("cases (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{3}, 3},
		{[]float64{9, 1, 2}, 2},
		{[]float64{4, 1, 100, 2}, 3},
	} {
		if got := eval.Median(tt.values); got != tt.want {
			t.Errorf("median = %v, want %v", got, tt.want)
		}
	}
}

func TestDisagreements(t *testing.T) {
	timings := []timing{
		{Name: "rollout/spring", Precision: "float64", Variant: "torch", Check: []float64{0.5, -0.25}},
		{Name: "rollout/spring", Precision: "float64", Variant: "jax", Check: []float64{0.5 + 5e-5, -0.25}},
		{Name: "rollout/spring", Precision: "float32", Variant: "another task", Check: []float64{7, 7}},
		{Name: "rollout/spring", Precision: "float64", Variant: "checks nothing"},
	}
	if found := disagreements(timings); len(found) > 0 {
		t.Errorf("within the tolerance, but: %q", found)
	}
	timings = append(timings,
		timing{Name: "rollout/spring", Precision: "float64", Variant: "other weights", Check: []float64{0.5, -0.2}},
		timing{Name: "rollout/spring", Precision: "float64", Variant: "other length", Check: []float64{0.5}})
	found := disagreements(timings)
	if len(found) != 2 || !strings.Contains(found[0], "other weights") || !strings.Contains(found[1], "other length") {
		t.Errorf("found %q, want the two that differ", found)
	}
}
