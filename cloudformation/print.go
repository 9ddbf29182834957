package cloudformation

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/notifygen/notifygen/jsontext"
)

// JSON writes a value as indented JSON with a final newline.
func JSON(v Value) []byte {
	p := printer{indent: true, b: make([]byte, 0, Size(v))}
	p.value(v, 0)
	return append(p.b, '\n')
}

// Compact writes a value as JSON without white space.
func Compact(v Value) []byte {
	var p printer
	p.value(v, 0)
	return p.b
}

type printer struct {
	b      []byte
	indent bool
}

func (p *printer) newline(depth int) {
	if !p.indent {
		return
	}
	p.b = append(p.b, '\n')
	for range depth {
		p.b = append(p.b, ' ', ' ')
	}
}

func (p *printer) value(v Value, depth int) {
	switch v := v.(type) {
	case nil:
		p.b = append(p.b, "null"...)
	case string:
		p.b = jsontext.AppendQuoted(p.b, v)
	case bool:
		p.b = strconv.AppendBool(p.b, v)
	case int:
		p.b = strconv.AppendInt(p.b, int64(v), 10)
	case Number:
		p.b = append(p.b, v...)
	case List:
		p.list(v, depth)
	case *Object:
		p.object(v, depth)
	default:
		panic(fmt.Sprintf("cloudformation: %T in a template", v))
	}
}

// Number is a JSON number with its spelling.
type Number string

func (p *printer) list(l List, depth int) {
	if len(l) == 0 {
		p.b = append(p.b, "[]"...)
		return
	}
	p.b = append(p.b, '[')
	for i, item := range l {
		if i > 0 {
			p.b = append(p.b, ',')
		}
		p.newline(depth + 1)
		p.value(item, depth+1)
	}
	p.newline(depth)
	p.b = append(p.b, ']')
}

func (p *printer) object(o *Object, depth int) {
	if o.Len() == 0 {
		p.b = append(p.b, "{}"...)
		return
	}
	p.b = append(p.b, '{')
	for i, m := range o.members {
		if i > 0 {
			p.b = append(p.b, ',')
		}
		p.newline(depth + 1)
		p.b = jsontext.AppendQuoted(p.b, m.key)
		p.b = append(p.b, ':')
		if p.indent {
			p.b = append(p.b, ' ')
		}
		p.value(m.value, depth+1)
	}
	p.newline(depth)
	p.b = append(p.b, '}')
}

// YAML writes a value as YAML.
func YAML(v Value) ([]byte, error) {
	var b strings.Builder
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(yamlNode(v)); err != nil {
		return nil, err
	}
	if err := enc.Close(); err != nil {
		return nil, err
	}
	return []byte(b.String()), nil
}

func yamlNode(v Value) *yaml.Node {
	switch v := v.(type) {
	case string:
		return yamlString(v)
	case List:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range v {
			n.Content = append(n.Content, yamlNode(item))
		}
		return n
	case *Object:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for key, value := range v.All() {
			n.Content = append(n.Content, yamlString(key), yamlNode(value))
		}
		return n
	default: // null, numbers and booleans are spelled as in JSON
		return &yaml.Node{Kind: yaml.ScalarNode, Value: string(Compact(v))}
	}
}

// yamlString quotes what YAML 1.1, which CloudFormation reads, would take for
// something else: booleans such as on and yes, numbers, times.
func yamlString(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	if notText11.MatchString(s) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

var notText11 = regexp.MustCompile(`^(?i:[-+.0-9~].*|=|<<|y|n|yes|no|on|off|true|false|null)$`)
