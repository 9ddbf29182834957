package eventbridge

import (
	"errors"
	"slices"
	"time"
)

// errNotObject is the complaint of event-ruler
// (https://github.com/aws/event-ruler/blob/main/src/main/software/amazon/event/ruler/Event.java).
var errNotObject = errors.New("Event must be a JSON object")

// An Event is a parsed event. One event serves any number of patterns, paths
// and templates, also at the same time.
type Event struct {
	doc document
}

// ParseEvent parses an event: any JSON object, whether or not it has the
// fields of an EventBridge envelope. It keeps duplicate keys and the text of
// numbers, both of which EventBridge sees. The error is a [*SyntaxError] where
// the text is not JSON.
func ParseEvent(text []byte) (*Event, error) {
	doc, err := parseDocument(text)
	if err != nil {
		return nil, err
	}
	if doc.nodes[0].kind != kindObject {
		return nil, errNotObject
	}
	return &Event{doc}, nil
}

// JSON is the text the event was parsed from.
func (e *Event) JSON() string { return e.doc.src }

// Compact is the event as a target without an input receives it: without
// white space, and with the keys of the envelope first, in EventBridge's order.
func (e *Event) Compact() []byte { return appendEvent(nil, &e.doc) }

var envelope = []string{"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"}

func appendEvent(dst []byte, doc *document) []byte {
	dst = append(dst, '{')
	add := func(i int32) {
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = doc.appendMember(dst, i)
	}
	for _, key := range envelope {
		if i, ok := doc.member(0, key); ok {
			add(i)
		}
	}
	for i := int32(1); i < doc.nodes[0].next; i = doc.nodes[i].next {
		if !slices.Contains(envelope, doc.key(i)) {
			add(i)
		}
	}
	return append(dst, '}')
}

// errEnvelope is the answer of TestEventPattern.
//
//lint:ignore ST1005 EventBridge says it so
var errEnvelope = errors.New("Parameter Event is not valid.")

// CheckEnvelope tells whether TestEventPattern takes the event: it wants id,
// account, source, time, region and detail-type, and a time in RFC 3339
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html).
// Nothing else in this package asks for them.
func (e *Event) CheckEnvelope() error {
	for _, key := range []string{"id", "account", "source", "time", "region", "detail-type"} {
		if _, ok := e.doc.member(0, key); !ok {
			return errEnvelope
		}
	}
	if _, err := time.Parse(time.RFC3339, e.Field("time")); err != nil {
		return errEnvelope
	}
	return nil
}

// Has tells whether the event has a top-level key.
func (e *Event) Has(key string) bool {
	_, ok := e.doc.member(0, key)
	return ok
}

// Field is the string at a top-level key such as "source" or "detail-type",
// "" where the event has none.
func (e *Event) Field(key string) string {
	i, ok := e.doc.member(0, key)
	if !ok || e.doc.nodes[i].kind != kindString {
		return ""
	}
	return e.doc.text(i)
}
