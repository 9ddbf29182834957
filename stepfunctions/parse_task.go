package stepfunctions

import (
	"fmt"
	"math"
	"time"
)

func messageIndex(i int) string { return fmt.Sprintf("[%d]", i) }

func (f fields) task(s *state) {
	if resource := f.required("Resource"); resource != "" {
		var reason string
		if s.service, reason = serviceOf(resource); s.service == nil {
			f.report(f.at.key("Resource"), CodeUnsupported, "%s", reason)
		}
	}
	s.arguments = f.template("Arguments", "Arguments", onlyInput)
	switch {
	case s.service == nil:
	case s.arguments == nil:
		f.report(f.at, CodeMissingField, "Arguments is missing")
	default:
		s.service.arguments.check(f.at.key("Arguments"), s.arguments, func(at path, code, message string) {
			f.report(at, code, "%s", message)
		})
	}
	s.timeout = f.seconds("TimeoutSeconds", 1)
	f.retriers(s)
	f.catchers(s)
}

// each visits the objects of a list.
func (f fields) each(name, what string, known []string, visit func(i int, last bool, r fields)) {
	v, ok := f.Get(name)
	if !ok {
		return
	}
	list, ok := v.([]any)
	if !ok {
		f.bad(name, "must be a list")
		return
	}
	for i, item := range list {
		if r, ok := f.fields(f.at.key(name).item(i), item, what, known...); ok {
			r.text("Comment")
			visit(i, i == len(list)-1, r)
		}
	}
}

// errorNames reads ErrorEquals. States.ALL stands alone, and at the end
// (https://states-language.net/spec.html#errors).
func (f fields) errorNames(last bool) []string {
	const name = "ErrorEquals"
	v, ok := f.Get(name)
	if !ok {
		f.report(f.at, CodeMissingField, "ErrorEquals is missing")
		return nil
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		f.bad(name, "must be a list with the name of an error at least")
		return nil
	}
	var names []string
	for i, item := range list {
		text, ok := item.(string)
		switch {
		case !ok || !validErrorName(text):
			f.report(f.at.key(name).item(i), CodeBadValue, "this is not the name of an error; those that begin with States. are Step Functions' own")
		case text == AllErrors && (len(list) > 1 || !last):
			f.report(f.at.key(name).item(i), CodeBadValue, "States.ALL must stand alone, and in the last entry")
		}
		names = append(names, text)
	}
	return names
}

// retriers reads Retry; the defaults and bounds are those of
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error.
func (f fields) retriers(s *state) {
	known := []string{"ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Comment"}
	f.each("Retry", "a retrier", known, func(_ int, last bool, r fields) {
		out := retrier{errors: r.errorNames(last), interval: time.Second, attempts: 3, backoff: 2}
		if n, ok := r.integer("IntervalSeconds", 1, maxSeconds); ok {
			out.interval = time.Duration(n) * time.Second
		}
		if n, ok := r.integer("MaxAttempts", 0, maxSeconds); ok {
			out.attempts = int(n)
		}
		const maxDelay = 31_622_400 // a leap year
		if n, ok := r.integer("MaxDelaySeconds", 1, maxDelay); ok {
			out.maxDelay = time.Duration(n) * time.Second
			if out.maxDelay <= out.interval {
				r.bad("MaxDelaySeconds", "must be more than IntervalSeconds")
			}
		}
		if v, ok := r.Get("BackoffRate"); ok {
			if rate, isNumber := number(v); !isNumber || rate < 1 {
				r.bad("BackoffRate", "must be a number from 1")
			} else {
				out.backoff = rate
			}
		}
		switch strategy := r.text("JitterStrategy"); strategy {
		case "FULL":
			out.jitter = true
		case "", "NONE":
		default:
			r.bad("JitterStrategy", "must be FULL or NONE")
		}
		s.retry = append(s.retry, out)
	})
}

func (f fields) catchers(s *state) {
	f.each("Catch", "a catcher", []string{"ErrorEquals", "Next", "Output", "Assign", "Comment"}, func(i int, last bool, r fields) {
		field := "Catch" + messageIndex(i)
		s.catch = append(s.catch, catcher{
			errors: r.errorNames(last),
			output: r.template("Output", field+"/Output", withError),
			assign: r.assign(field+"/Assign", withError),
			next:   r.required("Next"),
		})
	})
}

// delay is the wait before a further attempt, the first retry being number 0.
func (r retrier) delay(retry int) time.Duration {
	d := float64(r.interval) * math.Pow(r.backoff, float64(retry))
	if r.maxDelay > 0 {
		d = min(d, float64(r.maxDelay))
	}
	// Longer than any execution; more would not fit.
	return time.Duration(min(d, float64(maxSeconds*time.Second)))
}
