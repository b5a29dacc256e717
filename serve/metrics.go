package serve

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"hnn/ode"
	"hnn/serve/api"
)

// metrics are what /metrics shows.
type metrics struct {
	registry    *prometheus.Registry
	requests    *prometheus.CounterVec
	seconds     *prometheus.HistogramVec
	open        prometheus.Gauge
	rollouts    prometheus.Counter
	evaluations prometheus.Counter
	panics      prometheus.Counter
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hnn_http_requests_total", Help: "Requests answered, by route and status."}, []string{"route", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hnn_http_request_seconds", Help: "Time of an answer, by route.",
			Buckets: []float64{.001, .003, .01, .03, .1, .3, 1, 3, 10, 30}}, []string{"route"}),
		open: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "hnn_http_requests_in_flight", Help: "Requests being answered."}),
		rollouts: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hnn_rollouts_total", Help: "Rollouts, or pieces of streamed ones, integrated."}),
		evaluations: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hnn_field_evaluations_total", Help: "Evaluations of a field in rollouts."}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hnn_http_panics_total", Help: "Requests that ended in a panic; there should be none."}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.open, m.rollouts, m.evaluations, m.panics,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *metrics) solved(stats []ode.Stats) {
	n := 0
	for _, s := range stats {
		n += s.Evaluations
	}
	m.rollouts.Add(float64(len(stats)))
	m.evaluations.Add(float64(n))
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// observed counts, times and logs what passes through, and catches panics.
func (s *Server) observed(next *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		s.metrics.open.Inc()
		rec := &recorder{ResponseWriter: w}
		_, route := next.Handler(r)
		if route == "" {
			route = "none" // addresses that are not served must not make metrics of their own
		}
		defer func() {
			if v := recover(); v != nil {
				s.metrics.panics.Inc()
				s.log.Error("panic in a request", "route", route, "panic", v)
				if rec.status == 0 {
					api.WriteProblem(rec, api.Busy("the server could not answer"))
				}
			}
			s.metrics.open.Dec()
			s.answered.Add(1)
			took := time.Since(start)
			s.metrics.requests.WithLabelValues(route, strconv.Itoa(rec.status)).Inc()
			s.metrics.seconds.WithLabelValues(route).Observe(took.Seconds())
			s.log.Debug("request", "method", r.Method, "path", r.URL.Path, "status", rec.status, "took", took, "from", r.RemoteAddr)
		}()
		next.ServeHTTP(rec, r)
	})
}
