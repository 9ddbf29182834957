package stacks

import (
	"slices"

	"github.com/notifygen/notifygen/cloudformation"
)

const (
	deadLetterQueueID  = "DeadLetterQueue"
	deadLetterPolicyID = "DeadLetterQueuePolicy"
	deadLetterAlarmID  = "DeadLetterAlarm"
	// maxQueueName and maxQueuePolicy are limits of SQS
	// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html).
	maxQueueName   = 80
	maxQueuePolicy = 8192
	// maxSQSMessage is the most bytes a queue takes, and those of an event too
	// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html).
	maxSQSMessage = 1_048_576
	// retention is the longest SQS keeps a message: 14 days.
	retention = 14 * 24 * 60 * 60
)

// deadLetters is where events go that could not be delivered: one encrypted
// standard queue, which only this stack's rules may write to. FIFO queues
// cannot be dead-letter queues of rules.
func (s *scope) deadLetters(pieces []rulePiece) {
	arn := cloudformation.GetAtt(deadLetterQueueID, "Arn")
	properties := cloudformation.NewObject(
		"QueueName", physicalName(maxQueueName, s.stack, "dead-letters"),
		"MessageRetentionPeriod", retention,
		"SqsManagedSseEnabled", true,
	)
	if slices.ContainsFunc(pieces, rulePiece.queued) { // what is too large for a queue comes here
		properties.Set("MaximumMessageSize", maxSQSMessage)
	}
	s.add(deadLetterQueueID, resource("AWS::SQS::Queue", s.b.withTags(properties), nil))
	allow := cloudformation.NewObject(
		"Sid", "RulesOfThisStack",
		"Effect", "Allow",
		"Principal", cloudformation.NewObject("Service", "events.amazonaws.com"),
		"Action", "sqs:SendMessage",
		"Resource", arn,
		"Condition", s.b.fromRules(s.placed(pieces), maxQueuePolicy-800),
	)
	s.queuePolicy(deadLetterPolicyID, deadLetterQueueID, nil, allow)
	s.output("DeadLetterQueueUrl", "URL of the queue of events that could not be delivered", cloudformation.Ref(deadLetterQueueID))
}

// queuePolicy allows what the statements say, and nothing without TLS.
func (s *scope) queuePolicy(id, queue string, metadata *cloudformation.Object, statements ...cloudformation.Value) {
	deny := cloudformation.NewObject(
		"Sid", "OnlyEncryptedTransport",
		"Effect", "Deny",
		"Principal", "*",
		"Action", "sqs:*",
		"Resource", cloudformation.GetAtt(queue, "Arn"),
		"Condition", cloudformation.NewObject("Bool", cloudformation.NewObject("aws:SecureTransport", "false")),
	)
	s.add(id, resource("AWS::SQS::QueuePolicy", cloudformation.NewObject(
		"Queues", cloudformation.List{cloudformation.Ref(queue)},
		"PolicyDocument", policy(append(statements, deny)...),
	), metadata))
}
