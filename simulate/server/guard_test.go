package server_test

import (
	"strings"
	"testing"

	"github.com/notifygen/notifygen/simulate/server"
)

// TestHost refuses names that somebody else may have made to point here.
func TestHost(t *testing.T) {
	for _, test := range []struct {
		given string
		host  string
		want  int
	}{
		{"", "127.0.0.1:4010", 200}, {"", "127.0.0.1", 200}, {"", "127.8.9.1:1", 200}, {"", "localhost:4010", 200}, {"", "LOCALHOST.", 200}, {"", "events.localhost:4010", 200},
		{"", "[::1]:4010", 200}, {"", "[::1]", 200}, {"", "[::ffff:127.0.0.1]:1", 200},
		{"", "", 403}, {"", ":4010", 403}, {"", "evil.example:4010", 403}, {"", "localhost.evil.example", 403}, {"", "127.0.0.1.evil.example:4010", 403}, {"", "evillocalhost", 403},
		{"", "192.168.1.5:4010", 403}, {"", "0.0.0.0:4010", 403}, {"", "[::]:4010", 403}, {"", "2130706433", 403}, {"", "127.1", 403},
		{"192.168.1.5", "192.168.1.5:4010", 200}, {"192.168.1.5", "192.168.1.6:4010", 403}, {"192.168.1.5", "localhost", 200},
		{"desk.example", "desk.example:4010", 200}, {"desk.example", "Desk.Example", 200}, {"desk.example", "desk2.example", 403},
		{"0.0.0.0", "192.168.1.5:4010", 200}, {"0.0.0.0", "evil.example", 403}, {"::", "[fe80::1]:4010", 200}, {"::", "evil.example", 403}, {"0.0.0.0", "", 403},
	} {
		s := newServer(t, shop, func(c *server.Config) { c.Host = test.given })
		for _, path := range []string{"/", "/api/info", "/api/events"} {
			if w := do(s, request("GET", path, "", "Host", test.host)); w.Code != test.want {
				t.Errorf("%q, given %q, %s: %d", test.host, test.given, path, w.Code)
			}
		}
		w := do(s, request("POST", "/", "{}", "Host", test.host, "X-Amz-Target", "AWSEvents.DescribeEventBus"))
		if w.Code != test.want || w.Code == 403 && !strings.HasPrefix(w.Body.String(), `{"__type":"AccessDeniedException","message":"this server is not the host`) {
			t.Errorf("AWS: %q, given %q: %d %s", test.host, test.given, w.Code, w.Body)
		}
	}
}

// TestOrigin refuses pages of others, whatever they ask for.
func TestOrigin(t *testing.T) {
	s := newServer(t, shop, nil)
	for origin, want := range map[string]int{
		"": 200, "http://127.0.0.1:4010": 200, "HTTP://127.0.0.1:4010": 200,
		"null": 403, "http://localhost:4010": 403, "https://127.0.0.1:4010": 403, "http://127.0.0.1": 403, "http://127.0.0.1:4011": 403, "https://evil.example": 403, "http://127.0.0.1:4010.evil.example": 403,
	} {
		headers := []string{}
		if origin != "" {
			headers = []string{"Origin", origin}
		}
		if w := do(s, request("GET", "/api/events", "", headers...)); w.Code != want {
			t.Errorf("GET, %q: %d", origin, w.Code)
		}
		if w := do(s, request("POST", "/", "{}", append(headers, "X-Amz-Target", "AWSEvents.DescribeEventBus")...)); w.Code != want {
			t.Errorf("AWS, %q: %d", origin, w.Code)
		}
		if w := do(s, request("POST", "/api/events", `{"source":"s"}`, append(headers, "Content-Type", "application/json")...)); w.Code != want {
			t.Errorf("POST, %q: %d", origin, w.Code)
		}
	}
	// two of them: the second one counts as well
	r := request("GET", "/api/info", "", "Origin", "http://127.0.0.1:4010")
	r.Header.Add("Origin", "https://evil.example")
	if w := do(s, r); w.Code != 403 {
		t.Error(w.Code)
	}
	// what a browser asks before it sends a request of another page
	if w := do(s, request("OPTIONS", "/api/events", "", "Origin", "https://evil.example", "Access-Control-Request-Method", "POST")); w.Code != 403 || w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Error(w.Code, w.Header())
	}
	if _, body := api(s, "GET", "/api/events", ""); len(into[[]record](t, body)) != 3 {
		t.Error("a refused event was put, or one that is right was not")
	}
}

// TestContentType refuses what a form can send.
func TestContentType(t *testing.T) {
	s := newServer(t, shop, func(c *server.Config) { c.Catcher = &server.Catcher{Instruct: func(string) error { return nil }} })
	put(t, s, orderEntry)
	for _, path := range []string{"/api/events", "/api/events/1/replay", "/api/catcher/failures"} {
		for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", "text/plain; application/json"} {
			headers := []string{}
			if kind != "" {
				headers = []string{"Content-Type", kind}
			}
			if w := do(s, request("POST", path, `{"source":"s"}`, headers...)); w.Code != 415 || !strings.Contains(w.Body.String(), `"hint"`) {
				t.Errorf("%s, %q: %d %s", path, kind, w.Code, w.Body)
			}
		}
		if w := do(s, request("POST", path, `{"source":"s"}`, "Content-Type", "application/json; charset=utf-8")); w.Code != 200 {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

// TestHeaders wants the headers that keep browsers safe on every answer.
func TestHeaders(t *testing.T) {
	s := newServer(t, shop, nil)
	for _, r := range []struct{ method, path, host string }{
		{"GET", "/", ""}, {"GET", "/assets/app.js", ""}, {"GET", "/api/info", ""}, {"GET", "/none", ""}, {"GET", "/", "evil.example"}, {"POST", "/", ""}, {"DELETE", "/api/events", ""},
	} {
		headers := []string{}
		if r.host != "" {
			headers = []string{"Host", r.host}
		}
		h := do(s, request(r.method, r.path, "", headers...)).Header()
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
			"Cache-Control":           "no-store",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s %s: %s: %s", r.method, r.path, name, got)
			}
		}
		if h.Get("Access-Control-Allow-Origin") != "" {
			t.Error("others may read", r.path)
		}
	}
}
