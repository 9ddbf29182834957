package stepfunctions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// An Execution is what a machine is run with.
type Execution struct {
	Name     string          // of the execution
	Input    json.RawMessage // at most [MaxPayload] bytes
	Services Services
	Clock    Clock
	// Random feeds $random, $uuid and the jitter of retries.
	Random rand.Source
	Region string
	// MachineName, MachineARN, ExecutionARN and RoleARN are told by $states.context
	// (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html).
	MachineName, MachineARN, ExecutionARN, RoleARN string
}

// ErrInputTooLarge says that an execution cannot even start: its input has more
// than [MaxPayload] bytes.
var ErrInputTooLarge = fmt.Errorf("the input of an execution has at most %d bytes", MaxPayload)

// errTimedOut ends an execution whose time is up.
var errTimedOut = errors.New("the execution timed out")

// A run is an execution under way.
type run struct {
	Execution
	machine   *Machine
	evaluate  evaluator
	started   time.Time
	deadline  time.Time
	input     any
	variables map[string]any
	sizes     map[string]int // of the variables, in bytes
	result    *Result
}

// Run executes the machine once. What goes wrong in the state machine, time-outs
// included, is told by the result; an error says that there is no telling: the
// input is no JSON or too large, the context ended, a service failed that is
// played here, or the machine asked for what is not supported
// ([UnsupportedError]).
func (m *Machine) Run(ctx context.Context, x Execution) (*Result, error) {
	if x.Clock == nil || x.Random == nil {
		return nil, errors.New("an execution needs a clock and a source of random numbers")
	}
	for _, name := range m.order {
		if s := m.states[name].service; s != nil && !s.ready(x.Services) {
			return nil, &UnsupportedError{name, "nothing plays the service " + s.name}
		}
	}
	if len(x.Input) > MaxPayload {
		return nil, ErrInputTooLarge
	}
	input, err := decode(x.Input)
	if err != nil {
		return nil, fmt.Errorf("the input of the execution: %w", err)
	}
	limit := MaxExecution
	if m.timeout > 0 {
		limit = min(limit, m.timeout)
	}
	r := &run{
		Execution: x, machine: m, started: x.Clock.Now(), input: input, variables: map[string]any{}, sizes: map[string]int{},
	}
	r.deadline = r.started.Add(limit)
	r.evaluate = newEvaluator(x.Clock.Now, x.Random)
	r.result = &Result{Name: x.Name, Started: r.started, Input: x.Input, Steps: []*Step{}}
	if err := r.loop(ctx); err != nil {
		return nil, err
	}
	r.result.Stopped = x.Clock.Now()
	return r.result, nil
}

// loop goes from state to state. Its error is one of the run.
func (r *run) loop(ctx context.Context) error {
	name, input := r.machine.start, r.input
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(r.result.Steps) == MaxSteps {
			r.timeOut(fmt.Sprintf("The execution entered %d states and came to no end.", MaxSteps))
			return nil
		}
		s := r.machine.states[name]
		text, err := encode(input)
		if err != nil {
			return err
		}
		step := &Step{State: s.name, Type: s.kind, Entered: r.Clock.Now(), Input: text}
		r.result.Steps = append(r.result.Steps, step)
		next, output, err := r.enter(ctx, s, input, step)
		step.Left = r.Clock.Now()
		var failure *TaskError
		switch {
		case errors.Is(err, errTimedOut):
			r.timeOut(fmt.Sprintf("The execution lasted longer than %d seconds.", int(r.deadline.Sub(r.started).Seconds())))
			return nil
		case errors.As(err, &failure):
			step.Error, step.Cause = failure.Name, failure.Cause
			r.result.Status, r.result.Error, r.result.Cause = Failed, failure.Name, failure.Cause
			return nil
		case err != nil:
			return stateError(s, err)
		}
		if step.Output, err = encode(output); err != nil {
			return stateError(s, err)
		}
		step.Next = next
		if next == "" {
			r.result.Status, r.result.Output = Succeeded, step.Output
			return nil
		}
		name, input = next, output
	}
}

// stateError says in which state a run ended.
func stateError(s *state, err error) error {
	var unsupported *UnsupportedError
	if errors.As(err, &unsupported) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("state %q: %w", s.name, err)
}

func (r *run) timeOut(cause string) {
	r.result.Status, r.result.Error, r.result.Cause = TimedOut, Timeout, cause
}

// wait lets time pass, up to the end of the execution.
func (r *run) wait(ctx context.Context, d time.Duration) error {
	left := r.deadline.Sub(r.Clock.Now())
	if d < left {
		return r.Clock.Sleep(ctx, d)
	}
	if err := r.Clock.Sleep(ctx, left); err != nil {
		return err
	}
	return errTimedOut
}

// scope is what the expressions of a state see.
func (r *run) scope(ctx context.Context, s *state, step *Step, input any, retries int) (scope, object) {
	about := objectOf(
		"Execution", objectOf("Id", r.ExecutionARN, "Input", r.input, "Name", r.Name, "RoleArn", r.RoleARN, "StartTime", timestamp(r.started)),
		"StateMachine", objectOf("Id", r.MachineARN, "Name", r.MachineName),
		"State", objectOf("EnteredTime", timestamp(step.Entered), "Name", s.name, "RetryCount", float64(retries)),
	)
	return scope{ctx, r.evaluate, r.variables}, objectOf("input", input, "context", about)
}

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// leave computes what a state passes on and the variables that it assigns, both
// from what was before
// (https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html).
// Without an output, otherwise is passed on.
func (r *run) leave(step *Step, s scope, output, assign *template, otherwise any) (any, error) {
	passed := otherwise
	var err error
	if output != nil {
		if passed, err = s.value(output); err != nil {
			return nil, err
		}
	}
	if err := within("the output of the state", passed); err != nil {
		return nil, err
	}
	if assign == nil {
		return passed, nil
	}
	assigned, err := s.value(assign)
	if err != nil {
		return nil, err
	}
	if err := within("what the state assigns", assigned); err != nil {
		return nil, err
	}
	if err := r.assign(assigned.(object)); err != nil {
		return nil, err
	}
	step.Assigned, err = encode(assigned)
	return passed, err
}

func (r *run) assign(assigned object) error {
	// The map before stays as it is: what was evaluated with it is done.
	variables := make(map[string]any, len(r.variables))
	for name, v := range r.variables {
		variables[name] = v
	}
	for _, name := range assigned.Keys() {
		v := member(assigned, name)
		text, err := encode(v)
		if err != nil {
			return err
		}
		variables[name], r.sizes[name] = v, len(text)
	}
	total := 0
	for _, n := range r.sizes {
		total += n
	}
	if total > MaxVariables {
		return taskError(DataLimitExceeded, "The variables of the execution have more than %d bytes.", MaxVariables)
	}
	r.variables = variables
	return nil
}

// within checks the size of what a state takes in or gives.
func within(what string, v any) error {
	text, err := encode(v)
	if err != nil {
		return err
	}
	if len(text) > MaxPayload {
		return taskError(DataLimitExceeded, "The size of %s exceeds %d bytes.", what, MaxPayload)
	}
	return nil
}
