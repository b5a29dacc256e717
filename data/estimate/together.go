package estimate

import "math"

// Tracks of the same times without missing samples differ in the filter by their right sides alone: one elimination serves them
// all. Every right side sees the operations that it does by itself, so that the likelihood has the same bits.

// sides are the right sides of one row, one of each track.
type sides [mostTracks]float64

// alike groups tracks, at most mostTracks, that the filter may take together: their places.
func alike(tracks []Track) [][]int {
	complete := func(v []float64) bool {
		for _, x := range v {
			if math.IsNaN(x) {
				return false
			}
		}
		return true
	}
	same := func(a, b *Track) bool {
		if len(a.T) != len(b.T) || (a.V == nil) != (b.V == nil) {
			return false
		}
		for k := 1; k < len(a.T); k++ {
			if a.T[k]-a.T[k-1] != b.T[k]-b.T[k-1] {
				return false
			}
		}
		return complete(a.Q) && complete(a.V) && complete(b.Q) && complete(b.V)
	}
	var groups [][]int
	for i := range tracks {
		found := false
		for g, group := range groups {
			if len(group) < mostTracks && same(&tracks[group[0]], &tracks[i]) {
				groups[g], found = append(group, i), true
				break
			}
		}
		if !found {
			groups = append(groups, []int{i})
		}
	}
	return groups
}

// likelihoods writes the logarithm of each track's likelihood, which filter returns.
func (m *Motion) likelihoods(tracks []Track, groups [][]int, logs []float64) {
	for _, group := range groups {
		if len(group) == 1 {
			logs[group[0]] = m.filter(tracks[group[0]], nil, nil)
		} else {
			m.together(tracks, group, logs)
		}
	}
}

// together is filter of tracks that are alike.
func (m *Motion) together(tracks []Track, group []int, logs []float64) {
	n, count := m.Order, len(group)
	first := tracks[group[0]]
	velocities := m.rv > 0 && first.V != nil
	determinant := logarithm{product: 1}
	var prior [mostOrder][mostOrder + 1]float64
	var right [2*mostOrder + 2]sides
	var square, origin sides
	for c, i := range group {
		origin[c] = tracks[i].Q[0]
	}
	held := 0
	for k := 0; k < len(first.T); k++ {
		started, before := determinant.total(), prior
		var a [mostOrder + 2][mostOrder + 1]float64
		copy(a[:held], prior[:held])
		rate := math.NaN()
		if velocities {
			rate = 0
		}
		rows := m.measure(&a, held, 0, rate, &determinant)
		for c, i := range group {
			right[held][c] = a[held][0] * ((tracks[i].Q[k] - origin[c]) / m.scale)
			if velocities {
				right[held+1][c] = a[held+1][1] * (tracks[i].V[k] * m.step / m.scale)
			}
		}
		held = triangle(a[:rows], n, n, right[:rows], count)
		for i := held; i < rows; i++ {
			for c, e := range right[i][:count] {
				square[c] += float64(e * e)
			}
		}
		if k+1 == len(first.T) {
			for i := range held {
				determinant.add(1 / math.Abs(a[i][lead(a[i][:], i, n)]))
			}
			break
		}
		h := (first.T[k+1] - first.T[k]) / m.step
		var wide [2*mostOrder + 2][2*mostOrder + 1]float64
		for i := range held {
			copy(wide[i][:n], a[i][:n])
		}
		clear(right[held : held+n])
		m.motionRows(wide[held:held+n], h, &determinant)
		triangleWide(wide[:held+n], n, 2*n, right[:held+n], count)
		for i := range n {
			determinant.add(1 / math.Abs(wide[i][i]))
		}
		follow(&prior, &wide, held, n)
		for i := range held {
			right[i] = right[n+i]
			if wide[n+i][n+min(i, n-1)] < 0 { // follow has turned the row
				for c := range count {
					right[i][c] = -right[i][c]
				}
			}
		}
		if !unchanged(held, n, &before, &prior) {
			continue
		}
		last := m.steadyRows(first, k, h, velocities)
		if last == k+1 {
			continue
		}
		carry, ok := m.carry(&prior, h, velocities)
		if !ok {
			continue
		}
		for c, i := range group {
			var z [mostOrder]float64
			for j := range n {
				z[j] = right[j][c]
			}
			square[c] += carry.over(tracks[i], k+1, last, origin[c], &z)
			for j := range n {
				right[j][c] = z[j]
			}
		}
		determinant.sum += float64(float64(last-k-1) * (determinant.total() - started))
		k = last - 1
	}
	for c, i := range group {
		logs[i] = determinant.total() - square[c]/2
	}
}

// reflect applies a Householder reflection, of the vector v0 and, from 1 on, column, to the right sides of its rows.
func reflect(right []sides, column *[2*mostOrder + 2]float64, v0, beta float64, count int) {
	var dots sides
	for t, v := range right[0][:count] {
		dots[t] = v0 * v
	}
	for i := 1; i < len(right); i++ {
		f := column[i]
		for t, v := range right[i][:count] {
			dots[t] += float64(f * v)
		}
	}
	for t := range dots[:count] {
		dots[t] /= beta
		right[0][t] -= float64(dots[t] * v0)
	}
	for i := 1; i < len(right); i++ {
		f := column[i]
		for t, d := range dots[:count] {
			right[i][t] -= float64(d * f)
		}
	}
}
