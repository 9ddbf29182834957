package delivery

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/eventbridge"
)

// listen gives what one connection sent, up to the end of the expected text,
// after answering it.
func listen(t *testing.T, length int, answer string) (url string, got chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	got = make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		text := make([]byte, length)
		n, _ := io.ReadFull(c, text)
		fmt.Fprint(c, answer)
		more, _ := io.ReadAll(c) // until the client closes: there is nothing more
		got <- string(text[:n]) + string(more)
	}()
	return "http://" + l.Addr().String(), got
}

// TestWire compares what goes over the wire, byte for byte.
func TestWire(t *testing.T) {
	for _, c := range []struct{ name, method, url, to, body, line, host string }{
		{"post", "POST", "https://Slack.com/api/chat.postMessage?a=b%2Fc&d", "/catch", `{"text":"<é>"}`,
			"POST /catch/api/chat.postMessage?a=b%2Fc&d HTTP/1.1", "Slack.com"},
		{"escapes stay", "PUT", "https://chat.example:8443/a%2fb/%7E~/(x)?q=%20+", "", `{}`, "PUT /a%2fb/%7E~/(x)?q=%20+ HTTP/1.1", "chat.example:8443"},
		{"no path", "GET", "https://chat.example?q", "", ``, "GET /?q HTTP/1.1", "chat.example"},
		{"head", "HEAD", "https://chat.example/", "", ``, "HEAD / HTTP/1.1", "chat.example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := request(t, c.method, c.url, c.body)
			want := c.line + "\r\n" +
				"X-Key: top-secret-value\r\n" +
				"Content-Type: application/json; charset=utf-8\r\n" +
				"Host: " + c.host + "\r\n" +
				"User-Agent: Amazon/EventBridge/ApiDestinations\r\n" +
				"Range: bytes=0-1048575\r\n" +
				"Accept-Encoding: gzip,deflate\r\n" +
				"Connection: close\r\n" +
				fmt.Sprintf("Content-Length: %d\r\n\r\n", len(c.body)) + c.body
			url, got := listen(t, len(want), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			e, w := newEngine(t, url+c.to, Options{})
			j := newJob(t, 1, "k", c.url)
			j.Build = func() (*eventbridge.Request, error) { return r, nil }
			submit(e, j)
			if text := <-got; text != want {
				t.Errorf("sent\n%q\nwant\n%q", text, want)
			}
			w.awaitFinal(t, 1)
			if s := w.last(j.ID); s.State != Delivered || len(s.Attempts) != 1 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestUnsendable are requests that never leave.
func TestUnsendable(t *testing.T) {
	url := serve(t, func(_ int, _ http.ResponseWriter, r *http.Request) { t.Errorf("sent %s", r.URL) })
	good := func() *eventbridge.Request { return request(t, "POST", "https://chat.example/", "{}") }
	for name, spoil := range map[string]func(r *eventbridge.Request){
		"line break in a value": func(r *eventbridge.Request) { r.Header[0].Value = "x\r\nX-Evil: top-secret-value" },
		"line break in a name":  func(r *eventbridge.Request) { r.Header[0].Name = "x: y\nz" },
		"blank in the URL":      func(r *eventbridge.Request) { r.URL += "a b" },
		"line break in the URL": func(r *eventbridge.Request) { r.URL += "?a\r\nb" },
		"no URL":                func(r *eventbridge.Request) { r.URL = "***" },
	} {
		t.Run(name, func(t *testing.T) {
			e, w := newEngine(t, url, Options{})
			j := newJob(t, 1, "k", "https://chat.example/")
			j.Build = func() (*eventbridge.Request, error) { r := good(); spoil(r); return r, nil }
			submit(e, j)
			w.awaitFinal(t, 1)
			s := w.last(j.ID)
			if s.State != DeadLettered || len(s.Attempts) != 0 || strings.Contains(fmt.Sprint(s.DeadLetter), "top-secret") {
				t.Errorf("%+v %+v", s, s.DeadLetter)
			}
		})
	}
	t.Run("a request that cannot be built", func(t *testing.T) {
		e, w := newEngine(t, url, Options{})
		j := newJob(t, 1, "k", "https://chat.example/")
		j.Build = func() (*eventbridge.Request, error) { return nil, errors.New("no such secret") }
		submit(e, j)
		w.awaitFinal(t, 1)
		if s := w.last(j.ID); s.DeadLetter.Attributes["ERROR_MESSAGE"] != "no such secret" {
			t.Errorf("%+v", s.DeadLetter)
		}
	})
}

func TestReply(t *testing.T) {
	slack := &contract.Service{
		Endpoint: regexp.MustCompile(`^slack\.com/`),
		Refused: func(r contract.Reply) (string, string) {
			if r.Header["Content-Type"] == "application/json" && strings.Contains(r.Body, `"ok":false`) {
				return "ok:false", "no_text"
			}
			return "", ""
		},
	}
	zip := func(w io.WriteCloser, text string) { io.WriteString(w, text); w.Close() }
	for _, c := range []struct {
		name, header, body, reply, meaning string
	}{
		{"plain", "", "ok", "ok", ""},
		{"meant otherwise", "json", `{"ok":false}`, `{"ok":false}`, "ok:false (no_text)"},
		{"gzip", "gzip", `{"ok":false}`, `{"ok":false}`, "ok:false (no_text)"},
		{"deflate", "deflate", `{"ok":false}`, `{"ok":false}`, "ok:false (no_text)"},
		{"called gzip only", "gzip!", "not zipped", "not zipped", ""},
		{"secret", "", "you sent top-secret-value", "you sent ***", ""},
		{"long", "", strings.Repeat("é", maxReply), strings.Repeat("é", maxReply/2), ""},
		{"secret across the end", "", strings.Repeat("x", maxReply-5) + "top-secret-value", strings.Repeat("x", maxReply-5) + "***", ""},
		{"no UTF-8", "", "a\xffb", "a\uFFFDb", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			url := serve(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				body := bytes.NewBufferString(c.body)
				switch c.header {
				case "gzip":
					body.Reset()
					zip(gzip.NewWriter(body), c.body)
				case "deflate":
					body.Reset()
					zip(zlib.NewWriter(body), c.body)
				}
				if c.header == "gzip" || c.header == "deflate" || c.header == "gzip!" {
					w.Header().Set("Content-Encoding", strings.TrimSuffix(c.header, "!"))
				}
				w.Write(body.Bytes())
			})
			e, w := newEngine(t, url, Options{Services: []*contract.Service{slack}, Conceal: func(s string) string {
				return strings.ReplaceAll(s, "top-secret-value", "***")
			}})
			j := newJob(t, 1, "k", "https://slack.com/api/x")
			submit(e, j)
			w.awaitFinal(t, 1)
			a := w.last(j.ID).Attempts[0]
			if a.Reply != c.reply || a.Meaning != c.meaning || a.Status != 200 {
				t.Errorf("%d %q meaning %q, want %q meaning %q", a.Status, a.Reply, a.Meaning, c.reply, c.meaning)
			}
		})
	}
}

// TestHostileReplies are replies that must neither hang nor fill the memory.
func TestHostileReplies(t *testing.T) {
	endless := func(c net.Conn, text string) {
		for {
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
		}
	}
	for name, hostile := range map[string]func(net.Conn){
		"endless status line": func(c net.Conn) { endless(c, strings.Repeat("HTTP", 1<<10)) },
		"endless headers": func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			endless(c, "X-Header: "+strings.Repeat("y", 1<<10)+"\r\n")
		},
		"endless interim replies": func(c net.Conn) { endless(c, "HTTP/1.1 100 Continue\r\n\r\n") },
		"status 000":              func(c net.Conn) { io.WriteString(c, "HTTP/1.1 000 Nothing\r\n\r\n") },
		"negative length":         func(c net.Conn) { io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n") },
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					go func() {
						defer c.Close()
						http.ReadRequest(bufio.NewReader(c))
						hostile(c)
					}()
				}
			}()
			e, w := newEngine(t, "http://"+l.Addr().String(), Options{})
			j := newJob(t, 1, "k", "https://chat.example/")
			j.Retry.MaximumRetryAttempts = 1
			submit(e, j)
			w.awaitFinal(t, 1)
			s := w.last(j.ID)
			if s.State != DeadLettered || len(s.Attempts) != 2 || s.Attempts[0].Error == "" || len(s.Attempts[0].Error) > maxText {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestReasons tells what went wrong, once.
func TestReasons(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, "read: connection reset by peer"},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "dial: connect: connection refused"},
		{&net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, "remote error: tls: handshake failure"},
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, timedOut},
		{io.ErrUnexpectedEOF, errInterrupted.Error()},
		{errors.New("another"), "another"},
	} {
		if got := reason(t.Context(), test.err); got != test.want {
			t.Errorf("%v: got %q, want %q", test.err, got, test.want)
		}
	}
}

// TestEarlyRefusal is a server that answers without reading a large body.
func TestEarlyRefusal(t *testing.T) {
	url := serve(t, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(413) })
	e, w := newEngine(t, url, Options{})
	j := newJob(t, 1, "k", "https://chat.example/")
	r := request(t, "POST", "https://chat.example/", strings.Repeat("x", 200<<10))
	j.Build = func() (*eventbridge.Request, error) { return r, nil }
	submit(e, j)
	w.awaitFinal(t, 1)
	if s := w.last(j.ID); len(s.Attempts) != 1 || s.Attempts[0].Status != 413 {
		t.Errorf("%+v", s)
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(s.Certificate())
	for _, c := range []struct {
		name, state string
		config      *tls.Config
	}{{"trusted", Delivered, &tls.Config{RootCAs: trusted}}, {"not trusted", DeadLettered, nil}} {
		t.Run(c.name, func(t *testing.T) {
			e, w := newEngine(t, s.URL, Options{TLS: c.config})
			j := newJob(t, 1, "k", "https://chat.example/")
			j.Retry.MaximumRetryAttempts = 1
			submit(e, j)
			w.awaitFinal(t, 1)
			if got := w.last(j.ID); got.State != c.state {
				t.Errorf("%+v", got)
			} else if c.state == DeadLettered && (len(got.Attempts) != 2 || !strings.Contains(got.Attempts[0].Error, "certificate")) {
				t.Errorf("%+v", got)
			}
		})
	}
}
