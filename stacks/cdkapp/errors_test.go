package cdkapp

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/notifygen/notifygen/cloudformation"
)

// What CDK panics with becomes a sentence that says what is wrong, without the
// value that is.
func TestCDKPanics(t *testing.T) {
	const hidden = "hidden-value"
	queue := func(key string, value cloudformation.Value) *cloudformation.Object {
		return cloudformation.NewObject("Type", "AWS::SQS::Queue", "Properties", cloudformation.NewObject(key, value))
	}
	for _, test := range []struct {
		name     string
		resource *cloudformation.Object
		want     string
	}{
		{"scalar", queue("DelaySeconds", hidden), "delaySeconds should be a number"},
		{"object", queue("RedrivePolicy", hidden), "redrivePolicy should be an 'object'"},
		{"list", queue("Tags", cloudformation.NewObject("Key", hidden)), "Invalid tag input"},
		{"reference", queue("QueueName", cloudformation.GetAtt("Gone", "Arn")), "logical ID: 'Gone' not found"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := guarded(func() error {
				app := awscdk.NewApp(nil)
				stack := awscdk.NewStack(app, jsii.String("S"), nil)
				template := cloudformation.NewObject("Resources", cloudformation.NewObject("Q", test.resource))
				if _, err := include(stack, template, nil); err != nil {
					return err
				}
				app.Synth(nil)
				return nil
			})
			var ours *Error
			if !errors.As(err, &ours) || !strings.HasPrefix(ours.Message, "CDK failed: ") || !strings.Contains(ours.Message, test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), hidden) {
				t.Errorf("the error repeats the value: %v", err)
			}
		})
	}
}
