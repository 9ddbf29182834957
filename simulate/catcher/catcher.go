// Package catcher plays the services that API destinations call: it checks the
// requests that are redirected to it, answers as the services would, and fails
// on request.
//
// A service is recognised by the Host header, which a redirected request keeps:
//
//	POST /api/chat.postMessage
//	Host: slack.com
//
// or, for people with curl, by a path that begins with the host or with the name
// of a service: /slack.com/api/chat.postMessage, /slack-workflow. Unknown hosts
// get 200 {}. Paths may hold what http.ServeMux would clean away, so the handler
// is best mounted on a server of its own, or called with the request as it came.
package catcher

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/notifygen/notifygen/contract"
)

// Options say how a catcher works.
type Options struct {
	// Services are those it plays.
	Services []*contract.Service
	// Keep is how many requests are kept, the newest ones; 0 stands for 100.
	Keep int
	// Conceal masks secrets in whatever is kept and shown. What looks like a
	// credential is masked anyway. nil changes nothing.
	Conceal func(string) string
	// OnCaught is called for every request, just before it is answered. Calls
	// come from several goroutines.
	OnCaught func(Caught)
	// Sleep waits for slow replies, until the context ends; nil waits in real
	// time.
	Sleep func(context.Context, time.Duration) error
	// Now is the clock of the services; nil is time.Now.
	Now func() time.Time
}

// Catcher is an http.Handler. It is safe for concurrent use.
type Catcher struct {
	options Options
	asked   *contract.Failures
	mu      sync.Mutex
	seq     int64
	kept    []Caught
	secrets []string // every value of a secret setting, and how it is written elsewhere
}

const defaultKeep = 100

// maxBody is more than EventBridge sends: an event has at most 1 MB, in bytes
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html).
const maxBody = 4 << 20

// New gives a catcher that has caught nothing.
func New(o Options) *Catcher {
	if o.Keep <= 0 {
		o.Keep = defaultKeep
	}
	if o.Conceal == nil {
		o.Conceal = func(s string) string { return s }
	}
	if o.OnCaught == nil {
		o.OnCaught = func(Caught) {}
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Catcher{options: o, asked: contract.NewFailures(o.Services)}
	c.asked.OnSecret = c.remember
	return c
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ServeHTTP plays the service that the request is meant for.
func (c *Catcher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	received := c.options.Now()
	url, s := c.recognise(r)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body cannot be read, or is longer than EventBridge sends", http.StatusRequestEntityTooLarge)
		return
	}
	request := contract.Request{Method: r.Method, URL: url, Header: r.Header.Get, Body: body, Service: s.Name, Received: received}
	problems := append(s.Check(request), c.asked.Check(s, request)...)
	reply := s.Answer(request, problems)
	f := c.asked.Next(s.Name)
	switch {
	case f == nil:
	case f.Reset:
		c.keep(s, r, request, received, s.Judge(contract.Reply{}, problems), f.Text)
		reset(w)
		return
	case f.Slow > 0:
		if c.options.Sleep(r.Context(), f.Slow) != nil {
			c.keep(s, r, request, received, s.Judge(contract.Reply{}, problems), f.Text)
			return // nobody is there any more
		}
	default:
		reply = f.Reply(s)
	}
	text := ""
	if f != nil {
		text = f.Text
	}
	c.keep(s, r, request, received, s.Judge(reply, problems), text)
	answer(w, reply)
}

func answer(w http.ResponseWriter, reply contract.Reply) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if json.Valid([]byte(reply.Body)) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	for name, value := range reply.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(reply.Status)
	io.WriteString(w, reply.Body)
}

// reset closes the connection without a reply.
func reset(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				tcp.SetLinger(0) // RST rather than FIN
			}
			conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

// recognise gives the URL that a request was meant for, and whose it is.
func (c *Catcher) recognise(r *http.Request) (string, *contract.Service) {
	path := r.URL.EscapedPath()
	direct, inPath := "https://"+r.Host+path, "https:/"+path
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	url, s := direct, contract.Of(c.options.Services, contract.Request{URL: direct, Service: r.Host})
	if s == nil {
		if s = contract.Of(c.options.Services, contract.Request{URL: inPath, Service: first}); s != nil || isLocal(r.Host) && strings.Contains(first, ".") {
			url = inPath
		}
	}
	if s == nil {
		s = contract.Unknown
	}
	if r.URL.RawQuery != "" {
		url += "?" + r.URL.RawQuery
	}
	return url, s
}

// isLocal tells whether a host is this machine's own, which no destination has.
func isLocal(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return host == "localhost" || net.ParseIP(strings.Trim(host, "[]")) != nil
}
