package simulate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/stepfunctions"
)

// Line is the execution in a line.
func (e *Execution) Line() string {
	end := e.Status
	if e.Error != "" {
		end += " (" + e.Error + ")"
	}
	return fmt.Sprintf("state machine %s: %s", e.StateMachine, strings.Join(append(append([]string{}, e.Path...), end), " → "))
}

// note tells in a sentence what the service answers and what the state machine
// makes of it, "" where all is well.
func (x *execution) note(sent Delivery) string {
	p := sent.Contract
	answer, _, _ := strings.Cut(p.Note, "; EventBridge")
	if answer == "" {
		answer = fmt.Sprintf("%s would answer %d", p.Title, p.Reply.Status)
	}
	if sent.sent != nil {
		answer = strings.Replace(answer, " would answer ", " answered ", 1)
	}
	switch sent.Outcome {
	case contract.Lost:
		return answer + "; the state machine counts that as delivered"
	case contract.DeadLettered:
		if sent.ErrorCode != "" {
			return answer + "; the state machine puts the message into the dead-letter queue (" + errorCode + " " + sent.ErrorCode + ")"
		}
		return answer + "; the state machine puts the message into the dead-letter queue"
	case contract.Retried:
		if !sent.last {
			return answer + "; the state machine tries again"
		}
		return answer + "; the message returns to the queue"
	case OutcomeUnknown:
		return answer + "; what the state machine makes of it is not known here"
	}
	return ""
}

// letterCode is the error code that a dead letter carries, "" where none does.
func (x *execution) letterCode() string {
	for _, letter := range x.done.DeadLetters {
		if code := letter.Attributes[errorCode]; code != "" {
			return code
		}
	}
	return ""
}

// stepsJSON is the trace.
func stepsJSON(steps []*stepfunctions.Step) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(steps) != nil { // texts and numbers that were JSON before
		return []byte("[]")
	}
	return bytes.TrimSpace(out.Bytes())
}

// replies are the replies to the requests in a few words.
func (x *execution) replies() []string {
	var all []string
	for i, sent := range x.requests {
		words := ""
		if p := sent.Contract; p != nil && x.outcomeOf(i) == contract.Delivered {
			words = " ok"
		} else if s := contract.Named(x.Services, contractName(p)); s != nil && s.Refused != nil {
			if sign, _ := s.Refused(p.Reply); sign != "" {
				words = " " + sign
			}
		}
		all = append(all, words)
	}
	return all
}

func contractName(p *contract.Prediction) string {
	if p == nil {
		return ""
	}
	return p.Service
}

// stepWords is a step in a few words, "" for one that only leads to the next. It
// takes the replies of the requests that the step sent.
func stepWords(s *stepfunctions.Step, replies *[]string) string {
	switch s.Type {
	case "Wait":
		return s.State + " " + seconds(s.Left.Sub(s.Entered))
	case "Fail":
		return s.State
	case "Task":
		var words []string
		for _, a := range s.Attempts {
			reply := ""
			if a.HTTP != nil { // it was sent
				reply, *replies = (*replies)[0], (*replies)[1:]
			}
			switch {
			case a.Status != 0:
				words = append(words, fmt.Sprint(a.Status)+reply)
			case a.Error != "":
				words = append(words, a.Error)
			default:
				words = append(words, "ok")
			}
		}
		return s.State + " → " + strings.Join(words, ", ")
	}
	return ""
}

func seconds(d time.Duration) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Seconds()), ".0") + " s"
}
