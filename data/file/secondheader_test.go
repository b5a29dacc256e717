package file

import (
	"fmt"
	"strings"
	"testing"
)

// A header among the rows that is the first one again begins a trial; one of other columns, of
// which rows would be taken by their place, is refused, also where bad rows are left out.
func TestSecondHeader(t *testing.T) {
	rows := func(sep string, shift int) string {
		var b strings.Builder
		for i := range 12 {
			fmt.Fprintf(&b, "%d%s%d%s%d\n", i, sep, i*i+shift, sep, 2*i)
		}
		return b.String()
	}
	for header, want := range map[string]string{
		"t,q,p":           "",
		"t, q, p":         "",
		"T,Q,P":           "",
		"t,p,q":           "second header",
		"t_ms,q,p":        "second header",
		"time,angle,rate": "second header",
		"t,q":             "second header",
		"error,-,-":       "is not a number",
	} {
		for _, sep := range []string{",", ";"} {
			header := strings.ReplaceAll(header, ",", sep)
			text := "t" + sep + "q" + sep + "p\n" + rows(sep, 0) + header + "\n" + rows(sep, 5)
			for _, skip := range []bool{false, true} {
				s, _, err := Decode(strings.NewReader(text), "", ReadOptions{SkipBadRows: skip})
				switch {
				case want == "" || skip && want == "is not a number":
					if err != nil || s.Trials() != 2 || s.Rows() != 24 {
						t.Errorf("%q: %v, %v", header, s, err)
					}
				case err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "line 14"):
					t.Errorf("%q, skip %v: %v", header, skip, err)
				}
			}
		}
	}
}
