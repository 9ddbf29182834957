package eventbridge

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// MaxPathLength is the longest path, in characters
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html).
const MaxPathLength = 256

var errPath = errors.New(`path must be "$" or "$.name", with names of letters, digits, "_", "-" and "/", indexes [0] and [*]`)

// A Path selects a value of an event. EventBridge knows a small part of
// JSONPath only:
//
//	path = "$" { "." name { "[" ( digits | "*" ) "]" } }
//	name = 1 or more of A-Z a-z 0-9 _ - /
//
// Keys with any other character cannot be reached
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html).
//
// The zero Path selects nothing.
type Path struct {
	text  string
	steps []pathStep
}

type pathStep struct {
	key   string
	index int // used where key is ""; allElements stands for [*]
}

const allElements = -1

// ParsePath parses a path of at most [MaxPathLength] characters.
func ParsePath(s string) (Path, error) {
	if len(s) > MaxPathLength {
		return Path{}, errors.New("path is longer than " + strconv.Itoa(MaxPathLength) + " characters")
	}
	p := Path{text: s}
	rest, ok := strings.CutPrefix(s, "$")
	if !ok {
		return Path{}, errPath
	}
	for rest != "" {
		n := 1
		for n < len(rest) && isNameByte(rest[n]) {
			n++
		}
		if rest[0] != '.' || n == 1 {
			return Path{}, errPath
		}
		p.steps = append(p.steps, pathStep{key: rest[1:n]})
		rest = rest[n:]
		for strings.HasPrefix(rest, "[") {
			inside, after, ok := strings.Cut(rest[1:], "]")
			step, valid := parseIndex(inside)
			if !ok || !valid {
				return Path{}, errPath
			}
			p.steps = append(p.steps, step)
			rest = after
		}
	}
	return p, nil
}

func isNameByte(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '/'
}

func parseIndex(s string) (pathStep, bool) {
	if s == "*" {
		return pathStep{index: allElements}, true
	}
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return pathStep{}, false
	}
	// Atoi saturates: an index that no array can have.
	n, _ := strconv.Atoi(s)
	return pathStep{index: n}, true
}

// String is the path as it was written.
func (p Path) String() string { return p.text }

// Select finds the value at the path. Of several equal keys the last counts.
// Where the path has [*] the value is an array of what was found below each
// element; an element without it contributes nothing.
func (p Path) Select(e *Event) (v Value, found bool) {
	if p.text == "" {
		return Value{}, false
	}
	return p.selectFrom(&e.doc, 0, p.steps)
}

func (p Path) selectFrom(doc *document, i int32, steps []pathStep) (Value, bool) {
	for k, step := range steps {
		n := &doc.nodes[i]
		switch {
		case step.key != "":
			if n.kind != kindObject {
				return Value{}, false
			}
			child, ok := doc.member(i, step.key)
			if !ok {
				return Value{}, false
			}
			i = child
		case n.kind != kindArray:
			return Value{}, false
		case step.index == allElements:
			return p.selectAll(doc, i, steps[k+1:]), true
		default:
			child, left := i+1, step.index
			for ; child < n.next && left > 0; left-- {
				child = doc.nodes[child].next
			}
			if child >= n.next {
				return Value{}, false
			}
			i = child
		}
	}
	return Value{doc: doc, node: i}, true
}

// selectAll selects below every element of an array. A further [*] adds to
// the same list.
func (p Path) selectAll(doc *document, i int32, steps []pathStep) Value {
	list := Value{isList: true}
	for c := i + 1; c < doc.nodes[i].next; c = doc.nodes[c].next {
		v, found := p.selectFrom(doc, c, steps)
		switch {
		case !found:
		case v.isList:
			list.list = append(list.list, v.list...)
		default:
			list.list = append(list.list, v)
		}
	}
	return list
}

// A Value is a value of an event, or the list that a path with [*] selects.
type Value struct {
	doc    *document
	node   int32
	isList bool
	list   []Value
}

// JSON is the value as compact JSON. Numbers are as the event wrote them.
func (v Value) JSON() json.RawMessage { return v.appendJSON(nil) }

// Text is the value as EventBridge writes it into a string: the decoded
// content of a string, otherwise compact JSON.
func (v Value) Text() string {
	if s, ok := v.AsString(); ok {
		return s
	}
	return string(v.JSON())
}

// AsString is the decoded content of a string; ok is false for all else.
func (v Value) AsString() (s string, ok bool) {
	if v.kind() != kindString {
		return "", false
	}
	return v.doc.text(v.node), true
}

// IsNull tells whether the value is null.
func (v Value) IsNull() bool { return v.kind() == kindNull }

// IsScalar tells whether the value is neither an object nor an array.
func (v Value) IsScalar() bool { return v.kind() < kindObject }

func (v Value) kind() kind {
	if v.isList {
		return kindArray
	}
	if v.doc == nil {
		return kindNull
	}
	return v.doc.nodes[v.node].kind
}

func (v Value) appendJSON(dst []byte) []byte {
	if v.isList {
		dst = append(dst, '[')
		for i, item := range v.list {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = item.appendJSON(dst)
		}
		return append(dst, ']')
	}
	if v.doc == nil {
		return append(dst, "null"...)
	}
	if v.node == 0 {
		return appendEvent(dst, v.doc)
	}
	return v.doc.appendCompact(dst, v.node)
}
