package file

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"strings"

	"hnn/data"
)

// memberText is the text of a table in an archive, as it lies there.
func memberText(m *zip.File, name string) ([]byte, error) {
	bad := func(err error) error {
		return &ParseError{File: name, Problem: fmt.Sprintf("the member %s of the zip cannot be read (%v)", excerpt(m.Name), err), Advice: "fetch the file again"}
	}
	// Text of numbers shrinks to a tenth at best.
	if m.UncompressedSize64 > 1<<26 && m.UncompressedSize64/100 > m.CompressedSize64 {
		return nil, bad(fmt.Errorf("it claims %d bytes of %d", m.UncompressedSize64, m.CompressedSize64))
	}
	r, err := m.Open()
	if err != nil {
		return nil, bad(err)
	}
	defer r.Close()
	text, err := readAllowed(r, name)
	if errors.As(err, new(*ParseError)) {
		return nil, err
	} else if err != nil {
		return nil, bad(err)
	}
	return text, nil
}

// readZippedTables reads the tables of an archive, as an app that measures with several sensors
// writes them, as one: the rows are those of the member that has positions, else rates, and the
// others' columns are joined to them by time. Members of the same columns may be trials or
// several bodies: they are named.
func readZippedTables(tables []*zip.File, name string, o ReadOptions) (*data.Set, *Mapping, error) {
	var members []string
	for _, m := range tables {
		members = append(members, m.Name)
	}
	refuse := func(why string) error {
		return &ParseError{File: name, Problem: fmt.Sprintf("the zip holds %d tables, %s, %s", len(tables), excerptList(members), why),
			Advice: "unzip it and give the one to learn from, or one file of all with a column that tells the trials apart"}
	}
	var sheets []*sheet
	var times []*column
	var passed []string
	left := newAllowance().most
	for _, m := range tables {
		text, err := memberText(m, name)
		if err != nil {
			return nil, nil, err
		}
		if left -= int64(len(text)); left < 0 {
			return nil, nil, tooManyNumbers(name)
		}
		r := bufio.NewReaderSize(bytes.NewReader(text), maxLine)
		head, _ := r.Peek(maxLine)
		if r, said := decodeText(r, head); said != "" {
			if text, err = io.ReadAll(r); err != nil {
				return nil, nil, refuse(fmt.Sprintf("of which %s cannot be read (%v)", excerpt(m.Name), err))
			}
		}
		text, _ = toUTF8(bytes.TrimPrefix(text, []byte("\ufeff")))
		s, err := readSheet(m.Name, text, o.SkipBadRows)
		if err != nil {
			return nil, nil, refuse(fmt.Sprintf("of which %s cannot be read (%v)", excerpt(m.Name), err))
		}
		if s == nil || s.rows < 3 {
			passed = append(passed, m.Name)
			continue
		}
		s.settingsBeside()
		s.joinRuns()
		s.findIndices()
		t, err := s.timeColumn()
		if err != nil || t == nil || s.block[s.rows-1] != 0 || !s.mayRise(t) {
			return nil, nil, refuse(fmt.Sprintf("of which %s has no time that rises", excerpt(m.Name)))
		}
		sheets, times = append(sheets, s), append(times, t)
	}
	if len(sheets) == 0 {
		return nil, nil, refuse("and none has rows of numbers")
	}
	names := func(s *sheet) string { return fmt.Sprint(s.labels(), fileSays(s.file)) }
	for i, s := range sheets {
		for _, other := range sheets[:i] {
			if names(s) == names(other) {
				return nil, nil, refuse(fmt.Sprintf("of which %s and %s have the same columns: they may be trials, or several bodies", excerpt(other.file), excerpt(s.file)))
			}
		}
	}
	s, t := joinSheets(sheets, times, name)
	if len(t) > 1 && !s.joinChannels(t) {
		return nil, nil, refuse("whose times do not go together")
	}
	if passed != nil {
		s.note("passed over: %s, which have no table of numbers", strings.Join(passed, ", "))
	}
	set, m, err := s.understand(&o)
	if err != nil {
		return nil, nil, s.inFile(err)
	}
	m.Format = fmt.Sprintf("zip of %s, joined by time", plural(len(sheets), "table"))
	return set, m, nil
}

// joinSheets puts the columns of several sheets side by side, each behind its time; shorter
// ones end in empty cells.
func joinSheets(sheets []*sheet, times []*column, name string) (*sheet, []*column) {
	rank := func(s *sheet) int {
		n := 0
		for _, c := range s.columns {
			switch c.quantity {
			case positionColumn:
				n = max(n, 2)
			case velocityColumn:
				n = max(n, 1)
			}
		}
		return n
	}
	order := make([]int, len(sheets))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if d := rank(sheets[b]) - rank(sheets[a]); d != 0 {
			return d
		}
		return sheets[b].rows - sheets[a].rows
	})
	count := map[string]int{}
	for _, s := range sheets {
		for _, label := range s.labels() {
			count[label]++
		}
	}
	all := &sheet{file: name, header: &header{}, layout: &layout{separator: ','}}
	var sorted []*column
	for _, k := range order {
		s := sheets[k]
		all.rows = max(all.rows, s.rows)
		all.notes = append(all.notes, s.notes...)
		all.byFile = all.byFile || s.byFile
		all.settings = append(all.settings, s.settings...)
		stem := strings.TrimSuffix(path.Base(s.file), path.Ext(s.file))
		for i, c := range slices.Insert(slices.Clone(s.columns), 0, times[k]) {
			if i > 0 && (c.quantity == timeColumn || c.quantity == indexColumn || s.isText(c)) {
				continue
			}
			if c.full == "" {
				c.full = c.label()
			}
			if count[c.full] > 1 && i > 0 {
				c.full = stem + " " + c.full
			}
			all.columns = append(all.columns, c)
		}
		sorted = append(sorted, times[k])
	}
	base := sheets[order[0]]
	all.line, all.block = slices.Clone(base.line), make([]int32, all.rows)
	for i := len(all.line); i < all.rows; i++ {
		all.line = append(all.line, 0)
	}
	for j, c := range all.columns {
		for len(c.values) < all.rows {
			c.values = append(c.values, math.NaN())
		}
		c.at = j + 1
		all.layout.holds = append(all.layout.holds, 'n')
	}
	all.layout.width = len(all.columns)
	all.header.names = all.labels()
	return all, sorted
}
