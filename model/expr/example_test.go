package expr_test

import (
	"fmt"
	"log"

	"hnn/model/expr"
)

// A Hamiltonian as a user types it, its derivative and its value.
func Example() {
	names := []string{"q", "p"}
	h, err := expr.Parse("p^2/2 + 1 - cos(q)", names)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("dH/dq =", h.Derivative(0).Write(expr.Text, names, 0))
	fmt.Println("H =", h.Write(expr.LaTeX, names, 0))
	fmt.Println("H(0, 2) =", h.Eval([]float64{0, 2}))
	_, err = expr.Parse("p^2/2 + cos(", names)
	fmt.Println("refused:", err)
	// Output:
	// dH/dq = sin(q)
	// H = \frac{{p}^{2}}{2} + 1 - \cos\left(q\right)
	// H(0, 2) = 2
	// refused: a number, a name or a bracket is wanted, not the end at column 13 of "p^2/2 + cos("
}
