package study

import (
	"math"
	"reflect"
	"slices"
	"strings"

	"hnn/experiment"
	"hnn/system"
)

// measures are the paths of all numbers of results.json, with the fields that lead to them.
var measures = paths(reflect.TypeFor[experiment.Results](), "", nil)

type measure struct {
	path  string
	index [][]int // one of each struct on the way
}

func paths(t reflect.Type, prefix string, way [][]int) (all []measure) {
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		of := f.Type
		if of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		path, at := prefix+name, append(slices.Clone(way), f.Index)
		switch {
		case name == "-":
		case of.Kind() == reflect.Float64 || of.Kind() == reflect.Int:
			all = append(all, measure{path, at})
		case of.Kind() == reflect.Struct && len(way) < 4: // no type holds itself; a bound all the same
			if name != "" {
				path += "."
			}
			all = append(all, paths(of, path, at)...)
		}
	}
	return all
}

// CheckMeasure reports a path of which results.json has no number.
func CheckMeasure(path string) error {
	var known []string
	for _, m := range measures {
		if m.path == path {
			return nil
		}
		known = append(known, m.path)
	}
	return &system.UnknownError{Kind: "result", Name: path, Known: known}
}

// Value is the number at a path of results, not a number where there is none.
func Value(r *experiment.Results, path string) float64 {
	i := slices.IndexFunc(measures, func(m measure) bool { return m.path == path })
	if i < 0 || r == nil {
		return math.NaN()
	}
	v := reflect.ValueOf(r).Elem()
	for _, index := range measures[i].index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return math.NaN()
			}
			v = v.Elem()
		}
		v = v.FieldByIndex(index)
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return math.NaN()
		}
		v = v.Elem()
	}
	if v.Kind() == reflect.Int {
		return float64(v.Int())
	}
	return v.Float()
}
