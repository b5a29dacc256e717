package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/cmpimg"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var update = flag.Bool("update", false, "write the golden pictures anew; then look at them")

var figures = []struct {
	name   string
	panels int
	make   func() (*Figure, error)
}{
	{"phaseplane", 4, func() (*Figure, error) { return PhasePlane(springTask()) }},
	{"orbits", 5, func() (*Figure, error) { return Orbits(twoBodyTask(), twoBodies) }},
	{"coordinates", 5, func() (*Figure, error) { return Coordinates(coupledTask()) }},
	{"deviation", 5, func() (*Figure, error) { task, _ := springTask(); return Deviation(task) }},
	{"landscape", 2, func() (*Figure, error) { return Landscape(springTask()) }},
	{"law", 2, func() (*Figure, error) {
		task, _ := springTask()
		task.Models = task.Models[1:]
		return Law(task.Title, []string{"H = 0.99*q^2 - 1.02*p^2 + 0.0102*(q^2*p^2) - 0.0021*(q^3*p) + 0.00152*(q*p^3) - 0.0004*q^6 + 0.0007*p^6 - 0.0001*q^8", "dp/dt = -dH/dq - 0.01*p"}, &task,
			Front{Error: "held-out error / least", Terms: []int{1, 2, 3, 4, 6}, Errors: []float64{800, 30, 1, 1.2, 1.01}, Chosen: 3})
	}},
	{"training", 1, func() (*Figure, error) { return Training("Spring", springCurves()) }},
}

// Each figure looks as it did when a person last looked at it. The tolerance is for
// the rounding of coordinates and colours, which differs between processors.
func TestGolden(t *testing.T) {
	for _, test := range figures {
		f, err := test.make()
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := f.WritePNG(&got, 60); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", test.name+"_golden.png")
		if *update {
			if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		equal, err := cmpimg.EqualApprox("png", got.Bytes(), want, 0.1)
		if err != nil {
			t.Fatal(err)
		}
		if !equal {
			have := filepath.Join(os.TempDir(), "hnn_"+test.name+".png")
			os.WriteFile(have, got.Bytes(), 0o644)
			t.Errorf("%s is not %s; if it should look so, run go test ./report -update", have, path)
		}
	}
}

func TestSameBytes(t *testing.T) {
	for _, test := range figures {
		var svg, png [2]bytes.Buffer
		for i := range svg {
			f, err := test.make()
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(f.WriteSVG(&svg[i]), f.WritePNG(&png[i], 50)); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(svg[0].Bytes(), svg[1].Bytes()) || !bytes.Equal(png[0].Bytes(), png[1].Bytes()) {
			t.Errorf("%s: the same numbers gave two pictures", test.name)
		}
	}
}

// The SVG is well-formed, small, and asks for a sans-serif font wherever the one that
// the layout reckons with is missing.
func TestSVG(t *testing.T) {
	for _, test := range figures {
		f, err := test.make()
		if err != nil {
			t.Fatal(err)
		}
		checkSVG(t, test.name, f)
	}
}

func checkSVG(t *testing.T, name string, f *Figure) {
	t.Helper()
	var buf bytes.Buffer
	if err := f.WriteSVG(&buf); err != nil {
		t.Fatal(err)
	}
	if buf.Len() > 400_000 {
		t.Errorf("%s: %d bytes, want at most 400,000", name, buf.Len())
	}
	if s := buf.String(); strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
		t.Errorf("%s: NaN or infinite coordinates", name)
	}
	texts, fonts := strings.Count(buf.String(), "<text"), strings.Count(buf.String(), "sans-serif")
	if texts == 0 || texts != fonts {
		t.Errorf("%s: %d texts, %d of them with a substitute font", name, texts, fonts)
	}
	d := xml.NewDecoder(&buf)
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

// Long rollouts, here of 100,000 steps and 3,000 turns, must not make large files.
func TestLongRollouts(t *testing.T) {
	task, data := springTask()
	for _, r := range []*Run{&task.Truth, &task.Models[0], &task.Models[1]} {
		r.T, r.X, r.E, r.Learned = nil, nil, nil, nil
		for i := range 100_000 {
			s := float64(i) / 100_000
			sin, cos := math.Sincos(2 * math.Pi * 3000 * s)
			r.T = append(r.T, s)
			r.X = append(r.X, []float64{(1 - 0.5*s) * cos, (1 - 0.5*s) * sin})
			r.E = append(r.E, s+0.3*cos)
		}
	}
	f, err := PhasePlane(task, data)
	if err != nil {
		t.Fatal(err)
	}
	checkSVG(t, "100,000 steps", f)
}

// Nothing covers anything else: the axes of two panels are apart by the room that
// their labels, title and legend take, and all of it lies on the sheet.
func TestLayout(t *testing.T) {
	for _, test := range figures {
		f, err := test.make()
		if err != nil {
			t.Fatal(err)
		}
		sheet := vg.Rectangle{Max: vg.Point{X: f.width, Y: f.height}}
		var taken []vg.Rectangle
		for _, p := range f.panels {
			outer := canvasFor(p.plot, p.area)
			got := p.plot.DataCanvas(draw.Canvas{Rectangle: outer}).Rectangle
			for _, d := range []vg.Point{got.Min.Sub(p.area.Min), got.Max.Sub(p.area.Max)} {
				if math.Hypot(float64(d.X), float64(d.Y)) > 0.01 { // points, far below a pixel
					t.Errorf("%s %s: axes are off their place by %v", test.name, p.title, d)
				}
			}
			outer.Max.Y = p.area.Max.Y + headerGap + legendLine*vg.Length(p.lines) + headerLine
			for _, line := range p.legend {
				right := p.area.Min.X - legendSpace
				for _, e := range line {
					right += legendSpace + e.size()
				}
				outer.Max.X = max(outer.Max.X, right)
			}
			if !inside(outer, sheet) {
				t.Errorf("%s %s: %v reaches beyond the sheet, %v", test.name, p.title, outer, sheet)
			}
			for i, other := range taken {
				if overlap(outer, other) {
					t.Errorf("%s: panels %d and %s overlap", test.name, i, p.title)
				}
			}
			taken = append(taken, outer)
		}
		if len(taken) != test.panels {
			t.Errorf("%s: %d panels", test.name, len(taken))
		}
	}
}

func inside(a, b vg.Rectangle) bool {
	return a.Min.X >= b.Min.X && a.Min.Y >= b.Min.Y && a.Max.X <= b.Max.X && a.Max.Y <= b.Max.Y
}

func overlap(a, b vg.Rectangle) bool {
	return a.Min.X < b.Max.X && b.Min.X < a.Max.X && a.Min.Y < b.Max.Y && b.Min.Y < a.Max.Y
}

// A model that diverges is drawn as far as it goes, and the legend says so.
func TestDivergedRun(t *testing.T) {
	task, data := springTask()
	baseline := &task.Models[0]
	n := len(baseline.X)
	for i := n / 2; i < n; i++ {
		baseline.X[i] = []float64{math.NaN(), math.Inf(1)}
		baseline.E[i] = math.NaN()
	}
	baseline.X[n/2-1] = []float64{-9e99, 9e99} // just drawable
	baseline.Field = func(x, dx []float64) { dx[0], dx[1] = math.NaN(), math.Inf(-1) }
	f, err := PhasePlane(task, data)
	if err != nil {
		t.Fatal(err)
	}
	checkSVG(t, "diverged", f)
	var svg bytes.Buffer
	if err := f.WriteSVG(&svg); err != nil {
		t.Fatal(err)
	}
	if want := "Baseline (diverges at t = " + number(baseline.T[n/2]) + ")"; !strings.Contains(svg.String(), want) {
		t.Errorf("the legend does not say %q", want)
	}
}

// What may be missing may be missing.
func TestBareTasks(t *testing.T) {
	coordinates := []Quantity{{"q", ""}, {"p", ""}}
	run := Run{Role: HNN, Name: "HNN", T: []float64{0, 1}, X: [][]float64{{0, 1}, {1, 0}}}
	point := Run{Role: HNN, Name: "HNN", T: []float64{0}, X: [][]float64{{0, 0}}, E: []float64{0}}
	diverged := Run{Role: HNN, Name: "HNN", T: []float64{0}, X: [][]float64{{math.NaN(), 0}}, E: []float64{math.NaN()}}
	for name, task := range map[string]Task{
		"a model without energy and field": {Coordinates: coordinates, Models: []Run{run}},
		"a truth without models":           {Coordinates: coordinates, Truth: run},
		"a single state":                   {Coordinates: coordinates, Models: []Run{point}},
		"nothing but NaN":                  {Coordinates: coordinates, Models: []Run{diverged}},
		"a field without a rollout":        {Coordinates: coordinates, Models: []Run{{Name: "HNN", Field: springField}}},
		"long names": {Title: strings.Repeat("title ", 100), Coordinates: coordinates, Models: []Run{
			{Name: strings.Repeat("name ", 100), T: run.T, X: run.X, E: []float64{1, 2}}}},
	} {
		f, err := PhasePlane(task, Samples{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkSVG(t, name, f)
		if err := f.WritePNG(io.Discard, 50); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Of the thousands of coordinates of a field some are drawn, the first and the last among them, and the title says how many.
func TestManyCoordinates(t *testing.T) {
	for n, want := range map[int]int{64: 64, 65: 16, 5000: 16} {
		task := Task{Title: "Field", Models: []Run{{Role: HNN, Name: "HNN", T: []float64{0, 1}, X: [][]float64{make([]float64, n), make([]float64, n)}}}}
		for j := range n {
			task.Coordinates = append(task.Coordinates, Quantity{"q" + strconv.Itoa(j+1), ""})
		}
		panels, err := coordinatePanels(&task)
		if err != nil {
			t.Fatal(err)
		}
		if first, last := panels[0].title, panels[len(panels)-1].title; len(panels) != want || first != "q1" || last != "q"+strconv.Itoa(n) {
			t.Errorf("of %d coordinates %d are drawn, from %s to %s", n, len(panels), first, last)
		}
		f, err := Coordinates(task)
		if err != nil {
			t.Fatal(err)
		}
		if said := f.title == fmt.Sprintf("Field: %d of %d coordinates", want, n); said != (want < n) {
			t.Errorf("of %d coordinates the title is %q", n, f.title)
		}
	}
}

func TestErrors(t *testing.T) {
	spring, data := springTask()
	with := func(change func(*Task)) Task {
		task := spring
		task.Models = append([]Run(nil), spring.Models...)
		change(&task)
		return task
	}
	plane := func(task Task, data Samples) error { _, err := PhasePlane(task, data); return err }
	orbits := func(task Task, bodies [][2]int) error { _, err := Orbits(task, bodies); return err }
	series := func(task Task) error { _, err := Coordinates(task); return err }
	for _, test := range []struct {
		err  error
		says string
	}{
		{plane(Task{}, data), "without coordinates"},
		{plane(coupledTask(), Samples{}), "a phase plane of 4 coordinates"},
		{plane(Task{Coordinates: spring.Coordinates}, Samples{}), "a phase plane of nothing"},
		{plane(with(func(t *Task) { t.Models[1].T = t.Models[1].T[1:] }), data), "HNN: 999 times for 1000 states"},
		{plane(with(func(t *Task) { t.Truth.E = t.Truth.E[1:] }), data), "Truth: 1000 times for 999 energies"},
		{plane(with(func(t *Task) { t.Truth.T = make([]float64, 1000) }), data), "Truth: time 1 is 0"},
		{plane(with(func(t *Task) {
			t.Truth.X = [][]float64{{1}}
			t.Truth.T = []float64{0}
			t.Truth.E, t.Truth.Learned = nil, nil
		}), data), "state 0 has 1 coordinates"},
		{plane(spring, Samples{X: [][]float64{{1, 2, 3}}}), "data: state 0 has 3 coordinates"},
		{plane(spring, Samples{X: data.X, DX: data.DX[1:]}), "derivatives for"},
		{orbits(twoBodyTask(), nil), "without bodies"},
		{orbits(twoBodyTask(), [][2]int{{0, 8}}), "body 0 has coordinates [0 8]"},
		{orbits(Task{Coordinates: spring.Coordinates}, [][2]int{{0, 1}}), "orbits of nothing"},
		{series(Task{Coordinates: spring.Coordinates}), "without states"},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.says) {
			t.Errorf("error is %v, want one that says %q", test.err, test.says)
		}
	}
	f, err := PhasePlane(spring, data)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.WritePNG(io.Discard, 0); err == nil {
		t.Error("a picture of no pixels was written")
	}
	broken := errors.New("broken pipe")
	if err := f.WriteSVG(brokenWriter{broken}); !errors.Is(err, broken) {
		t.Errorf("SVG: error is %v, want the writer's", err)
	}
	if err := f.WritePNG(brokenWriter{broken}, 50); !errors.Is(err, broken) {
		t.Errorf("PNG: error is %v, want the writer's", err)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

// BenchmarkFigure makes a figure from 1,000-step rollouts and writes its SVG.
func BenchmarkFigure(b *testing.B) {
	task, data := springTask()
	for b.Loop() {
		f, err := PhasePlane(task, data)
		if err != nil {
			b.Fatal(err)
		}
		if err := f.WriteSVG(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// Models of one colour have dashes of their own, and a start outside the data is said to be one.
func TestModelsOfOneColour(t *testing.T) {
	task, data := springTask()
	svg := func() string {
		plane, err := PhasePlane(task, data)
		if err != nil {
			t.Fatal(err)
		}
		over, err := Deviation(task)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := errors.Join(plane.WriteSVG(&b), over.WriteSVG(&b)); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	const dashed = "stroke-dasharray:7,3"
	for i := range task.Models {
		task.Models[i].Role = Role(int(Baseline) + i)
	}
	if got := svg(); strings.Contains(got, dashed) || strings.Contains(got, "start outside the data") {
		t.Error("models of different colours are dashed, or a start among the data is said to be outside")
	}
	task.Models[1].Role, task.Outside = task.Models[0].Role, true
	if got := svg(); !strings.Contains(got, dashed) || !strings.Contains(got, "start outside the data") {
		t.Error("the second model of a colour is not dashed, or a start outside the data not marked")
	}
}
