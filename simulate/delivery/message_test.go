package delivery

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/notifygen/notifygen/eventbridge"
)

const (
	groupOfMessages = "arn:aws:sqs:us-east-1:123456789012:chat.fifo\nall"
	visibility      = 5 * time.Minute
)

// newMessage is a message of a FIFO queue that is received three times at most and
// kept for four days.
func newMessage(event int64, receive func(context.Context, *Receive) Receipt) Job {
	return Job{
		ID: ID{event, "m"}, Destination: groupOfMessages, Retry: eventbridge.RetryPolicy{MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 345_600},
		DeadLetterQueue: queueARN, RuleARN: ruleARN, TargetARN: targetARN, Body: "the message",
		Message: &Message{Receive: receive, Visibility: visibility, Ordered: true, Queue: "arn:aws:sqs:us-east-1:123456789012:chat.fifo"},
	}
}

// worked tells what was received, and when by the engine's clock.
type worked struct {
	mu    sync.Mutex
	order []string
	at    []time.Time
}

func (w *worked) note(what string, r *Receive) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.order, w.at = append(w.order, what), append(w.at, r.Now())
}

// TestMessageOrder proves that a message group is worked off one by one, each
// for as long as it takes, and that a message which returns holds up those behind
// it until it is received again.
func TestMessageOrder(t *testing.T) {
	e, w := newEngine(t, "http://127.0.0.1:1", Options{})
	var done worked
	var jobs []Job
	for i := range int64(6) {
		jobs = append(jobs, newMessage(i, func(ctx context.Context, r *Receive) Receipt {
			done.note(fmt.Sprint(i, " ", r.Number), r)
			if err := r.Sleep(ctx, 3*time.Second); err != nil {
				t.Error(err)
			}
			if i == 1 && r.Number < 3 {
				return Receipt{State: Waiting, Attempt: Attempt{Status: 503}}
			}
			return Receipt{State: Delivered, Attempt: Attempt{Status: 200}}
		}))
	}
	submit(e, jobs...)
	w.awaitFinal(t, len(jobs))
	if got := strings.Join(done.order, ", "); got != "0 1, 1 1, 1 2, 1 3, 2 1, 3 1, 4 1, 5 1" {
		t.Error(got)
	}
	for i, want := range []time.Duration{3 * time.Second, visibility, visibility, 3 * time.Second, 3 * time.Second, 3 * time.Second, 3 * time.Second} {
		if gap := done.at[i+1].Sub(done.at[i]); gap < want-time.Millisecond || gap > want+time.Second {
			t.Errorf("%s comes %v after %s, want %v", done.order[i+1], gap, done.order[i], want)
		}
	}
	if s := w.last(ID{1, "m"}); len(s.Attempts) != 3 || s.Attempts[0].Status != 503 || s.Attempts[0].Took < 3*time.Second || s.State != Delivered {
		t.Errorf("%+v", s)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.destinations) != 0 {
		t.Error("the engine keeps the group, though it is empty")
	}
}

// TestMessagesSideBySide proves that groups, and the messages of a standard queue,
// do not wait for one another.
func TestMessagesSideBySide(t *testing.T) {
	e, w := newEngine(t, "http://127.0.0.1:1", Options{})
	began := e.Now()
	var jobs []Job
	for i := range int64(10) {
		j := newMessage(i, func(ctx context.Context, r *Receive) Receipt {
			r.Sleep(ctx, time.Hour)
			return Receipt{State: Delivered}
		})
		if i < 5 {
			j.Destination = fmt.Sprint("group ", i)
		} else {
			j.Destination, j.Message.Ordered = "standard", false
		}
		jobs = append(jobs, j)
	}
	submit(e, jobs...)
	w.awaitFinal(t, len(jobs))
	if took := e.Now().Sub(began); took > time.Hour+time.Minute {
		t.Error("it took", took)
	}
}

// TestMessageGivenUp proves what becomes of messages that nobody can work off, and
// that those behind them are worked off then.
func TestMessageGivenUp(t *testing.T) {
	fails := func(context.Context, *Receive) Receipt { return Receipt{State: Waiting, Attempt: Attempt{Error: "no"}} }
	poison, old, unheard := newMessage(1, fails), newMessage(2, fails), newMessage(3, fails)
	old.DeadLetterQueue, old.Retry.MaximumRetryAttempts = "", 1000
	unheard.Retry.MaximumEventAgeInSeconds = 60 // while the others are out of sight
	e, w := newEngine(t, "http://127.0.0.1:1", Options{Speed: MaxSpeed})
	fine := newMessage(4, func(context.Context, *Receive) Receipt { return Receipt{State: Delivered} })
	submit(e, poison, old, unheard, fine)
	w.awaitFinal(t, 4)
	if s := w.last(poison.ID); s.State != DeadLettered || len(s.Attempts) != 3 || s.DeadLetter.Queue != queueARN || s.DeadLetter.Body != "the message" ||
		s.DeadLetter.Attributes["DeadLetterQueueSourceArn"] != poison.Message.Queue {
		t.Errorf("%+v", s)
	}
	// four days, the quarter of an hour that it waited for the first one less
	s := w.last(old.ID)
	if s.State != Dropped || s.count() != 345_600/300-3 || s.DeadLetter.Queue != "" {
		t.Errorf("%s after %d, %+v", s.State, s.count(), s.DeadLetter)
	}
	if len(s.Attempts) != 2*keptAttempts || s.Attempts[keptAttempts].At.Sub(s.Attempts[keptAttempts-1].At) < time.Hour {
		t.Errorf("%d attempts are kept", len(s.Attempts))
	}
	if s := w.last(unheard.ID); s.State != Dropped || len(s.Attempts) != 0 {
		t.Errorf("%+v", s)
	}
	if s := w.last(fine.ID); s.State != Delivered {
		t.Errorf("%+v", s)
	}
}

// TestLateMessageWaits submits a message while the one before is worked on, and one
// when that has returned to the queue.
func TestLateMessageWaits(t *testing.T) {
	e, w := newEngine(t, "http://127.0.0.1:1", Options{})
	var done worked
	begun, submitted := make(chan struct{}), make(chan struct{})
	submit(e, newMessage(1, func(_ context.Context, r *Receive) Receipt {
		done.note(fmt.Sprint("first ", r.Number), r)
		if r.Number == 1 {
			close(begun)
			<-submitted
			return Receipt{State: Waiting}
		}
		return Receipt{State: Delivered}
	}))
	other := func(name string) func(context.Context, *Receive) Receipt {
		return func(_ context.Context, r *Receive) Receipt {
			done.note(name, r)
			return Receipt{State: Delivered}
		}
	}
	<-begun
	submit(e, newMessage(2, other("second")))
	close(submitted)
	w.await(t, "the first returns", func() bool {
		h := w.history[ID{1, "m"}]
		return h[len(h)-1].State == Waiting && len(h[len(h)-1].Attempts) > 0
	})
	submit(e, newMessage(3, other("third")))
	w.awaitFinal(t, 3)
	if got := strings.Join(done.order, ", "); got != "first 1, first 2, second, third" {
		t.Error(got)
	}
}

// TestReceivesDoNotOverlap has a message that takes longer than it is out of sight.
func TestReceivesDoNotOverlap(t *testing.T) {
	e, w := newEngine(t, "http://127.0.0.1:1", Options{})
	var done worked
	j := newMessage(1, func(ctx context.Context, r *Receive) Receipt {
		done.note("", r)
		r.Sleep(ctx, time.Minute)
		return Receipt{State: Waiting}
	})
	j.Message.Visibility = time.Second
	submit(e, j)
	w.awaitFinal(t, 1)
	for i := range done.at[1:] {
		if gap := done.at[i+1].Sub(done.at[i]); gap < time.Minute-time.Millisecond {
			t.Error("the next receive comes after", gap)
		}
	}
}

// TestRedriveIsLate proves that a message which was received too often leaves its
// queue, and the others come, when it would be seen again.
func TestRedriveIsLate(t *testing.T) {
	e, w := newEngine(t, "http://127.0.0.1:1", Options{})
	var done worked
	poison := newMessage(1, func(_ context.Context, r *Receive) Receipt {
		done.note("poison", r)
		return Receipt{State: Waiting}
	})
	fine := newMessage(2, func(_ context.Context, r *Receive) Receipt {
		done.note("fine", r)
		return Receipt{State: Delivered}
	})
	submit(e, poison, fine)
	w.awaitFinal(t, 2)
	if got := strings.Join(done.order, " "); got != "poison poison poison fine" || done.at[3].Sub(done.at[2]) < visibility-time.Millisecond {
		t.Error(got, done.at)
	}
}

// TestSleepersTakeNoPlace proves that executions which wait hold up nobody, and that
// a pipe has more than a few messages of a standard queue in hands.
func TestSleepersTakeNoPlace(t *testing.T) {
	e, w := newEngine(t, serve(t, func(int, http.ResponseWriter, *http.Request) {}), Options{})
	began := e.Now()
	var jobs []Job
	for i := range int64(3 * maxExchanges) {
		j := newMessage(i, func(ctx context.Context, r *Receive) Receipt {
			r.Sleep(ctx, time.Hour)
			return Receipt{State: Delivered}
		})
		j.Destination, j.Message.Ordered = "standard", false
		if i%2 == 0 {
			j.Destination, j.Message.Ordered = fmt.Sprint("group ", i), true
		}
		jobs = append(jobs, j)
	}
	submit(e, append(jobs, newJob(t, 1000, "k", "https://chat.example/"))...)
	w.awaitFinal(t, len(jobs)+1)
	if at := w.last(ID{1000, "k"}).Attempts[0].At; at.Sub(began) > time.Minute {
		t.Error("a request waited for those who sleep until", at.Sub(began))
	}
	if took := e.Now().Sub(began); took > time.Hour+time.Minute {
		t.Error("they slept one after the other:", took)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.inFlight != 0 || e.clock.busy != 0 {
		t.Error(e.inFlight, e.clock.busy)
	}
}

// TestOmittedAttemptsSurvive reads a journal with more attempts than are kept, as it
// was written and as it was compacted.
func TestOmittedAttemptsSurvive(t *testing.T) {
	dir := t.TempDir()
	state, _, err := OpenState(dir)
	if err != nil {
		t.Fatal(err)
	}
	e, w := newEngine(t, "http://127.0.0.1:1", Options{State: state, Speed: MaxSpeed})
	const receives = 2*keptAttempts + 50
	j := newMessage(1, func(_ context.Context, r *Receive) Receipt {
		if r.Number > receives {
			e.stop() // as if the process ended
		}
		return Receipt{State: Waiting, Attempt: Attempt{Status: 503}}
	})
	j.DeadLetterQueue = ""
	if err := state.Accept(Event{Seq: 1, ID: "e", Time: e.Now(), Event: []byte(`{}`), Deliveries: []string{"m"}}); err != nil {
		t.Fatal(err)
	}
	submit(e, j)
	w.await(t, "all receives", func() bool {
		h := w.history[j.ID]
		return len(h) > 0 && h[len(h)-1].count() >= receives
	})
	e.Close()
	for _, how := range []string{"as written", "compacted"} {
		if err := state.Close(); err != nil {
			t.Fatal(err)
		}
		var found Recovered
		if state, found, err = OpenState(dir); err != nil {
			t.Fatal(err)
		}
		if s := found.Events[0].Statuses["m"]; s.count() < receives || len(s.Attempts) != 2*keptAttempts {
			t.Errorf("%s: %d of %d", how, len(s.Attempts), s.count())
		}
	}
	state.Close()
}

// TestReceiptOfMessage proves that what the consumer says is what is kept.
func TestReceiptOfMessage(t *testing.T) {
	letter := &DeadLetter{Queue: queueARN, Attributes: map[string]string{"ERROR_CODE": "no_text"}, Body: "b"}
	e, w := newEngine(t, "http://127.0.0.1:1", Options{})
	submit(e, newMessage(1, func(context.Context, *Receive) Receipt {
		return Receipt{State: DeadLettered, DeadLetter: letter, Attempt: Attempt{Status: 200, Meaning: "ok:false", Reply: strings.Repeat("x", 2*maxReply)}}
	}))
	w.awaitFinal(t, 1)
	s := w.last(ID{1, "m"})
	if s.State != DeadLettered || s.DeadLetter != letter || s.Attempts[0].Meaning != "ok:false" || len(s.Attempts[0].Reply) != maxReply || s.Attempts[0].At.IsZero() {
		t.Errorf("%+v", s)
	}
}

// TestSend sends requests of a receive.
func TestSend(t *testing.T) {
	url := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/slow":
			stall(w)
		case "/reset":
			raw(reset)(0, w)
		default:
			w.Header().Set("X-Long", "yes")
			w.WriteHeader(202)
			w.Write([]byte(strings.Repeat("x", 1<<20)))
		}
	})
	e, w := newEngine(t, url, Options{})
	send := func(ctx context.Context, r *Receive, to string, limit time.Duration) (*Reply, error) {
		return r.Send(ctx, request(t, "POST", to, "{}"), limit, 300_000)
	}
	submit(e, newMessage(1, func(ctx context.Context, r *Receive) Receipt {
		got, err := send(ctx, r, "https://chat.example/x", time.Minute)
		if err != nil || got.Status != 202 || got.Text != "Accepted" || len(got.Body) != 300_000 || got.Header.Get("X-Long") != "yes" {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := send(ctx, r, "https://chat.example/slow", 50*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
			t.Error("slow:", err)
		}
		if _, err := send(ctx, r, "https://chat.example/reset", time.Minute); err == nil || strings.Contains(err.Error(), "127.0.0.1") {
			t.Error("reset:", err)
		}
		if !r.Covers("https://chat.example/x") || r.Covers("ftp://chat.example") {
			t.Error("Covers")
		}
		if _, err := send(ctx, r, "ftp://chat.example", time.Minute); err == nil {
			t.Error("no rewrite covers it, and it is sent")
		}
		return Receipt{State: Delivered}
	}))
	w.awaitFinal(t, 1)
}

// TestCloseWhileMessagesSleep proves that the engine ends at once, and that the
// message is received once more by the next one.
func TestCloseWhileMessagesSleep(t *testing.T) {
	dir := t.TempDir()
	state, _, err := OpenState(dir)
	if err != nil {
		t.Fatal(err)
	}
	sleeps := make(chan struct{}, 1)
	e, _ := newEngine(t, "http://127.0.0.1:1", Options{State: state, Speed: 1})
	first := newMessage(1, func(ctx context.Context, r *Receive) Receipt {
		sleeps <- struct{}{}
		return Receipt{State: Waiting, Attempt: Attempt{Error: fmt.Sprint(r.Sleep(ctx, time.Hour))}}
	})
	if err := state.Accept(Event{Seq: 1, ID: "e", Time: e.Now(), Event: []byte(`{}`), Deliveries: []string{"m"}}); err != nil {
		t.Fatal(err)
	}
	submit(e, first)
	<-sleeps
	began := time.Now()
	e.Close()
	if took := time.Since(began); took > grace/2 {
		t.Error("closing took", took)
	}
	if err := state.Close(); err != nil {
		t.Fatal(err)
	}
	state, found, err := OpenState(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	if len(found.Events) != 1 || len(found.Events[0].Statuses["m"].Attempts) != 0 {
		t.Fatalf("%+v", found.Events)
	}
	e, w := newEngine(t, "http://127.0.0.1:1", Options{State: state})
	again := newMessage(1, func(context.Context, *Receive) Receipt { return Receipt{State: Delivered} })
	again.Status = found.Events[0].Statuses["m"]
	submit(e, again)
	w.awaitFinal(t, 1)
	if s := w.last(first.ID); s.State != Delivered || len(s.Attempts) != 1 {
		t.Errorf("%+v", s)
	}
}

// TestRecoveredMessagesKeepTheirOrder proves that a message which was out of sight
// when the engine ended holds up the others still.
func TestRecoveredMessagesKeepTheirOrder(t *testing.T) {
	e, w := newEngine(t, "http://127.0.0.1:1", Options{})
	var done worked
	receive := func(name string) func(context.Context, *Receive) Receipt {
		return func(_ context.Context, r *Receive) Receipt {
			done.note(fmt.Sprint(name, " ", r.Number), r)
			return Receipt{State: Delivered}
		}
	}
	first, second := newMessage(1, receive("first")), newMessage(2, receive("second"))
	next := e.Now().Add(time.Hour)
	first.Status = Status{State: Waiting, Attempts: []Attempt{{Status: 503}}, Next: &next}
	submit(e, first, second)
	w.awaitFinal(t, 2)
	if !slices.Equal(done.order, []string{"first 2", "second 1"}) || done.at[0].Before(next) {
		t.Error(done.order, done.at, next)
	}
}
