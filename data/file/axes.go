package file

import (
	"fmt"
	"math"
	"slices"
)

// orient turns the arrays of the given names so that rows are their first axis but for that
// of trials, by the shape of the times and, where that leaves two ways, by the numbers: a
// state is smooth along time. whole says that they are of positions and momenta together.
// What cannot be told is refused. It returns notes on what it did.
func orient(arrays map[string]Array, time string, names []string, whole bool) (notes []string, err error) {
	t := arrays[time]
	if n := len(t.Shape); n == 2 && (t.Shape[0] == 1 || t.Shape[1] == 1) && t.Shape[0]*t.Shape[1] > 1 {
		t.Shape = []int{t.Shape[0] * t.Shape[1]} // a row or a column
		arrays[time] = t
	}
	for _, name := range names {
		a := arrays[name]
		var turned bool
		switch {
		case len(a.Data) == 0 || len(t.Data) == 0:
		case len(t.Shape) == 2 && len(a.Shape) >= 2 && a.Shape[0] == t.Shape[1] && a.Shape[1] == t.Shape[0] && t.Shape[0] != t.Shape[1]:
			turned = true
		case len(t.Shape) == 1 && len(a.Shape) == 3:
			turned, err = trialsSecond(name, a, t.Shape[0])
		case len(t.Shape) == 1 && len(a.Shape) == 2 && a.Shape[0] == 1 && a.Shape[1] == t.Shape[0]:
			arrays[name] = Array{Shape: t.Shape, Data: a.Data}
		case len(t.Shape) == 1 && len(a.Shape) == 2:
			turned, err = componentsFirst(name, a, t.Data, whole)
		}
		if err != nil {
			return nil, err
		}
		if turned {
			arrays[name] = transposed(a)
			notes = append(notes, fmt.Sprintf("the array %s of shape %v is taken with its second axis for the rows of time, as shape %v", excerpt(name), a.Shape, arrays[name].Shape))
		}
	}
	return notes, nil
}

// trialsSecond reports whether an array of three axes is [T, trials, d].
func trialsSecond(name string, a Array, rows int) (bool, error) {
	switch {
	case a.Shape[0] != rows:
		return false, nil
	case a.Shape[1] != rows:
		return true, nil
	}
	first, second := roughness(a, 0), roughness(a, 1)
	switch {
	case second < first/4:
		return false, nil
	case first < second/4:
		return true, nil
	}
	return false, &columnError{fmt.Sprintf("the array %s has the shape %v, of which either of the first two axes may be time", excerpt(name), a.Shape),
		"give the times as [trials, T], or leave out a row of each trial"}
}

// componentsFirst reports whether an array of two axes is [2d, T]: positions, then as many
// velocities, as solve_ivp of SciPy has them. One of [k, T] that is none may be k trials or k
// positions and is refused.
func componentsFirst(name string, a Array, t []float64, whole bool) (bool, error) {
	k, rows := a.Shape[0], len(t)
	if a.Shape[1] != rows || k == 1 || rows < 2 {
		return false, nil
	}
	if k == rows && (rows < fewRows || roughness(a, 0) <= 4*roughness(a, 1)) {
		return false, nil
	}
	if whole && k%2 == 0 && halvesFollow(a, t) {
		return true, nil
	}
	return false, &columnError{
		fmt.Sprintf("the array %s has the shape %v beside %d times: it may be %d components, as solve_ivp gives them, or %d trials of one", excerpt(name), a.Shape, rows, k, k),
		fmt.Sprintf("save %s.T for components, so that its shape is [T, %d], or %s[:, :, None] for trials, of shape [%d, T, 1]", name, k, name, k)}
}

// halvesFollow reports whether the second half of the rows of an array [2d, T] are the rates
// of the first.
func halvesFollow(a Array, t []float64) bool {
	const agree = 0.9
	d, n := a.Shape[0]/2, len(t)
	for j := range d {
		x, v := a.Data[j*n:(j+1)*n], a.Data[(j+d)*n:(j+d+1)*n]
		var xx, xv, vv float64
		for i := 1; i+1 < n; i++ {
			slope := (x[i+1] - x[i-1]) / (t[i+1] - t[i-1])
			xx, xv, vv = xx+slope*slope, xv+slope*v[i], vv+v[i]*v[i]
		}
		if n < fewRows || !(xv*xv > agree*xx*vv) || xv < 0 {
			return false
		}
	}
	return true
}

// roughness is the mean square of the steps along the first or the second axis.
func roughness(a Array, axis int) float64 {
	n0, n1 := a.Shape[0], a.Shape[1]
	width := len(a.Data) / (n0 * n1)
	stride, limit := n1*width, (n0-1)*n1*width
	if axis == 1 {
		stride, limit = width, len(a.Data)-width
	}
	sum, count := 0.0, 0
	for i := range limit {
		if axis == 1 && i/width%n1 == n1-1 {
			continue
		}
		if d := a.Data[i+stride] - a.Data[i]; !math.IsNaN(d) {
			sum, count = sum+d*d, count+1
		}
	}
	return sum / float64(max(count, 1))
}

// transposed swaps the first two axes.
func transposed(a Array) Array {
	n0, n1 := a.Shape[0], a.Shape[1]
	width := len(a.Data) / max(n0*n1, 1)
	out := Array{Shape: slices.Clone(a.Shape), Data: make([]float64, 0, len(a.Data))}
	out.Shape[0], out.Shape[1] = n1, n0
	for j := range n1 {
		for i := range n0 {
			out.Data = append(out.Data, a.Data[(i*n1+j)*width:(i*n1+j+1)*width]...)
		}
	}
	return out
}

// fits reports whether an array may belong to rows of the times: one of its first two axes
// is as long as they are.
func fits(a Array, time Array) bool {
	rows := 0
	for _, n := range time.Shape {
		rows = max(rows, n)
	}
	if len(time.Shape) == 2 {
		rows = time.Shape[1]
		if time.Shape[1] == 1 {
			rows = time.Shape[0]
		}
	}
	return len(a.Shape) > 0 && (a.Shape[0] == rows || len(a.Shape) > 1 && a.Shape[1] == rows)
}
