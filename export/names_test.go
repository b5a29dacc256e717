package export

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"hnn/model/network"
)

func small(t testing.TB, names Names) *Model {
	t.Helper()
	n, err := network.New[float64](network.Architecture{Kind: network.KindHNN, Dim: 2, Inputs: 1, Hidden: []int{3}, Activation: "tanh"}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(n.Form(), names)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// comments are what stands between /* and the first */ after it.
var comments = regexp.MustCompile(`(?s)/\*.*?\*/`)

// Names of columns, inputs and models change nothing of the files but their comments, whatever is in them.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"q", "*/ int main(void) { return 1; } /*", "\\\n#define x", "a\"b'c`", "</ScalarVariable><x y=\"", "\"\"\" + exit()", "?" + "?/\n", "\u202e\u2028\x00", "%s%d", "#= =#", "]]>", "$(rm)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		names := Names{Model: name, Columns: []string{name, name + "'"}, Units: []string{name, name}, Inputs: []string{name}}
		for _, target := range Targets {
			plain, err := target.Write(small(t, Names{}), Double)
			if err != nil {
				t.Fatal(err)
			}
			files, err := target.Write(small(t, names), Double)
			if err != nil {
				t.Fatal(err)
			}
			for i, file := range files {
				if want := plain[i]; file.Name != want.Name {
					t.Errorf("%q names a file %s", name, file.Name)
				}
				checkFile(t, target.Name, file, plain[i], name)
			}
		}
	})
}

// checkFile compares a file with the one of plain names.
func checkFile(t *testing.T, target string, file, plain File, name string) {
	t.Helper()
	if target == "c" {
		a, b := comments.ReplaceAll(file.Data, nil), comments.ReplaceAll(plain.Data, nil)
		if !bytes.Equal(a, b) {
			t.Errorf("%q changes the code of %s", name, file.Name)
		}
		if bytes.ContainsFunc(file.Data, func(r rune) bool { return r > '~' || r < ' ' && !strings.ContainsRune("\n\t", r) }) {
			t.Errorf("%q brings a character that is not plain into %s", name, file.Name)
		}
	}
}
