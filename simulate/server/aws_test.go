package server_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/simulate/server"
)

const orderEntry = `{"Source":"shop","DetailType":"Order","EventBusName":"shop","Detail":"{\"kind\":\"order\",\"n\":7,\"room\":\"a b\"}"}`

// TestOperations compares answers of the API, byte for byte.
func TestOperations(t *testing.T) {
	s := newServer(t, shop, nil)
	const rule = `"Arn":"arn:aws:events:us-east-1:123456789012:rule/`
	for _, test := range []struct{ operation, body, want string }{
		{"DescribeEventBus", `{}`, `{"Name":"default","Arn":"arn:aws:events:us-east-1:123456789012:event-bus/default"}`},
		{"DescribeEventBus", `{"Name":"shop"}`, `{"Name":"shop","Arn":"arn:aws:events:us-east-1:123456789012:event-bus/shop","Description":"Orders"}`},
		{"DescribeEventBus", `{"Name":"arn:aws:events:us-east-1:123456789012:event-bus/shop"}`, `{"Name":"shop","Arn":"arn:aws:events:us-east-1:123456789012:event-bus/shop","Description":"Orders"}`},
		{"DescribeEventBus", `{"Name":"arn:aws:events:eu-west-1:210987654321:event-bus/far"}`, `{"Name":"far","Arn":"arn:aws:events:eu-west-1:210987654321:event-bus/far"}`},
		{"ListEventBuses", `{"NamePrefix":"sh"}`, `{"EventBuses":[{"Name":"shop","Arn":"arn:aws:events:us-east-1:123456789012:event-bus/shop","Description":"Orders"}]}`},
		{"DescribeRule", `{"Name":"orders","EventBusName":"shop"}`, `{"Name":"orders",` + rule + `shop/orders","EventPattern":"{\"source\":[\"shop\"],\"detail\":{\"kind\":[\"order\"]}}",` +
			`"State":"ENABLED","Description":"Orders to chat","EventBusName":"shop","CreatedBy":"123456789012"}`},
		{"DescribeRule", `{"Name":"idle"}`, `{"Name":"idle",` + rule + `idle","EventPattern":"{\"source\":[\"shop\"]}","State":"DISABLED","EventBusName":"default","CreatedBy":"123456789012"}`},
		{"DescribeRule", `{"Name":"nightly"}`, `{"Name":"nightly",` + rule + `nightly","ScheduleExpression":"rate(1 day)","State":"ENABLED","EventBusName":"default","CreatedBy":"123456789012"}`},
		{"ListRules", `{"EventBusName":"shop","NamePrefix":"or"}`, `{"Rules":[{"Name":"orders",` + rule + `shop/orders","EventPattern":"{\"source\":[\"shop\"],\"detail\":{\"kind\":[\"order\"]}}",` +
			`"State":"ENABLED","Description":"Orders to chat","EventBusName":"shop"}]}`},
		{"ListRules", `{"NamePrefix":"none"}`, `{"Rules":[]}`},
		{"ListTargetsByRule", `{"Rule":"idle"}`, `{"Targets":[{"Id":"q","Arn":"arn:aws:sqs:us-east-1:123456789012:dead"}]}`},
		{"TestEventPattern", `{"EventPattern":"{\"source\":[\"s\"]}","Event":"{\"id\":\"1\",\"account\":\"1\",\"source\":\"s\",\"time\":\"2026-03-02T10:15:30Z\",\"region\":\"r\",\"detail-type\":\"t\"}"}`, `{"Result":true}`},
		{"TestEventPattern", `{"EventPattern":"{\"source\":[\"x\"]}","Event":"{\"id\":\"1\",\"account\":\"1\",\"source\":\"s\",\"time\":\"2026-03-02T10:15:30Z\",\"region\":\"r\",\"detail-type\":\"t\"}"}`, `{"Result":false}`},
	} {
		if status, got := aws(s, test.operation, test.body); status != 200 || got != test.want {
			t.Errorf("%s %s: %d\n got %s\nwant %s", test.operation, test.body, status, got, test.want)
		}
	}
}

// TestTargets wants all that a target holds, and no secret.
func TestTargets(t *testing.T) {
	s := newServer(t, shop, nil)
	_, got := aws(s, "ListTargetsByRule", `{"Rule":"orders","EventBusName":"shop"}`)
	reply := into[struct{ Targets []map[string]any }](t, got)
	if len(reply.Targets) != 3 || strings.Contains(got, secret) || strings.Contains(got, "zZnotifygen") {
		t.Fatal(got)
	}
	chat := reply.Targets[0]
	if id := chat["Arn"].(string); !regexp.MustCompile(`^arn:aws:events:us-east-1:123456789012:api-destination/chat/[0-9a-f-]{36}$`).MatchString(id) {
		t.Error(id)
	}
	delete(chat, "Arn")
	compact, _ := json.Marshal(chat)
	want := `{"DeadLetterConfig":{"Arn":"arn:aws:sqs:us-east-1:123456789012:dead"},` +
		`"HttpParameters":{"HeaderParameters":{"X-Key":"***"},"PathParameterValues":["$.detail.room"],"QueryStringParameters":{"q":"1"}},"Id":"chat",` +
		`"InputTransformer":{"InputPathsMap":{"n":"$.detail.n"},"InputTemplate":"{\"text\":\"Order \u003cn\u003e\",\"key\":\"***\"}"},` +
		`"RetryPolicy":{"MaximumEventAgeInSeconds":3600,"MaximumRetryAttempts":2},"RoleArn":"arn:aws:iam::123456789012:role/call"}`
	if string(compact) != want {
		t.Errorf("got %s\nwant %s", compact, want)
	}
	if p := reply.Targets[1]; p["InputPath"] != "$.detail" || p["SqsParameters"].(map[string]any)["MessageGroupId"] != "g" || p["RetryPolicy"] != nil {
		t.Error(p)
	}
	if reply.Targets[2]["Input"] != `{"a":1}` {
		t.Error(reply.Targets[2])
	}
}

// TestPages walks through lists a few items at a time.
func TestPages(t *testing.T) {
	s := newServer(t, shop, nil)
	for _, test := range []struct{ operation, parameters, list, key, want string }{
		{"ListRules", ``, "Rules", "Name", "idle nightly plain"},
		{"ListTargetsByRule", `"Rule":"orders","EventBusName":"shop",`, "Targets", "Id", "chat queue constant"},
		{"ListEventBuses", ``, "EventBuses", "Name", "default shop"},
	} {
		var names []string
		token := ""
		for range 5 {
			status, body := aws(s, test.operation, `{`+test.parameters+token+`"Limit":1}`)
			if status != 200 {
				t.Fatal(test.operation, status, body)
			}
			reply := into[map[string]any](t, body)
			page := reply[test.list].([]any)
			if len(page) != 1 {
				t.Fatal(test.operation, body)
			}
			names = append(names, page[0].(map[string]any)[test.key].(string))
			next, more := reply["NextToken"].(string)
			if !more {
				break
			}
			token = `"NextToken":"` + next + `",`
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%s: %s, want %s", test.operation, got, test.want)
		}
	}
}

// TestErrors compares what EventBridge refuses, and how.
func TestErrors(t *testing.T) {
	s := newServer(t, shop, nil)
	long := strings.Repeat("x", 65)
	envelope := `"id":"1","account":"1","source":"s","region":"r","detail-type":"t"`
	for _, test := range []struct{ operation, body, code, message string }{
		{"DescribeRule", `{"Name":"none"}`, "ResourceNotFoundException", "Rule none does not exist on EventBus default."},
		{"DescribeRule", `{"Name":"orders"}`, "ResourceNotFoundException", "Rule orders does not exist on EventBus default."},
		{"DescribeRule", `{"Name":"orders","EventBusName":"none"}`, "ResourceNotFoundException", "Event bus none does not exist."},
		{"DescribeRule", `{}`, "ValidationException", "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null"},
		{"DescribeRule", `{"Name":"` + long + ` "}`, "ValidationException", "2 validation errors detected: Value '" + long + " ' at 'name' failed to satisfy constraint: Member must have length less than or equal to 64; " +
			"Value '" + long + ` ' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+`},
		{"ListTargetsByRule", `{"Rule":"none"}`, "ResourceNotFoundException", "Rule none does not exist on EventBus default."},
		{"ListTargetsByRule", `{"Rule":""}`, "ValidationException", "2 validation errors detected: Value '' at 'rule' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
			`Value '' at 'rule' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+`},
		{"ListRules", `{"EventBusName":"none"}`, "ResourceNotFoundException", "Event bus none does not exist."},
		{"ListRules", `{"EventBusName":"far"}`, "ResourceNotFoundException", "Event bus far does not exist."},
		{"ListRules", `{"Limit":0}`, "ValidationException", "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{"ListRules", `{"Limit":101}`, "ValidationException", "1 validation error detected: Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100"},
		{"ListRules", `{"NextToken":"x"}`, "ValidationException", "Parameter NextToken is not valid."},
		{"ListRules", `{"NextToken":"ZnJvbSA5OTk"}`, "ValidationException", "Parameter NextToken is not valid."},
		{"ListRules", `{"NextToken":"ZnJvbSAtMQ"}`, "ValidationException", "Parameter NextToken is not valid."},
		{"DescribeEventBus", `{"Name":"none"}`, "ResourceNotFoundException", "Event bus none does not exist."},
		{"DescribeEventBus", `{"Name":"far"}`, "ResourceNotFoundException", "Event bus far does not exist."},
		{"TestEventPattern", `{"EventPattern":"{\"source\":\"s\"}","Event":"{}"}`, "InvalidEventPatternException", `Event pattern is not valid. Reason: "source" must be an object or an array`},
		{"TestEventPattern", `{"EventPattern":"{","Event":"{}"}`, "InvalidEventPatternException", "Event pattern is not valid. Reason: "},
		{"TestEventPattern", `{"EventPattern":"{\"source\":[\"s\"]}","Event":"{"}`, "ValidationException", "Parameter Event is not valid."},
		{"TestEventPattern", `{"EventPattern":"{\"source\":[\"s\"]}","Event":"[]"}`, "ValidationException", "Parameter Event is not valid."},
		{"TestEventPattern", `{"EventPattern":"{\"source\":[\"s\"]}","Event":"{}"}`, "ValidationException", "Parameter Event is not valid."},
		{"TestEventPattern", `{"EventPattern":"{\"source\":[\"s\"]}","Event":` + quoted(`{`+envelope+`,"time":"noon"}`) + `}`, "ValidationException", "Parameter Event is not valid."},
		{"TestEventPattern", `{"EventPattern":` + quoted(`{"source":["`+strings.Repeat("x", 4096)+`"]}`) + `,"Event":"{}"}`, "ValidationException", "Member must have length less than or equal to 4096"},
		{"TestEventPattern", `{}`, "ValidationException", "2 validation errors detected: Value null at 'eventPattern' failed"},
		{"PutEvents", `{`, "SerializationException", "the request is not JSON"},
		{"PutEvents", ``, "SerializationException", "the request is not JSON"},
		{"PutEvents", `[]`, "SerializationException", ""},
		{"DescribeRule", `{"Name":5}`, "SerializationException", "Name must not be a JSON number"},
		{"PutRule", `{}`, "UnknownOperationException", `notifygen serve has no operation "AWSEvents.PutRule"; it has DescribeEventBus, DescribeRule, ListEventBuses, ListRules, ListTargetsByRule, PutEvents, TestEventPattern.`},
	} {
		status, body := aws(s, test.operation, test.body)
		var e struct {
			Type    string `json:"__type"`
			Message string `json:"message"`
		}
		if err := json.Unmarshal([]byte(body), &e); err != nil || status != 400 || e.Type != test.code || !strings.Contains(e.Message, test.message) {
			t.Errorf("%s %.100s: %d %s, want %s: %s", test.operation, test.body, status, body, test.code, test.message)
		}
	}
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// TestProtocol looks at headers and at the ways a body may come.
func TestProtocol(t *testing.T) {
	s := newServer(t, shop, nil)
	w := do(s, request("POST", "/", `{"Name":"none"}`, "X-Amz-Target", "AWSEvents.DescribeRule"))
	id := w.Header().Get("X-Amzn-RequestId")
	if w.Header().Get("Content-Type") != "application/x-amz-json-1.1" || w.Header().Get("X-Amzn-ErrorType") != "ResourceNotFoundException" || !uuid.MatchString(id) {
		t.Error(w.Header())
	}
	again := do(s, request("POST", "/", `{}`, "X-Amz-Target", "AWSEvents.DescribeEventBus"))
	if other := again.Header().Get("X-Amzn-RequestId"); again.Code != 200 || other == id || !uuid.MatchString(other) || again.Header().Get("X-Amzn-ErrorType") != "" {
		t.Error(again.Header())
	}
	for _, target := range []string{"", "PutEvents", "AmazonSQS.SendMessage", "AWSEvents.", "AWSEvents.putEvents"} {
		headers := []string{}
		if target != "" {
			headers = []string{"X-Amz-Target", target}
		}
		if w := do(s, request("POST", "/", `{}`, headers...)); w.Code != 400 || w.Header().Get("X-Amzn-ErrorType") != "UnknownOperationException" {
			t.Errorf("%q: %d %s", target, w.Code, w.Body)
		}
	}

	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	fmt.Fprintf(z, `{"Entries":[%s]}`, orderEntry)
	z.Close()
	if status, body := aws(s, "PutEvents", zipped.String(), "Content-Encoding", "gzip"); status != 200 || !strings.Contains(body, `"FailedEntryCount":0`) {
		t.Error(status, body)
	}
	for _, encoding := range []string{"gzip", "br"} {
		if status, body := aws(s, "PutEvents", `{}`, "Content-Encoding", encoding); status != 400 || !strings.Contains(body, "SerializationException") {
			t.Error(encoding, status, body)
		}
	}
	// a small body that grows
	zipped.Reset()
	z = gzip.NewWriter(&zipped)
	for range 20 {
		z.Write(bytes.Repeat([]byte(" "), 1<<20))
	}
	z.Close()
	for _, test := range [][]string{{zipped.String(), "gzip"}, {strings.Repeat(" ", 9<<20), "identity"}} {
		if status, body := aws(s, "PutEvents", test[0], "Content-Encoding", test[1]); status != http.StatusRequestEntityTooLarge || !strings.Contains(body, "RequestEntityTooLargeException") {
			t.Errorf("%d bytes, %s: %d %.200s", len(test[0]), test[1], status, body)
		}
	}
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// TestManyRules wants pages of a hundred.
func TestManyRules(t *testing.T) {
	var src strings.Builder
	src.WriteString("Resources:\n")
	for i := range 250 {
		fmt.Fprintf(&src, "  R%d: {Type: AWS::Events::Rule, Properties: {Name: r-%03d, EventPattern: {source: [s%d]}, Targets: [{Id: t, Arn: 'arn:aws:sns:us-east-1:123456789012:t'}]}}\n", i, i, i)
	}
	s := newServer(t, src.String(), func(c *server.Config) { c.Services = nil })
	seen, token := 0, ""
	for _, want := range []int{100, 100, 50} {
		_, body := aws(s, "ListRules", `{"EventBusName":"default"`+token+`}`)
		reply := into[struct {
			Rules     []struct{ Name string }
			NextToken string
		}](t, body)
		if len(reply.Rules) != want || reply.Rules[0].Name != fmt.Sprintf("r-%03d", seen) {
			t.Fatal(len(reply.Rules), reply.Rules[0])
		}
		seen += want
		token = `,"NextToken":"` + reply.NextToken + `"`
	}
	if token != `,"NextToken":""` {
		t.Error("there is more after", seen)
	}
}
