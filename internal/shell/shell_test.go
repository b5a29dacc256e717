package shell

import (
	"os/exec"
	"testing"
)

// What a shell makes of the words is the words.
func TestQuote(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh here")
	}
	words := []string{"runs/0001-spring-hnn", "", "a b", "it's", `"$(touch x)"`, "`id`;&|<>", "*?[a]", "~", "!x", "a\nb", "θ", `\`, "#a", "{1,2}"}
	out, err := exec.Command(sh, "-c", `printf '%s\0' `+Join(words...)).Output()
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for _, w := range words {
		want += w + "\x00"
	}
	if string(out) != want {
		t.Errorf("the shell reads %q, want %q", out, want)
	}
	for word, want := range map[string]string{"runs/0001-spring-hnn": "runs/0001-spring-hnn", "a b": "'a b'", "-rf": "./-rf", "a~": "'a~'", "it's": `'it'\''s'`} {
		if got := Quote(word); got != want {
			t.Errorf("%q is written %s, want %s", word, got, want)
		}
	}
}
