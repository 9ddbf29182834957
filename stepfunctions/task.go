package stepfunctions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// task calls a service until it replies, no retrier wants it again, or the time
// of the execution is up.
func (r *run) task(ctx context.Context, s *state, input any, step *Step) (next string, output any, err error) {
	retries := make([]int, len(s.retry))
	for attempt := 1; ; attempt++ {
		output, err = r.attempt(ctx, s, input, step, attempt)
		var failure *TaskError
		if !errors.As(err, &failure) {
			return s.next, output, err
		}
		last := step.Attempts[len(step.Attempts)-1]
		last.Error, last.Cause = failure.Name, failure.Cause
		i := slices.IndexFunc(s.retry, func(r retrier) bool { return covers(r.errors, failure.Name) })
		if i < 0 || retries[i] >= s.retry[i].attempts {
			return r.caught(ctx, s, input, step, attempt, failure)
		}
		last.RetryIn = s.retry[i].delay(retries[i])
		if s.retry[i].jitter {
			last.RetryIn = jitter(r.Random, last.RetryIn)
		}
		retries[i]++
		if len(r.result.Steps)+attempt >= MaxSteps {
			return "", nil, errTimedOut
		}
		if err := r.wait(ctx, last.RetryIn); err != nil {
			return "", nil, err
		}
	}
}

// attempt calls the service once, and computes what the state passes on.
func (r *run) attempt(ctx context.Context, s *state, input any, step *Step, attempt int) (any, error) {
	record := &Attempt{Service: s.service.name, Started: r.Clock.Now()}
	step.Attempts = append(step.Attempts, record)
	defer func() { record.Stopped = r.Clock.Now() }()
	scope, states := r.scope(ctx, s, step, input, attempt-1)
	before := scope.with(states)
	arguments, err := before.value(s.arguments)
	if err != nil {
		return nil, err
	}
	if record.Arguments, err = encode(arguments); err != nil {
		return nil, err
	}
	if len(record.Arguments) > MaxPayload {
		return nil, taskError(DataLimitExceeded, "The size of the arguments exceeds %d bytes.", MaxPayload)
	}
	if err := s.service.arguments.checkValue(s.name, arguments); err != nil {
		return nil, err
	}
	limit := time.Duration(0)
	if s.timeout != nil {
		if limit, err = before.seconds(s.timeout, 1); err != nil {
			return nil, err
		}
	}
	c := &Call{State: s.name, Attempt: attempt, attempt: record}
	result, err := r.call(ctx, s.service, c, limit, arguments.(object))
	if err != nil {
		return nil, err
	}
	if record.Result, err = encode(result); err != nil {
		return nil, err
	}
	if len(record.Result) > MaxPayload {
		return nil, taskError(DataLimitExceeded, "The size of the result exceeds %d bytes.", MaxPayload)
	}
	states.Set("result", result)
	return r.leave(step, scope.with(states), s.output, s.assign, result)
}

// call lets a service work for as long as the task, the service and the
// execution allow.
func (r *run) call(ctx context.Context, s *service, c *Call, limit time.Duration, arguments object) (any, error) {
	started := r.Clock.Now()
	c.Timeout = r.deadline.Sub(started)
	late := errTimedOut
	if limit > 0 && limit < c.Timeout {
		c.Timeout, late = limit, taskError(Timeout, "The task did not end within %d seconds.", int(limit.Seconds()))
	}
	if s.limit > 0 && s.limit < c.Timeout {
		c.Timeout, late = s.limit, taskError(s.limitError, "There was no reply within %d seconds.", int(s.limit.Seconds()))
	}
	result, err := s.call(ctx, &r.Execution, c, arguments)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	passed := r.Clock.Now().Sub(started)
	took := passed + c.spent
	if errors.Is(err, context.DeadlineExceeded) {
		took = max(took, c.Timeout)
	}
	if took >= c.Timeout {
		took, err = c.Timeout, late
	}
	if took > passed {
		if err := r.Clock.Sleep(ctx, took-passed); err != nil {
			return nil, err
		}
	}
	return result, err
}

// caught lets the first catcher that is meant for an error take it.
func (r *run) caught(ctx context.Context, s *state, input any, step *Step, attempt int, failure *TaskError) (string, any, error) {
	for i, c := range s.catch {
		if !covers(c.errors, failure.Name) {
			continue
		}
		step.Error, step.Cause, step.Caught = failure.Name, failure.Cause, &i
		told := objectOf("Error", failure.Name, "Cause", failure.Cause)
		scope, states := r.scope(ctx, s, step, input, attempt-1)
		states.Set("errorOutput", told)
		output, err := r.leave(step, scope.with(states), c.output, c.assign, told)
		return c.next, output, err
	}
	if failure.Name == "" {
		return "", nil, fmt.Errorf("an error without a name: %s", failure.Cause)
	}
	return "", nil, failure
}
