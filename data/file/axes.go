package file

import (
	"fmt"
	"math"
	"slices"
)

// orient turns the arrays of the given names so that rows are their first axis but for that
// of trials, by the shape of the times and, where that leaves two ways, by the numbers: a
// state is smooth along time. whole says that they are of positions and momenta together, named
// that the user says that they are positions.
// What cannot be told is refused. It returns notes on what it did.
func orient(arrays map[string]Array, time string, names []string, whole, named bool) (notes []string, err error) {
	t := arrays[time]
	if n := len(t.Shape); n == 2 && (t.Shape[0] == 1 || t.Shape[1] == 1) && t.Shape[0]*t.Shape[1] > 1 {
		t.Shape = []int{t.Shape[0] * t.Shape[1]} // a row or a column
		arrays[time] = t
	}
	var order axes
	var ordered bool
	var from []int // shape of the whole state
	if first := arrays[names[0]]; (whole || len(names) == 1 && !named) && len(t.Shape) == 1 && len(first.Shape) == 3 && len(first.Data) > 0 && rises(t.Data) {
		from = first.Shape
		var note string
		order, note, ordered = orderOf(names[0], first, t.Data)
		switch {
		case ordered && whole:
			notes = append(notes, fmt.Sprintf("the array %s of shape %v is taken for [trials, T, d] with its axes in another order, of shape %v, in which the second half of its columns is the velocity of the first", excerpt(names[0]), from, order.shape(first)))
		case ordered && from[order.trials] < 3: // which may be so by chance
			ordered = false
		case ordered:
			return nil, &columnError{fmt.Sprintf("the array %s of shape %v is no positions as [trials, T, d]: in another order of its axes it is positions and their velocities", excerpt(names[0]), from),
				fmt.Sprintf("save %s.transpose(%d, %d, %d) as an array x, or say that it is positions, as in --q %[1]s", names[0], order.trials, order.time, order.columns)}
		case note != "" && whole:
			notes = append(notes, note)
		}
	}
	for _, name := range names {
		a := arrays[name]
		var turned bool
		switch {
		case len(a.Data) == 0 || len(t.Data) == 0:
		case ordered && len(a.Shape) == 3 && a.Shape[order.trials] == from[order.trials] && a.Shape[order.time] == from[order.time]:
			arrays[name] = order.moved(a)
		case len(t.Shape) == 1 && len(a.Shape) == 3 && a.Shape[0] != t.Shape[0] && a.Shape[1] != t.Shape[0] && a.Shape[2] == t.Shape[0]:
			err = &columnError{fmt.Sprintf("the array %s has the shape %v beside %d times: its last axis is time, and which of the others is that of trials cannot be told", excerpt(name), a.Shape, t.Shape[0]),
				fmt.Sprintf("save it as [trials, T, d], which is %s.transpose(0, 2, 1) of [trials, d, T], or %s.transpose(1, 2, 0) of [d, trials, T]", name, name)}
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

// axes are the numbers of the axes of an array that are those of trials, of time and of columns.
type axes struct{ trials, time, columns int }

// orderOf looks whether the axes of a whole state, of three, are other than their usual ones,
// [trials, T, d] or [T, trials, d]: where time tells neither, and the second half of the columns
// is the velocity of the first in one order alone. It returns a note where the numbers show
// velocities in no order.
func orderOf(name string, a Array, t []float64) (order axes, note string, ok bool) {
	rows := len(t)
	var usual *axes
	var others []axes
	switch first, second, third := a.Shape[0] == rows, a.Shape[1] == rows, a.Shape[2] == rows; {
	case first && !second && !third:
		usual, others = &axes{1, 0, 2}, []axes{{2, 0, 1}}
	case second && !first && !third:
		usual, others = &axes{0, 1, 2}, []axes{{2, 1, 0}}
	case third && !first && !second:
		others = []axes{{0, 2, 1}, {1, 2, 0}}
	case first || second || third: // the axis of time is not the only one of its length
		for time, n := range a.Shape {
			if n == rows {
				others = append(others, axes{(time + 1) % 3, time, (time + 2) % 3}, axes{(time + 2) % 3, time, (time + 1) % 3})
			}
		}
	default:
		return axes{}, "", false
	}
	if usual != nil && usual.follow(a, t) {
		return axes{}, "", false
	}
	found := 0
	for _, o := range others {
		if o.follow(a, t) {
			order = o
			found++
		}
	}
	if found == 1 {
		return order, "", true
	}
	if usual != nil && a.Shape[usual.columns]%2 == 0 && a.Shape[usual.trials]%2 == 0 {
		o := others[0]
		note = fmt.Sprintf("the array %s of shape %v is taken for %s of %d columns; if it is %s of %d, save %s.transpose(%d, %d, %d)", excerpt(name), a.Shape,
			plural(a.Shape[usual.trials], "trial"), a.Shape[usual.columns], plural(a.Shape[o.trials], "trial"), a.Shape[o.columns], name, o.trials, o.time, o.columns)
	}
	return axes{}, note, false
}

// shape is that of an array as [trials, T, d].
func (o axes) shape(a Array) []int {
	return []int{a.Shape[o.trials], a.Shape[o.time], a.Shape[o.columns]}
}

// strides are how far apart the numbers of neighbouring trials, rows and columns lie in an array.
func (o axes) strides(a Array) (trial, row, column int) {
	along := [3]int{a.Shape[1] * a.Shape[2], a.Shape[2], 1}
	return along[o.trials], along[o.time], along[o.columns]
}

// moved is the array as [trials, T, d].
func (o axes) moved(a Array) Array {
	trial, row, column := o.strides(a)
	out := Array{Shape: o.shape(a), Data: make([]float64, 0, len(a.Data))}
	for k := range out.Shape[0] {
		for i := range out.Shape[1] {
			for j := range out.Shape[2] {
				out.Data = append(out.Data, a.Data[k*trial+i*row+j*column])
			}
		}
	}
	return out
}

// follow reports whether in this order the second half of the columns are the rates of the
// first, all trials together, from row to row or, under noise, over some rows.
func (o axes) follow(a Array, t []float64) bool {
	const most = 32 // rows, which bound the time
	span := min(len(t)/20, most)
	return o.followOver(1, a, t) || span > 1 && o.followOver(span, a, t)
}

func (o axes) followOver(span int, a Array, t []float64) bool {
	columns, trials := a.Shape[o.columns], a.Shape[o.trials]
	if columns%2 != 0 {
		return false
	}
	trial, row, column := o.strides(a)
	for j := range columns / 2 {
		var sums following
		for k := range trials {
			at := func(i, j int) float64 {
				return a.Data[k*trial+i*row+j*column]
			}
			sums.add(span, t, func(i int) float64 { return at(i, j) }, func(i int) float64 { return at(i, j+columns/2) })
		}
		if len(t) < fewRows || !sums.agree() {
			return false
		}
	}
	return true
}

// following compares velocities with the slopes of positions.
type following struct{ xx, xv, vv float64 }

// add takes the rows of one trial, each with the mean slope and rate over span rows on both
// sides; those of no number, as padding, are left out.
func (f *following) add(span int, t []float64, x, v func(i int) float64) {
	for i := span; i+span < len(t); i++ {
		slope, rate := (x(i+span)-x(i-span))/(t[i+span]-t[i-span]), v(i)
		if span > 1 {
			rate = 0
			for k := i - span; k < i+span; k++ {
				rate += (v(k) + v(k+1)) / 2 * (t[k+1] - t[k])
			}
			rate /= t[i+span] - t[i-span]
		}
		if math.IsNaN(slope * rate) {
			continue
		}
		f.xx, f.xv, f.vv = f.xx+slope*slope, f.xv+slope*rate, f.vv+rate*rate
	}
}

func (f *following) agree() bool {
	const agree = 0.9
	return f.xv > 0 && f.xv*f.xv > agree*f.xx*f.vv
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
	return axes{2, 1, 0}.followOver(1, Array{Shape: []int{a.Shape[0], len(t), 1}, Data: a.Data}, t)
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
