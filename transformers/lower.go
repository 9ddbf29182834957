package transformers

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/jsontext"
)

// InputTransformer is what EventBridge renders a document from
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html).
type InputTransformer struct {
	// Paths maps a variable to a path such as "$.detail.event", in the order
	// of first use.
	Paths []Variable
	// Template is the InputTemplate; where Params is not empty it is written in
	// the syntax of Fn::Sub.
	Template string
	Params   []string
}

// Variable is one entry of the InputPathsMap.
type Variable struct{ Name, Path string }

// Limits of an input transformer, from the same page.
const (
	MaxPaths    = 100
	MaxTemplate = 8192
)

// Lower writes the document as an object template: values stand for themselves
// where a whole JSON value is wanted, and inside quotes where text is.
//
// Only templates that begin with "{" escape what they insert, so a document
// that is not an object is a bug of the caller. Constant angle brackets are
// written \u003c and \u003e: EventBridge has no way to escape them, and the
// receiver of JSON reads the same text. The document must not change afterwards.
func Lower(v *Value) InputTransformer {
	if v.kind != objectValue {
		panic("transformers: only an object can be lowered")
	}
	if v.lowered != nil {
		return *v.lowered
	}
	w := lowering{names: map[string]string{}, used: map[string]bool{}, params: map[string]bool{}}
	for _, p := range v.Parts() {
		w.sub = w.sub || p.Param != ""
	}
	w.value(v)
	w.out.Template = w.b.String()
	v.lowered = &w.out
	return w.out
}

// CloudFormation gives the transformer as the property of a target.
func (t InputTransformer) CloudFormation() *cloudformation.Object {
	out := cloudformation.NewObject()
	if len(t.Paths) > 0 {
		paths := cloudformation.NewObject()
		for _, v := range t.Paths {
			paths.Set(v.Name, v.Path)
		}
		out.Set("InputPathsMap", paths)
	}
	if len(t.Params) > 0 {
		out.Set("InputTemplate", cloudformation.Sub(t.Template))
	} else {
		out.Set("InputTemplate", t.Template)
	}
	return out
}

type lowering struct {
	b      strings.Builder
	out    InputTransformer
	names  map[string]string // path → variable
	used   map[string]bool
	params map[string]bool
	sub    bool // the template goes through Fn::Sub
}

func (w *lowering) value(v *Value) {
	switch v.kind {
	case nullValue:
		w.b.WriteString("null")
	case rawValue:
		w.b.WriteString(v.raw)
	case wholeValue:
		w.part(v.whole)
	case stringValue:
		w.b.WriteByte('"')
		for _, p := range v.text {
			w.part(p)
		}
		w.b.WriteByte('"')
	case objectValue:
		w.b.WriteByte('{')
		for i, f := range v.fields {
			if i > 0 {
				w.b.WriteByte(',')
			}
			w.b.WriteByte('"')
			w.constant(f.Key)
			w.b.WriteString(`":`)
			w.value(f.Value)
		}
		w.b.WriteByte('}')
	case arrayValue:
		w.b.WriteByte('[')
		for i, item := range v.items {
			if i > 0 {
				w.b.WriteByte(',')
			}
			w.value(item)
		}
		w.b.WriteByte(']')
	}
}

func (w *lowering) part(p Part) {
	switch {
	case p.Param != "":
		w.b.WriteString("${" + p.Param + "}")
		if !w.params[p.Param] {
			w.params[p.Param] = true
			w.out.Params = append(w.out.Params, p.Param)
		}
	case p.Reserved != "":
		w.b.WriteString("<" + p.Reserved + ">")
	case p.Path != "":
		w.b.WriteString("<" + w.variable(p.Path) + ">")
	default:
		w.constant(p.Text)
	}
}

var angles = strings.NewReplacer("<", `\u003c`, ">", `\u003e`)

func (w *lowering) constant(s string) {
	escaped := angles.Replace(string(jsontext.AppendEscaped(nil, s)))
	if w.sub {
		escaped = cloudformation.EscapeSub(escaped)
	}
	w.b.WriteString(escaped)
}

// variable gives the path a readable name of the letters EventBridge allows.
func (w *lowering) variable(path string) string {
	if name, ok := w.names[path]; ok {
		return name
	}
	base := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r == '*':
			return 'n'
		case r == '.' || r == '[' || r == ']' || r == '/':
			return '-'
		}
		return r
	}, strings.ReplaceAll(path, "].", ".")), "-")
	name := base
	for i := 2; w.used[name]; i++ {
		name = base + "-" + strconv.Itoa(i)
	}
	w.used[name] = true
	w.names[path] = name
	w.out.Paths = append(w.out.Paths, Variable{name, "$." + path})
	return name
}

// Check says which limit of EventBridge the transformer breaks, "" for none.
func (t InputTransformer) Check() (problem, hint string) {
	if n := len(t.Paths); n > MaxPaths {
		return fmt.Sprintf("the message takes %d values from the event, EventBridge allows %d", n, MaxPaths), "pass fewer values, or the whole event"
	}
	if n := len([]rune(t.Template)); n > MaxTemplate {
		return fmt.Sprintf("the message becomes an input template of %d characters, EventBridge allows %d", n, MaxTemplate), "shorten the constant text"
	}
	return "", ""
}
