package enrich

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/lambda/fault"
)

const caseEvent = `{"version":"0","id":"3433df07-9285-55a3-f6d1-536944be45d7","detail-type":"Support Case Update","source":"aws.support",` +
	`"account":"111122223333","time":"2022-02-21T15:51:19Z","region":"us-east-1","resources":[],"detail":{"case-id":"case-1","display-id":"12",` +
	`"communication-id":"","event-name":"CreateCase","origin":""}}`

const healthEvent = `{"id":"7bf73129","detail-type":"AWS Health Event","source":"aws.health","account":"123456789012","detail":{"eventArn":` +
	`"arn:aws:health:af-south-1::event/EC2/X/X_1","eventScopeCode":"ACCOUNT_SPECIFIC","affectedAccount":"999988887777"}}`

var (
	denied    = Refusal{"AccessDeniedException", "the enricher's role may not ask"}
	throttled = fault.Throttled{Operation: "support:DescribeCases", Code: "ThrottlingException"}
	late      = fault.Unavailable{Operation: "health:DescribeEventDetails", Code: "Timeout"}
)

// apis answers for both services.
type apis struct {
	found            Case
	details          HealthDetails
	entities         []Entity
	more             bool
	err, entitiesErr error
	asked            []string
	askedHealth      []HealthEvent
}

func (a *apis) Case(_ context.Context, id string) (Case, error) {
	a.asked = append(a.asked, id)
	return a.found, a.err
}

func (a *apis) Details(_ context.Context, event HealthEvent) (HealthDetails, error) {
	a.askedHealth = append(a.askedHealth, event)
	return a.details, a.err
}

func (a *apis) Entities(_ context.Context, _ HealthEvent, most int) ([]Entity, bool, error) {
	return a.entities[:min(most, len(a.entities))], a.more || len(a.entities) > most, a.entitiesErr
}

// invoke runs the enricher on an event in a record, and gives its only answer.
func invoke(t *testing.T, a *apis, body string, receives int) (answer, string, error) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return invokeRecord(t, a, fmt.Sprintf(`{"messageId":"m-1","body":%s,"attributes":{"ApproximateReceiveCount":"%d"}}`, text, receives))
}

type answer struct {
	Event    json.RawMessage `json:"event"`
	Enriched map[string]any  `json:"enriched"`
	Record   json.RawMessage `json:"record"`
	size     int
}

func (a answer) code() any {
	e, _ := a.Enriched["error"].(map[string]any)
	return e["code"]
}

func invokeRecord(t *testing.T, a *apis, record string) (answer, string, error) {
	t.Helper()
	var log bytes.Buffer
	e := &Enricher{Support: a, Health: a, MaxReceives: 3, MaxText: 8000, MaxEntities: 200, Region: "us-east-1", Log: slog.New(slog.NewJSONHandler(&log, nil))}
	reply, err := e.Invoke(context.Background(), []byte("["+record+"]"))
	if err != nil {
		if reply != nil {
			t.Errorf("a reply beside an error: %s", reply)
		}
		return answer{}, log.String(), err
	}
	var answers []answer
	if err := json.Unmarshal(reply, &answers); err != nil || len(answers) != 1 {
		t.Fatalf("%v: %.300s", err, reply)
	}
	answers[0].size = len(reply)
	return answers[0], log.String(), nil
}

func TestSupportFacts(t *testing.T) {
	a := &apis{found: Case{
		DisplayID: "12 3", Subject: "It <broke> & \"how\"", Status: "opened", SeverityCode: "urgent", ServiceCode: "amazon-ec2", CategoryCode: "other",
		SubmittedBy: "a@example.com", Language: "en", TimeCreated: "2022-02-21T15:51:18.000Z",
		RecentCommunications: RecentCommunications{[]Communication{
			{"middle", "b", "2022-02-21T15:52:00.000Z"}, {"newest", "AWS", "2022-02-21T16:52:00.000Z"}, {"oldest", "c", "2022-02-21T15:51:18.000Z"},
		}},
	}}
	got, log, err := invoke(t, a, caseEvent, 1)
	if err != nil {
		t.Fatal(err)
	}
	if string(got.Event) != caseEvent {
		t.Errorf("the event became %s", got.Event)
	}
	want := map[string]any{
		"subject": "It <broke> & \"how\"", "severityCode": "urgent", "status": "opened", "categoryCode": "other", "serviceCode": "amazon-ec2",
		"submittedBy": "a@example.com", "language": "en", "displayId": "12 3", "timeCreated": "2022-02-21T15:51:18.000Z",
		"url":                 "https://console.aws.amazon.com/support/home#/case/?displayId=12+3",
		"latestCommunication": map[string]any{"body": "newest", "submittedBy": "AWS", "timeCreated": "2022-02-21T16:52:00.000Z", "truncated": false},
	}
	if fmt.Sprint(got.Enriched) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got.Enriched, want)
	}
	if fmt.Sprint(a.asked) != "[case-1]" {
		t.Error("asked for", a.asked)
	}
	for _, told := range []string{"broke", "newest", "example.com"} {
		if strings.Contains(log, told) {
			t.Error("the log tells the case:", log)
		}
	}
}

func TestHealthFacts(t *testing.T) {
	start := time.Date(2023, 1, 27, 6, 2, 51, 742_000_000, time.FixedZone("", 3600))
	a := &apis{
		details:  HealthDetails{Description: "A <desc>\n\nof it", Service: "EC2", EventTypeCode: "AWS_EC2_X", Category: "issue", Region: "af-south-1", StatusCode: "open", ScopeCode: "ACCOUNT_SPECIFIC", Start: start, Metadata: map[string]string{"k": "v"}},
		entities: []Entity{{Value: "i-1", Status: "IMPAIRED", Account: "999988887777"}, {Value: "i-2"}}, more: true,
	}
	got, _, err := invoke(t, a, healthEvent, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"description": "A <desc>\n\nof it", "descriptionTruncated": false, "service": "EC2", "eventTypeCode": "AWS_EC2_X", "category": "issue", "region": "af-south-1",
		"statusCode": "open", "eventScopeCode": "ACCOUNT_SPECIFIC", "startTime": "2023-01-27T05:02:51Z", "metadata": map[string]any{"k": "v"},
		"affectedEntities":          []any{map[string]any{"entityValue": "i-1", "statusCode": "IMPAIRED", "awsAccountId": "999988887777"}, map[string]any{"entityValue": "i-2"}},
		"affectedEntitiesTruncated": true, "affectedEntitiesText": "i-1, i-2 and more",
	}
	if fmt.Sprint(got.Enriched) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got.Enriched, want)
	}
}

func TestWhoseHealthEvent(t *testing.T) {
	for detail, account := range map[string]string{
		`"eventScopeCode":"ACCOUNT_SPECIFIC","affectedAccount":"9"`: "9",
		`"eventScopeCode":"ACCOUNT_SPECIFIC"`:                       "1",
		`"affectedAccount":9`:                                       "1",
		`"eventScopeCode":"PUBLIC","affectedAccount":"9"`:           "",
	} {
		a := &apis{}
		if _, _, err := invoke(t, a, `{"source":"custom.x","detail-type":"AWS Health Event","account":"1","detail":{"eventArn":"arn",`+detail+`}}`, 1); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(a.askedHealth) != fmt.Sprint([]HealthEvent{{"arn", account}}) {
			t.Errorf("%s: asked for %v", detail, a.askedHealth)
		}
	}
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		body     string
		err      error
		receives int
		code     string // "" where the invocation fails
	}{
		"denied":                   {caseEvent, denied, 1, "AccessDeniedException"},
		"no plan":                  {healthEvent, Refusal{"SubscriptionRequiredException", "x"}, 1, "SubscriptionRequiredException"},
		"throttled":                {caseEvent, throttled, 1, ""},
		"throttled again":          {caseEvent, throttled, 2, ""},
		"throttled the last time":  {caseEvent, throttled, 3, "ThrottlingException"},
		"throttled after it":       {caseEvent, throttled, 30, "ThrottlingException"},
		"late":                     {healthEvent, late, 1, ""},
		"late the last time":       {healthEvent, late, 3, "Timeout"},
		"unknown":                  {healthEvent, errors.New("boom"), 1, ""},
		"unknown the last time":    {healthEvent, errors.New("boom"), 3, "Unavailable"},
		"of another service":       {`{"source":"aws.ec2","detail-type":"x","detail":{}}`, throttled, 1, "NotEnrichable"},
		"support without a case":   {`{"source":"aws.support","detail-type":"AWS API Call via CloudTrail","detail":{}}`, throttled, 1, "NotEnrichable"},
		"health without an event":  {`{"source":"aws.health","detail-type":"x"}`, throttled, 1, "NotEnrichable"},
		"detail of another type":   {`{"source":"aws.health","detail-type":"x","detail":[1]}`, throttled, 1, "NotEnrichable"},
		"case-id of another type":  {`{"source":"aws.support","detail-type":"x","detail":{"case-id":{"a":1}}}`, throttled, 1, "NotEnrichable"},
		"a receive count too many": {caseEvent, throttled, -1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, log, err := invoke(t, &apis{err: c.err}, c.body, c.receives)
			if c.code == "" {
				if err == nil || !errors.Is(err, c.err) {
					t.Fatalf("%v, want %v", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.code() != c.code || len(got.Enriched) != 1 {
				t.Errorf("enriched: %v", got.Enriched)
			}
			if string(got.Event) != c.body {
				t.Errorf("the event became %s", got.Event)
			}
			if !strings.Contains(log, c.code) {
				t.Error("the log does not tell:", log)
			}
		})
	}
}

// The details of a Health event are not lost with its entities.
func TestEntitiesRefused(t *testing.T) {
	a := &apis{details: HealthDetails{Description: "d"}, entitiesErr: denied}
	got, _, err := invoke(t, a, healthEvent, 1)
	if err != nil || got.code() != "AccessDeniedException" || got.Enriched["description"] != "d" {
		t.Error(got.Enriched, err)
	}
	a.entitiesErr = late
	if _, _, err := invoke(t, a, healthEvent, 2); !errors.Is(err, late) {
		t.Error(err)
	}
	if got, _, err = invoke(t, a, healthEvent, 3); err != nil || got.code() != "Timeout" || got.Enriched["description"] != "d" {
		t.Error(got.Enriched, err)
	}
}
