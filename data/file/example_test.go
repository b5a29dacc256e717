package file_test

import (
	"fmt"
	"log"
	"os"
	"strings"

	"hnn/data/file"
)

// A table of one trajectory, its derivatives by finite differences.
func ExampleDecode() {
	table := "time (s);angle;omega\n0;1;0\n0,5;0,5;-1\n1,5;-0,5;-1\n"
	set, mapping, err := file.Decode(strings.NewReader(table), "table.csv", file.ReadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(mapping.Format)
	set, err = set.ForwardDifferences()
	if err != nil {
		log.Fatal(err)
	}
	if err := file.WriteCSV(os.Stdout, set); err != nil {
		log.Fatal(err)
	}
	// Output:
	// CSV, separated by semicolons, with decimal commas
	// trial,t,angle,omega,dangle,domega
	// 0,0,1,0,-1,-2
	// 0,0.5,0.5,-1,-1,0
}

// What is wrong, where, and what to do.
func ExampleParseError() {
	_, _, err := file.Decode(strings.NewReader("t,q,p\n0,1,0\n0.5,NaN,-1\n"), "table.csv", file.ReadOptions{})
	fmt.Println(err)
	// Output: table.csv, line 3, column 2 (q): the value is NaN: put a number there, or leave such rows out with --skip-bad-rows
}
