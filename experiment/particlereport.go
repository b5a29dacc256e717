package experiment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"hnn/data/atoms"
	"hnn/internal/shell"
	"hnn/model/particles"
	"hnn/report"
)

// NotForParticles says of a run of particles in a verb's place, which takes other runs, what is done with it instead.
func NotForParticles(dir string) error {
	d := shell.Quote(dir)
	return fmt.Errorf("%s is a run of particles: run it by hnn particles simulate %s, measure it on another file by hnn particles evaluate %s FILE, see it by hnn report %s, write it out by hnn particles export %s --to lammps --out law.table", dir, d, d, d, d)
}

// particleSection is what a page says of a run of particles: its laws, and a run by them from the last frame that they were learned from.
func (e *Env) particleSection(ctx context.Context, dir string) (report.Section, error) {
	m, err := ReadParticles(dir)
	if err != nil {
		return report.Section{}, err
	}
	s := report.Section{Title: "Particles: " + strings.Join(m.Species, ", ")}
	s.Summary = append(s.Summary, fmt.Sprintf("Learned from %d frames of %d particles by %s; root mean square of what the equations leave: %.3g.", m.Frames, m.Size, m.Trained, m.Residual))
	table := report.Table{Title: "Laws of pairs", Header: []string{"pair", "pairs seen", "closest", "0.1% nearer than", "lowest energy", "at"}, Numbers: 1}
	for i := range m.Laws {
		l := &m.Laws[i]
		deep, at := l.Lowest(m.Cutoff)
		cells := []string{l.A + "-" + l.B, fmt.Sprint(l.Pairs)}
		for _, v := range []float64{l.First, l.Near, deep, at} {
			cells = append(cells, fmt.Sprintf("%.4g", v))
		}
		table.Rows = append(table.Rows, report.TableRow{Role: report.ClosedForm, Cells: cells})
	}
	if len(table.Rows) > 0 {
		s.Tables = append(s.Tables, table)
	}
	if a := m.Angles; a != nil {
		s.Summary = append(s.Summary, fmt.Sprintf("An energy of two pairs that share a body was learned of %d of them, nearer than %.4g.", a.Pairs, a.Reach))
	}
	if d := m.Direction; d != nil {
		s.Summary = append(s.Summary, d.summary(m))
	}
	if l := m.Long; l != nil {
		s.Summary = append(s.Summary, fmt.Sprintf("A law of all distances is of the product of both bodies' %s, from %.4g to %.4g.", l.Of, l.First, l.Last))
	}
	if m.Trap != nil {
		for _, words := range m.TrapWords() {
			s.Summary = append(s.Summary, strings.ToUpper(words[:1])+words[1:]+".")
		}
		s.Summary = append(s.Summary, fmt.Sprintf("Without the trap the equations leave %.3g times as much. With it momentum is not kept.", m.Trap.Gain))
	}
	if m.Outside != "" {
		s.Notes = append(s.Notes, m.Outside)
	}
	for _, words := range m.Guesses() {
		s.Notes = append(s.Notes, strings.ToUpper(words[:1])+words[1:]+".")
	}
	f, err := m.figure()
	if err != nil {
		return s, err
	}
	s.Figures = append(s.Figures, report.Captioned{Figure: f, Caption: "The laws, with bands of two standard errors of least squares, each equation erring by itself. Exact forces leave a band that is thinner than the line."})
	s.Runs = append(s.Runs, report.Sheet{Name: filepath.Base(dir), Repeat: m.Command, Facts: [][2]string{{"cut-off", fmt.Sprint(m.Cutoff)}, {"dimensions", fmt.Sprint(m.Dim)}}})
	run, measures, err := e.shown(ctx, dir, m)
	if err != nil {
		if ctx.Err() != nil {
			return s, ctx.Err()
		}
		s.Notes = append(s.Notes, "No run by these laws: "+err.Error())
		return s, nil
	}
	s.Summary = append(s.Summary, fmt.Sprintf("A run of %d steps of %.3g from the last frame: slope of the total energy times the run's length %.3g a particle.", run.Steps, run.Dt, measures.Slope))
	beside := ""
	if measures.R != nil {
		beside = ", with g(r) beside that of the data"
	}
	if f, err = measures.figure(m.R, m.G); err != nil {
		return s, err
	}
	s.Figures = append(s.Figures, report.Captioned{Figure: f, Caption: "A run by the learned laws from the last frame of the data" + beside + "."})
	var film bytes.Buffer
	if err := measures.pictures.Animation(&film); err != nil {
		return s, err
	}
	if film.Len() <= filmLimit {
		s.Films = append(s.Films, report.Animation{GIF: film.Bytes(), Caption: "That run."})
	}
	return s, nil
}

// shown is a run to show of a model. A step is a five-hundredth of the time in which a particle flies by the closest distance seen, and
// the run as long as a few seconds allow.
func (e *Env) shown(ctx context.Context, dir string, m *ParticleModel) (*ParticleRun, *ParticleMeasures, error) {
	frames, err := atoms.ReadFile(filepath.Join(dir, startFile), atoms.Options{})
	if err != nil {
		return nil, nil, err
	}
	f := frames[len(frames)-1]
	dt, err := m.stepFor(f)
	if err != nil {
		return nil, nil, err
	}
	work := 80.0 * float64(f.N()) // pairs a step
	if m.Long != nil {
		work = float64(f.N()) * float64(f.N())
	}
	o := &ParticleRun{Model: m, From: frames, Dt: dt, Steps: int(min(2000, max(60, 5e8/work))), Pictures: true}
	o.Every = max(1, o.Steps/100)
	measures, err := e.RunParticles(ctx, *o)
	return o, measures, err
}

// stepFor is a five-hundredth of the time in which a particle of a frame flies by the closest distance seen, at its speed beside the common one; in a
// trap, where bodies may hardly move, at most 0.05 of the time of its fastest motion.
func (m *ParticleModel) stepFor(f *atoms.Frame) (float64, error) {
	square := 0.0
	v := slices.Clone(f.Vel)
	if v != nil && m.Trap == nil && f.Fixed == nil {
		particles.Rest(f.Mass, v)
	}
	for _, u := range v {
		square += u * u / float64(f.N()*m.Dim)
	}
	if square == 0 {
		return 0, errors.New("the data have no velocities")
	}
	return m.stepAt(square, f.Mass)
}

// stepAt is that step for the mean square of a component of velocities.
func (m *ParticleModel) stepAt(square float64, mass []float64) (float64, error) {
	closest := math.Inf(1)
	for _, l := range m.Laws {
		closest = min(closest, l.First)
	}
	if m.Long != nil {
		closest = min(closest, m.Long.Near)
	}
	dt := closest / math.Sqrt(square) / 500
	if m.Trap != nil {
		dt = min(dt, 0.05/m.fastest(mass))
	}
	if math.IsInf(dt, 0) {
		return 0, errors.New("no force acts")
	}
	return dt, nil
}

// ParticleErrors are how far a model's forces and energies are from those of a file.
type ParticleErrors struct {
	Frames, N int
	// Relative is |F - F'| / |F| over all frames, RMS the root mean square of a component's error and Largest the largest.
	Relative, RMS, Largest float64
	// Energy is the root mean square over frames of the energy's error a particle, less its mean; NaN without energies.
	Energy float64
}

// EvaluateParticles compares the forces of a run's laws with those in a file.
func (e *Env) EvaluateParticles(dir, file string, read atoms.Options) (*ParticleErrors, error) {
	m, err := ReadParticles(dir)
	if err != nil {
		return nil, err
	}
	frames, err := atoms.ReadFile(file, read)
	if err != nil {
		return nil, err
	}
	e.sayGuesses(m)
	out := &ParticleErrors{Frames: len(frames), N: frames[0].N(), Energy: math.NaN()}
	var square, size, mean, spread, energies, compared float64
	for i, f := range frames {
		if f, err = f.In(m.Units); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if f.Force == nil {
			return nil, fmt.Errorf("%s: no forces to compare with: a column forces, or fx fy fz in a dump", file)
		}
		o := ParticleRun{Model: m, From: frames[i : i+1]}
		s, _, _, err := o.system()
		if err != nil {
			return nil, fmt.Errorf("%s: frame %d: %w", file, i+1, err)
		}
		for k, v := range f.Force {
			if f.Fixed != nil && f.Fixed[k/3] { // a file has no force there, or one that moves nothing
				continue
			}
			compared++
			d := v - s.F[k]
			square, size, out.Largest = square+d*d, size+v*v, max(out.Largest, math.Abs(d))
		}
		if f.HasEnergy {
			d := (s.Energy - f.Energy) / float64(s.N)
			mean, spread, energies = mean+d, spread+d*d, energies+1
		}
		s.Close()
	}
	out.Relative, out.RMS = math.Sqrt(square/size), math.Sqrt(square/compared)
	if energies > 1 { // of the frames that have one
		mean /= energies
		out.Energy = math.Sqrt(max(spread/energies-mean*mean, 0))
	}
	return out, nil
}

// Lowest is the lowest energy of a law from the 0.1% quantile of distances to the cut-off, and where it is.
func (l *PairLaw) Lowest(cutoff float64) (v, at float64) {
	at = l.First
	for k := range 1000 {
		r := l.Near + (cutoff-l.Near)*float64(k)/1000
		if e, _, _ := l.At(r); e < v {
			v, at = e, r
		}
	}
	return v, at
}
