package server_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/simulate/delivery"
	"github.com/notifygen/notifygen/simulate/server"
)

// TestQueuedClosedInPace ends a server between the reply that took a message and the
// end of its state machine: the message is not sent again.
func TestQueuedClosedInPace(t *testing.T) {
	for name, c := range map[string]struct {
		failures []string
		state    string
	}{
		"taken":   {nil, delivery.Delivered},
		"refused": {[]string{"slack=is_archived"}, delivery.DeadLettered},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			state, _, err := delivery.OpenState(dir)
			if err != nil {
				t.Fatal(err)
			}
			d := slackQueue.desk(t, func(config *server.Config) { config.Sending.State, config.Sending.Speed = state, 1 }, c.failures...)
			slackQueue.put(t, d, 1, 1)
			until(t, "the request", func() bool { return len(d.Catcher.Caught()) == 1 })
			time.Sleep(300 * time.Millisecond) // the reply is read, and the pace of a second is not over
			d.Server.Close()
			if err := state.Close(); err != nil {
				t.Fatal(err)
			}
			state, found, err := delivery.OpenState(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer state.Close()
			for _, e := range found.Events {
				for _, status := range e.Statuses {
					if status.State != c.state {
						t.Errorf("%+v", status)
					}
				}
			}
			if c.state == delivery.Delivered && len(found.Events) != 0 {
				t.Errorf("%+v", found.Events)
			}
		})
	}
}

// TestQueuedRecovered ends a server with messages in its queue, one of them out of
// sight, and starts another one.
func TestQueuedRecovered(t *testing.T) {
	dir := t.TempDir()
	var state *delivery.State
	open := func(speed float64) func(*server.Config) {
		return func(c *server.Config) {
			var err error
			if state, c.Sending.Recovered, err = delivery.OpenState(dir); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { state.Close() })
			c.Sending.State, c.Sending.Speed = state, speed
		}
	}
	d := slackQueue.desk(t, open(1), "slack=503")
	slackQueue.put(t, d, 1, 3)
	until(t, "the first request", func() bool { return len(d.Catcher.Caught()) == 1 })
	d.Server.Close()
	if err := state.Close(); err != nil {
		t.Fatal(err)
	}
	d = slackQueue.desk(t, open(delivery.MaxSpeed))
	if err := d.Server.Resume(); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 3; n++ {
		if m := message(t, ended(t, d.Server, n)); m.State != delivery.Delivered {
			t.Errorf("message %d: %+v", n, m.Status)
		}
	}
	if got := d.accepted(); !slices.Equal(got, []int{1, 2, 3}) {
		t.Error("the service took", got)
	}
}

// TestQueuedCopiesRecovered goes on with an event that was taken when the copy before
// it, which is replayed too, was old enough.
func TestQueuedCopiesRecovered(t *testing.T) {
	dir := t.TempDir()
	event := func(id string) string {
		return fmt.Sprintf(`{"id":%q,"source":"shop","detail-type":"t","account":"123456789012","region":"us-east-1","time":"2026-01-02T03:04:05Z","resources":[],"detail":{"order":"7"}}`, id)
	}
	// What the server itself would write: the first was done with and has left the
	// journal, the second was a copy of it for the queue and is kept for the request.
	worker := ruleKey("to-queue", "queue", "c") + " ⇒ arn:aws:pipes:us-east-1:123456789012:pipe/work target"
	ago := func(d time.Duration) string { return time.Now().Add(-d).UTC().Format(time.RFC3339) }
	lines := []string{
		fmt.Sprintf(`{"journal":{"version":1,"seq":3,"time":%q}}`, ago(0)),
		fmt.Sprintf(`{"event":{"seq":2,"id":"b","bus":"default","origin":"put-events","time":%q,"event":%s,"deliveries":[%q]}}`, ago(2*time.Minute), event("b"), ruleKey("to-chat", "chat", "b")),
		fmt.Sprintf(`{"event":{"seq":3,"id":"c","bus":"default","origin":"put-events","time":%q,"event":%s,"deliveries":[%q,%q]}}`, ago(time.Minute), event("c"), ruleKey("to-chat", "chat", "c"), worker),
	}
	if err := os.WriteFile(filepath.Join(dir, "journal.ndjson"), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	state, found, err := delivery.OpenState(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	r := newReceiver(t)
	s := newServer(t, copies, func(c *server.Config) {
		c.Sending = sendingTo(t, "*="+r.URL)
		c.Sending.State, c.Sending.Recovered = state, found
	})
	if err := s.Resume(); err != nil {
		t.Fatal(err)
	}
	if m := message(t, ended(t, s, 3)); m.State != delivery.Delivered {
		t.Errorf("%+v", m)
	}
}

func ruleKey(rule, target, event string) string {
	return "arn:aws:events:us-east-1:123456789012:rule/" + rule + " " + target + " " + event
}

// copies is a rule with a request, and one with a queue that drops copies.
const copies = `
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: q.fifo, FifoQueue: true, ContentBasedDeduplication: true}}
  Connection: {Type: AWS::Events::Connection, Properties: {Name: c, AuthorizationType: API_KEY, AuthParameters: {ApiKeyAuthParameters: {ApiKeyName: X-K, ApiKeyValue: v}}}}
  Chat: {Type: AWS::Events::ApiDestination, Properties: {Name: chat, ConnectionArn: !GetAtt Connection.Arn, InvocationEndpoint: "https://chat.example/x", HttpMethod: POST}}
  ToChat: {Type: AWS::Events::Rule, Properties: {Name: to-chat, EventPattern: {source: [shop]}, Targets: [{Id: chat, Arn: !GetAtt Chat.Arn, RoleArn: "arn:aws:iam::123456789012:role/r"}]}}
  ToQueue: {Type: AWS::Events::Rule, Properties: {Name: to-queue, EventPattern: {source: [shop]}, Targets: [{Id: queue, Arn: !GetAtt Queue.Arn, InputPath: $.detail, SqsParameters: {MessageGroupId: g}}]}}
  Work:
    Type: AWS::Pipes::Pipe
    Properties:
      Name: work
      RoleArn: arn:aws:iam::123456789012:role/r
      Source: !GetAtt Queue.Arn
      SourceParameters: {SqsQueueParameters: {BatchSize: 1}}
      Target: !Ref Machine
      TargetParameters: {StepFunctionStateMachineParameters: {InvocationType: REQUEST_RESPONSE}}
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: work
      StateMachineType: EXPRESS
      RoleArn: arn:aws:iam::123456789012:role/r
      Definition:
        QueryLanguage: JSONata
        StartAt: Send
        States:
          Send:
            Type: Task
            Resource: arn:aws:states:::http:invoke
            Arguments: {ApiEndpoint: "https://chat.example/y", Method: POST, InvocationConfig: {ConnectionArn: !GetAtt Connection.Arn}, RequestBody: {text: hi}}
            End: true
`
