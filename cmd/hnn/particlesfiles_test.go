package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Times in the wrong unit, masses that are another's, frames too far apart, and forces that are not of pairs: each is said, with what to do.
func TestParticlesSaid(t *testing.T) {
	t.Chdir(t.TempDir())
	particlesLines(t, "particles draw lennard-jones --n 125 --equilibrate 300 --steps 400 --every 20 --out traj.xyz --quiet",
		"particles draw lennard-jones --n 125 --equilibrate 300 --steps 8000 --every 800 --out far.xyz --quiet",
		"particles draw stillinger-weber --n 125 --density 0.46 --temperature 0.1 --steps 200 --every 20 --out silicon.xyz --quiet")
	rewrite := func(from, to string, edit func(string) string) {
		t.Helper()
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, []byte(edit(string(text))), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	unmassed := func(s string) string { // as ASE writes it, with momenta and no masses
		s = strings.ReplaceAll(s, ":masses:R:1", "")
		s = regexp.MustCompile(` Time=\S+`).ReplaceAllString(s, "")
		return regexp.MustCompile(`(?m)^Ar (\S+) (\S+) (\S+) \S+ `).ReplaceAllString(s, "Ar $1 $2 $3 ")
	}
	rewrite("traj.xyz", "ase.xyz", unmassed)
	for line, want := range map[string]string{
		"particles train ase.xyz --cutoff 2.5":                                     "give --dt",
		"particles train ase.xyz --cutoff 2.5 --dt 0.04":                           "--units ase, by which elements have their standard masses (Ar 39.948)",
		"particles train ase.xyz --cutoff 2.5 --dt 0.407 --mass Ar=1":              "times too long for how the particles move, and ASE's own unit of time is 10.181 fs: give --units ase",
		"particles train ase.xyz --cutoff 2.5 --dt 0.04 --mass Ar=1 --units ase":   "they are in ASE's own unit",
		"particles train ase.xyz --cutoff 2.5 --dt 0.002 --mass Ar=1":              "times are to be multiplied by about 2",
		"particles train ase.xyz --cutoff 2.5 --dt 0.04 --mass Ar=3":               "masses are to be multiplied by about 0.3",
		"particles train ase.xyz --cutoff 2.5 --dt 0.05 --mass Ar=1":               "positions change 0.79",
		"particles train ase.xyz --cutoff 2.5 --dt 0.04 --mass Ar=1 --units metal": "masses are to be multiplied by about",
		"particles train far.xyz --cutoff 2.5 --no-forces":                         "too far apart",
		"particles train silicon.xyz --cutoff 1.8 --out silicon":                   "of the forces (root mean square over root mean square)",
		"particles train traj.xyz --cutoff 2.5 --dt 1":                             "the file has times (here 0), so that --dt has no use",
		"particles train traj.xyz --cutoff 2.5 --units parsecs":                    "ase for eV, angstrom, fs and g/mol",
	} {
		if _, errors, code := particlesLine(t, line); code == 0 || !strings.Contains(errors, want) {
			t.Errorf("%s: exit status %d, %s; want %q", line, code, errors, want)
		}
	}
	particlesLines(t, "particles train ase.xyz --cutoff 2.5 --dt 0.407220 --mass Ar=1 --units ase --out ase", "particles train ase.xyz --cutoff 2.5 --dt 0.04 --mass Ar=1 --out plain")
	_, errors, code := particlesLine(t, "particles train ase.xyz --cutoff 2.5 --dt 0.04 --mass Ar=3 --unchecked --out unchecked")
	if code != 0 || !strings.Contains(errors, "warning: forces explain") || !strings.Contains(errors, "fix langevin") {
		t.Errorf("--unchecked: exit status %d, %s", code, errors)
	}
	// What leaves much is left to be looked at, and says so where it is used.
	out, errors, code := particlesLine(t, "particles simulate silicon --from silicon.xyz --steps 10 --dt 1e-4")
	if code != 0 || !strings.Contains(errors, "warning: the laws leave 0.") {
		t.Errorf("exit status %d, %s%s", code, out, errors)
	}
	if out, _, _ = particlesLine(t, "inspect ase"); !strings.Contains(out, "of the forces") {
		t.Errorf("inspect: %s", out)
	}
}
