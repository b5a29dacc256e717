package system

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestLookup(t *testing.T) {
	for _, name := range append(Names(), "4-body", "12-body") {
		s, err := Lookup(name)
		if err != nil {
			t.Errorf("Lookup(%q): %v", name, err)
			continue
		}
		if s.Name() != name {
			t.Errorf("Lookup(%q) is named %q", name, s.Name())
		}
		if s.Dim()%2 != 0 || len(s.Coordinates()) != s.Dim() {
			t.Errorf("%s: dimension %d with %d coordinates", name, s.Dim(), len(s.Coordinates()))
		}
		var names []string
		for _, c := range s.Coordinates() {
			if c.Name == "" || slices.Contains(names, c.Name) {
				t.Errorf("%s: coordinate name %q is empty or repeated", name, c.Name)
			}
			names = append(names, c.Name)
		}
	}
	if s, _ := Lookup("12-body"); s.Dim() != 48 {
		t.Errorf("12-body has dimension %d, want 48", s.Dim())
	}
}

func TestLookupErrors(t *testing.T) {
	for _, test := range []struct{ name, near string }{
		{"sprnig", "spring"},
		{"Pendulum", "pendulum"},
		{"two_body", "two-body"},
		{"tree-body", "three-body"},
		{"keppler", "kepler"},
		{"henonheiles", "henon-heiles"},
		{"n-body", "N-body"},
		{"1-body", "N-body"},
		{"99999999-body", ""},
		{"xyzzy", ""},
		{"", ""},
	} {
		s, err := Lookup(test.name)
		var unknown *UnknownError
		if s != nil || !errors.As(err, &unknown) {
			t.Errorf("Lookup(%q) = %v, %v, want an *UnknownError", test.name, s, err)
			continue
		}
		for _, name := range Names() {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("the error %q does not list %s", err, name)
			}
		}
		asks := strings.Contains(err.Error(), "did you mean")
		if want := fmt.Sprintf("did you mean %q?", test.near); test.near == "" && asks || test.near != "" && !strings.Contains(err.Error(), want) {
			t.Errorf("error %q, want the suggestion %q", err, test.near)
		}
	}
}

func TestAngles(t *testing.T) {
	for name, s := range systems() {
		x := make([]float64, s.Dim())
		for i := range x {
			x[i] = 0.3 + 0.1*float64(i*i)
		}
		h := s.Hamiltonian(x)
		for i, c := range s.Coordinates() {
			moved := slices.Clone(x)
			moved[i] += 2 * 3.141592653589793
			diff := s.Hamiltonian(moved) - h
			if periodic := diff > -1e-12 && diff < 1e-12; periodic != c.Angle {
				t.Errorf("%s: H is periodic in %s: %v, but Angle is %v", name, c.Name, periodic, c.Angle)
			}
		}
	}
}
