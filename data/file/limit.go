package file

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync/atomic"
)

// DefaultMemory is the most bytes that the numbers of a file may take, unless SetMemory says
// otherwise: some twenty million rows of a pendulum.
const DefaultMemory = 512 << 20

var memory atomic.Int64

// SetMemory bounds the bytes that the numbers of one file may take in this process, as
// float64 and with what reading them takes beside them. A small file can stand for many:
// a megabyte of NPZ for a gigabyte of zeros. What comes after reading takes a few times
// as much again. Zero is DefaultMemory.
func SetMemory(bytes int64) { memory.Store(bytes) }

// allowance is what is left for the numbers of a file.
type allowance struct{ bytes, most int64 }

func newAllowance() *allowance {
	most := memory.Load()
	if most <= 0 {
		most = DefaultMemory
	}
	return &allowance{most, most}
}

// take takes room for n numbers.
func (a *allowance) take(n uint64) error {
	if n > uint64(a.bytes)/8 {
		return &memoryError{a.most}
	}
	a.bytes -= 8 * int64(n)
	return nil
}

// memoryError says that a file's numbers take more than most bytes.
type memoryError struct{ most int64 }

func (e *memoryError) Error() string {
	return fmt.Sprintf("its numbers take more than %s of memory", Bytes(e.most))
}

// tooManyNumbers is the error of a file.
func tooManyNumbers(file string) *ParseError {
	e := &memoryError{newAllowance().most}
	return &ParseError{File: file, Problem: e.Error(), fatal: true,
		Advice: "if that is meant, allow more, as with --max-memory " + Bytes(4*e.most) + "; else take fewer rows or columns"}
}

// tooMuch is otherwise, where err is not about memory.
func tooMuch(file string, err, otherwise error) error {
	if errors.As(err, new(*memoryError)) {
		return tooManyNumbers(file)
	}
	return otherwise
}

// ParseBytes reads what Bytes writes, the unit in any case, with or without its B.
func ParseBytes(text string) (int64, error) {
	number := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")
	shift, ok := map[string]int{"": 0, "K": 10, "M": 20, "G": 30, "T": 40}[strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(text[len(number):])), "B")]
	v, err := strconv.ParseFloat(number, 64)
	if !ok || err != nil || !(v > 0) || v > math.MaxInt64/float64(int64(1)<<(shift+1)) {
		return 0, fmt.Errorf("%q is no amount of memory: write it as 500MB or 4GB", text)
	}
	return int64(v * float64(int64(1)<<shift)), nil
}

// Bytes writes a number of bytes for people, as 1GB is 2^30.
func Bytes(n int64) string {
	for _, u := range []struct {
		size int64
		name string
	}{{1 << 30, "GB"}, {1 << 20, "MB"}, {1 << 10, "kB"}} {
		if n >= u.size {
			return fmt.Sprintf("%.3g%s", float64(n)/float64(u.size), u.name)
		}
	}
	return fmt.Sprintf("%dB", n)
}
