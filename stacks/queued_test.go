package stacks_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
)

const tokens = "secrets: {token: {secretsmanager: notify/token}, sign: {secretsmanager: notify/robot, key: sign}}\n"

// queuedFile has the given destinations (one a line) and a route to all of them.
func queuedFile(more string, destinations ...string) []byte {
	var names []string
	for _, d := range destinations {
		name, _, _ := strings.Cut(d, ":")
		names = append(names, name)
	}
	return []byte("version: 1\nname: ops\n" + tokens + more + "sources: {app: {pattern: {source: [app]}, lists: []}}\ndestinations:\n  " +
		strings.Join(destinations, "\n  ") + "\nroutes: {r: {from: app, to: [" + strings.Join(names, ", ") + "], message: {title: hi}}}\n")
}

const (
	verifiedSlack = "chat: {type: slack, channel: C0123456789, token: token, deliver: verified}"
	signedRobot   = "robot: {type: dingtalk, security: sign, sign-secret: sign, access-token: token, rate: 20/min}"
)

// resourcesOf gives the resources of a type, by logical ID.
func resourcesOf(s stacks.Stack, kind string) map[string]*cloudformation.Object {
	out := map[string]*cloudformation.Object{}
	for id, v := range s.Template.Object("Resources").All() {
		if r := v.(*cloudformation.Object); r.Get("Type") == kind {
			out[id] = r.Object("Properties")
		}
	}
	return out
}

func states(t *testing.T, src []byte, id string) *cloudformation.Object {
	t.Helper()
	return compile(t, src)[0].Template.Object("Resources").Object(id).Object("Properties").Object("Definition").Object("States")
}

// TestPace: the wait behind every message lets no more through than the rate, in
// no span of time, and attempts keep to it.
func TestPace(t *testing.T) {
	for rate, want := range map[string]int{
		"60/min": 1, "59/min": 2, "30/min": 2, "29/min": 3, "20/min": 3, "19/min": 4, "7/min": 9, "1/min": 60, "100/min": 1, "999999/min": 1,
		"3600/h": 1, "3599/h": 2, "60/h": 60, "32/h": 113, "10": 1, "10/s": 1, "1": 1,
	} {
		deliver := ""
		if !strings.Contains(rate, "min") && !strings.Contains(rate, "h") {
			deliver = ", deliver: verified"
		}
		src := queuedFile("", "chat: {type: slack, channel: C0123456789, token: token, rate: "+rate+deliver+"}")
		s := states(t, src, "StateMachineChat")
		if got := s.Object("Pace").Get("Seconds"); got != want {
			t.Errorf("rate: %s: %v seconds, want %d", rate, got, want)
		}
		if n, per, isUnit := strings.Cut(rate, "/"); isUnit && per != "s" {
			var count int
			fmt.Sscan(n, &count)
			if span := map[string]int{"min": 60, "h": 3600}[per]; want*count < span && want > 1 {
				t.Errorf("rate: %s: %d seconds let more through", rate, want)
			}
		}
		for _, state := range []string{"Wait for the limit", "Wait to return"} {
			if wait := s.Object(state).Get("Seconds").(int); wait < want {
				t.Errorf("rate: %s: %s takes %d seconds", rate, state, wait)
			}
		}
		definition := compile(t, src)[0].Template.Object("Resources").Object("StateMachineChat").Object("Properties").Object("Definition")
		if longest := definition.Get("TimeoutSeconds").(int); longest > 295 {
			t.Errorf("rate: %s: an execution of %d seconds", rate, longest)
		}
	}
}

// TestSlowestRate: what the hint names compiles, and one less an hour does not.
func TestSlowestRate(t *testing.T) {
	for destination, slowest := range map[string]int{
		"chat: {type: slack, channel: C0123456789, token: token, rate: %d/h}":                                                                 32,
		"robot: {type: dingtalk, security: sign, sign-secret: sign, access-token: token, rate: %d/h}":                                         35,
		"word: {type: dingtalk, security: keyword, keyword: AWS, access-token: token, rate: %d/h, retry-policy: {maximum-retry-attempts: 1}}": 32,
	} {
		compile(t, queuedFile("", fmt.Sprintf(destination, slowest)))
		c := stacks.CompileFile("notifygen.yaml", queuedFile("", fmt.Sprintf(destination, slowest-1)), plan.Options{})
		if c.OK() || !slices.ContainsFunc(c.Diagnostics, hasCode("out-of-range")) {
			t.Errorf("%s: %v", fmt.Sprintf(destination, slowest-1), c.Diagnostics)
		}
	}
}

// TestDefaultPaceKeepsTheLimit: a robot that is queued for another reason keeps
// to DingTalk's own limit.
func TestDefaultPaceKeepsTheLimit(t *testing.T) {
	for _, d := range []string{
		"robot: {type: dingtalk, security: sign, sign-secret: sign, access-token: token}",
		"robot: {type: dingtalk, security: keyword, keyword: AWS, access-token: token, deliver: verified}",
	} {
		if got := states(t, queuedFile("", d), "StateMachineRobot").Object("Pace").Get("Seconds"); got != 3 {
			t.Errorf("%s: %v seconds", d, got)
		}
		if c := stacks.CompileFile("notifygen.yaml", queuedFile("", d), plan.Options{}); slices.ContainsFunc(c.Diagnostics, hasCode("per-minute-limit")) {
			t.Errorf("%s: %v", d, c.Diagnostics)
		}
	}
}

// TestQueue: messages larger than Step Functions takes are refused by the queue,
// a message stays hidden while it is sent, and is tried for about a day.
func TestQueue(t *testing.T) {
	for _, rate := range []string{"", ", rate: 1/min", ", rate: 32/h"} {
		src := queuedFile("", strings.Replace(verifiedSlack, "}", rate+"}", 1))
		all := compile(t, src)
		queue := resourcesOf(all[0], "AWS::SQS::Queue")["QueueChat"]
		if name := queue.Get("QueueName"); name != "ops_chat.fifo" {
			t.Error(name)
		}
		if size := queue.Get("MaximumMessageSize").(int); size > 262_144-1024*8 || size%1024 != 0 {
			t.Errorf("messages of %d bytes", size)
		}
		longest := all[0].Template.Object("Resources").Object("StateMachineChat").Object("Properties").Object("Definition").Get("TimeoutSeconds").(int)
		hidden := queue.Get("VisibilityTimeout").(int)
		if hidden < 6*longest || hidden > 43200 {
			t.Errorf("hidden for %d seconds, an execution takes %d", hidden, longest)
		}
		if dead := resourcesOf(all[0], "AWS::SQS::Queue")["DeadLetterQueue"]; dead.Get("MaximumMessageSize") != 1_048_576 {
			t.Error("the stack's dead-letter queue must take what the destination's refuses")
		}
		redrive := queue.Object("RedrivePolicy")
		tries := redrive.Get("maxReceiveCount").(int)
		if day := tries * hidden; tries < 5 || tries > 1000 || day < 86400 || day > 86400+hidden {
			t.Errorf("%d tries of %d seconds", tries, hidden)
		}
		if string(cloudformation.Compact(redrive.Get("deadLetterTargetArn"))) != `{"Fn::GetAtt":["DeadLettersChat","Arn"]}` {
			t.Error(redrive)
		}
		if dead := resourcesOf(all[0], "AWS::SQS::Queue")["DeadLettersChat"]; dead.Get("QueueName") != "ops_chat_dead-letters.fifo" || dead.Get("FifoQueue") != true {
			t.Error("a FIFO queue's dead-letter queue must be one")
		}
	}
}

// TestTooLargeForTheEnvelope: the limits of an input transformer hold for what
// waits in the queue, envelope included.
func TestTooLargeForTheEnvelope(t *testing.T) {
	body := func(deliver string, values, filler int) []byte {
		var b strings.Builder
		for i := range values {
			fmt.Fprintf(&b, ", v%d: \"${detail.v%d}\"", i, i)
		}
		return []byte("version: 1\nname: ops\n" + tokens + "sources: {app: {pattern: {source: [app]}, lists: []}}\n" +
			"destinations: {chat: {type: slack, channel: C0123456789, token: token" + deliver + "}}\n" +
			"routes: {r: {from: app, to: chat, body: {channel: C1, text: \"" + strings.Repeat("x", filler) + "\"" + b.String() + "}}}\n")
	}
	for _, test := range []struct {
		deliver        string
		values, filler int
		want           string
	}{
		{"", 100, 1, ""}, {", deliver: verified", 99, 1, ""}, {", deliver: verified", 100, 1, "too-many-values"},
		{"", 0, 8192 - len(`{"channel":"C1","text":""}`), ""}, {", deliver: verified", 0, 8192 - len(`{"channel":"C1","text":""}`), "template-too-long"},
	} {
		c := stacks.CompileFile("notifygen.yaml", body(test.deliver, test.values, test.filler), plan.Options{})
		if test.want == "" && !c.OK() || test.want != "" && (c.OK() || !slices.ContainsFunc(c.Diagnostics, hasCode(test.want))) {
			t.Errorf("%d values, %d characters%s: %v, want %q", test.values, test.filler, test.deliver, c.Diagnostics, test.want)
		}
	}
}

// TestUnsignedStacksHaveNoSigner: and no parameters for its code.
func TestUnsignedStacksHaveNoSigner(t *testing.T) {
	s := compile(t, queuedFile("", verifiedSlack))[0]
	if len(s.Lambdas) != 0 || s.Template.Object("Parameters").Len() != 0 || len(resourcesOf(s, "AWS::Lambda::Function")) != 0 {
		t.Errorf("%v, %v", s.Lambdas, s.Template.Object("Parameters").Keys())
	}
	if len(resourcesOf(s, "AWS::Events::ApiDestination")) != 0 || s.Template.Object("Resources").Object("InvokeApiDestinationsRole") != nil {
		t.Error("nothing is sent directly, and there is an API destination or a role for it")
	}
}

// TestWithoutDeadLettersAndAlarms: refused messages have their queue in any case.
func TestWithoutDeadLettersAndAlarms(t *testing.T) {
	s := compile(t, queuedFile("dead-letter-queue: false\nalarms: false\n", verifiedSlack))[0]
	if queues := resourcesOf(s, "AWS::SQS::Queue"); len(queues) != 2 {
		t.Errorf("%d queues", len(queues))
	}
	if alarms := resourcesOf(s, "AWS::CloudWatch::Alarm"); len(alarms) != 0 {
		t.Errorf("%d alarms", len(alarms))
	}
}

// TestManyQueuedDestinations: they are spread over stacks as everything else,
// each in one stack with all it needs, and queues name the rules of every stack.
func TestManyQueuedDestinations(t *testing.T) {
	const n = 90
	var b strings.Builder
	b.WriteString("version: 1\nname: large\nsecrets: {token: {parameter: Token}}\nsources: {app: {bus: {create: app}, pattern: {source: [app]}, lists: []}}\ndestinations:\n")
	for i := range n {
		fmt.Fprintf(&b, "  robot-%d: {type: dingtalk, security: sign, sign-secret: {parameter: Sign}, access-token: token}\n", i)
	}
	b.WriteString("  chat: {type: slack, channel: C1, token: token}\nroutes:\n")
	for i := range 280 {
		fmt.Fprintf(&b, "  r%d: {from: app, when: {detail: {k: [\"%d\"]}}, to: [robot-%d, robot-0, chat], message: {title: hi}}\n", i, i, 1+i%(n-1))
	}
	all := compile(t, []byte(b.String()))
	checkStacks(t, all)
	machines, signers, rules := 0, 0, map[string]bool{}
	for _, s := range all {
		machines += len(resourcesOf(s, "AWS::StepFunctions::StateMachine"))
		signers += len(resourcesOf(s, "AWS::Lambda::Function"))
		if len(s.Lambdas) != len(resourcesOf(s, "AWS::Lambda::Function")) {
			t.Errorf("%s: %v", s.Name, s.Lambdas)
		}
		for _, r := range resourcesOf(s, "AWS::Events::Rule") {
			rules[r.Get("Name").(string)] = true
		}
		if p := s.Template.Object("Parameters"); (p.Object("SignerCodeBucket") != nil) != (len(s.Lambdas) > 0) {
			t.Errorf("%s: parameters %v", s.Name, p.Keys())
		}
	}
	if machines != n || signers < 2 || len(all) < 4 {
		t.Errorf("%d state machines and %d signers in %d stacks", machines, signers, len(all))
	}
	// Exact names while they fit, patterns that match every rule where not.
	pattern := regexp.MustCompile(`:rule/app/([^"]+)"`)
	for _, s := range all {
		for id, p := range resourcesOf(s, "AWS::SQS::QueuePolicy") {
			text := string(cloudformation.Compact(p.Get("PolicyDocument")))
			if len(text) > 8192 {
				t.Errorf("%s/%s: %d bytes", s.Name, id, len(text))
			}
			for _, m := range pattern.FindAllStringSubmatch(text, -1) {
				like := strings.TrimSuffix(m[1], "*")
				if !rules[m[1]] && (like == m[1] || !slices.ContainsFunc(slices.Collect(maps.Keys(rules)), func(r string) bool { return strings.HasPrefix(r, like) })) {
					t.Errorf("%s/%s allows %s, which is no rule", s.Name, id, m[1])
				}
			}
			if strings.HasPrefix(id, "PolicyOfQueueRobot1") && id == "PolicyOfQueueRobot1" && (strings.Contains(text, "ArnLike") || strings.Count(text, ":rule/app/") != 4) {
				t.Errorf("four rules send to robot-1: %s", text)
			}
			if id == "PolicyOfQueueRobot0" && !strings.Contains(text, "ArnLike") {
				t.Errorf("280 rules do not fit: %s", text)
			}
		}
	}
}

// TestQueuedLongNames: names are cut within AWS's limits and stay distinct, those
// in ARNs the same.
func TestQueuedLongNames(t *testing.T) {
	long := strings.Repeat("d", 60)
	src := strings.Replace(string(queuedFile("", long+"-1"+verifiedSlack[4:], long+"-2"+verifiedSlack[4:], long+"-3"+signedRobot[5:])), "name: ops", "name: a-stack-with-a-rather-long-name", 1)
	c := stacks.CompileFile("notifygen.yaml", []byte(src), plan.Options{Group: "and-a-group-with-a-long-name-too"})
	if !c.OK() {
		t.Fatal(c.Diagnostics)
	}
	checkStacks(t, c.Stacks)
	names := map[string]bool{}
	for kind, limit := range map[string]struct {
		key string
		max int
	}{
		"AWS::SQS::Queue": {"QueueName", 80}, "AWS::Pipes::Pipe": {"Name", 64}, "AWS::StepFunctions::StateMachine": {"StateMachineName", 80},
		"AWS::Lambda::Function": {"FunctionName", 64}, "AWS::Logs::LogGroup": {"LogGroupName", 512}, "AWS::CloudWatch::Alarm": {"AlarmName", 255},
	} {
		for id, p := range resourcesOf(c.Stacks[0], kind) {
			name := p.Get(limit.key).(string)
			if len(name) > limit.max || names[kind+name] {
				t.Errorf("%s: %s has %d characters, or stands twice", id, name, len(name))
			}
			names[kind+name] = true
		}
	}
	machine := resourcesOf(c.Stacks[0], "AWS::StepFunctions::StateMachine")
	for id, p := range machine {
		if !strings.Contains(string(cloudformation.Compact(c.Stacks[0].Template.Object("Resources").Object("RoleOf"+id))), ":stateMachine:"+p.Get("StateMachineName").(string)+`"`) {
			t.Errorf("%s: its role names another", id)
		}
	}
}

// TestPipeInput: what the pipe passes on is JSON once the placeholders are filled.
func TestPipeInput(t *testing.T) {
	pipe := resourcesOf(compile(t, queuedFile("", verifiedSlack))[0], "AWS::Pipes::Pipe")["PipeChat"]
	input := pipe.Object("TargetParameters").Get("InputTemplate").(string)
	filled := strings.ReplaceAll(input, "<$.body>", `{"route":"r","event":"1","message":{"a":1}}`)
	var got struct{ Item map[string]any }
	if err := json.Unmarshal([]byte(filled), &got); err != nil || len(got.Item) != 3 || got.Item["route"] != "r" || got.Item["event"] != "1" {
		t.Errorf("%v: %s", err, filled)
	}
}

func hasCode(code string) func(diag.Diagnostic) bool {
	return func(d diag.Diagnostic) bool { return string(d.Code) == code }
}
