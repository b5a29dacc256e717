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
	"time"

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
// are no rows, of runs side by side, or of many columns, beside the 2 MB that any may take.
func TestTableMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads tables of megabytes")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(5)) // so that little is garbage
	head := "Recorder 7\n\nt,q,p\n"
	for name, write := range map[string]func() string{ // one at a time: the others would allow as much garbage
		"rows":                      func() string { return head + numberedRows(200_000) },
		"one column":                func() string { return "rate: 50 Hz\n\nangle\n" + strings.Repeat("1\n2\n", 500_000) },
		"junk behind":               func() string { return head + numberedRows(10) + strings.Repeat("1,2\n", 500_000) },
		"words behind":              func() string { return head + numberedRows(10) + strings.Repeat("a,b,c\n", 400_000) },
		"plain columns":             func() string { return strings.Repeat(wide(100_000, "1"), 4) },
		"plain columns, a row":      func() string { return wide(100_000, "1") },
		"plain columns, few enough": func() string { return strings.Repeat(wide(16_000, "1"), 4) },
		"plain columns, one name":   func() string { return wide(60_000, "x") + strings.Repeat(wide(60_000, "1"), 4) },
		"plain columns, names":      func() string { return numberedNames(16_000) + strings.Repeat(wide(16_000, "1"), 4) },
		"plain rows":                func() string { return numberedRows(200_000) },
		"plain short rows":          func() string { return "t,q\n" + shortRows(300_000) },
		"many columns, few rows":    func() string { return "Recorder\n\n" + numberedNames(3000) + countedRows(3000, 4) },
		"some columns, few rows":    func() string { return "Recorder\n\n" + numberedNames(500) + countedRows(500, 4) },
		"many columns, enough rows": func() string { return "Recorder\n\n" + numberedNames(4000) + countedRows(4000, 46) },
		"runs":                      func() string { return runsBeside(50, 8000) },
	} {
		text := write()
		most := 20*uint64(len(text)) + 2<<20
		held, err := heldWhileReading(text, name)
		for again := 0; held > most && again < 4; again++ { // the garbage that waits for the collector is more or less
			held, err = heldWhileReading(text, name)
		}
		t.Logf("%s: %.1f times (%d of %d)", name, float64(held)/float64(len(text)), held, len(text))
		if held > most {
			t.Errorf("%s: %d bytes are held for %d of text (%v)", name, held, len(text), err)
		}
	}
}

// heldWhileReading is the most memory that is taken while a text is read, beside what is before.
func heldWhileReading(text, name string) (held uint64, err error) {
	runtime.GC()
	var at runtime.MemStats
	runtime.ReadMemStats(&at)
	before, peak := at.HeapAlloc, at.HeapAlloc
	done, stopped := make(chan bool), make(chan bool)
	go func() {
		defer close(stopped)
		for {
			select {
			case <-done:
				return
			default:
				time.Sleep(50 * time.Microsecond) // for the collector
				runtime.ReadMemStats(&at)
				peak = max(peak, at.HeapAlloc)
			}
		}
	}()
	_, _, err = Decode(strings.NewReader(text), name, ReadOptions{SkipBadRows: true})
	close(done)
	<-stopped
	return peak - before, err
}

func numberedRows(n int) string {
	return perRow(n, func(b *strings.Builder, i int, t, q, v float64) {
		fmt.Fprintf(b, "%.2f,%.5f,%.5f\n", t, q, v)
	})
}

func wide(n int, cell string) string { return strings.Repeat(cell+",", n-1) + cell + "\n" }

// countedRows are rows of short whole numbers, the first of which counts them.
func countedRows(columns, rows int) string {
	var b []byte
	for i := range rows {
		b = fmt.Append(b, i)
		for j := 1; j < columns; j++ {
			b = append(b, ',', '0'+byte(i*j%10))
		}
		b = append(b, '\n')
	}
	return string(b)
}

// runsBeside are runs side by side, of a time and an angle each.
func runsBeside(runs, rows int) string {
	var b []byte
	for k := range runs {
		b = fmt.Appendf(b, "Time (s) Run #%d,Angle (rad) Run #%d,", k, k)
	}
	b[len(b)-1] = '\n'
	for i := range rows {
		for k := range runs {
			b = fmt.Appendf(b, "%d,%d,", i, i*k%10)
		}
		b[len(b)-1] = '\n'
	}
	return string(b)
}

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
