package task

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"hnn/system"
)

func TestLookup(t *testing.T) {
	for _, name := range append(Names(), "4-body", "12-body") {
		row, err := Lookup(name)
		if err != nil {
			t.Errorf("Lookup(%q): %v", name, err)
			continue
		}
		if row.Name != name {
			t.Errorf("Lookup(%q) is named %q", name, row.Name)
		}
		s := row.System
		if s == nil {
			continue
		}
		if s.Name() != name {
			t.Errorf("the system of %s is named %q", name, s.Name())
		}
		if err := row.Draw.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if row.StrictTimes < 1 || row.Picture == "" || row.Training.Steps < 1 {
			t.Errorf("%s: the row is not whole: %+v", name, row)
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
	if row, _ := Lookup("12-body"); row.System.Dim() != 48 {
		t.Errorf("12-body has dimension %d, want 48", row.System.Dim())
	}
	if row, err := Lookup("3-body"); err != nil || row.Name != "three-body" || row.StrictTimes != 2 {
		t.Errorf("3-body is the row of %q, %v; want three-body's", row.Name, err)
	}
}

func TestLookupOfAnyNumber(t *testing.T) {
	for name, want := range map[string]string{"N-body": "4-body", "4-body": "4-body", "7-body": "7-body"} {
		if row, err := Lookup(name); err != nil || row.Name != want {
			t.Errorf("%s is the row of %q, %v; want %s", name, row.Name, err, want)
		}
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
		var unknown *system.UnknownError
		if s.Name != "" || !errors.As(err, &unknown) {
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

func TestCalled(t *testing.T) {
	for name, want := range map[string][2]string{
		"two-body": {"Two-body", "Two bodies"}, "5-body": {"5-body", "5 bodies"}, "double-pendulum": {"Double-pendulum", "Double pendulum"},
		RealPendulum: {"Real pendulum", "Real pendulum"}, "henon-heiles": {"Henon-heiles", "H\u00e9non\u2013Heiles"}, OwnFrames: {"Frames", "Frames"},
	} {
		row, err := Lookup(name)
		if got := [2]string{row.Heading(), row.Called()}; err != nil || got != want {
			t.Errorf("%s is called %q, %v; want %q", name, got, err, want)
		}
	}
}
