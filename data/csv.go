package data

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// CSVOptions says which columns of a CSV file are what. The zero value finds
// them by their names, as ReadCSV says.
type CSVOptions struct {
	// Comma separates the fields, a comma if it is 0.
	Comma rune
	// Time and Trial name the columns of the time and of the trial, "" to find them.
	Time, Trial string
	// States names the state columns in the order that the states shall have, nil to
	// find them. The columns that no option names are then ignored.
	States []string
	// Derivatives names the derivative columns, one for each of States and in their
	// order; nil finds them. It needs States.
	Derivatives []string
}

// ReadCSV reads trajectories from CSV with a header line. name stands for the
// file in errors. Lines that start with # are comments.
//
// Columns are known by their names: t or time is the time, trial or trajectory,
// if there is one, tells the trajectories apart (a number or a word; the rows of
// one follow each other), a column dq, dq/dt or q_dot is the derivative of the
// column q, and every other column is a state. States are in the order of the
// columns, except that positions and momenta that alternate, as in q1,p1,q2,p2 or
// x,vx,y,vy, are sorted into the order q..., p... of this module.
//
// An error in the file is a *ParseError.
func ReadCSV(r io.Reader, name string, opts CSVOptions) (*Set, error) {
	cr := csv.NewReader(skipBOM(r))
	cr.Comment = '#'
	cr.TrimLeadingSpace = true
	cr.ReuseRecord = true
	cr.FieldsPerRecord = -1 // counted here, for an error that says more
	if opts.Comma != 0 {
		cr.Comma = opts.Comma
	}
	header, err := cr.Read()
	if err == io.EOF {
		return nil, &ParseError{File: name, Problem: "the file is empty",
			Advice: "check that it was written or downloaded to its end"}
	}
	if err != nil {
		return nil, csvError(name, err)
	}
	header = slices.Clone(header)
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	line, _ := cr.FieldPos(0)
	columns, err := opts.columns(name, line, header)
	if err != nil {
		return nil, err
	}
	p := &csvReader{r: cr, columns: columns,
		builder: newBuilder(name, header, columns.names(header), columns.derivatives != nil)}
	for {
		record, err := cr.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, csvError(name, err)
		}
		if err := p.row(record); err != nil {
			return nil, err
		}
	}
	return p.builder.finish()
}

// skipBOM drops the byte order mark that spreadsheets put first.
func skipBOM(r io.Reader) io.Reader {
	br := bufio.NewReader(r)
	if mark, err := br.Peek(3); err == nil && string(mark) == "\ufeff" {
		br.Discard(3) // cannot fail: Peek has them
	}
	return br
}

// csvError puts an error of encoding/csv into this package's form. Errors of the
// reader beneath it pass through.
func csvError(name string, err error) error {
	var pe *csv.ParseError
	if !errors.As(err, &pe) {
		return err
	}
	return &ParseError{File: name, Line: pe.Line, Problem: fmt.Sprintf("%v at byte %d", pe.Err, pe.Column),
		Advice: "correct the quotes or the separators of the line"}
}

// csvReader is the state of ReadCSV.
type csvReader struct {
	r       *csv.Reader
	columns csvColumns
	builder *builder
	trial   string
}

func (p *csvReader) row(record []string) error {
	line, _ := p.r.FieldPos(0)
	b, c := p.builder, p.columns
	if got, want := len(record), len(b.columns); got != want {
		return b.errorf(line, -1,
			"correct or delete the line; if it is the last one, the file may be cut off: fetch it again",
			"the row has %d columns, the header has %d", got, want)
	}
	number := func(column int) (float64, error) {
		return b.number(line, column, strings.TrimSpace(record[column]))
	}
	trial := ""
	if c.trial >= 0 {
		trial = strings.TrimSpace(record[c.trial])
	}
	if b.set.Rows() == 0 || trial != p.trial {
		p.trial = strings.Clone(trial)
		if err := b.startTrial(line, p.trial); err != nil {
			return err
		}
	}
	t, err := number(c.time)
	if err != nil {
		return err
	}
	if err := b.time(line, c.time, t); err != nil {
		return err
	}
	for _, column := range c.states {
		v, err := number(column)
		if err != nil {
			return err
		}
		b.set.X = append(b.set.X, v)
	}
	for _, column := range c.derivatives {
		v, err := number(column)
		if err != nil {
			return err
		}
		b.set.DX = append(b.set.DX, v)
	}
	return nil
}

// csvColumns are indices into a record.
type csvColumns struct {
	time, trial         int // trial is -1 where there is none
	states, derivatives []int
}

func (c csvColumns) names(header []string) []string {
	names := make([]string, len(c.states))
	for i, column := range c.states {
		names[i] = header[column]
	}
	return names
}

// columns finds the columns in the header.
func (opts CSVOptions) columns(file string, line int, header []string) (csvColumns, error) {
	bad := func(advice, format string, args ...any) (csvColumns, error) {
		return csvColumns{}, &ParseError{File: file, Line: line, Problem: fmt.Sprintf(format, args...), Advice: advice}
	}
	index := make(map[string]int, len(header))
	for i, h := range header {
		if _, err := strconv.ParseFloat(h, 64); err == nil {
			return bad("the first line must name the columns, as in \"t,q,p\"", "the header is missing: the first line holds the number %s", excerpt(h))
		}
		if _, ok := index[h]; ok {
			return bad("give every column a name of its own", "the header names the column %s twice", excerpt(h))
		}
		index[h] = i
	}

	c := csvColumns{time: -1, trial: -1}
	used := make([]bool, len(header))
	take := func(name string) (int, bool) {
		i, ok := index[name]
		if ok {
			used[i] = true
		}
		return i, ok
	}
	find := func(wanted string, usual ...string) (int, bool) {
		if wanted != "" {
			return take(wanted)
		}
		for i, h := range header {
			if slices.ContainsFunc(usual, func(u string) bool { return strings.EqualFold(u, h) }) {
				used[i] = true
				return i, true
			}
		}
		return -1, false
	}
	var ok bool
	if c.time, ok = find(opts.Time, "t", "time"); !ok {
		wanted := opts.Time
		if wanted == "" {
			wanted = "t or time"
		}
		return bad("name the column of the times", "the header has no column %s: it has %s", wanted, excerptList(header))
	}
	if c.trial, ok = find(opts.Trial, "trial", "trajectory"); !ok {
		if opts.Trial != "" {
			return bad("name the column that tells the trajectories apart", "the header has no column %s: it has %s", excerpt(opts.Trial), excerptList(header))
		}
		c.trial = -1
	}

	if opts.States == nil {
		if i, ok := index[""]; ok {
			return csvColumns{}, &ParseError{File: file, Line: line, Column: i + 1, Problem: "the column has no name",
				Advice: "name it if it is a state, or delete it; some programs write the row's number there"}
		}
		c.findStates(header, index, used)
	} else {
		for _, name := range opts.States {
			i, ok := take(name)
			if !ok {
				return bad("name state columns that the file has", "the header has no column %s: it has %s", excerpt(name), excerptList(header))
			}
			c.states = append(c.states, i)
		}
	}
	if len(c.states) == 0 {
		return bad("a file needs the time and at least one state column", "the header names no state column: it has %s", excerptList(header))
	}

	for i, state := range c.states {
		var column int
		var ok bool
		if opts.Derivatives == nil {
			column, ok = derivativeOf(header[state], index)
		} else if i < len(opts.Derivatives) {
			column, ok = take(opts.Derivatives[i])
		}
		if ok {
			c.derivatives = append(c.derivatives, column)
		}
	}
	if n := max(len(c.derivatives), len(opts.Derivatives)); n > 0 && (len(c.derivatives) != len(c.states) || n != len(c.states)) {
		return bad("give a derivative column for every state, or for none",
			"%d of the %d states have a derivative column", len(c.derivatives), len(c.states))
	}
	return c, nil
}

// findStates takes every column that is not used and is no derivative of another.
func (c *csvColumns) findStates(header []string, index map[string]int, used []bool) {
	derivative := make([]bool, len(header))
	for i, h := range header {
		if column, ok := derivativeOf(h, index); ok && !used[i] {
			derivative[column] = true
		}
	}
	var positions, momenta []int
	for i, h := range header {
		if used[i] || derivative[i] {
			continue
		}
		c.states = append(c.states, i)
		switch {
		case positionName.MatchString(h):
			positions = append(positions, i)
		case momentumName.MatchString(h):
			momenta = append(momenta, i)
		}
	}
	// Only names that say plainly what they are, half of each, are put in order.
	if 2*len(positions) == len(c.states) && 2*len(momenta) == len(c.states) {
		c.states = append(positions, momenta...)
	}
}

var (
	positionName = regexp.MustCompile(`^(q|x|y|z|q[xyz])_?[0-9]*$`)
	momentumName = regexp.MustCompile(`^(p|v)[xyz]?_?[0-9]*$`)
)

// derivativeOf returns the column that is named as the derivative of name.
func derivativeOf(name string, index map[string]int) (int, bool) {
	for _, d := range []string{"d" + name, "d" + name + "/dt", "d" + name + "_dt", name + "_dot"} {
		if i, ok := index[d]; ok {
			return i, true
		}
	}
	return 0, false
}

// excerptList quotes the first columns of a header for an error message.
func excerptList(header []string) string {
	const most = 8
	quoted := make([]string, 0, most+1)
	for i, h := range header {
		if i == most {
			quoted = append(quoted, fmt.Sprintf("and %d more", len(header)-most))
			break
		}
		quoted = append(quoted, excerpt(h))
	}
	return strings.Join(quoted, ", ")
}
