package file

import (
	"math/big"

	"github.com/parquet-go/parquet-go/deprecated"
)

const secondsOfDay = 86400

// bigEndian is a decimal: a whole number in two's complement, its highest byte first, divided
// by unit.
func bigEndian(b []byte, unit float64) float64 {
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	v, _ := new(big.Float).SetInt(n).Float64()
	return v / unit
}

// nanoseconds96 is a timestamp of older writers, a Julian day and the nanoseconds of it, in
// nanoseconds since 1970.
func nanoseconds96(v deprecated.Int96) int64 {
	const epoch = 2440588
	return (int64(v[2])-epoch)*secondsOfDay*1e9 + (int64(v[1])<<32 | int64(v[0]))
}
