package file

import (
	"fmt"
	"math"
)

// columnsLast is an error if an array of states without times, beside its derivatives, shows that its columns are along another
// axis than the last: the derivatives of the first half of the columns then go with the second half, as velocities and momenta of
// constant masses do, in that order alone.
func columnsLast(name string, x, dx Array) error {
	last := len(x.Shape) - 1
	if last < 1 || len(x.Data) != len(dx.Data) || len(x.Shape) != len(dx.Shape) || ratesAlong(x, dx, last) {
		return nil
	}
	found := -1
	for axis := range last {
		if ratesAlong(x, dx, axis) {
			if found >= 0 {
				return nil
			}
			found = axis
		}
	}
	if found < 0 {
		return nil
	}
	return &columnError{fmt.Sprintf("the array %s of shape %v has no columns along its last axis: along axis %d the second half are the rates of the first", excerpt(name), x.Shape, found),
		fmt.Sprintf("save numpy.moveaxis(%[1]s, %[2]d, -1) and the same of its derivatives, so that the last axis is that of the columns", name, found)}
}

// ratesAlong reports whether, with an axis for the columns, the derivative of each of the first half is correlated with the
// column that is its momentum.
func ratesAlong(x, dx Array, axis int) bool {
	const agree = 0.9
	n := x.Shape[axis]
	stride := 1
	for _, k := range x.Shape[axis+1:] {
		stride *= k
	}
	if n < 2 || n%2 != 0 || len(x.Data)/n < fewRows {
		return false
	}
	for j := range n / 2 {
		var sums [3]float64
		for i := range x.Data {
			if i/stride%n != j {
				continue
			}
			p, v := x.Data[i+n/2*stride], dx.Data[i]
			if !math.IsNaN(p * v) {
				sums[0], sums[1], sums[2] = sums[0]+p*p, sums[1]+p*v, sums[2]+v*v
			}
		}
		if !(sums[1] > 0 && sums[1]*sums[1] > agree*sums[0]*sums[2]) {
			return false
		}
	}
	return true
}

// trialsFirst is an error if positions and momenta of three axes, which are documented as [trials, T, d], have more columns than
// trials: which axis is which cannot be told from their numbers, since each position has its momentum in either order. Otherwise
// it is a note.
func trialsFirst(name string, a Array, rows int) (string, error) {
	if len(a.Shape) != 3 || a.Shape[0] < 2 || a.Shape[2] < 2 || a.Shape[1] != rows || a.Shape[0] == rows {
		return "", nil
	}
	trials, columns := a.Shape[0], a.Shape[2]
	if columns > trials {
		return "", &columnError{fmt.Sprintf("the array %s has the shape %v beside %d times: it may be %s of %d columns or %s of %d, which cannot be told", excerpt(name), a.Shape, rows, plural(trials, "trial"), columns, plural(columns, "trial"), trials),
			fmt.Sprintf("name the arrays, as in --q %[1]s --p ..., if it is the first; save %[1]s.transpose(2, 1, 0), and so of the others, if it is the second", name)}
	}
	return fmt.Sprintf("the array %s of shape %v is taken for %s of %d columns; if it is %s of %d, save %s.transpose(2, 1, 0), and so of the others", excerpt(name), a.Shape, plural(trials, "trial"), columns, plural(columns, "trial"), trials, name), nil
}
