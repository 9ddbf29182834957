// Package enrich is the enricher: it adds to an event what the event lacks. It
// runs as the enrichment of a pipe from SQS
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html),
// with a batch size of 1.
//
// Input: an array of SQS records. The body of a record is an EventBridge event,
// as JSON text or already decoded:
//
//	[{"messageId": "…", "body": "{\"source\":\"aws.support\",…}", "attributes": {"ApproximateReceiveCount": "1"}}]
//
// Answer: an array with one object for each record, which the pipe makes the
// detail of an event on a bus. event is the original, byte for byte:
//
//	[{"event": {"source": "aws.support", …}, "enriched": {"subject": "…", …}}]
//
// enriched holds the fields of [SupportFacts] for an event of the source
// aws.support or the detail-type "Support Case Update", those of [HealthFacts]
// for the source aws.health or the detail-types "AWS Health Event" and "AWS Health
// Abuse Event". What is not known is left out. What went wrong for good stands
// in enriched.error, and the event is delivered all the same:
//
//	[{"event": {…}, "enriched": {"error": {"code": "SubscriptionRequiredException", "message": "…"}}}]
//
// Codes are the API's own, or NotEnrichable (no API knows more of such an event),
// NotFound (the API knows nothing of it), TooLarge (no room beside the event).
// A part of the facts may stand beside an error: the details of a Health event
// whose entities were refused.
//
// A fault that passes fails the invocation (fault.Throttled, fault.Unavailable),
// so that the record returns to the queue. On its MaxReceives-th receive it is
// delivered with the fault as enriched.error instead. The queue's maxReceiveCount
// must therefore be higher than MaxReceives.
//
// A body that is no event (not JSON, no source or detail-type) could never
// succeed, and an empty answer would make the pipe drop it in silence. It is
// delivered whole, as
//
//	[{"event": null, "enriched": {"error": {"code": "NotAnEvent", "message": "…"}}, "record": {"messageId": "…", "body": …}}]
//
// for a rule with {"detail":{"enriched":{"error":{"code":["NotAnEvent"]}}}} to
// put on a dead-letter queue, and logged as an error. Input that is no array does
// not come from a pipe and fails with InvalidInput.
package enrich

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"log/slog"

	"github.com/notifygen/notifygen/lambda/fault"
)

// Codes of enriched.error that no API gave.
const (
	NotEnrichable = "NotEnrichable"
	NotFound      = "NotFound"
	NotAnEvent    = "NotAnEvent"
	TooLarge      = "TooLarge"
)

// InvalidInput says that the input is not an array of records.
type InvalidInput struct{}

func (InvalidInput) Error() string { return "the input is not an array of SQS records" }

// Refusal is why there are no facts, and none will come by trying again.
type Refusal struct {
	Code    string `json:"code"`
	Message string `json:"message"` // a sentence for the readers of the notification
}

func (r Refusal) Error() string { return r.Code + ": " + r.Message }

// Enricher answers the invocations of a pipe. All fields are required. It is safe
// for concurrent use if its APIs are.
type Enricher struct {
	Support     Support
	Health      Health
	MaxReceives int    // the receive on which an event is delivered even without facts
	MaxText     int    // bytes of a text
	MaxEntities int    // affected entities of a Health event
	Region      string // of the function; its partition gives the console's address
	Log         *slog.Logger
}

// Invoke is the Lambda function: records in JSON, enriched events in JSON.
func (e *Enricher) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var records []json.RawMessage
	if json.Unmarshal(payload, &records) != nil || records == nil {
		return nil, InvalidInput{}
	}
	out := bytes.NewBufferString("[")
	for i, raw := range records {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := e.record(ctx, raw, out); err != nil {
			return nil, err
		}
	}
	out.WriteByte(']')
	return out.Bytes(), nil
}

// record writes the answer to one record.
func (e *Enricher) record(ctx context.Context, raw json.RawMessage, out *bytes.Buffer) error {
	r := readRecord(raw)
	event, err := r.event()
	if err != nil {
		e.Log.ErrorContext(ctx, "no event", "messageId", r.id(), "reason", err.Error())
		write(out, nil, encode(facts{Error: &Refusal{NotAnEvent, err.Error()}}), r.remains())
		return nil
	}
	enriched, err := e.enrich(ctx, event, r.receives() >= e.MaxReceives)
	log := e.Log.With("messageId", r.id(), "eventId", event.id(), "receives", r.receives())
	if err != nil {
		log.WarnContext(ctx, "to be tried again", "code", fault.Code(err))
		return err
	}
	if refusal := enriched.refusal(); refusal != nil {
		log.WarnContext(ctx, "delivered without all facts", "code", refusal.Code)
	} else {
		log.InfoContext(ctx, "enriched")
	}
	write(out, event.raw, e.fit(enriched, len(event.raw)), nil)
	return nil
}

// enrich finds the facts of an event. Its error is a fault that passes, and the
// last attempt has none.
func (e *Enricher) enrich(ctx context.Context, event event, last bool) (enriched, error) {
	switch {
	case event.Source == "aws.support" || event.DetailType == "Support Case Update":
		return e.support(ctx, event, last)
	case event.Source == "aws.health" || event.DetailType == "AWS Health Event" || event.DetailType == "AWS Health Abuse Event":
		return e.health(ctx, event, last)
	}
	return facts{Error: &Refusal{NotEnrichable, "no API knows more of such an event"}}, nil
}

// settle makes of an API's error the reason to deliver, or the fault that fails
// the invocation.
func settle(err error, last bool) (*Refusal, error) {
	if err == nil {
		return nil, nil
	}
	if refusal, ok := err.(Refusal); ok {
		return &refusal, nil
	}
	if !last {
		return nil, err
	}
	return &Refusal{cmp.Or(fault.Code(err), "Unavailable"), "AWS did not answer in time; the last attempt was made"}, nil
}

func write(out *bytes.Buffer, event, enriched, record []byte) {
	if event == nil {
		event = []byte("null")
	}
	out.WriteString(`{"event":`)
	out.Write(event)
	out.WriteString(`,"enriched":`)
	out.Write(enriched)
	if record != nil {
		out.WriteString(`,"record":`)
		out.Write(record)
	}
	out.WriteByte('}')
}
