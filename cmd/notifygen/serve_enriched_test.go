package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// TestServeEnriched puts an event with aws-sdk-go-v2 and wants the enricher to run
// with recorded answers: what it adds arrives at the catcher.
func TestServeEnriched(t *testing.T) {
	const detail = `{"case-id":"case-111122223333-muen-2022-7118885805350839","display-id":"1234563851","communication-id":"","event-name":"CreateCase","origin":""}`
	throttled := filepath.Join(t.TempDir(), "throttled.json")
	if err := os.WriteFile(throttled, []byte(`{"__type":"ThrottlingException"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(example, "support-enriched-to-slack")
	for name, c := range map[string]struct{ file, text, note string }{
		"facts":     {filepath.Join(dir, "fakes", "support.json"), "Case 1234563851: Build is slow", ""},
		"throttled": {throttled, "the last attempt was made (ThrottlingException)", "received 3 times, the last time after 480 s; facts are missing: ThrottlingException"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, "-f", filepath.Join(dir, "notifygen.yaml"), "--deliver", "catcher", "--fake", "support="+c.file, "--ssm", "/notify/x=y",
				"--param", "MySlackToken=xoxb-never-shown", "--param", "MySlackChannel=C0123456789")
			put, err := s.client().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{
				{Source: aws.String("custom.support.test"), DetailType: aws.String("Support Case Update"), Detail: aws.String(detail)},
			}})
			if err != nil || put.FailedEntryCount != 0 {
				t.Fatal(put, err)
			}
			if got := s.waitCaught(1)[0]; got.URL != "https://slack.com/api/chat.postMessage" || !strings.Contains(got.Body, c.text) || got.Outcome != "delivered" {
				t.Errorf("%+v", got)
			}
			events := string(get[json.RawMessage](s, "/api/events"))
			if !strings.Contains(events, `"outcome":"delivered","receives":[`) || c.note != "" && !strings.Contains(events, `"note":"`+c.note+`"`) {
				t.Error(events)
			}
			if status := s.end(os.Interrupt); status != 0 {
				t.Error("status", status)
			}
			if all := s.lines() + s.errors(); strings.Contains(all, "never-shown") {
				t.Error("a secret shows in", all)
			}
		})
	}
}
