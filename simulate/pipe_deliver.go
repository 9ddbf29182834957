package simulate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/notifygen/notifygen/eventbridge"
)

// Bounds of what one event causes behind pipes, which can feed each other in more
// ways than there is room for: passages, and bytes of the records that pass.
const (
	maxPassages    = 1000
	maxPassedBytes = 8 << 20
)

// passages are those of all runs for an event.
type passages struct{ count, bytes int }

// maxMessageBytes is the size of a message of SQS, and about that of an event
// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html,
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size).
const maxMessageBytes = 1 << 20

const tooLarge = "this is larger than 1 MiB"

// queue passes a message that is in a queue on to the pipes that read it.
func (r *run) queue(cause *Delivery, arn string, m message) {
	if r.Received.repeated(r.World.fifos[arn], arn, m, r.Now, r.Again) {
		cause.Deduplicated = true
		return
	}
	if pipes := r.World.pipes[arn]; len(pipes) > 0 {
		m.key = cause.Key()
		record := r.record(arn, m, 1, r.Now)
		var why []string
		for _, p := range pipes {
			switch {
			case p.stopped:
				why = append(why, "the pipe "+p.name+" is stopped: the message stays in the queue")
			case r.pipe(*cause, p, m, record):
				cause.leads = true
			default:
				why = append(why, "no filter of the pipe "+p.name+" lets the message pass: the pipe deletes it")
			}
		}
		if !cause.leads {
			cause.stop(strings.Join(why, "; "))
		}
		return
	}
	if r.World.deadLetters[arn] {
		cause.letter = true
		cause.remark("the event ends in a dead-letter queue, " + r.World.Hide(arn[strings.LastIndexByte(arn, ':')+1:]))
	}
}

// pipe passes a record through a pipe, unless no filter lets it pass.
func (r *run) pipe(cause Delivery, p *pipe, m message, record []byte) (passed bool) {
	d := Delivery{
		Rule: cause.Rule, Pipe: p.name, Target: stageTarget, Kind: p.target.Kind, TargetARN: r.World.Hide(p.target.ARN),
		Event: cause.Event, Stack: cause.Stack, Bus: cause.Bus, RetryPolicy: p.target.Retry, DeadLetterQueue: p.target.DeadLetterQueue,
		rule: cause.rule, target: p.target.Target, pipe: p, group: m.group, body: m.body, via: cause.Key(),
	}
	fail := func(format string, args ...any) {
		d.Error, d.DeadLetterQueue = &Failure{Message: fmt.Sprintf(format, args...)}, ""
		r.out = append(r.out, d)
	}
	e, err := eventbridge.ParsePipeEvent(record, "body")
	switch {
	case p.refused != "":
		fail("%s", p.refused)
		return true
	case err != nil: // no message holds what is no text
		fail("the message cannot be read: %v", err)
		return true
	case len(p.filters) > 0 && !slices.ContainsFunc(p.filters, func(f *eventbridge.Pattern) bool { return f.Match(e.Event()) }):
		return false
	case slices.Contains(r.passed, p.arn):
		fail("the event has passed this pipe before: AWS would go on like this without end")
		return true
	}
	if r.behind.count > maxPassages || r.behind.bytes > maxPassedBytes {
		return true
	}
	r.behind.count++
	r.behind.bytes += len(record)
	if r.behind.count > maxPassages || r.behind.bytes > maxPassedBytes {
		fail("the event passes more pipes than can be shown")
		return true
	}
	if p.enrichment == nil {
		r.stage(d, p.target, e, e)
		return true
	}
	enriching := d
	enriching.Target, enriching.Kind, enriching.TargetARN, enriching.target = stageEnrichment, p.enrichment.Kind, r.World.Hide(p.enrichment.ARN), p.enrichment.Target
	if f := r.World.enrichers[p.enrichment.ARN]; f != nil {
		enriching.batched()
		r.enrich(d, enriching, p, f, m)
		return true
	}
	enriching.leads = true
	r.stage(enriching, p.enrichment, e, e)
	d.Unknown = unknownReply
	r.out = append(r.out, d)
	return true
}

const unknownReply = "what the target receives depends on the reply of the enrichment, which is not known here"

// render is what a stage receives, and whether it can be made.
func (r *run) render(d *Delivery, stage *pipeStage, e *eventbridge.PipeEvent) (eventbridge.PipePayload, bool) {
	p := d.pipe
	context := eventbridge.PipeContext{
		PipeARN: p.arn, PipeName: p.physical, SourceARN: p.source, TargetARN: p.target.ARN, IngestionTime: r.Now,
	}
	if p.enrichment != nil {
		context.EnrichmentARN = p.enrichment.ARN
	}
	payload, err := stage.input.Render(e, context)
	var undeliverable *eventbridge.UndeliverableError
	if errors.As(err, &undeliverable) {
		shown := r.World.Hide(string(undeliverable.Body))
		d.Error, d.Message = &Failure{Message: undeliverable.Message}, &shown
		return payload, false
	}
	return payload, true
}

// stage gives a stage what it receives, and follows it onto a bus or into
// another queue. The parameters of a target read the original event, the record of
// the queue, and its template what the enrichment makes of it
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html#pipes-targets-specific-parms).
func (r *run) stage(d Delivery, stage *pipeStage, e, original *eventbridge.PipeEvent) {
	w, p := r.World, d.pipe
	payload, ok := r.render(&d, stage, e)
	if !ok {
		r.out = append(r.out, d)
		return
	}
	show := func(text []byte) {
		shown := w.Hide(string(text))
		d.Message = &shown
	}
	switch stage.Kind {
	case KindAPIDestination:
		of := run{Player: r.Player, event: original.Event()} // for the paths in HttpParameters
		of.request(&d, stage.Target, payload.JSON())
	case KindLambda, KindStepFunctions: // a list, even of a batch of one
		list := slices.Concat([]byte{'['}, payload.JSON(), []byte{']'})
		show(list)
		d.batched()
		if stage.machine != nil {
			r.out = append(r.out, r.execute(d, stage, list)...)
			return
		}
	case KindAPIGateway:
		show(payload.JSON())
	case KindEventBus:
		r.put(d, stage, original, payload)
		return
	default:
		show(payload.Text)
	}
	passed := message{body: payload.Text, group: original.Dynamic(stage.group), deduplication: original.Dynamic(stage.deduplication)}
	if stage.Kind == KindQueue {
		d.Error = w.refusal(stage.ARN, passed)
	}
	at := len(r.out)
	r.out = append(r.out, d)
	if stage.Kind == KindQueue && d.Error == nil {
		next := r.behindPipe(r.event, p)
		next.queue(&r.out[at], stage.ARN, passed)
		r.out = append(r.out, next.out...)
	}
}

// behindPipe is what goes on behind a pipe, with an event that is to be told
// from the one before.
func (r *run) behindPipe(e *eventbridge.Event, p *pipe) run {
	return run{Player: r.Player, event: e, visited: map[string]bool{}, passed: append(slices.Clone(r.passed), p.arn), behind: r.behind}
}

// put puts the event that a pipe makes on a bus. Who says neither source nor
// detail type gets those that were seen on AWS.
func (r *run) put(d Delivery, stage *pipeStage, e *eventbridge.PipeEvent, payload eventbridge.PipePayload) {
	p := d.pipe
	entry := Entry{
		Source: "Pipe " + p.physical, DetailType: "Event from aws:sqs", Detail: string(payload.Text), Time: r.Now,
		text: []byte(d.Key() + "\n" + string(payload.Text)), // makes the id
	}
	if stage.bus.source != "" {
		entry.Source = e.Dynamic(stage.bus.source)
	}
	if stage.bus.detailType != "" {
		entry.DetailType = e.Dynamic(stage.bus.detailType)
	}
	for _, resource := range stage.bus.resources {
		entry.Resources = append(entry.Resources, e.Dynamic(resource))
	}
	shown := r.World.Hide(entry.Detail)
	d.Message = &shown
	var timeErr error
	if stage.bus.time != "" {
		entry.Time, timeErr = time.Parse(time.RFC3339, e.Dynamic(stage.bus.time))
	}
	in, err := entry.Incoming(Origin{Now: r.Now, Account: account(place(p.arn)), Region: region(place(p.arn))})
	switch {
	case entry.Size() > maxMessageBytes:
		d.Error = &Failure{Message: tooLarge}
	case timeErr != nil:
		d.Error = &Failure{Message: "the Time of the event, " + r.World.Hide(stage.bus.time) + ", gives no time such as 2026-03-02T10:15:30Z"}
	case err != nil:
		d.Error = &Failure{Message: "the event cannot be read: " + r.World.Hide(err.Error())}
	case in.Error != nil:
		d.Error = in.Error
	default:
		shown = r.World.Hide(string(in.Event.Compact()))
	}
	r.out = append(r.out, d)
	at := len(r.out) - 1
	if d.Error == nil {
		next := r.behindPipe(in.Event, p)
		next.bus(stage.ARN, false)
		for i := range next.out {
			if d.enriched && next.out[i].via == "" {
				next.out[i].via = d.Key()
			}
		}
		r.out = append(r.out, next.out...)
		r.arrived(at, stage.ARN, false)
	}
}
