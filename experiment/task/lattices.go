package task

import (
	"strconv"
	"strings"

	"hnn/data/draw"
	"hnn/system"
)

// lattices are the systems of many alike sites; each has a size of its own and any other by a number before its name, as
// "64-toda".
var lattices = []lattice{
	{system.NewSpringChain(6), "chain"}, {system.NewFPUTAlpha(16), "fixed-chain"}, {system.NewFPUTBeta(16), "fixed-chain"}, {system.NewToda(16), "ring"},
	{system.NewDiatomicChain(8), "ring"}, {system.SpringLattice{Side: 3}, "grid:3x3"}, {system.NewSineGordon(64), "ring"}, {system.NewPhi4(64), "ring"}, {system.NewWave(64), "ring"},
	{system.NewSchroedinger(64), "ring"},
}

type lattice struct {
	system.Sized
	shape string
}

// LatticeNames lists them.
func LatticeNames() (all []string) {
	for _, l := range lattices {
		all = append(all, l.Name())
	}
	return all
}

// latticeTask is the row of a name as "toda" or "64-toda". ok is false where it is no such name.
func latticeTask(name string) (t Task, ok bool, err error) {
	number, rest, sized := strings.Cut(name, "-")
	n, numeric := strconv.Atoi(number)
	sized = sized && numeric == nil
	for _, l := range lattices {
		switch {
		case name == l.Name():
			return latticeRow(l.Sized, name, l.shape), true, nil
		case sized && rest == l.Name():
			s, err := l.OfSize(n)
			if err != nil {
				return t, true, err
			}
			shape := l.shape
			if side, grid := s.(system.SpringLattice); grid {
				shape = "grid:" + strconv.Itoa(side.Side) + "x" + strconv.Itoa(side.Side)
			}
			return latticeRow(s, name, shape), true, nil
		}
	}
	return t, false, nil
}

// latticeRow draws trajectories of about two turns of the fastest oscillation, so that few of them have all there is to a law.
func latticeRow(s system.System, name, shape string) Task {
	return Task{
		Name: name, System: s, Training: orbits, Lattice: shape,
		Draw:        draw.Options{Trajectories: 20, Points: 50, Horizon: 10, TestFraction: 0.2, WholeTrials: true, Tolerance: 1e-10},
		StrictTimes: 10, Picture: Nothing,
	}
}
