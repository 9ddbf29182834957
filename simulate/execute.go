package simulate

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/stepfunctions"
)

// execute starts the state machine of a stage. It gives the delivery to it, and
// one for every request that it sends.
func (r *run) execute(d Delivery, stage *pipeStage, input []byte) []Delivery {
	w, m := r.World, stage.machine
	d.StateMachine, d.machine = w.Hide(m.name), m
	switch {
	case m.refused != "":
		d.Error, d.DeadLetterQueue = &Failure{Message: "the state machine cannot run: " + m.refused}, ""
		return []Delivery{d}
	case m.unplayed != "":
		d.Unknown = "what the state machine does is not played here: " + m.unplayed
		return []Delivery{d}
	}
	d.input, d.stage = input, stage
	began, done := r.Received.turn(r.World, d, r.Now)
	x := newExecution(r, d, stepfunctions.NewVirtualClock(began))
	var e *Execution
	defer func() { done(x.clock.Now(), e) }()
	out, _ := x.run(context.Background()) // which does not end
	if e = out[0].Execution; e != nil {
		e.QueuedSeconds = began.Sub(r.Now).Seconds()
	}
	return out
}

// run gives the delivery to the state machine, and those of its requests. Its
// error says that it was broken off.
func (x *execution) run(ctx context.Context) ([]Delivery, error) {
	x.began = x.clock.Now()
	result, err := x.machine.definition.Run(ctx, x.settings(x.cause.input))
	if errors.Is(err, stepfunctions.ErrInputTooLarge) {
		d := x.cause
		d.Error = &Failure{Message: fmt.Sprintf("this has %d bytes, and Step Functions takes %d", len(d.input), stepfunctions.MaxPayload)}
		return []Delivery{d}, nil
	} else if errors.Is(err, context.Canceled) || ctx.Err() != nil {
		if x.decided() == "" {
			return nil, context.Canceled
		}
		x.unknown = "broken off when only waits were left"
	}
	d := x.cause
	if d.Execution = x.conclude(result, err); d.Execution.Outcome == contract.DeadLettered {
		d.ErrorCode = x.letterCode()
	}
	out := []Delivery{d}
	for i, sent := range x.requests {
		if sent.Outcome = x.outcomeOf(i); sent.Outcome == contract.DeadLettered {
			sent.ErrorCode = x.letterCode()
		}
		if sent.Contract != nil {
			sent.Contract.Note = x.note(sent)
			sent.Contract.Outcome = sent.Outcome
		}
		out = append(out, sent)
	}
	return out, nil
}

// execution is a state machine at work, and the services that it calls.
type execution struct {
	Player
	machine    *machine
	cause      Delivery
	clock      stepfunctions.Clock
	began      time.Time
	network    Network                // nil where replies are foretold
	connection eventbridge.Connection // of the task at work
	// secretLogin tells that its user and password are not to be shown.
	secretLogin bool
	signer      signer
	signatures  []string // that the signer made of secrets that are not to be shown
	signed      bool     // the signer has answered
	done        Execution
	requests    []Delivery
	// unknown is why there is no telling what comes next.
	unknown string
}

func newExecution(r *run, cause Delivery, clock stepfunctions.Clock) *execution {
	x := &execution{Player: r.Player, machine: cause.machine, cause: cause, clock: clock}
	x.done = Execution{StateMachine: cause.StateMachine, Destination: cause.machine.destination}
	x.signer = newSigner(x)
	return x
}

// hide masks the secrets in a text, and what signatures were made of them.
func (x *execution) hide(text string) string {
	for _, s := range x.signatures {
		for _, spelled := range []string{s, url.QueryEscape(s), strings.ReplaceAll(s, "=", `\u003d`), strings.ReplaceAll(s, "=", `\u003D`)} {
			text = strings.ReplaceAll(text, spelled, cloudformation.Mask)
		}
	}
	if x.network != nil { // replies may repeat what was sent
		return x.World.Conceal(text)
	}
	return x.World.Hide(text)
}

// settings are what the execution runs with. What AWS makes up is made of the
// input, so that it is always the same.
func (x *execution) settings(input []byte) stepfunctions.Execution {
	sum := sha256.Sum256([]byte(x.cause.Key() + "\n" + string(input)))
	id := hex.EncodeToString(sum[:])
	name := id[:8] + "-" + id[8:12] + "-4" + id[13:16] + "-8" + id[17:20] + "-" + id[20:32]
	m := x.machine
	return stepfunctions.Execution{
		Name: name, Input: input, Clock: x.clock, Random: rand.NewChaCha8(sum), Region: region(place(m.arn)),
		Services:    stepfunctions.Services{HTTP: x, Connections: x, Lambda: x, Queues: x, Metrics: x, Parameters: x},
		MachineName: m.name, MachineARN: m.arn, RoleARN: m.role,
		ExecutionARN: strings.Replace(m.arn, ":stateMachine:", ":express:", 1) + ":" + name + ":" + name,
	}
}

// conclude sums an execution up.
func (x *execution) conclude(result *stepfunctions.Result, err error) *Execution {
	e := &x.done
	e.sends = len(x.requests) > 0
	e.Seconds = x.clock.Now().Sub(x.began).Seconds()
	if err != nil {
		e.Status, e.Outcome, e.Steps, e.Path = StatusUnknown, cmp.Or(x.decided(), OutcomeUnknown), json.RawMessage("[]"), []string{}
		if x.unknown == "" {
			x.unknown = x.World.Conceal(err.Error())
		}
		e.Notes = append(e.Notes, x.unknown)
		return e
	}
	e.Status, e.Error, e.Cause = result.Status, x.hide(result.Error), x.hide(result.Cause)
	e.Steps = json.RawMessage(x.hide(string(stepsJSON(result.Steps))))
	e.Outcome = x.outcome()
	e.Path = []string{}
	replies := x.replies()
	for _, s := range result.Steps {
		if s.Type == "Wait" {
			e.WaitSeconds += s.Left.Sub(s.Entered).Seconds()
		}
		if words := stepWords(s, &replies); words != "" {
			e.Path = append(e.Path, x.hide(words))
		}
	}
	return e
}

// decided is what has become of the message of an execution over a network that
// has not ended, "" where that is still open.
func (x *execution) decided() string {
	if x.network == nil {
		return ""
	}
	if len(x.done.DeadLetters) > 0 {
		return contract.DeadLettered
	}
	if n := len(x.requests); n > 0 {
		if last := x.requests[n-1]; last.sent != nil && last.sent.Reply.Status != 0 && last.Contract != nil && last.Contract.Outcome == contract.Delivered {
			return contract.Delivered
		}
	}
	return ""
}

// outcome is what becomes of the message.
func (x *execution) outcome() string {
	var last *contract.Prediction
	if n := len(x.requests); n > 0 {
		last = x.requests[n-1].Contract
	}
	switch {
	case x.done.Status != stepfunctions.Succeeded && x.cause.stage.forgets: // the pipe has deleted it
		return contract.Lost
	case x.done.Status != stepfunctions.Succeeded:
		return contract.Retried
	case len(x.done.DeadLetters) > 0:
		return contract.DeadLettered
	case last.Refused(), len(x.requests) == 0 && x.machine.destination != "":
		return contract.Lost
	}
	return contract.Delivered
}

// outcomeOf is what becomes of the message with one of the requests: the last
// one of a state decides.
func (x *execution) outcomeOf(i int) string {
	for _, later := range x.requests[i+1:] {
		if later.Task == x.requests[i].Task {
			return contract.Retried
		}
	}
	if sent := x.requests[i]; i < len(x.requests)-1 && !sent.Contract.Refused() {
		return contract.Delivered
	}
	return x.done.Outcome
}
