package simulate

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/eventbridge"
)

// Delivery is what one target receives for an event, or why it receives
// nothing. No field holds a secret.
type Delivery struct {
	Rule            string                  `json:"rule"`
	Pipe            string                  `json:"pipe,omitempty"` // that delivers, behind the queue of the rule
	Target          string                  `json:"target"`
	Kind            string                  `json:"kind"`
	Request         *Request                `json:"request"` // of an API destination
	Message         *string                 `json:"message"` // to any other target
	Error           *Failure                `json:"error"`
	Unknown         string                  `json:"unknown,omitempty"` // why neither request nor message is known
	Event           string                  `json:"event"`             // id
	Stack           string                  `json:"stack"`
	Bus             string                  `json:"bus"`
	TargetARN       string                  `json:"targetArn"`
	RetryPolicy     eventbridge.RetryPolicy `json:"retryPolicy"`
	DeadLetterQueue string                  `json:"deadLetterQueue,omitempty"`
	// Contract is what would become of the request, nil where the service is not
	// known.
	Contract *contract.Prediction `json:"contract,omitempty"`
	// Deduplicated tells that a FIFO queue had the message already.
	Deduplicated bool `json:"deduplicated,omitempty"`
	// Execution is that of the state machine that the pipe starts.
	Execution *Execution `json:"execution,omitempty"`
	// StateMachine sent the request with its state Task, as the attempt of
	// that number. Outcome is what the state machine makes of the reply, and
	// ErrorCode that of the dead letter where it sets the message aside.
	StateMachine string `json:"stateMachine,omitempty"`
	Task         string `json:"task,omitempty"`
	Attempt      int    `json:"attempt,omitempty"`
	Outcome      string `json:"outcome,omitempty"`
	ErrorCode    string `json:"errorCode,omitempty"`
	// Enrichment is what the enricher made of the message of a pipe. Note tells of
	// the target behind it how the event came to be, where it lacks facts or took
	// more than one receive; and of any delivery why it goes no further, or how AWS
	// may hand it over.
	Enrichment *Enrichment `json:"enrichment,omitempty"`
	Note       string      `json:"note,omitempty"`
	// MissingAnswer is the operation, such as support:DescribeCases, whose recorded
	// answer would tell what is Unknown.
	MissingAnswer string `json:"missingAnswer,omitempty"`

	rule    *Rule
	target  *Target
	spec    *eventbridge.RequestSpec // of the request; secrets are marks
	took    time.Duration
	body    []byte // of a message, that which a pipe received; secrets are marks
	pipe    *pipe
	group   string // of the message that the pipe received
	via     string // key of the delivery that this one follows
	machine *machine
	last    bool // of the requests of one state
	stage   *pipeStage
	input   []byte // of the state machine; secrets are marks
	sent    *Exchange
	url     string // of the request of a state machine; secrets are marks
	// enriched tells that the event of a pipe's target comes from the enricher.
	enriched bool
	// leads tells that other deliveries tell what comes of this one, stopped that
	// nothing does, and letter that it is a message in a dead-letter queue; the note
	// tells why.
	leads, stopped, letter bool
}

// Request is an HTTP request; the body is what goes over the wire.
type Request struct {
	Method string `json:"method"`
	URL    string `json:"url"`
	Header Header `json:"headers"`
	Body   string `json:"body"`
}

// Header is in the order of the request. As JSON it is an object.
type Header []eventbridge.HeaderField

// Get is the value of a header, "" where there is none.
func (h Header) Get(name string) string {
	r := eventbridge.Request{Header: h}
	return r.Get(name)
}

// MarshalJSON writes the object in order.
func (h Header) MarshalJSON() ([]byte, error) {
	o := cloudformation.NewObject()
	for _, f := range h {
		o.Set(f.Name, f.Value)
	}
	return cloudformation.Compact(o), nil
}

// Failure is why a target receives nothing. Code is the ERROR_CODE of the
// dead-letter queue, "" where EventBridge has none.
type Failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Player plays events at one point in time.
type Player struct {
	World *World
	Now   time.Time // aws.events.event.ingestion-time
	// Services are those whose contracts are known.
	Services []*contract.Service
	// Parameters are those of Systems Manager that state machines may read.
	Parameters map[string]string
	// Fakes answer for the APIs that the enricher asks; nil for none.
	Fakes *Fakes
	// Received remembers what the FIFO queues received; nil forgets it.
	Received *Received
	// Again tells that the events were played before, in a process that has ended:
	// FIFO queues do not take their messages for copies.
	Again bool
	// Failures are what somebody wants the services to answer; nil for nothing.
	Failures *contract.Failures
}

// Play delivers an event where it goes: to the bus an entry names, else to the
// given one, else, for an entry, to the default one, for an event anywhere.
func (p Player) Play(in Incoming, bus string) []Delivery {
	switch {
	case in.Bus != "":
		return p.Deliver(in.Event, in.Bus)
	case bus != "" || in.Entry:
		return p.Deliver(in.Event, bus)
	}
	return p.DeliverAnywhere(in.Event)
}

// Deliver puts an event on a bus, by name or ARN, and gives what its rules'
// targets receive, those of buses it is forwarded to included. A bus sees an
// event once, however often it is forwarded to it.
func (p Player) Deliver(e *eventbridge.Event, bus string) []Delivery {
	run := run{Player: p, event: e, visited: map[string]bool{}, behind: &passages{}}
	for _, arn := range p.World.busARNs(bus) {
		run.bus(arn, false)
	}
	return run.out
}

// DeliverAnywhere puts an event on the bus that it must come from (events of
// AWS services, other than those of partners, arrive on the default bus only) or
// else on every bus with rules.
func (p Player) DeliverAnywhere(e *eventbridge.Event) []Delivery {
	if source := e.Field("source"); strings.HasPrefix(source, "aws.") && !strings.HasPrefix(source, "aws.partner/") {
		return p.Deliver(e, "default")
	}
	run := run{Player: p, event: e, visited: map[string]bool{}, behind: &passages{}}
	for _, arn := range p.World.busARNs("default") {
		run.bus(arn, false)
	}
	for _, r := range p.World.Rules {
		run.bus(r.busARN, false)
	}
	return run.out
}

// busARNs gives the ARNs a name stands for: one for each place a stack is in.
func (w *World) busARNs(bus string) []string {
	var arns []string
	seen := map[string]bool{}
	for _, s := range w.set.Stacks {
		if arn := busARN(s, bus); !seen[arn] {
			seen[arn] = true
			arns = append(arns, arn)
		}
	}
	return arns
}

type run struct {
	Player
	event   *eventbridge.Event
	visited map[string]bool
	out     []Delivery
	passed  []string // ARNs of the pipes that led here
	behind  *passages
}

// bus plays the rules of a bus. An event that came from another account or
// Region is not forwarded again
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html).
func (r *run) bus(arn string, far bool) {
	if r.visited[arn] {
		return
	}
	r.visited[arn] = true
	rules := r.World.byBus[arn]
	if rules == nil {
		return
	}
	for _, id := range rules.matcher.Match(r.event) {
		rule := rules.byID[id]
		for _, t := range rule.Targets {
			began := time.Now()
			d := r.deliver(rule, t)
			d.rule, d.target, d.took = rule, t, time.Since(began)
			if t.Kind == KindEventBus && far {
				d.Message, d.Error = nil, &Failure{Message: "an event from another account or Region is forwarded only once"}
			}
			at := len(r.out)
			r.out = append(r.out, d)
			if t.Kind == KindEventBus && d.Error == nil {
				before := r.visited[t.ARN]
				r.bus(t.ARN, far || place(t.ARN) != place(arn))
				r.arrived(at, t.ARN, before)
			}
			if t.Kind == KindQueue && d.Error == nil {
				r.queued(t, d.body)
			}
		}
	}
}

// place is the Region and account of an ARN.
func place(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	return parts[3] + ":" + parts[4]
}

func (r *run) deliver(rule *Rule, t *Target) Delivery {
	w := r.World
	d := Delivery{
		Rule: rule.Name, Target: t.ID, Kind: t.Kind, Event: r.event.Field("id"), Stack: rule.Stack, Bus: rule.Bus,
		TargetARN: w.Hide(t.ARN), RetryPolicy: t.Retry, DeadLetterQueue: t.DeadLetterQueue,
	}
	if t.refused != "" {
		d.Error = &Failure{Message: t.refused}
		return d
	}
	context := eventbridge.Context{RuleARN: rule.arn, RuleName: rule.physical, IngestionTime: r.Now}
	body, err := t.input.Render(r.event, context)
	var undeliverable *eventbridge.UndeliverableError
	switch {
	case errors.As(err, &undeliverable):
		d.Error = &Failure{undeliverable.Code, undeliverable.Message}
		text := w.Hide(string(undeliverable.Body))
		d.Message = &text // what the dead-letter queue gets
	case t.Kind == KindAPIDestination:
		r.request(&d, t, body)
	case t.Kind == KindQueue:
		text := w.Hide(string(body))
		d.Message, d.body, d.Error = &text, body, w.refusal(t.ARN, message{body: body, group: t.group})
	case t.Kind == KindLogs && !t.plain:
		d.Error = checkLogEntry(t, body)
		fallthrough
	default:
		text := w.Hide(string(body))
		d.Message, d.body = &text, body
	}
	return d
}

// checkLogEntry tells what CloudWatch Logs does not take: it wants an input
// transformer that makes {"timestamp": …, "message": "…"}, and everything else
// is lost without a trace
// (https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-events-targets/lib/log-group.ts).
func checkLogEntry(t *Target, body []byte) *Failure {
	var entry map[string]any
	if t.transformed && json.Unmarshal(body, &entry) == nil && len(entry) == 2 && entry["timestamp"] != nil {
		if _, ok := entry["message"].(string); ok {
			return nil
		}
	}
	return &Failure{Message: `CloudWatch Logs takes the event, or {"timestamp":…,"message":"…"} from an input transformer; EventBridge drops this without a trace`}
}
