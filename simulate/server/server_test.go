package server_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/simulate/delivery"
	"github.com/notifygen/notifygen/simulate/server"
)

// shop is a template with a bit of everything.
const shop = `
Parameters:
  Token: {Type: String, NoEcho: true, Default: token-in-the-template}
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop, Description: Orders}}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: dead}}
  Connection:
    Type: AWS::Events::Connection
    Properties:
      Name: chat
      AuthorizationType: API_KEY
      AuthParameters: {ApiKeyAuthParameters: {ApiKeyName: Authorization, ApiKeyValue: !Sub "Bearer ${Token}"}}
  Chat:
    Type: AWS::Events::ApiDestination
    Properties: {Name: chat, ConnectionArn: !GetAtt Connection.Arn, InvocationEndpoint: "https://chat.example/*", HttpMethod: POST}
  Orders:
    Type: AWS::Events::Rule
    Properties:
      Name: orders
      Description: Orders to chat
      EventBusName: !Ref Bus
      EventPattern: {source: [shop], detail: {kind: [order]}}
      Targets:
        - Id: chat
          Arn: !GetAtt Chat.Arn
          RoleArn: arn:aws:iam::123456789012:role/call
          InputTransformer: {InputPathsMap: {n: $.detail.n}, InputTemplate: !Sub '{"text":"Order <n>","key":"${Token}"}'}
          HttpParameters:
            PathParameterValues: [$.detail.room]
            HeaderParameters: {X-Key: !Ref Token}
            QueryStringParameters: {q: "1"}
          RetryPolicy: {MaximumRetryAttempts: "2", MaximumEventAgeInSeconds: 3600}
          DeadLetterConfig: {Arn: !GetAtt Queue.Arn}
        - {Id: queue, Arn: !GetAtt Queue.Arn, InputPath: $.detail, SqsParameters: {MessageGroupId: g}}
        - {Id: constant, Arn: !GetAtt Queue.Arn, Input: '{"a":1}'}
  Broken:
    Type: AWS::Events::Rule
    Properties:
      Name: broken
      EventBusName: !Ref Bus
      EventPattern: {source: [broken]}
      Targets:
        - {Id: queue, Arn: !GetAtt Queue.Arn, DeadLetterConfig: {Arn: !GetAtt Queue.Arn}, InputTransformer: {InputPathsMap: {d: $.detail}, InputTemplate: '{"text":"all <d>"}'}}
  Off:
    Type: AWS::Events::Rule
    Properties: {Name: idle, State: DISABLED, EventPattern: {source: [shop]}, Targets: [{Id: q, Arn: !GetAtt Queue.Arn}]}
  Nightly:
    Type: AWS::Events::Rule
    Properties: {Name: nightly, ScheduleExpression: rate(1 day), Targets: [{Id: q, Arn: !GetAtt Queue.Arn}]}
  Plain:
    Type: AWS::Events::Rule
    Properties: {Name: plain, EventPattern: {source: [plain]}, Targets: [{Id: q, Arn: !GetAtt Queue.Arn}, {Id: far, Arn: "arn:aws:events:eu-west-1:210987654321:event-bus/far", RoleArn: r}]}
`

const secret = "token-in-the-template"

func world(t testing.TB, src string) *simulate.World {
	t.Helper()
	var ds diag.List
	template := cloudformation.Read("t.yaml", []byte(src), &ds)
	if template == nil {
		t.Fatal(ds.Sorted())
	}
	w := simulate.NewWorld(cloudformation.Deploy([]*cloudformation.Template{template}, cloudformation.Settings{}, &ds), &ds)
	if ds.HasErrors() {
		t.Fatal(ds.Sorted())
	}
	return w
}

// chat is a service that the tests know.
var chat = &contract.Service{
	Name: "chat", Title: "Chat", Endpoint: regexp.MustCompile(`^chat\.example/`),
	Check:  func(contract.Request) []contract.Problem { return nil },
	Accept: func(contract.Request) contract.Reply { return contract.Reply{Status: 200, Body: "ok"} },
	Show: func(body []byte) []contract.Block {
		return []contract.Block{{Kind: contract.Paragraph, Text: []contract.Run{{Text: string(body)}}}}
	},
	Errors: []contract.Error{{Code: "closed", Meaning: "the room is closed"}},
}

func newServer(t testing.TB, src string, change func(*server.Config)) *server.Server {
	t.Helper()
	c := server.Config{World: world(t, src), Services: []*contract.Service{chat}, Account: "123456789012", Region: "us-east-1"}
	if change != nil {
		change(&c)
	}
	s := server.New(c)
	t.Cleanup(s.Close)
	if err := s.Resume(); err != nil {
		t.Fatal(err)
	}
	return s
}

// record is a server.Record as clients read it.
type record struct {
	Seq             int64
	ID, Origin, Bus string
	Received        time.Time
	Event           json.RawMessage
	Deliveries      []delivered
}

type delivered struct {
	Rule, Target, Kind string
	Request            *struct {
		Method, URL, Body string
		Headers           map[string]string
	}
	Message      *string
	Error        *simulate.Failure
	Contract     *contract.Prediction
	Shown        []contract.Block
	Deduplicated bool
	Execution    *simulate.Execution
	Task         string
	delivery.Status
}

// request is a request as it is sent to the server's own address.
func request(method, path, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "127.0.0.1:4010"
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func do(s http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// aws calls an operation, and gives status and body.
func aws(s http.Handler, operation, body string, headers ...string) (int, string) {
	w := do(s, request("POST", "/", body, append([]string{"X-Amz-Target", "AWSEvents." + operation, "Content-Type", "application/x-amz-json-1.1"}, headers...)...))
	return w.Code, strings.TrimSpace(w.Body.String())
}

// api calls the inspector's API.
func api(s http.Handler, method, path, body string) (int, string) {
	headers := []string{}
	if method == "POST" {
		headers = []string{"Content-Type", "application/json"}
	}
	w := do(s, request(method, path, body, headers...))
	return w.Code, strings.TrimSpace(w.Body.String())
}

// into reads JSON.
func into[T any](t *testing.T, text string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return v
}

func put(t *testing.T, s http.Handler, entries string) string {
	t.Helper()
	status, body := aws(s, "PutEvents", `{"Entries":[`+entries+`]}`)
	if status != 200 {
		t.Fatal(status, body)
	}
	return body
}
