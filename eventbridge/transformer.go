package eventbridge

import (
	"bytes"
	"maps"
	"slices"
	"unicode/utf8"
)

// A Transformer renders a template with values of an event
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html).
//
// Templates that begin with "{" are rendered in object mode: a value keeps its
// JSON type, and the text of a string is escaped wherever it lands. All others
// paste the text of strings as it is, and take the quotes out of objects and
// arrays. The documentation does not tell the two apart.
type Transformer struct {
	object   bool
	segments []segment
	paths    map[string]Path
}

// NewTransformer checks and compiles a template and its paths, by placeholder
// name. Names are 1 to [MaxInputPathName] of A-Z a-z 0-9 _ -. Without paths, a
// placeholder that is not reserved is literal text. The error is an
// [*AdmissionError] where EventBridge would refuse the target.
func NewTransformer(paths map[string]string, template string) (*Transformer, error) {
	if n := utf8.RuneCountInString(template); n < 1 || n > MaxTemplateLength {
		return nil, refuseModel("inputTransformer.inputTemplate", "Member must have length between 1 and %d", MaxTemplateLength)
	}
	t := &Transformer{object: isObjectTemplate(template), segments: lexTemplate(template)}
	var err error
	if t.paths, err = parseInputPaths(paths); err != nil {
		return nil, err
	}
	if refusal := t.checkPlaceholders(); refusal != nil {
		return nil, refusal
	}
	if refusal := checkTemplate(t.segments); refusal != nil {
		return nil, refusal
	}
	return t, nil
}

func parseInputPaths(paths map[string]string) (map[string]Path, error) {
	const member = "inputTransformer.inputPathsMap"
	if len(paths) > MaxInputPaths {
		return nil, refuseModel(member, "Member must have length less than or equal to %d", MaxInputPaths)
	}
	names := slices.Sorted(maps.Keys(paths))
	for _, name := range names {
		if !isInputPathName(name) {
			return nil, refuseModel(member, "Map keys must satisfy constraint: [Member must have length between 1 and %d, "+
				"Member must satisfy regular expression pattern: [A-Za-z0-9\\_\\-]+]", MaxInputPathName)
		}
	}
	parsed := make(map[string]Path, len(paths))
	for _, name := range names {
		p, err := parseInputPath(member, paths[name])
		if err != nil {
			return nil, err
		}
		parsed[name] = p
	}
	return parsed, nil
}

func isInputPathName(s string) bool {
	for i := range len(s) {
		if !isPlaceholderByte(s[i]) || s[i] == '.' {
			return false
		}
	}
	return s != "" && len(s) <= MaxInputPathName
}

// checkPlaceholders settles which placeholders are literal text.
func (t *Transformer) checkPlaceholders() *AdmissionError {
	for i := range t.segments {
		s := &t.segments[i]
		if !s.isPlaceholder {
			continue
		}
		if isReserved(s.name) {
			if isJSONReserved(s.name) && (!t.object || s.inString) {
				return refuse("InputTemplate for target ", " contains placeholder "+s.name+" valid only for JSON template.")
			}
			continue
		}
		if _, known := t.paths[s.name]; known {
			continue
		}
		if len(t.paths) > 0 {
			return refuse("InputTemplate for target ", " contains invalid placeholder "+s.name+".")
		}
		s.name = ""
	}
	return nil
}

// Render is the rendered template. The error is an [*UndeliverableError] with
// the code INVALID_JSON where the result is not JSON: one value, or, outside
// object mode, several JSON strings. Values are inserted once: a placeholder
// in a value is text.
func (t *Transformer) Render(e *Event, c Context) ([]byte, error) {
	var body []byte
	for _, s := range t.segments {
		switch {
		case s.name == "":
			body = append(body, s.text...)
		case t.object:
			body = appendObjectMode(body, t.insert(s.name, e, c), s.inString)
		default:
			body = appendTextMode(body, t.insert(s.name, e, c))
		}
	}
	if !t.deliverable(body) {
		return nil, &UndeliverableError{
			Code: CodeInvalidJSON, Message: "Invalid input for target.", Body: body, Silent: len(bytes.TrimSpace(body)) == 0,
		}
	}
	return body, nil
}

func (t *Transformer) deliverable(body []byte) bool {
	_, err := parseDocument(body)
	return err == nil || !t.object && isQuotedLines(body)
}

// An insertion is what a placeholder stands for.
type insertion struct {
	found    bool
	isString bool
	text     string // of a string
	json     []byte // of all else
}

func (t *Transformer) insert(name string, e *Event, c Context) insertion {
	if isReserved(name) {
		return reserved(name, e, c)
	}
	return selected(t.paths[name], e)
}

func selected(path Path, e *Event) insertion {
	v, found := path.Select(e)
	if !found {
		return insertion{}
	}
	if s, ok := v.AsString(); ok {
		return insertion{found: true, isString: true, text: s}
	}
	return insertion{found: true, json: v.JSON()}
}

func appendObjectMode(body []byte, in insertion, inString bool) []byte {
	switch {
	case !in.found && inString:
		return body
	case !in.found:
		return append(body, `""`...)
	case in.isString && inString:
		return appendEscaped(body, in.text)
	case in.isString:
		return appendQuoted(body, in.text)
	default: // inside a string, the quotes of objects and arrays break the body
		return append(body, in.json...)
	}
}

func appendTextMode(body []byte, in insertion) []byte {
	if in.isString {
		return append(body, in.text...)
	}
	return append(body, bytes.ReplaceAll(in.json, []byte{'"'}, nil)...)
}
