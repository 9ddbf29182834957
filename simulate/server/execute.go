package server

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/simulate/delivery"
	"github.com/notifygen/notifygen/stepfunctions"
)

// toExecute tells whether the state machine of a delivery is to be run rather than
// foretold: where a request that it would send may be sent, or where it would get
// to none. It gives the number of these, which come next, or -1.
func (s *Server) toExecute(d simulate.Delivery, next []simulate.Delivery) int {
	if s.engine == nil || !d.Sends() {
		return -1
	}
	n := slices.IndexFunc(next, func(other simulate.Delivery) bool { return other.Kind != simulate.KindHTTPTask || !other.FollowsOn(d) })
	if n < 0 {
		n = len(next)
	}
	covered := func(sent simulate.Delivery) bool { return s.Sending.Rewrite.Covers(sent.SentTo(s.World)) }
	if n > 0 && !slices.ContainsFunc(next[:n], covered) {
		return -1
	}
	return n
}

// execute has a message worked off by its state machine.
func (s *Server) execute(p *played, d simulate.Delivery, now time.Time) {
	queue, key := d.Queue(s.World), p.unique(d)
	d.Execution = nil
	last := d
	for i := len(p.record.Deliveries) - 1; i >= 0; i-- {
		if before := &p.record.Deliveries[i]; last.FollowsOn(before.Delivery) {
			before.State, last = Passed, before.Delivery
		}
	}
	p.index[key] = len(p.record.Deliveries)
	p.record.Deliveries = append(p.record.Deliveries, Delivered{
		Delivery: d, Status: delivery.Status{State: delivery.Waiting, Attempts: []delivery.Attempt{}},
	})
	id := delivery.ID{Event: p.record.Seq, Key: key}
	p.jobs = append(p.jobs, delivery.Job{
		ID: id, Destination: queue.ARN + "\n" + queue.Group, Retry: d.RetryPolicy, DeadLetterQueue: d.DeadLetterQueue,
		RuleARN: s.World.Hide(d.RuleARN()), TargetARN: d.TargetARN, Accepted: now, Body: queue.Body,
		Message: &delivery.Message{
			Queue: s.World.Hide(queue.ARN), Ordered: queue.Ordered, Visibility: queue.Visibility,
			Receive: func(ctx context.Context, r *delivery.Receive) delivery.Receipt { return s.receive(ctx, id, d, r) },
		},
	})
}

// maxSteps bounds the steps of an execution that are kept, in bytes.
const maxSteps = 64 << 10

// receive runs the state machine once.
func (s *Server) receive(ctx context.Context, id delivery.ID, d simulate.Delivery, r *delivery.Receive) delivery.Receipt {
	rows, err := s.player(r.Now()).Execute(ctx, d, network{r})
	if err != nil {
		return delivery.Receipt{State: delivery.Waiting, Attempt: delivery.Attempt{Error: err.Error()}}
	}
	var requests []Delivered
	for _, sent := range rows[1:] {
		requests = append(requests, s.sent(sent))
	}
	if e := rows[0].Execution; e != nil && len(e.Steps) > maxSteps {
		e.Steps = json.RawMessage("[]")
		e.Notes = append(e.Notes, "the steps are too large to be kept")
	}
	s.store.execute(id.Event, id.Key, rows[0], requests)
	return receipt(rows[0], requests, d.Queue(s.World).Body)
}

// states are what requests come to that a state machine sends.
var states = map[string]string{
	contract.Delivered: delivery.Delivered, contract.Lost: delivery.Delivered, contract.DeadLettered: delivery.DeadLettered,
	contract.Retried: Refused, simulate.OutcomeUnknown: Refused,
}

// sent is a request of a state machine. One that could not be sent is shown.
func (s *Server) sent(d simulate.Delivery) Delivered {
	out := Delivered{Delivery: d, Status: delivery.Status{State: Shown, Attempts: []delivery.Attempt{}}, Shown: s.shown(d)}
	x := d.Exchange()
	if x == nil {
		return out
	}
	out.State = states[d.Outcome]
	a := delivery.Attempt{At: x.At, Took: x.Took, Status: x.Reply.Status, Error: x.Error, Reply: cut(x.Reply.Body)}
	if d.Contract != nil {
		if service := contract.Named(s.Services, d.Contract.Service); service != nil {
			a.Meaning = service.Meaning(x.Reply)
		}
	}
	out.Attempts = append(out.Attempts, a)
	return out
}

// cut shortens a reply to what is kept of one: see package delivery.
func cut(reply string) string {
	const most = 4 << 10
	if len(reply) <= most {
		return reply
	}
	return strings.ToValidUTF8(reply[:most], "")
}

// receipt is what becomes of a message with a body.
func receipt(d simulate.Delivery, requests []Delivered, body string) delivery.Receipt {
	var out delivery.Receipt
	for _, sent := range requests { // the last one tells
		for _, a := range sent.Attempts {
			out.Attempt = a
		}
	}
	e := d.Execution
	switch {
	case e == nil: // too large for the state machine
		out.Attempt.Error = d.Error.Message
		out.State = delivery.Waiting
		return out
	case out.Attempt.Status == 0 && out.Attempt.Error == "":
		out.Attempt.Error = e.Line()
	}
	switch e.Outcome {
	case contract.Retried:
		out.State = delivery.Waiting
		if out.Attempt.Meaning == "" && eventbridge.Delivered(out.Attempt.Status) { // which tells nothing
			out.Attempt.Meaning = strings.TrimSuffix(e.Error+": "+e.Cause, ": ")
		}
	case contract.DeadLettered:
		letter := e.DeadLetters[0]
		out.State, out.DeadLetter = delivery.DeadLettered, &delivery.DeadLetter{Queue: letter.Queue, Attributes: letter.Attributes, Body: letter.Body}
	case contract.Delivered:
		out.State = delivery.Delivered
	default: // nobody on AWS learns of it
		out.State = delivery.Dropped
		out.DeadLetter = &delivery.DeadLetter{Attributes: map[string]string{"ERROR_CODE": e.Error, "ERROR_MESSAGE": e.Line()}, Body: body}
		if e.Status == stepfunctions.Succeeded && len(requests) > 0 { // as of a rule, where the meaning of the reply tells
			out.State, out.DeadLetter = delivery.Delivered, nil
		}
	}
	return out
}

// network sends what state machines send.
type network struct{ *delivery.Receive }

// maxReply is what an HTTP task reads of a reply: it asks for a range of that size
// (https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html).
const maxReply = 256<<10 + 1

// Send sends a request of an HTTP task.
func (n network) Send(ctx context.Context, r *eventbridge.Request, limit time.Duration) (*stepfunctions.HTTPResponse, error) {
	reply, err := n.Receive.Send(ctx, r, limit, maxReply)
	if err != nil {
		return nil, err
	}
	return &stepfunctions.HTTPResponse{Status: reply.Status, Text: reply.Text, Header: reply.Header, Body: reply.Body}, nil
}
