package stacks

import (
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
	// retention is the longest SQS keeps a message: 14 days.
	retention = 14 * 24 * 60 * 60
)

// deadLetters is where events go that could not be delivered: one encrypted
// standard queue, which only this stack's rules may write to. FIFO queues
// cannot be dead-letter queues of rules.
func (s *scope) deadLetters(pieces []rulePiece) {
	arn := cloudformation.GetAtt(deadLetterQueueID, "Arn")
	s.add(deadLetterQueueID, resource("AWS::SQS::Queue", s.b.withTags(cloudformation.NewObject(
		"QueueName", physicalName(maxQueueName, s.stack, "dead-letters"),
		"MessageRetentionPeriod", retention,
		"SqsManagedSseEnabled", true,
	)), nil))
	allow := cloudformation.NewObject(
		"Sid", "RulesOfThisStack",
		"Effect", "Allow",
		"Principal", cloudformation.NewObject("Service", "events.amazonaws.com"),
		"Action", "sqs:SendMessage",
		"Resource", arn,
		"Condition", s.fromRules(pieces, maxQueuePolicy-800),
	)
	deny := cloudformation.NewObject(
		"Sid", "OnlyEncryptedTransport",
		"Effect", "Deny",
		"Principal", "*",
		"Action", "sqs:*",
		"Resource", arn,
		"Condition", cloudformation.NewObject("Bool", cloudformation.NewObject("aws:SecureTransport", "false")),
	)
	s.add(deadLetterPolicyID, resource("AWS::SQS::QueuePolicy", cloudformation.NewObject(
		"Queues", cloudformation.List{cloudformation.Ref(deadLetterQueueID)},
		"PolicyDocument", policy(allow, deny),
	), nil))
	s.output("DeadLetterQueueUrl", "URL of the queue of events that could not be delivered", cloudformation.Ref(deadLetterQueueID))
}
