package stacks

import "github.com/notifygen/notifygen/cloudformation"

// waiting is a queue in which messages wait for a pipe, with the queue for those
// that the pipe could not hand on.
type waiting struct {
	// kind stands in the logical IDs, between what a resource is and who it is for.
	kind, owner string
	// name of the queue within the stack.
	name string
	fifo bool
	// byContent drops copies by their content; else whoever sends gives an id.
	byContent bool
	largest   int // bytes of a message
	hidden    int // seconds for which a message is handed on
	receives  int // after so many it is given up
	tooOld    int // seconds after which a waiting message is told
	// What the output and the alarms say.
	deadOutput, deadAlarm, oldAlarm string
	metadata                        *cloudformation.Object
}

// standardMessage is the most bytes a queue takes where the template does not say
// more
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html).
const standardMessage = 262_144

func (s *scope) waitingID(w waiting, what, kind string) string {
	return s.b.names.id(what+w.kind+kind, w.owner)
}

// waiting adds the two queues, what lets the statements write to the first, and
// the alarms
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html).
// The dead-letter queue of a FIFO queue is one too.
func (s *scope) waiting(w waiting, allow ...cloudformation.Value) {
	queue, dead := s.waitingID(w, "", queueKind), s.waitingID(w, "", deadLettersKind)
	suffix := ""
	if w.fifo {
		suffix = fifo
	}
	named := func(name string, byContent bool) *cloudformation.Object {
		o := cloudformation.NewObject("QueueName", physicalName(maxQueueName-len(suffix), s.stack, name)+suffix)
		if w.fifo {
			o.Set("FifoQueue", true)
		}
		if w.fifo && byContent {
			o.Set("ContentBasedDeduplication", true)
		}
		return o
	}
	setAside := named(w.name+"_dead-letters", true)
	if w.largest > standardMessage {
		setAside.Set("MaximumMessageSize", w.largest)
	}
	s.add(dead, resource("AWS::SQS::Queue", s.b.withTags(setAside.
		Set("MessageRetentionPeriod", retention).
		Set("SqsManagedSseEnabled", true)), w.metadata))
	s.queuePolicy(s.waitingID(w, "PolicyOf", deadLettersKind), dead, w.metadata)
	s.add(queue, resource("AWS::SQS::Queue", s.b.withTags(named(w.name, w.byContent).
		Set("MaximumMessageSize", w.largest).
		Set("MessageRetentionPeriod", retention).
		Set("VisibilityTimeout", w.hidden).
		Set("RedrivePolicy", cloudformation.NewObject(
			"deadLetterTargetArn", cloudformation.GetAtt(dead, "Arn"),
			"maxReceiveCount", w.receives)).
		Set("SqsManagedSseEnabled", true)), w.metadata))
	s.queuePolicy(s.waitingID(w, "PolicyOf", queueKind), queue, w.metadata, allow...)
	s.output(dead+"Url", w.deadOutput, cloudformation.Ref(dead))
	if s.b.plan.Alarms.Off {
		return
	}
	s.alarm(s.waitingID(w, "AlarmOf", deadLettersKind), w.name+"_dead-letters", w.deadAlarm,
		queueMetric(dead, "ApproximateNumberOfMessagesVisible"), w.metadata)
	s.alarmWhen(above(w.tooOld), s.waitingID(w, "AlarmOf", "Age"), w.name+"_age", w.oldAlarm,
		queueMetric(queue, "ApproximateAgeOfOldestMessage"), w.metadata)
}

// fromTheseRules lets rules put messages into a queue.
func (s *scope) fromTheseRules(sid, queue string, rules []placedRule) *cloudformation.Object {
	return cloudformation.NewObject(
		"Sid", sid,
		"Effect", "Allow",
		"Principal", cloudformation.NewObject("Service", "events.amazonaws.com"),
		"Action", "sqs:SendMessage",
		"Resource", cloudformation.GetAtt(queue, "Arn"),
		"Condition", s.b.fromRules(rules, maxQueuePolicy-800),
	)
}
