package report

// contour returns the lines on which a function on a grid has the value level: z holds
// columns x rows values, column by column, and points are in units of the grid, from
// (0, 0). A closed line ends where it begins.
//
// They are found by marching squares, cell by cell with linear interpolation along
// its sides; in a cell where the four corners leave the choice, the mean decides.
// (plotter.Contour of gonum/plot finds the same lines but in an order that changes from
// call to call.)
func contour(z []float64, columns, rows int, level float64) [][][2]float64 {
	// A side of a cell goes up or to the right from the point (i, j), and is named by
	// 2*(i*rows + j), with 1 added where it goes up. A line crosses a side once and goes
	// on in the two cells beside it, so links has two places for a side.
	links := make([][2]int, 2*columns*rows)
	for i := range links {
		links[i] = [2]int{-1, -1}
	}
	link := func(a, b int) {
		for _, ab := range [][2]int{{a, b}, {b, a}} {
			l := &links[ab[0]]
			if l[0] < 0 {
				l[0] = ab[1]
			} else {
				l[1] = ab[1]
			}
		}
	}
	at := func(i, j int) float64 { return z[i*rows+j] }
	above := func(v float64) bool { return v >= level }
	for i := range columns - 1 {
		for j := range rows - 1 {
			bottom, left := 2*(i*rows+j), 2*(i*rows+j)+1
			top, right := 2*(i*rows+j+1), 2*((i+1)*rows+j)+1
			corners := [4]float64{at(i, j), at(i+1, j), at(i+1, j+1), at(i, j+1)}
			sides := [4]int{bottom, right, top, left} // after each corner, anticlockwise
			var crossed []int
			for k := range 4 {
				if above(corners[k]) != above(corners[(k+1)%4]) {
					crossed = append(crossed, sides[k])
				}
			}
			switch {
			case len(crossed) == 2:
				link(crossed[0], crossed[1])
			case len(crossed) == 4:
				mean := (corners[0] + corners[1] + corners[2] + corners[3]) / 4
				if above(mean) == above(corners[0]) { // corners 1 and 3 are cut off
					link(bottom, right)
					link(top, left)
				} else {
					link(left, bottom)
					link(right, top)
				}
			}
		}
	}
	point := func(side int) [2]float64 {
		i, j := side/2/rows, side/2%rows
		if side%2 == 1 {
			return [2]float64{float64(i), float64(j) + (level-at(i, j))/(at(i, j+1)-at(i, j))}
		}
		return [2]float64{float64(i) + (level-at(i, j))/(at(i+1, j)-at(i, j)), float64(j)}
	}
	done := make([]bool, len(links))
	trace := func(start int) [][2]float64 {
		line := [][2]float64{point(start)}
		done[start] = true
		for side := start; ; {
			next := links[side][0]
			if next < 0 || done[next] {
				next = links[side][1]
			}
			if next < 0 || done[next] {
				if (links[side][0] == start || links[side][1] == start) && len(line) > 2 {
					line = append(line, line[0])
				}
				return line
			}
			done[next] = true
			line = append(line, point(next))
			side = next
		}
	}
	var lines [][][2]float64
	// Open lines from their ends at the border, then what is left, the closed ones.
	for _, open := range []bool{true, false} {
		for side, l := range links {
			if !done[side] && l[0] >= 0 && (l[1] < 0) == open {
				lines = append(lines, trace(side))
			}
		}
	}
	return lines
}
