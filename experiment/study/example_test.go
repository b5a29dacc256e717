package study_test

import (
	"log"
	"os"
	"path/filepath"

	"hnn/experiment/study"
)

// The runs of a file that says what varies.
func ExampleRead() {
	dir, err := os.MkdirTemp("", "study")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "study.yaml")
	const text = `task: spring
fixed:
  steps: 200
vary:
  seed: 0-1
  learning-rate: [0.001, 0.01]
`
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		log.Fatal(err)
	}
	s, err := study.Read(path)
	if err != nil {
		log.Fatal(err)
	}
	runs, err := s.Runs()
	if err != nil {
		log.Fatal(err)
	}
	if err := study.WritePlan(os.Stdout, s, runs); err != nil {
		log.Fatal(err)
	}
	// Output:
	// run  directory        seed  learning-rate
	// 1    0001-spring-hnn  0     0.001
	// 2    0002-spring-hnn  0     0.01
	// 3    0003-spring-hnn  1     0.001
	// 4    0004-spring-hnn  1     0.01
}
