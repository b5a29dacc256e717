package unit

import "testing"

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"m": "m", "kg m/s": "kg m/s", "kg*m^2/s^2": "J", "N m": "J", "N·m": "J", "m s^-2": "m/s^2", "m s⁻²": "m/s^2", "rad/s": "1/s", "m/(s kg)": "m/(kg s)",
		"m/s/s": "m/s^2", "rad": "1", "mm/s": "mm/s", "°/s": "deg/s", "m²": "m^2", "V/A": "kg m^2/(A^2 s^3)", "Js": "kg m^2/s", "kg.m/s": "kg m/s",
		"": "?", "LGR S/N: 1": "?", "filtered": "?", "m^": "m", "/": "?", "^2": "?",
	} {
		u, ok := Parse(text)
		if got := u.String(); !ok && want != "?" || ok && got != want {
			t.Errorf("%q is %q (%v), want %q", text, got, ok, want)
		}
	}
}

// What is unknown is found where it must be the same as what is known, and stays consistent.
func TestSystem(t *testing.T) {
	var s System
	m, sec := Of("m"), Of("s")
	k, l := s.New(), s.New()
	if !s.Same(k.Times(m, 1), nil) || !s.Resolve(k).Equal(Unit(nil).Times(m, -1)) {
		t.Errorf("k m = 1 makes k %v", s.Resolve(k))
	}
	if s.Same(k, sec) {
		t.Error("1/m is the same as s")
	}
	if !s.Same(l.Times(l, 1), m.Times(k, -1)) || !s.Resolve(l).Equal(m) {
		t.Errorf("l^2 = m/k makes l %v", s.Resolve(l))
	}
	one := s.New()
	if !s.Same(one, nil) || len(s.Resolve(one)) != 0 || s.Same(one, sec) {
		t.Error("a plain number is taken for seconds")
	}
	if Known(s.New()) || !Known(m) {
		t.Error("what is known")
	}
}
