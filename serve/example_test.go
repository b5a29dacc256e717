package serve_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"

	"hnn/experiment"
	"hnn/serve"
)

// A server of one trained model, and a request for a rollout.
func Example() {
	root, err := os.MkdirTemp("", "runs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(root)
	c, err := experiment.Default("spring")
	if err != nil {
		log.Fatal(err)
	}
	c = c.WithClosedForm()
	c.Figures, c.Strict = false, false
	env := &experiment.Env{}
	runs, err := env.RunAll(context.Background(), []experiment.Config{c}, experiment.Batch{Root: root, Out: root + "/spring"})
	if err != nil {
		log.Fatal(err)
	}

	server, err := serve.New(serve.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if err := server.Add(env, runs[0]); err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- server.Serve(ctx, listener) }()

	url := "http://" + listener.Addr().String() + "/api/v1/runs/spring/simulate"
	answer, err := http.Post(url, "application/json", strings.NewReader(`{"initial": [[1, 0]], "to": 3, "steps": 2}`))
	if err != nil {
		log.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		log.Fatal(err)
	}
	answer.Body.Close()
	fmt.Println(answer.Status, strings.Contains(string(body), `"times":[0,1.5,3]`))
	stop()
	fmt.Println(<-done)
	// Output:
	// 200 OK true
	// <nil>
}
