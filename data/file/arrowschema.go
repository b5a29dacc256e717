package file

import (
	"encoding/base64"
	"encoding/binary"
)

// arrowDurations reads the columns that are durations, and the parts of a second that they
// count, from the schema that Arrow's writers leave in the metadata of a Parquet file, which
// has no type for durations: a message in FlatBuffers' encoding
// (https://github.com/apache/arrow/blob/main/format/Schema.fbs).
func arrowDurations(text string) map[string]float64 {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) < 12 {
		return nil // what is not understood is as if it were not there
	}
	if binary.LittleEndian.Uint32(raw) == arrowContinues {
		raw = raw[4:]
	}
	s := arrowSchema{flat: raw[4:], durations: map[string]float64{}, left: len(raw)}
	message := s.table(0)
	if s.u8(s.field(message, 1)) != arrowIsSchema {
		return nil
	}
	s.fields(s.table(s.field(message, 2)), 1, "", 0)
	return s.durations
}

// arrowContinues stands before the length of a message since Arrow 0.15.
const arrowContinues = 0xffffffff

// Values of Arrow's unions.
const (
	arrowIsSchema   = 1
	arrowIsDuration = 18
)

// arrowSchema walks through a schema. What lies outside of its bytes reads as 0, which
// stands for what is absent.
type arrowSchema struct {
	flat      []byte
	durations map[string]float64
	left      int // fields that may still come, since damaged offsets may go round in circles
}

// fields notes the durations among the fields that are in the given field of a table.
func (s *arrowSchema) fields(table, in int, prefix string, depth int) {
	vector := s.table(s.field(table, in))
	if vector == 0 || depth > deepest {
		return
	}
	for i := range int(s.u32(vector)) {
		if s.left--; s.left < 0 {
			return
		}
		f := s.table(vector + 4 + 4*i)
		name := prefix + s.text(s.table(s.field(f, 0)))
		if kind := s.table(s.field(f, 3)); kind > 0 && s.u8(s.field(f, 2)) == arrowIsDuration {
			unit := 1e3 // the schema's default
			if at := s.field(kind, 0); at > 0 {
				unit = [4]float64{1, 1e3, 1e6, 1e9}[s.u8(at)&3]
			}
			s.durations[name] = unit
		}
		s.fields(f, 5, name+".", depth+1)
	}
}

// table is where the offset at a place leads to.
func (s *arrowSchema) table(at int) int {
	if offset := int(s.u32(at)); offset > 0 && offset < len(s.flat)-at {
		return at + offset
	}
	return 0
}

// field is the place of a field of a table, 0 where it has its default.
func (s *arrowSchema) field(table, index int) int {
	if table == 0 {
		return 0
	}
	layout := table - int(int32(s.u32(table)))
	if layout < 0 || 4+2*index+2 > int(s.u16(layout)) {
		return 0
	}
	if offset := int(s.u16(layout + 4 + 2*index)); offset > 0 {
		return table + offset
	}
	return 0
}

func (s *arrowSchema) text(at int) string {
	if n := int(s.u32(at)); at > 0 && n <= len(s.flat)-at-4 {
		return string(s.flat[at+4 : at+4+n])
	}
	return ""
}

func (s *arrowSchema) u8(at int) byte {
	if at <= 0 || at >= len(s.flat) {
		return 0
	}
	return s.flat[at]
}

func (s *arrowSchema) u16(at int) uint16 {
	if at < 0 || at > len(s.flat)-2 {
		return 0
	}
	return binary.LittleEndian.Uint16(s.flat[at:])
}

func (s *arrowSchema) u32(at int) uint32 {
	if at < 0 || at > len(s.flat)-4 {
		return 0
	}
	return binary.LittleEndian.Uint32(s.flat[at:])
}
