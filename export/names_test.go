package export

import (
	"bytes"
	"encoding/xml"
	"io"
	"math/rand/v2"
	"path/filepath"
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

// nasty are names that would break out of something.
var nasty = []string{"q", "*/ int main(void) { return 1; } /*", "\\\n#define x", "a\"b'c`", "</ScalarVariable><x y=\"", "\"\"\" + exit()", "?" + "?/\n", "\u202e\u2028\x00", "%s%d", "#= =#", "]]>", "$(rm)", "H", "power", "time", "step", "der(q)", "", " ", "x1"}

func named(name string) Names {
	return Names{Model: name, Columns: []string{name, name + "'"}, Units: []string{name, name}, Inputs: []string{name}}
}

// FuzzNames: whatever names are, no character of them that comes into a file can end a comment, a string or an element, or
// continue a line; and the values of a unit have different names, in XML that is read back as it was meant.
func FuzzNames(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	m := small(f, Names{})
	f.Fuzz(func(t *testing.T, name string) {
		m.Names = named(name)
		for _, line := range cTitle(m) {
			if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' || strings.ContainsRune("\\\"'`*/?<>&%$#{}", r) }) {
				t.Errorf("%q becomes %q", name, line)
			}
		}
		for _, version := range []int{2, 3} {
			seen := map[string]bool{}
			for _, v := range m.values(version) {
				if seen[v.name] || strings.TrimSpace(v.name) == "" {
					t.Errorf("%q: two values are called %q, or one nothing", name, v.name)
				}
				seen[v.name] = true
			}
			var got []string
			d := xml.NewDecoder(bytes.NewReader(m.description(version, "{0}")))
			for {
				token, err := d.Token()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatalf("%q: %v", name, err)
				}
				if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "ScalarVariable" || e.Name.Local == "Float64") {
					got = append(got, e.Attr[0].Value)
				}
			}
			if len(got) != 1+len(seen) {
				t.Errorf("%q: FMI %d has the values %q", name, version, got)
			}
		}
	})
}

// Names change nothing of what is written but comments, docstrings and descriptions.
func TestNames(t *testing.T) {
	docstring := regexp.MustCompile(`(?s)^""".*?"""`)
	hashes := regexp.MustCompile(`(?m)^#.*\n`)
	slashes := regexp.MustCompile(`(?m)^//.*\n`)
	code := map[string]func(b []byte) []byte{
		".c": func(b []byte) []byte { return comments.ReplaceAll(b, nil) }, ".h": func(b []byte) []byte { return comments.ReplaceAll(b, nil) },
		".py": func(b []byte) []byte { return docstring.ReplaceAll(b, nil) }, ".jl": func(b []byte) []byte { return hashes.ReplaceAll(b, nil) },
		".go": func(b []byte) []byte { return slashes.ReplaceAll(b, nil) },
	}
	for _, name := range nasty {
		for _, target := range Targets {
			plain, err := target.Write(small(t, Names{}), Double)
			if err != nil {
				t.Fatal(err)
			}
			files, err := target.Write(small(t, named(name)), Double)
			if err != nil {
				t.Fatal(err)
			}
			for i, file := range files {
				strip, ok := code[filepath.Ext(file.Name)]
				if ok && !bytes.Equal(strip(file.Data), strip(plain[i].Data)) {
					t.Errorf("%q changes the code of %s", name, file.Name)
				}
			}
		}
	}
}
