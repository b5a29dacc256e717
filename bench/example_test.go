package bench_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"hnn/bench"
)

// How long one evaluation of the learned field takes here, beside the machine's peak.
func ExampleRun() {
	report, err := bench.Run(context.Background(), bench.Options{
		Only: "field/batch-1", Rounds: 1, Time: time.Millisecond,
	})
	if err != nil {
		log.Fatal(err)
	}
	c := report.Cases[0]
	fmt.Println(c.Name, c.Precision, time.Duration(c.Seconds*1e9) < time.Second)
	// Output: field/batch-1 float32 true
}
