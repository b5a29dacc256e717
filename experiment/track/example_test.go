package track_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"hnn/experiment/track"
)

// The numbers of a run in a folder that TensorBoard reads.
func ExampleNew() {
	dir, err := os.MkdirTemp("", "events")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	tracker, err := track.New("tensorboard="+dir, "")
	if err != nil {
		log.Fatal(err)
	}
	err = tracker.Track(context.Background(), &track.Run{
		Name:  "0001-spring-hnn",
		Steps: []track.Number{{Name: "train_loss", Value: 0.04, Step: 100}},
	})
	files, _ := os.ReadDir(dir)
	fmt.Println(err, len(files), "folder of a run")
	// Output:
	// <nil> 1 folder of a run
}
