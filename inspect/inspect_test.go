package inspect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hnn/data/file"
	"hnn/internal/stream"
)

// table writes a CSV file of rows that motion gives at n times.
func table(header string, n int, step float64, motion func(t float64) []float64) string {
	var b strings.Builder
	fmt.Fprintln(&b, header)
	for i := range n {
		t := float64(i) * step
		fmt.Fprint(&b, t)
		for _, v := range motion(t) {
			fmt.Fprintf(&b, ",%v", v)
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}

func inspect(t *testing.T, text string) *Report {
	t.Helper()
	s, m, err := file.Decode(strings.NewReader(text), "f.csv", file.ReadOptions{SkipBadRows: true})
	if err != nil {
		t.Fatal(err)
	}
	return New(s, m, file.ReadOptions{})
}

func (r *Report) text(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// oscillator is a motion with friction and masses m: p = m dq/dt.
func oscillator(friction, m float64) func(t float64) []float64 {
	return func(t float64) []float64 {
		a := math.Exp(-friction * t)
		return []float64{a * math.Cos(t), m * a * (-math.Sin(t) - friction*math.Cos(t))}
	}
}

func TestTimes(t *testing.T) {
	text := "trial,t,q\n0,1,1\n0,2,2\n0,3.5,1\n"
	for i := range 20 {
		text += fmt.Sprintf("1,%d,%d\n", i, i%3)
	}
	r := inspect(t, text+"1,100,3\n")
	want := Time{First: 0, Last: 100, LeastStep: 1, MedianStep: 1, MostStep: 81, Gaps: 1, Gap: 5}
	if r.Time != want {
		t.Errorf("%+v, want %+v", r.Time, want)
	}
	if r.Rows != 24 || r.Trials != 2 || r.TrialRows != [3]int{3, 21, 21} {
		t.Errorf("%d rows in %d trials of %v", r.Rows, r.Trials, r.TrialRows)
	}
	if r := inspect(t, table("t,q,p", 50, 0.1, oscillator(0, 1))); !r.Time.Even {
		t.Errorf("even steps are not seen: %+v", r.Time)
	}
	if r := inspect(t, "t,q\n5,1\n"); r.Time.MedianStep != 0 || !strings.Contains(strings.Join(r.Warnings, " "), "two rows") {
		t.Errorf("a single row: %+v", r)
	}
}

func TestRangesAndNoise(t *testing.T) {
	const sigma = 0.05
	rng := stream.New(0, "noise")
	r := inspect(t, table("t,q,p", 2000, 0.05, func(t float64) []float64 {
		x := oscillator(0, 1)(t)
		return []float64{3 + x[0] + sigma*rng.NormFloat64(), x[1]}
	}))
	q, p := r.Columns[0], r.Columns[1]
	if math.Abs(q.Min-2) > 4*sigma || math.Abs(q.Max-4) > 4*sigma || math.Abs(q.Mean-3) > 0.02 || q.Role != "position" || p.Role != "momentum" {
		t.Errorf("%+v, %+v", q, p)
	}
	// The standard error of a standard deviation from 2000 rows is 1.6%; differences of a
	// higher order count fewer independent ones.
	if math.Abs(*q.Noise-sigma) > 0.1*sigma || *p.Noise > 1e-6 {
		t.Errorf("noise of %v and %v, want %v and 0", *q.Noise, *p.Noise, sigma)
	}
}

func TestVelocity(t *testing.T) {
	for _, test := range []struct {
		name, header string
		motion       func(t float64) []float64
		same         bool
		mass         float64
		warning      string
	}{
		{"velocities", "t,q,p", oscillator(0, 1), true, 1, ""},
		{"momenta of mass 2.5", "t,q,p", oscillator(0, 2.5), false, 2.5, ""},
		{"velocities in other units", "t,x,v", oscillator(0, 1000), false, 1000, "v is called a velocity and is 1e+03 times that of x"},
		{"momenta of another motion", "t,q,p", func(t float64) []float64 { return []float64{math.Cos(t), math.Cos(3 * t)} }, false, 0, "p does not follow the velocity of q"},
		{"derivatives given", "t,q,p,dq,dp", func(t float64) []float64 { return []float64{2 * t, 2, 2, 0} }, true, 1, "p is 2 in every row"},
		{"a wrapped angle", "t,theta,omega", func(t float64) []float64 { return []float64{math.Remainder(t, 2*math.Pi), 1} }, true, 1, "omega is 1 in every row"},
	} {
		r := inspect(t, table(test.header, 400, 0.05, test.motion))
		v := r.Velocity[0]
		// The slope between the neighbours of a sine falls short by 1 - step^2/6, 0.04%.
		if v.Same != test.same || test.mass > 0 && math.Abs(v.Mass/test.mass-1) > 1e-3 {
			t.Errorf("%s: %+v", test.name, v)
		}
		if warnings := strings.Join(r.Warnings, " "); !strings.Contains(warnings, test.warning) || (test.warning == "") != (warnings == "") {
			t.Errorf("%s: warnings %q, want %q", test.name, warnings, test.warning)
		}
	}
	coupled := inspect(t, table("t,q1,q2,v1,v2", 400, 0.05, func(t float64) []float64 {
		return []float64{math.Cos(t), math.Cos(1.7 * t), -math.Sin(t), -1.7 * math.Sin(1.7*t)}
	}))
	if !strings.Contains(strings.Join(coupled.Warnings, " "), "canonical momenta only if the mass matrix is constant and diagonal") {
		t.Errorf("velocities of two degrees of freedom: %q", coupled.Warnings)
	}
}

func TestEnergy(t *testing.T) {
	for _, test := range []struct {
		name   string
		rows   int
		motion func(t float64) []float64
		known  bool
		ratio  float64 // of the motion's exact energy
		decays bool
	}{
		{"no friction", 2000, oscillator(0, 1), true, 1, false},
		{"friction", 2000, oscillator(0.01, 3), true, math.Exp(-0.02 * 75), true},
		{"too short", 100, oscillator(0.01, 1), false, 0, false},
		{"no oscillation", 2000, func(t float64) []float64 { return []float64{t, 1 + t} }, false, 0, false},
	} {
		e := inspect(t, table("t,q,p", test.rows, 0.05, test.motion)).Energy
		if (e != nil) != test.known {
			t.Errorf("%s: %+v", test.name, e)
			continue
		}
		// The quarters hold no whole number of oscillations.
		if e != nil && (math.Abs(e.Ratio-test.ratio) > 0.05 || e.Decays != test.decays) {
			t.Errorf("%s: %+v, want %v", test.name, e, test.ratio)
		}
	}
}

func TestAngles(t *testing.T) {
	turning := func(turn float64) func(t float64) []float64 {
		return func(t float64) []float64 { return []float64{math.Remainder(t*turn/6, turn), math.Cos(t)} }
	}
	for _, test := range []struct {
		header string
		motion func(t float64) []float64
		want   string
	}{
		{"t,q,p", turning(2 * math.Pi), "it jumps by 2 pi"},
		{"t,q,p", turning(360), "it jumps by 360"},
		{"t,theta,p", oscillator(0, 1), "by its name; --angle theta"},
		{"t,angle [deg],p", oscillator(0, 1), "in degrees"},
		{"t,q,p", oscillator(0, 1), ""},
		{"t,x,omega", oscillator(0, 1), ""},
	} {
		r := inspect(t, table(test.header, 400, 0.05, test.motion))
		if got := r.Columns[0].Angle; !strings.Contains(got, test.want) || (test.want == "") != (got == "") || r.Columns[1].Angle != "" {
			t.Errorf("%s: %q, want %q", test.header, got, test.want)
		}
	}
}

func TestWrite(t *testing.T) {
	text := strings.Replace(table("t,q,p,note", 400, 0.05, func(t float64) []float64 { return append(oscillator(0.05, 1)(t), 0) }), "\n0.1,", "\nnow,", 1)
	r := inspect(t, text)
	r.Train = []string{"do something"}
	out := r.text(t)
	for _, want := range []string{"f.csv", "CSV, separated by commas", "399 in one trial, and 1 that cannot be read", "positions    q", "momenta      p", "derivatives  none",
		"ignored      note", "column  role", "f.csv, line 4, column 1 (t): \"now\" is not a number", "--skip-bad-rows", "looks like the velocity of q", "hnn train would:\n- do something"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in the report:\n%s", want, out)
		}
	}
	var back Report
	b, err := json.Marshal(r)
	if err == nil {
		err = json.Unmarshal(b, &back)
	}
	if err != nil || back.Mapping.Columns.Q[0] != "q" || back.Columns[1].Max != r.Columns[1].Max {
		t.Errorf("as JSON: %v, %s", err, b)
	}
}

func TestWriteFigures(t *testing.T) {
	s, m, err := file.Decode(strings.NewReader(table("t,q1,q2,p1,p2", 300, 0.05, func(t float64) []float64 {
		return []float64{math.Cos(t), math.Cos(2 * t), math.Sin(t), math.Sin(2 * t)}
	})), "f.csv", file.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "figures")
	paths, err := WriteFigures(s, m, folder)
	if err != nil || len(paths) != 6 {
		t.Fatalf("%q, %v", paths, err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil || !bytes.HasPrefix(b, []byte("\x89PNG")) && !bytes.Contains(b, []byte("<svg")) {
			t.Errorf("%s: %.20q, %v", path, b, err)
		}
	}
	s.PositionsOnly = true
	if paths, err := WriteFigures(s, m, filepath.Join(folder, "positions")); err != nil || len(paths) != 2 {
		t.Errorf("positions alone: %q, %v", paths, err)
	}
}

// What acts on the system is described beside its states, and a constant input is warned of.
func TestInputs(t *testing.T) {
	var text strings.Builder
	text.WriteString("t,theta,omega,torque,force\n")
	for i := range 50 {
		s, c := math.Sincos(0.1 * float64(i))
		fmt.Fprintf(&text, "%g,%g,%g,%g,3\n", 0.1*float64(i), s, c, 2*c)
	}
	set, m, err := file.Decode(strings.NewReader(text.String()), "f", file.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r := New(set, m, file.ReadOptions{})
	c := r.Columns[2]
	if len(r.Columns) != 4 || c.Name != "torque" || c.Role != "input" || c.Max != 2 || c.Noise != nil {
		t.Errorf("columns %+v", r.Columns)
	}
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"inputs       torque, force", "the input force is 3 in every row", "--dissipation linear"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// Columns of equations of first order are neither positions nor momenta.
func TestFirstOrder(t *testing.T) {
	o := file.ReadOptions{Columns: file.Columns{X: []string{"a", "b"}}}
	s, m, err := file.Decode(strings.NewReader(table("t,a,b", 50, 0.1, func(t float64) []float64 { return []float64{math.Exp(-t), math.Sin(t)} })), "f.csv", o)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := New(s, m, o).Write(&b); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); strings.Contains(text, "position ") || strings.Contains(text, "velocities have to be estimated") || strings.Count(text, "state ") != 2 {
		t.Errorf("it says\n%s", text)
	}
}
