package simulate

import (
	"slices"
	"strconv"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/schema"
)

// Description is a world as the read operations of EventBridge's API show it.
// No field holds a secret.
type Description struct {
	Buses []BusDescription  `json:"buses"` // the default one first
	Rules []RuleDescription `json:"rules"` // in the order of the templates, schedules included
}

// BusDescription is an event bus that the templates create or refer to.
type BusDescription struct {
	Name        string `json:"name"`
	ARN         string `json:"arn"`
	Description string `json:"description,omitempty"`
	// Elsewhere tells that it is in another account or Region than the stacks,
	// so that only its ARN names it.
	Elsewhere bool `json:"elsewhere,omitempty"`
}

// RuleDescription is a rule.
type RuleDescription struct {
	Rule        string              `json:"rule"` // as in a Delivery
	Stack       string              `json:"stack"`
	Name        string              `json:"name"` // physical
	ARN         string              `json:"arn"`
	Bus         string              `json:"bus"` // name
	BusARN      string              `json:"busArn"`
	State       string              `json:"state"`
	Description string              `json:"description,omitempty"`
	Pattern     string              `json:"pattern,omitempty"` // JSON text
	Schedule    string              `json:"schedule,omitempty"`
	RoleARN     string              `json:"roleArn,omitempty"`
	Account     string              `json:"account"`
	Targets     []TargetDescription `json:"targets"`
}

// TargetDescription is a target of a rule.
type TargetDescription struct {
	ID              string                        `json:"id"`
	ARN             string                        `json:"arn"`
	Kind            string                        `json:"kind"`
	RoleARN         string                        `json:"roleArn,omitempty"`
	Input           *string                       `json:"input,omitempty"`
	InputPath       *string                       `json:"inputPath,omitempty"`
	Transformer     *eventbridge.InputTransformer `json:"inputTransformer,omitempty"`
	HTTP            *eventbridge.HTTPParameters   `json:"httpParameters,omitempty"`
	Retry           *eventbridge.RetryPolicy      `json:"retryPolicy,omitempty"` // nil where the template leaves it out
	DeadLetterQueue string                        `json:"deadLetterQueue,omitempty"`
	MessageGroup    string                        `json:"messageGroupId,omitempty"`
	Destination     *eventbridge.APIDestination   `json:"destination,omitempty"`
	Authorization   eventbridge.AuthorizationType `json:"authorization,omitempty"` // of the destination's connection
}

// Describe describes the world. It resolves properties that no delivery needs,
// so that it is not safe for concurrent use; what cannot be resolved is named in
// the text, as ${Name}.
func (w *World) Describe() Description {
	d := Description{Buses: []BusDescription{}, Rules: []RuleDescription{}}
	for _, arn := range w.busARNs("default") {
		d.addBus(BusDescription{Name: "default", ARN: arn})
	}
	w.each("AWS::Events::EventBus", func(r *cloudformation.Resource) {
		if arn, ok := r.Attribute("Arn"); ok {
			d.addBus(BusDescription{Name: w.Hide(r.Name()), ARN: w.Hide(arn), Description: w.Hide(r.Text("Description"))})
		}
	})
	w.each("AWS::Events::Rule", func(r *cloudformation.Resource) { d.Rules = append(d.Rules, w.describeRule(r)) })
	for _, rule := range d.Rules {
		d.addBus(w.otherBus(rule.BusARN))
		for _, t := range rule.Targets {
			if t.Kind == KindEventBus {
				d.addBus(w.otherBus(t.ARN))
			}
		}
	}
	return d
}

func (d *Description) addBus(b BusDescription) {
	if !slices.ContainsFunc(d.Buses, func(known BusDescription) bool { return known.ARN == b.ARN }) {
		d.Buses = append(d.Buses, b)
	}
}

// otherBus is a bus that the templates only refer to.
func (w *World) otherBus(arn string) BusDescription {
	name := busName(arn)
	return BusDescription{Name: name, ARN: arn, Elsewhere: !slices.Contains(w.busARNs(name), arn)}
}

// FindBus finds a bus by name or ARN; "" is the default one.
func (d Description) FindBus(bus string) (BusDescription, bool) {
	if bus == "" {
		bus = "default"
	}
	i := slices.IndexFunc(d.Buses, func(b BusDescription) bool {
		return b.ARN == bus || b.Name == bus && !b.Elsewhere
	})
	if i < 0 {
		return BusDescription{}, false
	}
	return d.Buses[i], true
}

// RulesOn gives the rules of a bus by name or ARN. A name stands for the bus of
// each place a stack is in.
func (d Description) RulesOn(bus string) []RuleDescription {
	if bus == "" {
		bus = "default"
	}
	var arns []string
	for _, b := range d.Buses {
		if b.ARN == bus || b.Name == bus && !b.Elsewhere {
			arns = append(arns, b.ARN)
		}
	}
	var out []RuleDescription
	for _, r := range d.Rules {
		if slices.Contains(arns, r.BusARN) {
			out = append(out, r)
		}
	}
	return out
}

func (w *World) describeRule(r *cloudformation.Resource) RuleDescription {
	hidden := func(name string) string { return w.Hide(r.Text(name)) }
	arn, _ := r.Attribute("Arn")
	bus := w.Hide(busARN(r.Stack, r.Text("EventBusName")))
	d := RuleDescription{
		Rule: r.ID, Stack: r.Stack.Name, Name: w.Hide(r.Name()), ARN: w.Hide(arn), Bus: busName(bus), BusARN: bus,
		State: hidden("State"), Description: hidden("Description"), Pattern: w.patternText(r.Property("EventPattern")),
		Schedule: hidden("ScheduleExpression"), RoleARN: hidden("RoleArn"), Account: r.Stack.Account(), Targets: []TargetDescription{},
	}
	if r.Named() {
		d.Rule = d.Name
	}
	if d.State == "" {
		d.State = "ENABLED"
	}
	if targets := r.Shallow("Targets"); targets != nil && targets.Kind == schema.List {
		for _, n := range targets.Items {
			if n = r.Stack.Shallow(n); n != nil {
				d.Targets = append(d.Targets, w.describeTarget(r.Stack, n))
			}
		}
	}
	return d
}

// patternText is a pattern as JSON, as PutRule receives it.
func (w *World) patternText(n *schema.Node) string {
	switch {
	case n == nil:
		return ""
	case n.Kind == schema.String:
		return w.Hide(n.Text)
	}
	return w.Hide(string(n.JSON(w.ds, nil).Text))
}

func (w *World) describeTarget(s *cloudformation.Stack, unresolved *schema.Node) TargetDescription {
	n := resolveTarget(s, unresolved)
	text := func(n *schema.Node) string { return w.Hide(word(n)) }
	optional := func(key string) *string {
		if n.Get(key) == nil {
			return nil
		}
		value := text(n.Get(key))
		return &value
	}
	arn := word(n.Get("Arn"))
	t := TargetDescription{
		ID: text(n.Get("Id")), ARN: w.Hide(arn), Kind: kindOf(arn), RoleARN: text(s.Resolve(unresolved.Get("RoleArn"))),
		Input: optional("Input"), InputPath: optional("InputPath"), DeadLetterQueue: text(n.Get("DeadLetterConfig").Get("Arn")),
		MessageGroup: text(s.Resolve(unresolved.Get("SqsParameters")).Get("MessageGroupId")),
	}
	if it := n.Get("InputTransformer"); it != nil {
		t.Transformer = &eventbridge.InputTransformer{InputPathsMap: w.hideMap(texts(it.Get("InputPathsMap"))), InputTemplate: text(it.Get("InputTemplate"))}
	}
	if n.Get("HttpParameters") != nil {
		p := httpParameters(n.Get("HttpParameters"))
		p.HeaderParameters, p.QueryStringParameters = w.hideMap(p.HeaderParameters), w.hideMap(p.QueryStringParameters)
		for i := range p.PathParameterValues {
			p.PathParameterValues[i] = w.Hide(p.PathParameterValues[i])
		}
		t.HTTP = &p
	}
	if policy := n.Get("RetryPolicy"); policy != nil {
		retry := w.retryPolicy(policy)
		t.Retry = &retry
	}
	if destination := lookUp(w.destinations, arn, KindAPIDestination); destination != nil {
		shown := destination.APIDestination
		shown.Name, shown.Endpoint, shown.Description = w.Hide(shown.Name), w.Hide(shown.Endpoint), w.Hide(shown.Description)
		t.Destination = &shown
		if destination.connection != nil {
			t.Authorization = destination.connection.AuthorizationType
		}
	}
	return t
}

func (w *World) hideMap(m map[string]string) map[string]string {
	for k, v := range m {
		m[k] = w.Hide(v)
	}
	return m
}

// RuleARN is the ARN of the rule of a delivery.
func (d Delivery) RuleARN() string { return d.rule.arn }

// Key names a delivery among those of an event, wherever and whenever it is
// played: one target of a rule.
func (d Delivery) Key() string {
	if d.Kind == KindHTTPTask {
		return d.via + " " + d.Task + " #" + strconv.Itoa(d.Attempt)
	}
	if d.pipe != nil {
		return d.via + " ⇒ " + d.pipe.arn + " " + d.target.ID
	}
	return d.rule.arn + " " + d.target.ID + " " + d.Event
}
