package stepfunctions

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/eventbridge"
)

// A world plays every service. Replies are taken in turn, the last one for good.
type world struct {
	replies    []reply
	requests   []*HTTPRequest
	sent       []time.Time
	connection eventbridge.Connection
	connecting error

	function func(attempt int, payload string) (string, error)
	calls    []string
	queue    func(n int) error
	messages []*Message
	tries    int
	metrics  []Metric
	metric   error
	values   map[string]string
	clock    *VirtualClock
}

type reply struct {
	status int
	body   string
	kind   string // of the content; JSON for ""
	err    error
	takes  time.Duration
}

var start = time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)

func newWorld(replies ...reply) *world {
	return &world{
		replies: replies,
		clock:   NewVirtualClock(start),
		connection: eventbridge.Connection{
			AuthorizationType: eventbridge.AuthorizationAPIKey,
			APIKey:            eventbridge.APIKeyAuth{Name: "X-Unused", Value: "canary-key"},
			Invocation: eventbridge.ConnectionParameters{
				QueryString: []eventbridge.ConnectionParameter{{Key: "access_token", Value: "canary/token", IsValueSecret: true}},
			},
		},
		function: func(int, string) (string, error) { return `{"timestamp":"1735787045000","sign":"a+b/c="}`, nil },
		queue:    func(int) error { return nil },
		values:   map[string]string{},
	}
}

func (w *world) services() Services {
	return Services{HTTP: w, Connections: w, Lambda: w, Queues: w, Metrics: w, Parameters: w}
}

func (w *world) Do(_ context.Context, c *Call, r *HTTPRequest) (*HTTPResponse, error) {
	w.requests, w.sent = append(w.requests, r), append(w.sent, w.clock.Now())
	next := w.replies[min(len(w.requests), len(w.replies))-1]
	c.Spend(next.takes)
	if next.err != nil {
		return nil, next.err
	}
	kind := next.kind
	if kind == "" {
		kind = "application/json; charset=utf-8"
	}
	return &HTTPResponse{Status: next.status, Header: map[string][]string{"Content-Type": {kind}, "X-Two": {"1", "2"}}, Body: []byte(next.body)}, nil
}

func (w *world) Connection(_ context.Context, arn string) (eventbridge.Connection, error) {
	return w.connection, w.connecting
}

func (w *world) Invoke(_ context.Context, c *Call, function string, payload []byte) ([]byte, error) {
	w.calls = append(w.calls, string(payload))
	out, err := w.function(len(w.calls), string(payload))
	return []byte(out), err
}

func (w *world) SendMessage(_ context.Context, c *Call, m *Message) (string, error) {
	w.tries++
	if err := w.queue(w.tries); err != nil {
		return "", err
	}
	w.messages = append(w.messages, m)
	return "m1", nil
}

func (w *world) PutMetricData(_ context.Context, c *Call, namespace string, data []Metric) error {
	w.metrics = append(w.metrics, data...)
	return w.metric
}

func (w *world) Parameter(_ context.Context, c *Call, name string, decrypt bool) (*Parameter, error) {
	v, ok := w.values[name]
	if !ok {
		return nil, &TaskError{ParameterNotFound, ""}
	}
	return &Parameter{name, "SecureString", v}, nil
}

func (w *world) execution(input string) Execution {
	return Execution{
		Name: "x1", Input: json.RawMessage(input), Services: w.services(), Clock: w.clock, Random: rand.NewPCG(1, 2),
		Region: "us-east-1", MachineName: "m",
	}
}

func (w *world) run(t *testing.T, m *Machine, input string) *Result {
	t.Helper()
	r, err := m.Run(context.Background(), w.execution(input))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func parsed(t *testing.T, definition string) *Machine {
	t.Helper()
	m, findings := Parse([]byte(definition))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	return m
}

func sender(t *testing.T) *Machine {
	t.Helper()
	text, err := os.ReadFile("testdata/sender.asl.json")
	if err != nil {
		t.Fatal(err)
	}
	return parsed(t, string(text))
}

// machine runs states, of which "S" is the first, each a line of JSON members.
func machine(t *testing.T, states string) *Machine {
	t.Helper()
	return parsed(t, `{"QueryLanguage":"JSONata","StartAt":"S","States":{`+states+`}}`)
}

// path joins the states that were visited.
func visits(r *Result) string { return strings.Join(r.Visited(), " > ") }

var errReset = errors.New("read tcp: connection reset by peer")
