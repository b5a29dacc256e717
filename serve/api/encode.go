package api

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strconv"
)

// encoder writes JSON of many numbers, without holding it as a whole: encoding/json
// knows no null for what is not finite, and takes several times as long.
type encoder struct {
	w   io.Writer
	b   []byte
	err error
}

// answer writes a JSON object, whose members write gives.
func answer(w http.ResponseWriter, write func(out *encoder)) {
	w.Header().Set("Content-Type", "application/json")
	out := encoder{w: w}
	out.raw("{")
	write(&out)
	out.raw("}\n")
	out.flush()
}

// pieceBytes is how much is collected before it is written.
const pieceBytes = 32 << 10

func (e *encoder) raw(s string) { e.b = append(e.b, s...) }

func (e *encoder) number(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		e.raw("null")
		return
	}
	e.b = strconv.AppendFloat(e.b, v, 'g', -1, 64)
}

// list writes n elements between brackets.
func (e *encoder) list(n int, element func(i int)) {
	e.b = append(e.b, '[')
	for i := range n {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		element(i)
	}
	e.b = append(e.b, ']')
	if len(e.b) > pieceBytes {
		e.flush()
	}
}

func (e *encoder) numbers(v []float64) {
	e.list(len(v), func(i int) { e.number(v[i]) })
}

// rows writes a matrix of d columns; a row that is not finite as a whole is null.
func (e *encoder) rows(v []float64, d int) {
	e.list(len(v)/d, func(i int) {
		row := v[i*d : (i+1)*d]
		if !finite(row) {
			e.raw("null")
			return
		}
		e.numbers(row)
	})
}

// text writes a string.
func (e *encoder) text(s string) {
	b, err := json.Marshal(s)
	if err != nil { // no string fails
		b = []byte(`""`)
	}
	e.b = append(e.b, b...)
}

func (e *encoder) flush() {
	if e.err == nil {
		_, e.err = e.w.Write(e.b)
	}
	e.b = e.b[:0]
}

func finite(v []float64) bool {
	for _, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}
