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
func (t tensorBoard) Track(ctx context.Context, r *Run) error {
	live, err := t.Open(ctx, r)
	if err != nil {
		return err
	}
	return live.End(ctx, r, r.Steps)
}

// eventFile is that of a run.
type eventFile string

// Open writes a file of events with the settings.
func (t tensorBoard) Open(_ context.Context, r *Run) (Live, error) {
	if err := os.MkdirAll(string(t), 0o777); err != nil {
		return nil, err
	}
	// Events of two runs in one folder would be drawn as one.
	dir := filepath.Join(string(t), r.Name)
	for n := 2; ; n++ {
		err := os.Mkdir(dir, 0o777)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		dir = filepath.Join(string(t), fmt.Sprintf("%s-%d", r.Name, n))
	}
	b := record(nil, event(wall(), 0, func(b []byte) []byte {
		b = protowire.AppendTag(b, 3, protowire.BytesType) // file_version
		return protowire.AppendString(b, "brain.Event:2")
	}))
	text := "    " + replaceLines(r.Config) // Markdown's code
	b = record(b, event(wall(), 0, func(b []byte) []byte { return summary(b, textValue("config", text)) }))
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	f := eventFile(filepath.Join(dir, fmt.Sprintf("events.out.tfevents.%010d.%s.%d.0", time.Now().Unix(), host, os.Getpid())))
	return f, f.append(b)
}

// wall is the time of an event, in seconds.
func wall() float64 { return float64(time.Now().UnixNano()) / 1e9 }

func (f eventFile) append(b []byte) error {
	file, err := os.OpenFile(string(f), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		return err
	}
	_, err = file.Write(b)
	return errors.Join(err, file.Close())
}

// Log writes events of metrics.
func (f eventFile) Log(_ context.Context, numbers []Number) error {
	return f.append(scalars(nil, "training/", numbers))
}

// End writes events of the rest of the metrics, of results and of a failure.
func (f eventFile) End(_ context.Context, r *Run, rest []Number) error {
	b := scalars(scalars(nil, "training/", rest), "results/", r.Results)
	if r.Failure != "" {
		b = record(b, event(wall(), 0, func(b []byte) []byte { return summary(b, textValue("failure", r.Failure)) }))
	}
	return f.append(b)
}

// Leave does nothing: the events are there.
func (eventFile) Leave(context.Context) error { return nil }

// scalars appends events of numbers.
func scalars(b []byte, prefix string, numbers []Number) []byte {
	now := wall()
	for _, n := range numbers {
		b = record(b, event(now, n.Step, func(b []byte) []byte { return summary(b, scalar(prefix+n.Name, n.Value)) }))
	}
	return b
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
