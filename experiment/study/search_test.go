package study

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"hnn/experiment"
)

const searched = `
task: spring
fixed: {trainer: adam, steps: 50}
vary:
  learning-rate: {min: 1e-4, max: 1e-1, log: true}
  hidden: [[16], [32], [16, 16]]
method: tpe
trials: 20
minimize: test_loss.mean
`

// Of every four Sobol draws in a row from the first on, one is in each quarter; the first draws
// are the same however many there are.
func TestSobolDraws(t *testing.T) {
	const text = `
task: spring
fixed: {trainer: adam}
vary:
  learning-rate: {min: 0, max: 1}
  seed: 1-2
method: sobol
trials: `
	_, runs := mustRuns(t, text+"8")
	_, more := mustRuns(t, text+"12")
	if len(runs) != 16 || !reflect.DeepEqual(runs, more[:16]) {
		t.Errorf("%d runs, or not the first of a longer study", len(runs))
	}
	for from := 0; from < len(runs); from += 8 {
		var quarters [4]int
		for _, r := range runs[from : from+8] {
			quarters[int(4*r.Config.Fit.LearningRate)]++
		}
		if quarters != [4]int{2, 2, 2, 2} {
			t.Errorf("runs from %d are in the quarters %v", from, quarters)
		}
	}
}

// A search whose best settings are known comes near them, proposes the same again by the same
// past, and has what it proposed in its folder.
func TestSearch(t *testing.T) {
	s, runs := mustRuns(t, searched)
	f, err := Create(t.TempDir()+"/study", s, About{ID: "x", Created: time.Now(), Total: s.Total(runs)})
	if err != nil {
		t.Fatal(err)
	}
	if f.About.Total != 20 || len(runs) != 8 {
		t.Fatalf("%d runs of %d are known at first, want 8 of 20", len(runs), f.About.Total)
	}
	var records []Record
	good := 0
	for n := range 20 {
		if n >= len(runs) {
			r, err := f.Propose(runs, records)
			if err != nil {
				t.Fatal(err)
			}
			again, err := f.Propose(runs, records)
			if err != nil || !reflect.DeepEqual(r, again) {
				t.Fatalf("proposed again, the run %d is another one (%v)", n+1, err)
			}
			runs = append(runs, *r)
		}
		value := 1.0
		if slices.Equal(runs[n].Config.Hidden, []int{16, 16}) {
			value = 0
			if n >= 8 {
				good++
			}
		}
		records = append(records, Record{Trial: runs[n], State: Done, Value: experiment.Number(value)})
	}
	if good < 6 { // a third of 12 by chance
		t.Errorf("%d of 12 proposals have the layers that are best", good)
	}
	proposed, err := f.Proposed()
	if err != nil || !reflect.DeepEqual(proposed, runs[8:]) {
		t.Errorf("the folder has %d proposals, which are not those made (%v)", len(proposed), err)
	}
}

func TestSearchRefuses(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"minimize: test_loss.mean", "", "say what is searched for"},
		{"hidden: [[16], [32], [16, 16]]", "seed: 0-4", "luckiest"},
		{"trials: 20", "", "how many draws"},
		{"[16, 16]]", "[-3]]", "hidden"},
		{"max: 1e-1", "max: .inf", "distribution"},
	} {
		s, err := read(t, strings.Replace(searched, c.from, c.to, 1))
		if err == nil {
			_, err = s.Runs()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: the error is %v, want one with %q", c.to, err, c.want)
		}
	}
}
