// Package contract holds what is known of the services that receive requests:
// what they refuse, what they answer, and how a message looks in them. A service
// is a value; the checks of `simulate` and `test`, the catcher of `serve` and
// its page all read the same one, so that what is predicted is what is played.
package contract

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// Service is a service that API destinations call.
type Service struct {
	// Name is the destination type in the file, or a name of its own where
	// notifygen has no such type. Title is what people call the service: Slack.
	Name, Title string
	// URL is the service's own documentation.
	URL string
	// Endpoint matches the service's URLs, without scheme and query and with the
	// host in lower case: "slack.com/api/chat.postMessage". No URL belongs to two
	// services.
	Endpoint *regexp.Regexp
	// Example is a URL of the service.
	Example string

	// Check lists what is wrong with a request, the worst first. A masked value
	// ([Masked]) is never wrong: nobody here knows it.
	Check func(Request) []Problem
	// Accept is the reply to a request that is right.
	Accept func(Request) Reply
	// Refuse is the reply to a request with a problem; nil for a service that
	// refuses nothing and has no error codes.
	Refuse func(Problem) Reply
	// Refused reads a reply that refuses a message: the sign of it ("ok:false")
	// and the service's own error code; both "" in one that does not. nil for a
	// service whose status tells all.
	Refused func(Reply) (sign, code string)
	// Errors are the service's own error codes, to be played on request, with
	// what they mean. They are given to Refuse.
	Errors []Error
	// Settings are what is set at the service and no request tells.
	Settings []Setting
	// Show lays a body out as the service shows it; nil shows the JSON.
	Show func(body []byte) []Block
}

// Request is a request as the service sees it.
type Request struct {
	Method string
	URL    string // with the host the service has, whatever it was rewritten to
	Header func(name string) string
	Body   []byte
	// Service names the service where the URL is a secret, "" where that is not
	// known either.
	Service string
	// Received is when the request came, by the clock of the service; zero where
	// nobody knows, and then nothing is held against the clock.
	Received time.Time
}

// Reply is what a service answers.
type Reply struct {
	Status int               `json:"status"`
	Header map[string]string `json:"headers,omitempty"`
	Body   string            `json:"body"`
}

// Problem is something wrong with a request.
type Problem struct {
	Field   string `json:"field,omitempty"` // path in the body, or the name of a header
	Code    string `json:"code,omitempty"`  // the service's own error code
	Message string `json:"message"`
	// Accepted tells that the service takes the message all the same, though
	// not as it was meant: it cuts a long text, say.
	Accepted bool `json:"accepted,omitempty"`
}

// String is the problem in a line: "text: is empty (no_text)".
func (p Problem) String() string {
	s := p.Message
	if p.Field != "" {
		s = p.Field + ": " + s
	}
	if p.Code != "" {
		s += " (" + p.Code + ")"
	}
	return s
}

// Error is an error code of a service.
type Error struct{ Code, Meaning string }

// Setting is something that is set at the service, such as the keyword of a
// DingTalk robot: requests are checked against the value that somebody gives.
type Setting struct {
	Name, Doc string
	// Secret tells that the value is never to be shown. What Check finds does not
	// tell it either.
	Secret bool
	Check  func(value string, r Request) []Problem
}

// Masked stands for a secret in the requests that are checked.
const Masked = "***"

// Find gives the service of a URL, or nil.
func Find(services []*Service, url string) *Service {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return nil
	}
	rest, _, _ = strings.Cut(rest, "?")
	host, path, _ := strings.Cut(rest, "/")
	rest = strings.TrimSuffix(strings.ToLower(host), ":443") + "/" + path
	for _, s := range services {
		if s.Endpoint.MatchString(rest) {
			return s
		}
	}
	return nil
}

// Named gives the service of a name, or nil.
func Named(services []*Service, name string) *Service {
	i := slices.IndexFunc(services, func(s *Service) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return services[i]
}

// Of gives the service of a request: by its URL, else by the name it carries.
func Of(services []*Service, r Request) *Service {
	if s := Find(services, r.URL); s != nil {
		return s
	}
	return Named(services, r.Service)
}

// Error gives the meaning of one of the service's error codes.
func (s *Service) Error(code string) (Error, bool) {
	i := slices.IndexFunc(s.Errors, func(e Error) bool { return e.Code == code })
	if i < 0 {
		return Error{}, false
	}
	return s.Errors[i], true
}

// Setting gives one of the service's settings.
func (s *Service) Setting(name string) (Setting, bool) {
	i := slices.IndexFunc(s.Settings, func(x Setting) bool { return x.Name == name })
	if i < 0 {
		return Setting{}, false
	}
	return s.Settings[i], true
}

// Answer plays the service: the first problem that it does not accept is what
// it answers to.
func (s *Service) Answer(r Request, problems []Problem) Reply {
	if p, refused := worst(problems); refused {
		return s.Refuse(p)
	}
	return s.Accept(r)
}

// worst is the problem that a service refuses a request for.
func worst(problems []Problem) (Problem, bool) {
	for _, p := range problems {
		if !p.Accepted {
			return p, true
		}
	}
	return Problem{}, false
}
