package design_test

import (
	"fmt"
	"log"

	"hnn/fit/design"
)

// Three models disagree on what two experiments would give; the one on which they disagree by more than its noise is made first.
func ExampleChoose() {
	agreed := design.Candidate{{1.0}, {1.1}, {0.9}}
	open := design.Candidate{{1.0}, {7.0}, {-5.0}}
	choices, err := design.Choose([]design.Candidate{agreed, open}, 0.7, 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("experiment %d, where models differ by %.1f times the noise\n", choices[0].Index+1, choices[0].Width)
	// Output:
	// experiment 2, where models differ by 5.9 times the noise
}
