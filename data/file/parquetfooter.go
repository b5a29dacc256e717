package file

import (
	"encoding/binary"
	"errors"
	"io"
)

var errFooter = errors.New("its footer is not sound")

// checkFooter walks through the footer of a Parquet file, which is a struct in Thrift's
// compact encoding, and refuses one whose lists or texts claim to be longer than it is:
// the library would make room for all that a damaged file claims.
func checkFooter(r io.ReaderAt, size int64) error {
	var tail [8]byte
	if size < int64(len(parquetMagic)+len(tail)) {
		return io.ErrUnexpectedEOF
	}
	if _, err := r.ReadAt(tail[:], size-int64(len(tail))); err != nil {
		return err
	}
	length := int64(binary.LittleEndian.Uint32(tail[:4]))
	if string(tail[4:]) != parquetMagic || length > size-int64(len(tail)) {
		return errFooter
	}
	f := footer{make([]byte, length)}
	if _, err := r.ReadAt(f.rest, size-int64(len(tail))-length); err != nil {
		return err
	}
	return f.structure(0)
}

// footer is what is left to walk through.
type footer struct{ rest []byte }

// The types of Thrift's compact encoding
// (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
const (
	thriftStop   = 0
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftInt64  = 6 // and shorter ones from 4
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
)

// deepest is how far structs and lists may be in each other; Parquet's go to 8.
const deepest = 32

func (f *footer) structure(depth int) error {
	if depth > deepest {
		return errFooter
	}
	for {
		head, err := f.next(1)
		if err != nil {
			return err
		}
		kind := head[0] & 15
		switch {
		case kind == thriftStop:
			return nil
		case head[0]>>4 == 0: // the field's number follows
			if _, err := f.number(); err != nil {
				return err
			}
		}
		if kind == thriftTrue || kind == thriftFalse {
			continue // the value is the type
		}
		if err := f.value(kind, depth); err != nil {
			return err
		}
	}
}

func (f *footer) value(kind byte, depth int) error {
	var err error
	switch kind {
	case thriftTrue, thriftFalse, thriftByte:
		_, err = f.next(1)
	case 4, 5, thriftInt64:
		_, err = f.number()
	case thriftDouble:
		_, err = f.next(8)
	case thriftBinary:
		n, err := f.number()
		if err != nil {
			return err
		}
		_, err = f.next(n)
		return err
	case thriftList, thriftSet:
		head, err := f.next(1)
		if err != nil {
			return err
		}
		n := uint64(head[0] >> 4)
		if n == 15 {
			if n, err = f.number(); err != nil {
				return err
			}
		}
		return f.values(n, depth+1, head[0]&15)
	case thriftMap:
		n, err := f.number()
		if err != nil || n == 0 {
			return err
		}
		kinds, err := f.next(1)
		if err != nil {
			return err
		}
		return f.values(n, depth+1, kinds[0]>>4, kinds[0]&15)
	case thriftStruct:
		err = f.structure(depth + 1)
	default:
		err = errFooter
	}
	return err
}

// values walks through n elements of the given types each.
func (f *footer) values(n uint64, depth int, kinds ...byte) error {
	// An element takes a byte at least.
	if n > uint64(len(f.rest)) || depth > deepest {
		return errFooter
	}
	for range n {
		for _, kind := range kinds {
			if err := f.value(kind, depth); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *footer) number() (uint64, error) {
	v, n := binary.Uvarint(f.rest)
	if n <= 0 {
		return 0, errFooter
	}
	f.rest = f.rest[n:]
	return v, nil
}

func (f *footer) next(n uint64) ([]byte, error) {
	if n > uint64(len(f.rest)) {
		return nil, errFooter
	}
	b := f.rest[:n]
	f.rest = f.rest[n:]
	return b, nil
}
