package simulate

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/notifygen/notifygen/parallel"
)

// Tally counts what a stream of events causes.
type Tally struct {
	Counts
	Unmatched int `json:"unmatched"` // events that no rule takes
	Refused   int `json:"refused"`   // entries that PutEvents refuses
	BadLines  int `json:"badLines"`
	// StoppedEvents counts those that a rule takes, and of which nothing is known to
	// arrive.
	StoppedEvents int       `json:"stoppedEvents"`
	Problems      []Problem `json:"problems"` // the first ones
	// WhyUnknown are the reasons why the ends of some deliveries are not known.
	WhyUnknown []string `json:"whyUnknown,omitempty"`
	// UnusedFailures are those that were asked for and met no request.
	UnusedFailures []string    `json:"unusedFailures,omitempty"`
	Rules          []RuleTally `json:"rules"` // every rule, in the order of the templates
	// Routes are those of compiled files, in the same order.
	Routes []RouteTally `json:"routes"`
}

// Counts are events and what became of them in the end: what only leads to another
// delivery is not counted.
type Counts struct {
	Events        int `json:"events"`
	Deliveries    int `json:"deliveries"`
	Undeliverable int `json:"undeliverable"`
	// Stopped counts deliveries that go no further, and Unknown those of which
	// nobody here knows what comes.
	Stopped int `json:"stopped"`
	Unknown int `json:"unknown"`
	// RefusedByService counts requests that arrive and would be refused, for
	// which see contract.Prediction.
	RefusedByService int `json:"refusedByService"`
}

// RuleTally counts what one rule causes.
type RuleTally struct {
	Rule  string `json:"rule"`
	Stack string `json:"stack"`
	Bus   string `json:"bus"`
	Counts
	Took time.Duration `json:"nanoseconds"` // for rendering, all events together
}

// RouteTally counts what one route causes.
type RouteTally struct {
	Route string `json:"route"`
	Stack string `json:"stack"`
	Counts
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
	t := newReplay(p.World)
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 1<<16), maxLine)
	var batch []replayed
	read, size := int64(0), 0
	play := func() {
		play := func(i int) { batch[i].play(p, o, bus) }
		if p.Failures.Pending() { // they happen in the order of the events
			for i := range batch {
				play(i)
			}
		} else {
			parallel.Do(len(batch), play)
		}
		for _, line := range batch {
			t.count(line)
			progress(t.tally.Events, line.read)
		}
		batch, size = batch[:0], 0
	}
	for line := 1; scanner.Scan(); line++ {
		read += int64(len(scanner.Bytes())) + 1
		if text := bytes.TrimSpace(scanner.Bytes()); len(text) > 0 {
			batch = append(batch, replayed{line: line, read: read, text: slices.Clone(text)})
			size += len(text)
		}
		if len(batch) == maxBatch || size > maxLine {
			play()
		}
	}
	play()
	t.tally.UnusedFailures = p.Failures.Unused()
	if errors.Is(scanner.Err(), bufio.ErrTooLong) {
		return t.tally, errors.New("a line is longer than any event")
	}
	return t.tally, scanner.Err()
}

// maxBatch is how many lines are played at the same time.
const maxBatch = 512

// replayed is a line, and what it causes.
type replayed struct {
	line     int
	read     int64 // bytes, up to its end
	text     []byte
	incoming []Incoming
	err      error
	// deliveries are those of each event.
	deliveries [][]Delivery
}

func (r *replayed) play(p Player, o Origin, bus string) {
	r.incoming, r.err = ReadEvents(r.text, o)
	r.deliveries = make([][]Delivery, len(r.incoming))
	for i, in := range r.incoming {
		if in.Error == nil {
			r.deliveries[i] = p.Play(in, bus)
		}
	}
}

// replay counts.
type replay struct {
	rules  map[*Rule]int // index in the tally
	routes map[*Rule]int // likewise
	tally  Tally
}

func newReplay(w *World) *replay {
	t := &replay{rules: map[*Rule]int{}, routes: map[*Rule]int{}, tally: Tally{Problems: []Problem{}, Rules: []RuleTally{}, Routes: []RouteTally{}}}
	for i, rule := range w.Rules {
		t.rules[rule] = i
		t.tally.Rules = append(t.tally.Rules, RuleTally{Rule: rule.Name, Stack: rule.Stack, Bus: rule.Bus})
		if rule.Compiled.Route == "" {
			continue
		}
		at := slices.IndexFunc(t.tally.Routes, func(r RouteTally) bool { return r.Route == rule.Compiled.Route && r.Stack == rule.Stack })
		if at < 0 {
			at = len(t.tally.Routes)
			t.tally.Routes = append(t.tally.Routes, RouteTally{Route: rule.Compiled.Route, Stack: rule.Stack})
		}
		t.routes[rule] = at
	}
	return t
}

func (t *replay) count(r replayed) {
	if r.err != nil {
		t.tally.BadLines++
		t.problem(Problem{Line: r.line, Message: r.err.Error()})
		return
	}
	for i, in := range r.incoming {
		t.tally.Events++
		if in.Error != nil {
			t.tally.Refused++
			t.problem(Problem{Line: r.line, Message: in.Error.Code + ": " + in.Error.Message})
			continue
		}
		t.deliveries(r.line, r.deliveries[i])
		if len(r.deliveries[i]) == 0 {
			t.tally.Unmatched++
		}
	}
}

// deliveries counts those of one event.
func (t *replay) deliveries(line int, deliveries []Delivery) {
	var seen []*Counts
	ends := Ends(deliveries)
	if len(ends) > 0 && !Arrives(ends) {
		t.tally.StoppedEvents++
	}
	for i, d := range deliveries {
		rule := &t.tally.Rules[t.rules[d.rule]]
		rule.Took += d.took
		counts := []*Counts{&rule.Counts}
		if at, ok := t.routes[d.rule]; ok {
			counts = append(counts, &t.tally.Routes[at].Counts)
		}
		for _, c := range counts {
			if !slices.Contains(seen, c) {
				c.Events++
				seen = append(seen, c)
			}
		}
		for _, c := range append(counts, &t.tally.Counts) {
			switch ends[i] {
			case EndUndeliverable:
				c.Undeliverable++
			case EndRefused:
				c.RefusedByService++
			case EndStopped:
				c.Stopped++
			case EndUnknown:
				c.Unknown++
			case EndDelivered:
				c.Deliveries++
			}
		}
		switch ends[i] {
		case EndUndeliverable:
			t.problem(Problem{line, d.Rule, d.Target, d.Error.Message})
		case EndRefused:
			t.problem(Problem{line, d.Rule, d.Target, d.Reason()})
		case EndStopped:
			t.problem(Problem{line, d.Rule, d.Target, d.Why()})
		case EndUnknown:
			if why := d.Why(); !slices.Contains(t.tally.WhyUnknown, why) && len(t.tally.WhyUnknown) < maxProblems {
				t.tally.WhyUnknown = append(t.tally.WhyUnknown, why)
			}
		}
	}
}

func (t *replay) problem(p Problem) {
	if len(t.tally.Problems) < maxProblems {
		t.tally.Problems = append(t.tally.Problems, p)
	}
}
