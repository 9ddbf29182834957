package cloudformation

import (
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// serverless is the transform of SAM, as far as event buses are concerned
// (https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html).
const serverless = "AWS::Serverless-2016-10-31"

// understood are the transforms that are applied, and those that change nothing
// about events
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html).
var understood = map[string]bool{
	serverless: true, languageExtensions: true,
	"AWS::CodeDeployBlueGreen":       true,
	"AWS::SecretsManager-2020-07-23": true,
	"AWS::SecretsManager-2024-09-16": true,
}

// transforms are those that the template names.
func (s *Stack) transforms() []*schema.Node {
	switch n := s.Template.Root.Get("Transform"); {
	case n == nil:
		return nil
	case n.Kind == schema.List:
		return n.Items
	default:
		return []*schema.Node{n}
	}
}

// transformName is the name of a transform that is given by name, or with
// parameters.
func transformName(n *schema.Node) string {
	if n.Kind == schema.Map {
		return scalarText(n.Get("Name"))
	}
	return scalarText(n)
}

func (s *Stack) checkTransforms() {
	for _, t := range s.transforms() {
		if name := transformName(t); !understood[name] {
			s.unsupported(t.Pos, "transform", name)
		}
	}
}

// transformFunction applies a macro to what stands beside it.
const transformFunction = "Fn::Transform"

// transform reports a macro within the template, such as AWS::Include: what it
// makes is in S3, or in a function of somebody's.
func (s *Stack) transform(pos diag.Pos, arg *schema.Node) *schema.Node {
	return s.unsupported(pos, "transform", transformName(arg))
}
