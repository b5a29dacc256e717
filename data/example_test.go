package data_test

import (
	"fmt"
	"log"
	"os"
	"strings"

	"hnn/data"
	"hnn/internal/stream"
)

// The data of the paper's first task, without its noise.
func ExampleGenerate() {
	options, err := data.TaskOptions("spring")
	if err != nil {
		log.Fatal(err)
	}
	options.Noise = 0
	split, err := data.Generate("spring", stream.New(0, "data"), options)
	if err != nil {
		log.Fatal(err)
	}
	x, dx := split.Train.Row(0)
	fmt.Println(split.Train.Rows(), "rows train,", split.Test.Rows(), "test")
	fmt.Println("dq/dt = 2p:", dx[0] == 2*x[1], " dp/dt = -2q:", dx[1] == -2*x[0])
	// Output:
	// 750 rows train, 750 test
	// dq/dt = 2p: true  dp/dt = -2q: true
}

// A table of one trajectory, its derivatives by finite differences.
func ExampleDecode() {
	table := "time (s);angle;omega\n0;1;0\n0,5;0,5;-1\n1,5;-0,5;-1\n"
	set, mapping, err := data.Decode(strings.NewReader(table), "table.csv", data.ReadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(mapping.Format)
	set, err = set.ForwardDifferences()
	if err != nil {
		log.Fatal(err)
	}
	if err := data.WriteCSV(os.Stdout, set); err != nil {
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
	_, _, err := data.Decode(strings.NewReader("t,q,p\n0,1,0\n0.5,NaN,-1\n"), "table.csv", data.ReadOptions{})
	fmt.Println(err)
	// Output: table.csv, line 3, column 2 (q): the value is NaN: put a number there, or leave such rows out with --skip-bad-rows
}
