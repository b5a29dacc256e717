package check

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hnn/data"
)

const (
	// Values stand apart if the gap between them and the others is this many times the
	// others' range,
	apart = 3
	// and they are at most this share of the rows.
	apartShare = 0.1
	// A number that files write where nothing was measured is taken for that from this many
	// ranges on.
	sentinelApart = 2
)

// far finds values that stand apart from all others of their column.
func (r *Report) far(s *data.Set) {
	columns := []column{}
	for j := range s.Dim {
		columns = append(columns, column{s.ColumnName(j), s.X, s.Dim, j})
		if s.DX != nil {
			columns = append(columns, column{"the derivative of " + s.ColumnName(j), s.DX, s.Dim, j})
		}
	}
	for j, name := range s.InputNames {
		columns = append(columns, column{"the input " + name, s.Inputs, len(s.InputNames), j})
	}
	seen := map[string]bool{}
	for _, c := range columns {
		rows, known := c.apart()
		if rows == nil || !known && strings.HasPrefix(c.name, "the input ") {
			continue // inputs may be pulses
		}
		r.Far = append(r.Far, rows...)
		if key := fmt.Sprint(rows); seen[key] {
			continue // the same rows of another column
		} else {
			seen[key] = true
		}
		f := Finding{Column: c.name, Rows: rows}
		values := c.distinct(rows)
		verb := "stands"
		if len(rows) > 1 {
			verb = "stand"
		}
		f.What = fmt.Sprintf("%s holds %s in %s, which %s apart from all other rows (%s)", c.name, values, count(len(rows), "row"), verb, wheres(s, rows))
		f.Advice = "check whether it was measured; a few such rows ruin a fit"
		if known {
			f.Advice = "it is what files write where a value is missing"
		}
		r.bad(f, rows, -1)
	}
	slices.Sort(r.Far)
	r.Far = slices.Compact(r.Far)
}

// column is one column of a row-major matrix.
type column struct {
	name       string
	data       []float64
	stride, at int
}

func (c column) value(row int) float64 { return c.data[row*c.stride+c.at] }

func (c column) values() []float64 {
	v := make([]float64, 0, len(c.data)/c.stride)
	for i := c.at; i < len(c.data); i += c.stride {
		v = append(v, c.data[i])
	}
	return v
}

// apart returns the rows of values that stand apart, and whether all are numbers that files
// write for missing ones.
func (c column) apart() (rows []int, known bool) {
	all := c.values()
	v := slices.Clone(all)
	slices.Sort(v)
	n := len(v)
	most := int(apartShare * float64(n))
	if n < 10 || most < 1 {
		return nil, false
	}
	// From both ends the gap that leaves the least inside is taken.
	low, high := 0, n
	for k := 1; k <= most; k++ {
		if c.gap(v, k, most, v[n-k]-v[n-k-1], v[n-k]) {
			high = n - k
		}
		if c.gap(v, k, most, v[k]-v[k-1], v[k-1]) {
			low = k
		}
	}
	if low == 0 && high == n {
		return nil, false
	}
	known = true
	for i, x := range all {
		if low > 0 && x <= v[low-1] || high < n && x >= v[high] {
			rows = append(rows, i)
			known = known && sentinel(x)
		}
	}
	if !known && c.grows(rows) {
		return nil, false
	}
	return rows, known
}

// gap reports whether a gap between sorted values, below or above which k of them lie, sets
// those apart from what is between the two ends.
func (c column) gap(v []float64, k, most int, gap, value float64) bool {
	n := len(v)
	// What may stand apart at the other end must not count for the range.
	spread := quantile(v[most:n-most], 1) - quantile(v[most:n-most], 0)
	times := float64(apart)
	if sentinel(value) {
		times = sentinelApart
	}
	return spread > 0 && gap > times*spread*1.5
}

// grows reports whether rows are where a motion that grows by itself goes to: the values
// between them and the rest rise row by row.
func (c column) grows(rows []int) bool {
	first := rows[0]
	if first < 3 {
		return false
	}
	a, b, d := math.Abs(c.value(first-2)), math.Abs(c.value(first-1)), math.Abs(c.value(first))
	before := math.Abs(c.value(first - 3))
	return before < a && a < b && b < d && b > 1.5*a && d < b*b/a*4
}

// sentinel reports whether a number is one that files and sensors write for none: 999 and
// its like, -999.25 of well logs, the fill values of netCDF, the ends of integers, powers of ten from 1e20 on.
func sentinel(v float64) bool {
	a := math.Abs(v)
	switch a {
	case 999.25, 9999.25, 32767, 32768, 65535, 2147483647, 2147483648, 4294967295, math.MaxFloat32, math.MaxFloat64:
		return true
	}
	if a >= 9.9e35 && a < 1e38 || a >= 1e20 && math.Abs(math.Log10(a)-math.Round(math.Log10(a))) < 1e-9 {
		return true
	}
	digits := strings.Trim(strings.ReplaceAll(strconv.FormatFloat(a, 'f', -1, 64), ".", ""), "0")
	return a >= 99 && len(digits) >= 2 && strings.Trim(digits, "9") == ""
}

// distinct lists the values in some rows.
func (c column) distinct(rows []int) string {
	var values []float64
	for _, i := range rows {
		if v := c.value(i); !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	text := fmt.Sprint(values[0])
	for i, v := range values[1:] {
		if i == 2 {
			return fmt.Sprintf("%s and %d other values", text, len(values)-3)
		}
		text += fmt.Sprintf(", %v", v)
	}
	return text
}

// count is a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "one " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
