package lattice

import (
	"testing"

	"hnn/system"
)

// The fits of docs/many-bodies.md: 20 trajectories of 100 rows of eight masses or less, with derivatives and from states alone.
func BenchmarkFit(b *testing.B) {
	for _, c := range []struct {
		s     system.Sized
		shape string
	}{
		{system.NewSpringChain(8), "chain"},
		{system.SpringLattice{Side: 2}, "grid:2x2"},
		{system.SpringLattice{Side: 3}, "grid:3x3"},
	} {
		for _, states := range []bool{false, true} {
			name := c.shape
			if states {
				name += " from states alone"
			}
			b.Run(name, func(b *testing.B) {
				set := drawn(b, c.s, 20, 100, 10, 0)
				if states {
					set.DX = nil
				}
				b.ResetTimer()
				for range b.N {
					if _, err := Fit(graphOf(b, c.s, c.shape), set); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
