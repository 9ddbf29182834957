package simulate_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/simulate"
)

const secretive = `
Parameters:
  Url: {Type: String, NoEcho: true, Default: "https://hooks.example.com/in-the-template"}
  Key: {Type: String, NoEcho: true, Default: key-in-the-template}
  Plain: {Type: String, Default: plain-value}
Resources:
  Connection:
    Type: AWS::Events::Connection
    Properties:
      AuthorizationType: BASIC
      AuthParameters: {BasicAuthParameters: {Username: u, Password: !Sub "pass-${Key}"}}
  Keyed:
    Type: AWS::Events::Connection
    Properties:
      AuthorizationType: API_KEY
      AuthParameters:
        ApiKeyAuthParameters: {ApiKeyName: X-Key, ApiKeyValue: !Ref Plain}
        InvocationHttpParameters:
          BodyParameters: [{Key: token, Value: !Ref Key, IsValueSecret: true}]
          QueryStringParameters: [{Key: q, Value: literal-secret, IsValueSecret: true}]
  Unused:
    Type: AWS::Events::Connection
    Properties: {AuthorizationType: API_KEY, AuthParameters: {ApiKeyAuthParameters: {ApiKeyName: X-Acme-Unused, ApiKeyValue: none}}}
  A: {Type: AWS::Events::ApiDestination, Properties: {ConnectionArn: !GetAtt Connection.Arn, InvocationEndpoint: !Ref Url, HttpMethod: POST}}
  B: {Type: AWS::Events::ApiDestination, Properties: {ConnectionArn: !GetAtt Keyed.Arn, InvocationEndpoint: "https://b.example/", HttpMethod: POST}}
  C: {Type: AWS::Events::ApiDestination, Properties: {ConnectionArn: !GetAtt Unused.Arn, InvocationEndpoint: !Sub "https://c.example/${Key}", HttpMethod: POST}}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [s, !Ref Key]}
      Targets:
        - {Id: a, Arn: !GetAtt A.Arn, RoleArn: r}
        - {Id: b, Arn: !GetAtt B.Arn, RoleArn: r, InputTransformer: {InputTemplate: !Sub '{"in":"${Key}"}'}}
        - {Id: c, Arn: !GetAtt C.Arn, RoleArn: r}
`

func world(t *testing.T, src string, s cloudformation.Settings) (*simulate.World, *cloudformation.Set, *diag.List) {
	t.Helper()
	var ds diag.List
	template := cloudformation.Read("t.yaml", []byte(src), &ds)
	if template == nil {
		t.Fatal(ds.Sorted())
	}
	set := cloudformation.Deploy([]*cloudformation.Template{template}, s, &ds)
	return simulate.NewWorld(set, &ds), set, &ds
}

func event(t *testing.T, text string) *eventbridge.Event {
	t.Helper()
	e, err := eventbridge.ParseEvent([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestSecrets wants each secret shown where it is given to be shown, and
// nowhere else.
func TestSecrets(t *testing.T) {
	for _, test := range []struct {
		name     string
		settings cloudformation.Settings
		shown    []string
		hidden   []string
	}{
		{"nothing given", cloudformation.Settings{},
			[]string{`"Basic ***"`, `"X-Key":"***"`, `q=***`, `"url":"***"`, `{\"in\":\"***\",\"token\":\"***\"}`, `"X-Acme-Unused":"none"`, "https://c.example/***"},
			[]string{"in-the-template", "plain-value", "literal-secret", "cGFzcy", "dTpw"}},
		{"parameters", cloudformation.Settings{Parameters: map[string]string{"Url": "https://typed.example/x", "Key": "typed-key", "Plain": "typed-plain"}},
			[]string{"https://typed.example/x", `"Host":"typed.example"`, "https://c.example/typed-key", `"X-Key":"***"`, `\"token\":\"***\"`},
			[]string{"typed-plain", "in-the-template", `\"typed-key`}},
		{"secrets", cloudformation.Settings{Secrets: map[string]string{"Url": "https://shown.example/x", "Key": "shown-key", "Keyed.ApiKeyValue": "shown-plain", "Keyed.q": "shown-q"}},
			[]string{"https://shown.example/x", "Basic dTpwYXNzLXNob3duLWtleQ==", `"X-Key":"shown-plain"`, "q=shown-q", `{\"in\":\"shown-key\",\"token\":\"shown-key\"}`},
			[]string{"***"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, set, ds := world(t, secretive, test.settings)
			e := event(t, `{"source":"s","detail":{}}`)
			deliveries := simulate.Player{World: w, Now: now}.DeliverAnywhere(e)
			var out strings.Builder
			enc := json.NewEncoder(&out)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(deliveries); err != nil {
				t.Fatal(err)
			}
			if err := enc.Encode(w.Explain(event(t, `{"source":"x"}`), "")); err != nil {
				t.Fatal(err)
			}
			if err := diag.PrintText(&out, ds.Sorted(), false); err != nil {
				t.Fatal(err)
			}
			for _, want := range test.shown {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%s does not show in\n%s", want, out.String())
				}
			}
			for _, bad := range append(test.hidden, "zZnotifygen") {
				if strings.Contains(out.String(), bad) {
					t.Errorf("%s shows in\n%s", bad, out.String())
				}
			}
			if unused := set.Secrets.Unused(); unused != nil || len(deliveries) != 3 || ds.Len() > 0 {
				t.Errorf("unused %v, %d deliveries, findings %v", unused, len(deliveries), ds.Sorted())
			}
		})
	}
}

func TestReadEvents(t *testing.T) {
	o := simulate.Origin{Now: now, Account: "111122223333", Region: "eu-west-1"}
	good, err := simulate.ReadEvents([]byte(`{"Entries":[{"Source":"s","DetailType":"t","Detail":"{\"a\":1.0,\"a\":2}","Time":1772446530},{"source":"own","Other":1}]}`), o)
	if err != nil || len(good) != 2 || !good[0].Entry || good[1].Entry {
		t.Fatalf("%+v, %v", good, err)
	}
	got := string(good[0].Event.Compact())
	for _, want := range []string{`"detail":{"a":1.0,"a":2}`, `"account":"111122223333"`, `"region":"eu-west-1"`, `"time":"2026-03-02T10:15:30Z"`, `"resources":[]`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
	for _, text := range []string{
		"", "1", "null", `"x"`, "[]", "[1]", `{"a":`, `{"Entries":1}`, `{"Source":1}`, `{"Source":"s","DetailType":"t","Detail":{}}`,
		`{"Source":"s","DetailType":"t","Detail":"{}","Time":"noon"}`, `{"Source":"s","DetailType":"t","Detail":"{}","Resources":"x"}`,
	} {
		if in, err := simulate.ReadEvents([]byte(text), o); err == nil {
			t.Errorf("%s: no error, %+v", text, in)
		}
	}
	for text, code := range map[string]string{
		`{"Source":"s","DetailType":"t"}`:                       "InvalidArgument",
		`{"Source":"s","DetailType":"t","Detail":"[1]"}`:        "MalformedDetail",
		`{"Source":"s","DetailType":"t","Detail":"{"}`:          "MalformedDetail",
		`{"Source":"aws.ec2","DetailType":"t","Detail":"{}"}`:   "NotAuthorizedForSourceException",
		`{"Source":"","DetailType":"t","Detail":"{\"a\":1}"}`:   "InvalidArgument",
		`{"Source":"s","DetailType":null,"Detail":"{\"a\":1}"}`: "InvalidArgument",
	} {
		in, err := simulate.ReadEvents([]byte(text), o)
		if err != nil || in[0].Error == nil || in[0].Error.Code != code || in[0].Event != nil {
			t.Errorf("%s: %+v, %v", text, in, err)
		}
	}
}

// TestBuses delivers by the name and by the ARN of a bus.
func TestBuses(t *testing.T) {
	w, _, _ := world(t, `
Resources:
  Default: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [{prefix: ""}]}, Targets: [{Id: d, Arn: "arn:aws:sns:us-east-1:123456789012:d"}]}}
  Own: {Type: AWS::Events::Rule, Properties: {EventBusName: own, EventPattern: {source: [{prefix: ""}]}, Targets: [{Id: o, Arn: "arn:aws:sns:us-east-1:123456789012:o"}]}}
`, cloudformation.Settings{})
	p := simulate.Player{World: w, Now: now}
	ids := func(ds []simulate.Delivery) (s string) {
		for _, d := range ds {
			s += d.Target
		}
		return s
	}
	e, aws := event(t, `{"source":"s"}`), event(t, `{"source":"aws.ec2"}`)
	for want, got := range map[string]string{
		"d":  ids(p.Deliver(e, "")) + strings.TrimPrefix(ids(p.Deliver(e, "default")), "d"),
		"o":  ids(p.Deliver(e, "own")) + strings.TrimPrefix(ids(p.Deliver(e, "arn:aws:events:us-east-1:123456789012:event-bus/own")), "o"),
		"":   ids(p.Deliver(e, "none")),
		"do": ids(p.DeliverAnywhere(e)),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := ids(p.DeliverAnywhere(aws)); got != "d" {
		t.Errorf("an event of AWS goes to %q", got)
	}
}

func FuzzWorld(f *testing.F) {
	f.Add(secretive, `{"source":"s","detail":{}}`)
	f.Add(`{"Resources":{"R":{"Type":"AWS::Events::Rule","Properties":{"EventPattern":"{}","Targets":{"Fn::If":["X",[],[{"Id":1,"Arn":[]}]]}}}}}`, `{}`)
	for _, name := range []string{"pipe-api-destination", "pipe-to-bus", "pipe-enrichment", "language-extensions", "sam-short-forms"} {
		template, err := os.ReadFile(filepath.Join("testdata", "cases", name, "template.yaml"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(template), `{"id":"e","source":"shop.orders","detail":{"id":"1","items":[{"sku":"a"}]}}`)
	}
	f.Fuzz(func(t *testing.T, src, text string) {
		defer time.AfterFunc(30*time.Second, func() { panic("this takes too long") }).Stop()
		var ds diag.List
		template := cloudformation.Read("t.yaml", []byte(src), &ds)
		incoming, err := simulate.ReadEvents([]byte(text), simulate.Origin{Now: now})
		if template == nil || err != nil {
			return
		}
		w := simulate.NewWorld(cloudformation.Deploy([]*cloudformation.Template{template}, cloudformation.Settings{}, &ds), &ds)
		for _, in := range incoming {
			if in.Event == nil {
				continue
			}
			w.Explain(in.Event, "")
			if _, err := json.Marshal(simulate.Player{World: w, Now: now}.DeliverAnywhere(in.Event)); err != nil {
				t.Error(err)
			}
		}
	})
}
