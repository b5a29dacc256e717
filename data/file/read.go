// Package file reads files of trajectories into the sets of package data, and writes them:
// text in its many dialects, NPY and NPZ, Parquet, any of them compressed by gzip. It
// finds out what the columns hold, and says what is wrong in a file, where, and what to do.
package file

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"hnn/data"
	"hnn/data/atoms"
)

// ReadOptions are the settings of Read.
type ReadOptions struct {
	// Columns names what is not to be recognised by its name.
	Columns Columns
	// SkipBadRows leaves out the rows that would be errors: of another number of
	// columns, with text, nothing, NaN or an infinity in a number that is used, or of
	// a time that does not rise. The Mapping counts them.
	SkipBadRows bool
	// Progress, if it is not nil, is called now and then with the bytes that have been
	// read and those of the whole file, 0 where that is not known; the two are equal
	// in the last call.
	Progress func(read, total int64)
}

// Stdin is the path that stands for standard input.
const Stdin = "-"

// Read reads trajectories from a file, or from standard input if the path is Stdin,
// and says what it understood. It knows the formats by their content:
//
//   - text: a row a line, fields separated by commas, semicolons, tabs or blanks, in
//     quotes or not; empty lines and those that begin with # or % are left out. Where
//     commas do not separate they may be the decimal sign. The columns are named by
//     the first line, by the last comment in front of the rows, or not at all.
//   - the format of the measurements of M. Schmidt and H. Lipson ("Distilling
//     Free-Form Natural Laws from Experimental Data", Science 324, 2009): as text
//     separated by blanks, under a header that names only the states; in front of
//     them are the trial and the time, behind them possibly their derivatives.
//   - any other table of text, as instruments and programs write it, with lines in front of it, units,
//     times of day, runs side by side: see readTable, and docs/files.md.
//   - a spreadsheet of Excel (.xlsx), of which the longest sheet is read, and a ZIP archive of
//     one table of text.
//   - NPY and NPZ: see readArrays.
//   - Parquet: a flat table, columns by their names.
//   - any of these compressed by gzip.
//
// States are in the order of this module, positions first, then their momenta. The
// rows of a trial follow each other, and their times rise.
//
// An error in the file is a *ParseError, or wraps one; one of the file system is
// returned as it is.
func Read(path string, o ReadOptions) (*data.Set, *Mapping, error) {
	if path == Stdin {
		return read(os.Stdin, "standard input", 0, o)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		return nil, nil, &ParseError{File: path, Problem: "this is a folder", Advice: "give a file in it"}
	}
	return read(f, path, info.Size(), o)
}

// Decode is Read from r. name stands for the file in errors.
func Decode(r io.Reader, name string, o ReadOptions) (*data.Set, *Mapping, error) {
	return read(r, name, 0, o)
}

// read reads a file of a size that may be unknown, which is 0.
func read(r io.Reader, name string, size int64, o ReadOptions) (*data.Set, *Mapping, error) {
	if c := &o.Columns; c.X != nil {
		if c.Q != nil || c.P != nil || c.DP != nil || c.Integrate {
			return nil, nil, fmt.Errorf("%s: x names columns that are no pairs: leave out q, p, dp and integrate", name)
		}
		c.Q, c.P = c.X, []string{}
	}
	if o.Columns.V == nil {
		return readColumns(r, name, size, o)
	}
	if o.Columns.P != nil {
		return nil, nil, &ParseError{File: name, Problem: fmt.Sprintf("both velocities (%s) and momenta (%s) are named", excerptList(o.Columns.V), excerptList(o.Columns.P)),
			Advice: "a state is positions with one of the two: give --v or --p"}
	}
	if len(o.Columns.V) == 1 && o.Columns.V[0] == NoInput {
		o.Columns.P, o.Columns.V = []string{}, nil
		return readColumns(r, name, size, o)
	}
	o.Columns.P, o.Columns.V = o.Columns.V, nil
	s, m, err := readColumns(r, name, size, o)
	if err == nil {
		m.Velocities = true
	}
	return s, m, err
}

// readColumns is read of columns that are momenta, or velocities by their names.
func readColumns(r io.Reader, name string, size int64, o ReadOptions) (*data.Set, *Mapping, error) {
	counter := &counter{r: r, total: size, progress: o.Progress}
	if o.Progress != nil {
		defer func() {
			n := max(counter.read, size)
			o.Progress(n, n)
		}()
	}
	buffered := bufio.NewReaderSize(counter, maxLine)
	counter.ahead = buffered
	kind, err := sniff(buffered)
	if err != nil {
		return nil, nil, err
	}
	if kind == formatGzip {
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, nil, gzipError(name, err)
		}
		buffered = bufio.NewReaderSize(z, maxLine)
		if kind, err = sniff(buffered); err != nil {
			return nil, nil, gzipError(name, err)
		}
		s, m, err := readFormat(kind, buffered, nil, name, o, counter.part)
		if err != nil {
			return nil, nil, gzipError(name, err)
		}
		m.Format += ", compressed by gzip"
		return s, m, nil
	}
	file, _ := r.(*os.File)
	return readFormat(kind, buffered, file, name, o, counter.part)
}

// readFormat reads a file of a known format. file is not nil where it is on disk and
// can be read at any place.
func readFormat(kind fileFormat, r *bufio.Reader, file *os.File, name string, o ReadOptions, part func() float64) (*data.Set, *Mapping, error) {
	switch kind {
	case formatText:
		if head, _ := r.Peek(4096); atoms.Looks(head) {
			command, ask := atoms.Command(name)
			return nil, nil, &ParseError{File: name, Problem: "this is a trajectory of particles, not a table with a state a row",
				Advice: "learn the laws of its pairs by " + command + ", with " + strings.Join(ask, ", ") + " of yours"}
		}
		return readText(r, name, o, part)
	case formatNPZ:
		return readZip(r, file, name, o)
	case formatNPY:
		return readArrays(kind, r, file, name, o)
	case formatParquet:
		return readParquet(r, file, name, o)
	}
	panic("data: a format without a reader")
}

// readZip reads what a ZIP archive holds: arrays, a spreadsheet, or a table of text.
func readZip(r *bufio.Reader, file *os.File, name string, o ReadOptions) (*data.Set, *Mapping, error) {
	at, size, err := inMemory(r, file)
	if err != nil {
		return nil, nil, err
	}
	z, err := zip.NewReader(at, size)
	if err != nil {
		return nil, nil, &ParseError{File: name, Problem: fmt.Sprintf("this is a ZIP archive (NPZ, a spreadsheet or zipped tables) that is damaged (%v)", err), Advice: "check that the file is whole"}
	}
	switch kind, tables := kindOfZip(z); kind {
	case zippedSheets:
		return readSpreadsheet(io.NewSectionReader(at, 0, size), name, o)
	case zippedTables:
		return readZippedTable(tables, name, o)
	}
	return readArrays(formatNPZ, bufio.NewReader(io.NewSectionReader(at, 0, size)), file, name, o)
}

// inMemory returns the content of a file for reading at any place: the file itself,
// or, where it comes from a stream, its bytes.
func inMemory(r io.Reader, file *os.File) (io.ReaderAt, int64, error) {
	if file != nil {
		info, err := file.Stat()
		if err == nil && info.Mode().IsRegular() {
			return file, info.Size(), nil
		}
	}
	most := newAllowance().most
	content, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, 0, err
	}
	if int64(len(content)) > most {
		return nil, 0, tooManyNumbers("the file")
	}
	return bytes.NewReader(content), int64(len(content)), nil
}

// gzipError says that a compressed file is damaged, where that is what an error means.
func gzipError(name string, err error) error {
	var parse *ParseError
	switch {
	case errors.As(err, &parse):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &ParseError{File: name, Problem: "the compressed file is cut off", Advice: "fetch it again, or write it to its end"}
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.As(err, new(flate.CorruptInputError)):
		return &ParseError{File: name, Problem: "the compressed file is damaged (" + err.Error() + ")", Advice: "fetch it again"}
	}
	return err
}

type fileFormat int

const (
	formatText fileFormat = iota
	formatGzip
	formatNPY
	formatNPZ
	formatParquet
)

// sniff knows a format by its first bytes, which it leaves in the buffer.
func sniff(r *bufio.Reader) (fileFormat, error) {
	head, err := r.Peek(8)
	if err != nil && err != io.EOF {
		return 0, err
	}
	for _, magic := range []struct {
		bytes string
		kind  fileFormat
	}{
		{"\x1f\x8b", formatGzip}, {"\x93NUMPY", formatNPY}, {"PK\x03\x04", formatNPZ}, {"PK\x05\x06", formatNPZ},
		{parquetMagic, formatParquet},
	} {
		if bytes.HasPrefix(head, []byte(magic.bytes)) {
			return magic.kind, nil
		}
	}
	return formatText, nil
}

// counter counts what is read through it and tells of it.
type counter struct {
	r           io.Reader
	ahead       *bufio.Reader // holds what was read and not yet used
	read, total int64
	progress    func(read, total int64)
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.read += int64(n)
	if c.progress != nil {
		c.progress(c.read, c.total)
	}
	return n, err
}

// part is the part of the file that has been used, 0 where its size is not known.
func (c *counter) part() float64 {
	if c.total <= 0 {
		return 0
	}
	return float64(c.read-int64(c.ahead.Buffered())) / float64(c.total)
}
