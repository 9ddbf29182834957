package stacks

import (
	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/transformers"
)

// A hop stands before the rules of routes: the source's events go to a queue, from
// which a pipe takes them to the enricher and on to the bus of the hops. Where
// copies are dropped, a pipe first takes them to a FIFO queue, which knows copies
// by the id that the pipe gives it. All of it stands in the stack of the plan's
// name.

const (
	// Kinds of waiting queue, and of what else a hop has.
	sourceKind, onceKind = "Source", "Once"
	sourceRuleKind       = "SourceRule"
	unkeyedRuleKind      = "SourceUnkeyedRule"
	sourceRulesAlarmKind = "AlarmOfSourceRules"
	sourceLogGroupKind   = "SourceLogGroup"
	enrichedBusID        = "EnrichedBus"
	notEventsRuleID      = "NotEventsRule"
	notEventsAlarmID     = "NotEventsAlarm"
	// Names of a hop's queues and pipes end so, and no other names do.
	eventsName, onceName = "_events", "_once"
)

const (
	// passOn is what a pipe takes at most to hand a message to a queue or a bus, in
	// seconds.
	passOn = 10
	// hopTries is about how long a message is tried before it is set aside, in
	// seconds. Facts are no reason to wait: the enricher delivers without them.
	hopTries = 3600
	// oldInHop is the age in seconds at which a waiting event is told.
	oldInHop = 1800
)

// hops adds the hops, the enricher, and the rule that sets aside what was no event.
func (s *scope) hops(all []*plan.Hop) {
	if len(all) == 0 {
		return
	}
	s.enricher(all)
	for _, h := range all {
		s.hop(h)
	}
	if m := s.b.plan.NotEvents(); m != nil && s.b.plan.DeadLetterQueue {
		p := rulePiece{name: "enriched_not-events", match: m}
		s.intake = append(s.intake, p)
		target := s.withRetry(cloudformation.NewObject("Id", "dead-letters", "Arn", cloudformation.GetAtt(deadLetterQueueID, "Arn")), all[0].Retry)
		s.addRule(notEventsRuleID, p, "What the enricher could not take for an event", true, cloudformation.List{target}, nil, s.hopMetadata(all[0]))
		if !s.b.plan.Alarms.Off {
			s.alarm(notEventsAlarmID, p.name+"_failed-invocations", "EventBridge could not set aside what was no event", s.failedInvocations([]rulePiece{p}), s.hopMetadata(all[0]))
		}
	}
}

func (s *scope) hopMetadata(h *plan.Hop) *cloudformation.Object {
	return s.b.source("EventSource", h.Source, h.Pos)
}

// entries gives the rules that feed a hop.
func entryPieces(h *plan.Hop) []rulePiece {
	var out []rulePiece
	for i := range h.Entries {
		m := &h.Entries[i].Match
		name := h.Source + eventsName
		if m.Label != "" {
			name += "_" + m.Label
		}
		out = append(out, rulePiece{name: name, match: m})
	}
	return out
}

func (s *scope) hop(h *plan.Hop) {
	pieces := entryPieces(h)
	metadata := s.hopMetadata(h)
	first := s.sourceQueue(h)
	s.waiting(first, s.fromTheseRules("RulesOfThisSource", s.waitingID(first, "", queueKind), s.placed(pieces)))
	for i, p := range pieces {
		s.entryRule(h, h.Entries[i], p)
	}
	s.intake = append(s.intake, pieces...)
	log := s.b.names.id(sourceLogGroupKind, h.Source)
	s.logGroup(log, vendedLogs+physicalName(maxLogGroupName-len(vendedLogs), s.stack, h.Source+eventsName), s.b.plan.KMSKey, metadata)
	last := first
	if h.Dedupe {
		last = s.onceQueue(h)
		s.waiting(last)
		s.dedupePipe(h, first, last, log)
	}
	s.busPipe(h, last, log)
	if !s.b.plan.Alarms.Off {
		s.alarm(s.b.names.id(sourceRulesAlarmKind, h.Source), h.Source+eventsName+"_failed-invocations", "EventBridge could not put events of the source "+h.Source+" into their queue", s.failedInvocations(pieces), metadata)
	}
}

// entryRule puts events of the source into its queue.
func (s *scope) entryRule(h *plan.Hop, e plan.Entry, p rulePiece) {
	kind := sourceRuleKind
	if e.Label != "" {
		kind = unkeyedRuleKind
	}
	first := s.sourceQueue(h)
	queue := s.waitingID(first, "", queueKind)
	target := cloudformation.NewObject("Id", "queue", "Arn", cloudformation.GetAtt(queue, "Arn"))
	if e.Body != nil {
		target.Set("InputTransformer", transformers.Lower(e.Body).CloudFormation())
	}
	s.addRule(s.b.names.id(kind, h.Source), p, "Source "+h.Source, true, cloudformation.List{s.withRetry(target, h.Retry)}, []string{s.waitingID(first, "PolicyOf", queueKind)}, s.hopMetadata(h))
}

// sourceQueue is the first queue of a hop.
func (s *scope) sourceQueue(h *plan.Hop) waiting {
	w := s.hopQueue(h, sourceKind, eventsName)
	if h.Dedupe {
		w.hidden = visibilityFactor * passOn
	}
	return w.tried()
}

// onceQueue drops copies: within five minutes it takes one message of each id
// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html).
func (s *scope) onceQueue(h *plan.Hop) waiting {
	w := s.hopQueue(h, onceKind, onceName)
	w.fifo = true
	return w.tried()
}

func (s *scope) hopQueue(h *plan.Hop, kind, name string) waiting {
	hidden := passOn
	if h.Enrich != nil {
		hidden += enricherTimeout
	}
	return waiting{
		kind: kind, owner: h.Source, name: h.Source + name,
		largest: maxSQSMessage, hidden: visibilityFactor * hidden, tooOld: oldInHop,
		deadOutput: "URL of a queue of events of the source " + h.Source + " that could not be handed on",
		deadAlarm:  "Events of the source " + h.Source + " could not be handed on; they wait in a dead-letter queue",
		oldAlarm:   "An event of the source " + h.Source + " has been waiting for more than half an hour",
		metadata:   s.hopMetadata(h),
	}
}

// tried gives the queue with as many receives as take hopTries.
func (w waiting) tried() waiting {
	w.receives = max(hopTries/w.hidden, enricherReceives+2)
	return w
}

// keyPath is where a record of a hop's first queue has the key.
const keyPath = "$.body.key"

// Templates of the hops' pipes. A placeholder alone would lose the quotes of what
// it inserts, so an object stands around each
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html).
const (
	// wrapped is the event below a key: for the FIFO queue, and as the detail of an
	// event.
	wrapped = `{"event":<$.body.event>}`
	// unwrapped is the record that the enricher takes.
	unwrapped = `{"messageId":"<$.messageId>","body":<$.body.event>,"attributes":{"ApproximateReceiveCount":"<$.attributes.ApproximateReceiveCount>"}}`
)

// dedupePipe gives each event the id that its copies have. It is a message group
// of its own, so that one whose facts cannot be had yet holds up none but later
// events with its key. Which order events had, the queue before has lost already.
// A group may hold what an id may
// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagegroupid-property.html),
// and copies are looked for in the whole queue, or the group: it is the same.
func (s *scope) dedupePipe(h *plan.Hop, from, to waiting, log string) {
	queue := s.waitingID(to, "", queueKind)
	s.addPipe(pipe{
		id: s.b.names.id(sourceKind+pipeKind, h.Source), name: h.Source + onceName,
		role: "RoleOf" + s.b.names.id(sourceKind+pipeKind, h.Source), purpose: "Lets the pipe of " + h.Source + " hand on events",
		description: "Events of " + h.Source + " to the queue that drops copies",
		queue:       s.waitingID(from, "", queueKind), log: log, metadata: s.hopMetadata(h),
		target: cloudformation.GetAtt(queue, "Arn"),
		targetParameters: cloudformation.NewObject(
			"InputTemplate", wrapped,
			"SqsQueueParameters", cloudformation.NewObject("MessageGroupId", keyPath, "MessageDeduplicationId", keyPath)),
	}, allow("SendToQueue", cloudformation.GetAtt(queue, "Arn"), "sqs:SendMessage"))
}

// busPipe puts events on the bus of the hops, with their facts.
func (s *scope) busPipe(h *plan.Hop, from waiting, log string) {
	bus := cloudformation.GetAtt(enrichedBusID, "Arn")
	origin := cloudformation.NewObject("DetailType", h.Label(), "Source", h.Origin())
	p := pipe{
		id: s.b.names.id(from.kind+pipeKind, h.Source), name: h.Source + eventsName,
		description: "Events of " + h.Source + " to the bus where routes find them",
		queue:       s.waitingID(from, "", queueKind), log: log, metadata: s.hopMetadata(h),
		target:           bus,
		targetParameters: cloudformation.NewObject("EventBridgeEventBusParameters", origin),
	}
	p.role, p.purpose = "RoleOf"+p.id, "Lets the pipe of "+h.Source+" hand on events"
	statements := []cloudformation.Value{allow("PutEvents", bus, "events:PutEvents").Set("Condition", cloudformation.NewObject("StringEquals",
		cloudformation.NewObject("events:source", h.Origin(), "events:detail-type", h.Label())))}
	switch {
	case h.Enrich != nil:
		p.description = "Events of " + h.Source + " with their facts to the bus where routes find them"
		p.enrichment = cloudformation.GetAtt(enricherID, "Arn")
		if h.Dedupe {
			p.enrichmentInput = unwrapped
		}
		statements = append(statements, allow("AddFacts", p.enrichment, "lambda:InvokeFunction"))
	default:
		p.targetParameters = cloudformation.NewObject("InputTemplate", wrapped, "EventBridgeEventBusParameters", origin)
	}
	s.addPipe(p, statements...)
}
