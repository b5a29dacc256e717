package draw_test

import (
	"encoding/binary"
	"hash/fnv"
	"testing"

	"hnn/data/draw"
)

// What is drawn is the same to the bit on every processor. The hashes were written on amd64.
func TestDrawnBits(t *testing.T) {
	hashes := map[string]uint64{"spring": 0x4b57cc43655a31e2, "pendulum": 0x3f0ba7a759cf3dad, "two-body": 0x98be41a7ea600235, "three-body": 0xf5062f863edfd2ce}
	for _, name := range paper {
		split, _ := generate(t, name, func(o *draw.Options) { o.Trajectories = 20 })
		hash := fnv.New64a()
		for _, v := range [][]float64{split.Train.X, split.Train.DX, split.Test.X} {
			binary.Write(hash, binary.LittleEndian, v)
		}
		if got := hash.Sum64(); got != hashes[name] {
			t.Errorf("%s: the hash is %#x, was %#x", name, got, hashes[name])
		}
	}
}
