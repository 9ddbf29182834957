package awsapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/notifygen/notifygen/lambda/enricher/enrich"
	"github.com/notifygen/notifygen/lambda/fault"
	"github.com/notifygen/notifygen/lambda/internal/fakes"
	"github.com/notifygen/notifygen/lambda/internal/sdk"
)

const arn = "arn:aws:health:af-south-1::event/EC2/X/X_1"

var event = enrich.HealthEvent{ARN: arn, Account: "999988887777"}

func config(t *testing.T) aws.Config {
	for name, value := range map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "session"} {
		t.Setenv(name, value)
	}
	c := sdk.Config(os.Getenv)
	retryer := c.Retryer
	c.Retryer = func() aws.Retryer { return retry.AddWithMaxBackoffDelay(retryer(), time.Millisecond) }
	return c
}

func healthAPI(t *testing.T, organization bool, play func(string, map[string]any) fakes.Reply) (*Health, *fakes.API) {
	c := config(t)
	api := fakes.NewAPI(t, "health", play)
	t.Setenv("AWS_ENDPOINT_URL_HEALTH", api.URL)
	return NewHealth(c, os.Getenv, NewActive(c.Region, nil, time.Now, slog.New(slog.DiscardHandler)), organization), api
}

func sets(success, failure []map[string]any) func(string, map[string]any) fakes.Reply {
	return func(string, map[string]any) fakes.Reply {
		return fakes.Reply{Body: map[string]any{"successfulSet": success, "failedSet": failure}}
	}
}

func TestDetails(t *testing.T) {
	found := map[string]any{
		"event":            map[string]any{"arn": arn, "service": "EC2", "eventTypeCode": "X", "eventTypeCategory": "issue", "region": "af-south-1", "startTime": 1674799371.742, "statusCode": "open", "eventScopeCode": "ACCOUNT_SPECIFIC"},
		"eventDescription": map[string]any{"latestDescription": "what happened"}, "eventMetadata": map[string]any{"k": "v"},
	}
	for _, organization := range []bool{false, true} {
		h, api := healthAPI(t, organization, sets([]map[string]any{found}, nil))
		got, err := h.Details(context.Background(), event)
		if err != nil {
			t.Fatal(err)
		}
		if got.Description != "what happened" || got.Metadata["k"] != "v" || got.Category != "issue" || got.Start.UTC().Format(time.RFC3339Nano) != "2023-01-27T06:02:51.742Z" || !got.End.IsZero() {
			t.Errorf("%+v", got)
		}
		want := "[{DescribeEventDetails eu-central-1 map[eventArns:[" + arn + "]]}]"
		if organization {
			want = "[{DescribeEventDetailsForOrganization eu-central-1 map[organizationEventDetailFilters:[map[awsAccountId:999988887777 eventArn:" + arn + "]]]}]"
		}
		if asked := fmt.Sprint(api.Requests()); asked != want {
			t.Errorf("asked %s\nwant  %s", asked, want)
		}
	}
	h, api := healthAPI(t, true, sets([]map[string]any{found}, nil))
	if _, err := h.Details(context.Background(), enrich.HealthEvent{ARN: arn}); err != nil {
		t.Fatal(err)
	}
	if asked := fmt.Sprint(api.Requests()[0].Body); asked != "map[organizationEventDetailFilters:[map[eventArn:"+arn+"]]]" {
		t.Error("a public event was asked for with", asked)
	}
}

func TestUnknownEvents(t *testing.T) {
	for _, organization := range []bool{false, true} {
		for code, failure := range map[string][]map[string]any{
			"InvalidEventArn": {{"eventArn": arn, "errorName": "InvalidEventArn", "errorMessage": "no such event"}},
			"NotFound":        nil,
		} {
			h, _ := healthAPI(t, organization, sets(nil, failure))
			_, err := h.Details(context.Background(), event)
			var refusal enrich.Refusal
			if !errors.As(err, &refusal) || refusal.Code != code {
				t.Errorf("%v, want %s", err, code)
			}
		}
	}
	h, _ := healthAPI(t, true, func(string, map[string]any) fakes.Reply {
		return fakes.Reply{Body: map[string]any{"failedSet": []map[string]any{{"errorName": "X", "errorMessage": "y"}}}}
	})
	_, _, err := h.Entities(context.Background(), event, 10)
	if refusal := new(enrich.Refusal); !errors.As(err, refusal) || refusal.Code != "X" {
		t.Error(err)
	}
}

func TestEntitiesInPages(t *testing.T) {
	// The API holds 250 entities and answers 60 at once at most.
	play := func(_ string, request map[string]any) fakes.Reply {
		first := 0
		if token, ok := request["nextToken"].(string); ok {
			fmt.Sscanf(token, "from-%d", &first)
		}
		size := min(int(request["maxResults"].(float64)), 60)
		var entities []map[string]any
		for i := first; i < min(first+size, 250); i++ {
			entities = append(entities, map[string]any{"entityValue": fmt.Sprint("i-", i), "statusCode": "IMPAIRED"})
		}
		body := map[string]any{"entities": entities}
		if first+size < 250 {
			body["nextToken"] = fmt.Sprint("from-", first+size)
		}
		return fakes.Reply{Body: body}
	}
	for _, organization := range []bool{false, true} {
		h, api := healthAPI(t, organization, play)
		for most, want := range map[int][3]any{1: {1, true, 1}, 100: {100, true, 2}, 250: {250, false, 5}, 1000: {250, false, 5}} {
			before := len(api.Requests())
			found, more, err := h.Entities(context.Background(), event, most)
			if err != nil {
				t.Fatal(err)
			}
			if got := [3]any{len(found), more, len(api.Requests()) - before}; got != want {
				t.Errorf("at most %d: %v, want %v", most, got, want)
			}
			for i, entity := range found {
				if entity.Value != fmt.Sprint("i-", i) {
					t.Fatalf("entity %d is %v", i, entity)
				}
			}
		}
	}
	h, api := healthAPI(t, false, func(string, map[string]any) fakes.Reply {
		return fakes.Reply{Body: map[string]any{"entities": []any{}, "nextToken": "from-0"}}
	})
	if found, more, err := h.Entities(context.Background(), event, 10); err != nil || len(found) != 0 || !more || len(api.Requests()) != maxPages {
		t.Errorf("pages without an end: %d, %v, %v after %d requests", len(found), more, err, len(api.Requests()))
	}
}

// route sends requests to the endpoints of AWS to fakes, and keeps the hosts.
type route struct {
	to    map[string]*fakes.API
	hosts []string
}

func (r *route) RoundTrip(request *http.Request) (*http.Response, error) {
	r.hosts = append(r.hosts, request.URL.Scheme+"://"+request.URL.Host)
	api := r.to[request.URL.Host]
	if api == nil {
		return nil, errors.New("connection refused")
	}
	copied := request.Clone(request.Context())
	copied.URL.Scheme, copied.URL.Host = "http", api.URL[len("http://"):]
	return http.DefaultTransport.RoundTrip(copied)
}

// The endpoint that is active changes while the function runs: the call that fails
// looks again, and succeeds in the other Region, signed for it.
func TestEndpointChanges(t *testing.T) {
	good := sets([]map[string]any{{"event": map[string]any{"arn": arn}, "eventDescription": map[string]any{"latestDescription": "d"}}}, nil)
	first, second := fakes.NewAPI(t, "health", good), fakes.NewAPI(t, "health", good)
	r := &route{to: map[string]*fakes.API{"health.us-east-1.amazonaws.com": first, "health.us-east-2.amazonaws.com": second}}
	c := config(t)
	c.HTTPClient = &http.Client{Transport: r}
	where := "health.us-east-1.amazonaws.com."
	h := NewHealth(c, os.Getenv, NewActive(c.Region, func(context.Context, string) (string, error) { return where, nil }, time.Now, slog.New(slog.DiscardHandler)), false)
	for range 2 {
		if _, err := h.Details(context.Background(), event); err != nil {
			t.Fatal(err)
		}
	}
	where = "health.us-east-2.amazonaws.com."
	first.Play(func(string, map[string]any) fakes.Reply { return fakes.Reply{Status: 503, Raw: "gone"} })
	if _, err := h.Details(context.Background(), event); err != nil {
		t.Fatal(err)
	}
	if regions := fmt.Sprintf("%d %s %d %s", len(first.Requests()), first.Requests()[0].Region, len(second.Requests()), second.Requests()[0].Region); regions != "5 us-east-1 1 us-east-2" {
		t.Error(regions, r.hosts)
	}
	// Where neither answers, the fault is one that passes.
	r.to = nil
	if _, err := h.Details(context.Background(), event); !fault.Passes(err) {
		t.Error(err)
	}
}

func TestCases(t *testing.T) {
	c := config(t)
	api := fakes.NewAPI(t, "support", nil)
	r := &route{to: map[string]*fakes.API{"support.us-east-1.amazonaws.com": api}}
	c.HTTPClient = &http.Client{Transport: r}
	s := NewSupport(c, os.Getenv)
	full := map[string]any{"cases": []any{map[string]any{
		"caseId": "case-1", "displayId": "12", "subject": "s", "status": "resolved", "serviceCode": "a", "categoryCode": "b", "severityCode": "low", "submittedBy": "me", "language": "ja", "timeCreated": "2022-01-01T00:00:00.000Z",
		"recentCommunications": map[string]any{"communications": []any{map[string]any{"caseId": "case-1", "body": "text", "submittedBy": "me", "timeCreated": "2022-01-01T00:00:00.000Z"}}, "nextToken": "x"},
	}}}
	api.Play(func(string, map[string]any) fakes.Reply { return fakes.Reply{Body: full} })
	got, err := s.Case(context.Background(), "case-1")
	if err != nil {
		t.Fatal(err)
	}
	want := enrich.Case{DisplayID: "12", Subject: "s", Status: "resolved", ServiceCode: "a", CategoryCode: "b", SeverityCode: "low", SubmittedBy: "me", Language: "ja", TimeCreated: "2022-01-01T00:00:00.000Z",
		RecentCommunications: enrich.RecentCommunications{Communications: []enrich.Communication{{Body: "text", SubmittedBy: "me", TimeCreated: "2022-01-01T00:00:00.000Z"}}}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v", got)
	}
	if asked := fmt.Sprint(api.Requests()); asked != "[{DescribeCases us-east-1 map[caseIdList:[case-1] includeCommunications:true includeResolvedCases:true]}]" {
		t.Error(asked)
	}
	for name, c := range map[string]struct {
		reply fakes.Reply
		code  string
		kind  string
		calls int
	}{
		"none":              {fakes.Reply{Body: map[string]any{"cases": []any{}}}, "NotFound", "enrich.Refusal", 1},
		"another":           {fakes.Reply{Body: map[string]any{"cases": []any{map[string]any{"caseId": "case-2"}}}}, "NotFound", "enrich.Refusal", 1},
		"unknown":           {fakes.Reply{Error: "CaseIdNotFound"}, "CaseIdNotFound", "enrich.Refusal", 1},
		"no plan":           {fakes.Reply{Error: "SubscriptionRequiredException"}, "SubscriptionRequiredException", "enrich.Refusal", 1},
		"denied":            {fakes.Reply{Error: "AccessDeniedException", Text: "role/secret-name is not authorized"}, "AccessDeniedException", "enrich.Refusal", 1},
		"another refusal":   {fakes.Reply{Error: "BrandNewException"}, "BrandNewException", "enrich.Refusal", 1},
		"throttled":         {fakes.Reply{Error: "ThrottlingException"}, "ThrottlingException", "fault.Throttled", 3},
		"too many":          {fakes.Reply{Status: 429, Error: "Slower"}, "Slower", "fault.Throttled", 1},
		"failed":            {fakes.Reply{Status: 500, Error: "InternalServerError"}, "InternalServerError", "fault.Unavailable", 3},
		"a page of a proxy": {fakes.Reply{Status: 502, Raw: "<html>"}, "", "fault.Unavailable", 3},
		"expired":           {fakes.Reply{Error: "ExpiredTokenException"}, "ExpiredTokenException", "fault.Unavailable", 1},
		"not JSON":          {fakes.Reply{Raw: "<html>"}, "NoReply", "fault.Unavailable", 1},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(api.Requests())
			api.Play(func(string, map[string]any) fakes.Reply { return c.reply })
			_, err := s.Case(context.Background(), "case-1")
			code := fault.Code(err)
			if refusal := new(enrich.Refusal); errors.As(err, refusal) {
				code = refusal.Code
				if refusal.Message == "" || refusal.Message == c.reply.Text {
					t.Errorf("message %q", refusal.Message)
				}
			}
			if kind := fmt.Sprintf("%T", err); kind != c.kind || c.code != "" && code != c.code {
				t.Errorf("%s %s (%v), want %s %s", kind, code, err, c.kind, c.code)
			}
			if calls := len(api.Requests()) - before; calls != c.calls {
				t.Errorf("%d calls, want %d", calls, c.calls)
			}
		})
	}
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	api.Play(func(string, map[string]any) fakes.Reply { return fakes.Reply{Hang: true} })
	if _, err := s.Case(ctx, "case-1"); err != (fault.Unavailable{Operation: "support:DescribeCases", Code: "Timeout"}) {
		t.Errorf("%v (%T)", err, err)
	}
}
