// Package cloudformation models CloudFormation templates as ordered JSON
// values: the same input gives the same bytes, with `Type` before `Properties`
// as people write them.
package cloudformation

import "strings"

// Value is what a template holds: string, bool, int, nil, *Object or List.
type Value any

// List is a JSON array.
type List []Value

// Object is a JSON object that keeps the order of its members.
type Object struct {
	members []member
	index   map[string]int // built when the object is large enough to profit
}

type member struct {
	key   string
	value Value
}

// NewObject gives an object with members from alternating keys and values.
func NewObject(keysAndValues ...any) *Object {
	o := &Object{members: make([]member, 0, len(keysAndValues)/2)}
	for i := 0; i+1 < len(keysAndValues); i += 2 {
		o.Set(keysAndValues[i].(string), keysAndValues[i+1])
	}
	return o
}

const indexFrom = 16

func (o *Object) find(key string) int {
	if o.index != nil {
		if i, ok := o.index[key]; ok {
			return i
		}
		return -1
	}
	for i := range o.members {
		if o.members[i].key == key {
			return i
		}
	}
	return -1
}

// Set adds a member at the end, or replaces the value of the one there is.
func (o *Object) Set(key string, v Value) *Object {
	if i := o.find(key); i >= 0 {
		o.members[i].value = v
		return o
	}
	o.members = append(o.members, member{key, v})
	switch {
	case o.index != nil:
		o.index[key] = len(o.members) - 1
	case len(o.members) >= indexFrom:
		o.index = make(map[string]int, 2*indexFrom)
		for i, m := range o.members {
			o.index[m.key] = i
		}
	}
	return o
}

// Get gives a member's value, nil where there is none.
func (o *Object) Get(key string) Value {
	if o == nil {
		return nil
	}
	if i := o.find(key); i >= 0 {
		return o.members[i].value
	}
	return nil
}

// Object gives a member that is an object, nil where there is none.
func (o *Object) Object(key string) *Object {
	v, _ := o.Get(key).(*Object)
	return v
}

// Len gives the number of members.
func (o *Object) Len() int {
	if o == nil {
		return 0
	}
	return len(o.members)
}

// Keys gives the keys in order.
func (o *Object) Keys() []string {
	if o == nil {
		return nil
	}
	keys := make([]string, len(o.members))
	for i, m := range o.members {
		keys[i] = m.key
	}
	return keys
}

// All iterates over the members in order.
func (o *Object) All() func(yield func(string, Value) bool) {
	return func(yield func(string, Value) bool) {
		if o == nil {
			return
		}
		for _, m := range o.members {
			if !yield(m.key, m.value) {
				return
			}
		}
	}
}

// Strings gives a list of strings.
func Strings(ss ...string) List {
	l := make(List, len(ss))
	for i, s := range ss {
		l[i] = s
	}
	return l
}

// Ref is {"Ref": name}.
func Ref(name string) *Object { return NewObject("Ref", name) }

// GetAtt is {"Fn::GetAtt": [resource, attribute]}.
func GetAtt(resource, attribute string) *Object {
	return NewObject("Fn::GetAtt", Strings(resource, attribute))
}

// Sub is {"Fn::Sub": text}.
func Sub(text string) *Object { return NewObject("Fn::Sub", text) }

// ImportValue is {"Fn::ImportValue": export}.
func ImportValue(export string) *Object { return NewObject("Fn::ImportValue", export) }

// EscapeSub gives constant text for use within Fn::Sub.
func EscapeSub(s string) string { return strings.ReplaceAll(s, "${", "${!") }
