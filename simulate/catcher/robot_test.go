package catcher_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/examples"
	"github.com/notifygen/notifygen/lambda/signer/handler"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/simulate/catcher"
	"github.com/notifygen/notifygen/stacks"
	"github.com/notifygen/notifygen/stepfunctions"
	"github.com/notifygen/notifygen/transformers"
)

// A path is everything between the queue of a destination and its chat: the state
// machine of the compiled template, the signer's own code, HTTP to a catcher on
// loopback. Secrets Manager, Parameter Store and the dead-letter queue are played.
// Time is that of one clock, which waits pass at once.
type path struct {
	t          *testing.T
	machine    *stepfunctions.Machine
	connection eventbridge.Connection
	// unauthorized is how often the connection cannot be used.
	unauthorized int
	clock        *stepfunctions.VirtualClock
	skew         time.Duration // by which the function's clock is ahead
	vault        vault
	signer       *handler.Signer
	log          bytes.Buffer // the signer's
	slowSigner   time.Duration
	busySigner   int // calls that Lambda refuses to come
	lists        map[string][]any
	read         []string // names of parameters
	chat         *catcher.Catcher
	server       *httptest.Server
	slept        chan time.Duration
	kept         chan catcher.Caught // by the catcher, in turn
	mu           sync.Mutex
	captured     []captured
	letters      []*stepfunctions.Message
	refusals     int // of the dead-letter queue to come
	metrics      []stepfunctions.Metric
	results      []*stepfunctions.Result
	robot        string // the secret that the chat has, "" for none
	// after is called when that many requests have been answered.
	after map[int]func()
	// jumps tells that the function's clock is set back.
	jumps bool
}

// captured is a request as it came over the wire.
type captured struct {
	query, body string
	secret      string // the chat's at that time
	at          time.Time
}

const accessToken = "3f7c0ffee3f7c0ffee3f7c0ffee3f7c0ffee3f7c0ffee3f7c0ffee3f7c0ffee3"

// deploy compiles a file of routes and takes its only state machine.
func deploy(t *testing.T, src []byte) *path {
	t.Helper()
	compiled := stacks.CompileFile("notifygen.yaml", src, plan.Options{})
	if !compiled.OK() || len(compiled.Stacks) != 1 {
		t.Fatal(compiled.Diagnostics)
	}
	var ds diag.List
	template := cloudformation.Read("template.json", cloudformation.JSON(compiled.Stacks[0].Template), &ds)
	set := cloudformation.Deploy([]*cloudformation.Template{template}, cloudformation.Settings{Secrets: map[string]string{
		"DingTalkAccessToken": accessToken, "MySlackToken": "xoxb-1-" + accessToken,
	}, Parameters: map[string]string{"DingTalkAccessToken": accessToken, "MySlackToken": "xoxb-1-" + accessToken, "MySlackChannel": "C0123456789"}}, &ds)
	p := &path{t: t, after: map[int]func(){}, clock: stepfunctions.NewVirtualClock(time.Date(2031, 5, 6, 7, 8, 9, 123e6, time.UTC)), slept: make(chan time.Duration), kept: make(chan catcher.Caught, 1)}
	for _, r := range set.Stacks[0].Resources {
		switch r.Type {
		case "AWS::StepFunctions::StateMachine":
			definition := r.Property("Definition").JSON(&ds, nil).Text
			machine, findings := stepfunctions.Parse(definition)
			if len(findings) > 0 {
				t.Fatal(findings)
			}
			p.machine = machine
		case "AWS::Events::Connection":
			p.connection = connectionOf(r)
		}
	}
	if p.machine == nil || ds.HasErrors() {
		t.Fatal(ds.Sorted())
	}
	p.vault.texts = map[string]string{}
	p.restart()
	p.chat = catcher.New(catcher.Options{Services: transformers.Services(), Now: p.clock.Now, Sleep: p.sleep, OnCaught: func(one catcher.Caught) { p.kept <- one }})
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		p.mu.Lock()
		p.captured = append(p.captured, captured{r.URL.RawQuery, string(body), p.robot, p.clock.Now()})
		p.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		p.chat.ServeHTTP(w, r)
	}))
	t.Cleanup(p.server.Close)
	return p
}

func connectionOf(r *cloudformation.Resource) eventbridge.Connection {
	text := func(n *schema.Node) string {
		if n == nil {
			return ""
		}
		return n.Text
	}
	auth := r.Property("AuthParameters")
	key := auth.Get("ApiKeyAuthParameters")
	c := eventbridge.Connection{
		AuthorizationType: eventbridge.AuthorizationType(r.Text("AuthorizationType")),
		APIKey:            eventbridge.APIKeyAuth{Name: text(key.Get("ApiKeyName")), Value: text(key.Get("ApiKeyValue"))},
	}
	if query := auth.Get("InvocationHttpParameters").Get("QueryStringParameters"); query != nil {
		for _, item := range query.Items {
			c.Invocation.QueryString = append(c.Invocation.QueryString, eventbridge.ConnectionParameter{Key: text(item.Get("Key")), Value: text(item.Get("Value")), IsValueSecret: true})
		}
	}
	return c
}

// robotPath is the path of the example, with its secret in a JSON secret that exists
// already.
func robotPath(t *testing.T, changes ...string) *path {
	t.Helper()
	src, err := examples.File("health-to-dingtalk-signed")
	if err != nil {
		t.Fatal(err)
	}
	text := string(src)
	changes = append(changes, "robot-sign: {parameter: DingTalkSignSecret}", "robot-sign: {secretsmanager: notify/robot, key: sign}",
		"  DingTalkSignSecret:\n    description: What the robot signs with (SEC…)\n", "")
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(text, changes[i]) {
			t.Fatalf("the example has no %q", changes[i])
		}
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	p := deploy(t, []byte(text))
	p.rotate(first)
	p.store(first)
	return p
}

// The robot's secrets, in the order of their lives.
const (
	first  = "SECaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	second = "SECbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// rotate resets the secret at the robot: the old one ends at once.
func (p *path) rotate(secret string) {
	p.t.Helper()
	p.instruct("dingtalk:secret=" + secret)
	p.mu.Lock()
	p.robot = secret
	p.mu.Unlock()
}

func (p *path) instruct(text string) {
	p.t.Helper()
	if err := p.chat.Instruct(text); err != nil {
		p.t.Fatal(err)
	}
}

// store puts the secret into Secrets Manager.
func (p *path) store(secret string) {
	text, err := json.Marshal(map[string]string{"sign": secret})
	if err != nil {
		p.t.Fatal(err)
	}
	p.vault.texts["notify/robot"] = string(text)
}

// restart gives the function a new execution environment, with nothing in memory.
func (p *path) restart() {
	p.signer = handler.New(&p.vault, func() time.Time { return p.clock.Now().Add(p.skew) }, 5*time.Minute, 5*time.Minute,
		slog.New(slog.NewJSONHandler(&p.log, nil)))
}
