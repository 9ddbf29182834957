// Package config reads notifygen.yaml into a positioned model: what the author
// wrote, checked key by key and with every name resolved, but not yet what it
// compiles to.
package config

import (
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// File is one notifygen.yaml.
type File struct {
	Path            string
	Name            string
	Description     string
	Region          string
	RegionPos       diag.Pos
	Tags            []Tag
	Parameters      map[string]*Parameter
	Secrets         map[string]*Secret
	Sources         []*Source
	Destinations    []*Destination
	Routes          []*Route
	Retry           Retry
	DeadLetterQueue bool
	DeadLetterPos   diag.Pos // where it is turned off
	Alarms          Alarms
	Quotas          Quotas
	KMSKey          schema.Scalar
	LogRetention    int // days
	RouteStacks     int // 0: as many as it takes
	RouteStacksPos  diag.Pos
}

// Tag is a stack tag.
type Tag struct {
	Key    string
	KeyPos diag.Pos
	Value  schema.Scalar
}

// Parameter is a stack parameter the file declares.
type Parameter struct {
	Name           string
	Pos            diag.Pos
	Description    string
	Default        *schema.Node // nil: none
	AllowedValues  []*schema.Node
	AllowedPattern string
}

// Secret says where a secret lives; exactly one of SecretsManager and
// Parameter is set.
type Secret struct {
	Name           string
	Pos            diag.Pos
	SecretsManager string // name or ARN
	Key            string // JSON key, "" for the whole string
	VersionStage   string
	Parameter      string // name of a NoEcho stack parameter
}

// Bus is an event bus: created by the stack, or existing.
type Bus struct {
	Pos    diag.Pos
	Create bool
	// Name is a name or an ARN, or a stack parameter that holds a name. The
	// default bus is "default".
	Name schema.Scalar
}

// Source is a kind of event.
type Source struct {
	Name       string
	Pos        diag.Pos
	Preset     *Preset // nil for a free pattern
	Pattern    *schema.Node
	Bus        Bus
	Trusted    []string
	Lists      []string
	ListsKnown bool // the file, or a preset, says which fields are lists
	DropCopies bool
	Abuse      bool
	Enrich     *Enrich // nil: events are taken as they come
	Dedupe     *Dedupe // nil: copies are events like others
}

// Enrich says how facts are added to the events of a source.
type Enrich struct {
	Pos diag.Pos
	// Preset tells the facts; nil where findings tell why there is none.
	Preset       *Preset
	Organization bool
}

// Dedupe says what the copies of an event share.
type Dedupe struct {
	Pos   diag.Pos
	Paths []DedupePath // none where findings tell why
	// Partial tells that findings say why some paths are not there.
	Partial bool
}

// DedupePath is one of the paths whose values are an event's identity.
type DedupePath struct {
	Pos  diag.Pos
	Path string
}

// Destination is a chat, channel or endpoint. Keys of its type are read from
// Node by the type's declaration.
type Destination struct {
	Name        string
	Pos         diag.Pos
	Type        string
	TypePos     diag.Pos
	Description schema.Scalar
	Node        *schema.Node
	Rate        Rate
	Deliver     schema.Scalar // "direct", "verified" or not set
	Retry       Retry
	KMSKey      schema.Scalar
	Mentions    *Mentions
}

// Rate is a limit on requests; the zero Rate is none.
type Rate struct {
	Value schema.Scalar // requests in each Per, 1 to MaxRate, or a parameter holding them
	Per   Unit
	// Bad tells that findings say what is wrong with it: nothing else follows from
	// what is written there.
	Bad bool
}

// MaxRate is the highest rate, in any unit.
const MaxRate = 1_000_000

// Unit is a span of time in seconds.
type Unit int

// The units of a rate.
const (
	Second Unit = 1
	Minute Unit = 60
	Hour   Unit = 3600
)

// Retry is a retry policy; what the file leaves out is not set.
type Retry struct {
	Pos        diag.Pos // not valid where the file says nothing
	Attempts   schema.Scalar
	AgeSeconds schema.Scalar
}

// Alarms says whether there are alarms and where they go.
type Alarms struct {
	Off     bool
	Actions []schema.Scalar
}

// Quotas of the account.
type Quotas struct {
	RulesPerBus, PatternSize, Connections, APIDestinations int
}

// Route carries events of its sources to destinations.
type Route struct {
	Name        string
	Pos         diag.Pos
	Description schema.Scalar
	From        []*Source
	When        *schema.Node
	To          []To
	Content     Content
	Variants    []*Variant
	Disabled    bool
}

// To is a destination of a route, with a message of its own or none.
type To struct {
	Pos         diag.Pos
	Destination *Destination
	Content     Content
}

// Variant is a message for some of a route's events.
type Variant struct {
	Name    string
	Pos     diag.Pos
	When    *schema.Node
	Else    bool
	Content Content
}

// Content is what a request carries: nothing yet, a message, the whole event,
// or an exact body.
type Content struct {
	Pos     diag.Pos
	Message *Message
	Event   bool
	Body    *schema.Node
}

// IsSet tells whether the author gave any content.
func (c Content) IsSet() bool { return c.Message != nil || c.Event || c.Body != nil }

// Message is what people read, in neutral words.
type Message struct {
	Pos      diag.Pos
	Title    schema.Scalar
	Text     schema.Scalar
	Fields   []MessageField
	Link     schema.Scalar
	LinkText schema.Scalar
	Severity string
	Mentions *Mentions
}

// MessageField is one labelled value.
type MessageField struct {
	Label string
	Pos   diag.Pos
	Value schema.Scalar
}

// Mentions says who is mentioned, always or depending on a field.
type Mentions struct {
	Pos    diag.Pos
	Always []Mention
	By     string // path; "" without cases
	ByPos  diag.Pos
	Cases  []MentionCase
	Else   []Mention
	// OnCall are lists that are read when a message is sent, nil for none; then
	// there are no cases, and By is the field that selects the list.
	OnCall *OnCall
}

// OnCall are lists of people in parameters of AWS Systems Manager,
// /PREFIX/KEY/AtMobiles/SERVICE. What surrounds the prefix is no part of it.
type OnCall struct {
	Pos    diag.Pos
	Prefix string
	Key    string
}

// MentionCase says who is mentioned where the field has the value.
type MentionCase struct {
	Value    string
	Pos      diag.Pos
	Mentions []Mention
}

// Mention is one person or group: Kind is all, here, mobile, user or group.
type Mention struct {
	Pos  diag.Pos
	Kind string
	ID   string
}
