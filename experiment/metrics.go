package experiment

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"

	"hnn/fit"
	"hnn/internal/atomicfile"
)

// metrics is the table of logged steps: metrics.csv. It has no wall times, so that
// a resumed run ends with the same file as an unbroken one.
type metrics struct {
	path string
	rows [][]string
}

// logged reports whether a step has a row beside those that take the test loss: every
// one of the first ten, in which a loss falls fastest, then every tenth.
func logged(step int) bool { return step <= 10 || step%10 == 0 }

var metricsHeader = []string{"step", "loss", "test_loss", "learning_rate", "gradient_norm"}

func (m *metrics) add(r fit.Record) {
	test := ""
	if r.Tested {
		test = number(r.Test)
	}
	m.rows = append(m.rows, []string{strconv.Itoa(r.Step), number(r.Loss), test, number(r.Rate), number(r.Norm)})
}

func (m *metrics) write() error { return atomicfile.Write(m.path, m.encode) }

func (m *metrics) encode(w io.Writer) error {
	c := csv.NewWriter(w)
	if err := c.Write(metricsHeader); err != nil {
		return err
	}
	return c.WriteAll(m.rows)
}

// readMetrics reads the rows of a table up to a step; there may be none yet.
func readMetrics(path string, upTo int) (*metrics, error) {
	m := &metrics{path: path}
	f, err := os.Open(m.path)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = len(metricsHeader)
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.path, err)
	}
	for i, row := range rows {
		if i == 0 {
			continue
		}
		step, err := strconv.Atoi(row[0])
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: step %q is no number", m.path, i+1, row[0])
		}
		if step <= upTo {
			m.rows = append(m.rows, row)
		}
	}
	return m, nil
}
