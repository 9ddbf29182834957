package stacks

import (
	"fmt"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
)

// The states of a state machine that sends a message.
const (
	stateUnpack   = "Unpack"
	stateSign     = "Sign"
	stateSend     = "Send"
	stateAccepted = "Accepted?"
	stateResign   = "Wait to sign afresh"
	stateThrottle = "Wait for the limit"
	stateBackOff  = "Back off"
	stateSetAside = "Set aside"
	stateCount    = "Count"
	statePace     = "Pace"
	stateDone     = "Done"
	stateReturn   = "Wait to return"
	stateReturned = "Back to the queue"
)

const (
	// metricNamespace and metricRefused name the metric of refused messages.
	metricNamespace, metricRefused = "notifygen", "Refused"
	// maxCode and maxReason bound, in characters, what is kept of a service's words.
	maxCode, maxReason = 128, 512
	statusError        = "States.Http.StatusCode."
)

// jsonata marks an expression (https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html).
func jsonata(expression string) string { return "{% " + expression + " %}" }

// service is the ARN of an integration of Step Functions.
func service(name string) cloudformation.Value {
	return cloudformation.Sub("arn:${AWS::Partition}:states:::" + name)
}

// definition is the state machine of a destination, in Amazon States Language
// (https://states-language.net/) with JSONata. In JSONata a value that is missing
// ends an execution, hence the care with everything that others write. Variables:
//
//	item      the message as it waited: {route, event, message}
//	attempt   the number of the attempt, from 1
//	accepted, throttled, transient, stale   what became of it
//	code, reason                            why, in the service's words
//	fresh     whether the signer was asked to read its secret anew
//	mobiles   whom to mention, as the lists say
//	unread    whether a list could not be read
func (s *scope) definition(d *plan.Destination) *cloudformation.Object {
	q := d.Queue
	states := cloudformation.NewObject()
	first := stateSend
	start := cloudformation.NewObject("item", jsonata("$states.input[0].item"), "attempt", 1)
	if q.Signature != nil {
		first = stateSign
		start.Set("fresh", false)
	}
	second := first
	if q.OnCall != nil {
		second = stateWhom
		start.Set("mobiles", cloudformation.List{}).Set("unread", false)
	}
	states.Set(stateUnpack, cloudformation.NewObject("Type", "Pass", "Assign", start, "Output", nothing(), "Next", second))
	if q.OnCall != nil {
		s.whom(states, d, first)
	}
	if q.Signature != nil {
		states.Set(stateSign, s.sign(d))
	}
	states.Set(stateSend, s.send(d))
	states.Set(stateAccepted, choice(d))
	if q.Signature != nil {
		states.Set(stateResign, again(q.Waits[0], "fresh", true).Set("Next", first))
	}
	if q.ThrottleWait > 0 {
		states.Set(stateThrottle, again(q.ThrottleWait).Set("Next", first))
	}
	states.Set(stateBackOff, again(jsonata(strings.ReplaceAll(fmt.Sprint(q.Waits), " ", ", ")+"[$attempt - 1]")).Set("Next", first))
	states.Set(stateSetAside, s.setAside(d))
	states.Set(stateCount, s.count(d))
	states.Set(statePace, cloudformation.NewObject("Type", "Wait", "Seconds", q.Pace, "Output", nothing(), "Next", stateDone))
	states.Set(stateDone, cloudformation.NewObject("Type", "Succeed"))
	states.Set(stateReturn, cloudformation.NewObject("Type", "Wait", "Seconds", q.ReturnWait, "Output", nothing(), "Next", stateReturned))
	states.Set(stateReturned, cloudformation.NewObject("Type", "Fail", "Error", jsonata("$code"), "Cause", "the message was not accepted and returns to the queue"))
	return cloudformation.NewObject(
		"Comment", "Sends one message to "+d.Name+" ("+d.Type.Title+")",
		"QueryLanguage", "JSONata",
		"StartAt", stateUnpack,
		"TimeoutSeconds", executionTimeout(q),
		"States", states,
	)
}

func nothing() *cloudformation.Object { return cloudformation.NewObject() }

// again waits before another attempt.
func again(seconds any, assign ...any) *cloudformation.Object {
	return cloudformation.NewObject("Type", "Wait", "Seconds", seconds,
		"Assign", cloudformation.NewObject(append([]any{"attempt", jsonata("$attempt + 1")}, assign...)...), "Output", nothing())
}

// sign asks for the signature of this moment: an attempt that waited needs
// another one.
func (s *scope) sign(d *plan.Destination) *cloudformation.Object {
	request := cloudformation.NewObject("scheme", d.Queue.Signature.Scheme, "secretId", s.signSecretID(d))
	if key := signSecretOf(d).Key; key != "" {
		request.Set("secretKey", key)
	}
	request.Set("fresh", jsonata("$fresh"))
	return cloudformation.NewObject(
		"Type", "Task",
		"Resource", service("lambda:invoke"),
		"Arguments", cloudformation.NewObject("FunctionName", cloudformation.GetAtt(signerID, "Arn"), "Payload", request),
		"TimeoutSeconds", plan.SignTimeout,
		"Assign", cloudformation.NewObject("signature", jsonata("$states.result.Payload")),
		"Output", nothing(),
		"Catch", cloudformation.List{cloudformation.NewObject(
			"ErrorEquals", cloudformation.Strings("States.ALL"),
			"Assign", unsent(d, false, true,
				cleaned("$states.errorOutput.Error", maxCode, `"unsigned"`), cleaned(`"the message could not be signed: " & $states.errorOutput.Error`, maxReason, `"unsigned"`)),
			"Output", nothing(),
			"Next", stateAccepted,
		)},
		"Next", stateSend,
	)
}

// send is the request. What came of it is left in variables, be it a reply or an
// error.
func (s *scope) send(d *plan.Destination) *cloudformation.Object {
	arguments := cloudformation.NewObject(
		"ApiEndpoint", d.Type.Endpoint.URL,
		"Method", "POST",
		"InvocationConfig", cloudformation.NewObject("ConnectionArn", cloudformation.GetAtt(s.idOf("Connection", d), "Arn")),
	)
	if signature := d.Queue.Signature; signature != nil {
		query := cloudformation.NewObject()
		for _, name := range signature.Query {
			query.Set(name, jsonata("$signature."+name))
		}
		arguments.Set("QueryParameters", query)
	}
	arguments.Set("RequestBody", requestBody(d))
	return cloudformation.NewObject(
		"Type", "Task",
		"Resource", service("http:invoke"),
		"Arguments", arguments,
		"TimeoutSeconds", plan.SendTimeout,
		"Assign", replied(d),
		"Output", nothing(),
		// States.ALL does not stand for a reply that is too large
		// (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html).
		"Catch", cloudformation.List{caught(d, "States.DataLimitExceeded"), caught(d, "States.ALL")},
		"Next", stateAccepted,
	)
}

func caught(d *plan.Destination, name string) *cloudformation.Object {
	return cloudformation.NewObject("ErrorEquals", cloudformation.Strings(name), "Assign", failed(d), "Output", nothing(), "Next", stateAccepted)
}

// replied reads a reply with a status of 2xx.
func replied(d *plan.Destination) *cloudformation.Object {
	v := d.Type.Verify
	// JSONata takes a list of one element for the element, and no service answers
	// with a list.
	const reply = `($body := $states.result.ResponseBody; $reply := $type($body) = "array" ? "" : $body; `
	of := func(expression string) string { return jsonata(reply + expression + ")") }
	status := "$string($states.result.StatusCode)"
	o := cloudformation.NewObject(
		"accepted", of(v.Accepted),
		"throttled", of(v.Throttled),
		"transient", of(v.Transient),
	)
	if d.Queue.Signature != nil {
		o.Set("stale", of(d.Queue.Signature.Refused))
	}
	return o.
		Set("code", of(clean(v.Code, maxCode, status))).
		Set("reason", of(clean(v.Message, maxReason, `"the service gave no reason"`)))
}

// failed reads an error: a status other than 2xx, or no reply at all. A status
// that is not worth trying again is a refusal, and so is a message or a reply
// that the state machine itself cannot read; the rest may pass, as may what is
// wrong on our side, such as a connection that is not authorised.
func failed(d *plan.Destination) *cloudformation.Object {
	const status = `$code := $substringAfter($states.errorOutput.Error, "` + statusError + `"); `
	return unsent(d,
		jsonata(`$states.errorOutput.Error = "`+statusError+`429"`),
		jsonata(`(`+status+`$code = $states.errorOutput.Error and $not($code in ["States.QueryEvaluationError", "States.DataLimitExceeded"]) or $code in ["401", "407", "408", "409"] or $substring($code, 0, 1) = "5")`),
		jsonata(`(`+status+clean("$code", maxCode, `"error"`)+`)`),
		jsonata(`(`+status+clean(`($code = $states.errorOutput.Error ? "the request failed: " : "the service answered with HTTP status ") & $code`, maxReason, `"error"`)+`)`),
	)
}

// unsent are the variables after an error.
func unsent(d *plan.Destination, throttled, transient any, code, reason string) *cloudformation.Object {
	o := cloudformation.NewObject("accepted", false, "throttled", throttled, "transient", transient)
	if d.Queue.Signature != nil {
		o.Set("stale", false)
	}
	return o.Set("code", code).Set("reason", reason)
}

// clean gives a text that may stand in a message attribute: at most some
// characters, none of them a control character, and never empty
// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html).
func clean(expression string, most int, otherwise string) string {
	return fmt.Sprintf(`($text := %s; $text := $exists($text) ? $trim($replace($string($text), /[\x00-\x1f]+/, " ")) : ""; $text = "" ? %s : $substring($text, 0, %d))`, expression, otherwise, most)
}

func cleaned(expression string, most int, otherwise string) string {
	return jsonata(clean(expression, most, otherwise))
}

// choice decides what becomes of the message. A refusal is final, and what is
// left when nothing else holds.
func choice(d *plan.Destination) *cloudformation.Object {
	q := d.Queue
	last := fmt.Sprintf("$attempt >= %d", q.Attempts())
	passing := "$transient"
	var choices cloudformation.List
	add := func(condition, next string) {
		choices = append(choices, cloudformation.NewObject("Condition", jsonata(condition), "Next", next))
	}
	add("$accepted", statePace)
	if q.Signature != nil {
		add("$stale and $fresh = false and $attempt < "+fmt.Sprint(q.Attempts()), stateResign)
		passing = "($transient or $stale and $fresh = false)"
	}
	if q.ThrottleWait > 0 {
		add("("+passing+" or $throttled) and "+last, stateReturn)
		add("$throttled", stateThrottle)
	} else {
		add("$throttled or "+passing+" and "+last, stateReturn)
	}
	add("$transient", stateBackOff)
	return cloudformation.NewObject("Type", "Choice", "Choices", choices, "Output", nothing(), "Default", stateSetAside)
}

// setAside puts a refused message where somebody can look at it, so that it does
// not block those behind it
// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-sqs.html). The body
// is the queue's, so that it can be sent back there as it is.
func (s *scope) setAside(d *plan.Destination) *cloudformation.Object {
	attributes := cloudformation.NewObject()
	for _, a := range [][2]string{
		{"ERROR_CODE", jsonata("$code")},
		{"ERROR_MESSAGE", jsonata("$reason")},
		{"ROUTE", cleaned("$item.route", maxCode, `"unknown"`)},
		{"EVENT_ID", cleaned("$item.event", maxCode, `"unknown"`)},
	} {
		attributes.Set(a[0], cloudformation.NewObject("DataType", "String", "StringValue", a[1]))
	}
	return cloudformation.NewObject(
		"Type", "Task",
		"Resource", service("sqs:sendMessage"),
		"Arguments", cloudformation.NewObject(
			"QueueUrl", cloudformation.Ref(s.idOf(deadLettersKind, d)),
			// As text, a body with many quotes could exceed what a state may pass on.
			"MessageBody", jsonata("$item"),
			"MessageGroupId", d.Name,
			// By its content, a message that was moved back and is refused again
			// within five minutes would be dropped here.
			"MessageDeduplicationId", jsonata("$states.context.Execution.Name"),
			"MessageAttributes", attributes,
		),
		"TimeoutSeconds", plan.AsideTimeout,
		"Retry", cloudformation.List{cloudformation.NewObject(
			"ErrorEquals", cloudformation.Strings("States.ALL"),
			"IntervalSeconds", 1, "BackoffRate", 2, "MaxAttempts", plan.AsideAttempts-1,
		)},
		"Output", nothing(),
		"Catch", cloudformation.List{cloudformation.NewObject("ErrorEquals", cloudformation.Strings("States.ALL"), "Output", nothing(), "Next", stateReturn)},
		"Next", stateCount,
	)
}

// count adds to a metric; that it fails is no reason to hold the queue up.
func (s *scope) count(d *plan.Destination) *cloudformation.Object {
	return cloudformation.NewObject(
		"Type", "Task",
		"Resource", service("aws-sdk:cloudwatch:putMetricData"),
		"Arguments", cloudformation.NewObject(
			"Namespace", metricNamespace,
			"MetricData", cloudformation.List{cloudformation.NewObject(
				"MetricName", metricRefused,
				"Dimensions", cloudformation.List{dimension("Stack", s.stack), dimension("Destination", d.Name)},
				"Value", 1,
				"Unit", "Count",
			)},
		),
		"TimeoutSeconds", plan.CountTimeout,
		"Output", nothing(),
		"Catch", cloudformation.List{cloudformation.NewObject("ErrorEquals", cloudformation.Strings("States.ALL"), "Output", nothing(), "Next", statePace)},
		"Next", statePace,
	)
}
