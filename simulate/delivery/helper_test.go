package delivery

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/notifygen/notifygen/eventbridge"
)

const (
	ruleARN   = "arn:aws:events:us-east-1:123456789012:rule/orders"
	targetARN = "arn:aws:events:us-east-1:123456789012:api-destination/chat/0000"
	queueARN  = "arn:aws:sqs:us-east-1:123456789012:dead"
)

// request is what an API destination at a URL is sent.
func request(t testing.TB, method, url, body string) *eventbridge.Request {
	t.Helper()
	r, err := eventbridge.BuildRequest(eventbridge.RequestSpec{
		Destination: eventbridge.APIDestination{Name: "chat", Endpoint: url, Method: method},
		Connection: eventbridge.Connection{
			AuthorizationType: eventbridge.AuthorizationAPIKey, APIKey: eventbridge.APIKeyAuth{Name: "X-Key", Value: "top-secret-value"},
		},
		Body: []byte(body),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// newJob is a delivery that is tried as often as EventBridge does by default.
func newJob(t testing.TB, event int64, key, url string) Job {
	r := request(t, "POST", url, fmt.Sprintf(`{"text":%q}`, key))
	return Job{
		ID: ID{event, key}, Destination: targetARN, RatePerSecond: 1000,
		Retry:           eventbridge.RetryPolicy{MaximumRetryAttempts: eventbridge.DefaultRetryAttempts, MaximumEventAgeInSeconds: 86400},
		DeadLetterQueue: queueARN, RuleARN: ruleARN, TargetARN: targetARN, Body: string(r.Body),
		Build: func() (*eventbridge.Request, error) { return r, nil },
	}
}

// watcher is an observer that remembers.
type watcher struct {
	mu      sync.Mutex
	changed *sync.Cond
	history map[ID][]Status
	final   int
}

func newWatcher() *watcher {
	w := &watcher{history: map[ID][]Status{}}
	w.changed = sync.NewCond(&w.mu)
	return w
}

func (w *watcher) observe(id ID, s Status) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.history[id] = append(w.history[id], s)
	if final(s.State) {
		w.final++
	}
	w.changed.Broadcast()
}

// await waits, a minute at most, until a condition on what was observed holds.
func (w *watcher) await(t testing.TB, what string, holds func() bool) {
	t.Helper()
	late := false
	defer time.AfterFunc(time.Minute, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		late = true
		w.changed.Broadcast()
	}).Stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	for !holds() {
		if late {
			t.Fatalf("in vain: %s", what)
		}
		w.changed.Wait()
	}
}

func (w *watcher) awaitFinal(t testing.TB, n int) {
	t.Helper()
	w.await(t, fmt.Sprintf("%d deliveries finish", n), func() bool { return w.final >= n })
}

func (w *watcher) last(id ID) Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.history[id]
	if len(h) == 0 {
		return Status{}
	}
	return h[len(h)-1]
}

// newEngine starts an engine whose requests go to a URL, whatever theirs is.
func newEngine(t testing.TB, url string, o Options) (*Engine, *watcher) {
	t.Helper()
	w := newWatcher()
	var err error
	o.Observe = w.observe
	if o.Rewrite, err = ParseRewrite("*=" + url); err != nil {
		t.Fatal(err)
	}
	o.Speed = cmp.Or(o.Speed, 1e5)
	e := New(o)
	t.Cleanup(e.Close)
	return e, w
}

// submit submits jobs as events that arrive now.
func submit(e *Engine, jobs ...Job) {
	release := e.Hold()
	defer release()
	now := e.Now()
	for i := range jobs {
		jobs[i].Accepted = now
	}
	e.Submit(jobs...)
}

// serve runs a server that is told how many requests came before.
func serve(t testing.TB, handle func(n int, w http.ResponseWriter, r *http.Request)) string {
	t.Helper()
	var mu sync.Mutex
	n := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		before := n
		n++
		mu.Unlock()
		handle(before, w, r)
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL
}

func seconds(list []time.Duration) string {
	var out []string
	for _, d := range list {
		out = append(out, fmt.Sprintf("%.1fs", d.Seconds()))
	}
	return strings.Join(out, " ")
}
