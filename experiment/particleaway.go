package experiment

import (
	"fmt"
	"math"

	"hnn/model/particles"
)

// A run runs away where its total energy has changed by more than awayStart times the kinetic energy at its start and by more than awayMost
// of the largest that it ever had: the motion keeps the total, and so large a change comes from no step that is short enough.
const (
	awayStart = 10
	awayMost  = 0.5
	awayEvery = 8 // steps between two looks
)

// energyWatch knows the energies of a run.
type energyWatch struct{ total, start, most float64 }

// watchEnergy begins at where a system is.
func watchEnergy(s *particles.System) *energyWatch {
	k := s.Kinetic()
	return &energyWatch{total: k + s.Energy, start: k, most: k}
}

// check ends a run that runs away.
func (w *energyWatch) check(s *particles.System, step int) error {
	if step%awayEvery != 0 {
		return nil
	}
	k := s.Kinetic()
	w.most = max(w.most, k)
	change := math.Abs(k + s.Energy - w.total)
	if change <= awayStart*w.start || change <= awayMost*w.most { // not of numbers that are no numbers
		return nil
	}
	n := float64(s.N)
	return fmt.Errorf("step %d: the motion runs away: the total energy of a particle is %.4g, and was %.4g at the start with %.4g of kinetic energy, where it should stay. Take a shorter --dt; if that does not help, the laws are wrong where the run has come: see what hnn particles train and hnn particles evaluate warn of", step, (k+s.Energy)/n, w.total/n, w.start/n)
}
