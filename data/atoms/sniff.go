package atoms

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"hnn/internal/natural"
	"hnn/internal/shell"
)

// Looks says whether a file begins as a LAMMPS text dump, or as extended or plain XYZ: a number of particles, a line of key=value or of
// anything, and a particle's name with three numbers.
func Looks(head []byte) bool {
	if bytes.HasPrefix(head, []byte("ITEM: ")) {
		return true
	}
	rows := strings.SplitN(string(head), "\n", 4)
	if len(rows) < 3 {
		return false
	}
	if n, err := strconv.Atoi(strings.TrimSpace(rows[0])); err != nil || n < 1 {
		return false
	}
	if strings.Contains(rows[1], "Properties=") || strings.Contains(rows[1], "Lattice=") || strings.HasPrefix(strings.TrimSpace(rows[1]), "Atoms. Timestep: ") {
		return true
	}
	words := strings.Fields(rows[2])
	if len(words) < 4 || len(words[0]) > 3 || strings.Trim(strings.ToLower(words[0]), "abcdefghijklmnopqrstuvwxyz") != "" {
		return false
	}
	_, err := numbers(words[1:4])
	return err == nil
}

// Command is the command line that learns from a file of particles, as far as its first frame says what it needs; ask names what
// in it stands for what the user alone knows.
func Command(path string) (command string, ask []string) {
	command = "hnn particles train " + shell.Quote(path)
	file, err := os.Open(path)
	if err != nil {
		return command + " --cutoff 2.5", []string{"the cut-off"}
	}
	defer file.Close()
	_, next, dump, err := open(file)
	var f *Frame
	if err == nil {
		f, err = next()
	}
	if err != nil {
		return command + " --cutoff 2.5", []string{"the cut-off"}
	}
	flatten([]*Frame{f})
	command += fmt.Sprintf(" --cutoff %.3g", f.cutoff())
	ask = append(ask, "the cut-off (here three times the closest distance of the first frame, at most half the box)")
	if slices.ContainsFunc(f.Charge, func(q float64) bool { return q != 0 }) {
		command += " --long charges"
	}
	var kinds []string
	elements := true
	for _, s := range f.Species {
		if !slices.Contains(kinds, s) && len(kinds) < 10 {
			kinds = append(kinds, s)
			_, known := standard(s)
			elements = elements && known
		}
	}
	slices.SortFunc(kinds, natural.Compare)
	ase := !dump && elements && f.Mass == nil && (f.Momenta != nil || f.Force != nil) // as ASE leaves masses out
	dt := "0.005"
	switch {
	case ase:
		command += " --units ase"
		dt = "1"
		ask = append(ask, "the units (ase: eV, angstrom, fs and standard masses)")
	case dump && f.Units == "":
		command += " --units lj"
		ask = append(ask, "the units")
	}
	if !f.Timed {
		command += " --dt " + dt
		ask = append(ask, "the time of a step")
		if !dump && f.Step == 0 {
			ask[len(ask)-1] = "the time between two frames"
		}
	}
	if f.Mass == nil && !ase {
		command += " --mass " + shell.Quote(strings.Join(kinds, "=1,")+"=1")
		ask = append(ask, "the masses")
	}
	return command, ask
}

// cutoff is three times the closest distance among the first particles, at most half the box.
func (f *Frame) cutoff() float64 {
	n := min(f.N(), 500)
	closest := math.Inf(1)
	for i := range n {
		for j := range i {
			s := 0.0
			for k := range 3 {
				d := f.Pos[3*i+k] - f.Pos[3*j+k]
				if f.Periodic[k] {
					d -= f.Cell[k] * math.Round(d/f.Cell[k])
				}
				s += d * d
			}
			if s > 0 {
				closest = min(closest, math.Sqrt(s))
			}
		}
	}
	most := math.Inf(1)
	for k := range 3 {
		if f.Periodic[k] {
			most = min(most, f.Cell[k]/2)
		}
	}
	c := min(3*closest, most)
	if math.IsInf(c, 0) {
		return 2.5
	}
	digit := math.Pow(10, math.Floor(math.Log10(c))-2)
	return math.Floor(c/digit) * digit
}
