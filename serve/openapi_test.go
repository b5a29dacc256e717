package serve

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hnn/serve/api"
)

// schemaChecker checks values against the part of JSON Schema that the document uses.
type schemaChecker struct{ schemas map[string]any }

func (c *schemaChecker) check(at string, v any, schema map[string]any) error {
	if ref, ok := schema["$ref"].(string); ok {
		target, ok := c.schemas[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any)
		if !ok {
			return fmt.Errorf("%s: no schema %s", at, ref)
		}
		return c.check(at, v, target)
	}
	if alternatives, ok := schema["anyOf"].([]any); ok {
		for _, s := range alternatives {
			if c.check(at, v, s.(map[string]any)) == nil {
				return nil
			}
		}
		return fmt.Errorf("%s: fits none of the alternatives", at)
	}
	if enum, ok := schema["enum"].([]any); ok && !slices.Contains(enum, v) {
		return fmt.Errorf("%s: %v is none of %v", at, v, enum)
	}
	var types []any
	switch t := schema["type"].(type) {
	case string:
		types = []any{t}
	case []any:
		types = t
	}
	kind := jsonType(v)
	fits := func(t any) bool { return t == kind || t == "number" && kind == "integer" }
	if types != nil && !slices.ContainsFunc(types, fits) {
		return fmt.Errorf("%s: %s, want %v", at, kind, types)
	}
	switch v := v.(type) {
	case []any:
		items, ok := schema["items"].(map[string]any)
		for i := range v {
			if !ok {
				break
			}
			if err := c.check(fmt.Sprintf("%s[%d]", at, i), v[i], items); err != nil {
				return err
			}
		}
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		for _, name := range list(schema["required"]) {
			if _, ok := v[name]; !ok {
				return fmt.Errorf("%s: no %q", at, name)
			}
		}
		for name, value := range v {
			p, ok := properties[name].(map[string]any)
			if !ok {
				if schema["additionalProperties"] == false {
					return fmt.Errorf("%s: %q is not in the document", at, name)
				}
				continue
			}
			if err := c.check(at+"."+name, value, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func jsonType(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
	}
	return "number"
}

func list(v any) []string {
	var names []string
	items, _ := v.([]any)
	for _, i := range items {
		names = append(names, i.(string))
	}
	return names
}

func document31(t *testing.T) (paths map[string]any, c *schemaChecker) {
	t.Helper()
	var doc struct {
		OpenAPI    string         `json:"openapi"`
		Paths      map[string]any `json:"paths"`
		Components struct {
			Schemas map[string]any `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(ask(newServer(t, Options{}), "GET", "/api/v1/openapi.json", "").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %q", doc.OpenAPI)
	}
	return doc.Paths, &schemaChecker{doc.Components.Schemas}
}

// The document has the operations that are routed, and no others.
func TestOpenAPIRoutes(t *testing.T) {
	paths, _ := document31(t)
	var documented, routed []string
	for path, operations := range paths {
		for method := range operations.(map[string]any) {
			if method != "parameters" {
				documented = append(documented, strings.ToUpper(method)+" "+path)
			}
		}
	}
	for _, r := range newServer(t, Options{}).operations() {
		routed = append(routed, r.Method+" "+r.Path)
	}
	slices.Sort(documented)
	slices.Sort(routed)
	if !slices.Equal(documented, routed) {
		t.Errorf("documented %q, routed %q", documented, routed)
	}
}

// The schemas of requests have the keys that the handlers read, and their types.
func TestOpenAPIRequests(t *testing.T) {
	_, c := document31(t)
	for name, v := range map[string]any{
		"PointsRequest": api.PointsRequest{}, "FieldRequest": api.FieldRequest{}, "Grid": api.Grid{}, "ShiftRequest": api.ShiftRequest{}, "DecodeRequest": api.DecodeRequest{}, "SimulateRequest": api.SimulateRequest{}, "Signal": api.Signal{},
	} {
		properties := c.schemas[name].(map[string]any)["properties"].(map[string]any)
		var documented, read []string
		for key := range properties {
			documented = append(documented, key)
		}
		for f := range reflect.TypeOf(v).Fields() {
			read = append(read, f.Tag.Get("json"))
		}
		slices.Sort(documented)
		slices.Sort(read)
		if !slices.Equal(documented, read) {
			t.Errorf("%s: documented %q, read %q", name, documented, read)
		}
	}
}

// What the handlers answer fits the schemas, as do the document's own examples the
// handlers.
func TestOpenAPIAnswers(t *testing.T) {
	paths, c := document31(t)
	s := newServer(t, Options{})
	addPushed(t, s)
	check := func(schema, method, path, body string, status int) {
		t.Helper()
		w := ask(s, method, path, body)
		if w.Code != status {
			t.Errorf("%s %s: %d: %s", method, path, w.Code, w.Body)
		}
		for line := range strings.Lines(w.Body.String()) {
			var v any
			if err := json.Unmarshal([]byte(line), &v); err != nil {
				t.Fatal(err)
			}
			if err := c.check(path, v, map[string]any{"$ref": "#/components/schemas/" + schema}); err != nil {
				t.Error(err)
			}
		}
	}
	check("Runs", "GET", "/api/v1/runs", "", 200)
	for _, e := range s.api.Entries() {
		check("RunDetail", "GET", "/api/v1/runs/"+e.Info.ID, "", 200)
	}
	check("Problem", "GET", "/api/v1/runs/none", "", 404)
	check("Problem", "POST", "/api/v1/runs/spring-hnn/simulate", `{}`, 422)
	for path, schema := range map[string]string{"energy": "Energies", "field": "Derivatives", "decode": "Pictures", "shift": "Shifted", "simulate": "Rollouts"} {
		operation := paths["/api/v1/runs/{run}/"+path].(map[string]any)["post"].(map[string]any)
		example := operation["requestBody"].(map[string]any)["content"].(map[string]any)["application/json"].(map[string]any)["example"]
		body, err := json.Marshal(example)
		if err != nil {
			t.Fatal(err)
		}
		run := "spring-hnn"
		if path == "decode" {
			run = "pixel-pendulum-hnn"
		}
		check(schema, "POST", "/api/v1/runs/"+run+"/"+path, string(body), 200)
	}
	// A stream's lines: pieces, then the end.
	w := ask(s, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"to":3,"stream":true}`)
	lines := slices.Collect(strings.Lines(w.Body.String()))
	for i, line := range lines {
		var v any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		schema := "RolloutPiece"
		if i == len(lines)-1 {
			schema = "RolloutEnd"
		}
		if err := c.check("stream", v, map[string]any{"$ref": "#/components/schemas/" + schema}); err != nil {
			t.Error(err)
		}
	}
}
