package lambda

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/notifygen/notifygen/lambda/internal/fakes"
)

const healthEvent = `{"version":"0","id":"h-1","source":"aws.health","detail-type":"AWS Health Event","account":"111122223333","time":"2026-03-02T09:05:00Z","region":"us-east-1","resources":[],` +
	`"detail":{"eventArn":"arn:aws:health:us-east-1::event/EC2/X/X_1","eventScopeCode":"ACCOUNT_SPECIFIC","affectedAccount":"111122223333","service":"EC2"%s}}`

type player = func(string, map[string]any) fakes.Reply

// only plays one operation so, and the others as they should be.
func only(operation string, play player) player {
	return func(asked string, request map[string]any) fakes.Reply {
		if strings.HasPrefix(asked, operation) {
			return play(asked, request)
		}
		return describeEvent(asked, request)
	}
}

func raw(status int, text string) player {
	return func(string, map[string]any) fakes.Reply { return fakes.Reply{Status: status, Raw: text} }
}

func hang(string, map[string]any) fakes.Reply { return fakes.Reply{Hang: true} }

// TestFaultsOfTheEnricher: whatever an API answers, the event is handed on, at once
// or, where the fault may pass, on the third receive; it is never lost and never
// changed.
func TestFaultsOfTheEnricher(t *testing.T) {
	t.Parallel()
	binary := bootstrap(t, "enricher")
	var all sync.WaitGroup
	failed := func(code string) player {
		return func(string, map[string]any) fakes.Reply {
			return fakes.Reply{Body: map[string]any{"successfulSet": []any{}, "failedSet": []any{map[string]any{"eventArn": "arn", "errorName": code, "errorMessage": "no"}}}}
		}
	}
	for _, c := range []struct {
		name, code string // of enriched.error
		fault      string // type of the error on the first receive, "" for none
		support    player // nil: Health is asked
		health     player
		text       string // a part of the facts that stands beside the error
	}{
		{"support: no plan", "SubscriptionRequiredException", "", refuse(400, "SubscriptionRequiredException"), nil, ""},
		{"support: denied", "AccessDeniedException", "", refuse(403, "AccessDeniedException"), nil, ""},
		{"support: no such case", "CaseIdNotFound", "", refuse(400, "CaseIdNotFound"), nil, ""},
		{"support: another case", "NotFound", "", func(string, map[string]any) fakes.Reply {
			return fakes.Reply{Body: map[string]any{"cases": []any{map[string]any{"caseId": "case-2", "subject": "TOPSECRET"}}}}
		}, nil, ""},
		{"support: no case", "NotFound", "", raw(200, `{}`), nil, ""},
		{"support: throttled", "ThrottlingException", "Throttled", refuse(400, "ThrottlingException"), nil, ""},
		{"support: too many requests", "TooManyRequestsException", "Throttled", refuse(429, "TooManyRequestsException"), nil, ""},
		{"support: failed", "InternalServerError", "Unavailable", refuse(500, "InternalServerError"), nil, ""},
		{"support: unavailable, no JSON", "HTTP503", "Unavailable", raw(503, `<html>TOPSECRET`), nil, ""},
		{"support: expired credentials", "ExpiredTokenException", "Unavailable", refuse(400, "ExpiredTokenException"), nil, ""},
		{"support: no reply", "Timeout", "Unavailable", hang, nil, ""},
		{"support: what cannot be read", "NoReply", "Unavailable", raw(200, `{"cases":`), nil, ""},

		{"health: no plan", "SubscriptionRequiredException", "", nil, refuse(400, "SubscriptionRequiredException"), ""},
		{"health: denied", "AccessDeniedException", "", nil, refuse(400, "AccessDeniedException"), ""},
		{"health: no such event", "InvalidArn", "", nil, failed("InvalidArn"), ""},
		{"health: in no set", "NotFound", "", nil, raw(200, `{"successfulSet":[],"failedSet":[]}`), ""},
		{"health: throttled", "ThrottlingException", "Throttled", nil, refuse(400, "ThrottlingException"), ""},
		{"health: failed", "InternalServerError", "Unavailable", nil, refuse(500, "InternalServerError"), ""},
		{"health: no reply", "Timeout", "Unavailable", nil, hang, ""},
		{"health: the resources are denied", "AccessDeniedException", "", nil, only("DescribeAffectedEntities", refuse(400, "AccessDeniedException")), "TOPSECRET happened"},
		{"health: the resources are throttled", "ThrottlingException", "Throttled", nil, only("DescribeAffectedEntities", refuse(400, "ThrottlingException")), "TOPSECRET happened"},
	} {
		// All at once: the SDK waits between its attempts.
		all.Go(func() {
			t.Run(c.name, func(t *testing.T) {
				event, broken := fmt.Sprintf(healthEvent, ""), c.health
				support, health := fakes.NewAPI(t, "support", describeCases), fakes.NewAPI(t, "health", describeEvent)
				api, works := health, describeEvent
				if c.support != nil {
					event, broken = fmt.Sprintf(supportEvent, "aws.support", ""), c.support
					api, works = support, describeCases
				}
				f := fakes.Start(t, binary, "AWS_ENDPOINT_URL_SUPPORT="+support.URL, "AWS_ENDPOINT_URL_HEALTH="+health.URL)
				api.Play(broken)
				for _, receives := range []int{1, 3} {
					a := f.Invoke(records(t, receives, event), 5*time.Second)
					if c.fault != "" && receives < 3 {
						if a.ErrorType != c.fault || a.Error == "" || len(a.Reply) > 0 {
							t.Errorf("receive %d: %+v", receives, a)
						}
						continue
					}
					got := answers(t, a)
					if len(got) != 1 || string(got[0].Event) != event || got[0].Enriched.Error.Code != c.code || got[0].Enriched.Error.Message == "" || got[0].Enriched.Description != c.text {
						t.Errorf("receive %d: %s", receives, a.Reply)
					}
					if strings.Contains(string(a.Reply), "not for the log") {
						t.Error("the API's own words are handed on")
					}
				}
				// The next one is as if nothing had been.
				api.Play(works)
				got := answers(t, f.Invoke(records(t, 1, event), 10*time.Second))
				if e := got[0].Enriched; e.Error.Code != "" || e.Subject+e.Description == "" {
					t.Errorf("afterwards: %+v", e)
				}
				quiet(t, f, "TOPSECRET", "not for the log", "arn:aws:health")
			})
		})
	}
	all.Wait()
}

// TestLargeFacts: texts and lists of any size are cut at whole characters, so that
// the answer passes a pipe and a state machine, and say so.
func TestLargeFacts(t *testing.T) {
	text := strings.Repeat("🔑字", 200_000) // 1.4 MB
	support := fakes.NewAPI(t, "support", func(string, map[string]any) fakes.Reply {
		return fakes.Reply{Body: map[string]any{"cases": []any{map[string]any{
			"caseId": "case-1", "displayId": "12", "subject": "x" + text,
			"recentCommunications": map[string]any{"communications": []any{map[string]any{"body": "xy" + text, "timeCreated": "2022-02-21T15:51:19.000Z"}}},
		}}}}
	})
	var pages int
	health := fakes.NewAPI(t, "health", func(operation string, _ map[string]any) fakes.Reply {
		if !strings.HasPrefix(operation, "DescribeAffectedEntities") {
			return fakes.Reply{Body: map[string]any{"successfulSet": []any{map[string]any{"event": map[string]any{"arn": "arn"}, "eventDescription": map[string]any{"latestDescription": "x" + text}}}}}
		}
		pages++
		var entities []any
		for i := range 100 {
			entities = append(entities, map[string]any{"entityValue": fmt.Sprintf("arn:aws:ec2:us-east-1:111122223333:instance/i-%017d", i), "entityArn": strings.Repeat("a", 1000)})
		}
		return fakes.Reply{Body: map[string]any{"entities": entities, "nextToken": "more"}}
	})
	f := fakes.Start(t, bootstrap(t, "enricher"), "AWS_ENDPOINT_URL_SUPPORT="+support.URL, "AWS_ENDPOINT_URL_HEALTH="+health.URL)
	for name, event := range map[string]string{
		"support": fmt.Sprintf(supportEvent, "aws.support", ""), "health": fmt.Sprintf(healthEvent, ""),
		"a large support event": fmt.Sprintf(supportEvent, "aws.support", strings.Repeat("x", 230_000)),
		"a large health event":  fmt.Sprintf(healthEvent, `,"x":"`+strings.Repeat("y", 230_000)+`"`),
	} {
		t.Run(name, func(t *testing.T) {
			a := f.Invoke(records(t, 1, event), 20*time.Second)
			all := answers(t, a)
			if len(a.Reply) > 240_100 || len(all) != 1 || string(all[0].Event) != event {
				t.Fatalf("%d bytes", len(a.Reply))
			}
			e := all[0].Enriched
			if strings.Contains(string(a.Reply), "\ufffd") || !json.Valid(a.Reply) {
				t.Error("cut within a character")
			}
			large := strings.HasPrefix(name, "a large")
			most := 8000
			if large {
				most = 2000
			}
			switch {
			case e.Error.Code != "":
				t.Errorf("%+v", e.Error)
			case strings.Contains(name, "support"):
				if n := len(e.LatestCommunication.Body); !e.LatestCommunication.Truncated || n > 8000 || n < 200-3 || len(e.Subject) > 8000 || e.Subject == "" {
					t.Errorf("a text of %d bytes, truncated: %v; a subject of %d", n, e.LatestCommunication.Truncated, len(e.Subject))
				}
			default:
				if n := len(e.Description); !e.DescriptionTruncated || n > most || n < 200-3 || !e.AffectedEntitiesTruncated {
					t.Errorf("a text of %d bytes, truncated: %v; %d entities, truncated: %v", n, e.DescriptionTruncated, len(e.AffectedEntities), e.AffectedEntitiesTruncated)
				}
			}
		})
	}
	if pages > 2*20 {
		t.Errorf("%d pages were asked for", pages)
	}
	if _, memory := f.Stop(); memory > 128e6 {
		t.Errorf("it took %d MB of memory, and has 128", memory/1e6)
	}
	quiet(t, f, "🔑")
}

// TestPoisonRecords: what is no event is handed on as what it is, so that a rule can
// set it aside; what is no batch of a pipe is an error.
func TestPoisonRecords(t *testing.T) {
	support := fakes.NewAPI(t, "support", describeCases)
	f := fakes.Start(t, bootstrap(t, "enricher"), "AWS_ENDPOINT_URL_SUPPORT="+support.URL)
	event := fmt.Sprintf(supportEvent, "aws.support", "")
	quoted, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	deep := strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)
	for name, c := range map[string]struct {
		payload string
		codes   string // of enriched.error, of each answer; the type of the error for none
	}{
		"nothing":                {`[]`, ``},
		"blanks":                 {` [ ] `, ``},
		"null":                   {`null`, `InvalidInput`},
		"empty":                  {`""`, `InvalidInput`},
		"an object":              {`{}`, `InvalidInput`},
		"a record":               {`{"messageId":"1","body":` + string(quoted) + `}`, `InvalidInput`},
		"null in it":             {`[null]`, `NotAnEvent`},
		"a number in it":         {`[1]`, `NotAnEvent`},
		"an array in it":         {`[[]]`, `NotAnEvent`},
		"no body":                {`[{"messageId":"1"}]`, `NotAnEvent`},
		"an empty body":          {`[{"body":""}]`, `NotAnEvent`},
		"a body of null":         {`[{"body":"null"}]`, `NotAnEvent`},
		"a body of an array":     {`[{"body":"[]"}]`, `NotAnEvent`},
		"a body of an event":     {`[{"body":` + event + `}]`, `-`}, // as pipes decode it
		"a text":                 {`[{"body":"TOPSECRET"}]`, `NotAnEvent`},
		"half an event":          {`[{"body":` + string(quoted[:100]) + `"}]`, `NotAnEvent`},
		"deeply nested":          {`[{"body":` + deep + `}]`, `InvalidInput`},
		"deeply nested text":     {`[{"body":"` + deep + `"}]`, `NotAnEvent`},
		"no source":              {`[{"body":"{\"detail-type\":\"x\",\"detail\":{}}"}]`, `NotAnEvent`},
		"odd types":              {`[{"body":"{\"source\":\"aws.support\",\"detail-type\":\"x\",\"detail\":[],\"account\":{}}","attributes":7}]`, `NotEnrichable`},
		"an event of no service": {`[{"body":"{\"source\":\"app\",\"detail-type\":\"x\"}"}]`, `NotEnrichable`},
		"two":                    {`[{"body":` + string(quoted) + `},{"body":` + string(quoted) + `}]`, `- -`},
		"one of them":            {`[{"body":"x"},{"body":` + string(quoted) + `}]`, `NotAnEvent -`},
	} {
		t.Run(name, func(t *testing.T) {
			a := f.Invoke(c.payload, 10*time.Second)
			if a.ErrorType != "" {
				if a.ErrorType != c.codes || strings.Contains(a.Error, "TOPSECRET") {
					t.Errorf("%+v", a)
				}
				return
			}
			var codes []string
			var all []struct {
				Enriched struct{ Error struct{ Code string } }
			}
			if err := json.Unmarshal(a.Reply, &all); err != nil {
				t.Fatal(err)
			}
			for _, one := range all {
				code := one.Enriched.Error.Code
				if code == "" {
					code = "-"
				}
				codes = append(codes, code)
			}
			if strings.Join(codes, " ") != c.codes {
				t.Errorf("%v: %.200s", codes, a.Reply)
			}
		})
	}
	quiet(t, f, "TOPSECRET")
}
