package lambda

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/lambda/internal/fakes"
)

const supportEvent = `{"version":"0","id":"3433df07-9285-55a3-f6d1-536944be45d7","detail-type":"Support Case Update","source":"%s","account":"111122223333",` +
	`"time":"2022-02-21T15:51:19Z","region":"us-east-1","resources":[],"detail":{"case-id":"case-1","display-id":"12","communication-id":"","event-name":"CreateCase","origin":"%s"}}`

// records is what a pipe passes on of a queue.
func records(t testing.TB, receives int, bodies ...string) string {
	t.Helper()
	var all []map[string]any
	for i, body := range bodies {
		all = append(all, map[string]any{
			"messageId": fmt.Sprintf("059f36b4-87a3-44ab-83d2-66197%07d", i), "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a", "body": body,
			"attributes":        map[string]any{"ApproximateReceiveCount": fmt.Sprint(receives), "SentTimestamp": "1545082649183", "SenderId": "AIDAIENQZJOLO23YVJ4VO", "ApproximateFirstReceiveTimestamp": "1545082649185"},
			"messageAttributes": map[string]any{}, "md5OfBody": "098f6bcd4621d373cade4e832627b4f6", "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:111122223333:q", "awsRegion": "us-east-1",
		})
	}
	payload, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(payload)
}

type enrichedEvent struct {
	Event    json.RawMessage
	Enriched struct {
		Subject             string
		URL                 string
		Description         string
		LatestCommunication struct {
			Body      string
			Truncated bool
		}
		AffectedEntities          []any
		DescriptionTruncated      bool
		AffectedEntitiesTruncated bool
		Error                     struct{ Code, Message string }
	}
	Record struct{ Body string }
}

func answers(t *testing.T, a fakes.Answer) []enrichedEvent {
	t.Helper()
	var all []enrichedEvent
	if a.ErrorType != "" || json.Unmarshal(a.Reply, &all) != nil {
		t.Fatalf("%s %s: %.300s", a.ErrorType, a.Error, a.Reply)
	}
	return all
}

func describeCases(string, map[string]any) fakes.Reply {
	return fakes.Reply{Body: map[string]any{"cases": []any{map[string]any{
		"caseId": "case-1", "displayId": "12", "subject": "TOPSECRET subject", "status": "opened", "severityCode": "urgent",
		"recentCommunications": map[string]any{"communications": []any{map[string]any{"body": "TOPSECRET " + strings.Repeat("字", 7000), "timeCreated": "2022-02-21T15:51:19.000Z"}}},
	}}}}
}

func describeEvent(operation string, _ map[string]any) fakes.Reply {
	if strings.HasPrefix(operation, "DescribeAffectedEntities") {
		return fakes.Reply{Body: map[string]any{"entities": []any{map[string]any{"entityValue": "i-1"}}}}
	}
	return fakes.Reply{Body: map[string]any{"successfulSet": []any{map[string]any{
		"event": map[string]any{"arn": "arn", "startTime": 1.6e9}, "eventDescription": map[string]any{"latestDescription": "TOPSECRET happened"},
	}}, "failedSet": []any{}}}
}

func TestEnricher(t *testing.T) {
	support, health := fakes.NewAPI(t, "support", describeCases), fakes.NewAPI(t, "health", describeEvent)
	f := fakes.Start(t, bootstrap(t, "enricher"), "AWS_ENDPOINT_URL_SUPPORT="+support.URL, "AWS_ENDPOINT_URL_HEALTH="+health.URL, "ORGANIZATION=true", "MAX_TEXT_BYTES=1000")
	healthEvent := `{"id":"h-1","source":"custom.health","detail-type":"AWS Health Event","account":"1","detail":{"eventArn":"arn:aws:health:eu-west-1::event/EC2/X/X_1","eventScopeCode":"ACCOUNT_SPECIFIC","affectedAccount":"2"}}`
	unicode := fmt.Sprintf(supportEvent, "custom.support", "键 🔑 \\ud83d \\u0000 <@U1> e\u0301")
	large := fmt.Sprintf(supportEvent, "aws.support", strings.Repeat("x", 256*1024-400))
	for name, event := range map[string]string{"support": fmt.Sprintf(supportEvent, "aws.support", ""), "unicode": unicode, "256 KB": large, "health": healthEvent} {
		all := answers(t, f.Invoke(records(t, 1, event), 10*time.Second))
		if len(all) != 1 || string(all[0].Event) != event {
			t.Fatalf("%s: %d answers, or the event is not the same", name, len(all))
		}
		e := all[0].Enriched
		switch name {
		case "health":
			if e.Description != "TOPSECRET happened" || len(e.AffectedEntities) != 1 || e.Error.Code != "" {
				t.Errorf("%s: %+v", name, e)
			}
		case "256 KB":
			if e.Error.Code != "TooLarge" {
				t.Errorf("%s: %+v", name, e)
			}
		default:
			said := e.LatestCommunication
			if e.Subject != "TOPSECRET subject" || !said.Truncated || len(said.Body) > 1000 || len(said.Body) < 997 || !strings.HasPrefix(said.Body, "TOPSECRET 字") || !strings.HasSuffix(said.Body, "字") {
				t.Errorf("%s: %+v", name, e)
			}
		}
	}
	for _, body := range []string{"", "hello", "{}", "null", "\x00"} {
		all := answers(t, f.Invoke(records(t, 1, body), 10*time.Second))
		if len(all) != 1 || string(all[0].Event) != "null" || all[0].Enriched.Error.Code != "NotAnEvent" || all[0].Record.Body != body {
			t.Errorf("%q: %+v", body, all)
		}
	}
	if a := f.Invoke(`[]`, 10*time.Second); string(a.Reply) != "[]" {
		t.Errorf("nothing became %s", a.Reply)
	}
	if a := f.Invoke(`{"body":"{}"}`, 10*time.Second); a.ErrorType != "InvalidInput" {
		t.Errorf("an object: %+v", a)
	}

	event := fmt.Sprintf(supportEvent, "aws.support", "")
	for _, c := range []struct {
		name, code string // code of enriched.error, or the type of the error at a first receive
		passes     bool
		play       func(string, map[string]any) fakes.Reply
	}{
		{"no plan", "SubscriptionRequiredException", false, refuse(400, "SubscriptionRequiredException")},
		{"denied", "AccessDeniedException", false, refuse(400, "AccessDeniedException")},
		{"case missing", "CaseIdNotFound", false, refuse(400, "CaseIdNotFound")},
		{"throttled", "ThrottlingException", true, refuse(400, "ThrottlingException")},
		{"failed", "InternalServerError", true, refuse(500, "InternalServerError")},
		{"silent", "Timeout", true, func(string, map[string]any) fakes.Reply { return fakes.Reply{Hang: true} }},
	} {
		support.Play(c.play)
		for _, receives := range []int{1, 3} {
			a := f.Invoke(records(t, receives, event), 3*time.Second)
			if c.passes && receives == 1 {
				if a.ErrorType != "Throttled" && a.ErrorType != "Unavailable" {
					t.Errorf("%s: %+v", c.name, a)
				}
				continue
			}
			all := answers(t, a)
			if len(all) != 1 || string(all[0].Event) != event || all[0].Enriched.Error.Code != c.code || all[0].Enriched.Error.Message == "" {
				t.Errorf("%s, receive %d: %+v", c.name, receives, all)
			}
		}
	}
	quiet(t, f, "TOPSECRET", "hello", "not for the log")
}

// The endpoint cannot even be found: a fault that passes, and at last the event.
func TestEnricherWithoutName(t *testing.T) {
	f := fakes.Start(t, bootstrap(t, "enricher"), "AWS_ENDPOINT_URL=http://nowhere.invalid")
	event := fmt.Sprintf(supportEvent, "aws.support", "")
	if a := f.Invoke(records(t, 2, event), 10*time.Second); a.ErrorType != "Unavailable" {
		t.Errorf("%+v", a)
	}
	all := answers(t, f.Invoke(records(t, 3, event), 10*time.Second))
	if string(all[0].Event) != event || all[0].Enriched.Error.Code == "" {
		t.Errorf("%+v", all)
	}
}
