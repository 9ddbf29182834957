package simulate

import (
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/schema"
)

// World is what the given stacks create of EventBridge.
type World struct {
	// Rules are those that match events (a schedule does not), in the order of
	// the templates.
	Rules        []*Rule
	set          *cloudformation.Set
	ds           *diag.List
	connections  map[string]*connection              // by ARN
	destinations map[string]*apiDestination          // by ARN
	byBus        map[string]*busRules                // by the ARN of the bus
	queues       map[string]*cloudformation.Resource // by ARN
	pipes        map[string][]*pipe                  // by the ARN of the queue they read
	fifos        map[string]fifo                     // by ARN
	urls         map[string]string                   // ARNs of queues by their URLs
	limits       map[string]int                      // of messages, in bytes, by the ARN of the queue
	machines     map[string]*machine                 // by ARN, those that pipes start; nil for others
	signers      map[string]bool                     // ARNs and names of functions
	enrichers    map[string]*enricher                // by ARN
	buses        map[string]bool                     // ARNs of those whose rules are known here
	deadLetters  map[string]bool                     // ARNs of queues
}

// Rule is a rule with an event pattern.
type Rule struct {
	Name     string // the template's, or the logical ID where AWS makes a name up
	ID       string // logical
	Stack    string
	Bus      string // name
	Disabled bool
	Pattern  *eventbridge.Pattern // nil where EventBridge refuses it
	Targets  []*Target
	Pos      diag.Pos
	Compiled Compiled
	busARN   string
	physical string // name
	arn      string
}

// Compiled is what notifygen wrote beside a rule, the zero value in templates
// of others.
type Compiled struct {
	Route   string
	Variant string // name, "else" or number; "" for a route without variants
	Case    string // what tells the rule from the others of its route; "" where it is the only one
	Source  string // file and line: "notifygen.yaml:32"
	// EventSource is the source of the file whose events the rule leads to the
	// routes, "" in the rule of a route.
	EventSource string
}

// Cause is the rule that took the event, and the target it was for.
func (d Delivery) Cause() (*Rule, *Target) { return d.rule, d.target }

// PipeTargets gives what the pipes that events get to deliver to, by the name of
// the pipe.
func (w *World) PipeTargets() map[string][]*Target {
	targets := map[string][]*Target{}
	for _, pipes := range w.pipes {
		for _, p := range pipes {
			if p.enrichment != nil {
				targets[p.name] = append(targets[p.name], p.enrichment.Target)
			}
			targets[p.name] = append(targets[p.name], p.target.Target)
		}
	}
	return targets
}

// NewWorld reads the resources of the stacks. It reports what cannot be
// resolved and what AWS would refuse.
func NewWorld(set *cloudformation.Set, ds *diag.List) *World {
	w := &World{
		set: set, ds: ds,
		connections: map[string]*connection{}, destinations: map[string]*apiDestination{}, byBus: map[string]*busRules{},
		queues: map[string]*cloudformation.Resource{}, pipes: map[string][]*pipe{}, fifos: map[string]fifo{}, limits: map[string]int{},
		urls: map[string]string{}, machines: map[string]*machine{}, signers: map[string]bool{}, enrichers: map[string]*enricher{},
		buses: map[string]bool{}, deadLetters: map[string]bool{},
	}
	w.each("AWS::SQS::Queue", func(r *cloudformation.Resource) {
		if arn, ok := r.Attribute("Arn"); ok {
			w.queues[arn] = r
			w.readQueue(arn, r)
		}
	})
	w.each("AWS::Events::EventBus", func(r *cloudformation.Resource) {
		if arn, ok := r.Attribute("Arn"); ok {
			w.buses[arn] = true
		}
	})
	w.each("AWS::Events::Connection", w.readConnection)
	w.each("AWS::Events::ApiDestination", w.readDestination)
	w.each("AWS::Events::Rule", w.readRule)
	w.readSigners()
	w.readEnrichers()
	w.readPipes()
	return w
}

func (w *World) each(kind string, read func(*cloudformation.Resource)) {
	for _, s := range w.set.Stacks {
		for _, r := range s.Resources {
			if r.Type == kind {
				read(r)
			}
		}
	}
}

func (w *World) readRule(r *cloudformation.Resource) {
	pattern := r.Property("EventPattern")
	if pattern == nil {
		return // a schedule, or a rule AWS refuses anyway
	}
	arn, _ := r.Attribute("Arn")
	bus := busARN(r.Stack, r.Text("EventBusName"))
	rule := &Rule{
		Name: r.ID, ID: r.ID, Stack: r.Stack.Name, Pos: r.Pos, Disabled: r.Text("State") == "DISABLED",
		Bus: w.set.Secrets.Hide(busName(bus)), busARN: bus, physical: r.Name(), arn: arn,
		Compiled: Compiled{Route: r.Metadata("Route"), Variant: r.Metadata("Variant"), Case: r.Metadata("Match"), Source: r.Metadata("Source"), EventSource: r.Metadata("EventSource")},
	}
	if r.Named() {
		rule.Name = w.set.Secrets.Hide(r.Name())
	}
	rule.Pattern = w.readPattern(pattern)
	w.readTargets(r, rule)
	w.Rules = append(w.Rules, rule)
	w.buses[bus] = true
	if rule.Pattern == nil || rule.Disabled {
		return
	}
	if w.byBus[bus] == nil {
		w.byBus[bus] = &busRules{eventbridge.NewMatcher(), map[string]*Rule{}}
	}
	w.byBus[bus].add(rule)
}

// busRules are the enabled rules of a bus. The matcher knows them by number.
type busRules struct {
	matcher *eventbridge.Matcher
	byID    map[string]*Rule
}

func (b *busRules) add(r *Rule) {
	id := strconv.Itoa(len(b.byID))
	b.byID[id] = r
	b.matcher.Add(id, r.Pattern)
}

// readPattern compiles a pattern that is written as an object, or as JSON text.
func (w *World) readPattern(n *schema.Node) *eventbridge.Pattern {
	text, at := "", func(int) diag.Pos { return n.Pos }
	if n.Kind == schema.String {
		text = n.Text
	} else {
		j := n.JSON(w.ds, nil)
		text, at = string(j.Text), j.PosAt
	}
	pattern, err := eventbridge.ParsePattern([]byte(w.set.Secrets.Reveal(text)))
	if err == nil {
		return pattern
	}
	pos, reason := n.Pos, err.Error()
	if refused, ok := err.(*eventbridge.PatternError); ok {
		pos, reason = at(refused.Offset), refused.Reason
	}
	w.ds.Report(pos, diag.RefusedRule, "EventBridge refuses the event pattern: %s", w.set.Secrets.Conceal(strings.TrimSuffix(reason, "."))).
		WithHint("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html")
	return nil
}

const eventBus = ":event-bus/"

// busARN is the ARN of a bus that is given by name or ARN; "" is the default
// one.
func busARN(s *cloudformation.Stack, bus string) string {
	if strings.HasPrefix(bus, "arn:") {
		return bus
	}
	if bus == "" {
		bus = "default"
	}
	return "arn:" + s.Partition() + ":events:" + s.Region() + ":" + s.Account() + eventBus + bus
}

func busName(arn string) string {
	if _, name, ok := strings.Cut(arn, eventBus); ok {
		return name
	}
	return arn
}

// Hide masks the secrets in a text.
func (w *World) Hide(text string) string { return w.set.Secrets.Hide(text) }
