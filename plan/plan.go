// Package plan turns a file into what it means, checked and sorted: which
// events reach which destination with which body. A Plan does not say how it is
// carried out; package stacks lowers it to EventBridge rules and targets.
package plan

import (
	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan/filter"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/transformers"
)

// Plan is immutable; its lists are sorted by name.
type Plan struct {
	File        string // base name of the file, for pointing back at it
	Name        string // of the stack, and prefix of resource names
	Group       string // "" or a suffix that keeps several deployments apart
	Description string
	Region      string
	Tags        []config.Tag

	Parameters   []Parameter
	Buses        []*Bus
	Hops         []*Hop
	Destinations []*Destination
	Routes       []*Route

	DeadLetterQueue bool
	Alarms          config.Alarms
	Quotas          config.Quotas
	KMSKey          schema.Scalar // of what is not a destination's own
	LogRetention    int           // days
	// RouteStacks is the number of stacks the author spreads the routes over;
	// 0 leaves it to the compiler.
	RouteStacks    int
	RouteStacksPos diag.Pos
}

// Parameter is a stack parameter the plan needs.
type Parameter struct {
	Name                  string
	Pos                   diag.Pos // where it is used first
	Number                bool
	NoEcho                bool
	Default               *schema.Node // nil: none
	Description           string
	AllowedPattern        string
	ConstraintDescription string
	AllowedValues         []*schema.Node
	MinValue, MaxValue    int // of numbers; MaxValue 0 means no bound
}

// Bus is an event bus that routes listen to.
type Bus struct {
	// Name is a name, an ARN or a stack parameter; "default" for the default bus.
	Name   schema.Scalar
	Create bool
	// Suffix follows the name of a bus that is created for a group.
	Suffix string
	// Internal is the bus of the hops, which no source names.
	Internal bool
	Pos      diag.Pos
}

// IsDefault tells whether this is the default event bus.
func (b *Bus) IsDefault() bool { return !b.Create && b.Name.Text == "default" }

// Destination is somewhere messages go.
type Destination struct {
	Name        string
	Pos         diag.Pos
	Type        *transformers.Destination
	Description schema.Scalar
	Node        *schema.Node
	Rate        schema.Scalar // requests a second; not set: EventBridge's default
	Secrets     map[string]*config.Secret
	KMSKey      schema.Scalar
	// Queue makes messages wait their turn; nil where they are sent at once.
	Queue *Queue
}

// Route is one route of the file with the matches it comes down to.
type Route struct {
	Name        string
	Pos         diag.Pos
	Description schema.Scalar
	Disabled    bool
	Matches     []Match
}

// Match is a set of events, disjoint from the route's other matches on the
// same bus for one destination, and what each destination gets of them.
type Match struct {
	// Label tells the match from the others of its route: source, variant and
	// mention case where there are several; "" where there is one.
	Label string
	// Variant is the name of the variant, or what stands for it: "else", its
	// number; "" where the route has none.
	Variant string
	Pos     diag.Pos
	// Bus is where the events are found.
	Bus *Bus
	// Hop is where they come from; nil where they stand on the bus as they were
	// published. Filter is in terms of the event that was published; Pattern in
	// those of the bus.
	Hop        *Hop
	Filter     *filter.Filter
	Deliveries []Delivery
}

// Delivery is what one destination gets.
type Delivery struct {
	Destination *Destination
	// Body is the request body; nil passes the event as it is.
	Body *transformers.Value
	// Envelope is what waits in the queue of a destination that has one.
	Envelope *transformers.Value
	Retry    config.Retry
}
