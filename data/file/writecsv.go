package file

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"hnn/data"
	"hnn/internal/printable"
)

// WriteCSV writes s as CSV that Read reads back to the same bits: a header, then
// trial, t, the states and, where s has them, the derivatives as columns dNAME and the
// inputs.
// Reading names that are not the usual ones takes ReadOptions.Columns. States without
// names are called q and p, with numbers where there are several of each. Clean states
// are not written.
//
// It is an error if s is not valid, if a state is of an odd number of columns, or if
// its names would not be read back as they are: empty, repeated, or those of the other
// columns.
func WriteCSV(w io.Writer, s *data.Set) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if !s.PositionsOnly && !s.FirstOrder && s.Dim%2 != 0 {
		return fmt.Errorf("data: a state of %d columns is not positions and as many momenta", s.Dim)
	}
	header, err := csvHeader(s)
	if err != nil {
		return err
	}
	bw := bufio.NewWriter(w)
	bw.Write(header) // a bufio.Writer keeps its first error for Flush
	var line []byte
	for trial := range s.Trials() {
		t, x, _ := s.Trial(trial)
		for i := range t {
			_, dx := s.Row(s.Offsets[trial] + i)
			line = strconv.AppendInt(line[:0], int64(trial), 10)
			line = appendNumbers(line, t[i:i+1])
			line = appendNumbers(line, x[i*s.Dim:(i+1)*s.Dim])
			line = appendNumbers(line, dx)
			line = appendNumbers(line, s.InputRows(s.Offsets[trial]+i, s.Offsets[trial]+i+1))
			if _, err := bw.Write(append(line, '\n')); err != nil {
				return err
			}
		}
	}
	return bw.Flush()
}

// appendNumbers appends each number after a comma, in the fewest digits that give
// the same bits when read.
func appendNumbers(line []byte, numbers []float64) []byte {
	for _, v := range numbers {
		line = strconv.AppendFloat(append(line, ','), v, 'g', -1, 64)
	}
	return line
}

// tableColumns are the names of the columns of s, having been read back.
func tableColumns(s *data.Set) ([]string, error) {
	if _, err := csvHeader(s); err != nil {
		return nil, err
	}
	return columnNames(s), nil
}

// columnNames are the trial, the time, the states, their derivatives and the inputs.
func columnNames(s *data.Set) []string {
	names := s.Names
	if names == nil {
		names = stateNames(s.Dim, s.PositionsOnly)
	}
	columns := append([]string{"trial", "t"}, names...)
	if s.DX != nil {
		for _, n := range names {
			columns = append(columns, "d"+n)
		}
	}
	return append(columns, s.InputNames...)
}

// csvHeader returns the header line of s, having read it back.
func csvHeader(s *data.Set) ([]byte, error) {
	names := s.Names
	if names == nil {
		names = stateNames(s.Dim, s.PositionsOnly)
	}
	columns := columnNames(s)
	var b bytes.Buffer
	cw := csv.NewWriter(&b)
	for i, name := range columns {
		columns[i] = printable.Cell(name)
	}
	cw.Write(columns)
	cw.Flush() // neither can fail: a bytes.Buffer takes everything
	header := slices.Clone(b.Bytes())

	b.WriteString(strings.Repeat("0,", len(columns)-1) + "0\n")
	given := Columns{Time: "t", Trial: "trial", Q: names, Input: s.InputNames}
	if s.InputNames == nil {
		given.Input = []string{NoInput}
	}
	switch {
	case s.FirstOrder:
		given.X, given.Q = names, nil
	case !s.PositionsOnly:
		given.Q, given.P = names[:s.Dim/2], names[s.Dim/2:]
	}
	back, _, err := Decode(&b, "header", ReadOptions{Columns: given})
	if err != nil {
		return nil, fmt.Errorf("data: the states' names %q cannot be the columns of a file, rename them: %w", names, err)
	}
	if !slices.Equal(back.Names, names) || !slices.Equal(back.InputNames, s.InputNames) || (back.DX == nil) != (s.DX == nil) {
		return nil, fmt.Errorf("data: columns named %q would be read back as states %q: rename or reorder them", names, back.Names)
	}
	return header, nil
}

// stateNames are q and p, numbered where there is more than one of each.
func stateNames(dim int, positionsOnly bool) []string {
	degrees := dim / 2
	if positionsOnly {
		degrees = dim
	}
	names := make([]string, 0, dim)
	for i := range dim {
		name := "qp"[i/degrees : i/degrees+1]
		if degrees > 1 {
			name += strconv.Itoa(i%degrees + 1)
		}
		names = append(names, name)
	}
	return names
}
