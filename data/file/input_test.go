package file_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hnn/data/file"
	"hnn/data/internal/datatest"
)

func TestInputsAreReadAndWritten(t *testing.T) {
	want := datatest.Driven()
	want.Clean, want.InputsHeld = nil, false // which a file does not say
	var b bytes.Buffer
	if err := file.WriteCSV(&b, want); err != nil {
		t.Fatal(err)
	}
	got, _, err := file.Decode(&b, "written", file.ReadOptions{})
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("the file holds another set: %v %s", err, diff)
	}
	// An array of several inputs, and one for a single one.
	var npz bytes.Buffer
	column := file.Array{Shape: []int{3}, Data: []float64{1, 2, 3}}
	if err := file.WriteNPZ(&npz, map[string]file.Array{"t": column, "q": column, "p": column, "u": {Shape: []int{3, 2}, Data: []float64{1, 2, 3, 4, 5, 6}}}); err != nil {
		t.Fatal(err)
	}
	got, m, err := file.Decode(&npz, "written", file.ReadOptions{})
	if err != nil || !cmp.Equal(got.Inputs, []float64{1, 2, 3, 4, 5, 6}) || !cmp.Equal(m.Input, []string{"u1", "u2"}) {
		t.Errorf("arrays give the inputs %v: %v, %v", m, got, err)
	}
	if _, _, err := file.Decode(strings.NewReader("t,q,p,u\n0,1,1,1\n1,2,1,\n"), "f", file.ReadOptions{}); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("an input that is missing gives %v", err)
	}
	if _, _, err := file.Decode(strings.NewReader("t,q,p,u\n0,1,1,1\n"), "f", file.ReadOptions{Columns: file.Columns{Input: []string{"q"}, Q: []string{"q"}}}); err == nil {
		t.Error("a column is position and input")
	}
}
