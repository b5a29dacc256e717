package lattice

import (
	"math"
	"slices"
	"testing"

	"hnn/data"
	"hnn/model/lattice"
	"hnn/system"
)

// Standard errors are those of noisy rows: over draws of 20 trials the true law of a bond is within two of them at about 95% of
// places where they are not small by construction. Five draws, whose laws err as one at many places, say little: between 75 and 100%
// and a ratio within a half; -long takes 60 of each noise.
func TestBand(t *testing.T) {
	noises, draws, least, most, off := []float64{0.01}, uint64(5), 0.75, 1.0, 1.5
	if *long {
		noises, draws, least, most, off = []float64{0.005, 0.01}, 60, 0.92, 0.985, 1.15
	}
	truth := func(d float64) float64 { return d*d/2 + d*d*d*d/4 }
	for _, noise := range noises {
		for _, derivatives := range []bool{true, false} {
			var sum, count, within float64
			for seed := range draws {
				known := system.NewFPUTBeta(8)
				set := drawnWith(t, seed+1, known, 20, 60, 6, noise)
				if !derivatives {
					set.DX = nil
				}
				s := graphOf(t, known, "fixed-chain")
				r, err := Fit(s, set)
				if err != nil {
					t.Fatal(err)
				}
				r.Bands()
				f := &s.Bond[0]
				at := func(i int) float64 { return f.Middle + f.Half*(2*float64(i)/lattice.Grid-1) }
				lowest := 0
				for i := range f.Errors {
					if f.Value(at(i)) < f.Value(at(lowest)) {
						lowest = i
					}
				}
				for i, e := range f.Errors {
					if e < 0.2*slices.Max(f.Errors) {
						continue
					}
					off := (f.Value(at(i)) - f.Value(at(lowest)) - truth(at(i)) + truth(at(lowest))) / e
					sum, count = sum+off*off, count+1
					if math.Abs(off) < 2 {
						within++
					}
				}
			}
			ratio, share := math.Sqrt(sum/count), within/count
			t.Logf("noise %v, derivatives %v: error over stated %.2f, within two %.1f%%", noise, derivatives, ratio, 100*share)
			if !(ratio > 1/off && ratio < off && share >= least && share <= most) {
				t.Errorf("noise %v, derivatives %v: errors are %.2f of those stated, %.1f%% within two", noise, derivatives, ratio, 100*share)
			}
		}
	}
}

// Bands are the same bits each time, of laws that rows without noise determine too, whose steps differ.
func TestBandRepeats(t *testing.T) {
	known := system.NewFPUTAlpha(4)
	for _, noise := range []float64{0, 0.01} {
		set := drawn(t, known, 6, 60, 6, noise)
		rows := []int{}
		for r := range set.Rows() {
			if r%7 != 3 {
				rows = append(rows, r)
			}
		}
		uneven := &data.Set{Dim: set.Dim, Offsets: []int{0}}
		for i, r := range rows {
			x, dx := set.Row(r)
			uneven.X, uneven.DX, uneven.T = append(uneven.X, x...), append(uneven.DX, dx...), append(uneven.T, set.T[r])
			if i+1 == len(rows) || rows[i+1]/60 != r/60 {
				uneven.Offsets = append(uneven.Offsets, i+1)
			}
		}
		var first []float64
		for range 2 {
			s := graphOf(t, known, "fixed-chain")
			r, err := Fit(s, uneven)
			if err != nil {
				t.Fatal(err)
			}
			r.Bands()
			if first == nil {
				first = s.Bond[0].Errors
			}
			if !slices.Equal(first, s.Bond[0].Errors) {
				t.Error("other bits the second time")
			}
		}
		largest := slices.Max(first)
		t.Logf("noise %v: errors up to %.2g", noise, largest)
		if noise == 0 && largest > 1e-12 || noise > 0 && !(largest > 1e-5 && largest < 0.1) {
			t.Errorf("noise %v: an error of %v", noise, largest)
		}
	}
}
