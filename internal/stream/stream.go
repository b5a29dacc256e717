// Package stream derives the independent random streams of a run from its one
// seed.
//
// Each consumer (the data, a network's initial weights, the batches) draws from
// a stream of its own name, so that adding a consumer, or drawing more in one,
// never shifts another: the same seed and name give the same numbers for ever.
// It knows nothing of what is drawn. Every package and command that needs random
// numbers takes a *rand.Rand made here.
package stream

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Source returns the generator of the named stream of seed, at its start.
//
// The ChaCha8 key is SHA-256 of the seed (8 bytes, little endian) followed by
// the name, so streams of different names or seeds are independent. The state
// is saved and restored with MarshalBinary and UnmarshalBinary, which is how a
// checkpoint continues a stream.
func Source(seed uint64, name string) *rand.ChaCha8 {
	key := binary.LittleEndian.AppendUint64(nil, seed)
	return rand.NewChaCha8(sha256.Sum256(append(key, name...)))
}

// New returns a rand.Rand over Source(seed, name). A caller that has to save the
// state keeps the Source and wraps it with rand.New itself: a rand.Rand holds
// no state of its own.
func New(seed uint64, name string) *rand.Rand {
	return rand.New(Source(seed, name))
}
