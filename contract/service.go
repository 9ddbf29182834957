// Package contract holds what is known of the services that receive requests:
// what they refuse, what they answer, and how a message looks in them. A service
// is a value; the checks of `simulate` and `test`, the catcher of `serve` and
// its page all read the same one, so that what is predicted is what is played.
package contract

import (
	"encoding/json"
	"regexp"
	"strings"
)

// Service is a service that API destinations call.
type Service struct {
	// Name is the destination type in the file, or a name of its own where
	// notifygen has no such type. Title is what people call the service: Slack.
	Name, Title string
	// URL is the service's own documentation.
	URL string
	// Endpoint matches the service's URLs, without scheme and query:
	// "slack.com/api/chat.postMessage".
	Endpoint *regexp.Regexp

	// Check lists what is wrong with a request, the worst first. A masked value
	// ([Masked]) is never wrong: nobody here knows it.
	Check func(Request) []Problem
	// Accept is the reply to a request that is right.
	Accept func(Request) Reply
	// Refuse is the reply to a request with a problem.
	Refuse func(Problem) Reply
	// Refused reads a reply that refuses a message: the sign of it ("ok:false")
	// and the service's own error code; both "" in one that does not. nil for a
	// service whose status tells all.
	Refused func(Reply) (sign, code string)
	// Errors are the service's own error codes, to be played on request, with
	// what they mean. They are given to Refuse.
	Errors []Error
	// Show lays a body out as the service shows it; nil shows the JSON.
	Show func(body []byte) []Block
}

// Request is a request as the service sees it.
type Request struct {
	Method string
	URL    string // with the host the service has, whatever it was rewritten to
	Header func(name string) string
	Body   []byte
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

// Error is an error code of a service.
type Error struct{ Code, Meaning string }

// Masked stands for a secret in the requests that are checked.
const Masked = "***"

// Find gives the service of a URL, or nil.
func Find(services []*Service, url string) *Service {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return nil
	}
	rest, _, _ = strings.Cut(rest, "?")
	for _, s := range services {
		if s.Endpoint.MatchString(rest) {
			return s
		}
	}
	return nil
}

// Answer plays the service.
func (s *Service) Answer(r Request) (Reply, []Problem) {
	problems := s.Check(r)
	for _, p := range problems {
		if !p.Accepted {
			return s.Refuse(p), problems
		}
	}
	return s.Accept(r), problems
}

// Object gives the members of a body that is a JSON object, nil for all else.
func (r Request) Object() map[string]any {
	var body map[string]any
	if json.Unmarshal(r.Body, &body) != nil {
		return nil
	}
	return body
}
