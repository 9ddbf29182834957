package server

import (
	"fmt"
	"strings"
	"time"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/simulate/delivery"
)

// arrival is an event that is put.
type arrival struct {
	event  *eventbridge.Event
	bus    string // name or ARN, "" for every bus
	origin string
}

// played is an event with all that is to be done about it.
type played struct {
	record *Record
	index  map[string]int // of the deliveries that are sent, by key
	jobs   []delivery.Job
	// letters are those of deliveries that end before they are tried.
	letters map[string]delivery.Status
}

// accept plays events. When it returns without an error they are kept, and what
// they cause is under way.
func (s *Server) accept(arrivals []arrival) ([]*Record, error) {
	if len(arrivals) == 0 {
		return nil, nil
	}
	if s.engine != nil {
		defer s.engine.Hold()()
	}
	now := s.now()
	all := make([]*played, len(arrivals))
	var kept []delivery.Event
	for i, a := range arrivals {
		p := s.play(a, s.store.next(), now)
		all[i] = p
		if keys := p.keys(); len(keys) > 0 {
			r := p.record
			kept = append(kept, delivery.Event{Seq: r.Seq, ID: r.ID, Bus: r.Bus, Origin: r.Origin, Time: now, Event: r.Event, Deliveries: keys})
		}
	}
	if err := s.keep(kept, all); err != nil {
		return nil, err
	}
	var records []*Record
	for _, p := range all {
		s.store.add(p.record, p.index)
		s.told(p.record)
		records = append(records, p.record)
	}
	for _, p := range all {
		s.submit(p.jobs)
	}
	return records, nil
}

// told reports a new record. Events for a bus that does not exist are accepted, as
// on AWS, where nobody hears of it.
func (s *Server) told(r *Record) {
	_, exists := s.description.FindBus(r.Bus)
	s.OnRecord(r, exists)
}

// keys are those of the deliveries whose outcome is kept.
func (p *played) keys() []string {
	var keys []string
	for _, j := range p.jobs {
		keys = append(keys, j.Key)
	}
	for key := range p.letters {
		keys = append(keys, key)
	}
	return keys
}

// keep writes events to the state, and the dead letters that they have already.
func (s *Server) keep(events []delivery.Event, all []*played) error {
	if s.Sending == nil || s.Sending.State == nil || len(events) == 0 {
		return nil
	}
	if err := s.Sending.State.Accept(events...); err != nil {
		return err
	}
	for _, p := range all {
		for key, status := range p.letters {
			if err := s.Sending.State.Finish(delivery.ID{Event: p.record.Seq, Key: key}, status); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Server) submit(jobs []delivery.Job) {
	if len(jobs) > 0 {
		s.engine.Submit(jobs...)
	}
}

// play finds out what an event causes.
func (s *Server) play(a arrival, seq int64, now time.Time) *played {
	player := s.player(now)
	player.Again = a.origin == OriginRecovered
	var deliveries []simulate.Delivery
	if a.bus == "" {
		deliveries = player.DeliverAnywhere(a.event)
	} else {
		deliveries = player.Deliver(a.event, a.bus)
	}
	p := &played{
		record: &Record{
			Seq: seq, ID: a.event.Field("id"), Received: now.UTC(), Origin: a.origin, Bus: a.bus, Event: a.event.Compact(),
			Deliveries: []Delivered{},
		},
		index: map[string]int{}, letters: map[string]delivery.Status{},
	}
	for len(deliveries) > 0 {
		d := deliveries[0]
		deliveries = deliveries[1:]
		if follow := s.toExecute(d, deliveries); follow >= 0 {
			deliveries = deliveries[follow:] // foretold; they will be made
			s.execute(p, d, now)
			continue
		}
		p.record.Deliveries = append(p.record.Deliveries, s.deliver(p, d, now))
	}
	return p
}

// player plays what happens at a time.
func (s *Server) player(now time.Time) simulate.Player {
	return simulate.Player{World: s.World, Now: now, Services: s.Services, Parameters: s.Parameters, Fakes: s.Fakes, Received: &s.received}
}

// deliver decides what becomes of one delivery, the next of the record.
func (s *Server) deliver(p *played, d simulate.Delivery, now time.Time) Delivered {
	i := len(p.record.Deliveries)
	out := Delivered{Delivery: d, Status: delivery.Status{State: Shown, Attempts: []delivery.Attempt{}}, Shown: s.shown(d)}
	var job *delivery.Job
	if s.engine != nil && d.Error == nil {
		var err error
		if job, err = s.job(d, p.record.Seq, now); err != nil {
			out.Error = &simulate.Failure{Message: s.World.Conceal(err.Error())}
		}
	}
	key := p.unique(d)
	switch {
	case out.Error != nil:
		out.State, out.DeadLetter = Undeliverable, deadLetter(out.Delivery)
		if out.DeadLetter != nil && s.engine != nil {
			p.index[key] = i
			p.letters[key] = delivery.Status{State: lettered(out.DeadLetter), Attempts: out.Attempts, DeadLetter: out.DeadLetter}
		}
	case job != nil:
		job.Key = key
		out.State = delivery.Waiting
		p.index[key] = i
		p.jobs = append(p.jobs, *job)
	}
	return out
}

// unique is the key of a delivery. Rules of the same name, in stacks that AWS
// would not let stand side by side, are counted.
func (p *played) unique(d simulate.Delivery) string {
	key := d.Key()
	for n := 2; ; n++ {
		if _, taken := p.index[key]; !taken {
			return key
		}
		key = fmt.Sprintf("%s #%d", d.Key(), n)
	}
}

// job is the request of a delivery to be sent, nil where it is only shown.
func (s *Server) job(d simulate.Delivery, seq int64, now time.Time) (*delivery.Job, error) {
	invocation, err := s.World.Invocation(d)
	switch {
	case err != nil && strings.Contains(d.Request.URL, contract.Masked):
		return nil, fmt.Errorf("the URL of the API destination is not known here; give the secret that it is made of with --param or --secret")
	case err != nil:
		return nil, err
	case invocation == nil || !s.Sending.Rewrite.Covers(invocation.Request.URL):
		return nil, nil
	}
	return &delivery.Job{
		ID: delivery.ID{Event: seq}, Destination: invocation.Destination, RatePerSecond: invocation.RatePerSecond,
		Retry: d.RetryPolicy, DeadLetterQueue: d.DeadLetterQueue, RuleARN: s.World.Hide(d.RuleARN()), TargetARN: d.TargetARN,
		Accepted: now, Body: d.Request.Body,
		Build: func() (*eventbridge.Request, error) {
			again, err := s.World.Invocation(d)
			if err != nil {
				return nil, err
			}
			return again.Request, nil
		},
	}, nil
}

// shown is a message as its service shows it.
func (s *Server) shown(d simulate.Delivery) []contract.Block {
	if d.Request == nil || d.Contract == nil {
		return nil
	}
	service := contract.Named(s.Services, d.Contract.Service)
	if service == nil || service.Show == nil {
		return nil
	}
	return service.Show([]byte(d.Request.Body))
}

// deadLetter is the message that the dead-letter queue gets of a delivery that
// is never tried, nil where EventBridge sends none: for an empty input, and for
// what it would have refused earlier
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
func deadLetter(d simulate.Delivery) *delivery.DeadLetter {
	if d.Error.Code == "" || d.Message != nil && strings.TrimSpace(*d.Message) == "" {
		return nil
	}
	letter := &delivery.DeadLetter{Queue: d.DeadLetterQueue, Attributes: map[string]string{
		"RULE_ARN": d.RuleARN(), "TARGET_ARN": d.TargetARN, "ERROR_CODE": d.Error.Code, "ERROR_MESSAGE": d.Error.Message,
	}}
	if d.Message != nil {
		letter.Body = *d.Message
	}
	return letter
}

// lettered is the state that a dead letter stands for.
func lettered(l *delivery.DeadLetter) string {
	if l.Queue == "" {
		return delivery.Dropped
	}
	return delivery.DeadLettered
}

// observe takes over how far a delivery is.
func (s *Server) observe(id delivery.ID, status delivery.Status) {
	if record, d, ended := s.store.update(id.Event, id.Key, status); ended {
		s.OnEnd(record, d)
	}
}
