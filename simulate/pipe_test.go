package simulate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/simulate"
)

// tangle is n queues, each read by a pipe to each of n buses, each of which
// sends to every queue.
func tangle(n int) string {
	var b strings.Builder
	b.WriteString("Resources:\n  First: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [s]}, Targets: [{Id: q, Arn: !GetAtt Q0.Arn}]}}\n")
	for i := range n {
		fmt.Fprintf(&b, "  Q%d: {Type: AWS::SQS::Queue}\n  B%d: {Type: AWS::Events::EventBus, Properties: {Name: b%d}}\n", i, i, i)
		for j := range n {
			fmt.Fprintf(&b, "  P%dto%d: {Type: AWS::Pipes::Pipe, Properties: {RoleArn: r, Source: !GetAtt Q%d.Arn, Target: !GetAtt B%d.Arn}}\n", i, j, i, j)
			fmt.Fprintf(&b, "  R%dto%d: {Type: AWS::Events::Rule, Properties: {EventBusName: !Ref B%d, EventPattern: {source: [{prefix: Pipe}]}, Targets: [{Id: q, Arn: !GetAtt Q%d.Arn}]}}\n", i, j, i, j)
		}
	}
	return b.String()
}

// TestTangledPipes wants an end where pipes feed each other in more ways than
// could ever be shown, and a finding for it.
func TestTangledPipes(t *testing.T) {
	w, _, ds := world(t, tangle(5), cloudformation.Settings{})
	if ds.Len() > 0 {
		t.Fatal(ds.Sorted())
	}
	began := time.Now()
	deliveries := simulate.Player{World: w, Now: now}.Deliver(event(t, `{"id":"e","source":"s"}`), "")
	if took := time.Since(began); took > 20*time.Second || len(deliveries) > 10_000 {
		t.Errorf("%d deliveries in %v", len(deliveries), took)
	}
	more := 0
	for _, d := range deliveries {
		if d.Error != nil && strings.Contains(d.Error.Message, "passes more pipes") {
			more++
		}
	}
	if more != 1 {
		t.Errorf("the bound is told %d times", more)
	}
}

// TestPipeKeys wants a key of its own for each delivery, behind pipes as well,
// and the same one each time.
func TestPipeKeys(t *testing.T) {
	w, _, _ := world(t, `
Resources:
  Connection: {Type: AWS::Events::Connection, Properties: {AuthorizationType: API_KEY, AuthParameters: {ApiKeyAuthParameters: {ApiKeyName: k, ApiKeyValue: v}}}}
  D: {Type: AWS::Events::ApiDestination, Properties: {ConnectionArn: !GetAtt Connection.Arn, InvocationEndpoint: "https://d.example/", HttpMethod: POST}}
  Queue: {Type: AWS::SQS::Queue}
  Next: {Type: AWS::SQS::Queue}
  Bus: {Type: AWS::Events::EventBus}
  Twice: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [s]}, Targets: [{Id: a, Arn: !GetAtt Queue.Arn}, {Id: b, Arn: !GetAtt Queue.Arn}]}}
  Other: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [s]}, Targets: [{Id: a, Arn: !GetAtt Queue.Arn}, {Id: d, Arn: !GetAtt D.Arn, RoleArn: r}]}}
  Direct: {Type: AWS::Pipes::Pipe, Properties: {RoleArn: r, Source: !GetAtt Queue.Arn, Enrichment: !GetAtt D.Arn, Target: !GetAtt D.Arn}}
  Plain: {Type: AWS::Pipes::Pipe, Properties: {RoleArn: r, Source: !GetAtt Queue.Arn, Target: !GetAtt D.Arn}}
  Onward: {Type: AWS::Pipes::Pipe, Properties: {RoleArn: r, Source: !GetAtt Queue.Arn, Target: !GetAtt Next.Arn}}
  Further: {Type: AWS::Pipes::Pipe, Properties: {RoleArn: r, Source: !GetAtt Next.Arn, Target: !GetAtt D.Arn}}
  ToBus: {Type: AWS::Pipes::Pipe, Properties: {RoleArn: r, Source: !GetAtt Queue.Arn, Target: !GetAtt Bus.Arn}}
  OnBus: {Type: AWS::Events::Rule, Properties: {EventBusName: !Ref Bus, EventPattern: {source: [{prefix: Pipe}]}, Targets: [{Id: d, Arn: !GetAtt D.Arn, RoleArn: r}]}}
`, cloudformation.Settings{})
	p := simulate.Player{World: w, Now: now}
	e := event(t, `{"id":"e","source":"s"}`)
	first, second := p.Deliver(e, ""), p.Deliver(e, "")
	keys, requests := map[string]bool{}, 0
	for i, d := range first {
		key := d.Key()
		if keys[key] {
			t.Errorf("the key %s is not unique", key)
		}
		keys[key] = true
		if second[i].Key() != key {
			t.Errorf("the key %s is not always the same", key)
		}
		rule, target := d.Cause()
		if rule == nil || target == nil {
			t.Fatalf("%+v has no cause", d)
		}
		invocation, err := w.Invocation(d)
		if err != nil || (invocation == nil) != (d.Request == nil) {
			t.Errorf("%s: %v, %v", key, invocation, err)
		}
		if invocation != nil {
			requests++
			if invocation.Key != key || invocation.Destination != target.ARN || string(invocation.Request.Body) != d.Request.Body {
				t.Errorf("%+v", invocation)
			}
		}
	}
	// Each of the three messages makes four requests: the enrichment, the plain
	// pipe, the second queue and the bus. One rule makes one directly.
	if requests != 13 {
		t.Errorf("%d requests", requests)
	}
}

// TestPipesInReplay counts deliveries behind pipes for the rule that caused them.
func TestPipesInReplay(t *testing.T) {
	w, _, _ := world(t, tangle(1), cloudformation.Settings{})
	tally, err := simulate.Player{World: w, Now: now}.Replay(strings.NewReader(`{"id":"e","source":"s"}`+"\n"), simulate.Origin{Now: now}, "default", func(int, int64) {})
	if err != nil || tally.Events != 1 || len(tally.Rules) != 2 || tally.Rules[0].Events != 1 || tally.Rules[0].Deliveries != 0 || tally.Rules[1].Undeliverable != 1 {
		t.Errorf("%+v, %v", tally, err)
	}
}
