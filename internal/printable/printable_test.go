package printable

import (
	"bytes"
	"testing"
)

func TestName(t *testing.T) {
	for in, want := range map[string]string{
		"q": "q", "θ̇ [rad/s]": "θ̇ [rad/s]", "": "",
		"\x1b[31mq\x1b]0;pwned\a": `\x1b[31mq\x1b]0;pwned\a`,
		"a\nb\tc\r":               `a\nb\tc\r`,
		"w\x7f\u0085\u009b1m":     `w\x7f\u0085\u009b1m`,
		"\u202egpj.exe\u200b":     `\u202egpj.exe\u200b`,
		"t\xe9ta":                 `t\xe9ta`,
		"\ufffd":                  "\ufffd",
	} {
		if got := Name(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	if got, want := Text("a\tb\n\x1bc"), "a\tb\n\\x1bc"; got != want {
		t.Errorf("text becomes %q, want %q", got, want)
	}
}

// However the text is cut into writes, it comes out the same.
func TestWriter(t *testing.T) {
	text := "é\x1b[0m 漢\xff字\n\u202e|plain\xe6"
	want := Text(text)
	for size := 1; size <= len(text); size++ {
		var b bytes.Buffer
		w := NewWriter(&b)
		for i := 0; i < len(text); i += size {
			n, err := w.Write([]byte(text[i:min(i+size, len(text))]))
			if err != nil || n != min(size, len(text)-i) {
				t.Fatal(n, err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("in pieces of %d: %q, want %q", size, b.String(), want)
		}
	}
}
