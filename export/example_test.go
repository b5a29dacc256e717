package export_test

import (
	"fmt"
	"log"

	"hnn/export"
	"hnn/model/expr"
	"hnn/model/formula"
)

// A spring as C, Python and other programs may take it. C and its like return the files that a caller writes.
func ExampleC() {
	list, err := expr.ParseList("q^2, p^2", []string{"q", "p"})
	if err != nil {
		log.Fatal(err)
	}
	f := &formula.Formula{N: 1, Terms: []formula.Term{{Expr: list[0], Coefficient: 0.5}, {Expr: list[1], Coefficient: 0.5}}}
	m, err := export.New(f.ModelForm(), export.Names{Model: "spring", Columns: []string{"q", "p"}})
	if err != nil {
		log.Fatal(err)
	}
	for _, file := range export.C(m, export.Double) {
		fmt.Println(file.Name)
	}
	fmt.Println("targets:", export.TargetNames())
	// Output:
	// model.h
	// model.c
	// targets: [c python julia go onnx fmu]
}
