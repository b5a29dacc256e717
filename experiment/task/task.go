// Package task holds what is known of each task, one row a task: where its data come
// from, how they are drawn, what its networks train with, what the closed form may be
// told, how the paper measures it and what the paper found, and how it is drawn. No other
// package knows a task by its name; those below take the values.
//
// The equations are system's, with what they say of bodies and angles. A new known
// system is a type there and a row in table.go.
package task

import (
	"slices"
	"strconv"
	"strings"

	"hnn/data/draw"
	"hnn/eval"
	"hnn/model/network"
	"hnn/system"
)

// Source is where the data of a task come from.
type Source int

const (
	Drawn      Source = iota // trajectories of a known system
	PaperFile                // the paper's measurements, in a file that the user has
	UserFile                 // a user's own measurements
	DrawnFilms               // films of a known system
	UserFilms                // a user's own films
)

// File reports whether the data are trajectories in a file.
func (s Source) File() bool { return s == PaperFile || s == UserFile }

// Films reports whether the data are pictures.
func (s Source) Films() bool { return s == DrawnFilms || s == UserFilms }

// Own reports whether the data are the user's own, of a system that is not known.
func (s Source) Own() bool { return s == UserFile || s == UserFilms }

// Picture is how the page draws a real system.
type Picture string

const (
	Spring         Picture = "spring"
	Pendulum       Picture = "pendulum"
	DoublePendulum Picture = "double-pendulum"
	Bodies         Picture = "bodies" // a system.Bodied's
	Point          Picture = "point"  // in the plane of the two positions
	Decoded        Picture = "pixels" // what the model decodes
	Nothing        Picture = "none"
)

// Task is a row: what is known of a task. What does not apply is zero.
type Task struct {
	Name   string
	Source Source
	// Paper says that it is one of the paper's.
	Paper bool
	// System has the equations that the data follow; Fitted, of a measured system, those
	// that the paper fitted to it, whose energy stands for the true one.
	System, Fitted system.System
	// Lattice is that of a system of alike sites, in the words of that flag; "" of others.
	Lattice string
	// Draw is how trajectories are drawn and split.
	Draw draw.Options
	// Training is what its networks train with.
	Training Training
	// Energy is the paper's metric of the energy, but for the initial states; nil for none.
	Energy *eval.Protocol
	// states names the initial states of Energy in the authors' file.
	states string
	// Baseline and HNN are what the paper found.
	Baseline, HNN Published
	// StrictTimes is the horizon of the strict metrics in those of training, and the
	// number of points in those of a training trajectory.
	StrictTimes int
	ClosedForm  ClosedForm
	// Title is the task's heading, and Label what the page calls it, where they do not
	// follow from the name.
	Title, Label string
	Picture      Picture
	// Slow says that it takes minutes, so that it runs only when it is named, Quick that a run of
	// it takes seconds, so that it is reproduced over several seeds, and Demo that the page shows it to a user
	// who has no run yet.
	Slow, Quick, Demo bool
}

// Training is what differs between the tasks of the paper's protocol for networks; Batch 0
// is all rows.
type Training struct {
	Steps, Batch, TestEvery int
	L2                      float64
}

// Published are the paper's numbers for a task and model (table 1 and section 5: mean
// test loss and mean squared error of the energy).
type Published struct{ TestLoss, EnergyMSE float64 }

// ClosedForm is what the fit by least squares takes for a task.
type ClosedForm struct {
	// Structure and Symmetry, in the words of that flag, are what --known tells it; Angles
	// says that it tells which coordinates are angles, too.
	Structure network.Structure
	Symmetry  []string
	Angles    bool
	// Features is their number where nothing is told, 0 for the fit's own choice.
	Features int
	// Weighted and Dissipation are the defaults of the settings of those names.
	Weighted    bool
	Dissipation network.Dissipation
	// NeedsKnown says that the fit is clearly behind Adam if it is told nothing.
	NeedsKnown bool
}

// Names lists the tasks that have a name to train by: the paper's, in its order, then the
// other known systems. Lookup takes "N-body" beside them, and a user's own data.
func Names() []string { return names(func(t *Task) bool { return !t.Source.Own() }) }

// PaperNames lists the paper's tasks, in its order.
func PaperNames() []string { return names(func(t *Task) bool { return t.Paper }) }

func names(which func(t *Task) bool) []string {
	var ns []string
	for i := range table {
		if which(&table[i]) {
			ns = append(ns, table[i].Name)
		}
	}
	return ns
}

// All lists every row but those of more than three bodies, in the order of Names, a
// user's own data last.
func All() []Task { return slices.Clone(table) }

// maxBodies bounds the N of an "N-body" name, so that a slip of the finger does
// not ask for gigabytes; system.NewNBody has no such bound.
const maxBodies = 1000

// leastBodies are those of the task "N-body": the fewest that have no name of their own.
const leastBodies = 4

// Lookup returns the row of a name: one of Names, OwnData, OwnFrames, or "N-body" with a
// number of 2 or more, as in "5-body"; N itself is 4; or that of Given. The error of an unknown name is a *system.UnknownError.
func Lookup(name string) (Task, error) {
	if i := slices.IndexFunc(table, func(t Task) bool { return t.Name == name }); i >= 0 {
		return table[i], nil
	}
	if strings.HasPrefix(name, GivenPrefix) {
		return givenTask(name)
	}
	if t, ok, err := latticeTask(name); ok {
		return t, err
	}
	if name == "N"+bodySuffix {
		return bodies(leastBodies), nil
	}
	if digits, ok := strings.CutSuffix(name, bodySuffix); ok {
		if n, err := strconv.Atoi(digits); err == nil && n >= 2 && n <= maxBodies {
			if n <= 3 { // another spelling of a row, as "2-body"
				return Lookup(system.NewNBody(n).Name())
			}
			return bodies(n), nil
		}
	}
	return Task{}, &system.UnknownError{Kind: "task", Name: name, Known: append(append(Names(), "N"+bodySuffix), LatticeNames()...)}
}

const bodySuffix = "-body"

// Heading is the task as a heading: "Two-body", "Real pendulum".
func (t *Task) Heading() string {
	if t.Title != "" {
		return t.Title
	}
	return capital(t.Name)
}

// Called is what the page calls the task's system: "Two bodies", "Double pendulum".
func (t *Task) Called() string {
	if t.Label != "" {
		return t.Label
	}
	return capital(strings.ReplaceAll(strings.Replace(t.Name, bodySuffix, "-bodies", 1), "-", " "))
}

func capital(name string) string { return strings.ToUpper(name[:1]) + name[1:] }
