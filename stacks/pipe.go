package stacks

import (
	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
)

// pipeInput hands a queue's message on, whole: by itself the placeholder would
// lose its quotes
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html).
const pipeInput = `{"item":<$.body>}`

// pipe takes messages from a queue, one at a time: where they cannot be handed
// on, they return to it.
type pipe struct {
	// Logical IDs, of the pipe, its role, the queue and the log group.
	id, role, queue, log string
	name                 string // within the stack
	description          cloudformation.Value
	purpose              string // of the role
	// enrichment is a function that adds to messages, nil for none; it takes them
	// as enrichmentInput writes them, "" for as they are.
	enrichment       cloudformation.Value
	enrichmentInput  string
	target           cloudformation.Value
	targetParameters *cloudformation.Object
	metadata         *cloudformation.Object
}

// addPipe adds a pipe with its role, which may read the queue and what the
// statements say
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-pipes-pipe.html).
func (s *scope) addPipe(p pipe, statements ...cloudformation.Value) {
	name := physicalName(maxName, s.stack, p.name)
	read := allow("ReadQueue", cloudformation.GetAtt(p.queue, "Arn"), "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
	s.serviceRole(p.role, p.purpose, "pipes.amazonaws.com",
		cloudformation.Sub("arn:${AWS::Partition}:pipes:${AWS::Region}:${AWS::AccountId}:pipe/"+name), p.metadata,
		append([]cloudformation.Value{read}, statements...)...)
	properties := cloudformation.NewObject(
		"Name", name,
		"Description", p.description,
		"RoleArn", cloudformation.GetAtt(p.role, "Arn"),
		"Source", cloudformation.GetAtt(p.queue, "Arn"),
		"SourceParameters", cloudformation.NewObject("SqsQueueParameters", cloudformation.NewObject("BatchSize", oneByOne)),
	)
	if p.enrichment != nil {
		properties.Set("Enrichment", p.enrichment)
	}
	if p.enrichmentInput != "" {
		properties.Set("EnrichmentParameters", cloudformation.NewObject("InputTemplate", p.enrichmentInput))
	}
	properties.Set("Target", p.target).
		Set("TargetParameters", p.targetParameters).
		Set("LogConfiguration", cloudformation.NewObject(
			"Level", "ERROR",
			"CloudwatchLogsLogDestination", cloudformation.NewObject("LogGroupArn", cloudformation.GetAtt(p.log, "Arn"))))
	if tags := s.b.tagsByKey(); tags.Len() > 0 {
		properties.Set("Tags", tags)
	}
	s.add(p.id, resource("AWS::Pipes::Pipe", properties, p.metadata))
}

// pipe hands a destination's messages to its state machine, and waits for it.
func (s *scope) pipe(d *plan.Destination) {
	var description cloudformation.Value = "Messages to " + d.Name + " (" + d.Type.Title + "), one at a time"
	if d.Description.IsSet() {
		description = scalar(d.Description)
	}
	machine := cloudformation.GetAtt(s.idOf(stateMachineKind, d), "Arn")
	s.addPipe(pipe{
		id: s.idOf(pipeKind, d), role: s.idOf(pipeRoleKind, d), queue: s.idOf(queueKind, d), log: s.idOf(logGroupKind, d),
		name: d.Name, description: description, purpose: "Lets the pipe of " + d.Name + " take messages and start executions",
		target: machine,
		targetParameters: cloudformation.NewObject(
			"InputTemplate", pipeInput,
			"StepFunctionStateMachineParameters", cloudformation.NewObject("InvocationType", "REQUEST_RESPONSE")),
		metadata: s.metadata(d),
	}, allow("SendMessage", machine, "states:StartSyncExecution"))
}
