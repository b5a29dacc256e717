// Package atoms reads and writes trajectories of particles: extended XYZ as ASE and OVITO have it, and the text dumps of
// LAMMPS. It knows species, masses, charges, boxes, positions, velocities and forces, and nothing of laws or models.
package atoms

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"hnn/internal/natural"
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
	HasMomenta   bool      // whether velocities were momenta in the file
	Energy       float64   // potential, of all particles
	HasEnergy    bool

	Fixed []bool // which particles something holds, nil for none

	Units Units // of the file, as given or as it says

	// Of the first frame alone: ChargesChange says in which a charge is first another, "" for none, and Notes what else is to be said of the file.
	ChargesChange string
	Notes         []string

	ids      []float64
	elements []string // of the species, where they are types whose elements do not tell them apart
}

// N is the number of particles.
func (f *Frame) N() int { return len(f.Species) }

// Options are what files do not say of themselves.
type Options struct {
	Dt    float64            // time of a step, for files that count steps; 0 for not given
	Units Units              // "" for the units as they stand; a LAMMPS dump must have them here or in itself
	Mass  map[string]float64 // of species whose file has no masses; in the units metal, real and ASE elements have their standard masses else
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

// ReadFile reads all frames of a file, a dump where it begins with ITEM: and extended XYZ otherwise; either may be compressed by gzip.
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

// open finds the format of a file: the lines, and what reads a frame of them.
func open(r io.Reader) (in *lines, next func() (*Frame, error), dump bool, err error) {
	in = &lines{r: bufio.NewReaderSize(r, 1<<16)}
	head, _ := in.r.Peek(1024)
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in.r)
		if err != nil {
			return nil, nil, false, fmt.Errorf("compressed by gzip: %w", err)
		}
		in.r = bufio.NewReaderSize(z, 1<<16)
		head, _ = in.r.Peek(1024)
	}
	switch {
	case bytes.HasPrefix(head, []byte("- of Ulm")) || bytes.HasPrefix(head, []byte("AFFormat")):
		return nil, nil, false, errors.New("a binary trajectory of ASE: write it as text by: ase convert -f FILE.traj FILE.xyz")
	case bytes.IndexByte(head, 0) >= 0:
		return nil, nil, false, errors.New("a binary file, and text is taken: extended XYZ, or a LAMMPS dump whose file name has no .bin")
	case bytes.HasPrefix(head, []byte("ITEM:")):
		return in, in.dump, true, nil
	}
	return in, in.xyz, false, nil
}

// Read is ReadFile from a reader. Every frame has the same particles in the same order, the same box, a time and masses.
func Read(r io.Reader, o Options) ([]*Frame, error) {
	in, next, dump, err := open(r)
	if err != nil {
		return nil, err
	}
	var frames []*Frame
	for k := 0; ; k++ {
		at := in.n
		f, err := next()
		if err == io.EOF {
			break
		}
		if err != nil {
			var located *SyntaxError
			switch {
			case errors.Is(err, io.ErrUnexpectedEOF) || in.open && errors.As(err, &located) && located.Line == in.n:
				if at == 0 {
					return nil, errors.New("the file ends within its first frame: it was cut off, or its first line is not the number of its particles")
				}
				err = fmt.Errorf("frame %d: the file ends within a frame: it was cut off, so keep its whole frames, the first %d lines (head -n %d)", k+1, at, at)
			case !errors.As(err, &located):
				err = &SyntaxError{in.n, err}
			}
			return nil, err
		}
		if o.Every > 1 && k%o.Every != 0 {
			continue
		}
		if len(frames) == 0 && dump {
			if o.Units, err = agree(f.Units, o.Units); err != nil {
				return nil, err
			}
		}
		if len(frames) == 0 && !dump && f.Units != "" {
			if o.Units == "" {
				o.Units = f.Units
			} else if o.Units != f.Units {
				return nil, fmt.Errorf("the file says units=%s, and --units %s was given: leave it out", f.Units, o.Units)
			}
		}
		units, err := o.Units.scale()
		if err != nil {
			return nil, err
		}
		if len(frames) == 0 {
			if err := f.knows(o.Mass); err != nil {
				return nil, err
			}
		}
		if err := f.complete(o, units); err != nil {
			return nil, fmt.Errorf("frame %d: %w", k+1, err)
		}
		if len(frames) > 0 {
			if err := f.follows(frames[0], frames[len(frames)-1]); err != nil {
				return nil, fmt.Errorf("frame %d: %w", k+1, err)
			}
			f.Species, f.Mass, f.Notes = frames[0].Species, frames[0].Mass, nil
			if change := f.charged(frames[0]); change == "" {
				f.Charge = frames[0].Charge
			} else if frames[0].ChargesChange == "" {
				frames[0].ChargesChange = fmt.Sprintf("frame %d: %s", k+1, change)
			}
		}
		frames = append(frames, f)
	}
	if len(frames) == 0 {
		return nil, errors.New("no frame: an extended XYZ file begins with the number of particles, a LAMMPS dump with ITEM: TIMESTEP")
	}
	if in.open && len(frames) > 1 {
		frames[0].Notes = append(frames[0].Notes, "the last line has no end: where the file was cut off there, its last number is wrong, so leave out the last frame")
	}
	flatten(frames)
	fix(frames)
	return frames, nil
}

// flatten makes frames whose particles stay in one plane of z, as those of a run in two dimensions do, not periodic along z.
func flatten(frames []*Frame) {
	z := frames[0].Pos[2]
	for _, f := range frames {
		for i := 2; i < len(f.Pos); i += 3 {
			if f.Pos[i] != z || f.Vel != nil && f.Vel[i] != 0 || f.Force != nil && f.Force[i] != 0 {
				return
			}
		}
	}
	for _, f := range frames {
		f.Periodic[2] = false
	}
}

// complete gives a frame its time, masses and velocities.
func (f *Frame) complete(o Options, units scale) error {
	switch {
	case !f.Timed && o.Dt == 0:
		return errors.New("no time: give --dt, the time of a step (of a file that counts no steps, the time between two frames)")
	case !f.Timed:
		f.Time, f.Timed = float64(f.Step)*o.Dt, true
	case o.Dt != 0:
		return fmt.Errorf("the file has times (here %v), so that --dt has no use: leave it out", f.Time)
	}
	f.Time *= units.time
	f.Units = o.Units
	if f.Mass == nil {
		f.Mass = make([]float64, f.N())
		for i, s := range f.Species {
			m, ok := o.Mass[s]
			if !ok {
				var element bool
				if m, element = standard(s); f.elements != nil {
					m, element = standard(f.elements[i])
				}
				if ok = element && units.kelvin != 0; !ok && element {
					return fmt.Errorf("no masses: the file has no column of them; give --mass %s=1 and so on for every species, or, where the file is in eV, angstrom and g/mol as ASE writes it, --units ase, by which elements have their standard masses (%s %v)", s, s, m)
				}
			}
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
	}
	if f.Vel == nil && f.Momenta != nil {
		f.Vel, f.HasMomenta = f.Momenta, true
		for i := range f.Vel {
			f.Vel[i] /= f.Mass[i/3]
		}
	}
	for i := range f.Mass {
		f.Mass[i] *= units.mass
	}
	f.Momenta = nil
	return nil
}

// follows says what keeps a frame from being of the same particles in the same box as the first, later than the last.
func (f *Frame) follows(first, last *Frame) error {
	if f.N() != first.N() {
		return fmt.Errorf("%d particles, and the first frame has %d: the number must stay", f.N(), first.N())
	}
	for i, id := range f.ids {
		if id != first.ids[i] {
			return fmt.Errorf("a particle has the id %v where the first frame has %v: the particles must stay the same, so dump a group whose members stay", id, first.ids[i])
		}
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
		return errors.New("other columns than the first frame's: velocities and forces are in all frames or in none")
	}
	return nil
}

// charged says which charge is another than in the first frame, "" for none.
func (f *Frame) charged(first *Frame) string {
	if (f.Charge == nil) != (first.Charge == nil) {
		return "charges are not in all frames"
	}
	for i, q := range f.Charge {
		if math.Abs(q-first.Charge[i]) > 1e-9*math.Abs(first.Charge[i]) {
			return fmt.Sprintf("particle %d has the charge %v, and %v in the first frame", i+1, q, first.Charge[i])
		}
	}
	return ""
}

// knows says which mass is given for a species that is not there.
func (f *Frame) knows(mass map[string]float64) error {
	for _, s := range slices.SortedFunc(maps.Keys(mass), natural.Compare) {
		if !slices.Contains(f.Species, s) {
			var there []string
			for _, other := range f.Species {
				if !slices.Contains(there, other) && len(there) < 20 {
					there = append(there, other)
				}
			}
			slices.SortFunc(there, natural.Compare)
			return fmt.Errorf("--mass %s=%v: the file has no species %s, but %s", s, mass[s], s, strings.Join(there, ", "))
		}
	}
	return nil
}

// lines reads a file line by line and counts.
type lines struct {
	r *bufio.Reader
	n int
	k int // frames so far
	// open says that the last line has no end, as the last one of a file that was cut off within it.
	open bool
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
		l.open = err == io.EOF
		return strings.TrimRight(string(s), "\r\n"), nil
	}
}

// within is next where a frame has begun: the end of the file is then an error.
func (l *lines) within() (string, error) {
	s, err := l.next()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
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

// table is the rows of a frame's particles, split into columns, and the line of each.
type table struct {
	rows [][]string
	line []int
}

// column is the numbers of a column.
func (t *table) column(at int) ([]float64, error) {
	out := make([]float64, 0, len(t.rows))
	for i, r := range t.rows {
		v, err := number(r[at])
		if err != nil {
			return nil, &SyntaxError{t.line[i], err}
		}
		out = append(out, v)
	}
	return out, nil
}

// vectors are rows x 3 of three columns.
func (t *table) vectors(at [3]int) ([]float64, error) {
	out := make([]float64, 3*len(t.rows))
	for k, c := range at {
		v, err := t.column(c)
		if err != nil {
			return nil, err
		}
		for i, x := range v {
			out[3*i+k] = x
		}
	}
	return out, nil
}

// read reads the rows of n particles.
func (l *lines) read(n, width int, wrong string) (*table, error) {
	t := new(table)
	for range n {
		s, err := l.within()
		if err != nil {
			return nil, err
		}
		r := strings.Fields(s)
		if len(r) != width && l.open {
			return nil, io.ErrUnexpectedEOF
		}
		if len(r) != width {
			return nil, fmt.Errorf("%d columns, and %s", len(r), wrong)
		}
		t.rows, t.line = append(t.rows, r), append(t.line, l.n)
	}
	return t, nil
}
