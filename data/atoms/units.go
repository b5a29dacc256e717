package atoms

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Units are what the numbers of a file are in. Masses and times are multiplied with a factor of each, so that force = mass x
// acceleration and velocity = change of position over time.
type Units string

// The units that are known. Of LAMMPS: lj has none, metal is eV, angstrom, ps and g/mol, real is kcal/mol, angstrom, fs and g/mol.
// ASE's are eV, angstrom and g/mol; its files are read with times in fs, of which its own unit of time has 10.18.
const (
	LJ    Units = "lj"
	Metal Units = "metal"
	Real  Units = "real"
	ASE   Units = "ase"
)

// AllUnits are the names of those that are known.
var AllUnits = []string{string(LJ), string(Metal), string(Real), string(ASE)}

// scale is what units are multiplied with: 1 g/mol is 1.03643e-4 eV ps^2/A^2 and 2390.06 kcal/mol fs^2/A^2 (CODATA 2018).
type scale struct {
	mass, time float64
	kelvin     float64 // energy of k_B times one kelvin, 0 where units have no kelvin
}

var scales = map[Units]scale{
	"":    {1, 1, 0},
	LJ:    {1, 1, 0},
	Metal: {1.036426965e-4, 1, 8.617333262e-5},
	Real:  {2390.057361, 1, 1.987204259e-3},
	// angstrom sqrt(g/mol / eV) in fs
	ASE: {1, 1 / (1e5 * math.Sqrt(1.66053906660e-27/1.602176634e-19)), 8.617333262e-5},
}

func (u Units) scale() (scale, error) {
	s, ok := scales[u]
	if !ok {
		return s, fmt.Errorf("units %q: give --units lj, metal or real, as the LAMMPS script that wrote the file says, or ase for eV, angstrom, fs and g/mol", string(u))
	}
	return s, nil
}

// Time is one unit of time of a user's in that of frames: 1 but for ASE, whose times are given in fs.
func (u Units) Time() float64 { return scales[u].time }

// Mass is a unit of mass of a file in that of frames.
func (u Units) Mass() float64 { return scales[u].mass }

// Kelvin is the energy of k_B times one kelvin, 0 where the units have no kelvin.
func (u Units) Kelvin() float64 { return scales[u].kelvin }

// agree are the units of a LAMMPS dump: as given, or else as the file has them after ITEM: UNITS, "" for neither.
func agree(file, given Units) (Units, error) {
	switch {
	case file == "" && given == "":
		return "", errors.New("a LAMMPS dump does not say its units: give --units lj, metal or real")
	case given == ASE:
		return "", errors.New("units ase: a LAMMPS dump is in --units lj, metal or real")
	case file == "" || file == given:
		return given, nil
	case given != "":
		return "", fmt.Errorf("the file says that its units are %s, and --units %s was given: leave it out", file, given)
	case file == LJ || file == Metal || file == Real:
		return file, nil
	}
	return "", fmt.Errorf("the file says that its units are %.20q: lj, metal and real are taken", file)
}

// standard is an element's standard atomic mass in g/mol (IUPAC 2021, abridged).
func standard(element string) (float64, bool) {
	m, ok := elements[element]
	return m, ok
}

var elements = func() map[string]float64 {
	out := map[string]float64{}
	for _, pair := range strings.Fields(masses) {
		name, mass, _ := strings.Cut(pair, "=")
		out[name], _ = strconv.ParseFloat(mass, 64)
	}
	return out
}()

const masses = `
H=1.008 He=4.002602 Li=6.94 Be=9.012183 B=10.81 C=12.011 N=14.007 O=15.999 F=18.9984 Ne=20.1797 Na=22.98977 Mg=24.305
Al=26.98154 Si=28.085 P=30.97376 S=32.06 Cl=35.45 Ar=39.948 K=39.0983 Ca=40.078 Sc=44.95591 Ti=47.867 V=50.9415 Cr=51.9961
Mn=54.93804 Fe=55.845 Co=58.93319 Ni=58.6934 Cu=63.546 Zn=65.38 Ga=69.723 Ge=72.63 As=74.92159 Se=78.971 Br=79.904 Kr=83.798
Rb=85.4678 Sr=87.62 Y=88.90584 Zr=91.224 Nb=92.90637 Mo=95.95 Ru=101.07 Rh=102.9055 Pd=106.42 Ag=107.8682 Cd=112.414
In=114.818 Sn=118.71 Sb=121.76 Te=127.6 I=126.9045 Xe=131.293 Cs=132.9055 Ba=137.327 La=138.9055 Ce=140.116 Pr=140.9077
Nd=144.242 Sm=150.36 Eu=151.964 Gd=157.25 Tb=158.9254 Dy=162.5 Ho=164.9303 Er=167.259 Tm=168.9342 Yb=173.054 Lu=174.9668
Hf=178.49 Ta=180.9479 W=183.84 Re=186.207 Os=190.23 Ir=192.217 Pt=195.084 Au=196.9666 Hg=200.592 Tl=204.38 Pb=207.2
Bi=208.9804 Th=232.0377 Pa=231.0359 U=238.0289`
