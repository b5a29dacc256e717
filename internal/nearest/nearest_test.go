package nearest

import "testing"

func TestEditDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"abc", "", 3}, {"", "ab", 2},
		{"kitten", "sitting", 3},                               // the textbook's example
		{"ab", "ba", 1}, {"abcd", "acbd", 1}, {"ca", "abc", 3}, // the last tells it from the unrestricted distance, 2
		{"spring", "spring", 0}, {"é", "e", 1},
	} {
		if got := editDistance([]rune(test.a), []rune(test.b)); got != test.want {
			t.Errorf("distance of %q and %q is %d, want %d", test.a, test.b, got, test.want)
		}
		if got := editDistance([]rune(test.b), []rune(test.a)); got != test.want {
			t.Errorf("distance of %q and %q is %d, want %d", test.b, test.a, got, test.want)
		}
	}
}

func TestNamePrefersTheFirstOfEquals(t *testing.T) {
	if got := Name("cat", []string{"hat", "bat"}); got != "hat" {
		t.Errorf("got %q, want the first", got)
	}
	if got := Name("euler", []string{"verlet", "yoshida4"}); got != "" {
		t.Errorf("got %q, of which half the letters are others", got)
	}
	if got := Name("spring", nil); got != "" {
		t.Errorf("got %q of nothing", got)
	}
}
