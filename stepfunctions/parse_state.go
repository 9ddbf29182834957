package stepfunctions

import (
	"regexp"
	"unicode/utf8"
)

// The fields of each type of state that JSONata has
// (https://states-language.net/spec.html#state-type-table).
var stateFields = map[string][]string{
	typePass:    {"Output", "Assign", "Next", "End"},
	typeTask:    {"Output", "Assign", "Next", "End", "Resource", "Arguments", "TimeoutSeconds", "Retry", "Catch"},
	typeChoice:  {"Output", "Assign", "Choices", "Default"},
	typeWait:    {"Output", "Assign", "Next", "End", "Seconds"},
	typeSucceed: {"Output"},
	typeFail:    {"Error", "Cause"},
}

func (p *parser) state(at path, name string, v any, language string) *state {
	s := &state{name: name, at: at}
	body, ok := v.(object)
	if !ok {
		p.report(at, CodeBadValue, "a state is an object, not %s", typeName(v))
		return s
	}
	f := fields{p, at, body}
	s.kind = f.required("Type")
	own, known := stateFields[s.kind]
	if !known {
		if s.kind != "" {
			p.report(at.key("Type"), CodeUnsupported, "states of the type %s are unknown or not supported here", quote(s.kind))
		}
		return s
	}
	if f.language(language) != "JSONata" {
		p.report(at, CodeUnsupported, `the query language of this state is JSONPath; only JSONata is supported here ("QueryLanguage": "JSONata")`)
		return s
	}
	f, _ = p.fields(at, body, "a "+s.kind+" state", append([]string{"Type", "Comment", "QueryLanguage"}, own...)...)
	f.text("Comment")
	states := onlyInput
	if s.kind == typeTask {
		states = withResult
	}
	s.output = f.template("Output", "Output", states)
	s.assign = f.assign("Assign", states)
	switch s.kind {
	case typePass:
		s.next = f.next()
	case typeTask:
		f.task(s)
		s.next = f.next()
	case typeChoice:
		f.choices(s)
		s.next = f.text("Default")
	case typeWait:
		f.wait(s)
		s.next = f.next()
	case typeFail:
		s.failName, s.failCause = f.failText("Error"), f.failText("Cause")
	}
	return s
}

// next gives what follows a state, "" for the end. Exactly one of Next and End
// must say so.
func (f fields) next() string {
	_, hasNext := f.Get("Next")
	end, hasEnd := f.Get("End")
	if hasEnd {
		if _, ok := end.(bool); !ok {
			f.bad("End", "must be true")
		}
	}
	switch {
	case hasNext && end == true:
		f.report(f.at, CodeBadValue, "Next and End cannot both be given")
	case !hasNext && end != true:
		f.report(f.at, CodeMissingField, "Next or End is missing")
	case hasNext:
		return f.required("Next")
	}
	return ""
}

// variableName is an identifier; letters of any script are among its characters
// (https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html).
var variableName = regexp.MustCompile(`^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*$`)

func (f fields) assign(field, states string) *template {
	v, ok := f.Get("Assign")
	if !ok {
		return nil
	}
	o, ok := v.(object)
	if !ok {
		f.bad("Assign", "must be an object of variables")
		return nil
	}
	for _, name := range o.Keys() {
		if name == "states" || !variableName.MatchString(name) || utf8.RuneCountInString(name) > maxVariableName {
			f.report(f.at.key("Assign").key(name), CodeBadValue, "%s cannot be the name of a variable", quote(name))
		}
		f.assigned[name] = true
	}
	return f.parser.template(f.at.key("Assign"), field, v, states)
}

func (f fields) choices(s *state) {
	v, ok := f.Get("Choices")
	if !ok {
		f.report(f.at, CodeMissingField, "Choices is missing")
		return
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		f.bad("Choices", "must be a list with a rule at least")
		return
	}
	for i, item := range list {
		at := f.at.key("Choices").item(i)
		r, ok := f.fields(at, item, "a rule of a Choice", "Condition", "Next", "Output", "Assign", "Comment")
		if !ok {
			continue
		}
		field := "Choices" + messageIndex(i)
		r.text("Comment")
		condition := r.template("Condition", field+"/Condition", onlyInput)
		if condition == nil {
			r.report(at, CodeMissingField, "Condition is missing")
		} else if _, isBool := condition.literal.(bool); !isBool {
			r.mustBeExpression("Condition", "must be an expression, true or false")
		}
		s.choices = append(s.choices, rule{
			condition: condition,
			output:    r.template("Output", field+"/Output", onlyInput),
			assign:    r.assign(field+"/Assign", onlyInput),
			next:      r.required("Next"),
		})
	}
}

// mustBeExpression refuses a field that holds anything but an expression; the
// expression itself has been checked.
func (f fields) mustBeExpression(name, format string, args ...any) {
	v, _ := f.Get(name)
	text, _ := v.(string)
	if is, bad := isExpression(text); !is && !bad {
		f.bad(name, format, args...)
	}
}

// seconds gives a number of seconds, or an expression for one.
func (f fields) seconds(name string, least int64) *template {
	t := f.template(name, name, onlyInput)
	if t == nil {
		return nil
	}
	if n, ok := whole(t.literal); !ok || n < least || n > maxSeconds {
		f.mustBeExpression(name, "must be a whole number from %d to %d, or an expression", least, maxSeconds)
	}
	return t
}

func (f fields) wait(s *state) {
	if s.seconds = f.seconds("Seconds", 0); s.seconds == nil {
		f.report(f.at, CodeMissingField, "Seconds is missing; a Timestamp is not supported here")
	}
}

func (f fields) failText(name string) *template {
	t := f.template(name, name, onlyInput)
	if t != nil {
		if _, isText := t.literal.(string); !isText {
			f.bad(name, "must be a text or an expression")
		}
	}
	return t
}
