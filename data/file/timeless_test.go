package file

import (
	"math"
	"strings"
	"testing"
)

// States and derivatives without times whose columns are not along the last axis are refused, with what to write; positions and
// momenta of more columns than trials are asked for.
func TestColumnsOfArraysWithoutTimes(t *testing.T) {
	const trials, rows = 3, 60
	at := func(k, i, j int) (x, dx float64) {
		amplitude, phase := 1+0.3*float64(k), 0.1*float64(i)+float64(k)
		return amplitude * []float64{math.Cos(phase), -math.Sin(phase)}[j], amplitude * []float64{-math.Sin(phase), -math.Cos(phase)}[j]
	}
	fill := func(shape []int, order [3]int) (x, dx []float64) { // axes of trials, rows and columns
		var index [3]int
		for index[0] = range shape[0] {
			for index[1] = range shape[1] {
				for index[2] = range shape[2] {
					a, b := at(index[order[0]], index[order[1]], index[order[2]])
					x, dx = append(x, a), append(dx, b)
				}
			}
		}
		return x, dx
	}
	for _, test := range []struct {
		shape []int
		order [3]int
		want  string
	}{
		{[]int{trials, rows, 2}, [3]int{0, 1, 2}, ""},
		{[]int{rows, trials, 2}, [3]int{1, 0, 2}, ""},
		{[]int{2, trials, rows}, [3]int{1, 2, 0}, "numpy.moveaxis(x, 0, -1)"},
		{[]int{trials, 2, rows}, [3]int{0, 2, 1}, "numpy.moveaxis(x, 1, -1)"},
	} {
		x, dx := fill(test.shape, test.order)
		s, _, err := decode(npzOf(t, "x", test.shape, x, "dx", test.shape, dx), Columns{})
		if test.want == "" && (err != nil || s.Rows() != trials*rows || s.Dim != 2) || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%v: %v", test.shape, err)
		}
	}
	times := make([]float64, rows)
	for i := range times {
		times[i] = 0.1 * float64(i)
	}
	both := func(shape []int, c Columns) (string, error) {
		x, dx := make([]float64, shape[0]*shape[1]*shape[2]), make([]float64, shape[0]*shape[1]*shape[2])
		for i := range x {
			x[i], dx[i] = math.Cos(0.1*float64(i/shape[2]%rows)+float64(i%shape[2])), -math.Sin(0.1*float64(i/shape[2]%rows)+float64(i%shape[2]))
		}
		_, m, err := decode(npzOf(t, "t", []int{rows}, times, "q", shape, x, "p", shape, dx), c)
		if err != nil {
			return "", err
		}
		return strings.Join(m.Notes, "; "), nil
	}
	if _, err := both([]int{2, rows, 5}, Columns{}); err == nil || !strings.Contains(err.Error(), "q.transpose(2, 1, 0)") {
		t.Errorf("more columns than trials: %v", err)
	}
	if _, err := both([]int{2, rows, 5}, Columns{Q: []string{"q"}, P: []string{"p"}}); err != nil {
		t.Errorf("more columns than trials, named: %v", err)
	}
	if note, err := both([]int{5, rows, 2}, Columns{}); err != nil || !strings.Contains(note, "5 trials of 2 columns") {
		t.Errorf("more trials than columns: %q, %v", note, err)
	}
}
