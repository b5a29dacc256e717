package ode

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestParseMethod(t *testing.T) {
	for name, want := range map[string]Method{
		"rk4": RK4, "rk45": DormandPrince, "dopri5": DormandPrince, "dop853": DOP853, "DOP853": DOP853,
		"leapfrog": Leapfrog, "verlet": Leapfrog, "forest-ruth": Yoshida4, "blanes-moan6": BlanesMoan6,
	} {
		if got, err := ParseMethod(name); err != nil || got != want {
			t.Errorf("ParseMethod(%q) = %v, %v", name, got, err)
		}
	}
	for name, wants := range map[string][]string{
		"dop835":  {`"dop835"`, "did you mean dop853?", "rk45, dopri5, dop853, rk4"},
		"rk5":     {"did you mean rk45?"},
		"":        {`""`, "known are rk45"},
		"euler":   {`"euler"`, "known are rk45", "leapfrog"},
		"yoshida": {"did you mean yoshida4?"},
	} {
		_, err := ParseMethod(name)
		if err == nil {
			t.Errorf("ParseMethod(%q) succeeded", name)
			continue
		}
		for _, want := range wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("ParseMethod(%q): %q does not say %q", name, err, want)
			}
		}
	}
}

func TestMethodText(t *testing.T) {
	for m := range methods {
		text, err := json.Marshal(Method(m))
		if err != nil {
			t.Fatal(err)
		}
		var back Method
		if err := json.Unmarshal(text, &back); err != nil || back != Method(m) {
			t.Errorf("%v became %s and %v, %v", Method(m), text, back, err)
		}
	}
	if _, err := Method(200).MarshalText(); err == nil {
		t.Error("an unknown method has text")
	}
	var m Method
	if err := m.UnmarshalText([]byte("euler")); err == nil {
		t.Error("euler is a method")
	}
	if got := Method(200).String(); got != "Method(200)" {
		t.Error(got)
	}
}

func TestMethodKinds(t *testing.T) {
	for _, c := range []struct {
		m        Method
		order    int
		adaptive bool
	}{{DormandPrince, 5, true}, {DOP853, 8, true}, {RK4, 4, false}, {Method(200), 0, false}} {
		if c.m.Order() != c.order || c.m.Adaptive() != c.adaptive {
			t.Errorf("%v: order %d, adaptive %v", c.m, c.m.Order(), c.m.Adaptive())
		}
	}
}

func FuzzParseMethod(f *testing.F) {
	for _, s := range []string{"rk4", "RK45", "dopri", "", "dop853 ", "é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		m, err := ParseMethod(name)
		if err != nil {
			if !strings.Contains(err.Error(), "dop853") {
				t.Errorf("%q: %v does not list the methods", name, err)
			}
			return
		}
		if again, err := ParseMethod(m.String()); err != nil || again != m {
			t.Errorf("%q is %v, whose name is %v, %v", name, m, again, err)
		}
	})
}
