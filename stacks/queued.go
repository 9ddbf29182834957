package stacks

import (
	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
)

// The queued path of a destination: the rules put messages into its queue, a
// pipe hands them to a state machine one at a time, and the state machine sends
// them over the destination's connection and reads the reply. What the service
// refuses goes to the destination's own dead-letter queue.

// Kinds of resource of a queued destination, which begin their logical IDs. None
// begins another, so that no two destinations meet.
const (
	queueKind            = "Queue"
	deadLettersKind      = "DeadLetters"
	logGroupKind         = "LogGroup"
	stateMachineKind     = "StateMachine"
	stateMachineRoleKind = "RoleOfStateMachine"
	pipeKind             = "Pipe"
	pipeRoleKind         = "RoleOfPipe"
	signSecretKind       = "SignSecret"
)

const (
	fifo = ".fifo"
	// maxMessage is less than the 262,144 bytes that a pipe can hand to Step
	// Functions, envelope included
	// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html):
	// SQS refuses what is larger, so that EventBridge puts it into the stack's
	// dead-letter queue, which takes a megabyte, at once. Else it would block all messages behind it.
	maxMessage = 245_760
	// visibilityFactor times the longest execution is how long a message is hidden
	// while it is sent, as AWS advises for pipes
	// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html).
	visibilityFactor = 6
	// tryFor is about how long a message is tried before it is given up.
	tryFor = 24 * 60 * 60
	// ageOfAlarm is the age in seconds at which a waiting message is told.
	ageOfAlarm = 3600
	// oneByOne lets a pipe take one message at a time.
	oneByOne = 1
	// maxStateMachineName is from
	// https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html.
	maxStateMachineName = 80
	// maxLogGroupName is from
	// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html.
	maxLogGroupName = 512
)

func (s *scope) queued(d *plan.Destination) {
	s.connection(d)
	s.queue(d)
	s.logGroup(s.idOf(logGroupKind, d), vendedLogs+physicalName(maxLogGroupName-len(vendedLogs), s.stack, d.Name), d.KMSKey, s.metadata(d))
	s.signSecret(d)
	s.stateMachine(d)
	s.pipe(d)
}

func (s *scope) metadata(d *plan.Destination) *cloudformation.Object {
	return s.b.source("Destination", d.Name, d.Pos)
}

// idOf is the logical ID of a resource of a destination.
func (s *scope) idOf(kind string, d *plan.Destination) string { return s.b.names.id(kind, d.Name) }

// queueArn refers to a destination's queue.
func (s *scope) queueArn(d *plan.Destination) cloudformation.Value {
	id := s.idOf(queueKind, d)
	return s.shared(d, id, "Arn", cloudformation.GetAtt(id, "Arn"))
}

// queue is the FIFO queue of a destination, with the one for what could not be
// delivered. A rule sets neither a deduplication id nor more than one group, hence the
// deduplication by content; all messages are one group, so that one is sent at a
// time.
func (s *scope) queue(d *plan.Destination) {
	hidden := visibilityFactor * executionTimeout(d.Queue)
	var allow []cloudformation.Value
	if rules := s.b.users[d]; len(rules) > 0 {
		allow = append(allow, s.fromTheseRules("RulesOfThisDestination", s.idOf(queueKind, d), rules))
	}
	s.waiting(waiting{
		owner: d.Name, name: d.Name, fifo: true, byContent: true,
		largest: maxMessage, hidden: hidden, receives: (tryFor + hidden - 1) / hidden, tooOld: ageOfAlarm,
		deadOutput: "URL of the queue of messages that " + d.Name + " refused, or that could not be sent",
		deadAlarm:  "Messages to " + d.Name + " were refused or could not be sent; they wait in its dead-letter queue",
		oldAlarm:   "A message to " + d.Name + " has been waiting for more than an hour",
		metadata:   s.metadata(d),
	}, allow...)
}
