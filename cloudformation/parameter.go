package cloudformation

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// parameter gives the value of a parameter of the template.
func (s *Stack) parameter(pos diag.Pos, name string, declared *schema.Node) *schema.Node {
	if known, ok := s.refs[name]; ok {
		return at(pos, known)
	}
	n := s.parameterValue(name, declared)
	s.refs[name] = n
	return at(pos, n)
}

// at is a value where it is used.
func at(pos diag.Pos, n *schema.Node) *schema.Node {
	moved := *n
	moved.Pos = pos
	return &moved
}

// inParameterStore begins the types of parameters whose value is the name of
// what the Parameter Store keeps: it is read when the stack is deployed
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html).
const inParameterStore = "AWS::SSM::Parameter::Value<"

func isStored(declared *schema.Node) bool {
	return strings.HasPrefix(scalarText(declared.Get("Type")), inParameterStore)
}

func (s *Stack) parameterValue(name string, declared *schema.Node) *schema.Node {
	pos, stored := declared.Pos, isStored(declared)
	kind := strings.TrimPrefix(scalarText(declared.Get("Type")), inParameterStore)
	isList := strings.HasPrefix(kind, "List<") || strings.HasPrefix(kind, "CommaDelimitedList")
	if shown, ok := s.set.Secrets.show(name); ok {
		return text(pos, shown)
	}
	secret := strings.EqualFold(scalarText(declared.Get("NoEcho")), "true")
	given, ok := s.set.settings.Parameters[name]
	if ok {
		s.set.Secrets.typed[name] = true
	} else if standard := declared.Get("Default"); standard.IsScalar() && !stored {
		given, ok = standard.Text, true
	}
	if ok && !stored {
		s.checkParameter(name, given, declared, isList, secret)
	}
	switch {
	case secret && ok:
		return text(pos, s.set.Secrets.Known(given, name))
	case secret:
		return text(pos, s.set.Secrets.Opaque(name))
	case !ok:
		unknown := s.notGiven(name, declared, stored)
		if isList {
			return sequence(pos, unknown)
		}
		return unknown
	}
	if isList {
		list := sequence(pos)
		for item := range strings.SplitSeq(given, ",") {
			list.Items = append(list.Items, text(pos, strings.TrimSpace(item)))
		}
		return list
	}
	return text(pos, s.set.Secrets.dynamic(given))
}

// notGiven reports a parameter without a value and gives what stands for it.
func (s *Stack) notGiven(name string, declared *schema.Node, stored bool) *schema.Node {
	what := "the parameter " + schema.Quote(name) + " has no value"
	if key := declared.Get("Default"); stored && scalarText(key) != "" {
		what = "the value of the parameter " + schema.Quote(name) + " is in the Parameter Store, as " + schema.Quote(key.Text)
	} else if stored {
		what = "the value of the parameter " + schema.Quote(name) + " is in the Parameter Store"
	}
	s.set.ds.Report(declared.Pos, diag.ParameterNotGiven, "%s; ${%s} stands for it", what, name).
		WithHint("give it with --param %s=VALUE", name)
	return text(declared.Pos, "${"+name+"}")
}

// constraint is what the declaration of a parameter asks of its value, in
// words; "" where the value satisfies it or there is no such constraint.
type constraint struct {
	key    string
	broken func(value string, declared *schema.Node) string
}

// constraints are those of
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html.
var constraints = []constraint{
	{"AllowedValues", notAllowed},
	{"AllowedPattern", func(value string, n *schema.Node) string {
		// CloudFormation's expressions are Java's: what Go does not know is not judged.
		exp, err := regexp.Compile(`^(?:` + n.Text + `)$`)
		return unless(err != nil || exp.MatchString(value), "it must match "+n.Text)
	}},
	{"MinLength", func(value string, n *schema.Node) string {
		return unless(within(utf8.RuneCountInString(value), n, atLeast), "it must have at least "+n.Text+" characters")
	}},
	{"MaxLength", func(value string, n *schema.Node) string {
		return unless(within(utf8.RuneCountInString(value), n, atMost), "it must have at most "+n.Text+" characters")
	}},
	{"MinValue", func(value string, n *schema.Node) string {
		return unless(numberWithin(value, n, atLeast), "it must be at least "+n.Text)
	}},
	{"MaxValue", func(value string, n *schema.Node) string {
		return unless(numberWithin(value, n, atMost), "it must be at most "+n.Text)
	}},
}

func unless(satisfied bool, reason string) string {
	if satisfied {
		return ""
	}
	return reason
}

func notAllowed(value string, allowed *schema.Node) string {
	var values []string
	for _, v := range allowed.Items {
		if v.Text == value {
			return ""
		}
		values = append(values, v.Text)
	}
	return unless(allowed.Kind != schema.List, "it allows "+strings.Join(values, ", "))
}

func atLeast(value, limit float64) bool { return value >= limit }
func atMost(value, limit float64) bool  { return value <= limit }

func within(n int, limit *schema.Node, holds func(value, limit float64) bool) bool {
	most, err := strconv.ParseFloat(scalarText(limit), 64)
	return err != nil || holds(float64(n), most)
}

func numberWithin(value string, limit *schema.Node, holds func(value, limit float64) bool) bool {
	v, err := strconv.ParseFloat(value, 64)
	most, limitErr := strconv.ParseFloat(scalarText(limit), 64)
	return err != nil || limitErr != nil || holds(v, most)
}

// checkParameter reports a value that the template does not allow; a list is
// judged item by item. The value itself is not repeated: it may be a secret.
func (s *Stack) checkParameter(name, value string, declared *schema.Node, isList, secret bool) {
	values := []string{value}
	if isList {
		values = strings.Split(value, ",")
	}
	report := func(pos diag.Pos, reason string) {
		d := s.set.ds.Report(pos, diag.TemplateParameter, "the parameter %s does not allow the value it is given", schema.Quote(name))
		switch described := scalarText(declared.Get("ConstraintDescription")); {
		case described != "":
			d.WithHint("%s", described)
		case secret: // the allowed ones would tell what it is
			d.WithHint("the parameter's constraints in the template say what it allows")
		default:
			d.WithHint("%s", reason)
		}
	}
	for _, v := range values {
		if isList {
			v = strings.TrimSpace(v)
		}
		if kind := scalarText(declared.Get("Type")); kind == "Number" || kind == "List<Number>" {
			if _, err := strconv.ParseFloat(v, 64); err != nil {
				report(declared.Pos, "it must be a number")
				return
			}
		}
		for _, c := range constraints {
			if n := declared.Get(c.key); n != nil {
				if reason := c.broken(v, n); reason != "" {
					report(n.Pos, reason)
					return
				}
			}
		}
	}
}
