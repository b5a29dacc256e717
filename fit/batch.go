package fit

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Sampling is how the rows of a batch are chosen.
type Sampling uint8

const (
	// Fresh draws every batch anew, without replacement within it: the authors' way.
	Fresh Sampling = iota
	// Epoch goes through a shuffled order of all rows, then shuffles again. Rows
	// left over at the end of an order, too few for a batch, wait for the next.
	Epoch
)

var samplingNames = [...]string{"fresh", "epoch"}

func (s Sampling) String() string {
	if int(s) >= len(samplingNames) {
		return fmt.Sprintf("Sampling(%d)", uint8(s))
	}
	return samplingNames[s]
}

// ParseSampling is the inverse of String.
func ParseSampling(name string) (Sampling, error) {
	for i, n := range samplingNames {
		if n == name {
			return Sampling(i), nil
		}
	}
	return 0, fmt.Errorf("fit: no sampling %q; it is fresh (every batch drawn anew) or epoch (a shuffled pass over the rows)", name)
}

// Values lists the names that ParseSampling takes.
func (Sampling) Values() []string { return slices.Clone(samplingNames[:]) }

// MarshalText is String.
func (s Sampling) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseSampling.
func (s *Sampling) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSampling(string(text))
	return err
}

// sampler draws the rows of one batch after the other. Its whole state is that of
// its source at the last shuffle and the position since.
type sampler struct {
	sampling    Sampling
	rows, batch int
	source      *rand.ChaCha8
	rng         *rand.Rand

	chosen []int32
	// For Fresh: the number of the batch in which a row was last chosen.
	seen  []uint32
	count uint32
	// For Epoch.
	order    []int32
	position int
	shuffled []byte // the source's state before the shuffle
}

func newSampler(s Sampling, rows, batch int, source *rand.ChaCha8) *sampler {
	b := &sampler{sampling: s, source: source, rng: rand.New(source)}
	b.resize(rows, batch)
	return b
}

// resize goes on with batches of another size of another number of rows.
func (b *sampler) resize(rows, batch int) {
	b.rows, b.batch, b.chosen = rows, batch, make([]int32, batch)
	b.shuffled, b.count = nil, 0
	if b.sampling == Fresh {
		b.seen = make([]uint32, rows)
	} else {
		b.order = make([]int32, rows)
		b.position = rows
	}
}

// next returns the rows of the next batch; the slice is reused.
func (b *sampler) next() []int32 {
	if b.sampling == Fresh {
		return b.fresh()
	}
	if b.position+b.batch > b.rows {
		b.shuffle()
	}
	b.position += b.batch
	return b.order[b.position-b.batch : b.position]
}

// fresh draws a subset of rows, each equally likely, by Floyd's algorithm (Bentley
// and Floyd 1987): its cost and its draws do not depend on the number of rows.
func (b *sampler) fresh() []int32 {
	if b.count++; b.count == 0 { // after 2^32 batches
		clear(b.seen)
		b.count = 1
	}
	for i := range b.chosen {
		last := b.rows - b.batch + i
		row := b.rng.IntN(last + 1)
		if b.seen[row] == b.count {
			row = last
		}
		b.seen[row] = b.count
		b.chosen[i] = int32(row)
	}
	return b.chosen
}

func (b *sampler) shuffle() {
	b.shuffled = b.mark()
	for i := range b.order {
		b.order[i] = int32(i)
	}
	b.rng.Shuffle(b.rows, func(i, j int) { b.order[i], b.order[j] = b.order[j], b.order[i] })
	b.position = 0
}

func (b *sampler) mark() []byte {
	state, err := b.source.MarshalBinary()
	if err != nil {
		panic("fit: ChaCha8 cannot be marshalled")
	}
	return state
}

// save returns what restore needs to continue with the same batches.
func (b *sampler) save() (state []byte, position int) {
	if b.sampling == Epoch && b.shuffled != nil {
		return b.shuffled, b.position
	}
	return b.mark(), -1
}

func (b *sampler) restore(state []byte, position int) error {
	if position > b.rows || position >= 0 && b.sampling == Fresh {
		return fmt.Errorf("position %d in an order of %d rows", position, b.rows)
	}
	if err := b.source.UnmarshalBinary(state); err != nil {
		return err
	}
	b.position, b.shuffled = b.rows, nil
	if position >= 0 {
		b.shuffle()
		b.position = position
	}
	return nil
}
