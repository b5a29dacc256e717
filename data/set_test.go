package data_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hnn/data"
	"hnn/data/internal/datatest"
)

func TestSetViews(t *testing.T) {
	s := datatest.ThreeTrials()
	if s.Rows() != 6 || s.Trials() != 3 {
		t.Fatalf("%d rows and %d trials, want 6 and 3", s.Rows(), s.Trials())
	}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	time, x, dx := s.Trial(1)
	if !cmp.Equal(time, []float64{0, 2, 3}) || !cmp.Equal(x, []float64{20, 21, 30, 31, 40, 41}) || dx[0] != 20.5 || len(dx) != 6 {
		t.Errorf("trial 1 is %v, %v, %v", time, x, dx)
	}
	if x, dx := s.Row(3); !cmp.Equal(x, []float64{30, 31}) || !cmp.Equal(dx, []float64{30.5, 31.5}) {
		t.Errorf("row 3 is %v, %v", x, dx)
	}
	for _, test := range []struct {
		name    string
		got     *data.Set
		first   int
		offsets []int
	}{
		{"all rows", s.Slice(0, 6), 0, []int{0, 2, 5, 6}},
		{"rows that cut two trials", s.Slice(1, 4), 1, []int{0, 1, 3}},
		{"rows to a border", s.Slice(2, 5), 2, []int{0, 3}},
		{"no rows", s.Slice(3, 3), 3, []int{0}},
		{"trials 1 and 2", s.SliceTrials(1, 3), 2, []int{0, 3, 4}},
		{"no trials", s.SliceTrials(3, 3), 0, []int{0}},
	} {
		rows := test.offsets[len(test.offsets)-1]
		if !cmp.Equal(test.got.Offsets, test.offsets) || test.got.Rows() != rows {
			t.Errorf("%s: offsets %v for %d rows, want %v", test.name, test.got.Offsets, test.got.Rows(), test.offsets)
			continue
		}
		if err := test.got.Validate(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		for i := range rows {
			if want := float64(10 * (test.first + i)); test.got.X[2*i] != want || test.got.DX[2*i] != want+0.5 || test.got.Clean[2*i] != want+0.25 {
				t.Errorf("%s: row %d begins with %v, want %v", test.name, i, test.got.X[2*i], want)
			}
		}
	}
}

// A view's slices end at its own end: an append to it copies and leaves the next
// rows of the set alone.
func TestAppendToViewCopies(t *testing.T) {
	s := datatest.ThreeTrials()
	view := s.SliceTrials(0, 1)
	if err := view.Append(s.SliceTrials(2, 3)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(datatest.ThreeTrials(), s); diff != "" {
		t.Errorf("appending to a view changed the set: %s", diff)
	}
	want := &data.Set{Dim: 2, Offsets: []int{0, 2, 3}, T: []float64{0, 1, 7}, X: []float64{0, 1, 10, 11, 50, 51},
		DX: []float64{.5, 1.5, 10.5, 11.5, 50.5, 51.5}, Clean: []float64{.25, 1.25, 10.25, 11.25, 50.25, 51.25}, Names: []string{"q", "p"}}
	if diff := cmp.Diff(want, view); diff != "" {
		t.Error(diff)
	}
}

func TestAppend(t *testing.T) {
	var all data.Set
	s := datatest.ThreeTrials()
	s.PositionsOnly = true // views and parts take it over
	for _, part := range []*data.Set{s.SliceTrials(0, 0), s.SliceTrials(0, 2), s.SliceTrials(2, 3), s.SliceTrials(1, 1)} {
		if err := all.Append(part); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(s, &all); diff != "" {
		t.Errorf("the parts do not make the whole: %s", diff)
	}
	for what, change := range map[string]func(*data.Set){
		"dimension":   func(s *data.Set) { s.Dim, s.Names = 1, nil },
		"derivatives": func(s *data.Set) { s.DX = nil },
		"clean":       func(s *data.Set) { s.Clean = nil },
		"momenta":     func(s *data.Set) { s.PositionsOnly = true },
	} {
		all, other := datatest.ThreeTrials(), datatest.ThreeTrials()
		change(other)
		if err := all.Append(other); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("appending a set that differs in %s: error %v", what, err)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, test := range []struct {
		change func(*data.Set)
		want   string
	}{
		{func(s *data.Set) { s.Dim = 0 }, "dimension is 0"},
		{func(s *data.Set) { s.Names = s.Names[:1] }, "1 column names"},
		{func(s *data.Set) { s.Offsets = nil }, "offsets"},
		{func(s *data.Set) { s.Offsets[3] = 5 }, "offsets"},
		{func(s *data.Set) { s.Offsets[1] = 0 }, "trial 0 is empty"},
		{func(s *data.Set) { s.Offsets[1], s.Offsets[2] = 5, 2 }, "trial 1 is empty"},
		{func(s *data.Set) { s.X = s.X[:11] }, "11 numbers of states for 6 rows of 2"},
		{func(s *data.Set) { s.DX = s.DX[:2] }, "2 numbers of derivatives"},
		{func(s *data.Set) { s.Clean[7] = math.Inf(-1) }, "clean states hold -Inf in row 3, column p"},
		{func(s *data.Set) { s.X[4], s.Names = math.NaN(), nil }, "states hold NaN in row 2, column 1"},
		{func(s *data.Set) { s.T[5] = math.NaN() }, "time of row 5 is NaN"},
		{func(s *data.Set) { s.T[3] = 0 }, "time goes from 0 to 0 at row 3 of trial 1"},
	} {
		s := datatest.ThreeTrials()
		test.change(s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want an error with %q", err, test.want)
		}
	}
}

func TestSlicePanics(t *testing.T) {
	s := datatest.ThreeTrials()
	for _, f := range []func(){
		func() { s.Slice(-1, 2) }, func() { s.Slice(4, 3) }, func() { s.Slice(0, 7) },
		func() { s.SliceTrials(-1, 2) }, func() { s.SliceTrials(2, 1) }, func() { s.SliceTrials(0, 4) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("a slice out of range did not panic")
				}
			}()
			f()
		}()
	}
}

// Steps that are usual for their own trial are no gaps, however short those of other trials.
func TestGapsOfTrialsAtSeveralRates(t *testing.T) {
	s := &data.Set{Dim: 1, Offsets: []int{0, 1000, 1020}}
	for i := range 1000 {
		s.T, s.X = append(s.T, float64(i)/100), append(s.X, 0)
	}
	at := 0.0
	for i := range 20 {
		if at += 0.2; i == 10 {
			at += 5
		}
		s.T, s.X = append(s.T, at), append(s.X, 0)
	}
	gap, count := s.Gap()
	if got := s.SplitAtGaps(gap).Offsets; count != 1 || len(got) != 4 || got[2] != 1010 {
		t.Errorf("%d gaps of %v, trials at %v", count, gap, got)
	}
}
