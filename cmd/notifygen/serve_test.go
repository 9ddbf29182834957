package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/smithy-go"
)

var example = filepath.Join("..", "..", "examples")

func paymentFailed(bus string) types.PutEventsRequestEntry {
	return types.PutEventsRequestEntry{
		EventBusName: aws.String(bus), Source: aws.String("MyTestApp"), DetailType: aws.String("MyTestMessage"),
		Detail: aws.String(`{"event":"Payment failed"}`), Time: aws.Time(time.Date(2026, 3, 2, 10, 15, 30, 0, time.UTC)), Resources: []string{"arn:x"},
	}
}

// TestServeSDK drives the command with aws-sdk-go-v2.
func TestServeSDK(t *testing.T) {
	s := serve(t, "-f", filepath.Join(example, "slack", "notifygen.yaml"), "--deliver", "catcher", "--param", "MySlackToken=xoxb-never-shown")
	c, ctx := s.client(), t.Context()
	if caught := get[json.RawMessage](s, "/api/caught"); string(caught) != "[]" {
		t.Errorf("nothing is caught yet: %s", caught)
	}

	put, err := c.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{
		paymentFailed("MyEventBus"), {Source: aws.String("s"), DetailType: aws.String("t"), Detail: aws.String("no")},
	}})
	if err != nil || put.FailedEntryCount != 1 || aws.ToString(put.Entries[0].EventId) == "" || aws.ToString(put.Entries[1].ErrorCode) != "MalformedDetail" {
		t.Fatal(put, err)
	}
	if got := s.waitCaught(1)[0]; got.URL != "https://slack.com/api/chat.postMessage" || !strings.Contains(got.Body, `"Payment failed"`) || got.Outcome != "delivered" {
		t.Errorf("%+v", got)
	}

	rules, err := c.ListRules(ctx, &eventbridge.ListRulesInput{EventBusName: aws.String("MyEventBus"), NamePrefix: aws.String("slack"), Limit: aws.Int32(10)})
	if err != nil || len(rules.Rules) != 1 || rules.Rules[0].State != types.RuleStateEnabled {
		t.Fatal(rules, err)
	}
	name := rules.Rules[0].Name
	rule, err := c.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: name, EventBusName: aws.String("MyEventBus")})
	if err != nil || aws.ToString(rule.Arn) != aws.ToString(rules.Rules[0].Arn) || !strings.Contains(aws.ToString(rule.EventPattern), "MyTestApp") {
		t.Error(rule, err)
	}
	targets, err := c.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: name, EventBusName: aws.String("MyEventBus")})
	if err != nil || len(targets.Targets) != 1 || targets.Targets[0].InputTransformer == nil || aws.ToInt32(targets.Targets[0].RetryPolicy.MaximumRetryAttempts) != 185 || targets.Targets[0].DeadLetterConfig == nil {
		t.Error(targets, err)
	}
	bus, err := c.DescribeEventBus(ctx, &eventbridge.DescribeEventBusInput{Name: aws.String("MyEventBus")})
	if err != nil || aws.ToString(bus.Name) != "MyEventBus" {
		t.Error(bus, err)
	}
	buses, err := c.ListEventBuses(ctx, &eventbridge.ListEventBusesInput{})
	if err != nil || len(buses.EventBuses) != 2 {
		t.Error(buses, err)
	}
	event := `{"id":"1","account":"1","source":"s","time":"2026-03-02T10:15:30Z","region":"r","detail-type":"t"}`
	match, err := c.TestEventPattern(ctx, &eventbridge.TestEventPatternInput{EventPattern: aws.String(`{"source":[{"prefix":"s"}]}`), Event: aws.String(event)})
	if err != nil || !match.Result {
		t.Error(match, err)
	}

	_, err = c.TestEventPattern(ctx, &eventbridge.TestEventPatternInput{EventPattern: aws.String(`{"source":"s"}`), Event: aws.String(event)})
	var pattern *types.InvalidEventPatternException
	if !errors.As(err, &pattern) || !strings.HasPrefix(pattern.ErrorMessage(), `Event pattern is not valid. Reason: "source" must be an object or an array`) {
		t.Error(err)
	}
	_, err = c.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: aws.String("none")})
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) || missing.ErrorMessage() != "Rule none does not exist on EventBus default." {
		t.Error(err)
	}
	_, err = c.PutRule(ctx, &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(`{"source":["s"]}`)})
	var unknown smithy.APIError
	if !errors.As(err, &unknown) || unknown.ErrorCode() != "UnknownOperationException" || !strings.Contains(unknown.ErrorMessage(), "PutEvents") {
		t.Error(err)
	}
	_, err = c.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{}})
	if !errors.As(err, &unknown) || unknown.ErrorCode() != "ValidationException" {
		t.Error(err)
	}

	if status := s.end(os.Interrupt); status != 0 {
		t.Error("status", status)
	}
	line := regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d #1 MyEventBus: MyTestApp, MyTestMessage; slack_\S+ → channel: POST https://slack.com/api/chat.postMessage \(waiting\)$`)
	if out := s.lines(); !line.MatchString(out) || !strings.Contains(out, ": delivered after 1 attempt\n") {
		t.Error(out)
	}
	if all := s.lines() + s.errors(); strings.Contains(all, "never-shown") {
		t.Error("a secret shows in", all)
	}
}

// TestServeTogether plays two stacks: the slack example reuses the bus that
// webhook-site creates.
func TestServeTogether(t *testing.T) {
	dir := t.TempDir()
	args := []string{"--deliver", "catcher", "--param", "MyWebhookURL=https://webhook.site/abc", "--output", "json"}
	for _, name := range []string{"webhook-site", "slack"} {
		if out, err := exec.Command("notifygen", "-f", filepath.Join(example, name, "notifygen.yaml"), "synth", "--out", dir).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		args = append(args, "--template", filepath.Join(dir, name+".template.json"))
	}
	s := serve(t, args...)
	if _, err := s.client().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{paymentFailed("MyEventBus")}}); err != nil {
		t.Fatal(err)
	}
	bodies := map[string]string{}
	for _, c := range s.waitCaught(2) {
		bodies[c.Service] = c.Body
	}
	if !strings.Contains(bodies["slack"], `"text":"Payment failed"`) || !strings.Contains(bodies["webhook.site"], `"detail":{"event":"Payment failed"}`) {
		t.Error(bodies)
	}
	if status := s.end(syscall.SIGTERM); status != 0 {
		t.Error("status", status)
	}
	kinds := map[string]int{}
	for line := range strings.Lines(s.lines()) {
		one := map[string]json.RawMessage{}
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatalf("%v\n%s", err, line)
		}
		for kind := range one {
			kinds[kind]++
		}
	}
	if fmt.Sprint(kinds) != "map[catcher:1 delivery:2 listening:1 record:1]" {
		t.Error(kinds)
	}
}

// TestServeKilled kills the process between two attempts, and wants the event
// delivered by the next one.
func TestServeKilled(t *testing.T) {
	args := []string{"-f", filepath.Join(example, "slack", "notifygen.yaml"), "--deliver", "catcher", "--state", t.TempDir()}
	s := serve(t, append(args, "--fail", "slack=429:1x100")...)
	if _, err := s.client().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{paymentFailed("MyEventBus")}}); err != nil {
		t.Fatal(err)
	}
	s.waitCaught(1)
	s.cmd.Process.Kill()
	<-s.ended

	s = serve(t, append(args, "--speed", "100", "--output", "json")...)
	if got := s.waitCaught(1)[0]; !strings.Contains(got.Body, "Payment failed") || got.Outcome != "delivered" {
		t.Errorf("%+v", got)
	}
	if status := s.end(os.Interrupt); status != 0 || !strings.Contains(s.lines(), `"state":"delivered"`) {
		t.Error(status, s.lines())
	}
	if !strings.HasPrefix(s.lines(), `{"listening":`) || !strings.Contains(s.lines(), `"origin":"recovered"`) {
		t.Error("the address is not in the first line:", s.lines())
	}
	s = serve(t, args...)
	if events := get[[]any](s, "/api/events"); len(events) != 0 {
		t.Error(events)
	}
	if status := s.end(os.Interrupt); status != 0 {
		t.Error("status", status)
	}
}

// TestServeInterruptedTwice does not wait any longer for what is under way.
func TestServeInterruptedTwice(t *testing.T) {
	s := serve(t, "-f", filepath.Join(example, "slack", "notifygen.yaml"), "--deliver", "catcher", "--fail", "slack=slow:60s")
	if _, err := s.client().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{paymentFailed("MyEventBus")}}); err != nil {
		t.Fatal(err)
	}
	type record struct{ Deliveries []struct{ State string } }
	for get[[]record](s, "/api/events")[0].Deliveries[0].State != "in-flight" {
		time.Sleep(time.Millisecond)
	}
	for {
		s.cmd.Process.Signal(os.Interrupt)
		select {
		case err := <-s.ended:
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != -1 {
				t.Error("it ended by itself:", err)
			}
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// TestServeHostileNames keeps what others wrote from moving the cursor.
func TestServeHostileNames(t *testing.T) {
	template := filepath.Join(t.TempDir(), "t.yaml")
	if err := os.WriteFile(template, []byte(`
Resources:
  Rule:
    Type: AWS::Events::Rule
    Properties:
      Name: "rule\e[31m"
      EventPattern: {source: [s]}
      Targets: [{Id: "target\e[2J\n", Arn: !GetAtt Destination.Arn, RoleArn: "arn:aws:iam::123456789012:role/r"}]
  Destination:
    Type: AWS::Events::ApiDestination
    Properties: {ConnectionArn: !GetAtt Connection.Arn, HttpMethod: POST, InvocationEndpoint: "https://example.com/"}
  Connection:
    Type: AWS::Events::Connection
    Properties: {AuthorizationType: API_KEY, AuthParameters: {ApiKeyAuthParameters: {ApiKeyName: k, ApiKeyValue: v}}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, "--template", template, "--deliver", "catcher")
	if _, err := s.client().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{
		{Source: aws.String("s"), DetailType: aws.String("type\x1b[2J\u009b"), Detail: aws.String("{}")},
	}}); err != nil {
		t.Fatal(err)
	}
	s.waitCaught(1)
	for !strings.Contains(s.lines(), "after 1 attempt") {
		time.Sleep(time.Millisecond)
	}
	s.end(os.Interrupt)
	for i, want := range []string{
		`#1 default: s, "type\x1b[2J\u009b"; "rule\x1b[31m" → "target\x1b[2J\n": POST https://example.com/ (waiting)`,
		`#1 "rule\x1b[31m" → "target\x1b[2J\n": delivered after 1 attempt`,
	} {
		if lines := strings.Split(s.lines(), "\n"); len(lines) != 3 || !strings.HasSuffix(lines[i], want) {
			t.Errorf("line %d is not\n%s\n%q", i+1, want, lines)
		}
	}
}

// TestServeAddressInUse names the address, and what to do.
func TestServeAddressInUse(t *testing.T) {
	s := serve(t, "-f", filepath.Join(example, "slack", "notifygen.yaml"))
	out, err := exec.Command("notifygen", "serve", "-f", filepath.Join(example, "slack", "notifygen.yaml"), "--addr", strings.TrimPrefix(s.url, "http://")).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(string(out), "is in use\nnotifygen: hint: another program listens there") {
		t.Errorf("%v\n%s", err, out)
	}
	// the page is there
	reply, err := http.Get(s.url)
	if err != nil || reply.StatusCode != 200 || !strings.Contains(reply.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error(reply, err)
	}
	// shown, not sent: there is no catcher to see it
	if _, err := s.client().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{paymentFailed("MyEventBus"), paymentFailed("none")}}); err != nil {
		t.Fatal(err)
	}
	s.end(os.Interrupt)
	if out := s.lines(); !strings.Contains(out, "(shown)") || !strings.Contains(out, "#2 none: MyTestApp, MyTestMessage; there is no such event bus") {
		t.Error(out)
	}
}
