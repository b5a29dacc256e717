// Package atoms reads and writes trajectories of particles: extended XYZ as ASE and OVITO have it, and the text dumps of
// LAMMPS. It knows species, masses, charges, boxes, positions, velocities and forces, and nothing of laws or models.
package atoms

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
)

// Frame is one moment of a trajectory of N particles. Vectors are N x 3, row by row, in the units of the file.
type Frame struct {
	Time    float64 // in the units of the file
	Timed   bool    // whether the file says Time
	Step    int64   // of the run that wrote the file
	Stepped bool    // whether it counts steps

	Cell     [3]float64 // lengths of the box, along the axes
	Periodic [3]bool    // along each axis
	Origin   [3]float64 // the corner where the box begins

	Species      []string  // N, elements or the numbers of types
	Mass, Charge []float64 // nil where not given
	Pos          []float64 // unwrapped where the file says how
	Vel, Force   []float64 // nil where not given
	Momenta      []float64 // instead of Vel, until masses are known
	Energy       float64   // potential, of all particles
	HasEnergy    bool
}

// N is the number of particles.
func (f *Frame) N() int { return len(f.Species) }

// Units are those of a LAMMPS run: what its masses are multiplied with, so that force = mass x acceleration.
type Units string

// The units that are known: lj has none, metal is eV, angstrom, ps and g/mol, real is kcal/mol, angstrom, fs and g/mol.
const (
	LJ    Units = "lj"
	Metal Units = "metal"
	Real  Units = "real"
)

// mass is the factor of a mass: 1 g/mol is 1.03643e-4 eV ps^2/A^2 and 2390.06 kcal/mol fs^2/A^2.
func (u Units) mass() (float64, error) {
	switch u {
	case LJ:
		return 1, nil
	case Metal:
		return 1.036426965e-4, nil
	case Real:
		return 2390.057361, nil
	}
	return 0, fmt.Errorf("units %q: give --units lj, metal or real, as the LAMMPS script that wrote the dump says", u)
}

// Options are what files do not say of themselves.
type Options struct {
	Dt    float64            // time of a step, for files that count steps; 0 for not given
	Units Units              // of LAMMPS dumps
	Mass  map[string]float64 // of species whose file has no masses
	// Every keeps one frame of so many, 0 for all.
	Every int
}

// A SyntaxError says which line of a file cannot be read.
type SyntaxError struct {
	Line int
	Err  error
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }
func (e *SyntaxError) Unwrap() error { return e.Err }

// ReadFile reads all frames of a file, a dump where it begins with ITEM: and extended XYZ otherwise.
func ReadFile(path string, o Options) ([]*Frame, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	frames, err := Read(f, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return frames, nil
}

// Read is ReadFile from a reader. Every frame has the same particles in the same order, the same box, a time and masses.
func Read(r io.Reader, o Options) ([]*Frame, error) {
	in := &lines{r: bufio.NewReaderSize(r, 1<<16)}
	head, _ := in.r.Peek(5)
	dump := string(head) == "ITEM:"
	next := in.xyz
	factor := 1.0
	if dump {
		next = in.dump
		if o.Units == "" {
			return nil, errors.New("a LAMMPS dump does not say its units: give --units lj, metal or real")
		}
		var err error
		if factor, err = o.Units.mass(); err != nil {
			return nil, err
		}
	}
	var frames []*Frame
	for k := 0; ; k++ {
		f, err := next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, &SyntaxError{in.n, err}
		}
		if o.Every > 1 && k%o.Every != 0 {
			continue
		}
		if err := f.complete(o, factor); err != nil {
			return nil, fmt.Errorf("frame %d: %w", k+1, err)
		}
		if len(frames) > 0 {
			if err := f.follows(frames[0], frames[len(frames)-1]); err != nil {
				return nil, fmt.Errorf("frame %d: %w", k+1, err)
			}
			f.Species, f.Mass, f.Charge = frames[0].Species, frames[0].Mass, frames[0].Charge
		}
		frames = append(frames, f)
	}
	if len(frames) == 0 {
		return nil, errors.New("no frame: an extended XYZ file begins with the number of particles, a LAMMPS dump with ITEM: TIMESTEP")
	}
	return frames, nil
}

// complete gives a frame its time, masses and velocities.
func (f *Frame) complete(o Options, factor float64) error {
	if !f.Timed {
		if !f.Stepped || o.Dt == 0 {
			return errors.New("no time: give --dt, the time of a step (of a file that counts no steps, the time between two frames)")
		}
		f.Time, f.Timed = float64(f.Step)*o.Dt, true
	}
	if f.Mass == nil {
		f.Mass = make([]float64, f.N())
		for i, s := range f.Species {
			m, ok := o.Mass[s]
			if !ok {
				return fmt.Errorf("no masses: the file has no column of them; give --mass %s=1 and so on for every species", s)
			}
			f.Mass[i] = m
		}
	}
	for i := range f.Mass {
		if !(f.Mass[i] > 0) || math.IsInf(f.Mass[i], 0) {
			return fmt.Errorf("particle %d has the mass %v: masses are positive", i+1, f.Mass[i])
		}
		f.Mass[i] *= factor
	}
	if f.Vel == nil && f.Momenta != nil {
		f.Vel = f.Momenta
		for i := range f.Vel {
			f.Vel[i] /= f.Mass[i/3]
		}
	}
	f.Momenta = nil
	return nil
}

// follows says what keeps a frame from being of the same particles in the same box as the first, later than the last.
func (f *Frame) follows(first, last *Frame) error {
	if f.N() != first.N() {
		return fmt.Errorf("%d particles, and the first frame has %d: the number must stay", f.N(), first.N())
	}
	for i, s := range f.Species {
		if s != first.Species[i] {
			return fmt.Errorf("particle %d is of species %s, and %s in the first frame: write the particles in one order", i+1, s, first.Species[i])
		}
		if math.Abs(f.Mass[i]-first.Mass[i]) > 1e-9*first.Mass[i] {
			return fmt.Errorf("particle %d has the mass %v, and %v in the first frame", i+1, f.Mass[i], first.Mass[i])
		}
	}
	if f.Periodic != first.Periodic {
		return fmt.Errorf("periodic along %v, and %v in the first frame", f.Periodic, first.Periodic)
	}
	for k := range 3 {
		if f.Periodic[k] && math.Abs(f.Cell[k]-first.Cell[k]) > 1e-9*first.Cell[k] {
			return fmt.Errorf("the cell changes: its side %c is %v, and %v in the first frame; a law is learned at constant volume, so write a run without a barostat", "xyz"[k], f.Cell[k], first.Cell[k])
		}
	}
	if !(f.Time > last.Time) {
		return fmt.Errorf("time %v does not follow %v: frames must be in the order of time", f.Time, last.Time)
	}
	if (f.Vel == nil) != (first.Vel == nil) || (f.Force == nil) != (first.Force == nil) {
		return errors.New("other columns than the first frame's")
	}
	return nil
}

// lines reads a file line by line and counts.
type lines struct {
	r *bufio.Reader
	n int
	k int // frames so far
}

// mostLine bounds a line: no frame's header is longer.
const mostLine = 1 << 20

func (l *lines) next() (string, error) {
	var s []byte
	for {
		part, err := l.r.ReadSlice('\n')
		s = append(s, part...)
		if len(s) > mostLine {
			return "", errors.New("a line of more than a megabyte: this is neither extended XYZ nor a LAMMPS dump")
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil && (err != io.EOF || len(s) == 0) {
			return "", err
		}
		l.n++
		return strings.TrimRight(string(s), "\r\n"), nil
	}
}

// within is next where a frame has begun: the end of the file is then an error.
func (l *lines) within() (string, error) {
	s, err := l.next()
	if err == io.EOF {
		return "", errors.New("the file ends within a frame: it was cut off, so remove its last frame")
	}
	return s, err
}

func number(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%.40q is no finite number", s)
	}
	return v, nil
}

func numbers(fields []string) ([]float64, error) {
	out := make([]float64, len(fields))
	for i, s := range fields {
		var err error
		if out[i], err = number(s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// vectors are rows x 3 from columns at an index of every row.
func vectors(rows [][]string, at int) ([]float64, error) {
	out := make([]float64, 0, 3*len(rows))
	for _, r := range rows {
		v, err := numbers(r[at : at+3])
		if err != nil {
			return nil, err
		}
		out = append(out, v...)
	}
	return out, nil
}

func column(rows [][]string, at int) ([]float64, error) {
	out := make([]float64, 0, len(rows))
	for _, r := range rows {
		v, err := number(r[at])
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}
