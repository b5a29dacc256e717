package file_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hnn/data"
	"hnn/data/draw"
	"hnn/data/file"
	"hnn/data/internal/datatest"
	"hnn/internal/stream"
	"hnn/system"
)

// What is written is read back to the same bits, whatever the numbers.
func TestWriteCSVRoundTrip(t *testing.T) {
	s := datatest.ThreeTrials()
	s.Clean = nil
	rng := stream.New(0, "csv")
	for i := range s.X {
		for { // any bits that are a finite number
			s.X[i] = math.Float64frombits(rng.Uint64())
			if v := s.X[i]; !math.IsInf(v, 0) && !math.IsNaN(v) {
				break
			}
		}
	}
	s.X[0], s.X[1], s.X[2], s.X[3] = math.Copysign(0, -1), 5e-324, math.MaxFloat64, 0.1
	two, err := draw.Generate(system.NewNBody(2), stream.New(0, "data"),
		draw.Options{Trajectories: 5, Points: 50, Horizon: 20, TestFraction: 0.2, TestFirst: true, Tolerance: 1e-9})
	if err != nil {
		t.Fatal(err)
	}
	two.Train.Clean = nil
	for _, want := range []*data.Set{s, two.Train} {
		var b bytes.Buffer
		if err := file.WriteCSV(&b, want); err != nil {
			t.Fatal(err)
		}
		got, _, err := file.Decode(&b, "written", file.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		// Equal compares -0 with 0 as the same: the sign is compared by itself.
		if diff := cmp.Diff(want, got); diff != "" || math.Signbit(got.X[0]) != math.Signbit(want.X[0]) {
			t.Errorf("the file holds another set: %s", diff)
		}
	}
}

func TestWriteCSV(t *testing.T) {
	s := &data.Set{Dim: 2, Offsets: []int{0, 1, 2}, T: []float64{0.25, 1e300}, X: []float64{1, 0.1, -2, 1e-7}}
	var b bytes.Buffer
	if err := file.WriteCSV(&b, s); err != nil {
		t.Fatal(err)
	}
	if want := "trial,t,q,p\n0,0.25,1,0.1\n1,1e+300,-2,1e-07\n"; b.String() != want {
		t.Errorf("wrote %q, want %q", b.String(), want)
	}
	for _, names := range [][]string{{"q", "q"}, {"q", ""}, {"t", "p"}, {"trial", "p"}, {"q", "1.5"}, {" q", "p"}} {
		s.Names = names
		if err := file.WriteCSV(&b, s); err == nil {
			t.Errorf("wrote states named %q, which are not read back", names)
		}
	}
	// A spreadsheet would take these for formulas.
	s.Names = []string{"=cmd|q", "@SUM(p)"}
	b.Reset()
	if err := file.WriteCSV(&b, s); err != nil || !strings.HasPrefix(b.String(), "trial,t,'=cmd|q,'@SUM(p)\n") {
		t.Errorf("%v, %q", err, b.String())
	}
	s.Names = nil
	s.X[0] = math.NaN()
	if err := file.WriteCSV(&b, s); err == nil {
		t.Error("wrote a NaN")
	}
}
