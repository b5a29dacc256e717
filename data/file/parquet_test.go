package file

import (
	"bytes"
	"encoding/base64"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/deprecated"

	"hnn/data"
)

// parquetOf returns a Parquet file of the rows, a row group for every two.
func parquetOf[T any](t testing.TB, rows ...T) string {
	t.Helper()
	var b bytes.Buffer
	if err := parquet.Write(&b, rows, parquet.MaxRowsPerRowGroup(2)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReadParquet(t *testing.T) {
	type plain struct {
		Trial int32   `parquet:"trial"`
		T     float64 `parquet:"t"`
		Q     float32 `parquet:"q"`
		Note  string  `parquet:"note"`
		P     int64   `parquet:"p"`
		Lists []int32 `parquet:"lists,list"`
	}
	want := &data.Set{Dim: 2, Offsets: []int{0, 2, 3}, Names: []string{"q", "p"}, T: []float64{0, 0.5, 0}, X: []float64{1.5, 2, 3.5, 4, 5.5, 6}}
	file := parquetOf(t, plain{0, 0, 1.5, "a", 2, nil}, plain{0, 0.5, 3.5, "b", 4, []int32{1, 2}}, plain{1, 0, 5.5, "c", 6, nil})
	path := filepath.Join(t.TempDir(), "p")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	onDisk, m, err := Read(path, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	inStream, _, err := decode(file, Columns{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, onDisk) + cmp.Diff(want, inStream); diff != "" {
		t.Error(diff)
	}
	if m.Format != "Parquet" || m.Trial != "trial" || !cmp.Equal(m.Ignored, []string{"note", "lists.list.element"}) {
		t.Errorf("%+v", m)
	}
}

func TestReadParquetTimestampsAndNames(t *testing.T) {
	type measured struct {
		When  time.Time `parquet:"time,timestamp(microsecond)"`
		Run   string    `parquet:"run"`
		Theta *float64  `parquet:"theta,optional"`
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	one, two := 1.0, 2.0
	file := parquetOf(t, measured{at, "a", &one}, measured{at.Add(250 * time.Millisecond), "a", nil}, measured{at.Add(time.Second), "a", &two}, measured{at, "b", &one})
	if _, _, err := decode(file, Columns{}); err == nil || !strings.Contains(err.Error(), "row 2, column 3 (theta): the value is NaN or missing") {
		t.Errorf("a missing value: %v", err)
	}
	s, m, err := Decode(strings.NewReader(file), "", ReadOptions{SkipBadRows: true})
	if err != nil {
		t.Fatal(err)
	}
	want := &data.Set{Dim: 1, Offsets: []int{0, 2, 3}, Names: []string{"theta"}, T: []float64{0, 1, 0}, X: []float64{1, 2, 1}, PositionsOnly: true}
	if diff := cmp.Diff(want, s); diff != "" || m.BadRows != 1 || len(m.Notes) != 1 {
		t.Errorf("%s, %+v", diff, m)
	}
}

// What a whole number stands for is decoded, or refused.
func TestReadParquetWholeNumbers(t *testing.T) {
	for name, file := range map[string]string{
		"unsigned and decimal": parquetOf(t, struct {
			T uint64 `parquet:"t"`
			Q uint32 `parquet:"q"`
			P int64  `parquet:"p,decimal(2:18)"`
		}{1 << 63, 3_000_000_000, -12345}),
		"small and decimal": parquetOf(t, struct {
			T uint64 `parquet:"t"`
			Q uint64 `parquet:"q"`
			P int32  `parquet:"p,decimal(2:9)"`
		}{1 << 63, 3_000_000_000, -12345}),
	} {
		s, _, err := decode(file, Columns{})
		if err != nil || s.T[0] != 1<<63 || s.X[0] != 3e9 || s.X[1] != -123.45 {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	type clocked struct {
		T int64   `parquet:"t,time(microsecond)"`
		Q float64 `parquet:"q"`
	}
	s, m, err := decode(parquetOf(t, clocked{3_600_000_000, 1}, clocked{3_600_250_000, 2}), Columns{})
	if err != nil || s.T[0] != 3600 || s.T[1] != 3600.25 || len(m.Notes) != 1 {
		t.Errorf("times of day: %+v, %v", s, err)
	}
	// pandas writes a timedelta as a whole number, and what it is into the metadata.
	var b bytes.Buffer
	type counted struct {
		T int64   `parquet:"t"`
		Q float64 `parquet:"q"`
	}
	if err := parquet.Write(&b, []counted{{0, 1}, {250_000_000, 2}}, parquet.KeyValueMetadata("pandas", `{"columns": [{"name": "t", "field_name": "t", "numpy_type": "timedelta64[ns]"}]}`)); err != nil {
		t.Fatal(err)
	}
	if s, _, err := decode(b.String(), Columns{}); err != nil || s.T[1] != 0.25 {
		t.Errorf("durations: %+v, %v", s, err)
	}
	for want, file := range map[string]string{
		"dates": parquetOf(t, struct {
			T int32   `parquet:"t,date"`
			Q float64 `parquet:"q"`
		}{20000, 1}),
		"timestamps": parquetOf(t, struct {
			T float64   `parquet:"t"`
			Q time.Time `parquet:"q,timestamp"`
		}{0, time.Unix(0, 0)}),
		"times of day": parquetOf(t, struct {
			T float64 `parquet:"t"`
			Q int32   `parquet:"q,time(millisecond)"`
		}{0, 1}),
	} {
		if _, _, err := decode(file, Columns{}); err == nil || !strings.Contains(err.Error(), "the column holds "+want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestReadParquetErrors(t *testing.T) {
	type row struct {
		T float64 `parquet:"t"`
		Q float64 `parquet:"q"`
	}
	type words struct {
		T float64 `parquet:"t"`
		Q string  `parquet:"q"`
	}
	type lists struct {
		T float64   `parquet:"t"`
		Q []float64 `parquet:"q"`
	}
	good := parquetOf(t, row{0, 1}, row{1, 2})
	for _, test := range []struct{ name, file, want string }{
		{"no rows", parquetOf[row](t), "no data"},
		{"text", parquetOf(t, words{0, "x"}), `column 2 (q): the column holds STRING`},
		{"lists", parquetOf(t, lists{0, []float64{1, 2}}), "the column holds lists"},
		{"no time", parquetOf(t, struct {
			Q float64 `parquet:"q"`
		}{1}), "no column is the time"},
		{"an infinity", parquetOf(t, row{0, 1}, row{1, math.Inf(1)}), "row 2, column 2 (q): the value is +Inf"},
		{"a time that runs back", parquetOf(t, row{0, 1}, row{-1, 1}), "row 2, column 1 (t): the time goes from 0 to -1"},
		{"cut off", good[:len(good)-10], "damaged or cut off"},
		{"the magic alone", parquetMagic, "damaged or cut off"},
	} {
		s, _, err := decode(test.file, Columns{})
		var pe *ParseError
		if s != nil || !errors.As(err, &pe) || !strings.Contains(err.Error(), test.want) || pe.Advice == "" {
			t.Errorf("%s: got %v, %v, want an error with %q", test.name, s, err, test.want)
		}
	}
}

// Any bytes in the place of any of a sound file's.
func FuzzDecodeParquet(f *testing.F) {
	type row struct {
		Trial string   `parquet:"trial,dict"`
		T     float64  `parquet:"t"`
		Q     *float32 `parquet:"q,optional"`
	}
	var q float32 = 1.5
	f.Add([]byte(parquetOf(f, row{"a", 0, &q}, row{"a", 1, &q}, row{"b", 0, &q})))
	f.Add([]byte(parquetOf(f, row{"a", 0, nil})))
	f.Fuzz(func(t *testing.T, file []byte) {
		if !bytes.HasPrefix(file, []byte(parquetMagic)) || len(file) > 1<<14 {
			return
		}
		s, _, err := Decode(bytes.NewReader(file), "f", ReadOptions{})
		checkRead(t, s, err)
	})
}

// arrowMicroseconds is what pyarrow leaves in a file whose column t is a duration in microseconds.
const arrowMicroseconds = "" +
	"/////6AAAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAMAAAACAAIAAAABAAIAAAABAAAAAIAAABAAAAABAAAANj///8AAAEDEAAAABQAAAAEAAAAAAAAAAEAAABxAAAAyv///wAAAgAQ" +
	"ABQACAAGAAcADAAAABAAEAAAAAAAARIQAAAAGAAAAAQAAAAAAAAAAQAAAHQABgAIAAYABgAAAAAAAgAAAAAA"

// Types that have no number of their own: durations of Arrow, decimals of many digits, the
// timestamps of older writers, a time of day over midnight.
func TestReadParquetTypes(t *testing.T) {
	type counted struct {
		T int64   `parquet:"t"`
		Q float64 `parquet:"q"`
	}
	withSchema := func(text string) string {
		var b bytes.Buffer
		if err := parquet.Write(&b, []counted{{0, 1}, {250_000, 2}}, parquet.KeyValueMetadata("ARROW:schema", text)); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	type long struct {
		T deprecated.Int96 `parquet:"t"`
		Q [16]byte         `parquet:"q,decimal(3:38)"`
	}
	minus := [16]byte{}
	for i := range minus {
		minus[i] = 0xff
	}
	minus[14], minus[15] = 0xfb, 0x2e // -1234 in two's complement
	day := uint32(2_460_000)
	type clocked struct {
		T int64   `parquet:"t,time(microsecond)"`
		Q float64 `parquet:"q"`
	}
	for name, c := range map[string]struct {
		file      string
		time, q   float64
		wantNotes int
	}{
		"duration of Arrow": {withSchema(arrowMicroseconds), 0.25, 2, 1},
		"damaged schema":    {withSchema(arrowMicroseconds[:100]), 250_000, 2, 0},
		"decimal and Int96": {parquetOf(t, long{deprecated.Int96{0, 20_000, day}, [16]byte{15: 9}}, long{deprecated.Int96{500, 0, day + 1}, minus}), 86400 + 500e-9 - 20_000*math.Exp2(32)*1e-9, -1.234, 1},
		"over midnight":     {parquetOf(t, clocked{86_399_750_000, 1}, clocked{0, 2}), 86400, 2, 2},
	} {
		s, m, err := decode(c.file, Columns{})
		if err != nil || math.Abs(s.T[1]-c.time) > 1e-9 || s.X[1] != c.q || len(m.Notes) != c.wantNotes || len(s.Offsets) != 2 {
			t.Errorf("%s: %+v, %+v, %v", name, s, m, err)
		}
	}
	// Offsets of a damaged schema lead anywhere.
	raw, err := base64.StdEncoding.DecodeString(arrowMicroseconds)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		damaged := bytes.Clone(raw)
		for range 1 + rng.IntN(4) {
			damaged[rng.IntN(len(damaged))] = byte(rng.IntN(256))
		}
		arrowDurations(base64.StdEncoding.EncodeToString(damaged))
	}
}

// A compression that the library reads as other numbers is refused.
func TestReadParquetCompression(t *testing.T) {
	type row struct{ T, Q float64 }
	rows := make([]row, 400)
	for i := range rows {
		rows[i] = row{float64(i) / 50, math.Cos(float64(i) / 50)}
	}
	for _, c := range []compress.Codec{&parquet.Snappy, &parquet.Gzip, &parquet.Brotli, &parquet.Zstd, &parquet.Lz4Raw} {
		var b bytes.Buffer
		if err := parquet.Write(&b, rows, parquet.Compression(c)); err != nil {
			t.Fatal(err)
		}
		s, _, err := decode(b.String(), Columns{Time: "T", Q: []string{"Q"}})
		switch {
		case c == compress.Codec(&parquet.Lz4Raw):
			if err == nil || !strings.Contains(err.Error(), "compressed by LZ4_RAW") {
				t.Errorf("LZ4: %v", err)
			}
		case err != nil:
			t.Errorf("%s: %v", c, err)
		default:
			for i, r := range rows {
				if s.T[i] != r.T || s.X[i] != r.Q {
					t.Fatalf("%s, row %d: %v, %v", c, i, s.T[i], s.X[i])
				}
			}
		}
	}
}

// A trial without a name is missing, it is not a trial.
func TestReadParquetMissingTrial(t *testing.T) {
	type named struct {
		Trial *string `parquet:"trial,optional"`
		T, Q  float64
	}
	type numbered struct {
		Trial *int32 `parquet:"trial,optional"`
		T, Q  float64
	}
	name, number := "a", int32(3)
	for _, file := range []string{
		parquetOf(t, named{nil, 0, 1}, named{&name, 0, 1}, named{&name, 1, 2}),
		parquetOf(t, numbered{nil, 0, 1}, numbered{&number, 0, 1}, numbered{&number, 1, 2}),
	} {
		if _, _, err := decode(file, Columns{Time: "T", Q: []string{"Q"}}); err == nil || !strings.Contains(err.Error(), "row 1, column 1 (trial): the trial is missing") {
			t.Error(err)
		}
		s, _, err := Decode(strings.NewReader(file), "", ReadOptions{Columns: Columns{Time: "T", Q: []string{"Q"}}, SkipBadRows: true})
		if err != nil || len(s.T) != 2 || len(s.Offsets) != 2 {
			t.Errorf("%+v, %v", s, err)
		}
	}
}
