package stepfunctions

import (
	"context"
	"fmt"
)

// A template is JSON in which texts may be expressions. What is neither object
// nor list is an expression, or stands for itself.
type template struct {
	names []string
	// members are those of an object, in the order of names, or those of a list.
	members []*template
	isList  bool
	expression
	literal any
	field   string // as in messages: "Arguments/RequestBody"
}

// literally makes a template of a value that holds no expressions.
func literally(v any) *template {
	t := &template{literal: v}
	switch v := v.(type) {
	case object:
		t.names = v.Keys()
		for _, name := range t.names {
			member, _ := v.Get(name)
			t.members = append(t.members, literally(member))
		}
	case []any:
		t.isList = true
		for _, item := range v {
			t.members = append(t.members, literally(item))
		}
	}
	return t
}

// template reads a template; field names it in messages.
func (p *parser) template(at path, field string, v any, states string) *template {
	t := &template{field: field}
	switch v := v.(type) {
	case object:
		t.names = v.Keys()
		t.members = make([]*template, len(t.names))
		for i, name := range t.names {
			member, _ := v.Get(name)
			t.members[i] = p.template(at.key(name), field+"/"+name, member, states)
		}
		if len(t.names) == 0 {
			t.literal = v
		}
	case []any:
		t.isList = true
		for i, item := range v {
			t.members = append(t.members, p.template(at.item(i), fmt.Sprintf("%s[%d]", field, i), item, states))
		}
	case string:
		is, bad := isExpression(v)
		switch {
		case bad:
			p.report(at, CodeExpression, `an expression starts with "{%%" and ends with "%%}", with nothing around it`)
		case is:
			if e := p.expression(at, v, states); e != nil {
				t.expression = *e
			}
		}
		t.literal = v
	default:
		t.literal = v
	}
	return t
}

// dynamic tells whether a value is known at run time only.
func (t *template) dynamic() bool { return t.code != nil }

// A scope is what expressions are evaluated with: the parts of $states and the
// variables from before the state.
type scope struct {
	ctx       context.Context
	evaluate  evaluator
	variables map[string]any
}

// with adds the parts of $states, names and values in turn.
func (s scope) with(states object) scope {
	variables := make(map[string]any, len(s.variables)+1)
	for name, v := range s.variables {
		variables[name] = v
	}
	variables["states"] = states
	s.variables = variables
	return s
}

// value fills a template. An expression that fails or gives nothing fails the
// state with States.QueryEvaluationError.
func (s scope) value(t *template) (any, error) {
	switch {
	case t.dynamic():
		return s.evaluated(t)
	case t.isList:
		list := make([]any, len(t.members))
		for i, member := range t.members {
			v, err := s.value(member)
			if err != nil {
				return nil, err
			}
			list[i] = v
		}
		return list, nil
	case len(t.names) > 0:
		o := newObject()
		for i, name := range t.names {
			v, err := s.value(t.members[i])
			if err != nil {
				return nil, err
			}
			o.Set(name, v)
		}
		return o, nil
	}
	return t.literal, nil
}

func (s scope) evaluated(t *template) (any, error) {
	failed := func(format string, args ...any) error {
		return &TaskError{QueryEvaluationError, fmt.Sprintf("The JSONata expression '%s' specified for the field '%s' ", t.source, t.field) + fmt.Sprintf(format, args...)}
	}
	v, err := s.evaluate(s.ctx, t.code, s.variables)
	if s.ctx.Err() != nil {
		return nil, s.ctx.Err()
	}
	if err != nil {
		return nil, failed("threw an error during evaluation. %s", err)
	}
	if v == nil {
		return nil, failed("returned nothing (undefined).")
	}
	v, err = settle(v)
	if err != nil {
		return nil, failed("returned a value that is not JSON: %s.", err)
	}
	return v, nil
}

// typed fills a template whose value must have a type, such as "boolean".
func (s scope) typed(t *template, want string) (any, error) {
	v, err := s.value(t)
	if err != nil {
		return nil, err
	}
	if got := typeName(v); got != want {
		return nil, &TaskError{QueryEvaluationError, fmt.Sprintf("The JSONata expression '%s' specified for the field '%s' returned an unexpected result type. Expected '%s', but was '%s'.", t.source, t.field, want, got)}
	}
	return v, nil
}
