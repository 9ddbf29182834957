package transformers

import (
	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// Destination declares a kind of destination: everything notifygen knows of a
// chat service, as data, with one function that lays a message out and one
// that checks a body the author wrote.
type Destination struct {
	// Type is the word in the file; Title is what people call the service.
	Type, Title string
	// Doc says in a sentence or two what it does and what it needs.
	Doc string
	// URL is the service's own documentation.
	URL string
	// Keys are the type's own keys in the file.
	Keys []schema.Key

	Endpoint   Endpoint
	Connection Connection
	// DefaultRate is the InvocationRateLimitPerSecond where the file gives no
	// rate; 0 leaves EventBridge's own 300.
	DefaultRate int
	// PerMinute is a limit EventBridge alone cannot keep; nil for none.
	PerMinute *Limit
	// Verify reads the service's replies. Every type whose endpoint is a fixed URL
	// has it; where the URL is a secret, nothing but EventBridge calls it.
	Verify *Verification
	// Signature is nil where the service knows none.
	Signature *Signature
	// Mentions maps a kind of mention (all, here, mobile, user, group) to the
	// regular expression its ID must match; a kind that is absent is unknown to
	// the service.
	Mentions map[string]string
	// OnCall is nil where numbers that are read when a message is sent cannot be
	// mentioned.
	OnCall *OnCall
	// WholeEvent tells that the service takes the event as it is.
	WholeEvent bool
	// NoSafeSlot tells that the service may parse all text it is given, so that
	// untrusted values need the author's word.
	NoSafeSlot bool
	// Notes are printed by `destinations show`.
	Notes []string
	// Service is what the service refuses, answers and shows.
	Service *contract.Service

	// Configure checks the destination's own keys and says what to warn of.
	Configure func(in Instance, ds *diag.List)
	// Render lays a message out.
	Render func(in Instance, m Message, ds *diag.List) *Value
	// CheckBody checks a body the author wrote and may normalise it.
	CheckBody func(in Instance, body *Value, pos diag.Pos, ds *diag.List) *Value
}

// Endpoint is where requests go: a fixed URL, or one that is itself a secret.
type Endpoint struct {
	URL string
	// SecretKey names the key of the file that holds the secret URL, which must
	// match Pattern.
	SecretKey, Pattern, Example string
}

// Connection is how requests are authorised. EventBridge wants an
// authorisation block even where the service needs none.
type Connection struct {
	// Header is filled with Prefix and the secret named by SecretKey; an empty
	// SecretKey gives a header that says it is unused.
	Header, Prefix, SecretKey string
	// Query are query parameters that carry secrets.
	Query []SecretParameter
}

// SecretParameter is a query parameter whose value is the secret named by a
// key of the file.
type SecretParameter struct{ Name, SecretKey string }

// Limit is a limit of a service, with its source.
type Limit struct {
	Value int
	What  string
	URL   string
}

// Instance is a destination of the file.
type Instance struct {
	Name string
	Pos  diag.Pos
	Node *schema.Node
}

// Key gives the value of one of the type's keys.
func (in Instance) Key(name string) schema.Scalar { return in.Node.Get(name).Scalar() }

// KeyText gives the value of a key as constant text or stack parameter.
func (in Instance) KeyText(name string) Text {
	s := in.Key(name)
	if s.IsParam() {
		return Text{{Param: s.Param}}
	}
	return Lit(s.Text)
}

// Message is what people read, with its texts parsed.
type Message struct {
	Pos      diag.Pos
	Title    Text
	Text     Text
	Fields   []LabelledText
	Link     Text
	LinkText Text
	LinkPos  diag.Pos
	Severity string
	Mentions []Mention
	// OnCall tells that people are mentioned who are not known yet.
	OnCall bool
	// Fallback stands where a constant text is needed and the message has none.
	Fallback string
}

// LabelledText is a field of a message.
type LabelledText struct {
	Label string
	Value Text
}

// Mention is somebody to mention: Kind is all, here, mobile, user or group.
// The ID is constant, now or at deploy time.
type Mention struct {
	Kind string
	ID   Text
}

// Trusted tells whether every value of the message is trusted.
func (m Message) Trusted() bool {
	for _, f := range m.Fields {
		if !f.Value.Trusted() {
			return false
		}
	}
	return m.Title.Trusted() && m.Text.Trusted() && m.Link.Trusted()
}

// Object declares the destination type's keys for the file.
func (d *Destination) Object() *schema.Object {
	return &schema.Object{Name: "a " + d.Type + " destination", Doc: d.Doc, Keys: d.Keys, Value: d.Type}
}

// SecretKeys gives the keys of the file that name secrets, in a fixed order.
func (d *Destination) SecretKeys() []string {
	var keys []string
	if d.Endpoint.SecretKey != "" {
		keys = append(keys, d.Endpoint.SecretKey)
	}
	if d.Connection.SecretKey != "" {
		keys = append(keys, d.Connection.SecretKey)
	}
	for _, q := range d.Connection.Query {
		keys = append(keys, q.SecretKey)
	}
	if d.Signature != nil {
		keys = append(keys, d.Signature.SecretKey)
	}
	return keys
}
