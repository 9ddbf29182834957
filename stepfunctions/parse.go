package stepfunctions

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A parser collects what is wrong with a definition.
type parser struct {
	findings []Finding
	uses     []use
	assigned map[string]bool
}

// A use is a variable in an expression that must be assigned somewhere.
type use struct {
	at   path
	name string
}

func (p *parser) report(at path, code, format string, args ...any) {
	p.findings = append(p.findings, Finding{string(at), code, fmt.Sprintf(format, args...)})
}

// Parse reads the definition of a state machine in Amazon States Language
// (https://states-language.net/spec.html). It gives either a machine or all
// reasons why it cannot be run here, in the order of the definition. What Step
// Functions accepts and this package does not know is such a reason.
func Parse(definition []byte) (*Machine, []Finding) {
	p := &parser{assigned: map[string]bool{}}
	if len(definition) > MaxDefinition {
		p.report("", CodeBadValue, "a definition has at most %d bytes, and this one %d", MaxDefinition, len(definition))
		return nil, p.findings
	}
	v, err := decode(definition)
	if err != nil {
		p.report("", CodeSyntax, "a definition is JSON, and this is not")
		return nil, p.findings
	}
	m := p.machine(v)
	if len(p.findings) > 0 {
		return nil, p.findings
	}
	return m, nil
}

func (p *parser) machine(v any) *Machine {
	f, ok := p.fields("", v, "a state machine", "Comment", "Version", "QueryLanguage", "StartAt", "TimeoutSeconds", "States")
	if !ok {
		return nil
	}
	m := &Machine{states: map[string]*state{}}
	if version := f.text("Version"); version != "" && version != "1.0" {
		f.bad("Version", "must be 1.0")
	}
	f.text("Comment")
	language := f.language("JSONPath")
	m.start = f.required("StartAt")
	if n, ok := f.integer("TimeoutSeconds", 1, maxSeconds); ok {
		m.timeout = time.Duration(n) * time.Second
	}
	states, _ := f.value("States")
	all, ok := states.(object)
	switch {
	case states == nil:
		p.report("", CodeMissingField, "States is missing")
		return nil
	case !ok || len(all.Keys()) == 0:
		f.bad("States", "must be an object with a state at least")
		return nil
	}
	m.order = all.Keys()
	for _, name := range m.order {
		at := path("/States").key(name)
		if name == "" || utf8.RuneCountInString(name) > maxStateName {
			p.report(at, CodeBadValue, "the name of a state has 1 to %d characters", maxStateName)
		}
		body, _ := all.Get(name)
		m.states[name] = p.state(at, name, body, language)
	}
	p.graph(m)
	p.variables()
	return m
}

// variables refuses those that no state assigns: they are always undefined.
func (p *parser) variables() {
	for _, u := range p.uses {
		if !p.assigned[u.name] {
			p.report(u.at, CodeExpression, "no state assigns the variable $%s", u.name)
		}
	}
}

// graph checks that every transition leads somewhere, and somewhere to every
// state.
func (p *parser) graph(m *Machine) {
	follow := func(at path, name string) {
		if name != "" && m.states[name] == nil {
			p.report(at, CodeUnknownState, "there is no state %s", quote(name))
		}
	}
	follow("/StartAt", m.start)
	for _, name := range m.order {
		m.states[name].transitions(follow)
	}
	if m.states[m.start] == nil {
		return
	}
	reached := map[string]bool{m.start: true}
	for todo := []string{m.start}; len(todo) > 0; todo = todo[1:] {
		if s := m.states[todo[0]]; s != nil {
			s.transitions(func(_ path, next string) {
				if next != "" && !reached[next] {
					reached[next] = true
					todo = append(todo, next)
				}
			})
		}
	}
	for _, name := range m.order {
		if !reached[name] {
			p.report(m.states[name].at, CodeUnreachable, "no transition leads to this state")
		}
	}
}

// transitions visits the states that may follow, with the fields that say so.
func (s *state) transitions(visit func(at path, next string)) {
	field := "Next"
	if s.kind == typeChoice {
		field = "Default"
	}
	visit(s.at.key(field), s.next)
	for i, r := range s.choices {
		visit(s.at.key("Choices").item(i).key("Next"), r.next)
	}
	for i, c := range s.catch {
		visit(s.at.key("Catch").item(i).key("Next"), c.next)
	}
}

// pathFields belong to JSONPath, the other query language.
var pathFields = []string{
	"InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Result", "Variable", "SecondsPath", "TimestampPath",
	"TimeoutSecondsPath", "ErrorPath", "CausePath", "ItemsPath",
}

// fields are the members of an object that must be known.
type fields struct {
	*parser
	at path
	object
}

// fields checks that a value is an object and has no members but the known ones.
func (p *parser) fields(at path, v any, what string, known ...string) (fields, bool) {
	o, ok := v.(object)
	if !ok {
		p.report(at, CodeBadValue, "%s is an object, not %s", what, typeName(v))
		return fields{}, false
	}
	for _, name := range o.Keys() {
		switch {
		case slices.Contains(known, name):
		case slices.Contains(pathFields, name) || strings.HasSuffix(name, ".$"):
			p.report(at.key(name), CodeUnsupported, "the field %s belongs to JSONPath; JSONata only is supported here", name)
		default:
			p.report(at.key(name), CodeUnsupported, "the field %s of %s is unknown or not supported here", name, what)
		}
	}
	return fields{p, at, o}, true
}

func (f fields) value(name string) (any, bool) { return f.Get(name) }

func (f fields) bad(name, format string, args ...any) {
	f.report(f.at.key(name), CodeBadValue, name+" "+format, args...)
}

// text gives a text, "" where there is none.
func (f fields) text(name string) string {
	v, ok := f.Get(name)
	if !ok {
		return ""
	}
	text, isText := v.(string)
	if !isText {
		f.bad(name, "must be a text")
	}
	return text
}

func (f fields) required(name string) string {
	v, ok := f.Get(name)
	if !ok {
		f.report(f.at, CodeMissingField, "%s is missing", name)
		return ""
	}
	text := f.text(name)
	if v == "" {
		f.bad(name, "must not be empty")
	}
	return text
}

// integer gives a whole number; ok is false where there is none.
func (f fields) integer(name string, least, most int64) (n int64, ok bool) {
	v, ok := f.Get(name)
	if !ok {
		return 0, false
	}
	n, ok = whole(v)
	if !ok || n < least || n > most {
		f.bad(name, "must be a whole number from %d to %d", least, most)
		return 0, false
	}
	return n, true
}

// language gives the query language, or the one from above.
func (f fields) language(above string) string {
	if _, ok := f.Get("QueryLanguage"); !ok {
		return above
	}
	language := f.text("QueryLanguage")
	if language != "JSONata" && language != "JSONPath" {
		f.bad("QueryLanguage", "must be JSONata")
	}
	return language
}

// template reads a field that may hold expressions, nil where there is none.
func (f fields) template(name, field, states string) *template {
	v, ok := f.Get(name)
	if !ok {
		return nil
	}
	return f.parser.template(f.at.key(name), field, v, states)
}
