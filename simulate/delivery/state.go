package delivery

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// Event is an accepted event, as the state keeps it.
type Event struct {
	Seq    int64           `json:"seq"` // from 1, never given twice
	ID     string          `json:"id"`
	Bus    string          `json:"bus"`
	Origin string          `json:"origin"`
	Time   time.Time       `json:"time"` // of the engine's clock
	Event  json.RawMessage `json:"event"`
	// Deliveries are the keys of the deliveries it causes. When all are finished,
	// so is the event.
	Deliveries []string `json:"deliveries"`
}

// Recovered is what [OpenState] found.
type Recovered struct {
	Seq  int64     // the highest ever given; go on from here
	Time time.Time // the latest of the engine's clock; zero in a new state
	// Events, by Seq, are those that are not finished and those with dead
	// letters.
	Events []RecoveredEvent
}

// RecoveredEvent is an event with how far its deliveries are. A delivery that
// has not been tried yet is waiting.
type RecoveredEvent struct {
	Event
	Statuses map[string]Status // by key
}

// Finished tells whether nothing is left to deliver.
func (e RecoveredEvent) Finished() bool {
	for _, key := range e.Deliveries {
		if !final(e.Statuses[key].State) {
			return false
		}
	}
	return true
}

// final tells whether a state is never left.
func final(state string) bool {
	return state == Delivered || state == DeadLettered || state == Dropped
}

// State is a directory that keeps accepted events and what became of them
// through crashes. It holds no requests, and so no secrets but those that stand
// in an event.
//
// It is a journal: one JSON record a line, on the disk before the call that
// writes it returns. Calls at the same time share one write. After a failure to
// write nothing more is written, since what is on the disk is then unknown.
type State struct {
	file *os.File
	lock *os.File

	mu      sync.Mutex
	open    map[ID]bool // deliveries that are not finished
	pending *batch
	failed  error // the first failure to write
	closed  bool
	wake    chan struct{} // holds something while the flusher has not seen pending
	flusher sync.WaitGroup
}

// batch is a number of records that are written at once.
type batch struct {
	text []byte
	done chan struct{}
	err  error // once done
}

// Accept keeps events. When it returns without an error they survive a crash.
func (s *State) Accept(events ...Event) error {
	records := make([]record, len(events))
	for i := range events {
		records[i].Event = &events[i]
	}
	return s.append(records...)
}

// Finish keeps a final [Status] that a delivery got without an attempt: because
// its rule has gone, say. The engine keeps all others itself.
func (s *State) Finish(id ID, status Status) error {
	return s.append(record{Delivery: &progress{ID: id, State: status.State, DeadLetter: status.DeadLetter}})
}

// append writes records and waits until they are on the disk.
func (s *State) append(records ...record) error {
	var text []byte
	for _, r := range records {
		line, err := r.line()
		if err != nil {
			return fmt.Errorf("state: %w", err)
		}
		text = append(text, line...)
	}
	b, err := s.enqueue(records, text)
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	if <-b.done; b.err != nil {
		return fmt.Errorf("state: %w", b.err)
	}
	return nil
}

func (s *State) enqueue(records []record, text []byte) (*batch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, os.ErrClosed
	case s.failed != nil:
		return nil, s.failed
	}
	for _, r := range records {
		if err := s.check(r); err != nil {
			return nil, err
		}
	}
	if s.pending == nil {
		s.pending = &batch{done: make(chan struct{})}
		s.wake <- struct{}{} // never waits: the flusher empties it before it takes what is pending
	}
	s.pending.text = append(s.pending.text, text...)
	return s.pending, nil
}

// check refuses what [OpenState] would call damaged, so that no mistake of a
// caller can make the journal unreadable; the lock is held.
func (s *State) check(r record) error {
	if e := r.Event; e != nil {
		if err := e.check(); err != nil {
			return err
		}
		for _, key := range e.Deliveries {
			if s.open[ID{e.Seq, key}] {
				return fmt.Errorf("event %d was accepted before", e.Seq)
			}
			s.open[ID{e.Seq, key}] = true
		}
		return nil
	}
	p := r.Delivery
	switch {
	case !s.open[p.ID]:
		return fmt.Errorf("event %d has no unfinished delivery %q", p.Event, p.Key)
	case final(p.State):
		delete(s.open, p.ID)
	}
	return nil
}

// check tells what is wrong with an event.
func (e *Event) check() error {
	if e.Seq <= 0 || len(e.Event) == 0 {
		return fmt.Errorf("event %d has no number or no content", e.Seq)
	}
	keys := make(map[string]bool, len(e.Deliveries))
	for _, key := range e.Deliveries {
		if keys[key] {
			return fmt.Errorf("event %d has delivery %q twice", e.Seq, key)
		}
		keys[key] = true
	}
	return nil
}

// flush writes batches. While one is being written, the next one gathers.
func (s *State) flush() {
	for range s.wake {
		s.mu.Lock()
		b := s.pending
		s.pending = nil
		b.err = s.failed
		s.mu.Unlock()
		if b.err == nil {
			b.err = s.write(b.text)
		}
		close(b.done)
	}
}

func (s *State) write(text []byte) error {
	_, err := s.file.Write(text)
	if err == nil {
		err = s.file.Sync()
	}
	if err != nil {
		s.mu.Lock()
		s.failed = err
		s.mu.Unlock()
	}
	return err
}

// Close writes what is pending and gives the directory free. Nothing can be
// written afterwards.
func (s *State) Close() error {
	s.mu.Lock()
	closed := s.closed
	if !closed {
		s.closed = true
		close(s.wake)
	}
	s.mu.Unlock()
	if closed {
		return nil
	}
	s.flusher.Wait()
	return errors.Join(s.file.Close(), s.lock.Close())
}
