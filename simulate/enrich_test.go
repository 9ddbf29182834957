package simulate_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/simulate"
)

const (
	supportEnriched = "support-enriched-to-slack.template.json"
	createdCase     = `{"version":"0","id":"e1","detail-type":"Support Case Update","source":"aws.support","account":"111122223333","time":"2026-03-02T10:15:30Z","region":"us-east-1","resources":[],"detail":{"case-id":"case-%d","display-id":"12","communication-id":"","event-name":"CreateCase","origin":""}}`
	oneCase         = `{"cases":[{"caseId":"case-1","displayId":"12","subject":"Build is slow","severityCode":"low"}]}`
)

// fakes reads recorded answers: API, JSON, API, JSON.
func fakes(t *testing.T, answers ...string) *simulate.Fakes {
	t.Helper()
	var ds diag.List
	f := &simulate.Fakes{}
	for i := 0; i < len(answers); i += 2 {
		f.Read(answers[i], "fake.json", []byte(answers[i+1]), &ds)
	}
	if ds.Len() > 0 {
		t.Fatal(ds.Sorted())
	}
	return f
}

// enriched is what the enricher did, and the deliveries after it.
func enriched(t *testing.T, all []simulate.Delivery) (*simulate.Enrichment, []simulate.Delivery) {
	t.Helper()
	for i, d := range all {
		if d.Target == "enrichment" {
			return d.Enrichment, all[i+1:]
		}
	}
	t.Fatal("nothing gets to the enricher")
	return nil, nil
}

// TestEnricherFaults plays what the API may answer: what is delivered in the end,
// after which time, on which receive.
func TestEnricherFaults(t *testing.T) {
	for name, c := range map[string]struct {
		answer   string
		missing  string
		receives int
		seconds  float64
		calls    int // of the first receive
	}{
		"facts":               {oneCase, "", 1, 0, 1},
		"no plan":             {`{"__type":"SubscriptionRequiredException","message":"x"}`, "SubscriptionRequiredException", 1, 0, 1},
		"denied":              {`{"__type":"AccessDeniedException"}`, "AccessDeniedException", 1, 0, 1},
		"not of this account": {`{"cases":[]}`, "CaseIdNotFound", 1, 0, 1},
		"throttled":           {`{"__type":"ThrottlingException"}`, "ThrottlingException", 3, 480, 3},
		"failed":              {`{"__type":"InternalServerError"}`, "InternalServerError", 3, 480, 3},
		"unavailable":         {`{"DescribeCases":{"__type":"ServiceUnavailable"}}`, "ServiceUnavailable", 3, 480, 3},
		"expired":             {`{"__type":"ExpiredTokenException"}`, "ExpiredTokenException", 3, 480, 1},
		"new":                 {`{"__type":"BrandNewException","message":"arn:aws:iam::1:role/internal"}`, "BrandNewException", 1, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			player, _ := queued{template: supportEnriched}.player(t)
			player.Fakes = fakes(t, "support", c.answer)
			all := play(t, player, fmt.Appendf(nil, createdCase, 1), "")
			e, after := enriched(t, all)
			if e == nil || e.Missing != c.missing || len(e.Receives) != c.receives || e.Seconds != c.seconds || len(e.Receives[0].Calls) != c.calls || e.Outcome != contract.Delivered {
				t.Fatalf("%+v", e)
			}
			if len(after) != 2 || after[0].Kind != simulate.KindEventBus || after[1].Request == nil {
				t.Fatalf("%d deliveries follow", len(after))
			}
			if c.missing != "" && !strings.Contains(after[1].Request.Body, "("+c.missing+")") {
				t.Error(after[1].Request.Body)
			}
			if strings.Contains(after[1].Request.Body, "role/internal") {
				t.Error("the API's own message shows")
			}
			put := now.Add(time.Duration(c.seconds) * time.Second).Format("2006-01-02T15:04:05Z")
			if !strings.Contains(*after[0].Message, `"time":"`+put+`"`) {
				t.Errorf("it is not put at %s: %s", put, *after[0].Message)
			}
			for i, way := range simulate.OnTheWay(all) {
				if way != (i < len(all)-1) {
					t.Errorf("delivery %d is on the way: %v", i, way)
				}
			}
		})
	}
}

// TestEnricherOfTheTemplate wants the template to say how the enricher behaves,
// and whether there is one.
func TestEnricherOfTheTemplate(t *testing.T) {
	throttled := fakes(t, "support", `{"__type":"ThrottlingException"}`)
	variables := func(resources node) node {
		return properties(resources, "Enricher")["Environment"].(node)["Variables"].(node)
	}
	for name, c := range map[string]struct {
		change func(node)
		check  func(*testing.T, *simulate.Enrichment, []simulate.Delivery, *diag.List)
	}{
		"one receive": {func(r node) { variables(r)["MAX_RECEIVES"] = "1" }, func(t *testing.T, e *simulate.Enrichment, _ []simulate.Delivery, _ *diag.List) {
			if len(e.Receives) != 1 || e.Missing == "" {
				t.Errorf("%+v", e)
			}
		}},
		"the standard": {func(r node) { delete(properties(r, "Enricher"), "Environment") }, func(t *testing.T, e *simulate.Enrichment, _ []simulate.Delivery, _ *diag.List) {
			if len(e.Receives) != 3 {
				t.Errorf("%+v", e)
			}
		}},
		"no number": {func(r node) { variables(r)["MAX_RECEIVES"] = "many" }, func(t *testing.T, e *simulate.Enrichment, after []simulate.Delivery, ds *diag.List) {
			if found := fmt.Sprint(ds.Sorted()); e != nil || len(after) != 0 || !ds.HasErrors() || !strings.Contains(found, `MAX_RECEIVES is "many"`) {
				t.Errorf("%+v, %s", e, found)
			}
		}},
		"a function of somebody else": {func(r node) { delete(r["Enricher"].(node), "Metadata") }, func(t *testing.T, e *simulate.Enrichment, after []simulate.Delivery, _ *diag.List) {
			if e != nil || len(after) != 1 || after[0].Unknown == "" || after[0].MissingAnswer != "" {
				t.Errorf("%+v, %+v", e, after)
			}
		}},
		"received too often": {func(r node) {
			for _, v := range r {
				if policy, ok := v.(node)["Properties"].(node)["RedrivePolicy"].(node); ok {
					policy["maxReceiveCount"] = 2
				}
			}
		}, func(t *testing.T, e *simulate.Enrichment, after []simulate.Delivery, _ *diag.List) {
			if len(e.Receives) != 2 || e.Outcome != contract.DeadLettered || len(after) != 0 {
				t.Errorf("%+v, %+v", e, after)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			player, ds := queued{template: supportEnriched, change: c.change}.player(t)
			player.Fakes = throttled
			e, after := enriched(t, play(t, player, fmt.Appendf(nil, createdCase, 1), ""))
			c.check(t, e, after, ds)
		})
	}
}

// TestEntitiesInPages wants all pages of what is recorded, as many as the function
// takes.
func TestEntitiesInPages(t *testing.T) {
	const arn = "arn:aws:health:us-east-1::event/EC2/X/1"
	entities := make([]map[string]string, 450)
	for i := range entities {
		entities[i] = map[string]string{"entityValue": fmt.Sprint("i-", i), "eventArn": arn}
	}
	recorded, err := json.Marshal(map[string]any{
		"DescribeEventDetails":     map[string]any{"successfulSet": []any{map[string]any{"event": map[string]any{"arn": arn}}}},
		"DescribeAffectedEntities": map[string]any{"entities": entities},
	})
	if err != nil {
		t.Fatal(err)
	}
	for most, want := range map[int][3]any{100: {100, true, 2}, 320: {320, true, 5}, 1000: {450, false, 6}} {
		w, _, ds := world(t, fmt.Sprintf(`
Resources:
  Rule: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [aws.health]}, Targets: [{Id: q, Arn: !GetAtt Queue.Arn}]}}
  Queue: {Type: AWS::SQS::Queue}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: facts}}
  Enricher: {Type: AWS::Lambda::Function, Metadata: {notifygen: {Function: enricher}}, Properties: {Environment: {Variables: {MAX_ENTITIES: "%d"}}}}
  Pipe: {Type: AWS::Pipes::Pipe, Properties: {RoleArn: r, Source: !GetAtt Queue.Arn, Enrichment: !GetAtt Enricher.Arn, Target: !GetAtt Bus.Arn}}
`, most), cloudformation.Settings{})
		if ds.Len() > 0 {
			t.Fatal(ds.Sorted())
		}
		player := simulate.Player{World: w, Now: now, Fakes: fakes(t, "health", string(recorded))}
		e, _ := enriched(t, play(t, player, []byte(`{"version":"0","id":"e1","detail-type":"AWS Health Event","source":"aws.health","account":"111122223333","time":"2026-03-02T10:15:30Z","region":"us-east-1","resources":[],"detail":{"eventArn":"`+arn+`"}}`), ""))
		if e == nil {
			t.Fatal("it was not run")
		}
		var reply []struct {
			Enriched struct {
				AffectedEntities          []struct{ EntityValue string }
				AffectedEntitiesTruncated bool
			}
		}
		if err := json.Unmarshal(e.Reply, &reply); err != nil {
			t.Fatal(err)
		}
		facts := reply[0].Enriched
		if got := [3]any{len(facts.AffectedEntities), facts.AffectedEntitiesTruncated, len(e.Receives[0].Calls)}; got != want {
			t.Errorf("at most %d: %v, want %v", most, got, want)
		}
		if last := facts.AffectedEntities[len(facts.AffectedEntities)-1].EntityValue; last != fmt.Sprint("i-", len(facts.AffectedEntities)-1) {
			t.Error("the last one is", last)
		}
	}
}

// TestFakesOverride wants answers of an API replaced as a whole, and those of
// others kept.
func TestFakesOverride(t *testing.T) {
	base := fakes(t, "support", oneCase, "health", `{"__type":"AccessDeniedException"}`)
	player, _ := queued{template: supportEnriched}.player(t)
	for i, c := range []struct {
		fakes *simulate.Fakes
		want  string
	}{
		{base, ""},
		{base.Override(fakes(t, "support", `{"__type":"AccessDeniedException"}`)), "AccessDeniedException"},
		{base.Override(fakes(t, "health", `{"DescribeEventDetails":{}}`)), ""},
		{(&simulate.Fakes{}).Override(base), ""},
	} {
		player.Fakes = c.fakes
		if e, _ := enriched(t, play(t, player, fmt.Appendf(nil, createdCase, 1), "")); e == nil || e.Missing != c.want {
			t.Errorf("%d: %+v", i, e)
		}
	}
}

// TestEnricherWaitsForNothing replays many throttled events: nine attempts each,
// with eight minutes between them, and nobody waits.
func TestEnricherWaitsForNothing(t *testing.T) {
	player, _ := queued{template: supportEnriched}.player(t)
	player.Fakes = fakes(t, "support", `{"__type":"ThrottlingException"}`)
	var events strings.Builder
	for i := range 300 {
		fmt.Fprintf(&events, createdCase+"\n", i)
	}
	began := time.Now()
	tally, err := player.Replay(strings.NewReader(events.String()), simulate.Origin{Now: now}, "", func(int, int64) {})
	if err != nil || tally.Events != 300 || tally.Undeliverable != 0 || tally.RefusedByService != 0 {
		t.Errorf("%+v, %v", tally, err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("%v", took)
	}
}

// FuzzFakes reads whatever may stand in a file of answers, and plays it.
func FuzzFakes(f *testing.F) {
	f.Add("support", oneCase)
	f.Add("support", `{"DescribeCases":{"__type":"x#ThrottlingException"}}`)
	f.Add("health", `{"DescribeEventDetails":{"successfulSet":[{"event":{"arn":"a","startTime":1}}]},"DescribeAffectedEntities":{"entities":[{}]}}`)
	f.Add("health", `{"cases":null,"__type":[]}`)
	var player simulate.Player
	var once sync.Once
	f.Fuzz(func(t *testing.T, api, src string) {
		once.Do(func() { player, _ = queued{template: supportEnriched}.player(t) })
		var ds diag.List
		answers := &simulate.Fakes{}
		answers.Read(api, "fake.json", []byte(src), &ds)
		if ds.HasErrors() {
			return
		}
		player := player
		player.Fakes = answers
		e, _ := enriched(t, play(t, player, fmt.Appendf(nil, createdCase, 1), ""))
		if e != nil && e.Missing == "NoReply" {
			t.Error("the client cannot read what was accepted")
		}
	})
}
