package file

import (
	"math"
	"strings"
	"testing"

	"hnn/data"
	"hnn/internal/stream"
)

// swinging are trials of oscillators of d degrees of freedom, as [trials, T, 2d].
func swinging(trials, rows, d int) Array {
	a := Array{Shape: []int{trials, rows, 2 * d}}
	for k := range trials {
		for i := range rows {
			t := 0.1 * float64(i)
			for j := range 2 * d {
				w, size := float64(1+j%d), 1+0.3*float64(k*7%10)
				if j < d {
					a.Data = append(a.Data, size*math.Cos(w*t))
				} else {
					a.Data = append(a.Data, -size*w*math.Sin(w*t))
				}
			}
		}
	}
	return a
}

func clock(rows int) Array {
	a := Array{Shape: []int{rows}}
	for i := range rows {
		a.Data = append(a.Data, 0.1*float64(i))
	}
	return a
}

func shaped(a Array, shape ...int) Array { return Array{Shape: shape, Data: a.Data} }

// The same trials are read from arrays of every order of axes, or refused with what to write.
func TestAxes(t *testing.T) {
	const trials, rows = 3, 40
	x := swinging(trials, rows, 2)
	one := swinging(1, rows, 2)
	six := swinging(6, rows, 1)
	noisy := swinging(6, 200, 1)
	rng := stream.New(1, "axes")
	for i := range noisy.Data {
		noisy.Data[i] += 0.05 * rng.NormFloat64()
	}
	square := swinging(rows, rows, 1)
	for _, test := range []struct {
		name   string
		arrays map[string]Array
		trials int
		dim    int
		want   []float64 // all states, nil for any
		err    string
	}{
		{"[trials, T, d]", map[string]Array{"t": clock(rows), "x": x}, trials, 4, x.Data, ""},
		{"[T, trials, d]", map[string]Array{"t": clock(rows), "x": transposed(x)}, trials, 4, x.Data, ""},
		{"[T, d]", map[string]Array{"t": clock(rows), "x": shaped(one, rows, 4)}, 1, 4, one.Data, ""},
		{"solve_ivp", map[string]Array{"t": clock(rows), "y": transposed(shaped(one, rows, 4))}, 1, 4, one.Data, ""},
		{"states [d, T]", map[string]Array{"t": clock(rows), "x": transposed(shaped(one, rows, 4))}, 1, 4, one.Data, ""},
		{"[1, T] of all", map[string]Array{"t": shaped(clock(rows), 1, rows), "q": {[]int{1, rows}, one.Data[:rows]}, "p": {[]int{1, rows}, one.Data[:rows]}}, 1, 2, nil, ""},
		{"a row of times", map[string]Array{"t": shaped(clock(rows), 1, rows), "x": shaped(one, rows, 4)}, 1, 4, one.Data, ""},
		{"trials beside others", map[string]Array{"t": clock(rows), "q": shaped(x, 12, rows)}, 0, 0, nil, "12 components, as solve_ivp gives them, or 12 trials"},
		{"[d, T, trials]", map[string]Array{"t": clock(rows), "x": axes{2, 1, 0}.moved(x)}, trials, 4, x.Data, ""},
		{"[d, T, trials] of one position", map[string]Array{"t": clock(rows), "x": axes{2, 1, 0}.moved(six)}, 6, 2, six.Data, ""},
		{"[T, d, trials]", map[string]Array{"t": clock(rows), "x": axes{1, 2, 0}.moved(six)}, 6, 2, six.Data, ""},
		{"[trials, d, T]", map[string]Array{"t": clock(rows), "x": axes{0, 2, 1}.moved(six)}, 6, 2, six.Data, ""},
		{"[d, trials, T]", map[string]Array{"t": clock(rows), "x": axes{2, 0, 1}.moved(six)}, 6, 2, six.Data, ""},
		{"[trials, T, d] of two trials", map[string]Array{"t": clock(rows), "x": shaped(swinging(2, rows, 3), 2, rows, 6)}, 2, 6, nil, ""},
		{"[trials, T, d] of momenta that are no velocities", map[string]Array{"t": clock(rows), "x": shaped(Array{Data: swinging(6, rows, 1).Data}, 2, rows, 6)}, 2, 6, nil, ""},
		{"[d, T, trials] under noise", map[string]Array{"t": clock(len(noisy.Data) / 12), "x": axes{2, 1, 0}.moved(noisy)}, 6, 2, noisy.Data, ""},
		{"[d, T, trials] of another name", map[string]Array{"t": clock(rows), "y": axes{2, 1, 0}.moved(six)}, 0, 0, nil, "save y.transpose(2, 1, 0) as an array x"},
		{"positions [trials, d, T]", map[string]Array{"t": clock(rows), "q": axes{0, 2, 1}.moved(six), "p": axes{0, 2, 1}.moved(six)}, 0, 0, nil, "q.transpose(0, 2, 1) of [trials, d, T]"},
		{"as many trials as rows", map[string]Array{"t": clock(rows), "x": square}, rows, 2, square.Data, ""},
		{"as many trials as rows, T first", map[string]Array{"t": clock(rows), "x": transposed(square)}, rows, 2, square.Data, ""},
		{"as many trials as rows, T last", map[string]Array{"t": clock(rows), "x": axes{0, 2, 1}.moved(square)}, rows, 2, square.Data, ""},
		{"a step and T last", map[string]Array{"dt": {nil, []float64{0.1}}, "x": axes{0, 2, 1}.moved(six)}, 0, 0, nil, "it looks like time"},
	} {
		s, _, err := readNamed(t, test.arrays)
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s: %v, want %q", test.name, err, test.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if s.Trials() != test.trials || s.Dim != test.dim {
			t.Errorf("%s: %d trials of %d columns", test.name, s.Trials(), s.Dim)
			continue
		}
		for i, v := range test.want {
			if s.X[i] != v {
				t.Errorf("%s: state %d is %v, want %v", test.name, i, s.X[i], v)
				break
			}
		}
	}
	table := append(clock(rows).Data, one.Data[:rows]...)
	if _, _, err := decode(string(npyArray("<f8", []int{2, rows}, table...)), Columns{}); err == nil || !strings.Contains(err.Error(), "save its transpose") {
		t.Errorf("a table on its side: %v", err)
	}
}

// Arrays that are not used do not refuse the file, whatever their shape; those that are
// named are used or refused.
func TestOtherArrays(t *testing.T) {
	const rows = 40
	one := swinging(1, rows, 1)
	arrays := map[string]Array{"t": clock(rows), "x": shaped(one, rows, 2), "theta": {[]int{3}, []float64{1, 2, 3}}, "m": {nil, []float64{2}}, "p": {[]int{2, 2}, make([]float64, 4)}}
	s, m, err := readNamed(t, arrays)
	if err != nil || s.Dim != 2 || len(m.Ignored) != 3 {
		t.Errorf("%v, %+v", err, m)
	}
}

func readNamed(t *testing.T, arrays map[string]Array) (*data.Set, *Mapping, error) {
	t.Helper()
	var list []any
	for name, a := range arrays {
		list = append(list, name, a.Shape, a.Data)
	}
	return decode(npzOf(t, list...), Columns{})
}
