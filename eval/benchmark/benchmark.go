// Package benchmark runs public benchmarks of measured systems by their own protocols: the official split and score, as
// the package nonlinear-benchmarks of PyPI (version 1.0.1) defines them, beside published values with their sources.
// It holds no data: a caller gives what is in a file.
package benchmark

import (
	"crypto/sha256"
	"fmt"
	"io"
	"math"
	"strings"

	"hnn/data"
)

// Row is the score of one test, smaller being better unless its unit says otherwise.
type Row struct {
	Test  string
	Score float64
	Unit  string
	// Reference is another method's score, not a number where none is known; Source says whose and where from.
	Reference float64
	Source    string
}

// Result is what a protocol's run gives.
type Result struct {
	Rows []Row
	// Law is what was fitted, in words.
	Law string
}

// Protocol is a named benchmark.
type Protocol struct {
	Name, About string
	// Columns are what a file must hold, in this order.
	Columns []string
	// Sources are the papers and the site of the data.
	Sources string
	run     func(columns [][]float64) (*Result, error)
	rows    int
	spreads []float64 // root mean squares of the columns
	// SHA256 is that of the file, where it is a table of trials, which a caller reads; "" for Columns.
	SHA256 string
	swings *pendulums
}

// Protocols are the benchmarks that there are.
var Protocols = append([]Protocol{silverbox}, pendulumProtocols...)

// Find returns the protocol of a name. It is an error if there is none.
func Find(name string) (*Protocol, error) {
	var names []string
	for i := range Protocols {
		if strings.EqualFold(Protocols[i].Name, name) {
			return &Protocols[i], nil
		}
		names = append(names, Protocols[i].Name)
	}
	for _, o := range outside {
		if strings.EqualFold(o.name, name) {
			return nil, fmt.Errorf("benchmark: %s is out of scope: %s. The best that was read: %s", o.name, o.why, o.best)
		}
	}
	return nil, fmt.Errorf("benchmark: no protocol %q; there are: %s", name, strings.Join(names, ", "))
}

// Verify is an error if what is read is not the file of the benchmark, by its checksum.
func (p *Protocol) Verify(file io.Reader) error {
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return err
	}
	if got := fmt.Sprintf("%x", h.Sum(nil)); got != p.SHA256 {
		return fmt.Errorf("benchmark: the file's sha256 is %.12s..., that of %s is %.12s...: it is another file, or was changed", got, p.Name, p.SHA256)
	}
	return nil
}

// RunTrials fits and scores a benchmark that is a table of trials.
func (p *Protocol) RunTrials(s *data.Set) (*Result, error) {
	if p.swings == nil {
		return nil, fmt.Errorf("benchmark: %s is columns, not trials", p.Name)
	}
	return p.swings.run(s)
}

// Run fits and scores the columns of the benchmark's file, one slice a column in the order of Columns. It is an error
// if they are not that file's.
func (p *Protocol) Run(columns [][]float64) (*Result, error) {
	if p.run == nil {
		return nil, fmt.Errorf("benchmark: %s is trials, not columns", p.Name)
	}
	if err := p.check(columns); err != nil {
		return nil, err
	}
	return p.run(columns)
}

// check compares the number of rows and the columns' root mean squares, which no format changes.
func (p *Protocol) check(columns [][]float64) error {
	if len(columns) != len(p.Columns) {
		return fmt.Errorf("benchmark: %d columns; %s has %d: %s", len(columns), p.Name, len(p.Columns), strings.Join(p.Columns, ", "))
	}
	for i, c := range columns {
		if len(c) != p.rows {
			return fmt.Errorf("benchmark: column %d has %d rows; the file of %s has %d", i+1, len(c), p.Name, p.rows)
		}
		square := 0.0
		for _, v := range c {
			square += v * v / float64(len(c))
		}
		if got := math.Sqrt(square); !(math.Abs(got/p.spreads[i]-1) < 1e-6) {
			return fmt.Errorf("benchmark: column %d (%s) has a root mean square of %.9g; that of the file of %s is %.9g: it is another file, or the columns are in another order", i+1, p.Columns[i], got, p.Name, p.spreads[i])
		}
	}
	return nil
}
