package cloudformation

import (
	"slices"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// checkRules reports the assertions about parameters that the given values
// break. An assertion that depends on a value that is not known is not judged
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html).
func (s *Stack) checkRules() {
	rules := s.Template.Root.Get("Rules")
	if rules == nil || rules.Kind != schema.Map {
		return
	}
	for _, f := range rules.Fields {
		if c := f.Value.Get("RuleCondition"); c != nil && s.asserted(c) != isTrue {
			continue
		}
		assertions := f.Value.Get("Assertions")
		if assertions == nil {
			continue
		}
		for _, a := range assertions.Items {
			if assert := a.Get("Assert"); assert == nil || s.asserted(assert) != isFalse {
				continue
			}
			d := s.set.ds.Report(a.Pos, diag.TemplateParameter, "the parameters break the rule %s", schema.Quote(f.Key))
			if described := scalarText(a.Get("AssertDescription")); described != "" {
				d.WithHint("%s", described)
			} else {
				d.WithHint("give other values with --param")
			}
		}
	}
}

// asserted evaluates a function of the section Rules
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html).
func (s *Stack) asserted(n *schema.Node) truth {
	if n.Kind != schema.Map || len(n.Fields) != 1 {
		return unknown
	}
	s.depth++
	defer func() { s.depth-- }()
	if s.exhausted(n.Pos) {
		return unknown
	}
	name, args := n.Fields[0].Key, n.Fields[0].Value.Items
	switch {
	case name == "Fn::Not" && len(args) == 1:
		switch s.asserted(args[0]) {
		case isTrue:
			return isFalse
		case isFalse:
			return isTrue
		}
	case name == "Fn::And":
		return s.all(args, isTrue, isFalse)
	case name == "Fn::Or":
		return s.all(args, isFalse, isTrue)
	case len(args) == 2:
		left, leftKnown := s.assertedValues(args[0])
		right, rightKnown := s.assertedValues(args[1])
		if !leftKnown || !rightKnown {
			return unknown
		}
		return membership(name, left, right)
	}
	return unknown
}

// all is Fn::And for (isTrue, isFalse), and Fn::Or for (isFalse, isTrue).
func (s *Stack) all(args []*schema.Node, pass, stop truth) truth {
	result := pass
	for _, a := range args {
		switch t := s.asserted(a); {
		case t == stop:
			return stop
		case t != pass:
			result = unknown
		}
	}
	return result
}

func membership(function string, left, right []string) truth {
	holds := false
	switch function {
	case "Fn::Equals":
		holds = slices.Equal(left, right)
	case "Fn::Contains": // a list, then a value
		holds = len(right) == 1 && slices.Contains(left, right[0])
	case "Fn::EachMemberEquals":
		holds = len(right) == 1 && !slices.ContainsFunc(left, func(v string) bool { return v != right[0] })
	case "Fn::EachMemberIn":
		holds = !slices.ContainsFunc(left, func(v string) bool { return !slices.Contains(right, v) })
	default:
		return unknown
	}
	if holds {
		return isTrue
	}
	return isFalse
}

// assertedValues are the texts of a value, or of a list, unless one of them
// is not known: a parameter without a value, a secret, or what only AWS knows.
func (s *Stack) assertedValues(n *schema.Node) (values []string, known bool) {
	if name, arg, ok := function(n); ok {
		if name != "Ref" || !s.hasValue(scalarText(arg)) {
			return nil, false
		}
	}
	if n.Kind == schema.List {
		for _, item := range n.Items {
			v, ok := s.assertedValues(item)
			if !ok {
				return nil, false
			}
			values = append(values, v...)
		}
		return values, true
	}
	switch v := s.Resolve(n); {
	case v == nil || v.Kind == schema.Map:
		return nil, false
	case v.Kind == schema.List:
		for _, item := range v.Items {
			values = append(values, s.set.Secrets.Reveal(scalarText(item)))
		}
	default:
		values = []string{s.set.Secrets.Reveal(v.Text)}
	}
	return values, !slices.ContainsFunc(values, func(v string) bool { return unknownText(v) || s.set.Secrets.Holds(v) })
}

// hasValue tells whether the value of a parameter is known, without a finding
// where it is not.
func (s *Stack) hasValue(name string) bool {
	if pseudoNames[name] {
		return true
	}
	declared := s.Template.Root.Get("Parameters").Get(name)
	if _, given := s.set.settings.Parameters[name]; given {
		return declared != nil
	}
	return declared.Get("Default").IsScalar() && !isStored(declared)
}
