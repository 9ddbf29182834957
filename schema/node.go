// Package schema declares the keys of a YAML file once and reads everything
// else from the declarations: positioned decoding with suggestions, the JSON
// Schema for editors and the reference page.
package schema

import (
	"strings"

	"github.com/notifygen/notifygen/diag"
)

// Kind is what a YAML node is.
type Kind int

// The kinds of a Node. Parameter is the mapping {parameter: NAME} in a place
// where a scalar may stand.
const (
	Null Kind = iota
	Bool
	Int
	Float
	String
	List
	Map
)

func (k Kind) String() string {
	return [...]string{"null", "a boolean", "a whole number", "a number", "a string", "a list", "a mapping"}[k]
}

// Node is one YAML node with its position, aliases and merge keys resolved.
type Node struct {
	Pos    diag.Pos
	Kind   Kind
	Text   string  // scalars: as written, without quotes
	Tag    string  // a tag of the file's own such as "!Ref"; only ParseTagged keeps it
	Items  []*Node // List
	Fields []Field // Map, in the order of the file
}

// Field is one key of a mapping.
type Field struct {
	Key    string
	KeyPos diag.Pos
	// KeyKind is what YAML takes the key for: String, unless it is an unquoted
	// number, boolean or null.
	KeyKind Kind
	Value   *Node
}

// Get gives the value of a key, or nil. It may be called on a nil Node.
func (n *Node) Get(key string) *Node {
	if f := n.Field(key); f != nil {
		return f.Value
	}
	return nil
}

// Field gives the field with this key, or nil.
func (n *Node) Field(key string) *Field {
	if n == nil || n.Kind != Map {
		return nil
	}
	for i := range n.Fields {
		if n.Fields[i].Key == key {
			return &n.Fields[i]
		}
	}
	return nil
}

// Has tells whether a key is present.
func (n *Node) Has(key string) bool { return n.Field(key) != nil }

// IsScalar tells whether the node holds a single value.
func (n *Node) IsScalar() bool { return n != nil && n.Kind < List }

// ParameterName gives NAME where the node is {parameter: NAME}.
func (n *Node) ParameterName() (name *Node, ok bool) {
	if n == nil || n.Kind != Map || len(n.Fields) != 1 || n.Fields[0].Key != "parameter" {
		return nil, false
	}
	v := n.Fields[0].Value
	return v, v.Kind == String
}

// Scalar is a single value of the file: a constant, or the name of a stack
// parameter that holds it.
type Scalar struct {
	Pos   diag.Pos
	Text  string
	Param string
}

// IsParam tells whether the value is only known at deploy time.
func (s Scalar) IsParam() bool { return s.Param != "" }

// IsSet tells whether the file gives the value.
func (s Scalar) IsSet() bool { return s.Pos.IsValid() }

// Scalar reads a scalar or {parameter: NAME}; the zero Scalar for nil and for
// what Check has already complained about.
func (n *Node) Scalar() Scalar {
	if name, ok := n.ParameterName(); ok {
		return Scalar{Pos: n.Pos, Param: name.Text}
	}
	if !n.IsScalar() {
		return Scalar{}
	}
	return Scalar{Pos: n.Pos, Text: n.Text}
}

// IsTrue reads a boolean; absent is false.
func (n *Node) IsTrue() bool { return n != nil && n.Kind == Bool && strings.EqualFold(n.Text, "true") }

// IsFalse reads a boolean; absent is not false.
func (n *Node) IsFalse() bool {
	return n != nil && n.Kind == Bool && strings.EqualFold(n.Text, "false")
}
