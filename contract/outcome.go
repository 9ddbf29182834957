package contract

import (
	"fmt"
	"strings"

	"github.com/notifygen/notifygen/eventbridge"
)

// What EventBridge makes of a reply.
const (
	Delivered = "delivered"
	// Lost is counted as delivered though the service refused the message.
	Lost         = "lost"
	Retried      = "retried"
	DeadLettered = "dead-lettered"
	// Refused is a request of which only the sender knows what becomes: a state
	// machine.
	Refused = "refused"
)

// Prediction is what would become of a request.
type Prediction struct {
	Service  string    `json:"service"`
	Title    string    `json:"title"`
	Problems []Problem `json:"problems"`
	Reply    Reply     `json:"reply"`
	Outcome  string    `json:"outcome"`
	// Note is the outcome in a sentence, "" where all is well.
	Note string `json:"note,omitempty"`
}

// Refused tells whether the message does not arrive.
func (p *Prediction) Refused() bool { return p != nil && p.Outcome != Delivered }

// Predict tells what would become of a request of EventBridge with what is asked
// for, nil where the service is not known and nothing is.
func (f *Failures) Predict(services []*Service, r Request) *Prediction {
	s := Of(services, r)
	known := s != nil
	if !known {
		s = Unknown
	}
	problems := append(s.Check(r), f.Check(s, r)...)
	p := s.Judge(s.Answer(r, problems), problems)
	if failure := f.Next(s.Name); failure != nil {
		p = s.Fail(*failure, p, eventbridge.InvocationTimeout)
	} else if !known {
		return nil
	}
	return &p
}

// Judge tells what EventBridge makes of a reply of the service to a request with
// the given problems.
func (s *Service) Judge(reply Reply, problems []Problem) Prediction {
	worst, _ := worst(problems)
	return s.judge(reply, problems, worst.Code)
}

// judge takes the error code that the reply stands for, "" where there is none.
func (s *Service) judge(reply Reply, problems []Problem, code string) Prediction {
	p := Prediction{Service: s.Name, Title: s.Title, Problems: problems, Reply: reply, Outcome: s.Outcome(reply)}
	if p.Problems == nil {
		p.Problems = []Problem{}
	}
	reason := ""
	if code != "" {
		reason = " (" + code + ")"
	}
	switch p.Outcome {
	case Lost:
		sign, code := s.Refused(reply)
		reason = ""
		if words := s.words(sign, code); words != "" {
			reason = " (" + words + ")"
		}
		p.Note = fmt.Sprintf("%s would answer %d with `%s`%s; EventBridge counts that as delivered", s.Title, reply.Status, sign, reason)
	case Retried:
		p.Note = fmt.Sprintf("%s would answer %d%s; EventBridge tries again", s.Title, reply.Status, reason)
	case DeadLettered:
		p.Note = fmt.Sprintf("%s would answer %d%s; EventBridge does not try again", s.Title, reply.Status, reason)
	}
	return p
}

// Outcome is what EventBridge makes of a reply of the service.
func (s *Service) Outcome(r Reply) string {
	switch {
	case eventbridge.Delivered(r.Status):
		if s.Refused != nil {
			if sign, _ := s.Refused(r); sign != "" {
				return Lost
			}
		}
		return Delivered
	case eventbridge.Retryable(r.Status):
		return Retried
	}
	return DeadLettered
}

// words tell what a code means where the sign holds the code already.
func (s *Service) words(sign, code string) string {
	if e, ok := s.Error(code); ok && strings.Contains(sign, code) {
		return e.Meaning
	}
	return code
}

// Meaning is what a service means by a reply whose status hides it, "ok:false
// (no_text)", and "" where the status tells all.
func (s *Service) Meaning(r Reply) string {
	if s.Refused == nil || !eventbridge.Delivered(r.Status) {
		return ""
	}
	sign, code := s.Refused(r)
	if sign == "" || strings.Contains(sign, code) {
		return sign
	}
	return sign + " (" + code + ")"
}
