package experiment

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"hnn/data/atoms"
	"hnn/model/particles"
)

// Usual is what the last frame that a run learned from has, and a run of its laws takes where nothing else is asked for.
type Usual struct {
	Density     float64 // 0 where the frame is not periodic along all axes
	Temperature float64 // 0 without velocities
	Dt          float64 // a step that suits the speeds, 0 where it is not known
	Shares      map[string]float64
	Periodic    [3]bool
	model       *ParticleModel
	mass        []float64
}

// Usual reads it from the directory of the run.
func (m *ParticleModel) Usual(dir string) (*Usual, error) {
	frames, err := atoms.ReadFile(filepath.Join(dir, startFile), atoms.Options{})
	if err != nil {
		return nil, err
	}
	f := frames[len(frames)-1]
	u := &Usual{Shares: sharesOf(f), Periodic: f.Periodic, model: m, mass: f.Mass}
	if f.Vel != nil {
		u.Temperature = m.temperature(f)
		if u.Dt, err = m.stepFor(f); err != nil {
			u.Dt = 0
		}
		u.Dt = twoDigits(u.Dt)
	}
	box := particles.Box{Side: f.Cell, Periodic: f.Periodic}
	if distribution(&box, m.Dim, f.N()) != nil {
		u.Density = float64(f.N()) / box.Volume()
	}
	return u, nil
}

// twoDigits rounds a step.
func twoDigits(dt float64) float64 {
	if digit := math.Pow(10, math.Floor(math.Log10(dt))-1); dt > 0 {
		return math.Round(dt/digit) * digit
	}
	return dt
}

// DtAt is a step that suits a temperature, 0 where there is none.
func (u *Usual) DtAt(temperature float64) float64 {
	square := 0.0
	for _, m := range u.mass {
		square += temperature / m / float64(len(u.mass))
	}
	if dt, err := u.model.stepAt(square, u.mass); err == nil && square > 0 {
		return twoDigits(dt)
	}
	return 0
}

// temperature is that of a frame's velocities.
func (m *ParticleModel) temperature(f *atoms.Frame) float64 {
	if m.Trap != nil || f.Fixed != nil {
		return particles.HeldTemperature(f.Mass, f.Vel, f.Fixed, m.Dim)
	}
	return particles.Temperature(f.Mass, f.Vel, m.Dim)
}

// Slab says along which of their axes alone the data are periodic, "" where they are so along all or none.
func (u *Usual) Slab() string {
	var on []string
	for k := range u.model.Dim {
		if u.Periodic[k] {
			on = append(on, string("xyz"[k]))
		}
	}
	if len(on) == u.model.Dim {
		return ""
	}
	return strings.Join(on, " and ")
}

// Missing says what a run on a lattice needs and the data do not say, of which density and temperature are given; nil where nothing is missing.
// Without units that have a size assumed says instead what is taken.
func (u *Usual) Missing(dir string, density, temperature, lattice bool) (assumed []string, err error) {
	kelvin := u.model.Units.Kelvin()
	start := filepath.Join(dir, startFile)
	if slab := u.Slab(); slab != "" && lattice && !density {
		return nil, fmt.Errorf("the data are periodic along %s alone, a slab, and a lattice fills a box that is periodic along all axes: give --from %s to run the slab, or --density, particles in a unit of volume, for such a box", slab, start)
	}
	if lattice && u.Density == 0 && !density && !u.model.Open {
		if kelvin > 0 {
			return nil, fmt.Errorf("the data fill no periodic box, and so have no density: give --density, particles in a unit of volume (in units %s a cubic angstrom), or --from %s", u.model.Units, start)
		}
		assumed = append(assumed, "density")
	}
	if u.Temperature == 0 && !temperature {
		if kelvin > 0 {
			return nil, fmt.Errorf("the data have no velocities, and so no temperature: give --temperature, k_B T in the units of the run's energy (in units %s 300 K are %.4g)", u.model.Units, 300*kelvin)
		}
		assumed = append(assumed, "temperature")
	}
	return assumed, nil
}
