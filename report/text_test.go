package report

import (
	"strings"
	"testing"
)

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		min, max float64
		most     int
		want     string
	}{
		{-1.3, 1.3, 5, "−1.0 −0.5 0 0.5 1.0"},
		{-1.7, 1.7, 5, "−1 0 1"},
		{0, 20, 9, "0 5 10 15 20"},
		{0, 20, 11, "0 2 4 6 8 10 12 14 16 18 20"},
		{-2.9, 2.9, 4, "−2 0 2"},
		{-2.9, 2.9, 5, "−2 −1 0 1 2"},
		{0.496, 0.506, 4, "0.500 0.505"},
		{-250000, 250000, 3, "−200000 0 200000"},
		{1e-9, 3e-9, 3, "1e−09 2e−09 3e−09"},
	} {
		var got []string
		for _, tick := range (ticks{most: test.most}).Ticks(test.min, test.max) {
			if tick.Value < test.min || tick.Value > test.max {
				t.Errorf("%g to %g: a mark at %g", test.min, test.max, tick.Value)
			}
			got = append(got, tick.Label)
		}
		if s := strings.Join(got, " "); s != test.want {
			t.Errorf("%g to %g: %s, want %s", test.min, test.max, s, test.want)
		}
	}
	bare := ticks{most: 5, bare: true}.Ticks(-1.3, 1.3)
	if len(bare) != 5 || bare[0].Label != " " || bare[0].IsMinor() {
		t.Errorf("bare marks are %v, want five major ones without numbers", bare)
	}
}

func TestFit(t *testing.T) {
	style := textStyle(legendSize, textColor)
	const s = "a name of some length"
	width := style.Width(s)
	if got := fit(style, s, width); got != s {
		t.Errorf("%q was cut to %q though it fits", s, got)
	}
	got := fit(style, s, width/2)
	if !strings.HasSuffix(got, "…") || style.Width(got) > width/2 || style.Width(got) < width/3 {
		t.Errorf("%q was cut to %q", s, got)
	}
}
