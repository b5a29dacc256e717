package file

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// A file of few bytes that stands for many numbers is refused before they are in memory, in
// each format, also where bad rows are left out, and read where more is allowed.
func TestMemory(t *testing.T) {
	const allowed, rows = 1 << 20, 100_000
	type row struct {
		T float64 `parquet:"t"`
		Q float64 `parquet:"q"`
	}
	var text bytes.Buffer
	z := gzip.NewWriter(&text)
	fmt.Fprintln(z, "t,q")
	table := make([]row, rows)
	times, zeros := make([]float64, rows), make([]float64, rows)
	for i := range table {
		table[i].T, times[i] = float64(i), float64(i)
		fmt.Fprintf(z, "%d,0\n", i)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	var columns bytes.Buffer
	if err := parquet.Write(&columns, table); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"text": text.String(), "NPZ": npzOf(t, "t", []int{rows}, times, "q", []int{rows}, zeros), "Parquet": columns.String(),
	}
	for name, content := range files {
		for _, skip := range []bool{false, true} {
			SetMemory(allowed)
			_, _, err := Decode(strings.NewReader(content), name, ReadOptions{SkipBadRows: skip})
			SetMemory(0)
			var pe *ParseError
			if !errors.As(err, &pe) || !strings.Contains(err.Error(), "more than 1MB of memory") || !strings.Contains(pe.Advice, "--max-memory 4MB") {
				t.Errorf("%s, bad rows left out %v: %v", name, skip, err)
			}
		}
		if s, _, err := Decode(strings.NewReader(content), name, ReadOptions{}); err != nil || s.Rows() != rows {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A line without an end is not an empty file.
func TestEndlessFirstLine(t *testing.T) {
	for _, first := range []string{"t,q\n", ""} {
		long := io.MultiReader(strings.NewReader(first+"0,"), io.LimitReader(zeroes{}, 2*maxLine), strings.NewReader("\n1,2\n"))
		_, _, err := Decode(long, "d.csv", ReadOptions{})
		if err == nil || !strings.Contains(err.Error(), "longer than") {
			t.Errorf("after %q: %v", first, err)
		}
	}
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestParseBytes(t *testing.T) {
	for text, want := range map[string]int64{"1": 1, "500MB": 500 << 20, "4gb": 4 << 30, "1.5 k": 1536, "2T": 2 << 40} {
		if got, err := ParseBytes(text); err != nil || got != want {
			t.Errorf("%s: %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "GB", "-1GB", "0", "nanMB", "1XB", "1e30", "9000000T", "infGB"} {
		if got, err := ParseBytes(text); err == nil {
			t.Errorf("%s is taken for %d", text, got)
		}
	}
	for _, n := range []int64{1 << 30, 3 << 29, 512 << 20, 17 << 10, 12} {
		if got, err := ParseBytes(Bytes(n)); err != nil || got != n {
			t.Errorf("%d is written %s, which is read as %d (%v)", n, Bytes(n), got, err)
		}
	}
}
