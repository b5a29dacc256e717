package api

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// strict refuses what encoding/json lets pass in a body that it has taken for v: null, which
// leaves a number at 0; a key that comes twice, of which the last counts; and a key that
// differs from a field's by its case. A client that writes NaN as null, as browsers do,
// would be answered for another state.
func strict(body []byte, v any) error {
	w := walker{json.NewDecoder(bytes.NewReader(body)), bytes.Contains(body, []byte("null"))}
	err := w.value(reflect.TypeOf(v))
	if at, ok := err.(nullError); ok {
		return invalid("%s is null, which is no value here: give one, or leave it out", strings.TrimPrefix("the body"+string(at), "the body."))
	}
	return err
}

// nullError is the way to a null, from within.
type nullError string

func (e nullError) Error() string { return string(e) + " is null" }

type walker struct {
	*json.Decoder
	nulls bool // there may be some
}

// value walks through the next value. t is its type, or nil where that is not known.
func (w walker) value(t reflect.Type) error {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t != nil && !w.nulls && !structured(t) {
		var skipped json.RawMessage
		return w.Decode(&skipped)
	}
	token, err := w.Token()
	if err != nil {
		return err
	}
	switch token {
	case nil:
		return nullError("")
	case json.Delim('['):
		var of reflect.Type
		if t != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) {
			of = t.Elem()
		}
		for i := 0; w.More(); i++ {
			if err := w.value(of); err != nil {
				return within("["+strconv.Itoa(i)+"]", err)
			}
		}
		_, err = w.Token()
	case json.Delim('{'):
		fields := fieldsOf(t)
		seen := map[string]bool{}
		for w.More() {
			token, err := w.Token()
			if err != nil {
				return err
			}
			key := token.(string) // the decoder sees to that
			of, known := fields[key]
			if !known {
				for name := range fields {
					if strings.EqualFold(name, key) {
						return invalid("%.40q: the key is written %q", key, name)
					}
				}
			}
			if seen[key] {
				return invalid("%.40q is there twice: give it once", key)
			}
			seen[key] = true
			if err := w.value(of); err != nil {
				return within("."+key, err)
			}
		}
		_, err = w.Token()
	}
	return err
}

func within(place string, err error) error {
	if at, ok := err.(nullError); ok {
		return nullError(place + string(at))
	}
	return err
}

// structured reports whether there are keys in a value of the type.
func structured(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Pointer:
		return structured(t.Elem())
	}
	return t.Kind() == reflect.Struct
}

// fieldsOf are the types of a struct's fields by their keys.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			fields[name] = f.Type
		}
	}
	return fields
}
