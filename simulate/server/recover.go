package server

import (
	"fmt"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/simulate/delivery"
)

// Resume goes on with what an earlier run left undone, and shows its dead
// letters.
func (s *Server) Resume() error {
	if s.Sending == nil {
		return nil
	}
	defer s.engine.Hold()()
	found := s.Sending.Recovered
	s.store.seq = found.Seq
	for _, e := range found.Events {
		event, err := eventbridge.ParseEvent(e.Event.Event)
		if err != nil {
			return fmt.Errorf("the state holds an event that cannot be read: %w", err)
		}
		p := s.play(arrival{event: event, bus: e.Bus, origin: OriginRecovered}, e.Seq, e.Time)
		gone, err := s.resumed(p, e)
		if err != nil {
			return err
		}
		s.store.add(p.record, p.index)
		s.told(p.record)
		s.submit(gone)
	}
	return nil
}

// resumed continues the deliveries of an event where they were. EventBridge
// decides on arrival who gets an event: deliveries that it did not have then are
// only shown, and those whose rules have gone meanwhile end.
func (s *Server) resumed(p *played, e delivery.RecoveredEvent) ([]delivery.Job, error) {
	var jobs []delivery.Job
	for _, j := range p.jobs {
		d := &p.record.Deliveries[p.index[j.Key]]
		if !slices.Contains(e.Deliveries, j.Key) {
			d.State = Shown
			continue
		}
		j.Accepted, j.Status = e.Time, e.Statuses[j.Key]
		d.Status = withAttempts(j.Status)
		jobs = append(jobs, j)
	}
	for _, key := range e.Deliveries {
		status := e.Statuses[key]
		i, known := p.index[key]
		switch {
		case known && p.letters[key].State != "":
			if !ended(status.State) {
				status = p.letters[key]
			}
			p.record.Deliveries[i].DeadLetter = status.DeadLetter
		case known:
			continue
		default:
			rule, target := s.partsOf(key)
			d := simulate.Delivery{Rule: rule, Target: target, Kind: simulate.KindAPIDestination, Event: e.ID, Bus: e.Bus}
			if !ended(status.State) {
				status.State = delivery.Dropped
				d.Error = &simulate.Failure{Message: "the templates no longer have this delivery, or --deliver leads it nowhere"}
				s.OnError(fmt.Errorf("event %d, %s → %s: it is dropped: the templates no longer have this delivery, or --deliver leads it nowhere", e.Seq, rule, target))
			}
			p.record.Deliveries = append(p.record.Deliveries, Delivered{Delivery: d, Status: withAttempts(status)})
		}
		if err := s.finish(delivery.ID{Event: e.Seq, Key: key}, e.Statuses[key], status); err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

// finish keeps the outcome of a delivery that had none.
func (s *Server) finish(id delivery.ID, before, after delivery.Status) error {
	if ended(before.State) || s.Sending.State == nil {
		return nil
	}
	return s.Sending.State.Finish(id, after)
}

// partsOf gives the names of the rule and the target in a key.
func (s *Server) partsOf(key string) (rule, target string) {
	arn, rest, _ := strings.Cut(key, " ")
	target, _, _ = strings.Cut(rest, " ")
	return s.World.Hide(arn[strings.LastIndexByte(arn, '/')+1:]), s.World.Hide(target)
}

func withAttempts(s delivery.Status) delivery.Status {
	if s.State == "" {
		s.State = delivery.Waiting
	}
	if s.Attempts == nil {
		s.Attempts = []delivery.Attempt{}
	}
	return s
}
