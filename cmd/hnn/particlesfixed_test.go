package main

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"hnn/data/atoms"
	"hnn/experiment"
	"hnn/system"
)

// Bodies of a second species that are held, with no forces in the file, leave the laws as they are, with forces and without, and are held in a run.
func TestParticlesFixed(t *testing.T) {
	t.Chdir(t.TempDir())
	if code, said := says(t, "particles draw lennard-jones --n 108 --density 0.7 --kinds Ar=1:1:1,W=1:1:1 --temperature 1 --equilibrate 300 --steps 1 --out start.xyz --quiet"); code != 0 {
		t.Fatal(said)
	}
	frames, err := atoms.ReadFile("start.xyz", atoms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := *frames[len(frames)-1]
	f.Fixed = make([]bool, f.N())
	for i, s := range f.Species {
		f.Fixed[i] = s == "W" && i%3 == 0
		if s == "W" && !f.Fixed[i] {
			f.Species[i] = "Ar"
		}
	}
	write := func(name string, frames ...*atoms.Frame) {
		t.Helper()
		var b strings.Builder
		for _, f := range frames {
			if err := atoms.WriteXYZ(&b, f); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(name, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("held.xyz", &f)
	if code, said := says(t, "particles simulate lennard-jones --kinds Ar=1:1:1,W=1:1:1 --from held.xyz --steps 400 --every 10 --dt 0.002 --forces --out data.xyz"); code != 0 {
		t.Fatal(said)
	}
	if frames, err = atoms.ReadFile("data.xyz", atoms.Options{}); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, g := range frames {
		g.Fixed = nil // as a dump has it, which says it by places and velocities alone
		for i := range f.Fixed {
			if f.Fixed[i] {
				n++
				clear(g.Force[3*i : 3*i+3])
			}
		}
	}
	write("data.xyz", frames...)
	held := fmt.Sprintf("%d of 108 particles are held", n/len(frames))
	truth := system.LennardJones{Epsilon: 1, Sigma: 1, Cutoff: 2.5}
	for options, most := range map[string]float64{"": 1e-4, " --no-forces": 0.1} {
		code, said := says(t, "particles train data.xyz --cutoff 2.5 --coefficients 60 --force --out run"+options)
		if code != 0 || !strings.Contains(said, held) || strings.Contains(said, "outside force") {
			t.Fatalf("%d, %s", code, said)
		}
		m, err := experiment.ReadParticles("run")
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Laws) != 2 { // none of two that are held
			t.Errorf("%d laws", len(m.Laws))
		}
		for i := range m.Laws {
			worst := 0.0
			for r := max(m.Laws[i].Near, 1); r < 2.5; r += 0.01 {
				_, dv, _ := m.Laws[i].At(r)
				_, dw, _ := truth.At(r)
				worst = max(worst, math.Abs(dv-dw))
			}
			t.Logf("%s-%s%s: force within %.2e", m.Laws[i].A, m.Laws[i].B, options, worst)
			if !(worst < most) {
				t.Errorf("%s-%s%s: the force errs by %.2e", m.Laws[i].A, m.Laws[i].B, options, worst)
			}
		}
	}
	if code, said := says(t, "particles simulate run --from data.xyz --steps 100 --equilibrate 100 --temperature 1 --out out.xyz"); code != 0 {
		t.Fatal(said)
	}
	if frames, err = atoms.ReadFile("out.xyz", atoms.Options{}); err != nil {
		t.Fatal(err)
	}
	last := frames[len(frames)-1]
	for i, x := range f.Pos {
		if f.Fixed[i/3] != (last.Pos[i] == x) || f.Fixed[i/3] != last.Fixed[i/3] {
			t.Fatalf("coordinate %d went from %v to %v, held %v", i, x, last.Pos[i], f.Fixed[i/3])
		}
	}
	if code, said := says(t, "particles evaluate run data.xyz"); code != 0 || !strings.Contains(said, "relative force error") {
		t.Errorf("%d, %s", code, said)
	}
}
