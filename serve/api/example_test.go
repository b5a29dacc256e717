package api_test

import (
	"fmt"
	"net/http/httptest"
	"strings"

	"hnn/serve/api"
	"hnn/system"
)

// The field of a known spring, asked for as a client would, without a connection.
func Example() {
	a := api.New(api.Options{})
	a.Add(a.AddGroup(api.Group{ID: "spring", Title: "Spring"}), api.Known(system.Spring{}, "spring"))
	id := a.Entries()[0].Info.ID
	request := httptest.NewRequest("POST", "/api/v1/runs/"+id+"/field", strings.NewReader(`{"states": [[1, 0.5]]}`))
	answer := httptest.NewRecorder()
	a.Handler().ServeHTTP(answer, request)
	fmt.Println(answer.Code, answer.Body)
	// Output: 200 {"derivatives":[[1,-2]]}
}
