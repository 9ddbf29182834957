package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/lambda/enricher/awsapi"
	"github.com/notifygen/notifygen/schema"
)

// enricher is a function of the templates that is the enricher which notifygen
// brings.
type enricher struct {
	name, region string
	variables    map[string]string // of its environment
	broken       string            // why it does not start
}

// readEnrichers finds the functions that are enrichers, and whether they would
// start. One whose environment is not known is none that could be run.
func (w *World) readEnrichers() {
	w.each("AWS::Lambda::Function", func(r *cloudformation.Resource) {
		arn, ok := r.Attribute("Arn")
		if !ok || r.Metadata("Function") != "enricher" {
			return
		}
		e := &enricher{name: r.Name(), region: region(place(arn)), variables: map[string]string{}}
		variables := r.Property("Environment").Get("Variables")
		if variables != nil {
			for _, f := range variables.Fields {
				e.variables[f.Key] = w.set.Secrets.Reveal(word(f.Value))
				if strings.Contains(e.variables[f.Key], "${") { // which is reported
					return
				}
			}
		}
		if _, err := e.start(time.Now, nil); err != nil {
			e.broken = w.Conceal(err.Error())
			pos := r.Pos
			if variables != nil {
				pos = variables.Pos
			}
			w.ds.Report(pos, diag.RefusedTarget, "the function %s does not start: %s", schema.Quote(w.Hide(e.name)), e.broken).
				WithHint("correct its environment variables")
		}
		w.enrichers[arn] = e
	})
}

// start makes the enricher of its environment, as the function does itself. A nil
// recording is for one that is only looked at.
func (e *enricher) start(now func() time.Time, r *recording) (invoke func(context.Context, []byte) ([]byte, error), err error) {
	own := map[string]string{"AWS_REGION": e.region, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", "AWS_SESSION_TOKEN": "example"}
	f, err := awsapi.NewEnricher(awsapi.Environment{
		Getenv: func(name string) string {
			if value, set := own[name]; set {
				return value
			}
			return e.variables[name]
		},
		LookupCNAME: func(context.Context, string) (string, error) { return "health.us-east-1.amazonaws.com", nil },
		Now:         now, Log: slog.New(slog.DiscardHandler), Transport: r,
	})
	return f.Invoke, err
}

// Enrichment is what the enricher made of a message. No field holds a secret.
type Enrichment struct {
	Function string `json:"function"` // name
	// Outcome is what becomes of the message: delivered, with facts or with the
	// reason why there are none; dead-lettered where it was received too often, and
	// lost where it got too old before; dropped where the reply is empty.
	Outcome  string          `json:"outcome"`
	Receives []Receive       `json:"receives"`
	Reply    json.RawMessage `json:"reply,omitempty"`
	// Missing is the code of enriched.error, which tells why facts are missing.
	Missing string `json:"missing,omitempty"`
	// Seconds is the time from the first receive to the last.
	Seconds float64 `json:"seconds"`
}

// OutcomeDropped is that of a message whose enrichment is empty.
const OutcomeDropped = "dropped"

// Receive is one invocation of the enricher.
type Receive struct {
	Time  time.Time `json:"time"`
	Calls []APICall `json:"calls"`
	// Error is the name of the fault that the function ends with, Cause its text;
	// the message is out of sight for HiddenSeconds then.
	Error         string  `json:"error,omitempty"`
	Cause         string  `json:"cause,omitempty"`
	HiddenSeconds float64 `json:"hiddenSeconds,omitempty"`
}

// enrich has the enricher work on a message, as often as the queue shows it, and
// hands what it answers to the target. A failed message is seen again when the
// visibility timeout of the queue is over: AWS does not document whether pipes show
// it earlier.
func (r *run) enrich(d, enriching Delivery, p *pipe, f *enricher, m message) {
	w := r.World
	done := &Enrichment{Function: w.Hide(f.name), Receives: []Receive{}}
	fail := func(outcome, format string, args ...any) {
		done.Outcome, enriching.Enrichment = outcome, done
		enriching.Error = &Failure{Message: w.Hide(fmt.Sprintf(format, args...))}
		if outcome != contract.DeadLettered {
			enriching.DeadLetterQueue = ""
		}
		r.out = append(r.out, enriching)
	}
	for n := 1; ; n++ {
		later := *r
		later.out, later.Now = nil, r.Now.Add(time.Duration(n-1)*p.hides)
		original, err := eventbridge.ParsePipeEvent(later.record(p.source, m, n, r.Now), "body")
		if err != nil { // the first one could be parsed, and the others differ in numbers only
			panic(err)
		}
		payload, ok := later.render(&enriching, p.enrichment, original)
		if !ok || f.broken != "" {
			if ok {
				enriching.Error, enriching.DeadLetterQueue = &Failure{Message: "the function does not start: " + f.broken}, ""
			}
			r.out = append(r.out, enriching)
			return
		}
		input := slices.Concat([]byte{'['}, payload.JSON(), []byte{']'})
		if n == 1 {
			shown := w.Hide(string(input))
			enriching.Message = &shown
		}
		reply, received, lacks := later.invoke(f, input)
		if lacks != "" {
			r.out = append(r.out, enriching)
			d.Unknown, d.MissingAnswer = unknownReply, lacks
			r.out = append(r.out, d)
			return
		}
		done.Seconds = later.Now.Sub(r.Now).Seconds()
		done.Receives = append(done.Receives, received)
		last := &done.Receives[n-1]
		switch {
		case last.Error == "":
			done.Reply = json.RawMessage(w.Hide(string(reply)))
			enriching.Enrichment = done
			later.enriched(d, enriching, p, original, reply)
			r.out = append(r.out, later.out...)
			return
		case n > p.enrichment.Retry.MaximumRetryAttempts && p.enrichment.DeadLetterQueue != "":
			fail(contract.DeadLettered, "the enricher failed on all of %d receives: %s", n, last.Cause)
			return
		case time.Duration(n)*p.hides >= p.keeps: // it is too old when it would be seen
			fail(contract.Lost, "the enricher failed on all of %d receives, and the queue keeps no message for longer than %g s: %s", n, p.keeps.Seconds(), last.Cause)
			return
		}
		last.HiddenSeconds = p.hides.Seconds()
	}
}

// invoke runs the enricher once. It tells which operation lacks an answer.
func (r *run) invoke(f *enricher, input []byte) (reply []byte, received Receive, lacks string) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	apis := &recording{fakes: r.Fakes, stop: cancel, calls: []APICall{}}
	invoke, err := f.start(func() time.Time { return r.Now }, apis)
	if err == nil {
		reply, err = invoke(ctx, input)
	}
	received = Receive{Time: r.Now.UTC(), Calls: apis.calls}
	if err != nil { // Lambda tells the name of its type
		received.Error, received.Cause = reflect.Indirect(reflect.ValueOf(err)).Type().Name(), r.World.Hide(err.Error())
	}
	return reply, received, apis.lacks
}

// enriched hands what an enrichment answered to the target: each element of a list
// by itself, and nothing where it is empty
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html#pipes-enrichment-filtering).
func (r *run) enriched(d, enriching Delivery, p *pipe, original *eventbridge.PipeEvent, reply []byte) {
	elements := repliedEvents(reply)
	done := enriching.Enrichment
	done.Outcome = contract.Delivered
	if len(elements) == 0 {
		done.Outcome = OutcomeDropped
	}
	for _, element := range elements {
		if code := missingFacts(element); code != "" {
			done.Missing = code
		}
	}
	r.out = append(r.out, enriching)
	d.via, d.Note, d.enriched = enriching.Key(), done.note(), true
	for _, element := range elements {
		e, err := eventbridge.ParseEvent(element)
		if err != nil {
			failed := d
			failed.Error, failed.DeadLetterQueue = &Failure{Message: "the reply of the enrichment is no event: " + r.World.Hide(err.Error())}, ""
			r.out = append(r.out, failed)
			continue
		}
		r.stage(d, p.target, eventbridge.NewPipeEvent(e), original)
	}
}

// repliedEvents are the events of a reply.
func repliedEvents(reply []byte) []json.RawMessage {
	reply = bytes.TrimSpace(reply)
	var list []json.RawMessage
	if json.Unmarshal(reply, &list) == nil {
		return list
	}
	if text := string(reply); text == "" || text == `""` || text == "{}" {
		return nil
	}
	return []json.RawMessage{reply}
}

// missingFacts is the code of enriched.error in what the enricher answers.
func missingFacts(event json.RawMessage) string {
	var answer struct {
		Enriched struct{ Error struct{ Code string } }
	}
	_ = json.Unmarshal(event, &answer) // what is not there is missing
	return answer.Enriched.Error.Code
}

// hops tells whether a delivery is one on the way through the enricher, from the
// pipe to the bus where rules find the event.
func (d Delivery) hops() bool {
	return d.Error == nil && (d.Enrichment != nil || d.enriched && d.Kind == KindEventBus)
}
