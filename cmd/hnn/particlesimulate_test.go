package main

import (
	"context"
	"os"
	"strings"
	"testing"

	"hnn/data/atoms"
)

// says runs a command and returns its exit status and all that it says.
func says(t *testing.T, line string) (int, string) {
	t.Helper()
	var out strings.Builder
	code := execute(context.Background(), strings.Fields(line), &out, &out)
	return code, out.String()
}

// A lattice has the species of the data by their shares, or those that are given, and the last step of a run is a frame.
func TestParticlesStart(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, line := range []string{
		"particles draw lennard-jones --n 108 --kinds 1=1:1:1,2=2:1:1,10=1:1:1 --density 0.6 --equilibrate 100 --steps 100 --every 10 --out three.xyz --quiet",
	} {
		if code, said := says(t, line); code != 0 {
			t.Fatalf("%s: %s", line, said)
		}
	}
	text, err := os.ReadFile("three.xyz")
	if err != nil {
		t.Fatal(err)
	}
	// All of 10 are 1: two parts of 1 and one of 2.
	if err := os.WriteFile("two.xyz", []byte(strings.ReplaceAll(string(text), "\n10 ", "\n1 ")), 0o666); err != nil {
		t.Fatal(err)
	}
	if code, said := says(t, "particles train two.xyz --cutoff 2.5 --coefficients 40 --out run"); code != 0 {
		t.Fatal(said)
	}
	for line, want := range map[string]string{
		"particles simulate run --n 300 --steps 25 --out big.xyz":                                "composition: 200 1, 100 2",
		"particles simulate run --n 300 --steps 25 --every 10 --shares 1=1,2=3 --out shares.xyz": "composition: 75 1, 225 2, in the shares given",
		"simulate run --bodies 300 --to 0.05 --step 0.002 --steps 5 --out to.xyz":                "in 6 frames",
	} {
		if code, said := says(t, line); code != 0 || !strings.Contains(said, want) {
			t.Errorf("%s: %d, %s; want %q", line, code, said, want)
		}
	}
	for file, want := range map[string][3]int{"big.xyz": {200, 100, 26}, "shares.xyz": {75, 225, 4}, "to.xyz": {200, 100, 6}} {
		frames, err := atoms.ReadFile(file, atoms.Options{})
		if err != nil {
			t.Error(err)
			continue
		}
		count := map[string]int{}
		for _, s := range frames[0].Species {
			count[s]++
		}
		if count["1"] != want[0] || count["2"] != want[1] || len(frames) != want[2] {
			t.Errorf("%s: %v in %d frames, want %v", file, count, len(frames), want)
		}
		if d := frames[len(frames)-1].Time/frames[1].Time - 25/float64(25/(want[2]-1)); file != "shares.xyz" && (d > 1e-9 || d < -1e-9) {
			t.Errorf("%s: the last frame is of %v", file, frames[len(frames)-1].Time)
		}
	}
	// Without velocities, of a slab, and with units.
	slab := strings.ReplaceAll(strings.ReplaceAll(string(text), "pbc=\"T T T\"", "pbc=\"T T F\""), "momenta", "nothing")
	slab = strings.ReplaceAll(strings.ReplaceAll(slab, "\n10 ", "\n1 "), "masses", "nomasses")
	if err := os.WriteFile("slab.xyz", []byte(slab), 0o666); err != nil {
		t.Fatal(err)
	}
	if code, said := says(t, "particles train slab.xyz --cutoff 2.5 --coefficients 40 --units metal --mass 1=40,2=80 --out slab"); code != 0 && !strings.Contains(said, "the run is left in") {
		t.Fatal(said)
	}
	if code, said := says(t, "particles train slab.xyz --cutoff 2.5 --coefficients 40 --units lj --mass 1=1,2=2 --out reduced"); code != 0 && !strings.Contains(said, "the run is left in") {
		t.Fatal(said)
	}
	for line, want := range map[string]string{
		"particles simulate slab --n 300 --temperature 0.02 --steps 1":                               "a slab",
		"particles simulate slab --n 300 --density 0.6 --steps 1":                                    "give --temperature",
		"particles simulate reduced --n 300 --density 0.6 --dt 0.001 --equilibrate 0 --steps 1":      "--temperature 0.72 is assumed",
		"particles simulate reduced --n 300 --density 0.6 --temperature 1 --equilibrate 0 --steps 1": "a slab; this run is of a box",
		"particles simulate run --n 300 --kinds Ar --steps 1":                                        "give --shares",
		"particles simulate run --n 300 --shares Ar=1 --steps 1":                                     "the laws are of 1, 2",
		"particles simulate run --from two.xyz --shares 1=1 --steps 1":                               "without --from",
	} {
		if _, said := says(t, line); !strings.Contains(said, want) {
			t.Errorf("%s: %s; want %q", line, said, want)
		}
	}
}
