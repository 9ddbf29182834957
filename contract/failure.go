package contract

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Every stands for every service, and for hosts that are unknown.
const Every = "*"

// A Failure is what somebody wants to happen to a request.
type Failure struct {
	// Text is the failure as it was asked for: "429:30".
	Text string
	// Code is the service's own error code, Status an HTTP status with RetryAfter
	// as its header; at most one of them is there.
	Code       string
	Status     int
	RetryAfter string
	// Slow is how much later than usual the answer comes.
	Slow time.Duration
	// Reset closes the connection without an answer.
	Reset bool
}

// UsageError is an instruction that cannot be followed.
type UsageError struct{ Message, Hint string }

func (e *UsageError) Error() string { return e.Message }

func usage(hint, format string, args ...any) error {
	return &UsageError{fmt.Sprintf(format, args...), hint}
}

// defaultSlow is more than the 5 seconds that EventBridge waits
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html).
const defaultSlow = 7 * time.Second

const maxSlow = time.Hour

var statusExp = regexp.MustCompile(`^([2-5][0-9]{2})(?::(-?[0-9]{1,9}))?$`)

// parseFailure reads a failure of a service, nil for every one: see [Failures.Fail].
// An error is a [*UsageError].
func parseFailure(s *Service, text string) (Failure, error) {
	f := Failure{Text: text}
	if s != nil {
		if _, ok := s.Error(text); ok {
			f.Code = text
			return f, nil
		}
	}
	if m := statusExp.FindStringSubmatch(text); m != nil {
		f.Status, _ = strconv.Atoi(m[1])
		f.RetryAfter = m[2]
		return f, nil
	}
	if text == "reset" {
		f.Reset = true
		return f, nil
	}
	if kind, after, ok := strings.Cut(text, ":"); kind == "slow" {
		f.Slow = defaultSlow
		if ok {
			d, err := time.ParseDuration(after)
			if err != nil || d <= 0 || d > maxSlow {
				return f, usage("write slow:7s, at most slow:1h", "%q is no time to wait", after)
			}
			f.Slow = d
		}
		return f, nil
	}
	hint := "a status such as 500 or 429:30 (Retry-After), slow, slow:7s, reset"
	if s == nil {
		return f, usage(hint, "%q is no failure of every service", text)
	}
	var codes []string
	for _, e := range s.Errors {
		codes = append(codes, e.Code)
	}
	if len(codes) > 0 {
		hint += "; or one of " + strings.Join(codes, ", ")
	}
	if len(text) > longestTypo && slices.ContainsFunc(s.Settings, func(x Setting) bool { return x.Secret }) { // it may be one, without ":secret" before it
		text = Masked
	}
	return f, usage(hint, "%q is no failure of %s", text, s.Name)
}

// longestTypo is how long a text is that surely is no secret.
const longestTypo = 12

// Reply is what the service answers. Only a failure with a code or a status has
// one of its own.
func (f Failure) Reply(s *Service) Reply {
	if f.Code != "" {
		e, _ := s.Error(f.Code)
		return s.Refuse(Problem{Code: e.Code, Message: e.Meaning})
	}
	reply := Reply{Status: f.Status}
	if f.Status != http.StatusNoContent && f.Status != http.StatusNotModified {
		reply.Body = strconv.Itoa(f.Status) + " " + http.StatusText(f.Status)
	}
	if f.RetryAfter != "" {
		reply.Header = map[string]string{"Retry-After": f.RetryAfter}
	}
	return reply
}

// Unknown stands for services that nothing is known of.
var Unknown = &Service{
	Title:  "the service",
	Check:  func(Request) []Problem { return nil },
	Accept: func(Request) Reply { return Reply{Status: http.StatusOK, Body: "{}"} },
}

// Fail tells what would become of a request that fails like this, where the caller
// waits for no longer than the limit and would otherwise get the usual answer. The
// status of the reply is 0 where there is none in time.
func (s *Service) Fail(f Failure, usual Prediction, limit time.Duration) Prediction {
	none := func(format string, args ...any) Prediction {
		p := s.Judge(Reply{}, usual.Problems)
		p.Outcome, p.Note = Retried, s.Title+" "+fmt.Sprintf(format, args...)+"; EventBridge tries again"
		return p
	}
	switch {
	case f.Reset:
		return none("would close the connection without an answer")
	case f.Slow > 0 && f.Slow >= limit:
		return none("would answer after %s, which is too late", f.Slow)
	case f.Slow > 0:
		return usual
	}
	return s.judge(f.Reply(s), usual.Problems, f.Code)
}
