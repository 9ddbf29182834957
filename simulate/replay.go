package simulate

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"time"
)

// Tally counts what a stream of events causes.
type Tally struct {
	Events        int `json:"events"`
	Unmatched     int `json:"unmatched"` // events that no rule takes
	Deliveries    int `json:"deliveries"`
	Undeliverable int `json:"undeliverable"`
	// RefusedByService counts requests that arrive and would be refused, for
	// which see contract.Prediction.
	RefusedByService int         `json:"refusedByService"`
	Refused          int         `json:"refused"` // entries that PutEvents refuses
	BadLines         int         `json:"badLines"`
	Problems         []Problem   `json:"problems"` // the first ones
	Rules            []RuleTally `json:"rules"`    // every rule, in the order of the templates
}

// RuleTally counts what one rule causes.
type RuleTally struct {
	Rule             string        `json:"rule"`
	Stack            string        `json:"stack"`
	Bus              string        `json:"bus"`
	Events           int           `json:"events"`
	Deliveries       int           `json:"deliveries"`
	Undeliverable    int           `json:"undeliverable"`
	RefusedByService int           `json:"refusedByService"`
	Took             time.Duration `json:"nanoseconds"` // for rendering, all events together
}

// Problem is a line that is no event, or whose event cannot be delivered or would
// be refused.
type Problem struct {
	Line    int    `json:"line"`
	Rule    string `json:"rule,omitempty"`
	Target  string `json:"target,omitempty"`
	Message string `json:"message"`
}

// maxProblems is how many are kept: the first ones tell what is wrong.
const maxProblems = 20

// maxLine is more than any event has: PutEvents takes 1 MB
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html).
const maxLine = 8 << 20

// Replay plays events that stand one a line, and calls progress after each with
// the number of bytes read so far.
func (p Player) Replay(r io.Reader, o Origin, bus string, progress func(events int, read int64)) (Tally, error) {
	t := replay{Player: p, bus: bus, index: map[*Rule]int{}, tally: Tally{Problems: []Problem{}, Rules: []RuleTally{}}}
	for i, rule := range p.World.Rules {
		t.index[rule] = i
		t.tally.Rules = append(t.tally.Rules, RuleTally{Rule: rule.Name, Stack: rule.Stack, Bus: rule.Bus})
	}
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 1<<16), maxLine)
	read := int64(0)
	for line := 1; scanner.Scan(); line++ {
		read += int64(len(scanner.Bytes())) + 1
		if text := bytes.TrimSpace(scanner.Bytes()); len(text) > 0 {
			t.line(line, text, o)
			progress(t.tally.Events, read)
		}
	}
	if errors.Is(scanner.Err(), bufio.ErrTooLong) {
		return t.tally, errors.New("a line is longer than any event")
	}
	return t.tally, scanner.Err()
}

type replay struct {
	Player
	bus   string
	index map[*Rule]int
	tally Tally
}

func (t *replay) line(line int, text []byte, o Origin) {
	incoming, err := ReadEvents(text, o)
	if err != nil {
		t.tally.BadLines++
		t.problem(Problem{Line: line, Message: err.Error()})
		return
	}
	for _, in := range incoming {
		t.tally.Events++
		if in.Error != nil {
			t.tally.Refused++
			t.problem(Problem{Line: line, Message: in.Error.Code + ": " + in.Error.Message})
			continue
		}
		deliveries := t.Play(in, t.bus)
		t.count(line, deliveries)
		if len(deliveries) == 0 {
			t.tally.Unmatched++
		}
	}
}

func (t *replay) count(line int, deliveries []Delivery) {
	var seen []*Rule
	for _, d := range deliveries {
		rule := &t.tally.Rules[t.index[d.rule]]
		if !slices.Contains(seen, d.rule) {
			rule.Events++
			seen = append(seen, d.rule)
		}
		rule.Took += d.took
		switch {
		case d.Error != nil:
			rule.Undeliverable++
			t.tally.Undeliverable++
			t.problem(Problem{line, d.Rule, d.Target, d.Error.Message})
		case d.Contract.Refused():
			rule.RefusedByService++
			t.tally.RefusedByService++
			t.problem(Problem{line, d.Rule, d.Target, d.Contract.Note})
		default:
			rule.Deliveries++
			t.tally.Deliveries++
		}
	}
}

func (t *replay) problem(p Problem) {
	if len(t.tally.Problems) < maxProblems {
		t.tally.Problems = append(t.tally.Problems, p)
	}
}
