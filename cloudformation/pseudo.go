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

// scalarText is the text of a scalar, "" for anything else and for nil.
func scalarText(n *schema.Node) string {
	if !n.IsScalar() || n.Kind == schema.Null {
		return ""
	}
	return n.Text
}
