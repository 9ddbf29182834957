package simulate_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/simulate"
)

// encodes sends each secret in the form in which its place has it.
const encodes = `
Parameters:
  Password: {Type: String, NoEcho: true}
  Key: {Type: String, NoEcho: true}
  Long: {Type: String, NoEcho: true}
Resources:
  Connection:
    Type: AWS::Events::Connection
    Properties:
      AuthorizationType: BASIC
      AuthParameters:
        BasicAuthParameters: {Username: user, Password: !Ref Password}
        InvocationHttpParameters:
          QueryStringParameters: [{Key: key, Value: !Ref Key}]
          BodyParameters: [{Key: key, Value: !Ref Key}, {Key: long, Value: !Ref Long}]
  Destination:
    Type: AWS::Events::ApiDestination
    Properties: {ConnectionArn: !GetAtt Connection.Arn, HttpMethod: POST, InvocationEndpoint: "https://example.com/*"}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [s]}
      Targets:
        - {Id: t, Arn: !GetAtt Destination.Arn, RoleArn: "arn:aws:iam::123456789012:role/r", InputPath: $.detail, HttpParameters: {PathParameterValues: [!Ref Key]}}
`

// TestConceal masks what a reply tells that repeats the request.
func TestConceal(t *testing.T) {
	const password, key = `pässword?>`, `a "key" & more\`
	w, _, ds := world(t, encodes, cloudformation.Settings{Parameters: map[string]string{"Password": password, "Key": key, "Long": key + "tail"}})
	deliveries := simulate.Player{World: w, Now: now}.Deliver(event(t, `{"source":"s","detail":{"a":1}}`), "default")
	if len(deliveries) != 1 {
		t.Fatal(deliveries, ds.Sorted())
	}
	sent, err := w.Invocation(deliveries[0])
	if err != nil {
		t.Fatal(err)
	}
	request := fmt.Sprintf("%s %s\n%v\n%s", password, sent.Request.URL, sent.Request.Header, sent.Request.Body)
	quoted, err := json.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	quoted = []byte(strings.ReplaceAll(string(quoted), `\u0026`, "&"))
	got := w.Conceal(request)
	for _, secret := range []string{password, "dXNlcjpww6Rzc3dvcmQ/Pg==", "a+%22key%22+%26+more%5C", "a%20%22key%22%20&%20more%5C", strings.Trim(string(quoted), `"`), "tail"} {
		if !strings.Contains(request, secret) {
			t.Errorf("%s was not sent in\n%s", secret, request)
		}
		if strings.Contains(got, secret) {
			t.Errorf("%s is not masked in\n%s", secret, got)
		}
	}
	if want := `{"a":1,"key":"***","long":"***"}`; !strings.HasSuffix(got, want) {
		t.Errorf("got %s, want %s at the end", got, want)
	}
}
