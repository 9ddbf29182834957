package eventbridge

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of a pipe
// (https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetParameters.html,
// https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_FilterCriteria.html).
const (
	MaxPipeFilters       = 5
	MaxPipeFilterPattern = 4096 // characters
)

// PipeContext is what the input template of a pipe can know besides the event.
type PipeContext struct {
	PipeARN       string    // aws.pipes.pipe-arn
	PipeName      string    // aws.pipes.pipe-name
	SourceARN     string    // aws.pipes.source-arn
	EnrichmentARN string    // aws.pipes.enrichment-arn
	TargetARN     string    // aws.pipes.target-arn
	IngestionTime time.Time // aws.pipes.event.ingestion-time, to the millisecond
}

// Reserved placeholders of pipes
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html#input-transform-reserved).
const (
	pipeARN           = "aws.pipes.pipe-arn"
	pipeName          = "aws.pipes.pipe-name"
	pipeSourceARN     = "aws.pipes.source-arn"
	pipeEnrichmentARN = "aws.pipes.enrichment-arn"
	pipeTargetARN     = "aws.pipes.target-arn"
	pipeIngestion     = "aws.pipes.event.ingestion-time"
	pipeEvent         = "aws.pipes.event"
	pipeEventJSON     = "aws.pipes.event.json"
)

// A PipeInput renders what the enrichment or the target of a pipe receives. Its
// template holds paths in place, <$.body.id>, and, as that of a rule, is in
// object mode where it begins with "{". Other templates are free text, which
// need not be JSON.
type PipeInput struct {
	object   bool
	segments []segment
	paths    map[string]Path // by placeholder
}

// NewPipeInput checks and compiles an input template; the empty one stands for
// the whole event. The error is an [*AdmissionError] where CreatePipe would
// refuse it. Angle brackets around anything but a name or a path are text.
func NewPipeInput(template string) (*PipeInput, error) {
	if n := utf8.RuneCountInString(template); n > MaxTemplateLength {
		return nil, refuseModel("inputTemplate", "Member must have length less than or equal to %d", MaxTemplateLength)
	}
	in := &PipeInput{object: isObjectTemplate(template), segments: lex(template, pipePlaceholder), paths: map[string]Path{}}
	for _, s := range in.segments {
		if !s.isPlaceholder || isPipeReserved(s.name) && (s.name != pipeEventJSON || in.object && !s.inString) {
			continue
		}
		path, err := ParsePath(s.name)
		if err != nil { // as far as reserved names go, this was seen on AWS
			return nil, &AdmissionError{anonymous: true, before: "Invalid json path reference or predefined variable for placeholder " + s.name}
		}
		in.paths[s.name] = path
	}
	return in, nil
}

// pipePlaceholder is the length of the placeholder that a text begins with: a
// name, or "$" and whatever a path may have been meant to be.
func pipePlaceholder(text string) int {
	if !strings.HasPrefix(text, "$") {
		return ruleName(text)
	}
	if n := strings.IndexAny(text, "<>\" \t\r\n"); n > 0 {
		return n
	}
	return 0
}

func isPipeReserved(name string) bool {
	switch name {
	case pipeARN, pipeName, pipeSourceARN, pipeEnrichmentARN, pipeTargetARN, pipeIngestion, pipeEvent, pipeEventJSON:
		return true
	}
	return false
}

// A PipePayload is what a PipeInput renders.
type PipePayload struct {
	Text []byte
	// IsJSON is false for free text.
	IsJSON bool
}

// JSON is the payload for those who take nothing else: free text is a string.
func (p PipePayload) JSON() []byte {
	if p.IsJSON {
		return p.Text
	}
	return appendQuoted(nil, string(p.Text))
}

// Render is what is received for an event. The error is an
// [*UndeliverableError] where an object template renders to what is no JSON.
//
// How values are inserted has not been captured for pipes. The documentation
// says of free text what is known of rules (objects lose their quotes), so both
// follow the same rules here.
func (in *PipeInput) Render(e *PipeEvent, c PipeContext) (PipePayload, error) {
	if len(in.segments) == 0 {
		return PipePayload{Text: e.Record(), IsJSON: true}, nil
	}
	var body []byte
	for _, s := range in.segments {
		switch {
		case !s.isPlaceholder:
			body = append(body, s.text...)
		case in.object:
			body = appendObjectMode(body, in.insert(s.name, e, c), s.inString)
		default:
			body = appendTextMode(body, in.insert(s.name, e, c))
		}
	}
	_, err := parseDocument(body)
	if err != nil && in.object {
		return PipePayload{}, &UndeliverableError{Code: CodeInvalidJSON, Message: "The rendered template is not JSON.", Body: body}
	}
	return PipePayload{Text: body, IsJSON: err == nil}, nil
}

func (in *PipeInput) insert(name string, e *PipeEvent, c PipeContext) insertion {
	if path, ok := in.paths[name]; ok {
		return selected(path, e.parsed)
	}
	if name == pipeEventJSON {
		// It "only has a value if the original payload is JSON".
		return insertion{found: e.isJSON, json: e.parsed.doc.appendCompact(nil, 0)}
	}
	text := ""
	switch name {
	case pipeARN:
		text = c.PipeARN
	case pipeName:
		text = c.PipeName
	case pipeSourceARN:
		text = c.SourceARN
	case pipeEnrichmentARN:
		text = c.EnrichmentARN
	case pipeTargetARN:
		text = c.TargetARN
	case pipeIngestion:
		text = c.IngestionTime.UTC().Format("2006-01-02T15:04:05.000Z")
	case pipeEvent: // unlike the one above it is escaped, hence a text
		text = string(e.Record())
	}
	return insertion{found: text != "", isString: true, text: text}
}

// Dynamic is the text that a parameter of a pipe's target stands for: what a
// value that is a path as a whole selects from the event, else the value
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html#pipes-targets-specific-parms).
func (e *PipeEvent) Dynamic(value string) string { return dynamic(value, e.parsed) }
