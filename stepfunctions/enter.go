package stepfunctions

import (
	"context"
	"time"
)

// enter runs a state and tells what follows, "" for the end. A [TaskError] ends
// the execution.
func (r *run) enter(ctx context.Context, s *state, input any, step *Step) (next string, output any, err error) {
	if s.kind == typeTask {
		return r.task(ctx, s, input, step)
	}
	scope, states := r.scope(ctx, s, step, input, 0)
	scope = scope.with(states)
	switch s.kind {
	case typeChoice:
		return r.choose(scope, s, input, step)
	case typeFail:
		return "", nil, failState(scope, s)
	case typeWait:
		seconds, err := scope.seconds(s.seconds, 0)
		if err != nil {
			return "", nil, err
		}
		if err := r.wait(ctx, seconds); err != nil {
			return "", nil, err
		}
	}
	// Pass and Succeed do nothing but this.
	output, err = r.leave(step, scope, s.output, s.assign, input)
	return s.next, output, err
}

func (r *run) choose(scope scope, s *state, input any, step *Step) (string, any, error) {
	held := func(rule int) { step.Rule = &rule }
	for i, rule := range s.choices {
		v, err := scope.typed(rule.condition, "boolean")
		if err != nil {
			return "", nil, err
		}
		if v == true {
			held(i)
			output, err := r.leave(step, scope, rule.output, rule.assign, input)
			return rule.next, output, err
		}
	}
	if s.next == "" {
		return "", nil, taskError(NoChoiceMatched, "No rule of the state %s holds, and it has no Default.", quote(s.name))
	}
	// The fields of the state itself are for its Default.
	held(-1)
	output, err := r.leave(step, scope, s.output, s.assign, input)
	return s.next, output, err
}

// failState gives the error of a Fail state.
func failState(scope scope, s *state) error {
	failure := &TaskError{}
	for _, f := range []struct {
		from *template
		to   *string
	}{{s.failName, &failure.Name}, {s.failCause, &failure.Cause}} {
		if f.from == nil {
			continue
		}
		v, err := scope.typed(f.from, "string")
		if err != nil {
			return err
		}
		*f.to = v.(string)
	}
	return failure
}

// seconds evaluates a number of seconds, which must be whole.
func (s scope) seconds(t *template, least int64) (time.Duration, error) {
	v, err := s.typed(t, "number")
	if err != nil {
		return 0, err
	}
	n, ok := whole(v)
	if !ok || n < least || n > maxSeconds {
		return 0, taskError(QueryEvaluationError, "The JSONata expression '%s' specified for the field '%s' must give a whole number from %d to %d.", t.source, t.field, least, maxSeconds)
	}
	return time.Duration(n) * time.Second, nil
}
