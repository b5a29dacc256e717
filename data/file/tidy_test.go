package file

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// Channels that are sampled one behind the other are joined by time, not by row.
func TestShiftedChannels(t *testing.T) {
	var b strings.Builder
	b.WriteString("Multiplexer\n\nTime 1;Angle;Time 2;Rate\n")
	for i := range 100 {
		at := 0.04 * float64(i)
		fmt.Fprintf(&b, "%.3f;%.6f;%.3f;%.6f\n", at, math.Sin(at), at+0.02, 2*(at+0.02))
	}
	s, m, err := Decode(strings.NewReader(b.String()), "f", ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Rows() != 99 || !strings.Contains(strings.Join(m.Notes, "\n"), "joined by time") {
		t.Fatalf("%d rows; %q", s.Rows(), m.Notes)
	}
	for i := range s.Rows() {
		if x, _ := s.Row(i); math.Abs(x[1]-2*s.T[i]) > 1e-6 { // the digits of the file
			t.Fatalf("the rate at %v is %v, want %v", s.T[i], x[1], 2*s.T[i])
		}
	}
}

// A column that is constant in the rows that joining channels by time leaves is left out, whatever
// it was in the others.
func TestConstantOnceJoined(t *testing.T) {
	var b strings.Builder
	b.WriteString("Logger\n\nTime 1;Angle;Angle 2;Time 2;Rate\n")
	for i := range 120 {
		at := 0.04 * float64(i)
		fmt.Fprintf(&b, "%.3f;%.6f;%d;", at, math.Sin(at), i/100)
		if i < 90 {
			fmt.Fprintf(&b, "%.3f;%.6f\n", at+0.02, math.Cos(at+0.02))
		} else {
			b.WriteString(";\n")
		}
	}
	s, m, err := Decode(strings.NewReader(b.String()), "f", ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(m.Q, ","); got != "Angle" || s.Rows() != 89 {
		t.Errorf("positions %s in %d rows, want Angle in 89; %q", got, s.Rows(), m.Notes)
	}
}

// A counter of 16 or 32 bits that begins anew goes on, in plain tables too; a time that falls
// otherwise begins a trial or is an error.
func TestCountersThatWrap(t *testing.T) {
	for _, test := range []struct {
		name, head string
		from, step uint64
		bits       int
	}{
		{"milliseconds of 16 bits", "t,q,p\n", 60_000, 20, 16},
		{"several times", "t,q,p\n", 60_000, 2000, 16},
		{"microseconds of 32 bits", "t_us,angle,rate\n", 1<<32 - 200_000, 20_000, 32},
		{"behind a preamble", "Logger 3\n\nt_ms,angle,rate\n", 65_000, 20, 16},
	} {
		var b strings.Builder
		b.WriteString(test.head)
		for i := range uint64(400) {
			fmt.Fprintf(&b, "%d,%.6f,%.6f\n", (test.from+i*test.step)%(1<<test.bits), math.Sin(0.02*float64(i)), 0.5)
		}
		s, m, err := Decode(strings.NewReader(b.String()), "f", ReadOptions{})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		step := s.T[1] - s.T[0]
		for i := 1; i < s.Rows(); i++ {
			if d := s.T[i] - s.T[i-1]; math.Abs(d-step) > 1e-9 {
				t.Errorf("%s: a step of %v to row %d, want %v", test.name, d, i, step)
				break
			}
		}
		if s.Trials() != 1 || s.Rows() != 400 || !strings.Contains(strings.Join(m.Notes, "\n"), "begins anew") {
			t.Errorf("%s: %d trials of %d rows; %q", test.name, s.Trials(), s.Rows(), m.Notes)
		}
	}
	s, _, err := Decode(strings.NewReader("t,q\n65490,1\n65510,2\n65530,3\n0,1\n20,2\n"), "f", ReadOptions{})
	if err != nil || s.Trials() != 2 {
		t.Errorf("a trial that begins at 0: %v, %v", s, err)
	}
	if _, _, err := Decode(strings.NewReader("t,q\n100,1\n120,2\n140,3\n130,1\n150,2\n"), "f", ReadOptions{}); err == nil {
		t.Error("a time that falls is taken")
	}
}

// What can be read in two ways is refused with both.
func TestTwoReadings(t *testing.T) {
	for _, test := range []struct{ text, one, other string }{
		{"t;q;p\n0;1,500;1,250\n1;1,400;2,250\n2;1,300;3,250\n", "1.500", "1500"},
		{"Logger\n\nt;q;p\n0;1,500;1,250\n1;1,400;2,250\n2;1,300;3,250\n", "1.500", "1500"},
		{"t\tpos_meas1\tpos_filt1\n0\t1\t1\n1\t2\t2.1\n2\t3\t3.1\n", "pos_meas1", "pos_filt1"},
	} {
		_, _, err := Decode(strings.NewReader(test.text), "f", ReadOptions{})
		if err == nil || !strings.Contains(err.Error(), test.one) || !strings.Contains(err.Error(), test.other) || !strings.Contains(err.Error(), "two ways") {
			t.Errorf("%q: %v", test.text, err)
		}
	}
	if s, _, err := Decode(strings.NewReader("t;q;p\n0;1,500;0,250\n1;1,400;2,250\n2;1,300;3,250\n"), "f", ReadOptions{}); err != nil || s.X[0] != 1.5 {
		t.Errorf("decimal commas that are none of thousands: %v, %v", s, err)
	}
}

// Times that are whole numbers of no unit are taken as they stand, which is said, with what to do
// where they are milliseconds; where the velocities show it they are turned into seconds.
func TestWholeTimesOfNoUnit(t *testing.T) {
	for _, test := range []struct {
		head string
		row  func(i int) string
		want string
	}{
		{"time,angle\n", func(i int) string { return fmt.Sprintf("%d,%.5f\n", 20*i, math.Cos(0.02*float64(i))) }, "--dt 0.02"},
		{"Logger 3\n\nt;theta\n", func(i int) string { return fmt.Sprintf("%d;%.5f\n", 20*i+i%2, math.Cos(0.02*float64(i))) }, "divide them by 1000"},
		{"time,angle\n", func(i int) string { return fmt.Sprintf("%d,%.5f\n", i, math.Cos(float64(i))) }, ""},
		{"time (s),angle\n", func(i int) string { return fmt.Sprintf("%d,%.5f\n", 20*i, math.Cos(float64(i))) }, ""},
		{"time,angle\n", func(i int) string { return fmt.Sprintf("%.1f,%.5f\n", 2.5*float64(i), math.Cos(float64(i))) }, ""},
		{"time,angle,rate\n", func(i int) string {
			return fmt.Sprintf("%d,%.7f,%.7f\n", 20*i, math.Cos(0.02*float64(i)), -math.Sin(0.02*float64(i)))
		}, "as the velocities show"},
	} {
		text := test.head
		for i := range 100 {
			text += test.row(i)
		}
		_, m, err := Decode(strings.NewReader(text), "f", ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		said := strings.Join(m.Notes, "\n")
		if test.want == "" && strings.Contains(said, "whole numbers") || !strings.Contains(said, test.want) || test.want == "as the velocities show" && strings.Contains(said, "whole numbers") {
			t.Errorf("%q is said of times as %q, want %q", said, test.head+test.row(1), test.want)
		}
	}
}
