package setting_test

import (
	"fmt"

	"hnn/experiment/setting"
)

// The settings of a struct, as the tags of its fields declare them.
func ExampleRead() {
	type options struct {
		Steps int     `key:"steps,common" help:"steps of the optimiser"`
		Rate  float64 `key:"learning-rate" help:"learning rate"`
	}
	all, err := setting.Read[options]()
	if err != nil {
		fmt.Println(err)
	}
	for _, s := range all {
		fmt.Println("--"+s.Flag(), s.Text(&options{Steps: 2000, Rate: 1e-3}), s.Help)
	}
	// Output:
	// --steps 2000 steps of the optimiser
	// --learning-rate 0.001 learning rate
}
