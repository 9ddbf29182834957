package stacks_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
)

// supportEvent is an event of AWS Support with hostile text where there is room.
func supportEvent(name, communication string) string {
	return fmt.Sprintf(`{"version":"0","id":"11111111-2222-4333-8444-555555555555","detail-type":"Support Case Update","source":"aws.support","account":"111122223333","time":"2026-03-02T10:15:30Z","region":"us-east-1","resources":["arn:x"],"detail":{"case-id":"case-1","display-id":"12 \"34\" \\ <!here>\n😀","communication-id":%q,"event-name":%q,"origin":""}}`, communication, name)
}

// supportFile has a route from support events in each of several forms.
func supportFile(keys string) []byte {
	return []byte(`version: 1
name: ops
sources: {support: {preset: aws.support` + keys + `}}
destinations:
  hook: {type: webhook.site, url: {parameter: Url}}
  chat: {type: slack, channel: C0123456789, token: {parameter: Token}}
  slow: {type: slack, channel: C0123456789, token: {parameter: Token}, deliver: verified}
routes:
  cases:
    from: support
    to: [chat, slow, {destination: hook, body: {whole: "${detail}", time: "${time}", text: "x ${detail.display-id}", first: "${resources[0]}"}}]
    variants:
      - when: {$or: [{detail: {event-name: [CreateCase]}}, {account: ["0"]}]}
        message: {title: "Created ${detail.display-id}", text: "in ${account}", link: "https://example.com/${detail.case-id}"}
      - else: true
        message: {title: "${detail.event-name}", fields: {Case: "${detail.display-id}"}}
`)
}

// TestHopsDoNotShow: people read the same, whether or not events take a detour.
func TestHopsDoNotShow(t *testing.T) {
	for _, event := range []string{supportEvent("CreateCase", ""), supportEvent("ResolveCase", ""), supportEvent("AddCommunicationToCase", "ekko:us-east-1:1")} {
		plain := play(t, compile(t, supportFile(""))[0], "")
		plain.put("", event)
		want := plain.delivered()
		if len(want) != 3 {
			t.Fatal(want)
		}
		for _, keys := range []string{", enrich: true", ", dedupe: true", ", enrich: true, dedupe: true", ", dedupe: [id]"} {
			p := play(t, compile(t, supportFile(keys))[0], `{"subject":"x"}`)
			p.put("", event)
			if got := p.delivered(); !slices.Equal(got, want) {
				t.Errorf("%s:\ngot  %q\nwant %q", keys, got, want)
			}
		}
	}
}

func wholeFile(keys string) []byte {
	return []byte("version: 1\nname: ops\nsources: {support: {preset: aws.support" + keys + "}}\n" +
		"destinations: {hook: {type: webhook.site, url: {parameter: Url}}}\n" +
		"routes: {a: {from: support, to: hook, message: event}, b: {from: support, when: {detail: {origin: [\"\"]}}, to: hook, body: {e: \"${aws.events.event.json}\"}}}\n")
}

// TestWholeEvents: who takes the event as it is gets the one that was published,
// with the facts as one more member.
func TestWholeEvents(t *testing.T) {
	for keys, facts := range map[string]string{", dedupe: true": "", ", enrich: true": `{"subject":"<b>","error":{"code":"x"}}`, ", enrich: true, dedupe: true": `{}`} {
		p := play(t, compile(t, wholeFile(keys))[0], facts)
		event := supportEvent("CreateCase", "")
		p.put("", event)
		want := map[string]any{}
		if err := json.Unmarshal([]byte(event), &want); err != nil {
			t.Fatal(err)
		}
		if facts != "" {
			var all any
			if err := json.Unmarshal([]byte(facts), &all); err != nil {
				t.Fatal(err)
			}
			want["enriched"] = all
		}
		got := p.delivered()
		if len(got) != 2 {
			t.Fatalf("%s: %q", keys, got)
		}
		for _, g := range got {
			body := map[string]any{}
			if err := json.Unmarshal([]byte(strings.TrimPrefix(g, "ApiDestinationHook ")), &body); err != nil {
				t.Fatal(err)
			}
			if inner, ok := body["e"].(map[string]any); ok {
				body = inner
			}
			if !reflect.DeepEqual(body, want) {
				t.Errorf("%s:\ngot  %v\nwant %v", keys, body, want)
			}
		}
	}
}

// TestFacts: they stand in messages, choose variants and mentions, and their
// absence loses nothing.
func TestFacts(t *testing.T) {
	src := []byte(`version: 1
name: ops
sources:
  support: {preset: aws.support, enrich: true}
  other: {pattern: {source: [custom], detail-type: [Support Case Update]}, enrich: {as: aws.support}, lists: []}
destinations: {robot: {type: dingtalk, security: keyword, keyword: Case, access-token: {parameter: Token}, format: text}}
routes:
  cases:
    from: [support, other]
    to: robot
    variants:
      - when: {enriched: {error: {code: [{exists: true}]}}}
        message: {title: "Case without facts: ${enriched.error.code}"}
      - when: {$or: [{enriched: {severityCode: [urgent]}}, {detail: {event-name: [ReopenCase]}}]}
        message: {title: "Case urgent: ${enriched.subject}", text: "${detail.event-name}", mentions: {by: enriched.serviceCode, cases: {ec2: ["mobile:13900000001"]}, else: ["mobile:13900000002"]}}
      - else: true
        message: {title: "Case: ${enriched.subject}", text: "${enriched.latestCommunication.body}"}
`)
	for _, test := range []struct{ facts, name, want string }{
		{`{"error":{"code":"NotFound"}}`, "CreateCase", "Case without facts: NotFound"},
		{`{"subject":"a \"b\"\n<@U1>","severityCode":"urgent","serviceCode":"ec2"}`, "CreateCase", "Case urgent: a \"b\"\n<@U1>\nCreateCase\n@13900000001"},
		{`{"subject":"s","severityCode":"urgent"}`, "CreateCase", "Case urgent: s\nCreateCase\n@13900000002"},
		{`{"subject":"s","severityCode":"low"}`, "ReopenCase", "Case urgent: s\nReopenCase\n@13900000002"},
		{`{"subject":"s","severityCode":"low","latestCommunication":{"body":"hello"}}`, "CreateCase", "Case: s\nhello"},
		{`{}`, "CreateCase", "Case: \n"},
	} {
		for _, source := range []string{"aws.support", "custom"} {
			p := play(t, compile(t, src)[0], test.facts)
			p.put("", strings.Replace(supportEvent(test.name, ""), "aws.support", source, 1))
			got := p.delivered()
			if len(got) != 1 {
				t.Errorf("%s of %s: %q", test.facts, source, got)
				continue
			}
			var body struct {
				Text struct{ Content string }
			}
			if err := json.Unmarshal([]byte(strings.TrimPrefix(got[0], "ApiDestinationRobot ")), &body); err != nil {
				t.Fatal(err)
			}
			if body.Text.Content != test.want {
				t.Errorf("%s: %q, want %q", test.facts, body.Text.Content, test.want)
			}
		}
	}
}

// TestCopies: copies have other event ids and may come from other Regions; what
// is no copy, or cannot be told to be one, arrives: once, but twice perhaps where
// null is all that is known of it.
func TestCopies(t *testing.T) {
	src := []byte(`version: 1
name: ops
sources:
  health: {preset: aws.health, dedupe: true}
  orders: {pattern: {source: [orders]}, dedupe: [detail.id, detail.kind], lists: []}
destinations: {hook: {type: webhook.site, url: {parameter: Url}}}
routes: {health: {from: health, to: hook, body: {a: "${detail.affectedAccount}"}}, orders: {from: orders, to: hook, body: {a: "${detail.id}"}}}
`)
	p := play(t, compile(t, src)[0], "")
	n := 0
	put := func(source, region, detail string, want int) {
		t.Helper()
		n++
		p.put("", fmt.Sprintf(`{"version":"0","id":"11111111-2222-4333-8444-%012d","detail-type":"AWS Health Event","source":%q,"account":"111122223333","time":"2026-03-02T10:15:30Z","region":%q,"resources":[],"detail":%s}`, n, source, region, detail))
		if got := p.delivered(); len(got) != want {
			t.Errorf("%s: %q, want %d", detail, got, want)
		}
	}
	put("aws.health", "eu-west-1", `{"communicationId":"c-1","affectedAccount":"111122223333"}`, 1)
	put("aws.health", "us-west-2", `{"communicationId":"c-1","affectedAccount":"111122223333"}`, 0)
	put("aws.health", "us-west-2", `{"communicationId":"c-1","affectedAccount":"444455556666"}`, 1)
	put("aws.health", "us-west-2", `{"communicationId":"c-2","affectedAccount":"111122223333"}`, 1)
	// Pages are no copies of each other, whether or not the communication's id tells
	// them apart.
	put("aws.health", "us-west-2", `{"communicationId":"c-3","affectedAccount":"111122223333","page":"1"}`, 1)
	put("aws.health", "us-west-2", `{"communicationId":"c-3","affectedAccount":"111122223333","page":"2"}`, 1)
	put("aws.health", "eu-west-1", `{"communicationId":"c-3","affectedAccount":"111122223333","page":"2"}`, 0)
	put("aws.health", "us-west-2", `{"communicationId":null,"affectedAccount":"111122223333"}`, 2)
	put("aws.health", "us-west-2", `{"communicationId":null,"affectedAccount":"111122223333"}`, 1)
	for range 2 { // neither says what it is a copy of
		put("aws.health", "us-west-2", `{"affectedAccount":"111122223333"}`, 1)
		put("aws.health", "us-west-2", `{"communicationId":"","affectedAccount":"111122223333"}`, 1)
	}
	put("orders", "eu-west-1", `{"id":"7"}`, 1)
	put("orders", "eu-west-1", `{"id":7}`, 0)
	put("orders", "eu-west-1", `{"id":"7","kind":"x"}`, 1)
	put("orders", "eu-west-1", `{"id":null}`, 2)
	put("orders", "eu-west-1", `{"id":null}`, 1)
	put("orders", "eu-west-1", `{"id":null,"kind":"x"}`, 2)
	put("orders", "eu-west-1", `{"id":"8","kind":null}`, 1)
	put("orders", "eu-west-1", `{"id":"8","kind":null}`, 0)
	put("orders", "eu-west-1", `{}`, 1)
	put("orders", "eu-west-1", `{}`, 1)
}

// TestNotAnEvent: what the enricher cannot read is set aside, and nothing else.
func TestNotAnEvent(t *testing.T) {
	s := compile(t, supportFile(", enrich: true"))[0]
	p := play(t, s, "{}")
	for _, body := range []string{`not JSON`, `{}`, `[]`, `""`, `{"detail":{"event-name":"CreateCase"}}`} {
		p.arrive("SourceQueueSupport", body)
		if got := p.delivered(); len(got) != 1 || !strings.HasPrefix(got[0], "DeadLetterQueue {") {
			t.Errorf("%s: %q", body, got)
		}
	}
	p.put("", supportEvent("CreateCase", ""))
	if got := p.delivered(); slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, "DeadLetterQueue") }) {
		t.Error(got)
	}
	text := string(cloudformation.Compact(resourcesOf(s, "AWS::SQS::QueuePolicy")["DeadLetterQueuePolicy"]))
	for _, rule := range []string{":rule/ops_enriched/ops_enriched_not-events", ":rule/ops_support_events", ":rule/ops_enriched/ops_cases.1"} {
		if !strings.Contains(text, rule+`"`) {
			t.Errorf("%s may not write to the dead-letter queue: %s", rule, text)
		}
	}
}

// TestHopQueues: a message is hidden for as long as it may be handed on, comes
// back more often than the enricher asks, and has somewhere to go in the end.
func TestHopQueues(t *testing.T) {
	for keys, want := range map[string]int{", enrich: true": 1, ", dedupe: true": 2, ", enrich: true, dedupe: true": 2} {
		s := compile(t, supportFile(keys))[0]
		queues := resourcesOf(s, "AWS::SQS::Queue")
		function := resourcesOf(s, "AWS::Lambda::Function")["Enricher"]
		found := 0
		for id, pipe := range resourcesOf(s, "AWS::Pipes::Pipe") {
			if strings.HasPrefix(id, "Pipe") {
				continue
			}
			found++
			queue := queues[attribute(pipe.Get("Source"))]
			if pipe.Object("SourceParameters").Object("SqsQueueParameters").Get("BatchSize") != 1 {
				t.Errorf("%s: %s takes several at once", keys, id)
			}
			hidden, redrive := queue.Get("VisibilityTimeout").(int), queue.Object("RedrivePolicy")
			least := 30
			if pipe.Get("Enrichment") != nil {
				least = 6 * function.Get("Timeout").(int)
			}
			if hidden < least {
				t.Errorf("%s: %s: hidden for %d seconds, want %d", keys, id, hidden, least)
			}
			if n := redrive.Get("maxReceiveCount").(int); n < 5 || n*hidden > 2*3600 {
				t.Errorf("%s: %s: received %d times", keys, id, n)
			}
			dead := queues[attribute(redrive.Get("deadLetterTargetArn"))]
			if dead.Get("FifoQueue") != queue.Get("FifoQueue") {
				t.Errorf("%s: %s: a FIFO queue and one that is not", keys, id)
			}
			for _, q := range []*cloudformation.Object{queue, dead} {
				if q.Get("SqsManagedSseEnabled") != true || q.Get("MaximumMessageSize") != 1_048_576 {
					t.Errorf("%s: %s: not encrypted, or too small for an event", keys, id)
				}
			}
		}
		if found != want {
			t.Errorf("%s: %d pipes, want %d", keys, found, want)
		}
		if enriched := strings.Contains(keys, "enrich"); enriched != (function != nil) || enriched != (len(s.Lambdas) == 1) {
			t.Errorf("%s: %v", keys, s.Lambdas)
		}
	}
}

// TestEnricherRole: it may do what the file needs.
func TestEnricherRole(t *testing.T) {
	file := func(sources string) []byte {
		return []byte("version: 1\nname: ops\nsources: {" + sources + "}\ndestinations: {hook: {type: webhook.site, url: {parameter: Url}}}\n" +
			"routes: {r: {from: [a, b], to: hook, message: event}}\n")
	}
	for sources, want := range map[string]string{
		"a: {preset: aws.support, enrich: true}, b: {preset: aws.health}":                                     `support:DescribeCases; `,
		"a: {preset: aws.health, enrich: true}, b: {preset: aws.support, enrich: false}":                      `health:DescribeEventDetails health:DescribeAffectedEntities; `,
		"a: {preset: aws.health, enrich: {}}, b: {preset: aws.support, enrich: true}":                         `health:DescribeEventDetails health:DescribeAffectedEntities; support:DescribeCases; `,
		"a: {preset: aws.health, enrich: {organization: true}}, b: {preset: aws.support}":                     `health:DescribeEventDetailsForOrganization health:DescribeAffectedEntitiesForOrganization; ORGANIZATION`,
		"a: {preset: aws.health, enrich: {organization: false}}, b: {preset: aws.support, dedupe: true}":      `health:DescribeEventDetails health:DescribeAffectedEntities; `,
		"a: {preset: aws.support, dedupe: true}, b: {pattern: {source: [x]}, dedupe: [detail.id], lists: []}": ``,
	} {
		s := compile(t, file(sources))[0]
		got := ""
		if role := resourcesOf(s, "AWS::IAM::Role")["EnricherRole"]; role != nil {
			document := role.Get("Policies").(cloudformation.List)[0].(*cloudformation.Object).Object("PolicyDocument")
			for _, statement := range statements(document) {
				if statement.Get("Sid") == "WriteLog" {
					continue
				}
				for i, action := range listOf(statement.Get("Action")) {
					if i > 0 {
						got += " "
					}
					got += action.(string)
				}
				got += "; "
			}
			if resourcesOf(s, "AWS::Lambda::Function")["Enricher"].Object("Environment").Object("Variables").Get("ORGANIZATION") != nil {
				got += "ORGANIZATION"
			}
		}
		if got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", sources, got, want)
		}
	}
}

// TestHopsInSeveralStacks: hops stay in the stack of the plan's name, and routes
// import their bus.
func TestHopsInSeveralStacks(t *testing.T) {
	var b strings.Builder
	b.WriteString("version: 1\nname: large\nquotas: {rules-per-event-bus: 100000}\nsources: {support: {preset: aws.support, enrich: true, dedupe: true}}\ndestinations: {hook: {type: webhook.site, url: {parameter: Url}}}\nroutes:\n")
	for i := range 600 {
		fmt.Fprintf(&b, "  route-%d: {from: support, when: {detail: {case-id: [case-%d]}}, to: hook, message: {title: \"${enriched.subject} %d\"}}\n", i, i, i)
	}
	all := compile(t, []byte(b.String()))
	checkStacks(t, all)
	if len(all) < 3 || all[0].Name != "large" || len(all[0].Lambdas) != 1 {
		t.Fatalf("%d stacks", len(all))
	}
	base := string(cloudformation.Compact(all[0].Template))
	for _, want := range []string{`"large:EnrichedBusName"`, `"EnricherCodeKey"`, `"DeadLetterQueuePolicy"`, `large_support_events_unkeyed`} {
		if !strings.Contains(base, want) {
			t.Errorf("no %s in the first stack", want)
		}
	}
	for _, s := range all[1:] {
		if len(s.Lambdas) != 0 || len(resourcesOf(s, "AWS::Pipes::Pipe")) != 0 || !slices.Contains(s.DependsOn, "large") {
			t.Errorf("%s holds a hop, or does not know of it", s.Name)
		}
	}
}

// TestTooManyHops: they are told, not written into a template that AWS refuses.
func TestTooManyHops(t *testing.T) {
	file := func(n int) []byte {
		var b strings.Builder
		b.WriteString("version: 1\nname: large\nsources:\n")
		for i := range n {
			fmt.Fprintf(&b, "  s-%d: {pattern: {source: [s%d]}, dedupe: [id], lists: []}\n", i, i)
		}
		b.WriteString("destinations: {hook: {type: webhook.site, url: {parameter: Url}}}\nroutes:\n")
		for i := range n {
			fmt.Fprintf(&b, "  r-%d: {from: s-%d, to: hook, message: event}\n", i, i)
		}
		return []byte(b.String())
	}
	checkStacks(t, compile(t, file(20)))
	c := stacks.CompileFile("notifygen.yaml", file(60), plan.Options{})
	if c.OK() || !slices.ContainsFunc(c.Diagnostics, hasCode("stack-limit")) {
		t.Error(c.Diagnostics)
	}
}

// TestHopNames: names of sources as long as names can be, in a group, fit, and
// belong to nothing else.
func TestHopNames(t *testing.T) {
	long := strings.Repeat("long-name-", 6)
	src := []byte("version: 1\nname: enterprise-platform-eventing-pr\nsources:\n  " + long + "a: {preset: aws.support, enrich: true, dedupe: true}\n  " + long + "b: {pattern: {source: [x], detail-type: [Support Case Update]}, enrich: {as: aws.support}, dedupe: [id], lists: []}\n" +
		"  dead-letters: {pattern: {source: [y]}, dedupe: [id], lists: []}\n  enriched: {pattern: {source: [z]}, dedupe: [id], lists: []}\n" +
		"destinations:\n  " + long + "a: {type: slack, channel: C0123456789, token: {parameter: Token}, deliver: verified}\n  enriched: {type: webhook.site, url: {parameter: Url}}\n" +
		"routes:\n  " + long + "a: {from: [" + long + "a, " + long + "b, dead-letters, enriched], to: [" + long + "a, enriched], message: {title: x}}\n")
	for _, group := range []string{"", "team-alpha-blue-environment-001"} {
		c := stacks.CompileFile("notifygen.yaml", src, plan.Options{Group: group})
		if !c.OK() {
			t.Fatal(c.Diagnostics)
		}
		checkStacks(t, c.Stacks)
		for kind, key := range map[string]string{"AWS::Lambda::Function": "FunctionName", "AWS::Logs::LogGroup": "LogGroupName", "AWS::Events::EventBus": "Name"} {
			seen := map[string]bool{}
			for id, r := range resourcesOf(c.Stacks[0], kind) {
				name := r.Get(key).(string)
				if limit := map[string]int{"FunctionName": 64, "LogGroupName": 512, "Name": 256}[key]; len(name) > limit || seen[name] {
					t.Errorf("%s: the name %s", id, name)
				}
				seen[name] = true
			}
		}
	}
}

// TestHopsWithoutDeadLettersAndAlarms: what cannot be handed on has its queue in
// any case.
func TestHopsWithoutDeadLettersAndAlarms(t *testing.T) {
	src := []byte("dead-letter-queue: false\nalarms: false\n" + string(supportFile(", enrich: true, dedupe: true")))
	s := compile(t, src)[0]
	if alarms := resourcesOf(s, "AWS::CloudWatch::Alarm"); len(alarms) != 0 {
		t.Errorf("%d alarms", len(alarms))
	}
	queues := resourcesOf(s, "AWS::SQS::Queue")
	if queues["DeadLetterQueue"] != nil || queues["SourceDeadLettersSupport"] == nil || queues["OnceDeadLettersSupport"] == nil {
		t.Error(queues)
	}
	if s.Template.Object("Resources").Get("NotEventsRule") != nil {
		t.Error("a rule without a target")
	}
}

// TestUnusedSourcesHaveNoHop: nothing runs for events that nobody reads.
func TestUnusedSourcesHaveNoHop(t *testing.T) {
	src := strings.Replace(string(supportFile("")), "sources: {", "sources: {idle: {preset: aws.health, enrich: true, dedupe: true}, ", 1)
	s := compile(t, []byte(src))[0]
	if len(s.Lambdas) != 0 || s.Template.Object("Resources").Get("EnrichedBus") != nil {
		t.Error("a hop for a source that no route names")
	}
}

// TestNullIsNeverDropped: where facts are added too, events of which the key is
// null all arrive.
func TestNullIsNeverDropped(t *testing.T) {
	p := play(t, compile(t, wholeFile(", enrich: true, dedupe: true"))[0], "{}")
	for i := range 3 {
		event := strings.NewReplacer(`"case-id":"case-1"`, `"case-id":null`, "555555555555", fmt.Sprintf("%012d", i)).Replace(supportEvent("CreateCase", ""))
		p.put("", event)
		if got := p.delivered(); len(got) < 2 { // two routes
			t.Errorf("event %d: %q", i, got)
		}
	}
}
