package file

import (
	"bytes"
	"encoding/csv"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"hnn/internal/stream"
)

// checkNumber compares scanNumber with strconv.ParseFloat on one text.
func checkNumber(t *testing.T, text string) {
	t.Helper()
	v, n := scanNumber([]byte(text), '.')
	want, err := strconv.ParseFloat(text, 64)
	if n == len(text) && n > 0 {
		if err != nil || math.Float64bits(v) != math.Float64bits(want) {
			t.Fatalf("%q is read as %v, strconv has %v, %v", text, v, want, err)
		}
	} else if err == nil && !strings.ContainsAny(text, "xX_nNiI") {
		t.Fatalf("%q is not read to its end, strconv has %v", text, want)
	}
}

func TestScanNumber(t *testing.T) {
	for _, text := range []string{
		"0", "-0", "+1", "1.", ".5", "-.5e1", "1e22", "1e23", "1e-22", "1e-23", "9007199254740991", "9007199254740992", "9007199254740993",
		"123456789012345678", "1234567890123456789", "0.000000000000000000001", "4.1027020699094535e-001", "1e308", "1e309", "-1e400", "5e-324", "2e-324",
		"1e99999999999999999999", "0e99999", "00000000000000000000000000000000001", "", "-", ".", "e5", "1e", "1e+", "1.2.3", "0x10", "1_0", "nan", "inf",
	} {
		checkNumber(t, text)
	}
	rng := stream.New(0, "numbers")
	for range 100_000 {
		v := math.Float64frombits(rng.Uint64())
		if !finite(v) {
			continue
		}
		checkNumber(t, strconv.FormatFloat(v, "efg"[rng.IntN(3)], rng.IntN(20)-1, 64))
		// Numbers as they are measured, on the fast path.
		checkNumber(t, strconv.FormatFloat(rng.NormFloat64(), 'f', rng.IntN(16), 64))
		checkNumber(t, strconv.FormatFloat(rng.NormFloat64(), 'e', rng.IntN(16), 32))
		// Near the middle between two float64, by the decimals of such a middle.
		middle := math.Float64frombits(math.Float64bits(rng.Float64())|1) / 4
		checkNumber(t, new(big.Float).Add(big.NewFloat(middle), big.NewFloat(math.Ldexp(middle, -53))).Text('g', 17+rng.IntN(3)))
	}
	if v, n := scanNumber([]byte("-1,25e1;"), ','); v != -12.5 || n != 7 {
		t.Errorf("a decimal comma: %v, %d bytes", v, n)
	}
	if v, n := scanNumber([]byte("1,2345678901234567890123"), ','); v != 1.2345678901234567890123 || n != 24 {
		t.Errorf("a decimal comma and many digits: %v, %d bytes", v, n)
	}
	if _, n := scanNumber([]byte("1,25"), '.'); n != 1 {
		t.Errorf("a comma that separates: %d bytes", n)
	}
}

func FuzzScanNumber(f *testing.F) {
	for _, text := range []string{"-1.5e-3", "12345678901234567890.5", ".e1", "1e23"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkNumber(t, text)
	})
}

// The reader beside encoding/csv with strconv, on the same rows: times with few
// digits, states with all of them.
func BenchmarkReadCSV(b *testing.B) {
	rng := stream.New(0, "rows")
	text := []byte("t,q,p\n")
	for i := range 100_000 {
		text = strconv.AppendFloat(text, float64(i)/100, 'g', -1, 64)
		text = append(appendNumbers(text, []float64{rng.NormFloat64(), rng.NormFloat64()}), '\n')
	}
	short := []byte("t,q,p\n")
	for i := range 100_000 {
		short = strconv.AppendFloat(short, float64(i)/100, 'f', 2, 64)
		for range 2 {
			short = strconv.AppendFloat(append(short, ','), rng.NormFloat64(), 'f', 5, 64)
		}
		short = append(short, '\n')
	}
	for _, file := range []struct {
		name string
		text []byte
	}{{"17digits", text}, {"6digits", short}} {
		b.Run(file.name+"/hnn", func(b *testing.B) {
			b.SetBytes(int64(len(file.text)))
			for b.Loop() {
				if s, _, err := Decode(bytes.NewReader(file.text), "", ReadOptions{}); err != nil || s.Rows() != 100_000 {
					b.Fatal(err)
				}
			}
		})
		b.Run(file.name+"/encoding-csv", func(b *testing.B) {
			b.SetBytes(int64(len(file.text)))
			for b.Loop() {
				if n := readByLibrary(b, file.text); n != 300_000 {
					b.Fatalf("%d numbers", n)
				}
			}
		})
	}
}

// readByLibrary reads rows as a program without a parser of its own would, and
// returns how many numbers they hold.
func readByLibrary(b *testing.B, text []byte) int {
	r := csv.NewReader(bytes.NewReader(text))
	r.ReuseRecord = true
	if _, err := r.Read(); err != nil {
		b.Fatal(err)
	}
	var numbers []float64
	for {
		record, err := r.Read()
		if err == io.EOF {
			return len(numbers)
		}
		if err != nil {
			b.Fatal(err)
		}
		for _, field := range record {
			v, err := strconv.ParseFloat(field, 64)
			if err != nil {
				b.Fatal(err)
			}
			numbers = append(numbers, v)
		}
	}
}
