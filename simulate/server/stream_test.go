package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// streamed is an event of a stream.
type streamed struct{ id, event, data string }

// listen opens a stream.
func listen(t *testing.T, url string, headers ...string) (next func() streamed) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, _ := http.NewRequestWithContext(ctx, "GET", url, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	reply, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reply.Body.Close() })
	if reply.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatal(reply.Status, reply.Header)
	}
	lines := bufio.NewScanner(reply.Body)
	lines.Buffer(nil, 1<<24)
	return func() (s streamed) {
		t.Helper()
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "id":
				s.id = value
			case "event":
				s.event = value
			case "data":
				s.data = value
			case "":
				if s.event != "" {
					return s
				}
			}
		}
		t.Fatal("the stream ended", lines.Err())
		return s
	}
}

func TestStream(t *testing.T) {
	s := newServer(t, shop, nil)
	h := httptest.NewServer(s)
	defer h.Close()
	defer s.Close() // else the streams keep the listener busy
	put(t, s, orderEntry)
	next := listen(t, h.URL+"/api/stream")
	if first := next(); first.event != "info" || !json.Valid([]byte(first.data)) {
		t.Error(first)
	}
	put(t, s, `{"Source":"plain","DetailType":"two\nlines","Detail":"{\"a\":\"\\u2028<\"}"}`)
	second := next()
	got := into[record](t, second.data)
	if second.event != "record" || got.Seq != 2 || len(got.Deliveries) != 2 || second.id == "" {
		t.Error(second)
	}
	s.Caught(map[string]int{"seq": 7})
	if third := next(); third.event != "caught" || third.data != `{"seq":7}` || third.id != "" {
		t.Error(third)
	}
	put(t, s, orderEntry)
	next()

	// what a client missed
	again := listen(t, h.URL+"/api/stream", "Last-Event-ID", second.id)
	if info, one := again(), again(); info.event != "info" || into[record](t, one.data).Seq != 3 {
		t.Error(info, one)
	}
	since := listen(t, h.URL+"/api/stream?since=1")
	if info, one, two := since(), since(), since(); info.event != "info" || into[record](t, one.data).Seq != 2 || into[record](t, two.data).Seq != 3 {
		t.Error(info, one, two)
	}
	reply, err := http.DefaultClient.Do(withHeader(t, h.URL+"/api/stream", "Last-Event-ID", "x"))
	if err != nil || reply.StatusCode != 400 {
		t.Error(reply, err)
	}
}

func withHeader(t *testing.T, url, name, value string) *http.Request {
	r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(name, value)
	return r
}

// TestSlowReader wants a client that does not read cut off, and nobody held up by
// it: neither by many messages nor by long ones.
func TestSlowReader(t *testing.T) {
	for _, test := range []struct{ count, size int }{{600, 20 << 10}, {15, 1<<20 - 100}} {
		t.Run(fmt.Sprint(test.size, " bytes"), func(t *testing.T) {
			s := newServer(t, shop, nil)
			h := httptest.NewServer(s)
			defer h.Close()
			defer s.Close()
			slow, err := net.Dial("tcp", h.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer slow.Close()
			fmt.Fprintf(slow, "GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
			lines := bufio.NewReader(slow)
			reply, err := http.ReadResponse(lines, nil)
			if err != nil {
				t.Fatal(err)
			}
			// more than the buffers of sockets and streams hold; two targets get it as well
			entry := `{"Source":"plain","DetailType":"t","Detail":"{\"a\":\"` + strings.Repeat("x", test.size) + `\"}"}`
			for range test.count {
				put(t, s, entry)
			}
			slow.SetReadDeadline(time.Now().Add(time.Minute))
			n, err := io.Copy(io.Discard, reply.Body)
			if err != nil || n < 1<<20 || n > 40<<20 {
				t.Error("the slow client is not cut off after", n, err)
			}
		})
	}
}

// TestServe wants an end that does not wait for streams.
func TestServe(t *testing.T) {
	s := newServer(t, shop, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Serve(ctx, l) }()
	next := listen(t, "http://"+l.Addr().String()+"/api/stream")
	next()
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(4 * time.Second):
		t.Error("it does not end")
	}
}
