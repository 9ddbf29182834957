package simulate

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/schema"
)

// Target is a target of a rule.
type Target struct {
	ID              string
	ARN             string
	Kind            string
	Retry           eventbridge.RetryPolicy
	DeadLetterQueue string // ARN
	Pos             diag.Pos
	input           input
	refused         string // why PutTargets would refuse the target
	http            eventbridge.HTTPParameters
	group           string // MessageGroupId of a FIFO queue
	plain           bool   // no input is given
	transformed     bool   // an input transformer is
}

// input renders what a target receives.
type input interface {
	Render(*eventbridge.Event, eventbridge.Context) ([]byte, error)
}

// constant is an Input that holds secrets, which are marks.
type constant string

func (c constant) Render(*eventbridge.Event, eventbridge.Context) ([]byte, error) {
	return []byte(c), nil
}

// maxTargets is how many targets a rule may have
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html).
const maxTargets = 5

func (w *World) readTargets(r *cloudformation.Resource, rule *Rule) {
	targets := r.Shallow("Targets")
	if targets == nil {
		return
	}
	if targets.Kind != schema.List {
		w.ds.Report(targets.Pos, diag.TemplateShape, "`Targets` must be a list, not %s", targets.Kind).WithHint("write `- Id: …`")
		return
	}
	if n := len(targets.Items); n > maxTargets {
		w.ds.Report(targets.Pos, diag.RefusedRule, "a rule has at most %d targets, this one has %d", maxTargets, n).WithHint("make another rule with the same pattern")
	}
	for _, n := range targets.Items {
		if n = r.Stack.Shallow(n); n != nil {
			rule.Targets = append(rule.Targets, w.readTarget(resolveTarget(r.Stack, n)))
		}
	}
}

// targetMembers are those that decide what a target receives. The others, such
// as the subnets of a task, may well refer to what is not known here.
var targetMembers = []string{"Id", "Arn", "Input", "InputPath", "InputTransformer", "HttpParameters", "RetryPolicy", "DeadLetterConfig", "SqsParameters"}

func resolveTarget(s *cloudformation.Stack, n *schema.Node) *schema.Node {
	out := &schema.Node{Pos: n.Pos, Kind: schema.Map}
	for _, f := range n.Fields {
		var v *schema.Node
		switch {
		case slices.Contains(targetMembers, f.Key):
			v = s.Resolve(f.Value)
		case f.Key == "RoleArn": // that there is one is enough
			v = f.Value
		}
		if v != nil {
			out.Fields = append(out.Fields, schema.Field{Key: f.Key, KeyPos: f.KeyPos, Value: v})
		}
	}
	return out
}

func (w *World) readTarget(n *schema.Node) *Target {
	t := &Target{
		ID: w.Hide(word(n.Get("Id"))), ARN: word(n.Get("Arn")), Pos: n.Pos,
		DeadLetterQueue: w.Hide(word(n.Get("DeadLetterConfig").Get("Arn"))),
		Retry:           w.retryPolicy(n.Get("RetryPolicy")),
	}
	w.deadLetters[word(n.Get("DeadLetterConfig").Get("Arn"))] = true
	t.Kind = kindOf(t.ARN)
	if t.ID == "" || t.ARN == "" {
		w.refuse(t, n.Pos, "a target needs an Id and an Arn")
	}
	for _, e := range t.Retry.Validate() {
		w.refuse(t, n.Get("RetryPolicy").Pos, e.Error())
	}
	if t.Kind == KindAPIDestination && n.Get("RoleArn") == nil {
		w.refuse(t, n.Pos, "the target "+t.ID+" needs a RoleArn: EventBridge calls API destinations with a role")
	}
	t.http = httpParameters(n.Get("HttpParameters"))
	t.group = word(n.Get("SqsParameters").Get("MessageGroupId"))
	w.readInput(t, n)
	return t
}

func (w *World) retryPolicy(n *schema.Node) eventbridge.RetryPolicy {
	return eventbridge.RetryPolicy{
		MaximumRetryAttempts:     w.number(n.Get("MaximumRetryAttempts"), eventbridge.DefaultRetryAttempts),
		MaximumEventAgeInSeconds: w.number(n.Get("MaximumEventAgeInSeconds"), int(eventbridge.DefaultEventAge.Seconds())),
	}
}

func (w *World) readInput(t *Target, n *schema.Node) {
	var spec eventbridge.InputSpec
	pos := n.Pos
	given := func(key string) *string {
		v := n.Get(key)
		if v == nil {
			return nil
		}
		pos = v.Pos
		if !v.IsScalar() {
			w.ds.Report(v.Pos, diag.TemplateShape, "`%s` must be a text, not %s", key, v.Kind).WithHint("write the JSON as a text")
		}
		text := word(v)
		return &text
	}
	spec.Input, spec.InputPath = given("Input"), given("InputPath")
	if it := n.Get("InputTransformer"); it != nil {
		pos = it.Pos
		spec.InputTransformer = &eventbridge.InputTransformer{InputPathsMap: texts(it.Get("InputPathsMap")), InputTemplate: word(it.Get("InputTemplate"))}
	}
	t.plain = spec == eventbridge.InputSpec{}
	t.transformed = spec.InputTransformer != nil
	secret := spec.Input != nil && w.set.Secrets.Holds(*spec.Input)
	if secret {
		t.input = constant(*spec.Input)
		// A mark is JSON only within a string. What is not known may be anything: a
		// digit can stand in a string, and for a value of its own.
		judged := strings.ReplaceAll(w.plain(*spec.Input), cloudformation.Mask, "0")
		spec.Input = &judged
	}
	input, err := eventbridge.NewInput(spec)
	if err != nil {
		reason := err.Error()
		var refused *eventbridge.AdmissionError
		if errors.As(err, &refused) {
			reason = refused.For(t.ID).Error()
		}
		if secret && strings.HasPrefix(reason, inputSyntax) {
			reason = inputSyntax + t.ID // the rest quotes what it stumbled over
		}
		w.refuse(t, pos, reason)
		return
	}
	if !secret {
		t.input = input
	}
}

// inputSyntax begins EventBridge's message about an Input that is not JSON.
const inputSyntax = "JSON syntax error in input for target "

// refuse reports that PutTargets would fail.
func (w *World) refuse(t *Target, pos diag.Pos, reason string) {
	t.refused = w.Hide(reason)
	w.ds.Report(pos, diag.RefusedTarget, "EventBridge refuses the target %s: %s", schema.Quote(t.ID), strings.TrimSuffix(t.refused, ".")).
		WithHint("https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html")
}

func (w *World) number(n *schema.Node, standard int) int {
	if n == nil {
		return standard
	}
	i, err := strconv.Atoi(w.set.Secrets.Reveal(word(n)))
	if err != nil {
		if !strings.Contains(word(n), "${") {
			w.ds.Report(n.Pos, diag.TemplateShape, "this must be a whole number").WithHint("the standard is %d", standard)
		}
		return standard
	}
	return i
}

func httpParameters(n *schema.Node) eventbridge.HTTPParameters {
	p := eventbridge.HTTPParameters{
		QueryStringParameters: texts(n.Get("QueryStringParameters")),
		HeaderParameters:      texts(n.Get("HeaderParameters")),
	}
	if values := n.Get("PathParameterValues"); values != nil {
		for _, item := range values.Items {
			p.PathParameterValues = append(p.PathParameterValues, word(item))
		}
	}
	return p
}

// texts is a mapping of texts.
func texts(n *schema.Node) map[string]string {
	if n == nil || n.Kind != schema.Map || len(n.Fields) == 0 {
		return nil
	}
	m := make(map[string]string, len(n.Fields))
	for _, f := range n.Fields {
		m[f.Key] = word(f.Value)
	}
	return m
}
