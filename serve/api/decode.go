package api

import (
	"math"
	"net/http"
	"strconv"
)

// DecodeRequest asks for the pictures of latent states.
type DecodeRequest struct {
	States [][]float64 `json:"states"`
}

// postDecode answers the last frame of each state's observation, in grey levels from 0
// to 255.
func (a *API) postDecode(w http.ResponseWriter, r *http.Request) error {
	var p DecodeRequest
	e, err := a.open(r, &p)
	if err != nil {
		return err
	}
	if !e.Info.Pictures {
		return invalid("run %s is no model of pictures, so there is nothing to decode", e.Info.ID)
	}
	states, err := a.flatten("states", p.States, e.dim(), e.columns())
	if err != nil {
		return err
	}
	rows, all := len(p.States), e.Model.Pixels.Len()
	if rows*all > a.limits.Numbers {
		return invalid("states: %d of them make %d pixels each, and the limit is %d together; ask in parts", rows, all, a.limits.Numbers)
	}
	x := make([]float64, rows*all)
	ctx, cancel := a.timed(r, a.limits.Timeout)
	defer cancel()
	err = a.blocks(ctx, rows, func(lo, hi int) {
		v := e.evaluator()
		defer e.release(v)
		v.decode(states[lo*e.dim():hi*e.dim()], x[lo*all:hi*all], hi-lo)
	})
	if err != nil {
		return interrupted(ctx)
	}
	answer(w, func(out *encoder) {
		out.raw(`"width":` + strconv.Itoa(e.Model.Pixels.Width) + `,"height":` + strconv.Itoa(e.Model.Pixels.Height) + `,"pictures":`)
		frame := e.Model.Pixels.Width * e.Model.Pixels.Height
		out.list(rows, func(i int) {
			last := x[(i+1)*all-frame : (i+1)*all]
			out.list(frame, func(k int) { out.b = strconv.AppendUint(out.b, uint64(greyLevel(last[k])), 10) })
		})
	})
	return nil
}

// greyLevel is a decoded level, which may lie somewhat outside of [0, 1], as a byte.
func greyLevel(v float64) uint8 {
	if !(v > 0) { // NaN too
		return 0
	}
	return uint8(math.Round(255 * min(v, 1)))
}
