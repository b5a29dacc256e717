package experiment

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"hnn/internal/atomicfile"
	"hnn/report"
)

// ParticleMeasures are what was measured along a run, per particle.
type ParticleMeasures struct {
	N                                                int
	Time, Kinetic, Potential, Temperature, Displaced []float64
	R, G                                             []float64
	Slope                                            float64     // of the total energy per particle, times the run's length
	Spread                                           float64     // standard deviation of the total energy per particle
	Confined                                         bool        // whether an external potential acts: momentum is then not kept
	Beyond                                           float64     // part of the places, in the frames, that are beyond what a learned trap saw
	Momentum                                         float64     // largest component of the total, at the end
	Open                                             bool        // whether space is open along all axes
	Angular                                          float64     // largest change of a component of the angular momentum, where Open; NaN where none is kept
	Axis                                             *[3]float64 // of which alone Angular is, where laws depend on direction
	Builds                                           int
	pictures                                         *report.Bodies
}

// mostPictures is how many frames an animation has at most.
const mostPictures = 60

// slope is that of the total energy by least squares.
func (m *ParticleMeasures) slope() {
	n := float64(len(m.Time))
	var t, e float64
	for i := range m.Time {
		t += m.Time[i] / n
		e += (m.Kinetic[i] + m.Potential[i]) / n
	}
	var tt, te, ee float64
	for i := range m.Time {
		dt, de := m.Time[i]-t, m.Kinetic[i]+m.Potential[i]-e
		tt, te, ee = tt+dt*dt, te+dt*de, ee+de*de
	}
	if tt > 0 {
		m.Slope = te / tt * (m.Time[len(m.Time)-1] - m.Time[0])
	}
	m.Spread = math.Sqrt(ee / n)
}

// save writes measures.csv, gr.csv, a figure of both, a picture of the last frame and an animation.
func (m *ParticleMeasures) save(folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	table := func(name, head string, columns ...[]float64) error {
		return atomicfile.Write(filepath.Join(folder, name), func(w io.Writer) error {
			fmt.Fprintln(w, head)
			for i := range columns[0] {
				for k, c := range columns {
					if k > 0 {
						fmt.Fprint(w, ",")
					}
					fmt.Fprintf(w, "%v", c[i])
				}
				if _, err := fmt.Fprintln(w); err != nil {
					return err
				}
			}
			return nil
		})
	}
	total := make([]float64, len(m.Time))
	for i := range total {
		total[i] = m.Kinetic[i] + m.Potential[i]
	}
	err := table("measures.csv", "t,kinetic,potential,total,temperature,msd", m.Time, m.Kinetic, m.Potential, total, m.Temperature, m.Displaced)
	if err != nil {
		return err
	}
	if m.R != nil {
		if err := table("gr.csv", "r,g", m.R, m.G); err != nil {
			return err
		}
	}
	f, err := m.figure(nil, nil)
	if err != nil {
		return err
	}
	if _, err = f.Save("measures", folder); err != nil {
		return err
	}
	if err := atomicfile.Write(filepath.Join(folder, "snapshot.png"), m.pictures.Snapshot); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(folder, "motion.gif"), m.pictures.Animation)
}

// figure draws the measures; r and g are those of the data that a law was learned from, nil for none.
func (m *ParticleMeasures) figure(r, g []float64) (*report.Figure, error) {
	change := make([]float64, len(m.Time))
	for i := range change {
		change[i] = m.Kinetic[i] + m.Potential[i] - m.Kinetic[0] - m.Potential[0]
	}
	time := report.Quantity{Name: "t"}
	one := func(title, name string, x, y []float64, xq report.Quantity) report.Panel {
		return report.Panel{Title: title, X: xq, Y: report.Quantity{Name: name}, Curves: []report.Profile{{Name: name, Role: report.ClosedForm, X: x, Y: y}}}
	}
	panels := []report.Panel{
		one("Change of the total energy of a particle", "change of energy", m.Time, change, time),
		one("Temperature", "T", m.Time, m.Temperature, time),
		one("Mean squared displacement", "msd", m.Time, m.Displaced, time),
	}
	if m.R != nil {
		p := one("Radial distribution", "g(r)", m.R, m.G, report.Quantity{Name: "r"})
		if r != nil {
			p.Curves = []report.Profile{{Name: "of the data", Role: report.Truth, X: r, Y: g}, {Name: "of the run by the learned laws", Role: report.ClosedForm, X: m.R, Y: m.G}}
		}
		panels = append(panels, p)
	}
	return report.Profiles(fmt.Sprintf("%d particles", m.N), panels)
}
