package closedform

import (
	"encoding/binary"
	"hash/fnv"
	"testing"

	"hnn/internal/kernel"
	"hnn/internal/stream"
)

// A fit of exact rows is the same to the bit on amd64, where the hashes were written, and on
// arm64, by Cholesky. By QR it is not, nor is one of noisy rows.
func TestExactBits(t *testing.T) {
	if kernel.Name() == "generic" {
		t.Skip("the hashes are of the kernels of vectors")
	}
	set, _ := quadraticSet(stream.New(1, "test"), 4, 300)
	h, _, err := Fit(set, Options{Features: 60, Scale: 0.5, Solver: Cholesky, Lambda: 1e-10, Observations: Exact, Zero: make([]float64, 4), RNG: stream.New(2, "features")})
	if err != nil {
		t.Fatal(err)
	}
	field, hash, dx := h.Field().Free(), fnv.New64a(), make([]float64, 4)
	for i := range 20 {
		x, _ := set.Row(i)
		field(0, x, dx)
		binary.Write(hash, binary.LittleEndian, dx)
	}
	if got, want := hash.Sum64(), uint64(0x2e31b4232f46b52a); got != want {
		t.Errorf("the hash is %#x, was %#x", got, want)
	}
}
