package cloudformation

import (
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// Bounds that no deployable template comes near: a template has at most 1 MB.
const (
	maxResolveDepth = 100
	maxResolveSteps = 1_000_000
	maxTextLength   = 1 << 20
)

// Resolve gives a value of the template with its functions evaluated, nil where
// it is AWS::NoValue. What cannot be resolved is reported, and its name, such
// as ${Queue.Arn}, stands for it.
func (s *Stack) Resolve(n *schema.Node) *schema.Node {
	if n == nil {
		return nil
	}
	s.depth++
	s.set.steps++
	defer func() { s.depth-- }()
	if s.exhausted(n.Pos) {
		return text(n.Pos, "${…}")
	}
	switch n.Kind {
	case schema.Map:
		if name, arg, ok := function(n); ok {
			return s.call(n.Pos, name, arg)
		}
		return s.resolveMap(n)
	case schema.List:
		out := &schema.Node{Pos: n.Pos, Kind: schema.List}
		for _, item := range n.Items {
			if v := s.Resolve(item); v != nil {
				out.Items = append(out.Items, v)
			}
		}
		return out
	case schema.String:
		return text(n.Pos, s.set.Secrets.dynamic(n.Text))
	}
	return n
}

// Shallow evaluates the function that stands for a list or a mapping, and
// leaves what is inside for later: a caller that needs two members need not have
// the others resolved.
func (s *Stack) Shallow(n *schema.Node) *schema.Node {
	if n == nil {
		return nil
	}
	name, arg, ok := function(n)
	for ok && name == "Fn::If" && arg.Kind == schema.List && len(arg.Items) == 3 {
		n = arg.Items[2]
		if s.condition(arg.Items[0]) {
			n = arg.Items[1]
		}
		name, arg, ok = function(n)
	}
	if ok {
		return s.Resolve(n)
	}
	return n
}

// exhausted tells, and reports, that values refer to themselves or to too much.
// Each circle makes the next one end sooner, as they may multiply.
func (s *Stack) exhausted(pos diag.Pos) bool {
	if s.set.steps > maxResolveSteps {
		return true
	}
	if s.depth > maxResolveDepth {
		s.set.steps += maxResolveSteps / 20
	}
	if s.depth > maxResolveDepth || s.set.steps > maxResolveSteps {
		s.unresolved(pos, "…", "this refers to itself, or to too much")
		return true
	}
	return false
}

func (s *Stack) resolveMap(n *schema.Node) *schema.Node {
	out := &schema.Node{Pos: n.Pos, Kind: schema.Map}
	for _, f := range s.unrolled(n).Fields {
		if f.Key == transformFunction { // what it adds is not known, the rest is
			s.transform(f.KeyPos, f.Value)
			continue
		}
		if v := s.Resolve(f.Value); v != nil {
			out.Fields = append(out.Fields, schema.Field{Key: f.Key, KeyPos: f.KeyPos, Value: v})
		}
	}
	return out
}

// function tells whether a mapping is the call of a function.
func function(n *schema.Node) (name string, arg *schema.Node, ok bool) {
	if n.Kind != schema.Map || len(n.Fields) != 1 {
		return "", nil, false
	}
	f := n.Fields[0]
	if f.Key == "Ref" {
		_, _, computed := function(f.Value)
		return f.Key, f.Value, f.Value.IsScalar() || computed
	}
	// A key like this one is taken for a function even where CloudFormation has
	// none of that name: the mistake is worth a finding.
	ok = strings.HasPrefix(f.Key, "Fn::") && !strings.HasPrefix(f.Key, forEach)
	return f.Key, f.Value, ok
}

// ResolveText resolves a value that must be a scalar; "" for AWS::NoValue.
func (s *Stack) ResolveText(n *schema.Node) string {
	v := s.Resolve(n)
	if v == nil || v.Kind == schema.Null {
		return ""
	}
	if !v.IsScalar() {
		s.set.ds.Report(n.Pos, diag.TemplateShape, "this must be a text, not %s", v.Kind).WithHint("write a text, or a function that gives one")
		return ""
	}
	return v.Text
}

// unresolved reports what cannot be resolved and gives what stands for it.
func (s *Stack) unresolved(pos diag.Pos, what, format string, args ...any) *schema.Node {
	d := s.set.ds.Report(pos, diag.Unresolved, format, args...)
	d.WithHint("${%s} stands for it; give the template that holds it, or write the value out", what)
	return text(pos, "${"+what+"}")
}

// unknownText tells whether a text holds what stands for a value that could not
// be resolved.
func unknownText(text string) bool { return strings.Contains(text, "${") }

func (s *Stack) unsupported(pos diag.Pos, what, name string) *schema.Node {
	s.set.ds.Report(pos, diag.TemplateUnsupported, "the %s %s is not supported", what, schema.Quote(name)).
		WithHint("write the value out, or give the processed template")
	return text(pos, "${"+name+"}")
}

// malformed reports the arguments of a function.
func (s *Stack) malformed(pos diag.Pos, name, wanted string) *schema.Node {
	s.set.ds.Report(pos, diag.TemplateShape, "the function %s takes %s", schema.Quote(name), wanted).
		WithHint("https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html")
	return text(pos, "${"+name+"}")
}
