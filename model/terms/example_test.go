package terms_test

import (
	"fmt"

	"hnn/model/terms"
)

// The functions of an angle and a length from which laws are made.
func ExampleNew() {
	l := terms.New(2, []bool{true, false}, terms.Options{Waves: 1, Degree: 2})
	for _, f := range l.Features {
		fmt.Println(f.Text([]string{"theta", "r"}))
	}
	// Output:
	// 1
	// r
	// r^2
	// cos(theta)
	// sin(theta)
	// r*cos(theta)
	// r*sin(theta)
	// r^2*cos(theta)
	// r^2*sin(theta)
}
