package simulate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/schema"
)

// pipe is a pipe whose source is a queue. The other sources of pipes are fed by
// no rule, Kinesis streams excepted, which are not followed.
type pipe struct {
	name, arn  string        // name: the template's, or the logical ID
	physical   string        // name
	source     string        // ARN
	hides      time.Duration // how long a receive hides a message of the source
	keeps      time.Duration // how long the source keeps one
	batch      int           // how many messages it hands over at once, at most
	stopped    bool
	filters    []*eventbridge.Pattern // ORed; none lets everything pass
	enrichment *pipeStage             // nil where there is none
	target     *pipeStage
	refused    string // why CreatePipe would refuse it
	resource   *cloudformation.Resource
}

// pipeStage is an enrichment or a target, with what it receives.
type pipeStage struct {
	*Target
	input         *eventbridge.PipeInput
	bus           busParameters
	group         string // MessageGroupId, a text or a path
	deduplication string // MessageDeduplicationId, likewise
	machine       *machine
	forgets       bool // starts the machine without waiting for its end
}

// busParameters say what event a pipe puts on a bus. Each is a text or a path,
// "" what the pipe chooses
// (https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetEventBridgeEventBusParameters.html).
type busParameters struct {
	source, detailType, time string
	resources                []string
}

// fireAndForget is the InvocationType that does not wait for the end. The other one,
// REQUEST_RESPONSE, is for Express state machines only
// (https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetStateMachineParameters.html).
const fireAndForget = "FIRE_AND_FORGET"

// The ids of a pipe's stages among its deliveries.
const (
	stageEnrichment = "enrichment"
	stageTarget     = "target"
)

// readPipes reads the pipes that a rule's event can get to: what is wrong with
// the others is no concern of any event.
func (w *World) readPipes() {
	var waiting []*pipe
	w.each("AWS::Pipes::Pipe", func(r *cloudformation.Resource) {
		arn, _ := r.Attribute("Arn")
		p := &pipe{name: r.ID, physical: r.Name(), arn: arn, source: r.Text("Source"), resource: r}
		if r.Named() {
			p.name = w.Hide(r.Name())
		}
		waiting = append(waiting, p)
	})
	queues := map[string]bool{}
	for _, rule := range w.Rules {
		for _, t := range rule.Targets {
			queues[t.ARN] = t.Kind == KindQueue
		}
	}
	for read := true; read; {
		read = false
		waiting = slices.DeleteFunc(waiting, func(p *pipe) bool {
			if !queues[p.source] {
				return false
			}
			w.readPipe(p)
			w.pipes[p.source] = append(w.pipes[p.source], p)
			if p.target.Kind == KindQueue {
				queues[p.target.ARN] = true
			}
			read = true
			return true
		})
	}
}

func (w *World) readPipe(p *pipe) {
	r := p.resource
	p.stopped = r.Text("DesiredState") == "STOPPED"
	if r.PropertyPos("RoleArn") == r.Pos {
		w.refusePipe(p, r.Pos, "a pipe needs a RoleArn")
	}
	p.hides, p.keeps = w.hiddenFor(p.source)
	source := r.Property("SourceParameters")
	w.readFilters(p, source.Get("FilterCriteria").Get("Filters"))
	batch := source.Get("SqsQueueParameters").Get("BatchSize")
	p.batch = w.number(batch, standardBatch)
	if arn := r.Text("Enrichment"); arn != "" {
		p.enrichment = w.readStage(p, stageEnrichment, arn, r.Property("EnrichmentParameters"))
		w.checkEnrichment(p, batch)
	}
	p.target = w.readStage(p, stageTarget, r.Text("Target"), r.Property("TargetParameters"))
	w.checkPipeTarget(p, batch)
}

// refusePipe reports that CreatePipe would fail.
func (w *World) refusePipe(p *pipe, pos diag.Pos, reason string) {
	p.refused = w.Hide(reason)
	w.ds.Report(pos, diag.RefusedTarget, "EventBridge refuses the pipe %s: %s", schema.Quote(p.name), strings.TrimSuffix(p.refused, ".")).
		WithHint("https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_CreatePipe.html")
}

func (w *World) readFilters(p *pipe, filters *schema.Node) {
	if filters == nil {
		return
	}
	if len(filters.Items) > eventbridge.MaxPipeFilters {
		w.refusePipe(p, filters.Pos, fmt.Sprintf("a pipe has at most %d filters", eventbridge.MaxPipeFilters))
	}
	for _, f := range filters.Items {
		n := f.Get("Pattern")
		text := word(n)
		if n == nil || utf8.RuneCountInString(text) > eventbridge.MaxPipeFilterPattern {
			w.refusePipe(p, f.Pos, fmt.Sprintf("a filter needs a Pattern of at most %d characters", eventbridge.MaxPipeFilterPattern))
			continue
		}
		pattern, err := eventbridge.ParsePattern([]byte(w.set.Secrets.Reveal(text)))
		if err != nil {
			reason := err.Error()
			if refused := (*eventbridge.PatternError)(nil); errors.As(err, &refused) {
				reason = refused.Reason
			}
			w.refusePipe(p, n.Pos, "Invalid Event Pattern. Reason: "+w.Conceal(reason))
			continue
		}
		p.filters = append(p.filters, pattern)
	}
}

func (w *World) readStage(p *pipe, id, arn string, n *schema.Node) *pipeStage {
	pos := p.resource.Pos
	stage := &pipeStage{Target: &Target{ID: id, ARN: arn, Kind: kindOf(arn), Pos: pos, http: httpParameters(n.Get("HttpParameters"))}}
	stage.Retry, stage.DeadLetterQueue = w.redrive(p.source)
	queue := n.Get("SqsQueueParameters")
	stage.group, stage.deduplication = word(queue.Get("MessageGroupId")), word(queue.Get("MessageDeduplicationId"))
	stage.forgets = word(n.Get("StepFunctionStateMachineParameters").Get("InvocationType")) == fireAndForget
	if id == stageTarget && stage.Kind == KindStepFunctions {
		stage.machine = w.machineOf(arn)
	}
	bus := n.Get("EventBridgeEventBusParameters")
	stage.bus = busParameters{source: word(bus.Get("Source")), detailType: word(bus.Get("DetailType")), time: word(bus.Get("Time"))}
	if resources := bus.Get("Resources"); resources != nil {
		for _, item := range resources.Items {
			stage.bus.resources = append(stage.bus.resources, word(item))
		}
	}
	template := n.Get("InputTemplate")
	if template != nil {
		pos = template.Pos
	}
	var err error
	if stage.input, err = eventbridge.NewPipeInput(word(template)); err != nil {
		w.refusePipe(p, pos, err.Error())
	}
	if where := place(arn); where != "" && place(p.arn) != "" && !strings.HasPrefix(where, ":") && region(where) != region(place(p.arn)) {
		w.refusePipe(p, pos, "Creating cross-region pipe is not permitted.")
	}
	return stage
}

// region and account are the parts of a place.
func region(place string) string {
	name, _, _ := strings.Cut(place, ":")
	return name
}

func account(place string) string {
	_, id, _ := strings.Cut(place, ":")
	return id
}

// enrichers are what can enrich, with the largest batch that is known to be
// accepted; 0 stands for more than anything here
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html,
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html).
var enrichers = map[string]int{KindLambda: 0, KindStepFunctions: 0, KindAPIGateway: 1, KindAPIDestination: 1}

// batches are the largest batches that targets take.
var batches = map[string]int{KindAPIGateway: 1, KindAPIDestination: 1, KindQueue: 10, "sns": 10, KindEventBus: 10}

func (w *World) checkEnrichment(p *pipe, batch *schema.Node) {
	pos := p.resource.PropertyPos("Enrichment")
	if _, ok := enrichers[p.enrichment.Kind]; !ok && !unknownARN(p.enrichment.ARN) {
		w.refusePipe(p, pos, "Invalid pipe enrichment.")
		return
	}
	w.checkBatch(p, batch, enrichers[p.enrichment.Kind], stageEnrichment+" "+p.enrichment.Kind)
}

func (w *World) checkPipeTarget(p *pipe, batch *schema.Node) {
	pos := p.resource.PropertyPos("Target")
	t := p.target
	switch {
	case t.ARN == "":
		w.refusePipe(p, pos, "a pipe needs a Target")
	case t.machine != nil && t.machine.standard && !t.forgets:
		w.refusePipe(p, pos, "a Standard state machine cannot be started with the InvocationType REQUEST_RESPONSE, which is the default.")
	case t.Kind == "sns" && strings.HasSuffix(t.ARN, ".fifo"):
		w.refusePipe(p, pos, "SNS FIFO topics are not supported as a pipe target.")
	}
	w.checkBatch(p, batch, batches[t.Kind], stageTarget+" "+t.Kind)
}

// standardBatch is how many messages a pipe from a queue hands over at once where
// nothing is said
// (https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeSourceSqsQueueParameters.html,
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html).
const standardBatch = 10

// checkBatch reports batches that are larger than a stage takes. Where no size
// is given, the pipe chooses one that fits.
func (w *World) checkBatch(p *pipe, batch *schema.Node, most int, stage string) {
	if size := w.number(batch, 1); most > 0 && size > most {
		w.refusePipe(p, batch.Pos, fmt.Sprintf("The configured batch size %d is greater than the max supported batch size %d for %s.", size, most, stage))
	}
}

// unknownARN tells whether an ARN could not be resolved, which is reported.
func unknownARN(arn string) bool { return strings.Contains(arn, "${") }

// Of a queue that does not say
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html).
const (
	standardRetention  = 345_600 // seconds
	standardVisibility = 30
)

// redrive is what a pipe has instead of a retry policy and a dead-letter queue:
// a message that fails becomes visible in its queue again, until it is old or
// has been received too often
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html).
func (w *World) redrive(queue string) (eventbridge.RetryPolicy, string) {
	visible, age := w.hiddenFor(queue)
	seconds := int(age.Seconds())
	if r := w.queues[queue]; r != nil {
		policy := r.Property("RedrivePolicy")
		if receives := w.number(policy.Get("maxReceiveCount"), 0); receives > 0 {
			letters := word(policy.Get("deadLetterTargetArn"))
			w.deadLetters[letters] = true
			return eventbridge.RetryPolicy{MaximumRetryAttempts: receives - 1, MaximumEventAgeInSeconds: seconds}, w.Hide(letters)
		}
	}
	return eventbridge.RetryPolicy{MaximumRetryAttempts: int(age / visible), MaximumEventAgeInSeconds: seconds}, ""
}

// hiddenFor tells how long a receive hides a message of a queue, a second at least,
// and how long the queue keeps it.
func (w *World) hiddenFor(queue string) (visible, age time.Duration) {
	visible, age = standardVisibility*time.Second, standardRetention*time.Second
	if r := w.queues[queue]; r != nil {
		visible = time.Duration(max(1, w.number(r.Property("VisibilityTimeout"), standardVisibility))) * time.Second
		age = time.Duration(w.number(r.Property("MessageRetentionPeriod"), standardRetention)) * time.Second
	}
	return visible, age
}
