package stacks

import (
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/jsontext"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/transformers"
)

// rulePiece is what becomes one rule: a match of a route with as many of its
// deliveries as a rule has targets.
type rulePiece struct {
	name       string // unique in the plan
	match      *plan.Match
	deliveries []plan.Delivery
}

// queued tells whether the rule puts messages into a queue.
func (p rulePiece) queued() bool {
	return slices.ContainsFunc(p.deliveries, func(d plan.Delivery) bool { return d.Destination.Queue != nil })
}

// pieces gives the rules of a route.
func (b *builder) pieces(r *plan.Route) []rulePiece {
	known, ok := b.rules[r]
	if !ok {
		known = rulePieces(r)
		b.rules[r] = known
	}
	return known
}

// rulePieces splits a route into rules. Where a match has more deliveries than
// a rule has targets, rules are numbered.
func rulePieces(r *plan.Route) []rulePiece {
	var out []rulePiece
	labels := map[string]int{}
	for i := range r.Matches {
		m := &r.Matches[i]
		for start := 0; start < len(m.Deliveries); start += plan.MaxTargets {
			// Dots stand in no name of the file, so no two routes meet.
			name := r.Name
			if m.Label != "" {
				name += "." + m.Label
			}
			labels[name]++
			if n := labels[name]; n > 1 {
				name += ".." + strconv.Itoa(n) // one dot stands before a label
			}
			out = append(out, rulePiece{name, m, m.Deliveries[start:min(start+plan.MaxTargets, len(m.Deliveries))]})
		}
	}
	return out
}

func ruleName(stack string, p rulePiece) string { return physicalName(maxName, stack, p.name) }

// rule matches events and hands them to its targets
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html).
func (s *scope) rule(r *plan.Route, p rulePiece) {
	var description cloudformation.Value = "Route " + r.Name
	if r.Description.IsSet() {
		description = scalar(r.Description)
	}
	var targets cloudformation.List
	var policies []string
	for _, d := range p.deliveries {
		targets = append(targets, s.target(d))
		if d.Destination.Queue != nil && s.homeOf(d.Destination) == s.stack {
			policies = append(policies, s.idOf("PolicyOf"+queueKind, d.Destination))
		}
	}
	metadata := s.b.source("Route", r.Name, p.match.Pos)
	if p.match.Variant != "" {
		metadata.Set("Variant", p.match.Variant)
	}
	if p.match.Label != "" {
		metadata.Set("Match", p.match.Label)
	}
	s.addRule(s.b.names.id("Rule", p.name), p, description, !r.Disabled, targets, policies, metadata)
}

// addRule adds a rule after the policies that let it put events into the queues of
// this stack: it names the queues, and not the policies, which name it. A rule that
// works before them loses events, since EventBridge does not try again what it may
// not do
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
func (s *scope) addRule(id string, p rulePiece, description cloudformation.Value, enabled bool, targets cloudformation.List, policies []string, metadata *cloudformation.Object) {
	pattern, err := p.match.Pattern()
	if err != nil {
		panic("stacks: the plan holds a filter without a pattern: " + err.Error())
	}
	state := "ENABLED"
	if !enabled {
		state = "DISABLED"
	}
	properties := s.b.withTags(cloudformation.NewObject("Name", ruleName(s.stack, p), "Description", description))
	if bus := s.busName(p.match.Bus); bus != nil {
		properties.Set("EventBusName", bus)
	}
	properties.Set("State", state).Set("EventPattern", eventPattern(pattern)).Set("Targets", targets)
	if s.b.plan.DeadLetterQueue {
		policies = append(policies, deadLetterPolicyID)
	}
	s.add(id, after(resource("AWS::Events::Rule", properties, metadata), policies))
}

// eventPattern gives a pattern as the property takes it: an object, or JSON text
// where the pattern holds null, which CloudFormation does not allow in
// templates, or a number whose spelling another reader of JSON would change.
func eventPattern(pattern *cloudformation.Object) cloudformation.Value {
	if !needsText(pattern) {
		return pattern
	}
	var params bool
	text := patternText(pattern, &params)
	if params {
		return cloudformation.Sub(text)
	}
	return string(cloudformation.Compact(pattern))
}

func needsText(v cloudformation.Value) bool {
	switch v := v.(type) {
	case nil:
		return true
	case cloudformation.Number:
		f, err := strconv.ParseFloat(string(v), 64)
		return err != nil || strconv.FormatFloat(f, 'f', -1, 64) != string(v)
	case cloudformation.List:
		return slices.ContainsFunc(v, needsText)
	case *cloudformation.Object:
		for k, member := range v.All() {
			_, param := member.(string)
			if k == "Ref" && !param || strings.HasPrefix(k, "Fn::") || needsText(member) {
				return true // CloudFormation would take the field for a function
			}
		}
	}
	return false
}

// patternText writes a pattern for Fn::Sub, with its parameters in quotes.
func patternText(v cloudformation.Value, params *bool) string {
	switch v := v.(type) {
	case cloudformation.List:
		var items []string
		for _, item := range v {
			items = append(items, patternText(item, params))
		}
		return "[" + strings.Join(items, ",") + "]"
	case *cloudformation.Object:
		if name, ok := v.Get("Ref").(string); ok && v.Len() == 1 {
			*params = true
			return `"${` + name + `}"`
		}
		var members []string
		for k, member := range v.All() {
			members = append(members, cloudformation.EscapeSub(jsontext.Quote(k))+":"+patternText(member, params))
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	return cloudformation.EscapeSub(string(cloudformation.Compact(v)))
}

// EventBridge's own defaults of a retry policy
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RetryPolicy.html).
const defaultAttempts, defaultAge = 185, 86400

func (s *scope) target(d plan.Delivery) *cloudformation.Object {
	t := cloudformation.NewObject("Id", d.Destination.Name)
	sent := d.Body
	if d.Destination.Queue != nil {
		sent = d.Envelope
		t.Set("Arn", s.queueArn(d.Destination)).
			Set("SqsParameters", cloudformation.NewObject("MessageGroupId", d.Destination.Name))
	} else {
		t.Set("Arn", s.apiDestinationArn(d.Destination)).
			Set("RoleArn", cloudformation.GetAtt(roleID, "Arn"))
	}
	if sent != nil {
		t.Set("InputTransformer", transformers.Lower(sent).CloudFormation())
	}
	return s.withRetry(t, d.Retry)
}

// withRetry says how long EventBridge tries, and where what it gives up goes.
func (s *scope) withRetry(t *cloudformation.Object, r config.Retry) *cloudformation.Object {
	t.Set("RetryPolicy", cloudformation.NewObject(
		"MaximumRetryAttempts", number(r.Attempts, defaultAttempts),
		"MaximumEventAgeInSeconds", number(r.AgeSeconds, defaultAge),
	))
	if s.b.plan.DeadLetterQueue {
		t.Set("DeadLetterConfig", cloudformation.NewObject("Arn", cloudformation.GetAtt(deadLetterQueueID, "Arn")))
	}
	return t
}
