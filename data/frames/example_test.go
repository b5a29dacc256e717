package frames_test

import (
	"fmt"
	"math/rand/v2"

	"hnn/data/frames"
)

// Two films of the paper's pendulum, and one as characters.
func ExamplePendulum() {
	films := frames.Pendulum(rand.New(rand.NewPCG(1, 2)), 2, 20)
	fmt.Printf("%d films of %d frames, %d x %d\n", len(films.Trials), films.Frames(0), films.Width, films.Height)

	frame := films.Bytes(0, 5, 1) // the sixth frame alone; a stack of 2 shows how fast it moves
	for y := 0; y < films.Height; y += 3 {
		line := ""
		for x := range films.Width {
			line += string(" #"[min(frame[y*films.Width+x]/32, 1)])
		}
		fmt.Printf("|%s|\n", line)
	}
	// Output:
	// 2 films of 20 frames, 28 x 28
	// |                            |
	// |            ####            |
	// |            ####            |
	// |            #####           |
	// |            #####           |
	// |             ####           |
	// |             ####           |
	// |             ####           |
	// |             ####           |
	// |                            |
}
