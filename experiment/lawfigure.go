package experiment

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"hnn/model/formula"
	"hnn/report"
)

// lawName is the name of the files that show a formula.
const lawName = "formula"

const lawCaption = "The formula, its motion beside the truth, and the error by the number of terms: those on the line no smaller formula betters."

// lawFigure draws the formula of a run and its Pareto front, nil where the run is none. Task has the truth and the models of
// all runs, this one's at index i.
func lawFigure(r *Run, task report.Task, i int) (*report.Figure, error) {
	f := formula.Of(r.form)
	if f == nil || r.Results == nil || r.Results.WeakForm == nil || len(r.Results.WeakForm.Path) == 0 {
		return nil, nil
	}
	task.Models = task.Models[i : i+1]
	front := frontOf(r.Results.WeakForm.Path)
	front.Error, front.Chosen = "held-out error / least", len(f.Terms)+forces(f)
	return report.Law(task.Title, strings.Split(strings.TrimSpace(r.Results.WeakForm.Law), "\n"), &task, front)
}

// forces counts the coefficients of friction and of inputs.
func forces(f *formula.Formula) (n int) {
	for _, v := range append(slices.Clone(f.Friction), f.Gain...) {
		if v != 0 {
			n++
		}
	}
	return n
}

func frontOf(path []PathStep) (f report.Front) {
	for _, s := range path {
		f.Terms, f.Errors = append(f.Terms, s.Terms), append(f.Errors, float64(s.Error))
	}
	return f
}

// WriteFigures draws an explanation's formula and its front into a folder, as SVG and PNG, and returns the paths. It
// is an error if there is no front.
func (x *Explanation) WriteFigures(folder string) ([]string, error) {
	if len(x.Path) == 0 {
		return nil, errors.New("a " + x.Kind + " is no sum of terms of a library: there is no front to draw")
	}
	front := frontOf(x.Path)
	front.Error, front.Chosen = "error of the field", len(x.Terms)+x.forces
	if !x.Distilled {
		front.Error = "held-out error / least"
	}
	f, err := report.Law(filepath.Base(x.Run), strings.Split(strings.TrimSpace(x.text), "\n"), nil, front)
	if err != nil {
		return nil, err
	}
	return f.Save(lawName, folder)
}
