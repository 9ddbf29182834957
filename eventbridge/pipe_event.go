package eventbridge

import "errors"

// A PipeEvent is one record of the source of a pipe. Such a record wraps the
// message of the source in one of its fields, as text: "body" for SQS. Filters,
// input templates and dynamic parameters see the JSON in that text ("implicit
// body data parsing"), everything else sees the text
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html#input-transform-implicit).
type PipeEvent struct {
	record *Event
	parsed *Event
	isJSON bool // the wrapped message is JSON
}

// ParsePipeEvent parses a record, a JSON object, whose message is the string at
// key, and JSON or not.
func ParsePipeEvent(record []byte, key string) (*PipeEvent, error) {
	e, err := ParseEvent(record)
	if err != nil {
		return nil, err
	}
	i, ok := e.doc.member(0, key)
	if !ok || e.doc.nodes[i].kind != kindString {
		return nil, errors.New("the record has no string " + key)
	}
	out := &PipeEvent{record: e, parsed: e}
	message := []byte(e.doc.text(i))
	if _, err := parseDocument(message); err != nil {
		return out, nil
	}
	n := &e.doc.nodes[i]
	text := append([]byte(e.doc.src[:n.start-1]), message...)
	text = append(text, e.doc.src[n.end+1:]...)
	if parsed, err := ParseEvent(text); err == nil { // it may nest too deep now
		out.parsed, out.isJSON = parsed, true
	}
	return out, nil
}

// NewPipeEvent is an event that wraps no message: one that the enrichment of a pipe
// returns.
func NewPipeEvent(e *Event) *PipeEvent { return &PipeEvent{record: e, parsed: e, isJSON: true} }

// Event is the record with its message parsed, for filters ([Pattern.Match])
// and dynamic parameters ([RequestSpec]).
func (e *PipeEvent) Event() *Event { return e.parsed }

// Record is the record as the source delivers it, without white space.
func (e *PipeEvent) Record() []byte { return e.record.doc.appendCompact(nil, 0) }
