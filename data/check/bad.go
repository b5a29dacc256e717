package check

import "slices"

// mostLeft is the share of a set's rows up to which those that are no motion are left out with a warning; of more the
// user decides.
const mostLeft = 0.1

// A badFinding is one about rows that are no motion, and up to which share of all bad rows they are left out without
// being asked for.
type badFinding struct {
	finding Finding
	most    float64
}

// bad notes rows that are no motion. What it advises is added by settle, when all are known; the finding's own advice
// says what such rows may be, or nothing.
func (r *Report) bad(f Finding, rows []int, most float64) {
	r.Bad = append(r.Bad, rows...)
	r.unsettled = append(r.unsettled, badFinding{f, most})
}

// settle says of all rows that are no motion whether they are left out, refused or, where the user says so, kept.
func (r *Report) settle(rows int, o Options) {
	slices.Sort(r.Bad)
	r.Bad = slices.Compact(r.Bad)
	share := float64(len(r.Bad)) / float64(rows)
	for _, b := range r.unsettled {
		f, more := b.finding, ""
		f.Bad = true
		switch {
		case o.KeepBadRows:
			f.Severity, more = Warning, "kept, as --keep-bad-rows asks for"
		case share > b.most:
			f.Severity, more = Refusal, "--skip-bad-rows leaves these rows out, --keep-bad-rows takes them as they are"
		default:
			f.Severity, more = Warning, "these rows are left out; --keep-bad-rows takes them as they are"
		}
		if f.Advice != "" {
			f.Advice += "; "
		}
		f.Advice += more
		r.add(f)
	}
	r.unsettled = nil
}

// span lists the rows from lo to before hi.
func span(lo, hi int) []int {
	rows := make([]int, 0, max(hi-lo, 0))
	for i := lo; i < hi; i++ {
		rows = append(rows, i)
	}
	return rows
}
