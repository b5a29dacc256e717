package serve

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"hnn/serve/api"
)

// policy is the page's Content-Security-Policy: what is served here, and nothing else,
// and no frame around it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guarded sets the security headers and refuses requests for other hosts and from
// other origins.
func (s *Server) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cache-Control", "no-store")
		if r.ContentLength != 0 {
			// Also for a body that nobody reads: it is drained before the next request. Where
			// there is no connection, as in some tests, there is no deadline to set.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.api.Limits().BodyTimeout))
		}
		if !s.knownHost(r.Host) {
			api.WriteProblem(w, api.Problemf(http.StatusMisdirectedRequest,
				"this server does not answer for the host %q; the flag --allow-host lets it", r.Host))
			return
		}
		h.Add("Vary", "Origin")
		if origin := r.Header.Get("Origin"); origin != "" && s.allowedOrigin(origin) {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				h.Set("Access-Control-Allow-Methods", "GET, POST")
				h.Set("Access-Control-Allow-Headers", "Content-Type")
				h.Set("Access-Control-Max-Age", "600")
				w.WriteHeader(http.StatusNoContent)
				return
			}
		} else if crossOrigin(r) {
			api.WriteProblem(w, api.Problemf(http.StatusForbidden,
				"pages of other origins may not use this server; the flag --allow-origin lets one"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// knownHost reports whether a Host header names this machine: an address, which no
// rebinding of names can forge, the loopback's name, or a name that was allowed.
func (s *Server) knownHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	if name == "localhost" || net.ParseIP(name) != nil {
		return true
	}
	return slices.ContainsFunc(s.options.Hosts, func(h string) bool { return strings.EqualFold(h, name) })
}

func (s *Server) allowedOrigin(origin string) bool {
	return slices.Contains(s.options.Origins, "*") || slices.Contains(s.options.Origins, origin)
}

// crossOrigin reports whether a browser sends the request for a page of another
// origin. A link that a user follows to here is none.
func crossOrigin(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		return err != nil || u.Host != r.Host
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return false
	}
	return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Method != http.MethodGet
}

// checkOrigin refuses what no browser sends as an Origin.
func checkOrigin(origin string) error {
	if origin == "*" {
		return nil
	}
	u, err := url.Parse(origin)
	if err != nil || u.Scheme == "" || u.Host == "" || origin != u.Scheme+"://"+u.Host {
		return fmt.Errorf("%q is no origin: give scheme and host, as in https://example.org, or *", origin)
	}
	return nil
}
