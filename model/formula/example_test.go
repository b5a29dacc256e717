package formula_test

import (
	"fmt"
	"log"

	"hnn/model/expr"
	"hnn/model/formula"
)

// A pendulum that is written down, not learned: a model as any other.
func ExampleFormula_ModelForm() {
	variables := []string{"q", "p"}
	list, err := expr.ParseList("p^2, cos(q)", variables)
	if err != nil {
		log.Fatal(err)
	}
	f := &formula.Formula{N: 1, Terms: []formula.Term{{Expr: list[0], Coefficient: 0.5}, {Expr: list[1], Coefficient: -1}}}
	fmt.Print(f.Text(expr.Text, variables, nil, 3))

	field := f.ModelForm().Field()
	dx := make([]float64, 2)
	field.One()(0, []float64{0, 2}, nil, dx)
	fmt.Printf("dq/dt = %g, energy %g\n", dx[0], field.Energy()([]float64{0, 2}))
	// Output:
	// H = 0.5*p^2 - cos(q)
	// dq/dt = 2, energy 1
}
