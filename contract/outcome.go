package contract

import (
	"fmt"

	"github.com/notifygen/notifygen/eventbridge"
)

// What EventBridge makes of a reply.
const (
	Delivered = "delivered"
	// Lost is counted as delivered though the service refused the message.
	Lost         = "lost"
	Retried      = "retried"
	DeadLettered = "dead-lettered"
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

// Predict tells what would become of a request, nil where the service is not
// known.
func Predict(services []*Service, r Request) *Prediction {
	s := Find(services, r.URL)
	if s == nil {
		return nil
	}
	reply, problems := s.Answer(r)
	p := &Prediction{Service: s.Name, Title: s.Title, Problems: problems, Reply: reply}
	if p.Problems == nil {
		p.Problems = []Problem{}
	}
	p.Outcome = s.Outcome(reply)
	switch p.Outcome {
	case Lost:
		sign, code := s.Refused(reply)
		p.Note = fmt.Sprintf("%s would answer %d with `%s` (%s); EventBridge counts that as delivered", s.Title, reply.Status, sign, code)
	case Retried:
		p.Note = fmt.Sprintf("%s would answer %d; EventBridge tries again", s.Title, reply.Status)
	case DeadLettered:
		p.Note = fmt.Sprintf("%s would answer %d; EventBridge does not try again", s.Title, reply.Status)
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
