package server_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/notifygen/notifygen/simulate/delivery"
	"github.com/notifygen/notifygen/simulate/server"
)

// receiver is where requests go; it answers what it is told, then 200.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	replies []int
	got     []string // room, headers and body
}

func newReceiver(t *testing.T, replies ...int) *receiver {
	r := &receiver{replies: replies}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, fmt.Sprint(req.Host, req.URL, " ", req.Header.Get("Authorization"), " ", req.Header.Get("X-Key"), " ", string(body)))
		if len(r.replies) > 0 {
			w.WriteHeader(r.replies[0])
			r.replies = r.replies[1:]
		}
		io.WriteString(w, "echo: "+req.Header.Get("Authorization"))
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) requests() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.got...)
}

// sendingTo lets everything go to one place.
func sendingTo(t *testing.T, rules ...string) *server.Sending {
	t.Helper()
	rewrite, err := delivery.ParseRewrite(rules...)
	if err != nil {
		t.Fatal(err)
	}
	return &server.Sending{Rewrite: rewrite, Rules: rules, Speed: 10000}
}

// until waits for something that is about to happen.
func until(t *testing.T, what string, happens func() bool) {
	t.Helper()
	for range 3000 {
		if happens() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("never:", what)
}

// ended waits until all deliveries of an event have, and gives its record.
func ended(t *testing.T, s http.Handler, seq int) (got record) {
	t.Helper()
	until(t, fmt.Sprintf("event %d ends", seq), func() bool {
		_, body := api(s, "GET", fmt.Sprintf("/api/events/%d", seq), "")
		if strings.Contains(body, secret) {
			t.Fatal("a secret shows in", body)
		}
		got = into[record](t, body)
		for _, d := range got.Deliveries {
			if d.State == delivery.Waiting || d.State == delivery.InFlight {
				return false
			}
		}
		return got.Seq != 0
	})
	return got
}

func TestDeliver(t *testing.T) {
	r := newReceiver(t, 500, 429)
	var ends atomic.Int32
	s := newServer(t, shop, func(c *server.Config) {
		c.Sending = sendingTo(t, "*="+r.URL)
		c.OnEnd = func(*server.Record, server.Delivered) { ends.Add(1) }
	})
	put(t, s, orderEntry)
	got := ended(t, s, 1)
	d := got.Deliveries[0]
	if d.State != delivery.Delivered || len(d.Attempts) != 3 || d.Attempts[0].Status != 500 || d.Attempts[1].Status != 429 || d.Attempts[2].Status != 200 {
		t.Errorf("%+v", d.Status)
	}
	if got.Deliveries[1].State != server.Shown || d.Request.Body != `{"text":"Order 7","key":"***"}` {
		t.Errorf("%+v", got.Deliveries)
	}
	if d.Attempts[2].Reply != "echo: Bearer ***" {
		t.Error("a reply repeats the secret:", d.Attempts[2].Reply)
	}
	want := "chat.example/a%20b?q=1 Bearer " + secret + " " + secret + ` {"text":"Order 7","key":"` + secret + `"}`
	if all := r.requests(); len(all) != 3 || all[2] != want {
		t.Errorf("got %q, want %s", all, want)
	}
	if ends.Load() != 1 {
		t.Error(ends.Load(), "ends")
	}
	_, body := api(s, "GET", "/api/info", "")
	if !strings.Contains(body, `"mode":"deliver","deliver":"*=`+r.URL+`","rewrites":["*=`+r.URL+`"],"speed":10000,"durable":false`) {
		t.Error(body)
	}
	// the same event again is another event
	if status, body := api(s, "POST", "/api/events/1/replay", ""); status != 200 {
		t.Fatal(body)
	}
	if again := ended(t, s, 2); again.ID == got.ID || again.Deliveries[0].State != delivery.Delivered || len(r.requests()) != 4 {
		t.Errorf("%+v", again)
	}
}

// TestDeadLetter wants what fails for good in the queue, and no retry of it.
func TestDeadLetter(t *testing.T) {
	r := newReceiver(t, 404, 500, 500, 500)
	s := newServer(t, shop, func(c *server.Config) { c.Sending = sendingTo(t, "*="+r.URL) })
	put(t, s, orderEntry)
	first := ended(t, s, 1).Deliveries[0]
	if first.State != delivery.DeadLettered || len(first.Attempts) != 1 || first.DeadLetter.Queue != "arn:aws:sqs:us-east-1:123456789012:dead" || first.DeadLetter.Body != `{"text":"Order 7","key":"***"}` {
		t.Errorf("%+v", first)
	}
	put(t, s, orderEntry)
	second := ended(t, s, 2).Deliveries[0]
	if second.State != delivery.DeadLettered || len(second.Attempts) != 3 || second.DeadLetter.Attributes["RETRY_ATTEMPTS"] != "2" {
		t.Errorf("%+v", second)
	}
	_, body := api(s, "GET", "/api/dead-letters", "")
	if letters := into[[]any](t, body); len(letters) != 2 || strings.Contains(body, secret) {
		t.Error(body)
	}
}

// TestCovered sends only where requests may go.
func TestCovered(t *testing.T) {
	r := newReceiver(t)
	s := newServer(t, shop+`
  Other: {Type: AWS::Events::ApiDestination, Properties: {Name: other, ConnectionArn: !GetAtt Connection.Arn, InvocationEndpoint: "https://other.example/", HttpMethod: POST}}
  Both: {Type: AWS::Events::Rule, Properties: {Name: both, EventPattern: {source: [both]}, Targets: [{Id: chat, Arn: !GetAtt Chat.Arn, RoleArn: r, HttpParameters: {PathParameterValues: [x]}}, {Id: other, Arn: !GetAtt Other.Arn, RoleArn: r}]}}
`, func(c *server.Config) { c.Sending = sendingTo(t, "https://other.example="+r.URL+"/o") })
	put(t, s, `{"Source":"both","DetailType":"t","Detail":"{}"}`)
	got := ended(t, s, 1)
	if got.Deliveries[0].State != server.Shown || got.Deliveries[1].State != delivery.Delivered {
		t.Errorf("%+v", got.Deliveries)
	}
	if all := r.requests(); len(all) != 1 || !strings.HasPrefix(all[0], "other.example/o/ ") {
		t.Error(all)
	}
}

// TestUnknownURL cannot send where the address is a secret that nobody gave.
func TestUnknownURL(t *testing.T) {
	r := newReceiver(t)
	s := newServer(t, `
Parameters: {Url: {Type: String, NoEcho: true}}
Resources:
  Connection: {Type: AWS::Events::Connection, Properties: {AuthorizationType: API_KEY, AuthParameters: {ApiKeyAuthParameters: {ApiKeyName: X, ApiKeyValue: y}}}}
  Whole: {Type: AWS::Events::ApiDestination, Properties: {ConnectionArn: !GetAtt Connection.Arn, InvocationEndpoint: !Ref Url, HttpMethod: POST}}
  Path: {Type: AWS::Events::ApiDestination, Properties: {ConnectionArn: !GetAtt Connection.Arn, InvocationEndpoint: !Sub "https://chat.example/${Url}", HttpMethod: POST}}
  Rule: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [s]}, Targets: [{Id: whole, Arn: !GetAtt Whole.Arn, RoleArn: r}, {Id: path, Arn: !GetAtt Path.Arn, RoleArn: r}]}}
`, func(c *server.Config) { c.Sending = sendingTo(t, "*="+r.URL) })
	put(t, s, `{"Source":"s","DetailType":"t","Detail":"{}"}`)
	for _, d := range ended(t, s, 1).Deliveries {
		if d.State != server.Undeliverable || d.Error == nil || !strings.Contains(d.Error.Message, "not known here") || d.DeadLetter != nil {
			t.Errorf("%+v", d)
		}
	}
	if all := r.requests(); len(all) != 0 {
		t.Error(all)
	}
}

// TestKeep forgets what is finished, and nothing else.
func TestKeep(t *testing.T) {
	waits := make(chan bool)
	r := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-waits }))
	defer r.Close()
	s := newServer(t, shop, func(c *server.Config) { c.Keep, c.Sending = 3, sendingTo(t, "*="+r.URL) })
	defer s.Close()
	defer close(waits)
	for range 5 {
		put(t, s, orderEntry)
	}
	for range 5 {
		put(t, s, `{"Source":"nobody","DetailType":"t","Detail":"{}"}`)
	}
	_, body := api(s, "GET", "/api/events", "")
	var seqs []int64
	for _, r := range into[[]record](t, body) {
		seqs = append(seqs, r.Seq)
	}
	if fmt.Sprint(seqs) != "[1 2 3 4 5 10]" {
		t.Error(seqs)
	}
}

// TestKeepBytes forgets long events earlier, with what they cause: 1 MB that
// five targets get is 6 MB.
func TestKeepBytes(t *testing.T) {
	var targets strings.Builder
	for i := range 5 {
		fmt.Fprintf(&targets, "{Id: q%d, Arn: !GetAtt Queue.Arn}, ", i)
	}
	s := newServer(t, `
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Rule: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [s]}, Targets: [`+targets.String()+`]}}
`, nil)
	long := `{"Source":"s","DetailType":"t","Detail":"{\"x\":\"` + strings.Repeat("x", 1<<20-50) + `\"}"}`
	for range 25 {
		put(t, s, long)
	}
	for seq, want := range map[int]int{1: 404, 3: 404, 7: 200, 25: 200} {
		if status, _ := api(s, "GET", fmt.Sprintf("/api/events/%d", seq), ""); status != want {
			t.Errorf("event %d: %d, want %d", seq, status, want)
		}
	}
}

// TestConcurrent puts, reads and listens from many sides.
func TestConcurrent(t *testing.T) {
	r := newReceiver(t)
	s := newServer(t, shop, func(c *server.Config) { c.Keep, c.Sending = 50, sendingTo(t, "*="+r.URL) })
	h := httptest.NewServer(s)
	defer h.Close()
	defer s.Close()
	next := listen(t, h.URL+"/api/stream")
	next()
	var all sync.WaitGroup
	const clients, each = 8, 10
	for range clients {
		all.Go(func() {
			for range each {
				aws(s, "PutEvents", `{"Entries":[`+orderEntry+`,{"Source":"nobody","DetailType":"t","Detail":"{}"}]}`)
				for _, path := range []string{"/api/events", "/api/info", "/api/rules", "/api/dead-letters", "/api/events/1/explain"} {
					api(s, "GET", path, "")
				}
				aws(s, "ListRules", `{}`)
			}
		})
	}
	all.Wait()
	until(t, "all is delivered", func() bool { return len(r.requests()) == clients*each })
	states := map[int64]string{}
	for len(states) < clients*each*2 {
		one := into[record](t, next().data)
		states[one.Seq] = "seen"
	}
}
