package track

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// tensorBoard is a folder with a folder of events for each run.
type tensorBoard string

// Track writes the run's events: its settings as text, the columns of its metrics, its results.
func (t tensorBoard) Track(_ context.Context, r *Run) error {
	if err := os.MkdirAll(string(t), 0o777); err != nil {
		return err
	}
	// Events of two runs in one folder would be drawn as one.
	dir := filepath.Join(string(t), r.Name)
	for n := 2; ; n++ {
		err := os.Mkdir(dir, 0o777)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
		dir = filepath.Join(string(t), fmt.Sprintf("%s-%d", r.Name, n))
	}
	now := time.Now()
	wall := float64(now.UnixNano()) / 1e9
	b := record(nil, event(wall, 0, func(b []byte) []byte {
		b = protowire.AppendTag(b, 3, protowire.BytesType) // file_version
		return protowire.AppendString(b, "brain.Event:2")
	}))
	text := "    " + replaceLines(r.Config) // Markdown's code
	if r.Failure != "" {
		text += "\n\nfailed: " + r.Failure
	}
	b = record(b, event(wall, 0, func(b []byte) []byte { return summary(b, textValue("config", text)) }))
	for _, n := range r.Steps {
		b = record(b, event(wall, n.Step, func(b []byte) []byte { return summary(b, scalar("training/"+n.Name, n.Value)) }))
	}
	for _, n := range r.Results {
		b = record(b, event(wall, n.Step, func(b []byte) []byte { return summary(b, scalar("results/"+n.Name, n.Value)) }))
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return os.WriteFile(filepath.Join(dir, fmt.Sprintf("events.out.tfevents.%010d.%s.%d.0", now.Unix(), host, os.Getpid())), b, 0o666)
}

func replaceLines(s string) string {
	var b []byte
	for i := range len(s) {
		if b = append(b, s[i]); s[i] == '\n' {
			b = append(b, "    "...)
		}
	}
	return string(b)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked is the checksum of TFRecord: a CRC-32C, turned and shifted so that one of data that
// hold checksums is another (tensorflow/core/lib/hash/crc32c.h).
func masked(b []byte) uint32 {
	crc := crc32.Checksum(b, castagnoli)
	return (crc>>15 | crc<<17) + 0xa282ead8
}

// record appends a TFRecord: length, its checksum, data, their checksum.
func record(b, data []byte) []byte {
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	b = append(b, length...)
	b = binary.LittleEndian.AppendUint32(b, masked(length))
	b = append(b, data...)
	return binary.LittleEndian.AppendUint32(b, masked(data))
}

// event is an Event of tensorflow/core/util/event.proto.
func event(wall float64, step int64, what func([]byte) []byte) []byte {
	b := protowire.AppendTag(nil, 1, protowire.Fixed64Type)
	b = protowire.AppendFixed64(b, math.Float64bits(wall))
	b = protowire.AppendTag(b, 2, protowire.VarintType)
	b = protowire.AppendVarint(b, uint64(step))
	return what(b)
}

// summary appends a Summary of one Value to an Event (summary.proto).
func summary(b, value []byte) []byte {
	inner := protowire.AppendTag(nil, 1, protowire.BytesType)
	inner = protowire.AppendBytes(inner, value)
	b = protowire.AppendTag(b, 5, protowire.BytesType)
	return protowire.AppendBytes(b, inner)
}

func tagged(name string) []byte {
	return protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), name)
}

// scalar is a Value with a simple_value.
func scalar(name string, v float64) []byte {
	b := protowire.AppendTag(tagged(name), 2, protowire.Fixed32Type)
	return protowire.AppendFixed32(b, math.Float32bits(float32(v)))
}

// textValue is a Value for TensorBoard's plugin of texts: a tensor of one string.
func textValue(name, text string) []byte {
	const stringType = 7 // DT_STRING
	tensor := protowire.AppendTag(nil, 1, protowire.VarintType)
	tensor = protowire.AppendVarint(tensor, stringType)
	tensor = protowire.AppendTag(tensor, 2, protowire.BytesType) // the shape of a scalar
	tensor = protowire.AppendBytes(tensor, nil)
	tensor = protowire.AppendTag(tensor, 8, protowire.BytesType)
	tensor = protowire.AppendString(tensor, text)
	plugin := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), "text")
	metadata := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), plugin)
	b := protowire.AppendBytes(protowire.AppendTag(tagged(name), 8, protowire.BytesType), tensor)
	return protowire.AppendBytes(protowire.AppendTag(b, 9, protowire.BytesType), metadata)
}
