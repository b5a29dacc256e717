package sweep_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"hnn/experiment/study"
	"hnn/internal/kernel"
	"hnn/sweep"
)

// A study of two runs, with a server, a worker and who submits it in one process.
func ExampleSubmission() {
	dir, err := os.MkdirTemp("", "sweep")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "study.yaml")
	const text = `task: spring
fixed: {trainer: closed-form, trajectories: 10, strict: false, figures: false}
vary: {seed: 0-1}
`
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		log.Fatal(err)
	}
	s, err := study.Read(file)
	if err != nil {
		log.Fatal(err)
	}
	trials, err := s.Runs()
	if err != nil {
		log.Fatal(err)
	}
	folder, err := study.Create(filepath.Join(dir, "runs"), s, study.About{
		ID: sweep.NewID(), Created: time.Now(), Kernel: kernel.Arithmetic(), Version: "v1", Total: s.Total(trials)})
	if err != nil {
		log.Fatal(err)
	}

	door := filepath.Join(dir, "door.json") // where workers find the server
	server, err := sweep.StartServer(filepath.Join(dir, "store"), door, sweep.ServerOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Stop()
	login := sweep.Login{Door: door, Wait: time.Minute}
	quiet := func(string, ...any) {}
	worker := &sweep.Worker{Login: login, Study: folder.About.ID, Scratch: filepath.Join(dir, "scratch"), Version: "v1", Log: quiet}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- worker.Run(ctx) }()

	submission := &sweep.Submission{Folder: folder, Trials: trials, Workers: 1, Login: login, Lease: 30 * time.Second, Save: 10 * time.Second, Log: quiet}
	err = submission.Run(ctx)
	cancel()
	<-ended
	if err != nil {
		log.Fatal(err)
	}
	records, err := folder.Records()
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range records {
		fmt.Println(r.Name, r.State)
	}
	// Output:
	// 0001-spring-hnn-closed-form done
	// 0002-spring-hnn-closed-form done
}
