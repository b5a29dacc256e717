package file

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"unicode/utf8"

	"hnn/data"
)

// plain reports whether a table whose columns are understood by the first lines of its file
// is one that the quick reader of rows reads rightly: its first row holds numbers below the
// names. All others are read by readTable, which looks for the table first. lines are the
// first of the file.
func (d *dialect) plain(lines []sampleLine, r *roles, o *ReadOptions) bool {
	if o.Columns.Step != 0 || o.Columns.Integrate {
		return false
	}
	for _, l := range lines {
		if l.number == d.headerLine && !utf8.Valid(l.text) {
			return false
		}
	}
	var rows [][][]byte
	for _, l := range lines {
		if l.comment || l.number == d.headerLine || len(rows) > 2 && len(rows)*d.columns > 1<<15 {
			continue
		}
		if cells, err := splitFields(nil, l.text, d.separator); err == nil {
			rows = append(rows, cells)
		}
	}
	if len(rows) == 0 { // remarks may be rows; else the reader of rows says what is wrong
		return !slices.ContainsFunc(lines, func(l sampleLine) bool { return l.comment && l.number > d.headerLine })
	}
	first := rows[0]
	if n := len(first); n > d.columns && len(first[n-1]) == 0 {
		first = first[:n-1]
	}
	if len(first) != d.columns && d.separator != 0 {
		return false
	}
	used := append([]int{r.time}, r.q...)
	for _, more := range [][]int{r.p, r.dq, r.dp, r.input} {
		used = append(used, more...)
	}
	for _, i := range used {
		if i >= len(first) {
			return false
		}
		switch kind, _, unit := classify(first[i]); {
		case kind == textCell || kind == timeCell || unit != "":
			return false
		case kind == numberCell && !isNumber(first[i], d.point):
			return false // of Fortran
		}
	}
	if d.decimalComma && d.thousands(rows) {
		return false // 1,500 is 1.5 or 1500
	}
	// Times of more digits than a float64 has are read exactly.
	if _, _, ok := exactNumber(first[r.time]); ok && len(first[r.time]) >= 17 && math.Abs(number(first[r.time])) >= 1e15 {
		return false
	}
	// So are the stamps that rows share, as those of buffered serial ports.
	same, whole := 0, 0
	var last []byte
	for _, cells := range rows {
		if r.trial >= 0 || slices.ContainsFunc(used, func(i int) bool { return i >= len(cells) || !isNumber(cells[i], d.point) }) {
			continue
		}
		if whole++; bytes.Equal(cells[r.time], last) {
			same++
		}
		last = cells[r.time]
	}
	if whole >= 8 && 3*same > whole {
		return false
	}
	if d.headerLine > 0 {
		return true
	}
	var remarks [][]byte
	for _, l := range lines {
		if !l.comment {
			break
		}
		remarks = append(remarks, l.text)
	}
	if namesInRemarks(remarks, d.columns, d.separator) != nil {
		return false
	}
	return o.Columns.Time != "" || o.Columns.Q != nil || d.plainNumbers(rows)
}

// thousands reports whether all numbers with a comma may be in groups of thousands.
func (d *dialect) thousands(rows [][][]byte) bool {
	found := false
	for _, cells := range rows {
		for _, c := range cells {
			if kind, _, _ := classify(c); kind != numberCell || bytes.IndexByte(c, ',') < 0 {
				continue
			}
			if !isThousands(c) {
				return false
			}
			found = true
		}
	}
	return found
}

// isThousands reports whether a number with a comma may have groups of thousands.
func isThousands(c []byte) bool {
	i := bytes.IndexByte(c, ',')
	head := bytes.TrimLeft(c[:i], "+-")
	return len(c)-i-1 == 3 && digits(c[i+1:]) && len(head) > 0 && len(head) <= 3 && head[0] != '0'
}

// plainNumbers reports whether columns without names may be what assume takes them for: not
// where the first row numbers the columns or the first column the rows, where the time
// does not rise, or where the commas between the cells are decimal signs.
func (d *dialect) plainNumbers(rows [][][]byte) bool {
	l := &layout{separator: d.separator, width: d.columns, rows: len(rows)}
	l.holds = make([]byte, d.columns)
	lines := make([][]byte, len(rows))
	for i, cells := range rows {
		for j, c := range cells {
			if j > 0 {
				lines[i] = append(lines[i], separatorOr(d.separator))
			}
			lines[i] = append(lines[i], c...)
		}
	}
	if d.separator == ',' {
		if l.findPairs(lines); l.paired {
			return false
		}
	}
	h := &header{}
	if h.numbered(lines, l); h.numbers {
		return false
	}
	if d.columns%2 == 0 && d.columns > 2 {
		// Each row another trial: the first column numbers the rows.
		for i := 1; i < len(rows); i++ {
			if len(rows[i]) > 0 && len(rows[i-1]) > 0 && number(rows[i][0]) == number(rows[i-1][0]) {
				return true
			}
		}
		return len(rows) < 3
	}
	// A time falls only where it starts over, after three rows at least.
	begin := 0
	for i := 1; i < len(rows); i++ {
		if len(rows[i]) > 0 && len(rows[i-1]) > 0 {
			if v := number(rows[i][0]); v <= number(rows[i-1][0]) {
				if v > number(rows[0][0]) || i < begin+3 {
					return false
				}
				begin = i
			}
		}
	}
	return true
}

func separatorOr(separator byte) byte {
	if separator == 0 {
		return ' '
	}
	return separator
}

// number is a cell's number, NaN where it holds none.
func number(cell []byte) float64 {
	_, v, _ := classify(cell)
	return v
}

// readAsTable reads the rest of a text with readTable, which holds it in memory: it may be as
// long as the numbers of a file may take. text is what it read; it is nil after an error of
// reading.
func readAsTable(lines *bufio.Reader, file string, o *ReadOptions) (s *data.Set, m *Mapping, text []byte, err error) {
	text, err = readAllowed(lines, file)
	if err != nil {
		return nil, nil, nil, err
	}
	s, m, err = readTable(file, text, o)
	return s, m, text, err
}

// readAllowed reads all of r, up to the memory that a file may take.
func readAllowed(r io.Reader, file string) ([]byte, error) {
	most := newAllowance().most
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(text)) > most {
		err = tooManyNumbers(file)
	}
	return text, err
}

// A generalError is one of a table that was found, but which says no more than the plain
// reader's would.
type generalError struct{ error }

func (e generalError) Unwrap() error { return e.error }

// strongest is the error of the two readers that helps more: that of the table that was
// found, where it is of its kind.
func strongest(plain, table error) error {
	if table == nil || errors.As(table, new(generalError)) {
		return plain
	}
	return table
}
