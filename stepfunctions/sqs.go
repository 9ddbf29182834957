package stepfunctions

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"unicode/utf8"
)

// A Message is sent to a queue
// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html).
type Message struct {
	QueueURL        string
	Body            string
	GroupID         string // of a FIFO queue
	DeduplicationID string
	Attributes      map[string]MessageAttribute
}

// A MessageAttribute stands beside the body.
type MessageAttribute struct{ DataType, StringValue string }

// maxMessageAttributes is the number of attributes. The size of a message, at
// most 1 MiB, is no matter here: arguments are smaller.
const maxMessageAttributes = 10

func sendMessageArguments(body *shape) *shape {
	return record([]string{"QueueUrl", "MessageBody"}, map[string]*shape{
		"QueueUrl": filled, "MessageBody": body, "MessageGroupId": filled, "MessageDeduplicationId": filled,
		"MessageAttributes": {kind: shapeMap, element: record([]string{"DataType", "StringValue"}, map[string]*shape{"DataType": filled, "StringValue": text})},
	})
}

// sqsSendMessage is the optimised integration, which also takes JSON for a body
// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-sqs.html).
var sqsSendMessage = &service{
	name:      "sqs:sendMessage",
	arguments: sendMessageArguments(anything),
	ready:     func(s Services) bool { return s.Queues != nil },
	call:      sendMessage("SQS.AmazonSQSException"),
}

// sdkSendMessage is the API itself
// (https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html).
var sdkSendMessage = &service{
	name:      "aws-sdk:sqs:sendMessage",
	arguments: sendMessageArguments(text),
	ready:     func(s Services) bool { return s.Queues != nil },
	call:      sendMessage("Sqs.SqsException"),
}

// sendMessage sends a message that the queue would not refuse; refusal is the
// name of the error for the others.
func sendMessage(refusal string) func(context.Context, *Execution, *Call, object) (any, error) {
	return func(ctx context.Context, x *Execution, c *Call, arguments object) (any, error) {
		m := &Message{
			QueueURL:        textOf(arguments, "QueueUrl"),
			GroupID:         textOf(arguments, "MessageGroupId"),
			DeduplicationID: textOf(arguments, "MessageDeduplicationId"),
			Attributes:      map[string]MessageAttribute{},
		}
		body := member(arguments, "MessageBody")
		if s, isText := body.(string); isText {
			m.Body = s
		} else {
			encoded, err := encode(body)
			if err != nil {
				return nil, err
			}
			m.Body = string(encoded)
		}
		if attributes, ok := member(arguments, "MessageAttributes").(object); ok {
			for _, name := range attributes.Keys() {
				a := member(attributes, name).(object)
				m.Attributes[name] = MessageAttribute{textOf(a, "DataType"), textOf(a, "StringValue")}
			}
		}
		if reason := m.refusal(); reason != "" {
			return nil, taskError(refusal, "%s", reason)
		}
		id, err := x.Services.Queues.SendMessage(ctx, c, m)
		if err != nil {
			return nil, err
		}
		sum := md5.Sum([]byte(m.Body))
		return objectOf("MD5OfMessageBody", hex.EncodeToString(sum[:]), "MessageId", id), nil
	}
}

// refusal tells why every queue would refuse a message, "" if none would.
func (m *Message) refusal() string {
	for name, a := range m.Attributes {
		switch {
		case a.StringValue == "":
			return "the message attribute " + quote(name) + " is empty"
		case !validMessageText(a.StringValue):
			return "the message attribute " + quote(name) + " has characters that are not allowed"
		}
	}
	switch {
	case m.Body == "":
		return "the message body is empty"
	case !validMessageText(m.Body):
		return "the message body has characters that are not allowed"
	case len(m.Attributes) > maxMessageAttributes:
		return "the message has more than 10 attributes"
	}
	return ""
}

// validMessageText tells whether a text has only characters that SQS allows.
func validMessageText(s string) bool {
	for _, r := range s {
		switch {
		case r == '\t', r == '\n', r == '\r':
		case r < ' ', r == 0xFFFE, r == 0xFFFF:
			return false
		}
	}
	return utf8.ValidString(s)
}
