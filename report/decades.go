package report

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// decades marks a logarithmic axis at powers of ten, every so many that there are at
// most that many numbers, and where one or two powers fall on it also between them.
// It implements plot.Ticker.
type decades struct{ most int }

func (d decades) Ticks(min, max float64) []plot.Tick {
	// Ends that are powers of ten must not be lost to rounding.
	first, last := int(math.Ceil(math.Log10(min)-1e-9)), int(math.Floor(math.Log10(max)+1e-9))
	step := 1
	for (last-first)/step >= d.most {
		step++
	}
	var list []plot.Tick
	for e := first - 1; e <= last; e++ {
		for _, digit := range []float64{1, 2, 5} {
			v := digit * math.Pow10(e)
			whole := digit == 1 && ((e%step)+step)%step == 0
			if v < min*(1-1e-9) || v > max*(1+1e-9) || !whole && last-first > 1 {
				continue
			}
			list = append(list, plot.Tick{Value: math.Max(min, math.Min(v, max)), Label: trueMinus(scientificTick(v))})
		}
	}
	return list
}

// scientificTick writes 2e-5 and its like as people do, small powers as numbers.
func scientificTick(v float64) string {
	if v >= 0.01 && v < 1e4 {
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	e := int(math.Floor(math.Log10(v) + 1e-9))
	return strconv.FormatFloat(v/math.Pow10(e), 'f', 0, 64) + "e" + strconv.Itoa(e)
}

// logarithmic returns the padded range of the positive ones of the values, and false
// where none is. It has at most so many decades below its upper end, so that a
// value that happens to vanish does not take the whole axis.
func logarithmic(most float64, series ...[]float64) (interval, bool) {
	r := emptyInterval()
	for _, s := range series {
		for _, v := range s {
			if v > 0 && drawable(v) {
				r.min, r.max = math.Min(r.min, v), math.Max(r.max, v)
			}
		}
	}
	if r.empty() {
		return interval{}, false
	}
	r.min = math.Max(r.min, r.max*math.Pow(10, -most))
	pad := math.Max(math.Pow(r.max/r.min, margin), 1.2)
	return interval{r.min / pad, r.max * pad}, true
}
