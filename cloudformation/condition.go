package cloudformation

import (
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// truth is what is known of a condition.
type truth int

const (
	unknown truth = iota
	pending       // being evaluated
	isTrue
	isFalse
)

// condition evaluates a condition that is named, or {Condition: NAME}, or a
// function
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html).
func (s *Stack) condition(n *schema.Node) bool {
	if n.Kind == schema.String {
		return s.named(n.Pos, n.Text)
	}
	if n.Kind != schema.Map || len(n.Fields) != 1 {
		s.malformed(n.Pos, "Condition", "the name of a condition, or a function such as Fn::Equals")
		return false
	}
	s.depth++
	defer func() { s.depth-- }()
	if s.exhausted(n.Pos) {
		return false
	}
	f := n.Fields[0]
	switch f.Key {
	case "Condition":
		return s.named(f.Value.Pos, scalarText(f.Value))
	case "Fn::Equals":
		return s.equals(f.Value)
	case "Fn::Not":
		return len(f.Value.Items) == 1 && !s.condition(f.Value.Items[0])
	case "Fn::And", "Fn::Or":
		want := f.Key == "Fn::Or"
		for _, item := range f.Value.Items {
			if s.condition(item) == want {
				return want
			}
		}
		return !want
	}
	s.unsupported(n.Pos, "condition function", f.Key)
	return false
}

func (s *Stack) named(pos diag.Pos, name string) bool {
	if s.conditions == nil {
		if s.conditions = s.unrolled(s.Template.Root.Get("Conditions")); s.conditions == nil {
			s.conditions = &schema.Node{Kind: schema.Map}
		}
	}
	declared := s.conditions.Get(name)
	if declared == nil {
		s.unresolved(pos, name, "the template has no condition %s", schema.Quote(name))
		return false
	}
	switch s.holds[name] {
	case isTrue:
		return true
	case isFalse:
		return false
	case pending:
		s.unresolved(pos, name, "the condition %s depends on itself", schema.Quote(name))
		return false
	}
	s.holds[name] = pending
	holds := s.condition(declared)
	s.holds[name] = isFalse
	if holds {
		s.holds[name] = isTrue
	}
	return holds
}

func (s *Stack) equals(arg *schema.Node) bool {
	if arg.Kind != schema.List || len(arg.Items) != 2 {
		s.malformed(arg.Pos, "Fn::Equals", "a list of two values")
		return false
	}
	left, right := s.comparable(arg.Items[0]), s.comparable(arg.Items[1])
	if left != right && (s.set.Secrets.Holds(left) || s.set.Secrets.Holds(right)) && left != "" && right != "" {
		s.unresolved(arg.Pos, "Fn::Equals", "this compares a secret, whose value is not known")
	}
	return left == right
}

// comparable is the text that Fn::Equals compares.
func (s *Stack) comparable(n *schema.Node) string {
	v := s.Resolve(n)
	if v == nil {
		return ""
	}
	if v.IsScalar() {
		return s.set.Secrets.Reveal(v.Text)
	}
	var unreported diag.List
	return s.set.Secrets.Reveal(string(v.JSON(&unreported, nil).Text))
}
