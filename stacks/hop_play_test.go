package stacks_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/stacks"
)

// player plays a template: its rules with package eventbridge, its pipes and
// queues as far as hops need them, and an enricher that answers facts.
type player struct {
	t         *testing.T
	resources *cloudformation.Object
	// facts are what the enricher answers, as a JSON object.
	facts string
	// seen are the deduplication ids of the last five minutes.
	seen map[string]bool
	// got is what reached each target that is no queue of a hop: "target body".
	got []string
}

func play(t *testing.T, s stacks.Stack, facts string) *player {
	return &player{t: t, resources: s.Template.Object("Resources"), facts: facts, seen: map[string]bool{}}
}

// put publishes an event on a bus, "" for the default one.
func (p *player) put(bus, text string) {
	p.t.Helper()
	event, err := eventbridge.ParseEvent([]byte(text))
	if err != nil {
		p.t.Fatalf("%s: %v", text, err)
	}
	for id, v := range p.resources.All() {
		r := v.(*cloudformation.Object)
		on, _ := r.Object("Properties").Object("EventBusName").Get("Ref").(string)
		if r.Get("Type") != "AWS::Events::Rule" || on != bus {
			continue
		}
		text := cloudformation.Compact(r.Object("Properties").Get("EventPattern"))
		if asText, ok := r.Object("Properties").Get("EventPattern").(string); ok { // a pattern that holds null
			text = []byte(asText)
		}
		pattern, err := eventbridge.ParsePattern(text)
		if err != nil {
			p.t.Fatalf("%s: %v", id, err)
		}
		if !pattern.Match(event) {
			continue
		}
		for _, target := range r.Object("Properties").Get("Targets").(cloudformation.List) {
			p.deliver(target.(*cloudformation.Object), event)
		}
	}
}

func (p *player) deliver(target *cloudformation.Object, event *eventbridge.Event) {
	p.t.Helper()
	var spec eventbridge.InputSpec
	if it := target.Object("InputTransformer"); it != nil {
		paths := map[string]string{}
		for k, v := range it.Object("InputPathsMap").All() {
			paths[k] = v.(string)
		}
		spec.InputTransformer = &eventbridge.InputTransformer{InputPathsMap: paths, InputTemplate: it.Get("InputTemplate").(string)}
	}
	in, err := eventbridge.NewInput(spec)
	if err != nil {
		p.t.Fatal(err)
	}
	body, err := in.Render(event, eventbridge.Context{})
	if err != nil {
		p.t.Fatal(err)
	}
	to := target.Object("Arn").Get("Fn::GetAtt").(cloudformation.List)[0].(string)
	p.arrive(to, string(body))
}

// arrive puts a message into a queue, from which a pipe takes it, or notes it.
func (p *player) arrive(queue, body string) {
	p.t.Helper()
	if !strings.HasPrefix(queue, "SourceQueue") && !strings.HasPrefix(queue, "OnceQueue") {
		p.got = append(p.got, queue+" "+body)
		return
	}
	for id, v := range p.resources.All() {
		r := v.(*cloudformation.Object)
		if r.Get("Type") == "AWS::Pipes::Pipe" && attribute(r.Object("Properties").Get("Source")) == queue {
			p.pipe(id, r.Object("Properties"), body)
		}
	}
}

func attribute(v cloudformation.Value) string {
	return v.(*cloudformation.Object).Get("Fn::GetAtt").(cloudformation.List)[0].(string)
}

func (p *player) pipe(id string, pipe *cloudformation.Object, body string) {
	p.t.Helper()
	quoted, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	record := fmt.Sprintf(`{"messageId":"11111111-2222-4333-8444-555555555555","body":%s,"attributes":{"ApproximateReceiveCount":"1"}}`, quoted)
	message := record
	if pipe.Get("Enrichment") != nil {
		if template, ok := pipe.Object("EnrichmentParameters").Get("InputTemplate").(string); ok {
			message = p.fill(template, record)
		}
		message = p.enrich(message)
	}
	parameters := pipe.Object("TargetParameters")
	if template, ok := parameters.Get("InputTemplate").(string); ok {
		message = p.fill(template, message)
	}
	if !json.Valid([]byte(message)) {
		p.t.Fatalf("%s: no JSON: %s", id, message)
	}
	if queue := parameters.Object("SqsQueueParameters"); queue != nil {
		key, group := p.at(queue.Get("MessageDeduplicationId").(string), record), p.at(queue.Get("MessageGroupId").(string), record)
		if group != key { // else one event could hold up another
			p.t.Fatalf("%s: the group %s of %s", id, group, key)
		}
		if len(key) > 130 || !regexp.MustCompile(`^"[!-~]+"$`).MatchString(key) {
			p.t.Fatalf("%s: %s is no deduplication id", id, key)
		}
		if to := attribute(pipe.Get("Target")); !p.seen[to+key] {
			p.seen[to+key] = true
			p.arrive(to, message)
		}
		return
	}
	of := parameters.Object("EventBridgeEventBusParameters")
	p.put(attribute(pipe.Get("Target")), fmt.Sprintf(`{"version":"0","id":"99999999-2222-4333-8444-555555555555","detail-type":%q,"source":%q,"account":"111122223333","time":"2026-03-02T10:15:33Z","region":"us-east-1","resources":[],"detail":%s}`,
		of.Get("DetailType"), of.Get("Source"), message))
}

// enrich answers as package lambda/enricher/enrich does.
func (p *player) enrich(record string) string {
	p.t.Helper()
	var r struct{ Body json.RawMessage }
	if err := json.Unmarshal([]byte(record), &r); err != nil {
		p.t.Fatalf("%s: %v", record, err)
	}
	body := []byte(r.Body)
	var text string
	if json.Unmarshal(body, &text) == nil {
		body = []byte(text)
	}
	var event struct{ Source string }
	if json.Unmarshal(body, &event) != nil || event.Source == "" {
		return `{"event":null,"enriched":{"error":{"code":"NotAnEvent","message":"x"}},"record":{}}`
	}
	return `{"event":` + string(body) + `,"enriched":` + p.facts + `}`
}

var placeholder = regexp.MustCompile(`"<(\$[^>]+)>"|<(\$[^>]+)>`)

// fill inserts values into a pipe's template: text in quotes, all else bare.
func (p *player) fill(template, message string) string {
	return placeholder.ReplaceAllStringFunc(template, func(found string) string {
		value := p.at(strings.Trim(found, `"<>`), message)
		if strings.HasPrefix(found, `"`) != strings.HasPrefix(value, `"`) {
			p.t.Fatalf("%s stands for %s", found, value)
		}
		return value
	})
}

// at gives the JSON at a path; a body that holds JSON is looked into.
func (p *player) at(path, message string) string {
	at := json.RawMessage(message)
	for _, key := range strings.Split(strings.TrimPrefix(path, "$."), ".") {
		var text string
		if json.Unmarshal(at, &text) == nil {
			at = json.RawMessage(text)
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(at, &members); err != nil || members[key] == nil {
			p.t.Fatalf("no %s in %s", path, message)
		}
		at = members[key]
	}
	return string(at)
}

// delivered gives what has arrived since the last time, sorted.
func (p *player) delivered() []string {
	out := p.got
	p.got = nil
	slices.Sort(out)
	return out
}
