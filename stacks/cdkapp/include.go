package cdkapp

import (
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2/cloudformationinclude"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/notifygen/notifygen/cloudformation"
)

// includeID is the construct below which the resources stand, each under its
// logical ID.
const includeID = "Template"

// include turns a template into typed constructs below scope, logical IDs kept.
// Values of parameters stand in the template instead of the parameters.
func include(scope constructs.Construct, template *cloudformation.Object, parameters map[string]any) (cloudformationinclude.CfnInclude, error) {
	template, texts := withoutTextPatterns(template)
	path, err := temporary(cloudformation.JSON(template))
	if err != nil {
		return nil, failure("set TMPDIR to a directory that can be written to", "cannot pass the template to CDK: %v", err)
	}
	defer os.Remove(path) // CDK has read it by then
	included := cloudformationinclude.NewCfnInclude(scope, jsii.String(includeID), &cloudformationinclude.CfnIncludeProps{
		TemplateFile: &path,
		Parameters:   &parameters,
	})
	for _, id := range texts.Keys() {
		included.GetResource(&id).AddPropertyOverride(jsii.String("EventPattern"), texts.Get(id))
	}
	return included, nil
}

// temporary writes a file that CDK takes by its path only.
func temporary(text []byte) (path string, err error) {
	f, err := os.CreateTemp("", "notifygen-*.template.json")
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// withoutTextPatterns gives the template without the event patterns that are
// JSON text, and these by logical ID. EventBridge takes both text and objects,
// and only text can hold null, which CloudFormation templates must not; CDK's
// CfnRule takes objects only, so the texts go in as overrides.
func withoutTextPatterns(template *cloudformation.Object) (rest, texts *cloudformation.Object) {
	texts = cloudformation.NewObject()
	resources := cloudformation.NewObject()
	for id, v := range template.Object("Resources").All() {
		resource := v.(*cloudformation.Object)
		properties := resource.Object("Properties")
		if text, ok := properties.Get("EventPattern").(string); ok && resource.Get("Type") == typeRule {
			texts.Set(id, text)
			resource = replaced(resource, "Properties", without(properties, "EventPattern"))
		}
		resources.Set(id, resource)
	}
	if texts.Len() == 0 {
		return template, texts
	}
	return replaced(template, "Resources", resources), texts
}

// replaced gives a copy of o with another value of a member.
func replaced(o *cloudformation.Object, key string, value cloudformation.Value) *cloudformation.Object {
	return without(o, "").Set(key, value)
}

// without gives a copy of o without a member.
func without(o *cloudformation.Object, key string) *cloudformation.Object {
	out := cloudformation.NewObject()
	for k, v := range o.All() {
		if k != key {
			out.Set(k, v)
		}
	}
	return out
}
