package setting

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

type colour string

func (colour) Values() []string { return []string{"red", "blue"} }

// size is an enumeration that reads itself.
type size uint8

func (size) Values() []string               { return []string{"small", "large"} }
func (s size) String() string               { return s.Values()[s] }
func (s size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
func (s *size) UnmarshalText(text []byte) error {
	switch string(text) {
	case "small":
		*s = 0
	case "large":
		*s = 1
	default:
		return errors.New("no size " + string(text))
	}
	return nil
}

type inner struct {
	Depth  int    `key:"depth,omitempty" help:"how deep" after:"last"`
	Colour colour `key:"colour" help:"which colour" of:"paint" group:"looks"`
}

type outer struct {
	Name  string `key:"name,common" help:"what it is called" json:"name"`
	Inner inner  `of:"room" group:"shape"`
	_     int    // a field without a name has no setting
	Sizes []size `key:"sizes,omitempty" help:"a \"list\": of sizes"`
	Last  bool   `key:"last,inverse,special" help:"turn it off"`
}

func TestRead(t *testing.T) {
	all, err := Read[outer]()
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, s := range all {
		fmt.Fprintf(&got, "%s|%s|%s|%s|%s|%v%v%v%v\n", s.Key, s.Flag(), s.Help, s.Group, s.Of, s.OmitEmpty, s.Common, s.Inverse, s.Special)
	}
	want := `name|name|what it is called||[]|falsetruefalsefalse
colour|colour|which colour|looks|[room paint]|falsefalsefalsefalse
sizes|sizes|a "list": of sizes||[]|truefalsefalsefalse
last|no-last|turn it off||[]|falsefalsetruetrue
depth|depth|how deep|shape|[room]|truefalsefalsefalse
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestReadRefuses(t *testing.T) {
	for want, read := range map[string]func() ([]*Setting, error){
		`no tag "hlep"`: Read[struct {
			A int `key:"a" hlep:"typo"`
		}],
		`no option "omitemtpy"`: Read[struct {
			A int `key:"a,omitemtpy"`
		}],
		"declared twice": Read[struct {
			A int `key:"a"`
			B int `key:"a"`
		}],
		"after b": Read[struct {
			A int `key:"a" after:"b"`
		}],
	} {
		if _, err := read(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	for _, tag := range []string{"key:a", `key:"a`, `key`, `key:"a" b`} {
		if tags, err := parse(tag); err == nil {
			t.Errorf("the tag %s is read as %v", tag, tags)
		}
	}
}

func TestFiles(t *testing.T) {
	all := Must[outer]()
	c := outer{Name: "no", Inner: inner{Colour: "red"}, Sizes: []size{1, 0}}
	base := outer{Inner: inner{Depth: 3}}
	node, err := Encode(all, &c, &base, func(s *Setting) bool { return s.Key != "last" })
	if err != nil {
		t.Fatal(err)
	}
	text, err := yaml.Marshal(node)
	if err != nil {
		t.Fatal(err)
	}
	if want := "name: \"no\"\ncolour: red\nsizes: [large, small]\ndepth: 0\n"; string(text) != want {
		t.Errorf("%q, want %q", text, want)
	}
	got := base
	if err := Decode(all, &got, node); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(got) != fmt.Sprint(c) {
		t.Errorf("read %v, want %v", got, c)
	}
}

func TestFilesRefused(t *testing.T) {
	all := Must[outer]()
	for text, want := range map[string]string{
		"name: a\ncolor: red\n":    "line 2: field color not found; did you mean colour?",
		"name: a\nname: b\n":       "line 2: name is there twice",
		"name: a\ncolour: green\n": `line 2: unknown colour "green"`,
		"sizes: [small, tiny]\n":   "no size tiny",
		"sizes: small\n":           "cannot unmarshal",
		"depth: deep\n":            "line 1",
		"colour: [red]\n":          "cannot unmarshal",
		"[1]":                      "no list of lines",
	} {
		var document yaml.Node
		if err := yaml.NewDecoder(bytes.NewReader([]byte(text))).Decode(&document); err != nil {
			t.Fatal(err)
		}
		var c outer
		if err := errors.Join(Check(all, document.Content[0]), Decode(all, &c, document.Content[0])); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}
