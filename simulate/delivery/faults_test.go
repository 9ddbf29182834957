package delivery

import (
	"bytes"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/notifygen/notifygen/eventbridge"
)

var update = flag.Bool("update", false, "rewrite golden files")

// wall is the wall clock of the fault tests, so that waits for a date do not
// depend on when they run.
var wall = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// answer replies with the statuses in turn, the last one for ever.
func answer(statuses ...int) func(int, http.ResponseWriter) {
	return func(n int, w http.ResponseWriter) {
		w.WriteHeader(statuses[min(n, len(statuses)-1)])
	}
}

// later replies 429 with a Retry-After at first, then 200.
func later(retryAfter string) func(int, http.ResponseWriter) {
	return func(n int, w http.ResponseWriter) {
		if n == 0 {
			w.Header().Set("Retry-After", retryAfter)
			w.WriteHeader(429)
		}
	}
}

// raw takes the connection over at first, then replies 200.
func raw(breakIt func(*net.TCPConn)) func(int, http.ResponseWriter) {
	return func(n int, w http.ResponseWriter) {
		if n > 0 {
			return
		}
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer c.Close()
		breakIt(c.(*net.TCPConn))
	}
}

// reset closes a connection the hard way.
func reset(c *net.TCPConn) { c.SetLinger(0) }

// untilClosed waits until the other side gives up.
func untilClosed(c *net.TCPConn) {
	var b [1]byte
	c.SetReadDeadline(time.Now().Add(time.Minute))
	c.Read(b[:])
}

// stall answers nothing until the other side gives up.
func stall(w http.ResponseWriter) { raw(untilClosed)(0, w) }

type faultCase struct {
	name  string
	reply func(n int, w http.ResponseWriter)
	// retries and age are the retry policy, 185 and a day unless set.
	retries  int
	age      int
	once     bool // no retries
	noQueue  bool
	refusing bool // nobody listens
}

var faultCases = []faultCase{
	{name: "200", reply: answer(200)},
	{name: "204", reply: answer(204)},
	{name: "429, then 200", reply: answer(429, 200)},
	{name: "429 with Retry-After: 30", reply: later("30")},
	{name: "429 with Retry-After: 0", reply: later("0")},
	{name: "429 with Retry-After: a date in 90 s", reply: later(wall.Add(90 * time.Second).Format(http.TimeFormat))},
	{name: "429 with Retry-After: a past date", reply: later(wall.Add(-time.Hour).Format(http.TimeFormat))},
	{name: "429 with Retry-After: nonsense", reply: later("soon")},
	{name: "429 with Retry-After: -1", reply: later("-1")},
	{name: "429 with Retry-After: 90, age 60 s", reply: later("90"), age: 60},
	{name: "429 for ever, 3 retries", reply: answer(429), retries: 3},
	{name: "500, then 200", reply: answer(500, 200)},
	{name: "503 twice, then 200", reply: answer(503, 503, 200)},
	{name: "500, then 404", reply: answer(500, 404)},
	{name: "500 for ever", reply: answer(500)},
	{name: "500 for ever, 4 retries", reply: answer(500), retries: 4},
	{name: "500 for ever, age 120 s", reply: answer(500), age: 120},
	{name: "500, no retries", reply: answer(500), once: true},
	{name: "500, no retries, no queue", reply: answer(500), once: true, noQueue: true},
	{name: "401, then 200", reply: answer(401, 200)},
	{name: "401, no retries", reply: answer(401), once: true},
	{name: "407, 409, then 200", reply: answer(407, 409, 200)},
	{name: "400", reply: answer(400)},
	{name: "403", reply: answer(403)},
	{name: "404", reply: answer(404)},
	{name: "404, no queue", reply: answer(404), noQueue: true},
	{name: "410 with Retry-After: 5", reply: func(_ int, w http.ResponseWriter) { w.Header().Set("Retry-After", "5"); w.WriteHeader(410) }},
	{name: "301 to a place that answers 200", reply: func(n int, w http.ResponseWriter) {
		if n == 0 {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(301)
		}
	}},
	{name: "101", reply: raw(func(c *net.TCPConn) { fmt.Fprint(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n") })},
	{name: "103, then 200", reply: func(_ int, w http.ResponseWriter) { w.WriteHeader(103); w.WriteHeader(200) }},
	{name: "connection refused, 2 retries", refusing: true, retries: 2},
	{name: "reset before the reply", reply: raw(reset)},
	{name: "closed before the reply", reply: raw(func(*net.TCPConn) {})},
	{name: "reset within the headers", reply: raw(func(c *net.TCPConn) { fmt.Fprint(c, "HTTP/1.1 200 OK\r\nConte"); reset(c) })},
	{name: "closed within the body", reply: raw(func(c *net.TCPConn) { fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") })},
	{name: "no HTTP at all, 1 retry", reply: raw(func(c *net.TCPConn) { fmt.Fprint(c, "220 mail.example ESMTP\r\n") }), retries: 1},
	{name: "slow headers, then 200", reply: raw(untilClosed)},
	{name: "slow body, no retries", once: true, reply: raw(func(c *net.TCPConn) {
		fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
		untilClosed(c)
	})},
	{name: "endless body, no retries", once: true, reply: raw(func(c *net.TCPConn) {
		fmt.Fprint(c, "HTTP/1.1 200 OK\r\n\r\n")
		for chunk := bytes.Repeat([]byte("x"), 1<<10); ; time.Sleep(time.Millisecond) {
			if _, err := c.Write(chunk); err != nil {
				return
			}
		}
	})},
}

// TestFaults plays what can go wrong at a real server, and keeps the table of
// what came of it.
func TestFaults(t *testing.T) {
	lines := make([]string, len(faultCases))
	t.Run("cases", func(t *testing.T) {
		for i, c := range faultCases {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				lines[i] = c.play(t)
			})
		}
	})
	var table bytes.Buffer
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CASE\tATTEMPTS\tOUTCOME\tERROR_CODE\tEXHAUSTED_RETRY_CONDITION\tRETRY_ATTEMPTS\tWAITS")
	for _, line := range lines {
		fmt.Fprintln(w, line)
	}
	w.Flush()
	compareGolden(t, "faults.txt", table.Bytes())
}

func (c faultCase) play(t *testing.T) string {
	requests := make(chan struct{}, 1000)
	url := serve(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		requests <- struct{}{}
		c.reply(n, w)
	})
	if c.refusing {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		url = "http://" + l.Addr().String()
		l.Close()
	}
	e, w := newEngine(t, url, Options{})
	e.wall = func() time.Time { return wall }
	j := newJob(t, 1, "orders chat", "https://chat.example/post")
	if c.retries > 0 || c.once {
		j.Retry.MaximumRetryAttempts = c.retries
	}
	if c.age > 0 {
		j.Retry.MaximumEventAgeInSeconds = c.age
	}
	if c.noQueue {
		j.DeadLetterQueue = ""
	}
	submit(e, j)
	w.awaitFinal(t, 1)
	s := w.last(j.ID)
	if got := len(requests); !c.refusing && got != len(s.Attempts) {
		t.Errorf("the server saw %d requests of %d attempts", got, len(s.Attempts))
	}
	return c.name + "\t" + describe(t, w.history[j.ID], s)
}

// describe is the line of a delivery in the table.
func describe(t *testing.T, history []Status, s Status) string {
	var waits []time.Duration
	var total time.Duration
	for _, h := range history {
		if h.Next != nil {
			last := h.Attempts[len(h.Attempts)-1]
			wait := h.Next.Sub(last.At.Add(last.Took))
			waits, total = append(waits, wait), total+wait
		}
	}
	shown := seconds(waits[:min(len(waits), 10)])
	if len(waits) > 10 {
		shown += fmt.Sprintf(" … in all %d, %v", len(waits), total.Round(time.Minute))
	}
	for i, a := range s.Attempts[1:] {
		if early := s.Attempts[i].At.Add(s.Attempts[i].Took + waits[i]).Sub(a.At); early > 0 {
			t.Errorf("attempt %d was %v early", i+2, early)
		}
	}
	for i, a := range s.Attempts { // the limit is real time, at any speed
		if a.Error == timedOut && (a.Took < eventbridge.InvocationTimeout || a.Took > 2*eventbridge.InvocationTimeout) {
			t.Errorf("attempt %d timed out after %v", i+1, a.Took)
		}
	}
	attributes := map[string]string{}
	if s.DeadLetter != nil {
		attributes = s.DeadLetter.Attributes
		if attributes["RULE_ARN"] != ruleARN || attributes["TARGET_ARN"] != targetARN || attributes["ERROR_MESSAGE"] == "" || s.DeadLetter.Body == "" {
			t.Errorf("dead letter: %+v", s.DeadLetter)
		}
	} else if s.State != Delivered {
		t.Errorf("%s without the dead letter", s.State)
	}
	fields := []string{
		fmt.Sprint(len(s.Attempts)), s.State, attributes["ERROR_CODE"], attributes["EXHAUSTED_RETRY_CONDITION"],
		attributes["RETRY_ATTEMPTS"], shown,
	}
	for i, f := range fields {
		if f == "" {
			fields[i] = "-"
		}
	}
	return strings.Join(fields, "\t")
}

func compareGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got:\n%s", path, got)
	}
}

// TestSchedule proves that the longest run of retries fits into the default age.
func TestSchedule(t *testing.T) {
	total := eventbridge.InvocationTimeout
	for retry := 1; retry <= eventbridge.DefaultRetryAttempts; retry++ {
		longest := min(firstBackoff<<min(retry-1, 20), longestBackoff)
		for event := range int64(50) {
			got := backoff(ID{event, "k"}, retry)
			if got > longest || got < longest/2 {
				t.Errorf("retry %d waits %v, want %v to %v", retry, got, longest/2, longest)
			}
			if got != backoff(ID{event, "k"}, retry) {
				t.Errorf("retry %d waits differently the second time", retry)
			}
		}
		total += longest + eventbridge.InvocationTimeout
	}
	if total >= eventbridge.DefaultEventAge || total < eventbridge.DefaultEventAge*9/10 {
		t.Errorf("185 retries may take %v", total)
	}
}
