package file

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"hnn/data"
	"hnn/internal/printable"
)

// parquetMagic stands at both ends of a Parquet file.
const parquetMagic = "PAR1"

// readParquet reads a flat table of numbers; the trials may be named by text, and the
// times be timestamps, which become seconds since the first.
func readParquet(r *bufio.Reader, file *os.File, name string, o ReadOptions) (s *data.Set, m *Mapping, err error) {
	at, size, err := inMemory(r, file)
	if err != nil {
		return nil, nil, err
	}
	damaged := func(cause any) error {
		return &ParseError{File: name, Problem: fmt.Sprintf("the Parquet file is damaged or cut off (%v)", cause), Advice: "write or fetch it again"}
	}
	// The library does not check all that a damaged file may claim.
	defer func() {
		if p := recover(); p != nil {
			s, m, err = nil, nil, damaged(p)
		}
	}()
	if err := checkFooter(at, size); err != nil {
		return nil, nil, damaged(err)
	}
	f, err := parquet.OpenFile(at, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, nil, damaged(err)
	}
	t := &parquetTable{}
	for i, path := range f.Schema().Columns() {
		leaf, ok := f.Schema().Lookup(path...)
		if !ok || leaf.ColumnIndex != i {
			return nil, nil, damaged("its schema")
		}
		t.names = append(t.names, printable.Name(strings.Join(path, ".")))
		t.leaves = append(t.leaves, leaf)
	}
	t.units, t.unsigned = make([]float64, len(t.names)), make([]bool, len(t.names))
	roles, err := o.Columns.resolveWords(t.names)
	if err == nil && roles.time < 0 {
		err = &columnError{"no column is the time: the file has " + excerptList(t.names), "name it, as in --time COLUMN"}
	}
	if err != nil {
		return nil, nil, fileError(name, 0, err)
	}
	m = newMapping(name, "Parquet", t.names, roles)
	t.b = newBuilder(m, roles, &o)
	t.b.inRows = true
	t.durations = map[string]float64{}
	if text, ok := f.Lookup("ARROW:schema"); ok {
		maps.Copy(t.durations, arrowDurations(text))
	}
	if text, ok := f.Lookup("pandas"); ok {
		maps.Copy(t.durations, pandasDurations(text))
	}
	for i := range t.names {
		if err := t.check(i); err != nil {
			return nil, nil, err
		}
	}
	used := uint64(0)
	for i, dest := range t.b.dest {
		if dest >= 0 || i == roles.trial {
			used++
		}
	}
	if rows := uint64(max(f.NumRows(), 0)); newAllowance().take(rows*used) != nil || rows > math.MaxInt64/16/max(used, 1) {
		return nil, nil, tooManyNumbers(name)
	}
	for _, g := range f.Metadata().RowGroups {
		for i, c := range g.Columns {
			if i < len(t.b.dest) && (t.b.dest[i] >= 0 || i == roles.trial) {
				if err := t.compressed(i, c.MetaData.Codec); err != nil {
					return nil, nil, err
				}
			}
		}
	}
	groups := f.RowGroups()
	t.b.read = func() float64 { return float64(t.rows) / float64(max(f.NumRows(), 1)) }
	for _, g := range groups {
		if err := t.group(g); err != nil {
			var parse *ParseError
			if errors.As(err, &parse) {
				return nil, nil, err
			}
			return nil, nil, damaged(err)
		}
		if o.Progress != nil {
			o.Progress(int64(float64(size)*t.b.read()), size)
		}
	}
	if s, err = t.b.finish(); err != nil {
		return nil, nil, err
	}
	return s, m, nil
}

// parquetTable is the state of readParquet.
type parquetTable struct {
	b      *builder
	names  []string
	leaves []parquet.LeafColumn
	rows   int
	// A time that is a timestamp is multiplied by scale, its first value is start.
	scale   float64
	start   int64
	started bool
	// The last time of day, and the days that have passed since the first.
	lastOfDay, passed float64
	ofDay             bool
	// units are what the whole numbers of other columns are divided by, 0 for those of
	// other types; unsigned are those without a sign.
	units    []float64
	unsigned []bool
	// durations are the parts of a second of columns that pandas or Arrow says are such,
	// which Parquet has no type for.
	durations map[string]float64
	values    [1024]parquet.Value
}

// compressed refuses what is compressed in a way that is not read. The library has LZ4, but
// forgets what it decompressed into memory of its own, and leaves what was there before.
func (t *parquetTable) compressed(column int, codec format.CompressionCodec) error {
	switch codec {
	case format.Uncompressed, format.Snappy, format.Gzip, format.Brotli, format.Zstd:
		return nil
	}
	return t.b.errorf(0, column, "write the file again with another, as in pandas.read_parquet(FILE).to_parquet(OTHER, compression=\"zstd\")", "the column is compressed by %s, which is not read", codec)
}

// check refuses a column that is used and does not hold a number in every row.
func (t *parquetTable) check(column int) error {
	b := t.b
	if b.dest[column] < 0 && column != b.roles.trial {
		return nil
	}
	leaf := t.leaves[column]
	kind := leaf.Node.Type().Kind()
	var logical format.LogicalTypeValue
	if l := leaf.Node.Type().LogicalType(); l != nil {
		logical = l.Value
	}
	bad := func(what string) error {
		return b.errorf(0, column, "write it as a column of float64, or name another column", "the column holds %s", what)
	}
	// Older writers leave the logical type out.
	if logical == nil {
		if c := leaf.Node.Type().ConvertedType(); c != nil {
			logical = logicalType(*c)
		}
	}
	decimal, isDecimal := logical.(*format.DecimalType)
	switch {
	case leaf.MaxRepetitionLevel > 0:
		return bad("lists")
	case isDecimal:
		t.units[column] = math.Pow10(int(decimal.Scale))
		return nil
	case column == b.roles.trial && kind == parquet.ByteArray:
		return nil
	case column == b.roles.time && kind == parquet.Int96:
		t.scale = 1e-9
		b.mapping.note(timestampsNote)
		return nil
	case kind == parquet.ByteArray || kind == parquet.FixedLenByteArray || kind == parquet.Int96:
		return bad(leaf.Node.Type().String())
	}
	whole := kind == parquet.Int32 || kind == parquet.Int64
	if !whole {
		return nil
	}
	if unit, ok := t.durations[t.names[column]]; ok {
		if column != b.roles.time {
			return bad("durations")
		}
		t.units[column] = unit
		b.mapping.note("the times are durations: they are taken in seconds")
		return nil
	}
	switch l := logical.(type) {
	case nil:
	case *format.IntType:
		t.unsigned[column] = !l.IsSigned
	case *format.TimestampType:
		if column != b.roles.time {
			return bad("timestamps")
		}
		t.scale = unitOf(l.Unit)
		b.mapping.note(timestampsNote)
	case *format.TimeType:
		if column != b.roles.time {
			return bad("times of day")
		}
		t.units[column], t.ofDay = math.Round(1/unitOf(l.Unit)), true
		b.mapping.note("the times are times of day: they are taken in seconds")
	case *format.DateType:
		return bad("dates, which are whole days")
	default:
		return bad(leaf.Node.Type().String())
	}
	return nil
}

const timestampsNote = "the times are timestamps: they are taken as seconds since the first"

// pandasDurations reads the columns that are durations from the metadata that pandas writes.
func pandasDurations(text string) map[string]float64 {
	var meta struct {
		Columns []struct {
			Name string `json:"field_name"`
			Type string `json:"numpy_type"`
		} `json:"columns"`
	}
	if err := json.Unmarshal([]byte(text), &meta); err != nil {
		return nil // what is not understood is as if it were not there
	}
	units := map[string]float64{"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}
	out := map[string]float64{}
	for _, c := range meta.Columns {
		if unit, ok := units[strings.TrimSuffix(strings.TrimPrefix(c.Type, "timedelta64["), "]")]; ok && strings.HasPrefix(c.Type, "timedelta64[") {
			out[c.Name] = unit
		}
	}
	return out
}

// unitOf is a unit of time in seconds.
func unitOf(u format.TimeUnit) float64 {
	switch u.Value.(type) {
	case *format.MicroSeconds:
		return 1e-6
	case *format.NanoSeconds:
		return 1e-9
	}
	return 1e-3
}

// logicalType is what a converted type, its form in older files, stands for; one that says
// nothing of whole numbers is nil.
func logicalType(c deprecated.ConvertedType) format.LogicalTypeValue {
	millis := format.TimeUnit{Value: new(format.MilliSeconds)}
	micros := format.TimeUnit{Value: new(format.MicroSeconds)}
	switch c {
	case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
		return &format.IntType{}
	case deprecated.Date:
		return &format.DateType{}
	case deprecated.TimeMillis:
		return &format.TimeType{Unit: millis}
	case deprecated.TimeMicros:
		return &format.TimeType{Unit: micros}
	case deprecated.TimestampMillis:
		return &format.TimestampType{Unit: millis}
	case deprecated.TimestampMicros:
		return &format.TimestampType{Unit: micros}
	}
	return nil
}

// group feeds the rows of a row group to the builder. Its columns that are used are
// in memory for that time.
func (t *parquetTable) group(g parquet.RowGroup) error {
	b := t.b
	chunks := g.ColumnChunks()
	numbers := make([][]float64, len(chunks))
	var keys []string
	rows := 0
	for i, chunk := range chunks {
		if b.dest[i] < 0 && i != b.roles.trial {
			continue
		}
		var err error
		if numbers[i], keys, err = t.column(chunk, i, keys); err != nil {
			return err
		}
		n := len(numbers[i])
		if rows > 0 && n != rows {
			return fmt.Errorf("columns of %d and %d rows", rows, n)
		}
		rows = n
	}
	var key []byte
	for i := range rows {
		t.rows++
		err := t.row(numbers, i)
		if trial := b.roles.trial; err == nil && trial >= 0 && math.IsNaN(numbers[trial][i]) {
			err = b.errorf(t.rows, trial, "name the trial in every row"+orSkip, "the trial is missing")
		}
		if err == nil {
			switch {
			case keys != nil:
				key = append(key[:0], keys[i]...)
			case b.roles.trial >= 0:
				key = strconv.AppendFloat(key[:0], numbers[b.roles.trial][i], 'g', -1, 64)
			}
			err = b.add(t.rows, key)
		}
		if err != nil {
			if err := b.bad(err); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *parquetTable) row(numbers [][]float64, i int) *ParseError {
	for column, dest := range t.b.dest {
		if dest < 0 {
			continue
		}
		v := numbers[column][i]
		if math.IsNaN(v) {
			return t.b.errorf(t.rows, column, "put a number there"+orSkip, "the value is NaN or missing")
		}
		if !finite(v) {
			return t.b.notFinite(t.rows, column, v)
		}
		if column == t.b.roles.time && t.ofDay {
			if v-t.lastOfDay < -secondsOfDay/2 {
				t.passed += secondsOfDay
				t.b.mapping.note("the time begins anew at midnight on row %d: it is taken to go on", t.rows)
			}
			t.lastOfDay = v
			v += t.passed
		}
		t.b.values[dest] = v
	}
	return nil
}

// column reads a column of a row group: numbers, NaN where they are missing, or the
// text of trials, then as many zeros.
func (t *parquetTable) column(chunk parquet.ColumnChunk, column int, keys []string) ([]float64, []string, error) {
	pages := chunk.Pages()
	defer pages.Close()
	var numbers []float64
	for {
		page, err := pages.ReadPage()
		if err == io.EOF {
			return numbers, keys, nil
		}
		if err != nil {
			return nil, nil, err
		}
		values := page.Values()
		for {
			n, err := values.ReadValues(t.values[:])
			for _, v := range t.values[:n] {
				if column == t.b.roles.trial && t.isText(column) {
					missing := 0.0
					if v.IsNull() {
						missing = math.NaN()
					}
					keys = append(keys, string(v.ByteArray()))
					numbers = append(numbers, missing)
					continue
				}
				numbers = append(numbers, t.number(v, column))
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, nil, err
			}
			if n == 0 {
				return nil, nil, io.ErrNoProgress
			}
		}
		parquet.Release(page)
	}
}

func (t *parquetTable) isText(column int) bool {
	return t.units[column] == 0 && t.leaves[column].Node.Type().Kind() == parquet.ByteArray
}

func (t *parquetTable) number(v parquet.Value, column int) float64 {
	switch {
	case v.IsNull():
		return math.NaN()
	case v.Kind() == parquet.ByteArray || v.Kind() == parquet.FixedLenByteArray:
		return bigEndian(v.ByteArray(), t.units[column])
	case v.Kind() == parquet.Double:
		return v.Double()
	case v.Kind() == parquet.Float:
		return float64(v.Float())
	case v.Kind() == parquet.Int32 && t.unsigned[column]:
		return float64(uint32(v.Int32()))
	case v.Kind() == parquet.Int64 && t.unsigned[column]:
		return float64(uint64(v.Int64()))
	case v.Kind() == parquet.Int32 && t.units[column] > 0:
		return float64(v.Int32()) / t.units[column]
	case v.Kind() == parquet.Int64 && t.units[column] > 0:
		return float64(v.Int64()) / t.units[column]
	case v.Kind() == parquet.Int32:
		return float64(v.Int32())
	case v.Kind() == parquet.Int96:
		return t.sinceFirst(nanoseconds96(v.Int96()))
	case v.Kind() == parquet.Int64 && column == t.b.roles.time && t.scale > 0:
		return t.sinceFirst(v.Int64())
	case v.Kind() == parquet.Int64:
		return float64(v.Int64())
	case v.Kind() == parquet.Boolean && v.Boolean():
		return 1
	}
	return 0
}

// sinceFirst is a timestamp in seconds since the first.
func (t *parquetTable) sinceFirst(at int64) float64 {
	if !t.started {
		t.start, t.started = at, true
	}
	return float64(at-t.start) * t.scale
}
