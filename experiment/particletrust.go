package experiment

import (
	"fmt"
	"strings"
)

// What laws may leave of the forces, or of the changes from frame to frame: from then on it is warned of, and with refuseLeft they are not
// taken for laws. Numbers of six digits leave 2e-4 of the forces, steps of Verlet's method 1e-3 of the changes.
const (
	warnForces  = 0.005
	warnChanges = 0.02
	refuseLeft  = 0.3
)

// Learned is what the laws were learned of.
func (m *ParticleModel) Learned() string {
	if strings.Contains(m.Trained, "motion") {
		return "changes from frame to frame"
	}
	return "forces"
}

// doubt says how much the laws leave and what may be the cause, "" where it is little.
func (m *ParticleModel) doubt() string {
	most := warnForces
	if m.Learned() != "forces" {
		most = warnChanges
	}
	if !(m.Left > most) {
		return ""
	}
	var ways []string
	if m.Cutoff > 0 {
		ways = append(ways, "a longer --cutoff")
	}
	if m.Angles == nil {
		ways = append(ways, "--angles for forces of three bodies (metals, covalent bonds)")
	}
	cause := "forces that are not of pairs, or differ between pairs of one kind (bonds of molecules), a thermostat or friction"
	if m.Long == nil {
		ways = append(ways, "--long charges")
	} else if m.Long.Of == chargesWeigh && !m.Open {
		cause += ", forces of periodic images of charges (an Ewald sum, which these laws have not)"
	}
	if m.Open {
		cause += ", a periodic box that the file does not say (Lattice and pbc, or pp in a dump)"
		ways = append(ways, "the file with its box, where it has one")
	}
	if m.Learned() == "forces" {
		ways = append(ways, "--no-forces, where the forces in the file are a thermostat's too (fix langevin) and frames are close")
	} else {
		cause += ", noise, or frames too far apart"
		ways = append(ways, "frames more often, without a thermostat, or with forces")
	}
	return fmt.Sprintf("the laws leave %.2g of the %s (root mean square over root mean square), so that they are no more than the best of their kind for these data. In them may be %s. Try %s", m.Left, m.Learned(), cause, strings.Join(ways, "; "))
}
