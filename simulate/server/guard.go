package server

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// policy lets the page load its own files and talk to its own server, nothing
// else (https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP).
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guard refuses what a page of somebody else could make a browser send: requests
// for another host (a name that was made to point here), and those of another
// origin. It also keeps what goes wrong from being told to clients.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		defer func() {
			switch r := recover(); r {
			case nil:
			case http.ErrAbortHandler:
				panic(r)
			default: // a bug of ours; what it was working on may hold a secret
				fail(w, http.StatusInternalServerError, "internal error; this is a bug of notifygen", "please report it")
			}
		}()
		if !s.ownHost(r.Host) {
			forbid(w, r, "this server is not the host that the request names", "use http://127.0.0.1 or http://localhost with the port")
			return
		}
		if !ownOrigin(r) {
			forbid(w, r, "pages of other origins may not use this server", "open the inspector at the server's own address")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// forbid refuses a request, in words that its client can show.
func forbid(w http.ResponseWriter, r *http.Request, text, hint string) {
	if r.Header.Get("X-Amz-Target") == "" {
		fail(w, http.StatusForbidden, text, hint)
		return
	}
	w.Header().Set("Content-Type", awsJSON)
	w.WriteHeader(http.StatusForbidden)
	w.Write(encode(awsError{Code: "AccessDeniedException", Message: text + ": " + hint}))
}

// ownHost tells whether a Host header names this server.
func (s *Server) ownHost(header string) bool {
	host := hostName(header)
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	if err == nil && ip.Unmap().IsLoopback() {
		return true
	}
	if s.Host == "" || host == "" {
		return false
	}
	given, givenErr := netip.ParseAddr(s.Host)
	if givenErr == nil && given.IsUnspecified() {
		return err == nil // no name can be made to point at a number
	}
	return err == nil && givenErr == nil && ip == given || strings.EqualFold(host, s.Host)
}

// hostName is the host of a Host header, without port and brackets.
func hostName(header string) string {
	host := header
	if name, _, err := net.SplitHostPort(header); err == nil {
		host = name
	} else if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		host = host[1 : len(host)-1]
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// ownOrigin tells whether a request comes from the server's own page, or from no
// page: browsers name the origin of every request that can change something.
func ownOrigin(r *http.Request) bool {
	for _, origin := range r.Header.Values("Origin") {
		if !strings.EqualFold(origin, "http://"+r.Host) {
			return false
		}
	}
	return true
}

// unstored keeps browsers from keeping what a handler lets them keep: the page of
// one version must not meet the API of another.
func unstored(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(noStore{w}, r) })
}

type noStore struct{ http.ResponseWriter }

func (w noStore) WriteHeader(status int) {
	w.Header().Set("Cache-Control", "no-store")
	w.ResponseWriter.WriteHeader(status)
}
