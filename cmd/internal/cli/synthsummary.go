package cli

import (
	"fmt"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/stacks"
)

// summary is what synth says on stderr.
type summary struct {
	Name         string              `json:"name"`
	Stacks       []summaryStack      `json:"stacks"`
	Rules        int                 `json:"rules"`
	Destinations int                 `json:"destinations"`
	Sources      []summarySource     `json:"sources"`
	Queued       []summaryQueue      `json:"queued"`
	Lambdas      []stacks.LambdaKind `json:"lambdas"`
	Reason       string              `json:"reason"`
	Diagnostics  []diag.Diagnostic   `json:"diagnostics"`
}

type summaryStack struct {
	Name      string `json:"name"`
	Resources int    `json:"resources"`
}

// summarySource is a source whose events take a detour before routes see them.
type summarySource struct {
	Source string `json:"source"`
	// Enriched names the API that is asked, "" for none.
	Enriched     string `json:"enriched,omitempty"`
	Deduplicated bool   `json:"deduplicated"`
}

func (s summarySource) String() string {
	var how []string
	if s.Deduplicated {
		how = append(how, "copies of five minutes dropped")
	}
	if s.Enriched != "" {
		how = append(how, "enriched ("+s.Enriched+")")
	}
	return s.Source + ": " + strings.Join(how, "; ")
}

// summaryQueue is a destination whose messages wait in a queue.
type summaryQueue struct {
	Destination string   `json:"destination"`
	Reasons     []string `json:"reasons"`
	// SecondsPerMessage lie between two messages at least.
	SecondsPerMessage int `json:"secondsPerMessage"`
	Attempts          int `json:"attempts"`
	// OnCall is the path of the parameters that hold who is mentioned, "" for none.
	OnCall string `json:"onCall,omitempty"`
}

func (q summaryQueue) String() string {
	s := fmt.Sprintf("%s: queued (%s), at most one message %s", q.Destination, strings.Join(q.Reasons, "; "), every(q.SecondsPerMessage))
	if q.OnCall != "" {
		s += ", mentions by the parameters " + q.OnCall + "/…"
	}
	return s
}

// why says what runs, or why nothing does.
func (s summary) why() string {
	switch {
	case len(s.Lambdas) > 0:
		var all []string
		for _, l := range s.Lambdas {
			name := l.Name
			if l.Functions > 1 {
				name = plural(l.Functions, l.Name)
			}
			all = append(all, name+" ("+l.Reason+")")
		}
		return strings.Join(all, ", ")
	case len(s.Queued) == 0 && len(s.Sources) == 0:
		return "every destination is called by EventBridge itself (direct)"
	}
	var how []string
	if len(s.Sources) > 0 { // which are deduplicated: what enriches is a function
		how = append(how, "queues and pipes drop copies")
	}
	switch len(s.Queued) {
	case 0:
	case s.Destinations:
		how = append(how, "state machines send the messages and read the replies")
	default:
		how = append(how, "EventBridge calls the direct destinations itself, state machines the queued ones")
	}
	return strings.Join(how, ", ") + ", without code"
}

// functions is the number of functions in all stacks.
func (s summary) functions() int {
	n := 0
	for _, l := range s.Lambdas {
		n += l.Functions
	}
	return n
}

// summarise says what was compiled, and why nothing runs.
func summarise(o *options, c stacks.Compiled) error {
	s := summary{
		Name: c.Plan.Name, Destinations: len(c.Plan.Destinations), Sources: []summarySource{}, Queued: []summaryQueue{}, Lambdas: c.Lambdas(),
		Diagnostics: append([]diag.Diagnostic{}, c.Diagnostics...),
	}
	for _, h := range c.Plan.Hops {
		of := summarySource{Source: h.Source, Deduplicated: h.Dedupe}
		if h.Enrich != nil {
			of.Enriched = h.Enrich.Preset.Facts.API
		}
		s.Sources = append(s.Sources, of)
	}
	for _, d := range c.Plan.Destinations {
		if q := d.Queue; q != nil {
			of := summaryQueue{Destination: d.Name, Reasons: q.Reasons, SecondsPerMessage: q.Pace, Attempts: q.Attempts()}
			if q.OnCall != nil {
				of.OnCall = q.OnCall.Path
			}
			s.Queued = append(s.Queued, of)
		}
	}
	resources := 0
	for _, stack := range c.Stacks {
		s.Stacks = append(s.Stacks, summaryStack{stack.Name, stack.Resources()})
		resources += stack.Resources()
		for _, r := range stack.Template.Object("Resources").All() {
			if r.(*cloudformation.Object).Get("Type") == "AWS::Events::Rule" {
				s.Rules++
			}
		}
	}
	s.Reason = s.why()
	if o.json() {
		return encode(o.Err, s)
	}
	fmt.Fprintf(o.Err, "%s: %s, %s, %s to %s\n", s.Name, plural(len(s.Stacks), "stack"), plural(resources, "resource"), plural(s.Rules, "rule"), plural(s.Destinations, "destination"))
	if len(s.Stacks) > 1 {
		for _, stack := range s.Stacks {
			fmt.Fprintf(o.Err, "  %s: %s\n", stack.Name, plural(stack.Resources, "resource"))
		}
	}
	for _, of := range s.Sources {
		fmt.Fprintf(o.Err, "  %s\n", of)
	}
	for _, q := range s.Queued {
		fmt.Fprintf(o.Err, "  %s\n", q)
	}
	fmt.Fprintf(o.Err, "  %s: %s\n", plural(s.functions(), "Lambda"), s.Reason)
	for _, l := range s.Lambdas {
		fmt.Fprintf(o.Err, "  the code of the %s: parameters %s and %s\n", l.Name, l.BucketParameter, l.KeyParameter)
	}
	return nil
}

func every(seconds int) string {
	if seconds == 1 {
		return "a second"
	}
	return fmt.Sprintf("every %d s", seconds)
}
