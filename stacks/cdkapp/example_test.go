package cdkapp_test

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/notifygen/notifygen/stacks/cdkapp"
)

// NewPlatformStack is a platform team's own stack. It has an event bus of its
// own, takes the routes from a file that application teams write, and settles
// what is the platform's business: where secrets are, and how long undelivered
// events are kept.
func NewPlatformStack(scope constructs.Construct, id string) (awscdk.Stack, error) {
	stack := awscdk.NewStack(scope, &id, nil)
	bus := awsevents.NewEventBus(stack, jsii.String("Bus"), nil)
	token := awscdk.SecretValue_SecretsManager(jsii.String("platform/slack"), &awscdk.SecretsManagerSecretOptions{
		JsonField: jsii.String("token"),
	})
	notifications, err := cdkapp.NewNotifications(stack, "Notifications", &cdkapp.Props{
		File: "../../examples/slack/notifygen.yaml",
		Parameters: map[string]*string{
			"MyEventBusName": bus.EventBusName(),
			"MySlackChannel": jsii.String("C0123456789"),
			"MySlackToken":   token.UnsafeUnwrap(), // a reference, resolved when the stack is deployed
		},
	})
	if err != nil {
		return nil, err
	}

	// Resources go by their names in the file.
	rule, err := notifications.Rule("my-test-message")
	if err != nil {
		return nil, err
	}
	rule.SetState(jsii.String("DISABLED")) // until the channel is ready
	queue, err := notifications.DeadLetterQueue("my-test-message")
	if err != nil {
		return nil, err
	}
	queue.SetMessageRetentionPeriod(jsii.Number(4 * 24 * 60 * 60)) // seconds

	// It is a construct like any other.
	awscdk.Tags_Of(notifications).Add(jsii.String("team"), jsii.String("platform"), nil)
	return stack, nil
}

// A construct within a stack of your own, resources reached by name and changed.
func ExampleNewNotifications() {
	app := awscdk.NewApp(nil)
	if _, err := NewPlatformStack(app, "Platform"); err != nil {
		fmt.Println(err)
		return
	}

	assembly := app.Synth(nil)
	text, err := json.Marshal(assembly.GetStackByName(jsii.String("Platform")).Template())
	if err != nil {
		fmt.Println(err)
		return
	}
	var template struct {
		Resources map[string]struct {
			Type       string
			Properties struct {
				Name, State            string
				EventBusName           any
				MessageRetentionPeriod int
				Tags                   []struct{ Key, Value string }
			}
		}
	}
	if err := json.Unmarshal(text, &template); err != nil {
		fmt.Println(err)
		return
	}
	rule, queue := template.Resources["RuleMyTestMessage"].Properties, template.Resources["DeadLetterQueue"].Properties
	fmt.Println("rule:", rule.Name, rule.State, rule.Tags)
	fmt.Println("bus:", rule.EventBusName)
	fmt.Println("dead letters are kept for", queue.MessageRetentionPeriod, "seconds")
	// Output:
	// rule: slack_my-test-message DISABLED [{team platform}]
	// bus: map[Ref:BusEA82B648]
	// dead letters are kept for 345600 seconds
}
