package inspect_test

import (
	"fmt"
	"log"
	"math"
	"strings"

	"hnn/data/file"
	"hnn/inspect"
)

// What is in a file before anything is learned from it: here the motion dies down.
func ExampleNew() {
	var table strings.Builder
	table.WriteString("t,x,v\n")
	for i := range 400 {
		t := 0.2 * float64(i)
		decay := math.Exp(-0.03 * t)
		fmt.Fprintf(&table, "%g,%g,%g\n", t, decay*math.Cos(t), -decay*(math.Sin(t)+0.03*math.Cos(t)))
	}
	set, mapping, err := file.Decode(strings.NewReader(table.String()), "swing.csv", file.ReadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	report := inspect.New(set, mapping, file.ReadOptions{})
	fmt.Println(report.Rows, "rows in", report.Trials, "trial")
	for _, v := range report.Velocity {
		fmt.Printf("%s = %.2f d%s/dt\n", v.P, v.Mass, v.Q)
	}
	fmt.Println("the motion dies down:", report.Energy.Decays)
	// Output:
	// 400 rows in 1 trial
	// v = 1.00 dx/dt
	// the motion dies down: true
}
