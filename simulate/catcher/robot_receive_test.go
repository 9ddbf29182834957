package catcher_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/stepfunctions"
)

// outcome is what became of a message.
type outcome struct {
	end      string // "delivered", "dead-lettered: CODE", "returned: CODE"
	requests int
	seconds  int // that the execution took
}

// envelope is a message as the queue holds it.
const envelope = `{"route":"health","event":"11111111-2222-4333-8444-555555555555","message":{"msgtype":"markdown","markdown":{"title":"AWS Health: EC2","text":"### AWS Health: EC2"}},"service":"EC2"}`

// receive works a message off once, and checks what holds whatever happens.
func (p *path) receive(body string) outcome {
	p.t.Helper()
	seen, letters, metrics, began := len(p.captured), len(p.letters), len(p.metrics), p.clock.Now()
	result, err := p.machine.Run(context.Background(), stepfunctions.Execution{
		Name: "x", Input: json.RawMessage(`[{"item":` + body + `}]`), Clock: p.clock, Random: rand.NewPCG(1, 2), Region: "us-east-1", MachineName: "m",
		Services: stepfunctions.Services{HTTP: p, Connections: p, Lambda: p, Queues: p, Metrics: p, Parameters: p},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.results = append(p.results, result)
	sent := p.captured[seen:]
	out := outcome{end: "delivered", requests: len(sent), seconds: int(p.clock.Now().Sub(began).Seconds())}
	accepted := 0
	caught := p.chat.Caught()
	for _, one := range caught[len(caught)-len(sent):] {
		if one.Outcome == contract.Delivered && one.Reply.Body != "" { // as a robot says it
			accepted++
		}
	}
	switch {
	case result.Status != stepfunctions.Succeeded:
		out.end = "returned: " + result.Error
	case len(p.letters) > letters:
		letter := p.letters[letters]
		out.end = "dead-lettered: " + letter.Attributes["ERROR_CODE"].StringValue
		var was, is any
		if json.Unmarshal([]byte(body), &was) != nil || json.Unmarshal([]byte(letter.Body), &is) != nil || !reflect.DeepEqual(was, is) {
			p.t.Errorf("the dead letter is %s", letter.Body)
		}
		if len(p.letters) != letters+1 || len(p.metrics) != metrics+1 || letter.Attributes["ERROR_MESSAGE"].StringValue == "" || letter.Attributes["ROUTE"].StringValue == "" {
			p.t.Errorf("%d letters, %d metrics, %v", len(p.letters)-letters, len(p.metrics)-metrics, letter.Attributes)
		}
	}
	// Delivered is what the chat took, and what it took is delivered.
	if want := map[bool]int{true: 1}[out.end == "delivered"]; accepted != want {
		p.t.Errorf("%s, and the chat accepted %d", out.end, accepted)
	}
	p.signedAfresh(sent)
	return out
}

// must works a message off before a test begins.
func (p *path) must(end string) {
	p.t.Helper()
	if got := p.receive(envelope); got.end != end {
		p.t.Fatalf("%+v, want %s", got, end)
	}
}

// signedAfresh: every attempt has a time of its own.
func (p *path) signedAfresh(sent []captured) {
	var before int64
	for _, one := range sent {
		q, err := url.ParseQuery(one.query)
		if err != nil || !q.Has("timestamp") {
			continue
		}
		ms, err := strconv.ParseInt(q.Get("timestamp"), 10, 64)
		if err != nil || ms <= before && !p.jumps || strings.ContainsAny(q.Get("sign"), "+/ ") {
			p.t.Errorf("signed at %s, before that at %d: %v", q.Get("timestamp"), before, err)
		}
		before = ms
	}
}

// tellsNothing: no secret stands in what anybody keeps.
func (p *path) tellsNothing() {
	p.t.Helper()
	for what, kept := range map[string]any{"the dead letters": p.letters, "the results": p.results, "the metrics": p.metrics, "the catcher": p.chat.Caught(), "the signer's log": p.log.String()} {
		text, err := json.Marshal(kept)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, secret := range []string{first, second, accessToken, first[3:20], second[3:20], accessToken[:16]} {
			if bytes.Contains(text, []byte(secret)) {
				p.t.Errorf("%s tell a secret", what)
			}
		}
	}
	for line := range strings.Lines(p.log.String()) {
		if !json.Valid([]byte(line)) {
			p.t.Errorf("no line of JSON: %s", line)
		}
	}
	if !slices.ContainsFunc(p.captured, func(c captured) bool { return strings.Contains(c.query, accessToken) }) && len(p.captured) > 0 {
		p.t.Error("the chat got no token")
	}
}
