package delivery

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Files of a state.
const (
	journalName = "journal.ndjson"
	lockName    = "lock"
)

// journalVersion is the form of the records.
const journalVersion = 1

// record is a line of the journal: one of its fields is set.
type record struct {
	Journal  *header   `json:"journal,omitempty"` // the first line
	Event    *Event    `json:"event,omitempty"`
	Delivery *progress `json:"delivery,omitempty"`
}

// header tells what compaction has left out.
type header struct {
	Version int       `json:"version"`
	Seq     int64     `json:"seq"`
	Time    time.Time `json:"time"`
}

// progress is one change of a delivery. It holds the last attempt only, if that
// is what changed it; the earlier ones have records of their own.
type progress struct {
	ID
	State      string      `json:"state"`
	Attempt    *Attempt    `json:"attempt,omitempty"`
	Next       *time.Time  `json:"next,omitempty"`
	DeadLetter *DeadLetter `json:"deadLetter,omitempty"`
	Omitted    int         `json:"omitted,omitempty"` // of [Status], where a compaction left attempts out
}

// record is how a settlement is kept.
func (s settlement) record() record {
	p := &progress{ID: s.job.ID, State: s.status.State, Next: s.status.Next, DeadLetter: s.status.DeadLetter}
	if s.attempted {
		p.Attempt = &s.status.Attempts[len(s.status.Attempts)-1]
	}
	return record{Delivery: p}
}

// line is the record as it stands in the journal. Angle brackets are left alone:
// events are kept as they came, but for white space.
func (r record) line() ([]byte, error) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(r)
	return line.Bytes(), err
}

// OpenState opens a state, or begins one in a directory that need not exist. No
// two processes can have one open. A last line that was cut off by a crash is
// dropped: nobody was told that it is kept. What is finished is dropped as well,
// unless it has a dead letter. The error names file and line where the journal
// is damaged elsewhere; nothing is changed then.
func OpenState(dir string) (*State, Recovered, error) {
	fail := func(err error) (*State, Recovered, error) {
		return nil, Recovered{}, fmt.Errorf("state: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fail(err)
	}
	lock, err := lockFile(filepath.Join(dir, lockName))
	if errors.Is(err, errLocked) {
		return fail(fmt.Errorf("%s is in use by another process", dir))
	} else if err != nil {
		return fail(err)
	}
	path := filepath.Join(dir, journalName)
	recovered, err := readJournal(path)
	if err != nil {
		return fail(errors.Join(err, lock.Close()))
	}
	file, err := writeJournal(path, recovered)
	if err != nil {
		return fail(errors.Join(err, lock.Close()))
	}
	s := &State{file: file, lock: lock, open: map[ID]bool{}, wake: make(chan struct{}, 1)}
	for _, e := range recovered.Events {
		for _, key := range e.Deliveries {
			if !final(e.Statuses[key].State) {
				s.open[ID{e.Seq, key}] = true
			}
		}
	}
	s.flusher.Go(s.flush)
	return s, recovered, nil
}

// journalReader gathers what a journal says.
type journalReader struct {
	Recovered
	index map[int64]int // of Events, by Seq
	begun bool          // the header has been read
}

func readJournal(path string) (Recovered, error) {
	r := journalReader{index: map[int64]int{}}
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return r.Recovered, nil
	} else if err != nil {
		return r.Recovered, err
	}
	defer file.Close()
	lines := bufio.NewReaderSize(file, 1<<16)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF { // what is left was cut off
			break
		} else if err != nil {
			return r.Recovered, err
		}
		if err := r.read(line); err != nil {
			return r.Recovered, fmt.Errorf("%s:%d: %w", path, number, err)
		}
	}
	r.Events = slices.DeleteFunc(r.Events, func(e RecoveredEvent) bool { return e.Finished() && !e.deadLettered() })
	slices.SortFunc(r.Events, func(a, b RecoveredEvent) int { return int(min(max(a.Seq-b.Seq, -1), 1)) })
	return r.Recovered, nil
}

func (r *journalReader) read(line []byte) error {
	var rec record
	if err := json.Unmarshal(line, &rec); err != nil {
		return fmt.Errorf("damaged: %w", err)
	}
	switch h := rec.Journal; {
	case !r.begun && h == nil:
		return errors.New("this is no journal of notifygen")
	case !r.begun && h.Version != journalVersion:
		return fmt.Errorf("version %d of the journal is not known here", h.Version)
	case !r.begun:
		r.begun = true
		r.Seq, r.Time = h.Seq, h.Time
		return nil
	case rec.Event != nil:
		return r.event(*rec.Event)
	case rec.Delivery != nil:
		return r.delivery(*rec.Delivery)
	}
	return errors.New("damaged: neither an event nor a delivery")
}

func (r *journalReader) event(e Event) error {
	if err := e.check(); err != nil {
		return fmt.Errorf("damaged: %w", err)
	}
	if _, twice := r.index[e.Seq]; twice {
		return fmt.Errorf("damaged: event %d stands here for the second time", e.Seq)
	}
	r.index[e.Seq] = len(r.Events)
	statuses := make(map[string]Status, len(e.Deliveries))
	for _, key := range e.Deliveries {
		statuses[key] = Status{State: Waiting, Attempts: []Attempt{}}
	}
	r.Events = append(r.Events, RecoveredEvent{e, statuses})
	r.Seq = max(r.Seq, e.Seq)
	r.passed(e.Time)
	return nil
}

func (r *journalReader) delivery(p progress) error {
	i, known := r.index[p.Event]
	if !known {
		return fmt.Errorf("damaged: event %d is not known", p.Event)
	}
	status, known := r.Events[i].Statuses[p.Key]
	switch {
	case !known:
		return fmt.Errorf("damaged: event %d has no delivery %q", p.Event, p.Key)
	case p.State != Waiting && !final(p.State):
		return fmt.Errorf("damaged: a delivery cannot be %q", p.State)
	}
	if p.Attempt != nil {
		status = status.tried(*p.Attempt)
		r.passed(p.Attempt.At.Add(p.Attempt.Took))
	}
	status.State, status.Next, status.DeadLetter = p.State, p.Next, p.DeadLetter
	status.Omitted += p.Omitted
	r.Events[i].Statuses[p.Key] = status
	return nil
}

// passed notes a time that the clock has shown.
func (r *journalReader) passed(t time.Time) {
	if t.After(r.Time) {
		r.Time = t
	}
}

func (e RecoveredEvent) deadLettered() bool {
	for _, s := range e.Statuses {
		if s.State == DeadLettered {
			return true
		}
	}
	return false
}

// records are those that lead to what was recovered.
func (r Recovered) records() []record {
	out := []record{{Journal: &header{journalVersion, r.Seq, r.Time}}}
	for i := range r.Events {
		e := &r.Events[i]
		out = append(out, record{Event: &e.Event})
		for _, key := range e.Deliveries {
			id, s := ID{e.Seq, key}, e.Statuses[key]
			for n := range s.Attempts {
				p := &progress{ID: id, State: Waiting, Attempt: &s.Attempts[n]}
				out = append(out, record{Delivery: p})
			}
			out = append(out, record{Delivery: &progress{ID: id, State: s.State, Next: s.Next, DeadLetter: s.DeadLetter, Omitted: s.Omitted}})
		}
	}
	return out
}

// writeJournal replaces the journal and opens the new one for appending. At any
// moment either the old one or the new one is there as a whole.
func writeJournal(path string, r Recovered) (*os.File, error) {
	next := path + ".new"
	if err := writeRecords(next, r.records()); err != nil {
		return nil, err
	}
	if err := os.Rename(next, path); err != nil {
		return nil, err
	}
	if err := syncDirectory(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
}

func writeRecords(path string, records []record) (err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	out := bufio.NewWriter(file)
	for _, r := range records {
		line, err := r.line()
		if err != nil {
			return err
		}
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return file.Sync()
}
