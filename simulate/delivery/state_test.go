package delivery

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// open opens a state that has to be fine.
func open(t testing.TB, dir string) (*State, Recovered) {
	t.Helper()
	s, r, err := OpenState(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, r
}

func accept(t testing.TB, s *State, seq int64, keys ...string) {
	t.Helper()
	err := s.Accept(Event{
		Seq: seq, ID: fmt.Sprint("id-", seq), Bus: "default", Origin: "put-events", Time: wall.Add(time.Duration(seq) * time.Second),
		Event: json.RawMessage(`{"a":1.50,"a":"<é>"}`), Deliveries: keys,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestState follows events through three lives of a state.
func TestState(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "state")
	s, r := open(t, dir)
	if r.Seq != 0 || len(r.Events) != 0 {
		t.Errorf("new: %+v", r)
	}
	accept(t, s, 2, "a", "b")
	accept(t, s, 1, "c")
	accept(t, s, 3, "d")
	accept(t, s, 4)
	accept(t, s, 5, "e", "f")
	next := wall.Add(time.Hour)
	first := Attempt{At: wall, Took: time.Second, Status: 500, Reply: "no", RetryAfter: "3"}
	second := Attempt{At: wall.Add(time.Minute), Took: time.Second, Error: timedOut}
	letter := &DeadLetter{Queue: queueARN, Attributes: map[string]string{"ERROR_CODE": "TIMEOUT"}, Body: "{}"}
	for _, r := range []record{
		{Delivery: &progress{ID: ID{2, "a"}, State: Delivered, Attempt: &first}},
		{Delivery: &progress{ID: ID{2, "b"}, State: Waiting, Attempt: &first, Next: &next}},
		{Delivery: &progress{ID: ID{2, "b"}, State: Waiting, Attempt: &second, Next: &next}},
		{Delivery: &progress{ID: ID{3, "d"}, State: Delivered, Attempt: &first}},
		{Delivery: &progress{ID: ID{5, "e"}, State: DeadLettered, Attempt: &second, DeadLetter: letter}},
	} {
		if err := s.append(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Finish(ID{5, "f"}, Status{State: Dropped}); err != nil {
		t.Fatal(err)
	}
	want := map[int64]map[string]Status{
		1: {"c": {State: Waiting, Attempts: []Attempt{}}},
		2: {"a": {State: Delivered, Attempts: []Attempt{first}}, "b": {State: Waiting, Attempts: []Attempt{first, second}, Next: &next}},
		5: {"e": {State: DeadLettered, Attempts: []Attempt{second}, DeadLetter: letter}, "f": {State: Dropped, Attempts: []Attempt{}}},
	}
	for life := range 3 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s, r = open(t, dir)
		if r.Seq != 5 || !r.Time.Equal(second.At.Add(second.Took)) || len(r.Events) != len(want) {
			t.Errorf("life %d: %+v", life, r)
		}
		for i, e := range r.Events {
			if i > 0 && e.Seq < r.Events[i-1].Seq {
				t.Errorf("life %d: not in order", life)
			}
			if !reflect.DeepEqual(e.Statuses, want[e.Seq]) || e.Finished() != (e.Seq == 5) {
				t.Errorf("life %d: event %d: %+v", life, e.Seq, e)
			}
			if string(e.Event.Event) != `{"a":1.50,"a":"<é>"}` || e.ID != fmt.Sprint("id-", e.Seq) || !e.Time.Equal(wall.Add(time.Duration(e.Seq)*time.Second)) {
				t.Errorf("life %d: event %d: %+v", life, e.Seq, e.Event)
			}
		}
	}
	if err := s.Accept(Event{Seq: 9, Event: json.RawMessage("{")}); err == nil {
		t.Error("an event that is no JSON")
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	if err := s.Accept(Event{Seq: 9, Event: json.RawMessage("{}")}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if runtime.GOOS != "windows" {
		for path, mode := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, journalName): 0o600, filepath.Join(dir, lockName): 0o600} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
				t.Errorf("%s: %v %v", path, info.Mode(), err)
			}
		}
	}
}

// TestMistakes are calls that must not make the journal unreadable.
func TestMistakes(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	accept(t, s, 1, "a", "b")
	if err := s.Finish(ID{1, "a"}, Status{State: Dropped}); err != nil {
		t.Fatal(err)
	}
	event := json.RawMessage("{}")
	for name, err := range map[string]error{
		"finished twice": s.Finish(ID{1, "a"}, Status{State: Dropped}),
		"never accepted": s.Finish(ID{2, "a"}, Status{State: Dropped}),
		"no such key":    s.Finish(ID{1, "c"}, Status{State: Dropped}),
		"accepted twice": s.Accept(Event{Seq: 1, Event: event, Deliveries: []string{"b"}}),
		"no number":      s.Accept(Event{Event: event}),
		"no content":     s.Accept(Event{Seq: 3}),
		"the same twice": s.Accept(Event{Seq: 4, Event: event, Deliveries: []string{"a", "a"}}),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	s.Close()
	s, r := open(t, dir)
	if len(r.Events) != 1 || r.Events[0].Finished() {
		t.Errorf("%+v", r)
	}
	if err := s.Finish(ID{1, "a"}, Status{State: Dropped}); err == nil {
		t.Error("finished twice, in two lives")
	}
	if err := s.Finish(ID{1, "b"}, Status{State: Dropped}); err != nil {
		t.Error(err)
	}
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	if _, _, err := OpenState(dir); err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("%v", err)
	}
	s.Close()
	open(t, dir)
}

// TestWriteFailure is a disk that fails: no event is accepted from then on, and
// deliveries go on, which is told.
func TestWriteFailure(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	accept(t, s, 1, "k")
	s.file.Close()
	url := serve(t, func(int, http.ResponseWriter, *http.Request) {})
	failures := make(chan error, 10)
	e, w := newEngine(t, url, Options{State: s, Failed: func(err error) { failures <- err }})
	submit(e, newJob(t, 1, "k", "https://chat.example/"))
	w.awaitFinal(t, 1)
	if err := <-failures; err == nil {
		t.Error("nothing was told")
	}
	if err := s.Accept(Event{Seq: 2, Event: json.RawMessage("{}")}); err == nil {
		t.Error("accepted")
	}
}

// TestResume goes on where a state was left: earlier attempts count, nothing is
// tried before it is due, and nothing that is finished is touched.
func TestResume(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	accept(t, s, 1, "resumed", "done")
	down := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/resumed" {
			w.WriteHeader(500)
		}
	})
	e, w := newEngine(t, down, Options{State: s})
	jobs := []Job{newJob(t, 1, "resumed", "https://chat.example/resumed"), newJob(t, 1, "done", "https://chat.example/done")}
	for i := range jobs {
		jobs[i].Retry.MaximumRetryAttempts = 12
	}
	submit(e, jobs...)
	resumed := jobs[0].ID
	w.await(t, "five attempts", func() bool {
		h := w.history[resumed]
		return w.final == 1 && len(h) > 0 && len(h[len(h)-1].Attempts) >= 5
	})
	e.Close()
	s.Close()

	s, r := open(t, dir)
	if len(r.Events) != 1 || r.Events[0].Statuses["done"].State != Delivered {
		t.Fatalf("%+v", r)
	}
	before := r.Events[0].Statuses["resumed"]
	e, w = newEngine(t, down, Options{State: s, Start: r.Time})
	for i := range jobs {
		jobs[i].Status = r.Events[0].Statuses[jobs[i].Key]
	}
	e.Submit(jobs...)
	w.awaitFinal(t, 1)
	got := w.last(resumed)
	if got.State != DeadLettered || len(got.Attempts) != 13 || got.DeadLetter.Attributes["RETRY_ATTEMPTS"] != "12" {
		t.Errorf("%+v", got)
	}
	if !reflect.DeepEqual(got.Attempts[:len(before.Attempts)], before.Attempts) {
		t.Errorf("attempts %+v, before %+v", got.Attempts, before.Attempts)
	}
	if at := got.Attempts[len(before.Attempts)].At; at.Before(*before.Next) {
		t.Errorf("tried at %v, not before %v", at, before.Next)
	}
	if len(w.history[jobs[1].ID]) != 0 {
		t.Error("delivered again")
	}
}

// TestNoSecret proves that what is sent is not kept.
func TestNoSecret(t *testing.T) {
	const secret = "top-secret-value"
	url := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 0 {
			w.Header().Set("Retry-After", r.Header.Get("X-Key"))
			w.WriteHeader(500)
		}
		fmt.Fprintf(w, "you said %s", r.Header.Get("X-Key"))
	})
	dir := t.TempDir()
	s, _ := open(t, dir)
	accept(t, s, 1, "k")
	e, w := newEngine(t, url, Options{State: s, Conceal: func(text string) string { return strings.ReplaceAll(text, secret, "***") }})
	submit(e, newJob(t, 1, "k", "https://chat.example/"))
	w.awaitFinal(t, 1)
	if text, err := os.ReadFile(filepath.Join(dir, journalName)); err != nil || bytes.Contains(text, []byte(secret)) || !bytes.Contains(text, []byte("you said ***")) {
		t.Errorf("%v %s", err, text)
	}
	if shown := fmt.Sprintf("%+v", w.history); strings.Contains(shown, secret) {
		t.Error(shown)
	}
}

// TestGroupCommit accepts events from many goroutines at once.
func TestGroupCommit(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			for j := range 20 {
				accept(t, s, int64(i*20+j+1), "k")
			}
		})
	}
	all.Wait()
	s.Close()
	_, r := open(t, dir)
	if len(r.Events) != 1000 || r.Seq != 1000 {
		t.Errorf("%d events up to %d", len(r.Events), r.Seq)
	}
}

func BenchmarkAccept(b *testing.B) {
	for _, parallel := range []int{1, 32} {
		b.Run(fmt.Sprint(parallel), func(b *testing.B) {
			s, _ := open(b, b.TempDir())
			event := json.RawMessage(`{"detail":"` + strings.Repeat("x", 1000) + `"}`)
			var seq int64
			var mu sync.Mutex
			b.SetParallelism(max(parallel/runtime.GOMAXPROCS(0), 1))
			work := func() {
				mu.Lock()
				seq++
				n := seq
				mu.Unlock()
				if err := s.Accept(Event{Seq: n, Event: event, Deliveries: []string{"k"}}); err != nil {
					b.Error(err)
				}
			}
			if parallel == 1 {
				for b.Loop() {
					work()
				}
				return
			}
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					work()
				}
			})
		})
	}
}
