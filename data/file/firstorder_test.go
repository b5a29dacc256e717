package file

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// The columns of a system of first order are read in any number, written, and read back.
func TestFirstOrderColumns(t *testing.T) {
	const text = "t,l1,l2,l3,note\n0,1,2,3,9\n1,2,3,5,9\n2,3,4,7,8\n"
	s, m, err := Decode(strings.NewReader(text), "rows.csv", ReadOptions{Columns: Columns{X: []string{"l1", "l2", "l3"}}})
	if err != nil {
		t.Fatal(err)
	}
	if !s.FirstOrder || s.PositionsOnly || s.Dim != 3 || s.Rows() != 3 || s.X[5] != 5 || s.Inputs != nil {
		t.Errorf("%+v", s)
	}
	if !slices.Equal(m.X, []string{"l1", "l2", "l3"}) || m.Q != nil || !strings.Contains(m.String(), "columns l1 l2 l3") || strings.Contains(m.String(), "momenta") {
		t.Errorf("the mapping is %v", m)
	}
	var b bytes.Buffer
	if err := WriteCSV(&b, s); err != nil {
		t.Fatal(err)
	}
	again, _, err := Decode(&b, "again.csv", ReadOptions{Columns: Columns{X: []string{"l1", "l2", "l3"}}})
	if err != nil || !slices.Equal(again.X, s.X) {
		t.Errorf("written and read it is %v, %v", again, err)
	}
	if _, _, err := Decode(strings.NewReader(text), "rows.csv", ReadOptions{Columns: Columns{X: []string{"l1"}, Q: []string{"l2"}}}); err == nil || !strings.Contains(err.Error(), "leave out q") {
		t.Errorf("columns that are and are not pairs: %v", err)
	}
}
