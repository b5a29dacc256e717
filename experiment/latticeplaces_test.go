package experiment

import (
	"math/rand/v2"
	"strings"
	"testing"

	"hnn/data"
	"hnn/model/lattice"
)

// Positions along a line are refused on a ring, between walls and on a closed grid, with advice; displacements are not, and nor is
// anything where no bond closes.
func TestPlacesAreNotDisplacements(t *testing.T) {
	withoutShort(t)
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		shape   string
		sites   int
		along   func(i int) float64 // where a site rests
		refused string
	}{
		{"ring", 8, func(i int) float64 { return float64(i) }, "from q8 to q1"},
		{"ring", 8, func(int) float64 { return 5 }, ""},
		{"fixed-chain", 8, func(i int) float64 { return float64(i + 1) }, "from q8 to a wall"},
		{"fixed-chain", 8, func(int) float64 { return 0 }, ""},
		{"chain", 8, func(i int) float64 { return float64(i) }, ""},
		{"torus:4x4", 16, func(i int) float64 { return 3 * float64(i/4) }, "take --lattice grid:4x4,"},
		{"torus:4x4", 16, func(int) float64 { return 0 }, ""},
	} {
		shape, err := lattice.ParseShape(c.shape)
		if err == nil {
			shape, err = shape.Of(c.sites)
		}
		if err != nil {
			t.Fatal(err)
		}
		s := &lattice.System{Shape: &shape, Sites: c.sites, Space: 1, Bonds: shape.Bonds()}
		set := &data.Set{Dim: 2 * c.sites}
		for range 200 {
			for i := range 2 * c.sites {
				v := 0.3 * rng.NormFloat64()
				if i < c.sites {
					v += c.along(i)
				}
				set.X = append(set.X, v)
			}
			set.T = append(set.T, float64(len(set.T)))
		}
		set.Offsets = []int{0, len(set.T)}
		err = checkPlaces(s, set, stateNames(set.Dim))
		if (err != nil) != (c.refused != "") || err != nil && !strings.Contains(err.Error(), c.refused) {
			t.Errorf("%s: %v, want %q", c.shape, err, c.refused)
		}
	}
}
