package stepfunctions

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A shape is what the arguments of a service must look like.
type shape struct {
	kind     shapeKind
	fields   map[string]*shape // of a record
	required []string          // of a record
	element  *shape            // of a list or a map
	// valid tells what is wrong with a text, "" if nothing is.
	valid func(text string) string
}

type shapeKind uint8

const (
	shapeAny shapeKind = iota
	shapeText
	shapeNumber
	shapeBool
	shapeScalar // text, number or boolean
	shapeRecord
	shapeMap
	shapeList
)

var shapeNames = map[shapeKind]string{
	shapeText: "a text", shapeNumber: "a number", shapeBool: "true or false", shapeScalar: "a text, a number, true or false",
	shapeRecord: "an object", shapeMap: "an object", shapeList: "a list",
}

func record(required []string, fields map[string]*shape) *shape {
	return &shape{kind: shapeRecord, fields: fields, required: required}
}

var (
	anything = &shape{kind: shapeAny}
	text     = &shape{kind: shapeText}
	filled   = &shape{kind: shapeText, valid: func(text string) string {
		if text == "" {
			return "must not be empty"
		}
		return ""
	}}
)

func oneOf(values ...string) *shape {
	return &shape{kind: shapeText, valid: func(text string) string {
		if !slices.Contains(values, text) {
			return "must be one of " + strings.Join(values, ", ")
		}
		return ""
	}}
}

// check reports where a template does not fit. What is known at run time only
// fits for now.
func (s *shape) check(at path, t *template, report func(at path, code, message string)) {
	if t.dynamic() || s.kind == shapeAny {
		return
	}
	if !s.fits(t) {
		report(at, CodeBadValue, "this must be "+shapeNames[s.kind])
		return
	}
	if text, isText := t.literal.(string); isText && s.valid != nil {
		if reason := s.valid(text); reason != "" {
			report(at, CodeBadValue, "this "+reason)
		}
	}
	for i, member := range t.members {
		switch s.kind {
		case shapeList:
			s.element.check(at.item(i), member, report)
		case shapeMap:
			s.element.check(at.key(t.names[i]), member, report)
		case shapeRecord:
			if field := s.fields[t.names[i]]; field != nil {
				field.check(at.key(t.names[i]), member, report)
				continue
			}
			report(at.key(t.names[i]), CodeUnsupported, fmt.Sprintf("the argument %s is unknown or not supported here", t.names[i]))
		}
	}
	for _, name := range s.required {
		if !slices.Contains(t.names, name) {
			report(at, CodeMissingField, name+" is missing")
		}
	}
}

func (s *shape) fits(t *template) bool {
	switch t.literal.(type) {
	case string:
		return s.kind == shapeText || s.kind == shapeScalar
	case json.Number, float64:
		return s.kind == shapeNumber || s.kind == shapeScalar
	case bool:
		return s.kind == shapeBool || s.kind == shapeScalar
	}
	switch {
	case t.isList:
		return s.kind == shapeList
	case len(t.names) > 0:
		return s.kind == shapeRecord || s.kind == shapeMap
	}
	_, isObject := t.literal.(object) // an empty one
	return isObject && (s.kind == shapeRecord || s.kind == shapeMap)
}

// checkValue checks arguments at run time. What does not fit fails the task, as
// Step Functions would; what is not supported here ends the run.
func (s *shape) checkValue(state string, v any) error {
	var failure error
	s.check("Arguments", literally(v), func(at path, code, message string) {
		switch {
		case failure != nil:
		case code == CodeUnsupported:
			failure = &UnsupportedError{state, fmt.Sprintf("%s: %s", at, message)}
		default:
			failure = taskError(RuntimeError, "%s: %s", at, message)
		}
	})
	return failure
}
