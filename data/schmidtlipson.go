package data

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"
)

// maxLine is the longest line that ReadSchmidtLipson takes, in bytes: room for
// some 2,500 columns. A longer one is no file of this format.
const maxLine = 1 << 16

// ReadSchmidtLipson reads trajectories in the format of the measurements that
// M. Schmidt and H. Lipson published with "Distilling Free-Form Natural Laws from
// Experimental Data" (Science 324, 2009). name stands for the file in errors.
//
// The format is numbers in columns separated by blanks: the trial, the time, the
// states that the header names, and after them either nothing or the same number
// of derivative columns, which the header does not name. The header is the first
// line, with a leading % or without. Lines may end in CRLF, empty ones are
// skipped, times may be uneven, and there may be several trials, each in rows that
// follow each other.
//
// An error in the file is a *ParseError.
func ReadSchmidtLipson(r io.Reader, name string) (*Set, error) {
	p := &lipsonReader{file: name, lines: bufio.NewReaderSize(r, maxLine)}
	names, err := p.header()
	if err != nil {
		return nil, err
	}
	for {
		text, err := p.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if p.builder == nil {
			if err := p.layout(names, text); err != nil {
				return nil, err
			}
		}
		if err := p.row(text); err != nil {
			return nil, err
		}
	}
	if p.builder == nil {
		p.builder = newBuilder(name, nil, names, false)
	}
	return p.builder.finish()
}

// lipsonReader is the state of ReadSchmidtLipson.
type lipsonReader struct {
	file    string
	lines   *bufio.Reader
	line    int  // number of the line that next returned last
	cut     bool // that line ended with the file, not with a line break
	builder *builder
	fields  []string
	trial   float64
	width   int // length of the rows so far, or -1 when they differ
}

// next returns the next line that is not empty, without the blanks around it, or
// io.EOF.
func (p *lipsonReader) next() (string, error) {
	for {
		text, err := p.lines.ReadSlice('\n')
		if err != nil && err != io.EOF {
			p.line++
			if errors.Is(err, bufio.ErrBufferFull) {
				return "", &ParseError{File: p.file, Line: p.line,
					Problem: "the line is longer than " + strconv.Itoa(maxLine) + " bytes",
					Advice:  "check that this is a text file of numbers"}
			}
			return "", err
		}
		p.line++
		p.cut = err == io.EOF
		if line := strings.TrimSpace(string(text)); line != "" {
			return line, nil
		}
		if p.cut {
			return "", io.EOF
		}
	}
}

// header reads the first line and returns the names of the states.
func (p *lipsonReader) header() ([]string, error) {
	text, err := p.next()
	if err == io.EOF {
		return nil, &ParseError{File: p.file, Problem: "the file is empty",
			Advice: "check that it was written or downloaded to its end"}
	}
	if err != nil {
		return nil, err
	}
	bad := func(problem string) error {
		return &ParseError{File: p.file, Line: p.line, Problem: problem,
			Advice: "the first line must name the state columns, as in \"% q p\""}
	}
	names := strings.Fields(strings.TrimPrefix(text, "%"))
	// Some write the two columns that the format takes for granted too.
	if len(names) > 2 && strings.EqualFold(names[0], "trial") &&
		(strings.EqualFold(names[1], "t") || strings.EqualFold(names[1], "time")) {
		names = names[2:]
	}
	if len(names) == 0 {
		return nil, bad("the header names no columns")
	}
	seen := make(map[string]bool, len(names))
	for _, n := range names {
		if _, err := strconv.ParseFloat(n, 64); err == nil {
			return nil, bad("the header is missing: the first line holds the number " + excerpt(n))
		}
		if seen[n] {
			return nil, bad("the header names the column " + excerpt(n) + " twice")
		}
		seen[n] = true
	}
	return names, nil
}

// layout learns from the first row whether the file has derivative columns.
func (p *lipsonReader) layout(names []string, row string) error {
	d, columns := len(names), len(strings.Fields(row))
	all := append([]string{"trial", "t"}, names...)
	if columns == 2+2*d {
		for _, n := range names {
			all = append(all, "d"+n+"/dt")
		}
	} else if columns != 2+d {
		p.builder = newBuilder(p.file, all, names, false)
		return p.builder.errorf(p.line, -1, "correct the header, or the row",
			"the row has %d columns where the header's %d names ask for %d (trial, time, states), or %d with derivatives",
			columns, d, 2+d, 2+2*d)
	}
	p.builder = newBuilder(p.file, all, names, len(all) > 2+d)
	p.width = len(row)
	return nil
}

// row parses one line of numbers.
func (p *lipsonReader) row(text string) error {
	b := p.builder
	p.fields = appendFields(p.fields[:0], text)
	if err := p.checkWhole(text); err != nil {
		return err
	}
	trial, err := b.number(p.line, 0, p.fields[0])
	if err != nil {
		return err
	}
	if b.set.Rows() == 0 || trial != p.trial {
		if err := b.startTrial(p.line, strconv.FormatFloat(trial, 'g', -1, 64)); err != nil {
			return err
		}
		p.trial = trial
	}
	t, err := b.number(p.line, 1, p.fields[1])
	if err != nil {
		return err
	}
	if err := b.time(p.line, 1, t); err != nil {
		return err
	}
	for i, field := range p.fields[2:] {
		v, err := b.number(p.line, 2+i, field)
		if err != nil {
			return err
		}
		if i < b.set.Dim {
			b.set.X = append(b.set.X, v)
		} else {
			b.set.DX = append(b.set.DX, v)
		}
	}
	return nil
}

// checkWhole refuses a row of a wrong number of columns, and a last row that the
// end of the file cuts.
func (p *lipsonReader) checkWhole(text string) error {
	b, want := p.builder, len(p.builder.columns)
	if got := len(p.fields); got != want {
		if p.cut && got < want {
			return b.errorf(p.line, -1, "fetch the whole file again, or delete the last line",
				"the file is cut off: its last row has %d columns of %d", got, want)
		}
		return b.errorf(p.line, -1, "correct or delete the line", "the row has %d columns, the rows before it have %d", got, want)
	}
	// A cut within the last number leaves a number, as in 9.19e-0 for 9.19e-001.
	// Where all rows were of one length, as in the published files, it shows.
	if p.cut && p.width > 0 && len(text) < p.width {
		return b.errorf(p.line, want-1, "fetch the whole file again, or delete the last line",
			"the file is cut off: its last row is shorter than the others, which are all of one length, and has no line end")
	}
	if p.width != len(text) {
		p.width = -1
	}
	return nil
}

// appendFields is strings.Fields into a slice that is used again.
func appendFields(dst []string, text string) []string {
	for field := range strings.FieldsSeq(text) {
		dst = append(dst, field)
	}
	return dst
}
