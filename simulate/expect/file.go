package expect

import (
	"time"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/simulate"
)

// File is a file of tests.
type File struct {
	Path string
	// Config is the file of routes, the zero Path where the file names none;
	// Templates stand instead of it.
	Config     Path
	Templates  []Path
	Parameters []Parameter
	// Secrets are test values. Stored are parameters of Systems Manager.
	Secrets []Parameter
	Stored  map[string]string
	Now     time.Time
	Tests   []*Test
	// Events are the event files that the tests name, and FakeFiles the files of
	// recorded answers, each once.
	Events    []string
	FakeFiles []string

	fakes *fakeSources
	fail  *failList
}

// Path is a path as the test file gives it, made relative to where the process
// runs.
type Path struct {
	Path string
	Pos  diag.Pos
}

// Parameter is a value for a stack parameter, or a secret.
type Parameter struct {
	Name, Value string
	Pos         diag.Pos
}

// Test is one event, or a few, and what must become of it.
type Test struct {
	Name string
	Pos  diag.Pos
	Bus  string
	// Exact tells that Expect are all deliveries; otherwise they are some.
	Exact   bool
	Expect  []*Delivery
	Not     []*Delivery
	Refused []string

	event, with *schema.Node
	file        string // of the event, "" for one that stands in the test file
	stored      map[string]string
	fakes       *fakeSources
	fail        *failList // nil for that of the file
	incoming    []simulate.Incoming
}

// Delivery is what a target must receive.
type Delivery struct {
	Pos           diag.Pos
	route, rule   *schema.Node // nil for any
	pipe, to      *schema.Node // likewise
	method, url   *schema.Node
	headers       []schema.Field
	body          *schema.Node
	outcome       *schema.Node
	errorCode     *schema.Node
	attempts      *schema.Node
	undeliverable *schema.Node

	rules []*simulate.Rule // those route and rule stand for; nil for any
}

// label names what is expected: "my-route → ops".
func (d *Delivery) label() string {
	from := "any rule"
	switch {
	case d.route != nil:
		from = d.route.Text
	case d.rule != nil:
		from = d.rule.Text
	}
	for _, on := range []*schema.Node{d.pipe, d.to} {
		if on != nil {
			from += " → " + on.Text
		}
	}
	return from
}

// label names a delivery in the same way.
func label(d simulate.Delivery) string {
	rule, _ := d.Cause()
	if d.Pipe != "" && d.Kind != simulate.KindHTTPTask {
		return ruleLabel(rule) + " → " + d.Pipe + " → " + d.Target
	}
	return ruleLabel(rule) + " → " + d.Target
}

// ruleLabel is the route and case that a rule was compiled from, else its name.
func ruleLabel(r *simulate.Rule) string {
	switch {
	case r.Compiled.Route == "":
		return r.Name
	case r.Compiled.Case == "":
		return r.Compiled.Route
	}
	return r.Compiled.Route + "." + r.Compiled.Case
}

// events are those that PutEvents does not refuse.
func (t *Test) events() []*eventbridge.Event {
	var all []*eventbridge.Event
	for _, in := range t.incoming {
		if in.Event != nil {
			all = append(all, in.Event)
		}
	}
	return all
}
