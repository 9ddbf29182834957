package stacks

import (
	"strconv"

	"github.com/notifygen/notifygen/cloudformation"
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
				name += "." + strconv.Itoa(n)
			}
			out = append(out, rulePiece{name, m, m.Deliveries[start:min(start+plan.MaxTargets, len(m.Deliveries))]})
		}
	}
	return out
}

func (s *scope) ruleName(p rulePiece) string { return physicalName(maxName, s.stack, p.name) }

// rule matches events and hands them to its targets
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html).
func (s *scope) rule(r *plan.Route, p rulePiece) {
	pattern, err := p.match.Filter.Pattern()
	if err != nil {
		panic("stacks: the plan holds a filter without a pattern: " + err.Error())
	}
	description := r.Description
	if description == "" {
		description = "Route " + r.Name
	}
	state := "ENABLED"
	if r.Disabled {
		state = "DISABLED"
	}
	properties := cloudformation.NewObject("Name", s.ruleName(p), "Description", description)
	if bus := s.busName(p.match.Bus); bus != nil {
		properties.Set("EventBusName", bus)
	}
	properties.Set("State", state).Set("EventPattern", pattern)
	var targets cloudformation.List
	for _, d := range p.deliveries {
		targets = append(targets, s.target(d))
	}
	properties.Set("Targets", targets)
	metadata := s.b.source("Route", r.Name, p.match.Pos)
	if p.match.Label != "" {
		metadata.Set("Match", p.match.Label)
	}
	s.add(s.b.names.id("Rule", p.name), resource("AWS::Events::Rule", properties, metadata))
}

// EventBridge's own defaults of a retry policy
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RetryPolicy.html).
const defaultAttempts, defaultAge = 185, 86400

func (s *scope) target(d plan.Delivery) *cloudformation.Object {
	t := cloudformation.NewObject(
		"Id", physicalName(maxName, d.Destination.Name),
		"Arn", s.apiDestinationArn(d.Destination),
		"RoleArn", cloudformation.GetAtt(roleID, "Arn"),
	)
	if d.Body != nil {
		t.Set("InputTransformer", transformers.Lower(d.Body).CloudFormation())
	}
	t.Set("RetryPolicy", cloudformation.NewObject(
		"MaximumRetryAttempts", number(d.Retry.Attempts, defaultAttempts),
		"MaximumEventAgeInSeconds", number(d.Retry.AgeSeconds, defaultAge),
	))
	if s.b.plan.DeadLetterQueue {
		t.Set("DeadLetterConfig", cloudformation.NewObject("Arn", cloudformation.GetAtt(deadLetterQueueID, "Arn")))
	}
	return t
}
