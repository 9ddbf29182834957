package catcher

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/notifygen/notifygen/contract"
)

// every stands for every service, and for hosts that are unknown.
const every = "*"

// failure is what happens to the next requests of a service.
type failure struct {
	text       string
	code       string // the service's own
	status     int
	retryAfter string
	slow       time.Duration
	reset      bool
	left       int // requests it still happens to
}

// defaultSlow is more than the 5 seconds that EventBridge waits
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html).
const defaultSlow = 7 * time.Second

const maxSlow = time.Hour

// Fail lets the next requests of a service fail; "*" is every service. A failure
// is one of
//
//	ratelimited       the service's own error code, answered as it does
//	500, 404, …       a status
//	429:30            a status with Retry-After: 30
//	slow, slow:7s     an answer that comes later than EventBridge waits, or then
//	reset             the connection is closed without an answer
//
// Failures of a service happen in the order in which they are given, before
// those of "*". An error is a [*UsageError].
func (c *Catcher) Fail(service, failure string, times int) error {
	s, err := c.service(service)
	if err != nil {
		return err
	}
	if times < 1 {
		return usage("write how often, such as x3", "a failure happens at least once")
	}
	f, err := parseFailure(s, failure)
	if err != nil {
		return err
	}
	f.left = times
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures[service] = append(c.failures[service], f)
	return nil
}

// service gives a service by its name, nil for every one.
func (c *Catcher) service(name string) (*contract.Service, error) {
	if name == every {
		return nil, nil
	}
	if s := contract.Named(c.options.Services, name); s != nil {
		return s, nil
	}
	var names []string
	for _, s := range c.options.Services {
		names = append(names, s.Name)
	}
	return nil, usage("one of "+strings.Join(names, ", ")+", or * for all", "there is no service %q", name)
}

// take gives the failure of the next request.
func (c *Catcher) take(service string) *failure {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range []string{service, every} {
		list := c.failures[key]
		if len(list) == 0 {
			continue
		}
		f := list[0]
		if f.left--; f.left == 0 {
			c.failures[key] = list[1:]
		}
		return f
	}
	return nil
}

func (f *failure) reply(s *contract.Service) contract.Reply {
	if f.code != "" {
		e, _ := s.Error(f.code)
		return s.Refuse(contract.Problem{Code: e.Code, Message: e.Meaning})
	}
	reply := contract.Reply{Status: f.status}
	if f.status != http.StatusNoContent && f.status != http.StatusNotModified {
		reply.Body = strconv.Itoa(f.status) + " " + http.StatusText(f.status)
	}
	if f.retryAfter != "" {
		reply.Header = map[string]string{"Retry-After": f.retryAfter}
	}
	return reply
}

var statusExp = regexp.MustCompile(`^([2-5][0-9]{2})(?::(-?[0-9]{1,9}))?$`)

func parseFailure(s *contract.Service, text string) (*failure, error) {
	f := &failure{text: text}
	if s != nil {
		if _, ok := s.Error(text); ok {
			f.code = text
			return f, nil
		}
	}
	if m := statusExp.FindStringSubmatch(text); m != nil {
		f.status, _ = strconv.Atoi(m[1])
		f.retryAfter = m[2]
		return f, nil
	}
	if text == "reset" {
		f.reset = true
		return f, nil
	}
	if kind, after, ok := strings.Cut(text, ":"); kind == "slow" {
		f.slow = defaultSlow
		if ok {
			d, err := time.ParseDuration(after)
			if err != nil || d <= 0 || d > maxSlow {
				return nil, usage("write slow:7s, at most slow:1h", "%q is no time to wait", after)
			}
			f.slow = d
		}
		return f, nil
	}
	hint := "a status such as 500 or 429:30 (Retry-After), slow, slow:7s, reset"
	if s == nil {
		return nil, usage(hint, "%q is no failure of every service", text)
	}
	var codes []string
	for _, e := range s.Errors {
		codes = append(codes, e.Code)
	}
	if len(codes) > 0 {
		hint += "; or one of " + strings.Join(codes, ", ")
	}
	return nil, usage(hint, "%q is no failure of %s", text, s.Name)
}
