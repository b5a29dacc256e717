package file

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"hnn/data"
)

// zipKind is what a ZIP archive holds, by the names of its members.
type zipKind int

const (
	zippedArrays zipKind = iota // or nothing that is known
	zippedSheets                // a spreadsheet of Excel
	zippedTables                // files of text
)

// kindOfZip looks at the members of an archive; tables are those of text that may be tables.
func kindOfZip(z *zip.Reader) (kind zipKind, tables []*zip.File) {
	for _, m := range z.File {
		switch ext := strings.ToLower(path.Ext(m.Name)); {
		case m.Name == "[Content_Types].xml" || strings.HasPrefix(m.Name, "xl/"):
			return zippedSheets, nil
		case ext == ".npy":
			return zippedArrays, nil
		case slices.Contains([]string{".csv", ".txt", ".tsv", ".dat"}, ext) && !strings.Contains("/"+m.Name, "/meta/") && !strings.Contains(m.Name, "__MACOSX"):
			tables = append(tables, m)
		}
	}
	if len(tables) > 0 {
		return zippedTables, tables
	}
	return zippedArrays, nil
}

// readZippedTable reads the tables of an archive: the one, or several joined.
func readZippedTable(tables []*zip.File, name string, o ReadOptions) (*data.Set, *Mapping, error) {
	if len(tables) > 1 {
		return readZippedTables(tables, name, o)
	}
	m := tables[0]
	text, err := memberText(m, name)
	if err != nil {
		return nil, nil, err
	}
	inside := name
	if fileSays(m.Name) != unknownColumn {
		inside = m.Name
	}
	set, mapping, err := Decode(bytes.NewReader(text), inside, o)
	if err != nil {
		return nil, nil, err
	}
	mapping.File = name
	mapping.Format = fmt.Sprintf("zip, %s: %s", m.Name, mapping.Format)
	return set, mapping, nil
}

// readSpreadsheet reads the longest sheet of a spreadsheet of Excel as a table of text. Dates
// and times become text too, which a table knows.
func readSpreadsheet(r io.Reader, name string, o ReadOptions) (*data.Set, *Mapping, error) {
	bad := func(err error) error {
		return &ParseError{File: name, Problem: fmt.Sprintf("the spreadsheet cannot be read (%v)", err), Advice: "give the sheet saved as CSV"}
	}
	f, err := excelize.OpenReader(r, excelize.Options{RawCellValue: true, UnzipSizeLimit: max(2*newAllowance().most, 1<<25)})
	if err != nil {
		return nil, nil, bad(err)
	}
	defer f.Close()
	var best []byte
	var from string
	longest := 0
	sheets := f.GetSheetList()
	for _, sheet := range sheets {
		text, rows, err := sheetText(f, sheet)
		if err != nil {
			return nil, nil, bad(err)
		}
		if rows > longest {
			best, from, longest = text, sheet, rows
		}
	}
	if longest == 0 {
		return nil, nil, &ParseError{File: name, Problem: "the spreadsheet has no rows", Advice: "give the sheet saved as CSV"}
	}
	set, m, err := Decode(bytes.NewReader(best), name, o)
	if err != nil {
		return nil, nil, err
	}
	m.Format = fmt.Sprintf("spreadsheet of Excel, sheet %s", from)
	if len(sheets) > 1 {
		m.note("of %d sheets the longest is read, %s", len(sheets), excerpt(from))
	}
	return set, m, nil
}

// sheetText is a sheet as text separated by tabs, and its rows.
func sheetText(f *excelize.File, sheet string) (text []byte, count int, err error) {
	rows, err := f.Rows(sheet)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	var dates []bool // by column, as the cells of a row of numbers are shown
	line := 0
	for rows.Next() {
		line++
		cells, err := rows.Columns()
		if err != nil {
			return nil, 0, err
		}
		if dates == nil && numbersOf(cells) > 1 {
			dates = make([]bool, len(cells))
			for j := range cells {
				dates[j] = showsDate(f, sheet, j+1, line)
			}
		}
		for j, cell := range cells {
			if j > 0 {
				text = append(text, '\t')
			}
			if v, err := strconv.ParseFloat(cell, 64); err == nil && j < len(dates) && dates[j] && v >= 0 && v < 100000 {
				text = appendSerial(text, v)
				continue
			}
			text = append(text, strings.Map(func(r rune) rune {
				if r == '\t' || r == '\n' || r == '\r' || r == '"' {
					return ' '
				}
				return r
			}, cell)...)
		}
		text = append(text, '\n')
		if numbersOf(cells) > 0 {
			count++
		}
	}
	return text, count, nil
}

func numbersOf(cells []string) (n int) {
	for _, c := range cells {
		if kind, _, _ := classify([]byte(c)); kind == numberCell {
			n++
		}
	}
	return n
}

// showsDate reports whether a cell is shown as a date or a time.
func showsDate(f *excelize.File, sheet string, column, line int) bool {
	cell, err := excelize.CoordinatesToCellName(column, line)
	if err != nil {
		return false
	}
	id, err := f.GetCellStyle(sheet, cell)
	if err != nil {
		return false
	}
	style, err := f.GetStyle(id)
	if err != nil || style == nil {
		return false
	}
	if n := style.NumFmt; n >= 14 && n <= 22 || n >= 45 && n <= 47 {
		return true
	}
	if style.CustomNumFmt == nil {
		return false
	}
	format := strings.ToLower(*style.CustomNumFmt)
	return strings.Contains(format, "yy") || strings.Contains(format, "h:") || strings.Contains(format, "mm:ss")
}

// appendSerial writes a spreadsheet's number of days since 1899-12-30 as a date and a time,
// or, below a day, as a time of day.
func appendSerial(text []byte, days float64) []byte {
	whole := int64(days)
	// Microseconds are what a float64 of days holds.
	at := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(whole)).Add(time.Duration((days-float64(whole))*86400e6+0.5) * time.Microsecond)
	if whole == 0 {
		return at.AppendFormat(text, "15:04:05.000000")
	}
	return at.AppendFormat(text, "2006-01-02T15:04:05.000000")
}
