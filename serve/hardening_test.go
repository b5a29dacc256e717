package serve

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"hnn/report"
	"hnn/serve/api"
)

// Each mistake has its status, and a sentence that says what to do.
func TestMistakes(t *testing.T) {
	s := newServer(t, Options{Limits: api.Limits{Body: 4096, States: 50, Numbers: 1000, StreamNumbers: 10_000, Horizon: 100}})
	many := strings.Repeat("[1,0],", 50) + "[1,0]"
	for _, c := range []struct {
		status             int
		method, path, body string
		says               string
	}{
		{404, "GET", "/api/v1/nothing", "", "openapi.json"},
		{307, "GET", "/api/v1/runs/../../etc/passwd", "", "/api/etc/passwd"},
		{404, "GET", "/api/v1/runs/..%2f..%2fetc%2fpasswd", "", "no run"},
		{404, "GET", "/page/index.html", "", ""},
		{404, "POST", "/api/v1/runs/none/simulate", "{}", "no run"},
		{405, "POST", "/api/v1/runs", "{}", "takes GET"},
		{405, "GET", "/api/v1/runs/spring-hnn/simulate", "", "takes POST"},
		{405, "DELETE", "/api/v1/runs/spring-hnn", "", "takes GET"},
		{413, "POST", "/api/v1/runs/spring-hnn/energy", `{"states":[` + strings.Repeat("[1,0],", 1000) + "[1,0]]}", "longer than 4096"},
		{400, "POST", "/api/v1/runs/spring-hnn/energy", `{"states":[[1,0]]`, "no request"},
		{400, "POST", "/api/v1/runs/spring-hnn/energy", `{"states":[[1,1e999]]}`, "no request"},
		{400, "POST", "/api/v1/runs/spring-hnn/energy", `{"states":[[1,NaN]]}`, "no request"},
		{400, "POST", "/api/v1/runs/spring-hnn/energy", `{"state":[[1,0]]}`, "state"},
		{400, "POST", "/api/v1/runs/spring-hnn/energy", `{"states":[[1,0]]} {}`, "goes on"},
		{422, "POST", "/api/v1/runs/spring-hnn/energy", `null`, "the body is null"},
		{422, "POST", "/api/v1/runs/spring-hnn/energy", `{"states":[[1,0],[null,0]]}`, "states[1][0] is null"},
		{422, "POST", "/api/v1/runs/spring-hnn/field", `{"states":[null]}`, "states[0] is null"},
		{422, "POST", "/api/v1/runs/spring-hnn/field", `{"grid":{"axes":[0,1],"range":[[0,null],[0,1]],"size":[2,2]}}`, "grid.range[0][1] is null"},
		{422, "POST", "/api/v1/runs/spring-hnn/shift", `{"state":[1,null],"changes":[0.1]}`, "state[1] is null"},
		{422, "POST", "/api/v1/runs/spring-hnn/shift", `{"state":[1,0],"changes":[null]}`, "changes[0] is null"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[null,0]],"to":1,"steps":1}`, "initial[0][0] is null"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"to":1,"steps":1,"method":null}`, "method is null"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"to":1,"to":2}`, "is there twice"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"To":1}`, "the key is written"},
		{422, "POST", "/api/v1/runs/spring-hnn/field", `{"grid":{"axes":[0,1],"range":[[0,1],[0,1]],"size":[2,2],"Size":[3,3]}}`, "the key is written"},
		{422, "POST", "/api/v1/runs/spring-hnn/energy", `{"states":[]}`, "at least one"},
		{422, "POST", "/api/v1/runs/spring-hnn/energy", `{"states":[[1,0,2]]}`, "q, p"},
		{422, "POST", "/api/v1/runs/spring-hnn/energy", `{"states":[` + many + `]}`, "limit is 50"},
		{422, "POST", "/api/v1/runs/spring-baseline/energy", `{"states":[[1,0]]}`, "conserves nothing"},
		{422, "POST", "/api/v1/runs/spring-hnn/field", `{"grid":{"axes":[0,0],"range":[[0,1],[0,1]],"size":[2,2]}}`, "two different"},
		{422, "POST", "/api/v1/runs/spring-hnn/field", `{"grid":{"axes":[0,-1],"range":[[0,1],[0,1]],"size":[2,2]}}`, "two different"},
		{422, "POST", "/api/v1/runs/spring-hnn/field", `{"grid":{"axes":[0,1],"range":[[0,1],[0,1]],"size":[9,9]}}`, "limit"},
		{422, "POST", "/api/v1/runs/spring-hnn/field", `{"grid":{"axes":[0,1],"range":[[0,1],[0,1]],"size":[9223372036854775807,9223372036854775807]}}`, "limit"},
		{422, "POST", "/api/v1/runs/spring-hnn/field", `{"grid":{"axes":[0,1],"range":[[0,1],[0,1]],"size":[2,2],"at":[1]}}`, "grid.at"},
		{422, "POST", "/api/v1/runs/spring-hnn/shift", `{"state":[1,0],"changes":[]}`, "1 to 400"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]]}`, "no times"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"to":0}`, "one way"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"times":[0,1,1]}`, "one way"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"times":[0]}`, "two or more"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"times":[0,1],"to":2}`, "leave out"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"to":101}`, "limit is 100"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"from":-1e308,"to":1.5e308,"steps":2}`, "limit is 100"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"to":1,"steps":-1}`, "steps"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"to":1,"steps":9223372036854775807}`, "limit"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"to":1,"steps":600}`, "stream"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"to":1,"steps":6000,"stream":true}`, "in parts"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"to":1,"method":"rk54"}`, "rk45"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"to":1,"rtol":1e-20}`, "rtol"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"to":1,"step":0.1}`, "no step"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"to":1,"method":"rk4"}`, "fixed step"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"to":1,"method":"rk4","step":1e-9}`, "limit"},
		{422, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[1,0]],"to":1,"method":"rk4","step":0.1,"rtol":0.1}`, "no tolerance"},
	} {
		w := ask(s, c.method, c.path, c.body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s %s %.80s: %d %s, want %d and %q", c.method, c.path, c.body, w.Code, w.Body, c.status, c.says)
		}
	}
	if w := ask(s, "POST", "/api/v1/runs/spring-hnn/energy", `{"states":[[1,0]]}`, "Content-Type", "text/plain"); w.Code != 415 {
		t.Errorf("text is answered %d", w.Code)
	}
}

// Beyond the limit of requests at once the answer is 503, and says when to come back;
// so it is where an answer takes too long.
func TestBusy(t *testing.T) {
	s := newServer(t, Options{Limits: api.Limits{Concurrent: 1}})
	s.working <- struct{}{}
	w := ask(s, "POST", "/api/v1/runs/spring-hnn/energy", `{"states":[[1,0]]}`)
	if w.Code != 503 || w.Header().Get("Retry-After") != "1" {
		t.Errorf("%d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	if w := ask(s, "GET", "/api/v1/runs", ""); w.Code != 200 {
		t.Errorf("the list of runs is answered %d while others compute", w.Code)
	}
	<-s.working
	if w := ask(s, "POST", "/api/v1/runs/spring-hnn/energy", `{"states":[[1,0]]}`); w.Code != 200 {
		t.Errorf("after it: %d", w.Code)
	}
	s = newServer(t, Options{Limits: api.Limits{Timeout: time.Millisecond}})
	w = ask(s, "POST", "/api/v1/runs/spring-baseline/simulate", `{"initial":[[1,0]],"to":90000,"rtol":1e-12,"atol":1e-12}`)
	if w.Code != 503 || !strings.Contains(w.Body.String(), "took longer") {
		t.Errorf("a long answer: %d %s", w.Code, w.Body)
	}
}

func TestHostsAndOrigins(t *testing.T) {
	s := newServer(t, Options{Hosts: []string{"models.example.org"}, Origins: []string{"https://lab.example.org"}})
	for host, status := range map[string]int{
		"localhost:8080": 200, "127.0.0.1:8080": 200, "[::1]:8080": 200, "192.168.1.7": 200, "Models.Example.org": 200,
		"evil.example.com": 421, "evil.example.com:8080": 421, "127.0.0.1.evil.example.com": 421, "": 421,
	} {
		if w := ask(s, "GET", "/api/v1/runs", "", "Host", host); w.Code != status {
			t.Errorf("host %q: %d, want %d", host, w.Code, status)
		}
	}
	for _, c := range []struct {
		status  int
		headers []string
	}{
		{200, []string{"Origin", "http://127.0.0.1:8080", "Sec-Fetch-Site", "same-origin"}},
		{200, []string{"Origin", "https://lab.example.org", "Sec-Fetch-Site", "cross-site"}},
		{200, []string{"Sec-Fetch-Site", "none"}},
		{200, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}},
		{403, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}},
		{403, []string{"Origin", "https://evil.example.com"}},
		{403, []string{"Origin", "http://127.0.0.1:9999"}},
		{403, []string{"Origin", "null"}},
	} {
		w := ask(s, "GET", "/api/v1/runs", "", c.headers...)
		if w.Code != c.status {
			t.Errorf("%q: %d, want %d", c.headers, w.Code, c.status)
		}
		allowed := w.Header().Get("Access-Control-Allow-Origin")
		if (allowed == "https://lab.example.org") != (c.headers[1] == "https://lab.example.org") {
			t.Errorf("%q: allows %q", c.headers, allowed)
		}
	}
	w := ask(s, "OPTIONS", "/api/v1/runs/spring-hnn/simulate", "", "Origin", "https://lab.example.org", "Access-Control-Request-Method", "POST")
	if w.Code != 204 || w.Header().Get("Access-Control-Allow-Headers") != "Content-Type" {
		t.Errorf("preflight: %d %v", w.Code, w.Header())
	}
	if _, err := New(Options{Origins: []string{"example.org/"}}); err == nil {
		t.Error("an origin without a scheme is taken")
	}
}

// The page may load what is served here and nothing else, and every part of it is there.
func TestPageFiles(t *testing.T) {
	s := newServer(t, Options{})
	w := ask(s, "GET", "/", "")
	for name, value := range map[string]string{"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"} {
		if !strings.Contains(w.Header().Get(name), value) {
			t.Errorf("%s: %q", name, w.Header().Get(name))
		}
	}
	again := ask(s, "GET", "/", "", "If-None-Match", w.Header().Get("ETag"))
	if w.Code != 200 || again.Code != 304 {
		t.Errorf("%d, then %d", w.Code, again.Code)
	}
	files, err := os.ReadDir("page")
	if err != nil {
		t.Fatal(err)
	}
	reference := regexp.MustCompile(`(?:src|href)="([^"]+)"|from '\./([^']+)'|https?://[^ '"]+`)
	for _, f := range files {
		b, err := os.ReadFile("page/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range reference.FindAllStringSubmatch(string(b), -1) {
			address := m[1] + m[2]
			if address == "" {
				if m[0] != "http://www.w3.org/2000/svg" { // a name, which nobody fetches
					t.Errorf("%s refers to %s", f.Name(), m[0])
				}
				continue
			}
			if w := ask(s, "GET", "/"+address, ""); w.Code != 200 {
				t.Errorf("%s refers to %s, which is answered %d", f.Name(), address, w.Code)
			}
		}
	}
}

// A model has the same colour on the page as in figures.
func TestColors(t *testing.T) {
	css, err := os.ReadFile("page/style.css")
	if err != nil {
		t.Fatal(err)
	}
	light, _, _ := strings.Cut(string(css), "@media")
	for name, role := range map[string]report.Role{"truth": report.Truth, "baseline": report.Baseline, "hnn": report.HNN, "closed-form": report.ClosedForm,
		"second-order": report.SecondOrder, "structured": report.Structured} {
		c := role.Color()
		if line := fmt.Sprintf("--%s: #%02x%02x%02x;", name, c.R, c.G, c.B); !strings.Contains(light, line) {
			t.Errorf("the style sheet has no %s", line)
		}
	}
}

func TestMetrics(t *testing.T) {
	s := newServer(t, Options{})
	ask(s, "POST", "/api/v1/runs/true-spring/simulate", `{"initial":[[1,0],[0,1]],"to":1}`)
	ask(s, "GET", "/no/such/page", "")
	body := ask(s, "GET", "/metrics", "").Body.String()
	for _, line := range []string{
		`hnn_http_requests_total{code="200",route="POST /api/v1/runs/{run}/simulate"} 1`,
		`hnn_http_requests_total{code="404",route="none"} 1`, "hnn_rollouts_total 2", "hnn_http_panics_total 0", "go_goroutines",
	} {
		if !strings.Contains(body, line) {
			t.Errorf("no %s", line)
		}
	}
	if w := ask(s, "GET", "/healthz", ""); w.Code != 200 || w.Body.String() != "ok\n" {
		t.Errorf("health: %d %q", w.Code, w.Body)
	}
}

// The end of Serve's context ends streams at once, and nothing is left.
func TestGracefulStop(t *testing.T) {
	s := newServer(t, Options{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	body := `{"initial":[[1,0]],"to":90000,"steps":1000000,"rtol":1e-12,"atol":1e-12,"stream":true}`
	response, err := http.Post("http://"+l.Addr().String()+"/api/v1/runs/spring-hnn/simulate", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := response.Body.Read(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	cancel()
	select {
	case err := <-served:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(stopping + time.Minute):
		t.Fatal("the server does not stop")
	}
	if n := len(s.working) + s.api.Computing(); n != 0 {
		t.Errorf("%d still at work", n)
	}
}
