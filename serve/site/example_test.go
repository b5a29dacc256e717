package site_test

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"hnn/serve/api"
	"hnn/serve/site"
	"hnn/system"
)

// A library of one known system, as a page carries it, answers a request for H.
func Example() {
	duffing, err := site.SystemOf(&system.Duffing{Alpha: 1, Beta: 2})
	if err != nil {
		log.Fatal(err)
	}
	index, err := json.Marshal(site.Library{
		Groups:  []api.Group{{ID: "duffing", Title: "A hardening spring"}},
		Entries: []site.Entry{{Info: api.Info{ID: "true-duffing", Task: "duffing", Group: "duffing"}, System: duffing}},
	})
	if err != nil {
		log.Fatal(err)
	}

	a := api.New(api.Options{})
	if err := site.Open(a, index, nil); err != nil { // no entry has a file of its own
		log.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodPost, "/api/v1/runs/true-duffing/energy", strings.NewReader(`{"states": [[1, 0], [0, 1]]}`))
	request.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	a.Handler().ServeHTTP(answer, request)
	fmt.Println(answer.Code, strings.TrimSpace(answer.Body.String()))
	// Output:
	// 200 {"energy":[1,0.5]}
}
