package simulate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/notifygen/notifygen/contract"
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
	x := newExecution(r, d, stage)
	result, err := m.definition.Run(context.Background(), x.settings(input))
	if errors.Is(err, stepfunctions.ErrInputTooLarge) {
		d.Error = &Failure{Message: fmt.Sprintf("this has %d bytes, and Step Functions takes %d", len(input), stepfunctions.MaxPayload)}
		return []Delivery{d}
	}
	d.Execution = x.conclude(result, err)
	out := []Delivery{d}
	for i, sent := range x.requests {
		sent.Outcome = x.outcomeOf(i)
		if sent.Contract != nil {
			sent.Contract.Note = x.note(sent)
			sent.Contract.Outcome = sent.Outcome
		}
		out = append(out, sent)
	}
	return out
}

// execution is a state machine at work, and the services that it calls.
type execution struct {
	*run
	machine  *machine
	stage    *pipeStage
	cause    Delivery
	clock    *stepfunctions.VirtualClock
	signer   signer
	signed   bool // the signer has answered
	done     Execution
	requests []Delivery
	// unknown is why there is no telling what comes next.
	unknown string
}

func newExecution(r *run, cause Delivery, stage *pipeStage) *execution {
	x := &execution{run: r, machine: stage.machine, stage: stage, cause: cause, clock: stepfunctions.NewVirtualClock(r.Now)}
	x.done = Execution{StateMachine: cause.StateMachine, Destination: stage.machine.destination}
	x.signer = newSigner(x)
	return x
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
	e, w := &x.done, x.World
	e.sends = len(x.requests) > 0
	e.Seconds = x.clock.Now().Sub(x.Now).Seconds()
	if err != nil {
		e.Status, e.Outcome, e.Steps, e.Path = StatusUnknown, OutcomeUnknown, json.RawMessage("[]"), []string{}
		if x.unknown == "" {
			x.unknown = w.Conceal(err.Error())
		}
		e.Notes = append(e.Notes, x.unknown)
		return e
	}
	e.Status, e.Error, e.Cause = result.Status, w.Hide(result.Error), w.Hide(result.Cause)
	e.Steps = json.RawMessage(w.Hide(string(stepsJSON(result.Steps))))
	e.Path = []string{}
	replies := x.replies()
	for _, s := range result.Steps {
		if s.Type == "Wait" {
			e.WaitSeconds += s.Left.Sub(s.Entered).Seconds()
		}
		if words := stepWords(s, &replies); words != "" {
			e.Path = append(e.Path, w.Hide(words))
		}
	}
	e.Outcome = x.outcome()
	return e
}

// outcome is what becomes of the message.
func (x *execution) outcome() string {
	var last *contract.Prediction
	if n := len(x.requests); n > 0 {
		last = x.requests[n-1].Contract
	}
	switch {
	case x.done.Status != stepfunctions.Succeeded && x.stage.forgets: // the pipe has deleted it
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
