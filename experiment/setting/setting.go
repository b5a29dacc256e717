// Package setting reads, once, what the tags of a struct's fields declare of a program's
// settings, so that files, flags, help and checks need no lists of their own:
//
//	Batch int `key:"batch" help:"rows of a step, 0 for all"`
//
// The tags are
//
//	key    name in files and of the flag; after a comma: omitempty (left out of files where
//	       zero), common (among the flags that the short help shows), inverse (the flag is
//	       no-KEY and turns it off), special (the program makes its flag by hand)
//	help   a clause for the flag's help
//	of     labels of what it belongs to, such as a trainer; without one it belongs to all
//	group  the heading of the help that it stands under
//	after  the key that it follows, where that is not the order of declaration
//
// A field that is a struct is a section: its fields are settings as if they were declared
// in its place, with its labels before theirs and its group unless they have one. Other
// fields without a key are no settings.
package setting

import (
	"encoding"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hnn/system"
)

// Setting is one setting of a struct type. Its methods take pointers to that type.
type Setting struct {
	Key, Help, Group string
	// Of are the labels of what it belongs to.
	Of                                  []string
	OmitEmpty, Common, Inverse, Special bool

	after string
	index []int
	of    reflect.Type
}

// An Enum is a setting of a few values, or an element of a list of such. Those that are
// strings need no methods to be read: what is not among the values is refused.
type Enum interface{ Values() []string }

// Read returns the settings of a struct type in their order.
func Read[T any]() ([]*Setting, error) {
	t := reflect.TypeFor[T]()
	found, err := section(t, nil, "", nil)
	if err != nil {
		return nil, err
	}
	var all []*Setting
	place := func(key string) int {
		return slices.IndexFunc(all, func(o *Setting) bool { return o.Key == key })
	}
	for _, moved := range []bool{false, true} {
		for _, s := range found {
			if moved != (s.after != "") {
				continue
			}
			if place(s.Key) >= 0 {
				return nil, fmt.Errorf("setting %s: declared twice", s.Key)
			}
			s.of = t
			at := len(all)
			if moved {
				if at = 1 + place(s.after); at == 0 {
					return nil, fmt.Errorf("setting %s: after %s, of which there is none", s.Key, s.after)
				}
			}
			all = slices.Insert(all, at, s)
		}
	}
	return all, nil
}

// Must is Read for declarations that a test has read.
func Must[T any]() []*Setting {
	all, err := Read[T]()
	if err != nil {
		panic(err)
	}
	return all
}

func section(t reflect.Type, labels []string, group string, index []int) ([]*Setting, error) {
	var all []*Setting
	for i := range t.NumField() {
		f := t.Field(i)
		tags, err := parse(string(f.Tag))
		if err != nil {
			return nil, fmt.Errorf("%v.%s: %w", t, f.Name, err)
		}
		at := append(slices.Clone(index), i)
		of := append(slices.Clone(labels), strings.Fields(tags["of"])...)
		heading := group
		if g := tags["group"]; g != "" {
			heading = g
		}
		if tags["key"] == "" {
			if f.Type.Kind() == reflect.Struct && f.IsExported() {
				inner, err := section(f.Type, of, heading, at)
				if err != nil {
					return nil, err
				}
				all = append(all, inner...)
			}
			continue
		}
		words := strings.Split(tags["key"], ",")
		s := &Setting{Key: words[0], Help: tags["help"], Group: heading, Of: of, after: tags["after"], index: at}
		options := map[string]*bool{"omitempty": &s.OmitEmpty, "common": &s.Common, "inverse": &s.Inverse, "special": &s.Special}
		for _, word := range words[1:] {
			if options[word] == nil {
				return nil, fmt.Errorf("%v.%s: a key has no option %q", t, f.Name, word)
			}
			*options[word] = true
		}
		all = append(all, s)
	}
	return all, nil
}

var tagForm = regexp.MustCompile(`^(\w+):("(?:[^"\\]|\\.)*")\s*`)

// parse splits a tag. It knows json's too, which says nothing of settings.
func parse(tag string) (map[string]string, error) {
	tags := map[string]string{}
	for tag != "" {
		m := tagForm.FindStringSubmatch(tag)
		if m == nil {
			return nil, fmt.Errorf("the tag %q is not of the form name:\"value\"", tag)
		}
		if !slices.Contains([]string{"key", "help", "of", "group", "after", "json"}, m[1]) {
			return nil, fmt.Errorf("a setting has no tag %q", m[1])
		}
		var err error
		if tags[m[1]], err = strconv.Unquote(m[2]); err != nil {
			return nil, fmt.Errorf("the tag %s: %w", m[1], err)
		}
		tag = tag[len(m[0]):]
	}
	return tags, nil
}

// Is reports whether the setting has a label.
func (s *Setting) Is(label string) bool { return slices.Contains(s.Of, label) }

// Flag is the name of the setting's flag.
func (s *Setting) Flag() string {
	if s.Inverse {
		return "no-" + s.Key
	}
	return s.Key
}

func (s *Setting) value(c any) reflect.Value {
	v := reflect.ValueOf(c)
	if v.Type() != reflect.PointerTo(s.of) {
		panic(fmt.Sprintf("setting %s: it is one of %v, not of %T", s.Key, s.of, c))
	}
	return v.Elem().FieldByIndex(s.index)
}

// Pointer points to the setting in c.
func (s *Setting) Pointer(c any) any { return s.value(c).Addr().Interface() }

// Value is the setting's value in c.
func (s *Setting) Value(c any) any { return s.value(c).Interface() }

// IsZero reports whether the setting has its zero value or is an empty list.
func (s *Setting) IsZero(c any) bool {
	v := s.value(c)
	if v.Kind() == reflect.Slice {
		return v.Len() == 0
	}
	return v.IsZero()
}

// Clear sets the setting to its zero value.
func (s *Setting) Clear(c any) { s.value(c).SetZero() }

// Copy gives the setting of to the value that from has. Lists are shared.
func (s *Setting) Copy(to, from any) { s.value(to).Set(s.value(from)) }

// Text is the setting's value for people: a list in brackets, as a flag shows it.
func (s *Setting) Text(c any) string {
	v := s.value(c)
	if v.Kind() != reflect.Slice {
		return fmt.Sprint(v.Interface())
	}
	texts := make([]string, v.Len())
	for i := range texts {
		texts[i] = fmt.Sprint(v.Index(i).Interface())
	}
	return "[" + strings.Join(texts, ",") + "]"
}

// Values lists what an enumeration may be, nil for a setting that is none.
func (s *Setting) Values() []string {
	t := s.of.FieldByIndex(s.index).Type
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if e, ok := reflect.Zero(t).Interface().(Enum); ok {
		return e.Values()
	}
	return nil
}

// SetNames sets an enumeration, or a list of such, by names. An empty one is the zero value.
func (s *Setting) SetNames(c any, names []string) error {
	v := s.value(c)
	if v.Kind() != reflect.Slice {
		return s.parse(v, names[0])
	}
	list := reflect.MakeSlice(v.Type(), len(names), len(names))
	for i, name := range names {
		if err := s.parse(list.Index(i), name); err != nil {
			return err
		}
	}
	v.Set(list)
	return nil
}

// Valid reports an enumeration that is none of its values.
func (s *Setting) Valid(c any) error {
	return s.known(s.value(c))
}

func (s *Setting) known(v reflect.Value) error {
	values := s.Values()
	if values == nil || v.Kind() == reflect.Slice || v.IsZero() {
		return nil
	}
	if name := fmt.Sprint(v.Interface()); !slices.Contains(values, name) {
		return &system.UnknownError{Kind: s.Key, Name: name, Known: values}
	}
	return nil
}

func (s *Setting) parse(v reflect.Value, name string) error {
	p := v.Addr().Interface()
	if name == "" {
		v.SetZero()
		return nil
	}
	if u, ok := p.(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(name))
	}
	v.SetString(name)
	return s.known(v)
}
