package atoms_test

import (
	"fmt"
	"log"
	"strings"

	"hnn/data/atoms"
)

// Two frames of extended XYZ, as ASE and OVITO write them.
func ExampleRead() {
	const file = `2
Lattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3:vel:R:3 Time=0 pbc="T T T"
Ar 1.0 1.0 1.0 0.1 0 0
Ar 2.1 1.0 1.0 -0.1 0 0
2
Lattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3:vel:R:3 Time=0.1 pbc="T T T"
Ar 1.01 1.0 1.0 0.1 0 0
Ar 2.09 1.0 1.0 -0.1 0 0
`
	frames, err := atoms.Read(strings.NewReader(file), atoms.Options{Mass: map[string]float64{"Ar": 1}})
	if err != nil {
		log.Fatal(err)
	}
	last := frames[len(frames)-1]
	fmt.Println(len(frames), "frames of", last.N(), "particles in a box of", last.Cell)
	fmt.Println("at", last.Time, "the first is at", last.Pos[:3])
	// Output:
	// 2 frames of 2 particles in a box of [5 5 5]
	// at 0.1 the first is at [1.01 1 1]
}
