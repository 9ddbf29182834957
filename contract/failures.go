package contract

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Failures are what is asked of services beside their contracts: failures of the
// next requests, and settings. It is safe for concurrent use; nil asks for nothing.
type Failures struct {
	// OnSecret is called with the value of a secret setting before it takes effect;
	// nil for nobody.
	OnSecret func(value string)

	services []*Service
	mu       sync.Mutex
	asked    []*asked
	settings []given
}

// asked is a failure, for so many requests of a service.
type asked struct {
	Failure
	service     string // or Every
	times, left int
}

// given is a value that was given for a setting of a service.
type given struct {
	Setting
	service, value string
}

// NewFailures gives a list that asks for nothing of the services.
func NewFailures(services []*Service) *Failures { return &Failures{services: services} }

// Instruct follows an instruction as people type it:
//
//	slack=ratelimited         the next request fails: see Fail
//	dingtalk=130101x3         the next three
//	*=429:2x5                 the next five, whatever the service
//	dingtalk:keyword=AWS      a setting: see Set
//	dingtalk:secret=SEC…      requests must be signed with it
//
// An error is a [*UsageError], which repeats no secret.
func (f *Failures) Instruct(text string) error {
	err := f.instruct(text)
	var wrong *UsageError
	if errors.As(err, &wrong) {
		return &UsageError{f.concealTyped(wrong.Message), wrong.Hint}
	}
	return err
}

// concealTyped masks what follows the name of a secret setting in a message that
// quotes an instruction: its value may stand there, with a typing error before it.
func (f *Failures) concealTyped(message string) string {
	for _, s := range f.services {
		for _, x := range s.Settings {
			if x.Secret {
				typed := regexp.MustCompile(`(?i)(` + regexp.QuoteMeta(x.Name) + `[=: ]+)(?:[^"\\]|\\.)+`)
				message = typed.ReplaceAllString(message, "${1}"+Masked)
			}
		}
	}
	return message
}

func (f *Failures) instruct(text string) error {
	to, what, ok := strings.Cut(text, "=")
	if !ok || to == "" || what == "" {
		return usage("write SERVICE=FAILURE, such as slack=ratelimited or *=429:30x3, or SERVICE:SETTING=VALUE", "%q is no instruction", text)
	}
	if service, name, ok := strings.Cut(to, ":"); ok {
		return f.Set(service, name, what)
	}
	err := f.Fail(to, what, 1)
	if m := timesExp.FindStringSubmatch(what); m != nil && err != nil {
		times, _ := strconv.Atoi(m[2]) // 0 for what is no number
		return f.Fail(to, m[1], times)
	}
	return err
}

var timesExp = regexp.MustCompile(`^(.+)x([0-9]{1,9})$`)

// Fail lets the next requests of a service fail; [Every] is every service. Those of
// a service happen in the order in which they are given, before those of every one.
// A failure is one of
//
//	ratelimited       the service's own error code, answered as it does
//	500, 404, …       a status
//	429:30            a status with Retry-After: 30
//	slow, slow:7s     an answer that comes later than EventBridge waits, or then
//	reset             the connection is closed without an answer
//
// An error is a [*UsageError].
func (f *Failures) Fail(service, failure string, times int) error {
	s, err := f.service(service)
	if err != nil {
		return err
	}
	if times < 1 {
		return usage("write how often, such as x3", "a failure happens at least once")
	}
	parsed, err := parseFailure(s, failure)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, &asked{Failure: parsed, service: service, times: times, left: times})
	return nil
}

// service gives a service by its name, nil for every one.
func (f *Failures) service(name string) (*Service, error) {
	if name == Every {
		return nil, nil
	}
	if s := Named(f.services, name); s != nil {
		return s, nil
	}
	var names []string
	for _, s := range f.services {
		names = append(names, s.Name)
	}
	return nil, usage("one of "+strings.Join(names, ", ")+", or * for all", "there is no service %q", name)
}

// Set gives a setting of a service a value, in the place of the one before; requests
// that do not suit it are refused as the service does. An error is a [*UsageError].
func (f *Failures) Set(service, name, value string) error {
	s, err := f.service(service)
	if err != nil {
		return err
	}
	if s == nil {
		return usage("name a service", "settings belong to one service")
	}
	setting, ok := s.Setting(name)
	if !ok {
		var names []string
		for _, x := range s.Settings {
			names = append(names, x.Name+" ("+x.Doc+")")
		}
		hint := "it has none"
		if len(names) > 0 {
			hint = "it has " + strings.Join(names, ", ")
		}
		return usage(hint, "%s has no setting %q", service, name)
	}
	if setting.Secret && f.OnSecret != nil {
		f.OnSecret(value)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.settings = slices.DeleteFunc(slices.Clone(f.settings), func(g given) bool { return g.service == service && g.Name == name })
	f.settings = append(f.settings, given{setting, service, value})
	return nil
}

// Next gives the failure of the next request of a service, "" for one that is not
// known; nil where the request is answered as usual.
func (f *Failures) Next(service string) *Failure {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, key := range []string{service, Every} {
		i := slices.IndexFunc(f.asked, func(a *asked) bool { return a.service == key })
		if i < 0 {
			continue
		}
		a := f.asked[i]
		if a.left--; a.left == 0 {
			f.asked = slices.Delete(f.asked, i, i+1)
		}
		return &a.Failure
	}
	return nil
}

// Check lists what the settings of a service find wrong with a request.
func (f *Failures) Check(s *Service, r Request) []Problem {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	settings := f.settings
	f.mu.Unlock()
	var problems []Problem
	for _, g := range settings {
		if g.service == s.Name {
			problems = append(problems, g.Check(g.value, r)...)
		}
	}
	return problems
}

// Pending tells whether there are failures that have not happened as often as was
// asked for.
func (f *Failures) Pending() bool {
	if f == nil {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.asked) > 0
}

// Unused are the failures that never happened, as SERVICE=FAILURE.
func (f *Failures) Unused() []string {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var unused []string
	for _, a := range f.asked {
		if text := a.service + "=" + a.Text; a.left == a.times && !slices.Contains(unused, text) {
			unused = append(unused, text)
		}
	}
	return unused
}
