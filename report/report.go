// Package report draws what a task's models have learned, side by side and on equal
// axes, after the figures of Greydanus, Dzamba and Yosinski, "Hamiltonian Neural
// Networks" (NeurIPS 2019): the data, each model's vector field and a long rollout of it
// ([PhasePlane], [Orbits], [Coordinates]), how far the rollout is off and what it
// conserves ([Deviation]), the learned H ([Landscape]) and how it was trained
// ([Training]). [Page] puts them, the results and the configurations on one HTML page.
//
// It takes plain numbers and returns pictures, the same bytes for the same numbers.
// It integrates nothing, trains nothing and knows no system: package experiment,
// its user, brings the data, the rollouts and the energies.
package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A Quantity names what an axis shows. Unit may be empty.
type Quantity struct {
	Name, Unit string
}

// A Run is one motion of the system: the true or measured one, or a model's rollout
// from the same initial state.
type Run struct {
	Role Role   // decides the colour
	Name string // as titles and legends show it

	// Field writes dx/dt at x to dx. It is nil where it is unknown, or of no use
	// because states are not points of a plane; then no arrows are drawn.
	Field func(x, dx []float64)

	// T are the times, increasing, and X the states at them: X[i] is the state at
	// T[i], of as many elements as the task has coordinates. A run that diverged
	// may hold NaN and infinities; it is drawn up to the first.
	T []float64
	X [][]float64

	// Band is where the states lie with a probability, nil where it is not known.
	Band *Band

	// E is the energy at each time, by the same H for every run of a task. It is
	// nil where no H is known.
	E []float64

	// Learned is the change since the start of what the task's HNN conserves, its
	// learned H, along this run's states. It is nil where no model has one.
	Learned []float64

	// H is the run's own Hamiltonian, true or learned, known up to a constant; nil
	// where it has none.
	H func(x []float64) float64

	alike int // models before it of the same role
}

// A Task is a system with its true motion and the models of it.
type Task struct {
	Title       string
	Coordinates []Quantity // of the state
	Time        Quantity
	Energy      Quantity

	// Truth is the true or the measured motion. It may lack its field, its motion
	// and its energy.
	Truth Run

	// Models are shown in this order, side by side.
	Models []Run

	// Changes says that friction or inputs change the first learned H.
	Changes bool

	// Outside says that the motions start where the models were not trained.
	Outside bool
}

// Samples are the states that the models were trained on, each of as many elements as the task
// has coordinates. DX holds their measured or computed derivatives: as many rows as X, or
// none.
type Samples struct {
	X, DX [][]float64
}

// check reports the first mistake in the shape of the task, and counts the models that have one colour.
func (t *Task) check() error {
	if len(t.Coordinates) == 0 {
		return errors.New("report: a task without coordinates")
	}
	if err := t.checkRun(&t.Truth); err != nil {
		return err
	}
	t.Models = slices.Clone(t.Models)
	before := map[Role]int{}
	for i := range t.Models {
		m := &t.Models[i]
		if err := t.checkRun(m); err != nil {
			return err
		}
		m.alike = before[m.Role]
		before[m.Role]++
	}
	return nil
}

func (t *Task) checkRun(r *Run) error {
	if len(r.T) != len(r.X) {
		return fmt.Errorf("report: %s: %d times for %d states", r.Name, len(r.T), len(r.X))
	}
	if len(r.E) != 0 && len(r.E) != len(r.T) {
		return fmt.Errorf("report: %s: %d times for %d energies", r.Name, len(r.T), len(r.E))
	}
	if len(r.Learned) != 0 && len(r.Learned) != len(r.T) {
		return fmt.Errorf("report: %s: %d times for %d learned energies", r.Name, len(r.T), len(r.Learned))
	}
	for i, v := range r.T {
		if math.IsNaN(v) || math.IsInf(v, 0) || i > 0 && v <= r.T[i-1] {
			return fmt.Errorf("report: %s: time %d is %g, want finite and increasing times", r.Name, i, v)
		}
	}
	return t.checkStates(r.Name, r.X)
}

func (t *Task) checkStates(name string, states [][]float64) error {
	for i, x := range states {
		if len(x) != len(t.Coordinates) {
			return fmt.Errorf("report: %s: state %d has %d coordinates, the task %d", name, i, len(x), len(t.Coordinates))
		}
	}
	return nil
}

// column returns coordinate j of the states, up to the first state that is not
// drawable as a whole.
func (r *Run) column(j int) []float64 {
	column := make([]float64, 0, len(r.X))
	for _, x := range r.X {
		if !drawable(x...) {
			break
		}
		column = append(column, x[j])
	}
	return column
}

// drawable reports whether the values can be placed on axes: none is NaN, infinite or
// so large that its distance from another one is.
func drawable(values ...float64) bool {
	for _, v := range values {
		if !(math.Abs(v) < 1e100) {
			return false
		}
	}
	return true
}

// A Figure is a finished picture.
type Figure struct {
	title         string
	lines         []string // below the title
	width, height vg.Length
	panels        []placed
}

// WriteSVG writes the figure as SVG. Its text stays text, in Liberation Sans or
// whatever sans-serif font of the same widths the reader has.
func (f *Figure) WriteSVG(w io.Writer) error {
	c := vgsvg.New(f.width, f.height)
	f.draw(draw.New(c))
	var buf bytes.Buffer
	if _, err := c.WriteTo(&buf); err != nil {
		return err
	}
	// vgsvg names the one font and no substitute, for which browsers take a serif.
	family := []byte("font-family:" + svgFamily + ";")
	with := []byte("font-family:" + svgFamily + ",Arial,Helvetica,sans-serif;")
	_, err := w.Write(bytes.ReplaceAll(buf.Bytes(), family, with))
	return err
}

// WritePNG writes the figure as PNG at dpi pixels an inch, from 1 to 1200 (96 for a screen,
// 300 for paper).
func (f *Figure) WritePNG(w io.Writer, dpi int) error {
	if dpi < 1 || dpi > 1200 {
		return fmt.Errorf("report: %d pixels an inch, want 1 to 1200", dpi)
	}
	c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(dpi))}
	f.draw(draw.New(c))
	_, err := c.WriteTo(w)
	return err
}
