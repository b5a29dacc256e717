package lattice

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// noisy is from which share of the spread on noise is taken out of the rows: less makes bonds weaker by less than 1e-4, even where
// neighbours differ by a hundredth of the spread.
const noisy = 1e-4

// delays are the rows that stand beside each other in the second step of quiet.
const delays = 12

// mostBeside bounds their columns: the time goes as its square.
const mostBeside = 320

// quiet takes noise out of trials on equal steps (rows x n kinds each) without a law: of all rows it keeps the
// directions that stand out of noise of the given size, first those of states, which are few where neighbours move alike,
// then those of as many states in sequence (M. Gavish, D. Donoho, "The optimal hard threshold for singular values is 4/sqrt(3)",
// IEEE Trans. Inf. Theory 60, 2014, section I.B; D. Broomhead, G. King, Physica D 20, 1986). Noise of the kinds of columns, positions and
// momenta, may differ. It returns new trials; nil where the noise is too small to matter, or there are too few rows.
func quiet(trials [][]float64, n, kinds int) [][]float64 {
	d := kinds * n
	sizes, spreads := noises(trials, n, kinds)
	for half, size := range sizes {
		if size < noisy*spreads[half] {
			return nil
		}
	}
	rows := 0
	for _, x := range trials {
		rows += len(x) / d
	}
	if rows < d {
		return nil
	}
	// In units of the noise.
	all := mat.NewDense(rows, d, nil)
	r := 0
	for _, x := range trials {
		for ; len(x) > 0; x = x[d:] {
			for i := range d {
				all.Set(r, i, x[i]/sizes[i/n])
			}
			r++
		}
	}
	scores, directions := standOut(all)
	if scores == nil {
		return nil
	}
	_, k := scores.Dims()
	// States in sequence, their scores side by side.
	shortest := rows
	for _, x := range trials {
		shortest = min(shortest, len(x)/d)
	}
	deep := max(1, min(delays, shortest/4, mostBeside/k))
	var starts []int
	r = 0
	for _, x := range trials {
		m := len(x) / d
		for s := range m - deep + 1 {
			starts = append(starts, r+s)
		}
		r += m
	}
	if deep > 1 && len(starts) > deep*k {
		sequences := mat.NewDense(len(starts), deep*k, nil)
		for i, s := range starts {
			for j := range deep {
				copy(sequences.RawRowView(i)[j*k:(j+1)*k], scores.RawRowView(s+j))
			}
		}
		if left, right := standOut(sequences); left != nil {
			sequences.Mul(left, right.T())
			counts := make([]float64, rows)
			scores.Zero()
			for i, s := range starts {
				for j := range deep {
					counts[s+j]++
					for c := range k {
						scores.Set(s+j, c, scores.At(s+j, c)+sequences.At(i, j*k+c))
					}
				}
			}
			for i := range rows {
				for c := range k {
					scores.Set(i, c, scores.At(i, c)/counts[i])
				}
			}
		}
	}
	all.Mul(scores, directions.T())
	out := make([][]float64, len(trials))
	r = 0
	for t, x := range trials {
		for range len(x) / d {
			for i, v := range all.RawRowView(r) {
				out[t] = append(out[t], v*sizes[i/n])
			}
			r++
		}
	}
	return out
}

// standOut are the scores and directions of a matrix whose singular values are larger than those of noise of size one.
func standOut(m *mat.Dense) (scores, directions *mat.Dense) {
	rows, columns := m.Dims()
	// By the eigenvectors of m^T m: those that stand out are far from where squares lose digits.
	squares := mat.NewSymDense(columns, nil)
	squares.SymOuterK(1, m.T())
	var eigen mat.EigenSym
	if !eigen.Factorize(squares, true) {
		return nil, nil
	}
	const above = 1.05 // of the largest singular value that noise has
	edge := above * (math.Sqrt(float64(rows)) + math.Sqrt(float64(columns)))
	k := 0
	values := eigen.Values(nil) // rising
	for k < columns && values[columns-1-k] > edge*edge {
		k++
	}
	if k == 0 {
		return nil, nil
	}
	var v mat.Dense
	eigen.VectorsTo(&v)
	directions = mat.NewDense(columns, k, nil)
	for i := range columns {
		for j := range k {
			directions.Set(i, j, v.At(i, columns-1-j))
		}
	}
	scores = new(mat.Dense)
	scores.Mul(m, directions)
	return scores, directions
}

// noises are, of each kind of columns, the noise and the spread of the median column.
func noises(trials [][]float64, n, kinds int) (sizes, spreads []float64) {
	for half := range kinds {
		var sigma, spread []float64
		for i := half * n; i < (half+1)*n; i++ {
			one, all := columnNoise(trials, kinds*n, i)
			sigma, spread = append(sigma, one), append(spread, all)
		}
		slices.Sort(sigma)
		slices.Sort(spread)
		sizes, spreads = append(sizes, sigma[n/2]), append(spreads, spread[n/2])
	}
	return sizes, spreads
}

// columnNoise is the noise of a column by its sixth differences, of white noise sqrt(924) times as large, and its spread.
func columnNoise(trials [][]float64, d, column int) (sigma, spread float64) {
	binomial := [...]float64{1, -6, 15, -20, 15, -6, 1}
	sum, count, mean, square, rows := 0.0, 0, 0.0, 0.0, 0
	for _, x := range trials {
		m := len(x) / d
		for r := range m {
			v := x[r*d+column]
			mean, square, rows = mean+v, square+v*v, rows+1
			if r+len(binomial) > m {
				continue
			}
			difference := 0.0
			for j, b := range binomial {
				difference += b * x[(r+j)*d+column]
			}
			sum, count = sum+difference*difference, count+1
		}
	}
	if count == 0 {
		return 0, 1
	}
	mean /= float64(rows)
	return math.Sqrt(sum / float64(count) / 924), math.Sqrt(max(0, square/float64(rows)-mean*mean))
}
