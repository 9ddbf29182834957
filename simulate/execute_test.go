package simulate_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/transformers"
)

const (
	slackVerified  = "slack-verified.template.json"
	dingTalkSigned = "health-to-dingtalk-signed.template.json"
	slackEntry     = `{"Source":"MyTestApp","DetailType":"MyTestMessage","Detail":"{\"event\":\"x\"}"}`
)

// node is an object of a template.
type node = map[string]any

// queued plays an event through a compiled template that a test has changed.
type queued struct {
	template   string
	change     func(resources node)
	parameters map[string]string
	secrets    map[string]string
	services   []*contract.Service
	received   *simulate.Received
	stored     map[string]string
}

func (q queued) play(t *testing.T, event string) ([]simulate.Delivery, *diag.List) {
	t.Helper()
	player, ds := q.player(t)
	return play(t, player, []byte(event), ""), ds
}

func (q queued) player(t testing.TB) (simulate.Player, *diag.List) {
	t.Helper()
	var template node
	if err := json.Unmarshal(read(t, filepath.Join("..", "examples", "testdata", q.template)), &template); err != nil {
		t.Fatal(err)
	}
	if q.change != nil {
		q.change(template["Resources"].(node))
	}
	src, err := json.Marshal(template)
	if err != nil {
		t.Fatal(err)
	}
	var ds diag.List
	read := cloudformation.Read("template.json", src, &ds)
	if read == nil {
		t.Fatal(ds.Sorted())
	}
	set := cloudformation.Deploy([]*cloudformation.Template{read}, cloudformation.Settings{Parameters: q.parameters, Secrets: q.secrets}, &ds)
	if q.services == nil {
		q.services = transformers.Services()
	}
	return simulate.Player{
		World: simulate.NewWorld(set, &ds), Now: now, Services: q.services, Received: q.received, Parameters: q.stored,
	}, &ds
}

func properties(resources node, id string) node { return resources[id].(node)["Properties"].(node) }

func definition(resources node, id string) node {
	return properties(resources, id)["Definition"].(node)
}

func states(resources node, id string) node { return definition(resources, id)["States"].(node) }

// executed gives the execution of the only state machine, and its requests.
func executed(t *testing.T, all []simulate.Delivery) (*simulate.Execution, []simulate.Delivery) {
	t.Helper()
	var e *simulate.Execution
	var requests []simulate.Delivery
	for _, d := range all {
		switch {
		case d.Execution != nil && e == nil:
			e = d.Execution
		case d.Execution != nil:
			t.Fatal("two executions")
		case d.Kind == simulate.KindHTTPTask:
			requests = append(requests, d)
		}
	}
	if e == nil {
		t.Fatalf("no execution: %+v", all)
	}
	return e, requests
}

var channel = map[string]string{"MySlackChannel": "C0123456789"}

// answers is a service at Slack's address that always answers the same.
func answers(status int, body string) []*contract.Service {
	return []*contract.Service{{
		Name: "same", Title: "Same", Endpoint: regexp.MustCompile(`^slack\.com/`),
		Check:  func(contract.Request) []contract.Problem { return nil },
		Accept: func(contract.Request) contract.Reply { return contract.Reply{Status: status, Body: body} },
	}}
}

func TestWhatStateMachinesMakeOfReplies(t *testing.T) {
	for name, c := range map[string]struct {
		status            int
		body              string
		outcome, code     string // of the dead letter
		requests, seconds int
		refused           bool
	}{
		"accepted":       {200, `{"ok":true}`, contract.Delivered, "", 1, 1, false},
		"refused":        {200, `{"ok":false,"error":"is_archived"}`, contract.DeadLettered, "is_archived", 1, 1, true},
		"no JSON":        {200, `hello`, contract.DeadLettered, "200", 1, 1, true},
		"not found":      {404, ``, contract.DeadLettered, "404", 1, 1, true},
		"broken":         {503, ``, contract.Retried, "", 4, 5 + 15 + 30 + 60, true},
		"throttled":      {429, ``, contract.Retried, "", 4, 3*30 + 60, true},
		"throttled, 200": {200, `{"ok":false,"error":"ratelimited"}`, contract.Retried, "", 4, 3*30 + 60, true},
	} {
		t.Run(name, func(t *testing.T) {
			all, _ := queued{template: slackVerified, parameters: channel, services: answers(c.status, c.body)}.play(t, slackEntry)
			e, requests := executed(t, all)
			if e.Outcome != c.outcome || len(requests) != c.requests || e.Seconds != float64(c.seconds) || e.WaitSeconds != float64(c.seconds) {
				t.Errorf("%s after %d requests and %g s, %g of them waits: %s", e.Outcome, len(requests), e.Seconds, e.WaitSeconds, e.Line())
			}
			code := ""
			for _, letter := range e.DeadLetters {
				code = letter.Attributes["ERROR_CODE"]
				if letter.Attributes["ROUTE"] != "my-test-message" || !strings.Contains(letter.Body, `"channel":"C0123456789"`) || !strings.HasSuffix(letter.Queue, ":slack-verified_channel_dead-letters.fifo") || letter.Group != "channel" {
					t.Errorf("%+v", letter)
				}
			}
			if code != c.code || len(e.Metrics) != len(e.DeadLetters) {
				t.Errorf("code %q, metrics %v", code, e.Metrics)
			}
			for i, r := range requests {
				last := i == len(requests)-1
				if r.Attempt != i+1 || r.Target != "channel" || r.Refused() != (last && c.refused) || last && r.Outcome != c.outcome || !last && r.Outcome != contract.Retried {
					t.Errorf("request %d: attempt %d of %s: %s, refused: %v", i, r.Attempt, r.Target, r.Outcome, r.Refused())
				}
			}
			keys := map[string]bool{}
			passing := simulate.OnTheWay(all)
			for i, d := range all {
				if keys[d.Key()] {
					t.Error("two deliveries have the key", d.Key())
				}
				keys[d.Key()] = true
				if passing[i] != (i < len(all)-1) {
					t.Errorf("%s on the way: %v", d.Key(), passing[i])
				}
			}
		})
	}
}

// TestWithoutTheChoice proves that what the compiler generates is what runs.
func TestWithoutTheChoice(t *testing.T) {
	lost := map[string]string{"MySlackChannel": ""} // Slack refuses it with status 200
	all, ds := queued{template: slackVerified, parameters: lost}.play(t, slackEntry)
	if e, requests := executed(t, all); e.Outcome != contract.DeadLettered || ds.HasErrors() || !requests[0].Refused() {
		t.Fatal(e.Line(), ds.Sorted())
	}

	all, ds = queued{template: slackVerified, parameters: lost, change: func(resources node) {
		delete(states(resources, "StateMachineChannel"), "Accepted?")
	}}.play(t, slackEntry)
	if d := all[len(all)-1]; d.Error == nil || !strings.Contains(d.Error.Message, `there is no state "Accepted?"`) || !ds.HasErrors() {
		t.Errorf("the Choice is gone: %+v %v", d, ds.Sorted())
	}

	all, _ = queued{template: slackVerified, parameters: lost, change: func(resources node) {
		definition(resources, "StateMachineChannel")["States"] = node{
			"Unpack": states(resources, "StateMachineChannel")["Unpack"],
			"Send":   states(resources, "StateMachineChannel")["Send"],
			"Pace":   states(resources, "StateMachineChannel")["Pace"],
			"Done":   states(resources, "StateMachineChannel")["Done"],
		}
		send := states(resources, "StateMachineChannel")["Send"].(node)
		send["Next"] = "Pace"
		delete(send, "Catch")
	}}.play(t, slackEntry)
	e, requests := executed(t, all)
	if e.Status != "SUCCEEDED" || e.Outcome != contract.Lost || !requests[0].Refused() || !strings.Contains(requests[0].Reason(), "the state machine counts that as delivered") {
		t.Errorf("the Choice is gone and bridged: %s %s", e.Line(), e.Outcome)
	}
}

// TestSignature compares what is sent with python3's hmac.
func TestSignature(t *testing.T) {
	event := string(read(t, "testdata/cases/machine-dingtalk/event.json"))
	sent := func(q queued) url.Values {
		q.template = dingTalkSigned
		all, _ := q.play(t, event)
		e, requests := executed(t, all)
		if e.Outcome != contract.Delivered || len(requests) != 1 {
			t.Fatal(e.Line())
		}
		u, err := url.Parse(requests[0].Request.URL)
		if err != nil {
			t.Fatal(err)
		}
		return u.Query()
	}
	named := func(resources node) { // a secret that exists already, a key of which is the one
		sign := states(resources, "StateMachineOncall")["Sign"].(node)["Arguments"].(node)["Payload"].(node)
		sign["secretId"], sign["secretKey"] = "arn:aws:secretsmanager:us-east-1:123456789012:secret:notify/ding-AbCdEf", "sign"
	}
	for name, q := range map[string]queued{
		"parameter":      {secrets: map[string]string{"DingTalkSignSecret": "SEC+/=&ä"}},
		"existing, name": {secrets: map[string]string{"notify/ding-AbCdEf:sign": "SEC+/=&ä"}, change: named},
		"existing, ARN":  {secrets: map[string]string{"arn:aws:secretsmanager:us-east-1:123456789012:secret:notify/ding-AbCdEf:sign": "SEC+/=&ä"}, change: named},
	} {
		t.Run(name, func(t *testing.T) {
			query := sent(q)
			const script = "import base64,hashlib,hmac,sys\nt,s=sys.argv[1:]\nprint(base64.b64encode(hmac.new(s.encode(),(t+'\\n'+s).encode(),hashlib.sha256).digest()).decode())"
			out, err := exec.Command("python3", "-c", script, query.Get("timestamp"), "SEC+/=&ä").Output()
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.TrimSpace(string(out)); query.Get("sign") != want || query.Get("access_token") != "***" {
				t.Errorf("%v, python3 signs %s", query, want)
			}
		})
	}
	t.Run("never shown", func(t *testing.T) {
		for _, q := range []queued{{}, {change: named}, {parameters: map[string]string{"DingTalkSignSecret": "SEChush-hush"}}} {
			if query := sent(q); query.Get("sign") != "***" || query.Get("timestamp") == "" {
				t.Errorf("%v", query)
			}
		}
	})
}

func TestWhatIsNotKnown(t *testing.T) {
	event := string(read(t, "testdata/cases/machine-dingtalk/event.json"))
	t.Run("another function", func(t *testing.T) {
		all, _ := queued{template: dingTalkSigned, change: func(resources node) {
			delete(resources["Signer"].(node), "Metadata")
		}}.play(t, event)
		e, requests := executed(t, all)
		if e.Status != simulate.StatusUnknown || e.Outcome != simulate.OutcomeUnknown || len(requests) != 0 || !strings.Contains(strings.Join(e.Notes, " "), "depends on the reply of the function") {
			t.Errorf("%+v", e)
		}
	})
	t.Run("service", func(t *testing.T) {
		all, _ := queued{template: slackVerified, parameters: channel, change: func(resources node) {
			states(resources, "StateMachineChannel")["Send"].(node)["Arguments"].(node)["ApiEndpoint"] = "https://chat.example.com/x"
		}}.play(t, slackEntry)
		e, requests := executed(t, all)
		if e.Outcome != contract.DeadLettered || requests[0].Contract != nil || !requests[0].Refused() || !strings.Contains(strings.Join(e.Notes, " "), "taken to answer 200") {
			t.Errorf("%+v", e)
		}
	})
	t.Run("machine of others", func(t *testing.T) {
		all, ds := queued{template: slackVerified, parameters: channel, change: func(resources node) {
			delete(resources["StateMachineChannel"].(node), "Metadata")
			states(resources, "StateMachineChannel")["Done"] = node{"Type": "Map"}
		}}.play(t, slackEntry)
		if d := all[len(all)-1]; d.Error != nil || !strings.Contains(d.Unknown, "not played here") || ds.HasErrors() {
			t.Errorf("%+v %v", d, ds.Sorted())
		}
	})
	t.Run("standard workflow", func(t *testing.T) {
		all, _ := queued{template: slackVerified, parameters: channel, change: func(resources node) {
			delete(properties(resources, "StateMachineChannel"), "StateMachineType")
			properties(resources, "PipeChannel")["TargetParameters"].(node)["StepFunctionStateMachineParameters"] = node{"InvocationType": "FIRE_AND_FORGET"}
		}}.play(t, slackEntry)
		if d := all[len(all)-1]; !strings.Contains(d.Unknown, "no Express state machine") {
			t.Errorf("%+v", d)
		}
	})
	t.Run("connection", func(t *testing.T) {
		all, _ := queued{template: slackVerified, parameters: channel, change: func(resources node) {
			states(resources, "StateMachineChannel")["Send"].(node)["Arguments"].(node)["InvocationConfig"] = node{"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/other/1"}
		}}.play(t, slackEntry)
		if e, _ := executed(t, all); e.Status != simulate.StatusUnknown || !strings.Contains(strings.Join(e.Notes, " "), "connection/other/1") {
			t.Errorf("%+v", e)
		}
	})
}

// TestDefinitionString writes the same state machine as a text with substitutions.
func TestDefinitionString(t *testing.T) {
	all, ds := queued{template: slackVerified, parameters: channel, change: func(resources node) {
		machine := properties(resources, "StateMachineChannel")
		text, err := json.Marshal(node{
			"QueryLanguage": "JSONata", "StartAt": "Send", "States": node{
				"Send": node{"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "End": true, "Arguments": node{
					"ApiEndpoint": "${Endpoint}", "Method": "POST", "InvocationConfig": node{"ConnectionArn": "${Connection}"},
					"RequestBody": "{% $states.input[0].item.message %}",
				}},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		delete(machine, "Definition")
		machine["DefinitionString"] = string(text)
		machine["DefinitionSubstitutions"] = node{
			"Endpoint": "https://slack.com/api/chat.postMessage", "Connection": node{"Fn::GetAtt": []string{"ConnectionChannel", "Arn"}},
		}
	}}.play(t, slackEntry)
	e, requests := executed(t, all)
	if e.Outcome != contract.Delivered || len(requests) != 1 || requests[0].Request.Header.Get("Authorization") != "Bearer ***" || ds.HasErrors() {
		t.Errorf("%+v %v", e, ds.Sorted())
	}
}

// TestForgottenExecution fails where nobody learns of it.
func TestForgottenExecution(t *testing.T) {
	all, _ := queued{template: slackVerified, parameters: channel, services: answers(503, ""), change: func(resources node) {
		properties(resources, "PipeChannel")["TargetParameters"].(node)["StepFunctionStateMachineParameters"] = node{"InvocationType": "FIRE_AND_FORGET"}
	}}.play(t, slackEntry)
	if e, _ := executed(t, all); e.Status != "FAILED" || e.Error != "503" || e.Outcome != contract.Lost {
		t.Errorf("%+v", e)
	}
}

func TestDeduplication(t *testing.T) {
	one := `{"id":"e1","source":"MyTestApp","detail-type":"MyTestMessage","account":"123456789012","region":"us-east-1","detail":{"event":"x"}}`
	other := strings.Replace(one, "e1", "e2", 1)
	q := queued{template: slackVerified, parameters: channel, received: &simulate.Received{}}
	all, _ := q.play(t, "["+one+","+one+","+other+"]")
	var dropped, requests int
	for _, d := range all {
		if d.Deduplicated {
			dropped++
		}
		if d.Kind == simulate.KindHTTPTask {
			requests++
		}
	}
	if dropped != 1 || requests != 2 {
		t.Errorf("%d dropped, %d sent", dropped, requests)
	}
	q.received, q.change = &simulate.Received{}, func(resources node) {
		delete(properties(resources, "QueueChannel"), "ContentBasedDeduplication")
	}
	all, _ = q.play(t, "["+one+"]")
	if len(all) != 1 || all[0].Error == nil || !strings.Contains(all[0].Error.Message, "ContentBasedDeduplication") {
		t.Errorf("a queue that does not look at the content takes a message without an id: %+v", all)
	}
}

// TestSignatureIsVerified changes what the state machine makes of the signature: the
// robot, whose secret is known or made up, refuses all but the right one.
func TestSignatureIsVerified(t *testing.T) {
	const event = `{"Source":"custom.dingtalkevent.test","DetailType":"CUSTOM","Detail":"{\"service\":\"EC2\",\"eventTypeCode\":\"X\",\"eventTypeCategory\":\"issue\",\"statusCode\":\"open\",\"startTime\":\"2026-01-02\"}"}`
	for name, c := range map[string]struct {
		change  func(query node)
		outcome string
	}{
		"as compiled":  {func(node) {}, contract.Delivered},
		"no signature": {func(query node) { delete(query, "sign") }, contract.DeadLettered},
		"no time":      {func(query node) { delete(query, "timestamp") }, contract.DeadLettered},
		"another one":  {func(query node) { query["sign"] = "{% $signature.timestamp %}" }, contract.DeadLettered},
		"an old one":   {func(query node) { query["timestamp"] = "1700000000000" }, contract.DeadLettered},
	} {
		for _, secrets := range []map[string]string{nil, {"DingTalkSignSecret": "SECgiven"}} {
			all, _ := queued{template: dingTalkSigned, secrets: secrets, change: func(resources node) {
				c.change(states(resources, "StateMachineOncall")["Send"].(node)["Arguments"].(node)["QueryParameters"].(node))
			}}.play(t, event)
			e, _ := executed(t, all)
			if e.Outcome != c.outcome || c.outcome == contract.DeadLettered && e.DeadLetters[0].Attributes["ERROR_CODE"] != "310000" {
				t.Errorf("%s, %v: %s", name, secrets, e.Line())
			}
		}
	}
}

func TestSignSecrets(t *testing.T) {
	for name, c := range map[string]struct {
		q    queued
		want string
	}{
		"given":       {queued{template: dingTalkSigned, secrets: map[string]string{"DingTalkSignSecret": "SECgiven"}}, "SECgiven"},
		"a parameter": {queued{template: dingTalkSigned, parameters: map[string]string{"DingTalkSignSecret": "SECtyped"}}, "SECtyped"},
		"not known":   {queued{template: dingTalkSigned}, ""},
		"not signed":  {queued{template: slackVerified}, ""},
		"another robot is not signed": {queued{template: dingTalkSigned, secrets: map[string]string{"DingTalkSignSecret": "SECgiven"}, change: func(resources node) {
			resources["Other"] = node{"Type": "AWS::Events::ApiDestination", "Properties": node{"InvocationEndpoint": "https://oapi.dingtalk.com/robot/send", "HttpMethod": "POST", "ConnectionArn": "c"}}
		}}, ""},
	} {
		player, _ := c.q.player(t)
		for service, want := range map[string]string{"dingtalk": c.want, "slack": ""} {
			if got := player.World.SignSecrets(transformers.Services(), service); strings.Join(got, ",") != want {
				t.Errorf("%s, %s: %q", name, service, got)
			}
		}
	}
}

// TestFIFOQueueRefuses gives FIFO queues what SQS refuses.
func TestFIFOQueueRefuses(t *testing.T) {
	for name, change := range map[string]struct{ field, value, want string }{
		"no group":    {"MessageGroupId", "", "needs a MessageGroupId"},
		"odd group":   {"MessageGroupId", "a b", "its MessageGroupId must have"},
		"long group":  {"MessageGroupId", strings.Repeat("g", 129), "its MessageGroupId must have"},
		"no ASCII":    {"MessageGroupId", "é", "its MessageGroupId must have"},
		"whole range": {"MessageGroupId", "!~", ""},
	} {
		t.Run(name, func(t *testing.T) {
			all, _ := queued{template: slackVerified, parameters: channel, change: func(resources node) {
				for _, r := range resources {
					if r := r.(node); r["Type"] == "AWS::Events::Rule" {
						target := r["Properties"].(node)["Targets"].([]any)[0].(node)
						target["SqsParameters"] = node{change.field: change.value}
					}
				}
			}}.play(t, slackEntry)
			refused := all[0].Error != nil && strings.Contains(all[0].Error.Message, change.want)
			if refused != (change.want != "") || refused && (len(all) != 1 || all[0].Error.Code != "SDK_CLIENT_ERROR") {
				t.Errorf("%+v", all[0].Error)
			}
		})
	}
}

// TestMessagesWaitForOneAnother works a message group off one by one.
func TestMessagesWaitForOneAnother(t *testing.T) {
	list := "[" + slackEntry + "," + slackEntry + "," + slackEntry + "]"
	queuedFor := func(q queued) (all []float64) {
		deliveries, _ := q.play(t, list)
		for _, d := range deliveries {
			if d.Execution != nil {
				all = append(all, d.Execution.QueuedSeconds)
			}
		}
		return all
	}
	if got := queuedFor(queued{template: slackVerified, parameters: channel, received: &simulate.Received{}}); !slices.Equal(got, []float64{0, 1, 2}) { // paced by a second
		t.Error(got)
	}
	if got := queuedFor(queued{template: slackVerified, parameters: channel}); !slices.Equal(got, []float64{0, 0, 0}) {
		t.Error("without a memory:", got)
	}
	// one that returns to the queue holds the others up while it is out of sight
	busy := queued{template: slackVerified, parameters: channel, received: &simulate.Received{}, services: answers(503, "")}
	if got := queuedFor(busy); !slices.Equal(got, []float64{0, 1458, 2916}) {
		t.Error(got)
	}
	sideBySide := queued{template: slackVerified, parameters: channel, received: &simulate.Received{}, change: func(resources node) {
		properties(resources, "PipeChannel")["TargetParameters"].(node)["StepFunctionStateMachineParameters"] = node{"InvocationType": "FIRE_AND_FORGET"}
	}}
	if got := queuedFor(sideBySide); !slices.Equal(got, []float64{0, 0, 0}) {
		t.Error("nobody waits for the machine:", got)
	}
}

func TestMessageTooLargeForTheQueue(t *testing.T) {
	all, _ := queued{template: slackVerified, parameters: channel}.play(t, strings.Replace(slackEntry, `\"x\"`, `\"`+strings.Repeat("x", 245_760)+`\"`, 1))
	if len(all) != 1 || all[0].Error == nil || all[0].Error.Code != "SDK_CLIENT_ERROR" || !strings.Contains(all[0].Error.Message, "takes messages of 245760") {
		t.Errorf("%d deliveries", len(all))
	}
}

// TestMessageTooLargeForTheMachine goes back to the queue for ever.
func TestMessageTooLargeForTheMachine(t *testing.T) {
	all, _ := queued{template: slackVerified, parameters: channel, change: func(resources node) {
		delete(properties(resources, "QueueChannel"), "MaximumMessageSize")
	}}.play(t, strings.Replace(slackEntry, `\"x\"`, `\"`+strings.Repeat("x", 262_144)+`\"`, 1))
	if len(all) != 2 || all[1].Error == nil || !strings.Contains(all[1].Error.Message, "Step Functions takes 262144") || all[1].DeadLetterQueue == "" {
		t.Errorf("%d deliveries", len(all))
	}
}

// TestParameters reads one of Systems Manager, and one that is not there.
func TestParameters(t *testing.T) {
	q := queued{template: slackVerified, parameters: channel, stored: map[string]string{"/on-call": "+86-1"}, change: func(resources node) {
		all := states(resources, "StateMachineChannel")
		all["Look up"] = node{
			"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:ssm:getParameter", "Arguments": node{"Name": "/on-call", "WithDecryption": true},
			"Assign": node{"who": "{% $states.result.Parameter.Value %}"}, "Output": node{}, "Next": "Send",
			"Catch": []node{{"ErrorEquals": []string{"Ssm.ParameterNotFoundException"}, "Assign": node{"who": "nobody"}, "Output": node{}, "Next": "Send"}},
		}
		all["Unpack"].(node)["Next"] = "Look up"
		all["Send"].(node)["Arguments"].(node)["RequestBody"] = "{% $merge([$item.message, {'text': $who}]) %}"
	}}
	for want, stored := range map[string]map[string]string{"+86-1": q.stored, "nobody": nil} {
		q.stored = stored
		all, _ := q.play(t, slackEntry)
		e, requests := executed(t, all)
		if len(requests) != 1 || !strings.Contains(requests[0].Request.Body, `"text":"`+want+`"`) || (len(e.Notes) == 0) != (stored != nil) {
			t.Errorf("%s: %s %v", want, e.Line(), e.Notes)
		}
	}
	// what is not decrypted is no list of numbers
	change := q.change
	q.stored, q.change = map[string]string{"/on-call": "+86-1"}, func(resources node) {
		change(resources)
		delete(states(resources, "StateMachineChannel")["Look up"].(node)["Arguments"].(node), "WithDecryption")
	}
	all, _ := q.play(t, slackEntry)
	if e, requests := executed(t, all); strings.Contains(requests[0].Request.Body, "+86-1") || len(e.Notes) == 0 {
		t.Errorf("%s %v", requests[0].Request.Body, e.Notes)
	}
}

// TestMachinesInReplay plays many events on all processors.
func TestMachinesInReplay(t *testing.T) {
	player, _ := queued{template: dingTalkSigned}.player(t)
	var line bytes.Buffer
	if err := json.Compact(&line, read(t, "testdata/cases/machine-dingtalk/event.json")); err != nil {
		t.Fatal(err)
	}
	const events = 40
	tally, err := player.Replay(strings.NewReader(strings.Repeat(line.String()+"\n", events)), simulate.Origin{Now: now}, "", func(int, int64) {})
	if err != nil || tally.Deliveries != events || tally.RefusedByService != 0 || tally.Undeliverable != 0 {
		t.Errorf("%+v %v", tally, err)
	}
}

// TestUnresolvedDefinition is played as soon as the value is given.
func TestUnresolvedDefinition(t *testing.T) {
	q := queued{template: slackVerified, parameters: channel, change: func(resources node) {
		states(resources, "StateMachineChannel")["Send"].(node)["Arguments"].(node)["ApiEndpoint"] = node{"Ref": "AWS::Nothing"}
	}}
	all, ds := q.play(t, slackEntry)
	if d := all[len(all)-1]; !strings.Contains(d.Unknown, "is not known") || !ds.HasErrors() {
		t.Errorf("%+v %v", d, ds.Sorted())
	}
}
