package sweep

import (
	"encoding/json"
	"errors"
	"sync"

	"hnn/experiment"
	"hnn/fit"
)

// rows are those that a worker's training has added to the metrics of a run. They are told of for who looks on and
// no more: one that is lost is in the metrics of the run, which come with its result.
type rows struct {
	Number int   `json:"number"`
	Rows   []row `json:"rows"`
}

// row is a fit.Record, in the words of JSON, which has no NaN.
type row struct {
	Member int               `json:"member,omitempty"` // of an ensemble, from 0
	Step   int               `json:"step"`
	Loss   experiment.Number `json:"loss"`
	Test   experiment.Number `json:"test"`
	Tested bool              `json:"tested,omitempty"`
	Rate   experiment.Number `json:"rate"`
	Norm   experiment.Number `json:"norm"`
}

// mostRows are those of one message, far below the largest of a server.
const mostRows = 2000

// rowLog holds rows until they are told of.
type rowLog struct {
	mu   sync.Mutex
	rows []row
}

func (l *rowLog) add(_ string, member int, r fit.Record) {
	n := func(v float64) experiment.Number { return experiment.Number(v) }
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = append(l.rows, row{member, r.Step, n(r.Loss), n(r.Test), r.Tested, n(r.Rate), n(r.Norm)})
}

// take returns the messages of what was added since the last call.
func (l *rowLog) take(number int) (all [][]byte, err error) {
	l.mu.Lock()
	left := l.rows
	l.rows = nil
	l.mu.Unlock()
	for ; len(left) > 0; left = left[min(len(left), mostRows):] {
		b, e := json.Marshal(rows{number, left[:min(len(left), mostRows)]})
		err = errors.Join(err, e)
		all = append(all, b)
	}
	return all, err
}

// logged tells who looks on of rows, unless their run is kept: then it was told of whole.
func (s *Submission) logged(b []byte) {
	var m rows
	if json.Unmarshal(b, &m) != nil || s.Folder.Kept(m.Number) {
		return
	}
	for i := range s.Trials {
		if s.Trials[i].Number != m.Number {
			continue
		}
		for _, r := range m.Rows {
			s.Logged(&s.Trials[i], r.Member, fit.Record{Step: r.Step, Loss: float64(r.Loss), Test: float64(r.Test), Tested: r.Tested, Rate: float64(r.Rate), Norm: float64(r.Norm)})
		}
	}
}
