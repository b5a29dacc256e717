package file

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// Tables of one archive, each with times and a rate of its own, are joined by time.
func TestReadZippedTables(t *testing.T) {
	const rows = 200
	angles := "\"Time (s)\",\"Angle (deg)\"\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
		fmt.Fprintf(b, "%.4f,%.6f\n", t, q/degree)
	})
	rates := "\"Time (s)\",\"Angular velocity (rad/s)\"\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
		if i%2 == 0 {
			fmt.Fprintf(b, "%.4f,%.6f\n", t, v)
		}
	})
	s, m, err := Decode(strings.NewReader(zipOf(t, "meta/time.csv", "a,b\nx,y\n", "Rates.csv", rates, "Angles.csv", angles, "notes.txt", "by hand\n")), "d.zip", ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if q, p := strings.Join(m.Q, ","), strings.Join(m.P, ","); q != "Angle (rad)" || p != "Angular velocity (rad/s)" {
		t.Errorf("positions %s, momenta %s", q, p)
	}
	said := strings.Join(m.Notes, "\n")
	if !strings.Contains(said, "joined by time") || !strings.Contains(said, "passed over: notes.txt") || !strings.Contains(m.Format, "zip of 2 tables") {
		t.Errorf("%s: %s", m.Format, said)
	}
	q, v := swing(rows, 0.8, 0.1)
	if n := s.Rows(); n < rows-2 {
		t.Errorf("%d rows of %d", n, rows)
	}
	for i := range s.Rows() {
		x, _ := s.Row(i)
		k := int(math.Round(s.T[i] / 0.02))
		// Between two rates a line is off by an eighth of the step's square by the curvature, which is below 60.
		if math.Abs(x[0]-q[k]) > 1e-7 || math.Abs(x[1]-v[k]) > 0.04*0.04/8*60 {
			t.Fatalf("row %d at %v is %v, want %v, %v", i, s.T[i], x, q[k], v[k])
		}
	}

	sensor := "time,seconds_elapsed,z,y,x\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
		fmt.Fprintf(b, "%d,%.4f,%.6f,%.6f,%.6f\n", 1680000000123456789+int64(i)*20_000_000, t, noise(i, 1), noise(i, 2), v)
	})
	zip := zipOf(t, "Accelerometer.csv", sensor, "Gyroscope.csv", sensor, "Metadata.csv", "version,device\n3,x\n")
	if _, _, err = Decode(strings.NewReader(zip), "d.zip", ReadOptions{}); err == nil || !strings.Contains(err.Error(), "--integrate") {
		t.Errorf("a gyroscope beside an accelerometer: %v", err)
	}
	if s, m, err = Decode(strings.NewReader(zip), "d.zip", ReadOptions{Columns: Columns{Integrate: true}}); err != nil || m.Q[0] != "angle_x" || s.Rows() != rows {
		t.Errorf("integrated: %v, %v", m, err)
	}
	if s, m, err = Decode(strings.NewReader(zipOf(t, "Gyroscope.csv", sensor)), "d.zip", ReadOptions{Columns: Columns{Integrate: true}}); err != nil || m.Q[0] != "angle_x" || s.Rows() != rows {
		t.Errorf("one member: %v, %v", m, err)
	}
	for _, members := range [][]string{
		{"run1.csv", angles, "run2.csv", angles}, // trials, or two bodies
		{"a.csv", angles, "b.csv", "\"Time (s)\",\"Rate (rad/s)\"\n900,1\n901,2\n902,1\n"},
	} {
		_, _, err := Decode(strings.NewReader(zipOf(t, members...)), "d.zip", ReadOptions{})
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q, %q", members[0], members[2])) {
			t.Errorf("%s and %s: %v", members[0], members[2], err)
		}
	}
}
