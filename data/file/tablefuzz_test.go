package file

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whatever a file in the manner of an instrument becomes by mutation, it is an error or a
// valid set, which is written and read back to the same.
func FuzzRead(f *testing.F) {
	for _, m := range makers(12) {
		f.Add([]byte(m.text), false)
		f.Add([]byte(m.text), true)
	}
	cases, _ := filepath.Glob("../../../shared/cases/instrument-files/*.*")
	for _, name := range cases {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text[:min(len(text), 1500)], strings.Contains(name, "gyro"))
	}
	f.Fuzz(func(t *testing.T, text []byte, integrate bool) {
		if bytes.HasPrefix(text, []byte(parquetMagic)) || bytes.HasPrefix(text, []byte("PK")) {
			return // have tests of their own
		}
		o := ReadOptions{SkipBadRows: true, Columns: Columns{Integrate: integrate}}
		s, m, err := Decode(bytes.NewReader(text), "f", o)
		checkRead(t, s, err)
		if err != nil {
			return
		}
		if len(m.First) > mostFirst || len(m.Bad) > m.BadRows {
			t.Fatalf("%d first rows, %d errors of %d bad rows", len(m.First), len(m.Bad), m.BadRows)
		}
		var b bytes.Buffer
		if err := WriteCSV(&b, s); err != nil {
			return // names that only this file's other columns can tell apart
		}
		c := Columns{Time: "t", Trial: "trial", Q: s.Names, Input: s.InputNames}
		if s.InputNames == nil {
			c.Input = []string{NoInput}
		}
		if !s.PositionsOnly {
			c.Q, c.P = s.Names[:s.Dim/2], s.Names[s.Dim/2:]
		}
		back, _, err := Decode(&b, "back", ReadOptions{Columns: c})
		if err != nil {
			t.Fatalf("cannot read what was written: %v", err)
		}
		if diff := cmp.Diff(s, back); diff != "" {
			t.Fatalf("another set is read back: %s", diff)
		}
	})
}

// The memory that a table takes is at most 20 times its text, be it of short lines, of lines that
// are no rows, or of many columns; beside it, of a table that has to be looked for, about a
// kilobyte a column, of which there are 4,096 at most.
func TestTableMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads tables of megabytes")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(5)) // so that little is garbage
	head := "Recorder 7\n\nt,q,p\n"
	for name, text := range map[string]string{
		"rows":                      head + numberedRows(200_000),
		"one column":                "rate: 50 Hz\n\nangle\n" + strings.Repeat("1\n2\n", 500_000),
		"junk behind":               head + numberedRows(10) + strings.Repeat("1,2\n", 500_000),
		"words behind":              head + numberedRows(10) + strings.Repeat("a,b,c\n", 400_000),
		"plain columns":             strings.Repeat(wide(100_000, "1"), 4),
		"plain columns, a row":      wide(100_000, "1"),
		"plain columns, few enough": strings.Repeat(wide(16_000, "1"), 4),
		"plain columns, one name":   wide(60_000, "x") + strings.Repeat(wide(60_000, "1"), 4),
		"plain columns, names":      numberedNames(16_000) + strings.Repeat(wide(16_000, "1"), 4),
		"plain rows":                numberedRows(200_000),
		"plain short rows":          "t,q\n" + shortRows(300_000),
		"many columns":              "Recorder\n\n" + wide(3000, "x") + wide(3000, "1") + wide(3000, "2") + wide(3000, "3"),
	} {
		runtime.GC()
		var at runtime.MemStats
		runtime.ReadMemStats(&at)
		before, peak := at.HeapAlloc, uint64(0)
		done, stopped := make(chan bool), make(chan bool)
		go func() {
			defer close(stopped)
			for {
				select {
				case <-done:
					return
				default:
					runtime.ReadMemStats(&at)
					peak = max(peak, at.HeapAlloc)
				}
			}
		}()
		_, _, err := Decode(strings.NewReader(text), name, ReadOptions{SkipBadRows: true})
		close(done)
		<-stopped
		t.Logf("%s: %.1f times (%d of %d)", name, float64(peak-min(before, peak))/float64(len(text)), peak-min(before, peak), len(text))
		if held := peak - min(before, peak); held > 20*uint64(len(text))+8<<20 {
			t.Errorf("%s: %d bytes are held for %d of text (%v)", name, held, len(text), err)
		}
	}
}

func numberedRows(n int) string {
	return perRow(n, func(b *strings.Builder, i int, t, q, v float64) {
		fmt.Fprintf(b, "%.2f,%.5f,%.5f\n", t, q, v)
	})
}

func wide(n int, cell string) string { return strings.Repeat(cell+",", n-1) + cell + "\n" }

// shortRows are rows of five trials, as short as they can be.
func shortRows(n int) string {
	var b []byte
	for i := range n {
		b = fmt.Appendf(b, "%d,1\n", i%(n/5))
	}
	return string(b)
}

// numberedNames is a header of a time and positions q1, q2, ...
func numberedNames(n int) string {
	b := []byte("t")
	for i := 1; i < n; i++ {
		b = fmt.Appendf(b, ",q%d", i)
	}
	return string(append(b, '\n'))
}
