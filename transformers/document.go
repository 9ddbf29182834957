// Package transformers turns messages into the request bodies of chat services:
// one file a destination type, each a declaration of what the service wants.
// A body is a Document, JSON with holes for values of the event, which is
// lowered to an EventBridge input transformer.
package transformers

import "strings"

// Part is a piece of text: constant, a value of the event, one of
// EventBridge's reserved variables, or a stack parameter. Exactly one of Text,
// Path, Reserved and Param is set.
type Part struct {
	Text     string
	Path     string // "detail.event", without the leading "$."
	Reserved string // "aws.events.rule-name"
	Param    string
	// Trusted tells that nobody outside can have written the value.
	Trusted bool
	// Compound tells that the value is a list or an object, which only fits
	// where a whole JSON value stands.
	Compound bool
}

// IsConstant tells whether the author wrote the text, now or at deploy time.
func (p Part) IsConstant() bool { return p.Path == "" && p.Reserved == "" }

// Text is text with holes.
type Text []Part

// Lit is constant text.
func Lit(s string) Text { return Text{{Text: s}} }

// IsEmpty tells whether there is nothing at all.
func (t Text) IsEmpty() bool { return len(t) == 0 }

// Plus gives the texts one after the other.
func (t Text) Plus(more ...Text) Text {
	out := append(Text{}, t...)
	for _, m := range more {
		out = append(out, m...)
	}
	return out
}

// Trusted tells whether every value in the text is trusted.
func (t Text) Trusted() bool {
	for _, p := range t {
		if !p.IsConstant() && !p.Trusted {
			return false
		}
	}
	return true
}

// OnlyTrusted gives the text without its untrusted values, "" where nothing
// readable is left.
func (t Text) OnlyTrusted() Text {
	var out Text
	readable := false
	for _, p := range t {
		if p.IsConstant() || p.Trusted {
			out = append(out, p)
			readable = readable || strings.TrimSpace(p.Text) != "" || p.Param != ""
		}
	}
	if !readable {
		return nil
	}
	return out
}

// ConstantContains tells whether one constant part holds the words.
func (t Text) ConstantContains(words string) bool {
	for _, p := range t {
		if strings.Contains(p.Text, words) {
			return true
		}
	}
	return false
}

// Value is a JSON value with holes. The zero Value is null.
type Value struct {
	kind   valueKind
	text   Text   // string
	whole  Part   // whole: one value of the event, of any type
	raw    string // number, true, false
	fields []Member
	items  []*Value

	lowered *InputTransformer // what Lower has made of it
}

// Member is one member of an object.
type Member struct {
	Key   string
	Value *Value
}

type valueKind int

const (
	nullValue valueKind = iota
	stringValue
	wholeValue
	rawValue
	objectValue
	arrayValue
)

// Str is a JSON string.
func Str(t Text) *Value { return &Value{kind: stringValue, text: t} }

// Const is a constant JSON string.
func Const(s string) *Value { return Str(Lit(s)) }

// Whole is one value of the event with its own JSON type.
func Whole(p Part) *Value { return &Value{kind: wholeValue, whole: p} }

// Raw is a number, true or false in JSON's spelling.
func Raw(s string) *Value { return &Value{kind: rawValue, raw: s} }

// Bool is true or false.
func Bool(b bool) *Value {
	if b {
		return Raw("true")
	}
	return Raw("false")
}

// Null is null.
func Null() *Value { return &Value{} }

// Obj is an object.
func Obj(members ...Member) *Value { return &Value{kind: objectValue, fields: members} }

// Arr is an array.
func Arr(items ...*Value) *Value { return &Value{kind: arrayValue, items: items} }

// M is one member of an object.
func M(key string, v *Value) Member { return Member{key, v} }

// Set adds a member, or replaces the one with that key.
func (v *Value) Set(key string, to *Value) {
	for i := range v.fields {
		if v.fields[i].Key == key {
			v.fields[i].Value = to
			return
		}
	}
	v.fields = append(v.fields, Member{key, to})
}

// Get gives the member of an object, or nil.
func (v *Value) Get(key string) *Value {
	if v == nil {
		return nil
	}
	for _, f := range v.fields {
		if f.Key == key {
			return f.Value
		}
	}
	return nil
}

// IsObject tells whether the value is an object.
func (v *Value) IsObject() bool { return v != nil && v.kind == objectValue }

// AsText gives what a string or a whole value would be as text.
func (v *Value) AsText() (Text, bool) {
	switch {
	case v == nil:
		return nil, false
	case v.kind == stringValue:
		return v.text, true
	case v.kind == wholeValue:
		return Text{v.whole}, true
	}
	return nil, false
}

// ConstantText gives the text of a string that has no holes.
func (v *Value) ConstantText() (string, bool) {
	if v == nil || v.kind != stringValue {
		return "", false
	}
	var b strings.Builder
	for _, p := range v.text {
		if !p.IsConstant() || p.Param != "" {
			return "", false
		}
		b.WriteString(p.Text)
	}
	return b.String(), true
}

// Walk visits the value and all below it. The path is that of the value within
// the document, such as "blocks[0].text".
func (v *Value) Walk(visit func(path string, parent, v *Value)) { v.walk("", nil, visit) }

func (v *Value) walk(path string, parent *Value, visit func(string, *Value, *Value)) {
	visit(path, parent, v)
	for _, f := range v.fields {
		below := f.Key
		if path != "" {
			below = path + "." + f.Key
		}
		f.Value.walk(below, v, visit)
	}
	for _, item := range v.items {
		item.walk(path+"[]", v, visit)
	}
}

// Parts gives every hole and constant of the document's strings, in order.
func (v *Value) Parts() []Part { return v.appendParts(nil) }

func (v *Value) appendParts(out []Part) []Part {
	switch v.kind {
	case stringValue:
		out = append(out, v.text...)
	case wholeValue:
		out = append(out, v.whole)
	}
	for _, f := range v.fields {
		out = f.Value.appendParts(out)
	}
	for _, item := range v.items {
		out = item.appendParts(out)
	}
	return out
}
