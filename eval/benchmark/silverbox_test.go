package benchmark

import (
	"bufio"
	"compress/gzip"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var long = flag.Bool("long", false, "run the benchmarks, which take a minute")

// readColumns reads a compressed file of numbers between commas.
func readColumns(t *testing.T, name string, count int) [][]float64 {
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "measured", name))
	if err != nil {
		t.Skipf("no measured data beside the clone: %v", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	columns := make([][]float64, count)
	for lines := bufio.NewScanner(z); lines.Scan(); {
		for i, text := range strings.Split(lines.Text(), ",")[:count] {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			columns[i] = append(columns[i], v)
		}
	}
	return columns
}

// The three tests of Silverbox are passed with less error than a cubic spring with constant damping can have (0.307,
// 0.317 and 0.394 mV); the file of other columns is refused.
func TestSilverbox(t *testing.T) {
	p, err := Find("Silverbox")
	if err != nil {
		t.Fatal(err)
	}
	columns := readColumns(t, "SNLS80mV.csv.gz", 2)
	if err := p.check(columns); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Run([][]float64{columns[1], columns[0]}); err == nil {
		t.Error("columns in the wrong order are taken")
	}
	if !*long {
		t.Skip("the fit: use -long")
	}
	r, err := p.Run(columns)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + r.Law)
	for i, most := range []float64{0.27, 0.27, 0.36} {
		t.Logf("%s: %.4f %s", r.Rows[i].Test, r.Rows[i].Score, r.Rows[i].Unit)
		if !(r.Rows[i].Score <= most) {
			t.Errorf("%s: %.4f %s, want at most %.2f", r.Rows[i].Test, r.Rows[i].Score, r.Rows[i].Unit, most)
		}
	}
}
