package experiment

import (
	"fmt"
	"math"

	"hnn/data/atoms"
	fitparticles "hnn/fit/particles"
)

// checkPace says where the times or the masses of a file contradict how its particles move by a factor: that of the units, of --dt or of
// --mass. Where laws are to be learned of motion alone, moments that are too far apart are refused too.
func checkPace(d *fitparticles.Data, f *atoms.Frame, motion bool) error {
	const (
		exact = 0.1 // what a factor is taken to be 1 within, as its logarithm: of the changes of positions
		rough = 0.5 // and of what their second order says
	)
	p := d.Pace()
	time, mass := 1.0, 1.0 // times in the file are 1/time of the true ones, masses mass of the true ones
	switch {
	case p.Positions == 0:
	case p.Curve == 0:
		time = p.Positions // or the masses, of momenta
	case f.HasMomenta && math.Abs(math.Log(p.Positions)) > exact+p.Unsure: // else the units' factor of masses is wrong, which comes after velocities
		time, mass = p.Curve/p.Positions, p.Positions*p.Positions/p.Curve
	default:
		time, mass = p.Positions, p.Curve/(p.Positions*p.Positions)
	}
	tolerance := rough + p.Unsure
	if time == p.Positions {
		tolerance = exact + p.Unsure
	}
	off := func(x, by float64) bool { return math.Abs(math.Log(x)) > by }
	like := func(x, of float64) bool { return !off(x/of, rough) }
	fs := 1 / atoms.ASE.Time()
	switch {
	case off(time, tolerance) && f.Units == "" && like(time, 1/fs):
		return fmt.Errorf("times are about %.3g times too long for how the particles move, and ASE's own unit of time is %.5g fs: give --units ase, which takes times in fs", 1/time, fs)
	case off(time, tolerance) && f.Units == atoms.ASE && like(time, fs):
		return fmt.Errorf("times are about %.3g times too short for how the particles move: they are in ASE's own unit, and --units ase takes them in fs, of which it has %.5g", time, fs)
	case off(time, tolerance):
		return fmt.Errorf("times are to be multiplied by about %.4g for how the particles move (changes of positions beside velocities and forces): --dt, the unit of time or the number of steps between frames is another%s; --unchecked takes them as they stand", time, orMasses(f, p.Curve))
	case off(mass, rough+p.Unsure) && like(mass, 1/atoms.Metal.Mass()):
		return fmt.Errorf("masses are about %.3g times too large for how forces change velocities, as those in units metal are (%.5g): give --units metal", mass, 1/atoms.Metal.Mass())
	case off(mass, rough+p.Unsure) && like(mass, 1/atoms.Real.Mass()):
		return fmt.Errorf("masses are about %.3g times too small for how forces change velocities, as those in units real are (%.5g): give --units real", 1/mass, atoms.Real.Mass())
	case off(mass, rough+p.Unsure):
		return fmt.Errorf("forces explain about %.3g times the change of positions that there is beyond that by velocities: masses are to be multiplied by about %.3g (other --mass, or other --units), or the forces in the file are not those that move the bodies alone, as those of a thermostat on each body (fix langevin) or of friction are not; --unchecked takes times and masses as they stand", 1/mass, 1/mass)
	case p.Positions != 0 && off(p.Positions, exact+p.Unsure):
		return fmt.Errorf("positions change %.4g times as much from frame to frame as velocities say: times (--dt), or the masses that momenta are divided by, are wrong by this factor; --unchecked takes them as they stand", p.Positions)
	case motion && p.Follow < 0.7:
		return fmt.Errorf("positions do not change from frame to frame as the velocities of both say (their correlation is %.2f): the frames are too far apart to learn from motion alone, or times are wrong; write frames more often, or with forces", p.Follow)
	}
	return nil
}

// paceOfMotion is checkPace of positions and velocities alone, of forces that are not used.
func paceOfMotion(d *fitparticles.Data, f *atoms.Frame) error {
	alone := *d
	alone.F = nil
	return checkPace(&alone, f, true)
}

// orMasses adds masses to what may be wrong where the changes of positions alone do not tell them from times.
func orMasses(f *atoms.Frame, curve float64) string {
	if f.HasMomenta && curve == 0 {
		return ", or the masses that momenta are divided by are"
	}
	return ""
}
