package cloudformation

import (
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// The pseudo parameters
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html).
var pseudoNames = map[string]bool{
	"AWS::AccountId": true, "AWS::NotificationARNs": true, "AWS::NoValue": true, "AWS::Partition": true,
	"AWS::Region": true, "AWS::StackId": true, "AWS::StackName": true, "AWS::URLSuffix": true,
}

// Region, Account and Partition are where the stack is.
func (s *Stack) Region() string {
	if s.set.settings.Region != "" {
		return s.pseudo("AWS::Region", s.set.settings.Region)
	}
	return s.pseudo("AWS::Region", "us-east-1")
}

// Account is the account of the stack: the one AWS's documentation uses.
func (s *Stack) Account() string { return s.pseudo("AWS::AccountId", "123456789012") }

// Partition follows from the Region.
func (s *Stack) Partition() string {
	standard := "aws"
	switch {
	case strings.HasPrefix(s.Region(), "cn-"):
		standard = "aws-cn"
	case strings.HasPrefix(s.Region(), "us-gov-"):
		standard = "aws-us-gov"
	}
	return s.pseudo("AWS::Partition", standard)
}

func (s *Stack) urlSuffix() string {
	if strings.HasPrefix(s.Region(), "cn-") {
		return s.pseudo("AWS::URLSuffix", "amazonaws.com.cn")
	}
	return s.pseudo("AWS::URLSuffix", "amazonaws.com")
}

func (s *Stack) pseudo(name, standard string) string {
	if given, ok := s.set.settings.Parameters[name]; ok {
		return given
	}
	return standard
}

func (s *Stack) pseudoParameter(pos diag.Pos, name string) *schema.Node {
	switch name {
	case "AWS::AccountId":
		return text(pos, s.Account())
	case "AWS::Region":
		return text(pos, s.Region())
	case "AWS::Partition":
		return text(pos, s.Partition())
	case "AWS::URLSuffix":
		return text(pos, s.urlSuffix())
	case "AWS::StackName":
		return text(pos, s.Name)
	case "AWS::StackId":
		return text(pos, s.pseudo(name, "arn:"+s.Partition()+":cloudformation:"+s.Region()+":"+s.Account()+":stack/"+s.Name+"/"+uuid(s.Name)))
	case "AWS::NotificationARNs":
		return sequence(pos)
	}
	return nil // AWS::NoValue
}

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

func (s *Stack) parameterValue(name string, declared *schema.Node) *schema.Node {
	pos, kind := declared.Pos, scalarText(declared.Get("Type"))
	if shown, ok := s.set.Secrets.show(name); ok {
		return text(pos, shown)
	}
	secret := strings.EqualFold(scalarText(declared.Get("NoEcho")), "true")
	given, ok := s.set.settings.Parameters[name]
	if ok {
		s.set.Secrets.typed[name] = true
		s.checkAllowed(name, given, declared)
	} else if standard := declared.Get("Default"); standard.IsScalar() && !strings.HasPrefix(kind, "AWS::SSM::Parameter::Value") {
		given, ok = standard.Text, true
	}
	switch {
	case secret && ok:
		return text(pos, s.set.Secrets.Known(given, name))
	case secret:
		return text(pos, s.set.Secrets.Opaque(name))
	case !ok:
		s.set.ds.Report(pos, diag.ParameterNotGiven, "the parameter %s has no value; ${%s} stands for it", schema.Quote(name), name).
			WithHint("give it with --param %s=VALUE", name)
		return text(pos, "${"+name+"}")
	}
	if strings.HasPrefix(kind, "List<") || kind == "CommaDelimitedList" {
		list := sequence(pos)
		for item := range strings.SplitSeq(given, ",") {
			list.Items = append(list.Items, text(pos, strings.TrimSpace(item)))
		}
		return list
	}
	return text(pos, s.set.Secrets.dynamic(given))
}

func (s *Stack) checkAllowed(name, given string, declared *schema.Node) {
	allowed := declared.Get("AllowedValues")
	if allowed == nil || allowed.Kind != schema.List {
		return
	}
	var values []string
	for _, v := range allowed.Items {
		if v.Text == given {
			return
		}
		values = append(values, v.Text)
	}
	s.set.ds.Report(allowed.Pos, diag.TemplateParameter, "the parameter %s does not allow the value it is given", schema.Quote(name)).
		WithHint("it allows %s", strings.Join(values, ", "))
}

// scalarText is the text of a scalar, "" for anything else and for nil.
func scalarText(n *schema.Node) string {
	if !n.IsScalar() || n.Kind == schema.Null {
		return ""
	}
	return n.Text
}
