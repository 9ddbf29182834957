package stacks

import (
	"fmt"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
)

// The states that read who is on call.
const (
	stateWhom    = "Whom to mention?"
	stateService = "Read the service's list"
	stateAnybody = "Anybody?"
	stateDefault = "Read the default list"
)

const (
	// maxMobiles of a list are mentioned.
	maxMobiles = 50
	// serviceName is what may stand in the name of a parameter, on one level
	// (https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html).
	serviceName = `/^[a-zA-Z0-9_.-]{1,128}$/`
	notFound    = "Ssm.ParameterNotFoundException"
)

// whom adds the states that read the lists, after which comes next. Nothing that
// goes wrong with a list keeps the message back.
func (s *scope) whom(states *cloudformation.Object, d *plan.Destination, next string) {
	choices := cloudformation.List{cloudformation.NewObject("Condition", jsonata("$exists($item.service) = false"), "Next", next)}
	if d.Queue.OnCall.ByService {
		choices = append(choices, cloudformation.NewObject(
			"Condition", jsonata(`$type($item.service) = "string" ? $contains($item.service, `+serviceName+`) : false`), "Next", stateService))
	}
	states.Set(stateWhom, cloudformation.NewObject("Type", "Choice", "Choices", choices, "Output", nothing(), "Default", stateDefault))
	if d.Queue.OnCall.ByService {
		states.Set(stateService, s.readList(d, jsonata(fmt.Sprintf(`"%s/" & $item.service`, d.Queue.OnCall.Path)), stateAnybody, stateDefault))
		states.Set(stateAnybody, cloudformation.NewObject("Type", "Choice",
			"Choices", cloudformation.List{cloudformation.NewObject("Condition", jsonata("$count($mobiles) > 0"), "Next", next)},
			"Output", nothing(), "Default", stateDefault))
	}
	states.Set(stateDefault, s.readList(d, d.Queue.OnCall.Path+"/"+plan.OnCallDefault, next, next))
}

// readList reads a list, which may be missing. What else goes wrong may pass;
// where it does not, it stands in the log.
func (s *scope) readList(d *plan.Destination, name cloudformation.Value, read, missing string) *cloudformation.Object {
	mobiles := fmt.Sprintf(`[$distinct($filter($map($split($string($states.result.Parameter.Value), ","), function($n) { $trim($n) }), function($n) { $contains($n, /^%s$/) }))[[0..%d]]]`,
		d.Type.OnCall.Number, maxMobiles-1)
	return cloudformation.NewObject(
		"Type", "Task",
		"Resource", service("aws-sdk:ssm:getParameter"),
		"Arguments", cloudformation.NewObject("Name", name, "WithDecryption", true),
		"TimeoutSeconds", plan.OnCallTimeout,
		"Retry", cloudformation.List{
			cloudformation.NewObject("ErrorEquals", cloudformation.Strings(notFound), "MaxAttempts", 0),
			cloudformation.NewObject("ErrorEquals", cloudformation.Strings("States.ALL"), "IntervalSeconds", 1, "BackoffRate", 2, "MaxAttempts", plan.OnCallAttempts-1),
		},
		"Assign", cloudformation.NewObject("mobiles", jsonata(mobiles)),
		"Output", nothing(),
		"Catch", cloudformation.List{
			cloudformation.NewObject("ErrorEquals", cloudformation.Strings(notFound), "Output", nothing(), "Next", missing),
			cloudformation.NewObject("ErrorEquals", cloudformation.Strings("States.ALL"), "Assign", cloudformation.NewObject("unread", true), "Output", nothing(), "Next", missing),
		},
		"Next", read,
	)
}

// requestBody is the message as it is sent. What waits in the queue, and is set
// aside, stays as it came.
func requestBody(d *plan.Destination) string {
	if d.Queue.OnCall == nil {
		return jsonata("$item.message")
	}
	all := "false"
	if d.Queue.OnCall.Everybody {
		all = "$exists($item.service) and $unread = false and $count($mobiles) = 0"
	}
	return jsonata("($message := $item.message; $all := " + all + "; " + d.Type.OnCall.Message + ")")
}

// onCallStatements let the lists be read, and no other parameter. Under the key
// that AWS manages for Parameter Store, whoever may read a parameter may decrypt
// it; a customer managed key asks for more
// (https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html).
func (s *scope) onCallStatements(d *plan.Destination) []cloudformation.Value {
	o := d.Queue.OnCall
	if o == nil {
		return nil
	}
	lists := o.Path + "/" + plan.OnCallDefault
	if o.ByService {
		lists = o.Path + "/*"
	}
	out := []cloudformation.Value{allow("ReadWhoIsOnCall",
		cloudformation.Sub("arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter"+lists), "ssm:GetParameter")}
	if d.KMSKey.IsSet() {
		out = append(out, decrypt("DecryptWhoIsOnCall", d.KMSKey, "ssm"))
	}
	return out
}
