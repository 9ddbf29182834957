package server

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/simulate/delivery"
)

const defaultKeep = 1000

// maxKept bounds the finished records that are kept, in bytes: a thousand events
// of 1 MB, and what they cause, are more than a page can show.
const maxKept = 128 << 20

// store keeps records. A record that was handed out is never changed: a change
// makes another one.
type store struct {
	mu       sync.Mutex
	keep     int
	seq      int64
	version  int64 // counts changes
	records  map[int64]*stored
	ids      map[string]int // how many records have an id
	finished []int64        // in the order in which they finished
	bytes    int            // of the finished ones
	changed  func(*Record, int64)
}

type stored struct {
	*Record
	version int64
	played  []Delivered         // the deliveries without the requests of state machines
	sent    map[int][]Delivered // those requests, by the place of the delivery that caused them
	index   map[string]int      // of what was played, by key
	open    int                 // deliveries that have not ended
}

// changed makes a new record of a change.
func (one *stored) changed(change func()) {
	one.played = slices.Clone(one.played)
	change()
	next := *one.Record
	next.Deliveries = one.played
	if len(one.sent) > 0 {
		next.Deliveries = make([]Delivered, 0, len(one.Deliveries)+len(one.sent))
		for i, d := range one.played {
			next.Deliveries = append(append(next.Deliveries, d), one.sent[i]...)
		}
	}
	one.Record = &next
}

func newStore(keep int, changed func(r *Record, version int64)) *store {
	if keep <= 0 {
		keep = defaultKeep
	}
	// A client that comes back after a restart has seen nothing of this run.
	return &store{keep: keep, version: time.Now().UnixMicro(), records: map[int64]*stored{}, ids: map[string]int{}, changed: changed}
}

// next gives the number of a new record.
func (s *store) next() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq++
	return s.seq
}

// add keeps a record; its deliveries are updated by key.
func (s *store) add(r *Record, index map[string]int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := &stored{Record: r, index: index, played: r.Deliveries, sent: map[int][]Delivered{}}
	for _, d := range r.Deliveries {
		if !ended(d.State) {
			one.open++
		}
	}
	s.records[r.Seq] = one
	s.ids[r.ID]++
	s.seq = max(s.seq, r.Seq)
	s.publish(one)
	if one.open == 0 {
		s.finish(one)
	}
}

// update changes how far a delivery is. It gives the record and the delivery, and
// tells whether that has just come to an end.
func (s *store) update(seq int64, key string, status delivery.Status) (r *Record, d Delivered, end bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, i := s.find(seq, key)
	if one == nil {
		return nil, Delivered{}, false
	}
	one.changed(func() { one.played[i].Status = status })
	s.publish(one)
	d = one.played[i]
	if !ended(status.State) {
		return one.Record, d, false
	}
	if one.open--; one.open == 0 {
		s.finish(one)
	}
	return one.Record, d, true
}

// execute adds what a state machine made of a delivery: its execution, and the
// requests that it sent, in place of those of the execution before.
func (s *store) execute(seq int64, key string, executed simulate.Delivery, requests []Delivered) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, i := s.find(seq, key)
	if one == nil {
		return
	}
	one.changed(func() {
		one.played[i].Delivery = executed
		one.sent[i] = requests
	})
	s.publish(one)
}

// find gives the place of a delivery that has not ended; the lock is held.
func (s *store) find(seq int64, key string) (*stored, int) {
	one := s.records[seq]
	if one == nil {
		return nil, 0
	}
	i, known := one.index[key]
	if !known || ended(one.played[i].State) {
		return nil, 0
	}
	return one, i
}

// unfinished counts the deliveries that have not ended.
func (s *store) unfinished() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.records {
		n += one.open
	}
	return n
}

// publish tells of a change, in the order of changes.
func (s *store) publish(one *stored) {
	s.version++
	one.version = s.version
	s.changed(one.Record, s.version)
}

// finish lets go of the records that finished first.
func (s *store) finish(one *stored) {
	s.finished = append(s.finished, one.Seq)
	s.bytes += one.size()
	for len(s.finished) > 1 && (len(s.records) > s.keep || s.bytes > maxKept) {
		gone := s.finished[0]
		s.finished = s.finished[1:]
		s.bytes -= s.records[gone].size()
		s.forget(gone)
	}
}

// forget drops a record; the lock is held.
func (s *store) forget(seq int64) {
	id := s.records[seq].ID
	if s.ids[id]--; s.ids[id] == 0 {
		delete(s.ids, id)
	}
	delete(s.records, seq)
}

// has tells whether an event with an id is kept.
func (s *store) has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ids[id] > 0
}

// ended tells whether nothing more happens to a delivery.
func ended(state string) bool { return state != delivery.Waiting && state != delivery.InFlight }

// get gives a record, nil where there is none.
func (s *store) get(seq int64) *Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one := s.records[seq]; one != nil {
		return one.Record
	}
	return nil
}

// list gives the records after a number, in their order.
func (s *store) list(after int64) []*Record {
	records := []*Record{}
	for _, one := range s.since(after, 0) {
		records = append(records, one.Record)
	}
	return records
}

// since gives the records after a number that changed after a version.
func (s *store) since(after, version int64) []stored {
	var list []stored
	s.mu.Lock()
	for one := range maps.Values(s.records) {
		if one.Seq > after && one.version > version {
			list = append(list, *one)
		}
	}
	s.mu.Unlock()
	slices.SortFunc(list, func(a, b stored) int { return cmp.Compare(a.Seq, b.Seq) })
	return list
}
