package delivery

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/notifygen/notifygen/eventbridge"
)

// TestRate counts starts in every window of one second of the engine's clock.
func TestRate(t *testing.T) {
	url := serve(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n%5 == 0 {
			w.WriteHeader(500) // retries count as well
		}
	})
	for _, c := range []struct{ rate, jobs int }{{1, 8}, {3, 20}, {7, 50}, {300, 1500}} {
		t.Run(fmt.Sprint(c.rate), func(t *testing.T) {
			e, w := newEngine(t, url, Options{Speed: 1000})
			jobs := make([]Job, c.jobs)
			for i := range jobs {
				jobs[i] = newJob(t, int64(i), "k", "https://chat.example/")
				jobs[i].RatePerSecond = c.rate
			}
			submit(e, jobs...)
			w.awaitFinal(t, c.jobs)
			var starts []time.Time
			for _, history := range w.history {
				for _, a := range history[len(history)-1].Attempts {
					starts = append(starts, a.At)
				}
			}
			slices.SortFunc(starts, time.Time.Compare)
			for i := c.rate; i < len(starts); i++ {
				if window := starts[i].Sub(starts[i-c.rate]); window < time.Second {
					t.Errorf("%d starts within %v", c.rate+1, window)
				}
			}
			if took := starts[len(starts)-1].Sub(starts[0]); took > 3*time.Second*time.Duration(len(starts))/time.Duration(c.rate)+30*time.Second {
				t.Errorf("%d starts took %v at %d a second", len(starts), took, c.rate)
			}
		})
	}
}

// TestOrder proves that jobs of a destination go in the order they came in, and
// that one that waits to be tried again lets the others pass.
func TestOrder(t *testing.T) {
	var mu sync.Mutex
	var order []string
	url := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, r.URL.Path)
		if n == 0 {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(429)
		}
	})
	e, w := newEngine(t, url, Options{Speed: 1e4})
	var jobs []Job
	var want []string
	for i := range 20 {
		path := fmt.Sprintf("/%d", i)
		j := newJob(t, int64(i), "k", "https://chat.example"+path)
		j.RatePerSecond = 1
		jobs, want = append(jobs, j), append(want, path)
	}
	submit(e, jobs...)
	w.awaitFinal(t, len(jobs))
	if want = append(want, "/0"); !slices.Equal(order, want) {
		t.Errorf("order %v", order)
	}
}

// TestStuck proves that destinations which never answer do not hold up others,
// however many they are.
func TestStuck(t *testing.T) {
	t.Parallel()
	stuck := serve(t, func(_ int, w http.ResponseWriter, _ *http.Request) { stall(w) })
	fine := serve(t, func(int, http.ResponseWriter, *http.Request) {})
	rewrite, err := ParseRewrite("https://stuck.example="+stuck, "https://fine.example="+fine)
	if err != nil {
		t.Fatal(err)
	}
	w := newWatcher()
	e := New(Options{Rewrite: rewrite, Observe: w.observe, Speed: 100})
	t.Cleanup(e.Close)
	var jobs []Job
	for i := range 200 {
		j := newJob(t, int64(i), "k", "https://stuck.example/")
		j.Destination += fmt.Sprint(i % 8)
		jobs = append(jobs, j)
	}
	for i := range 100 {
		jobs = append(jobs, newJob(t, int64(i), "fine", "https://fine.example/"))
	}
	began := time.Now()
	submit(e, jobs...)
	w.awaitFinal(t, 100)
	if took := time.Since(began); took > eventbridge.InvocationTimeout {
		t.Errorf("took %v", took)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for arn, d := range e.destinations {
		if d.inFlight > maxDestinationExchanges {
			t.Errorf("%d exchanges with %s", d.inFlight, arn)
		}
	}
	if e.inFlight > maxExchanges+len(e.destinations) {
		t.Errorf("%d exchanges", e.inFlight)
	}
}

// TestTooOld is a queue that is longer than the events may get old.
func TestTooOld(t *testing.T) {
	url := serve(t, func(int, http.ResponseWriter, *http.Request) {})
	e, w := newEngine(t, url, Options{Speed: 1e4})
	const n = 200
	jobs := make([]Job, n)
	for i := range jobs {
		jobs[i] = newJob(t, int64(i), "k", "https://chat.example/")
		jobs[i].RatePerSecond, jobs[i].Retry.MaximumEventAgeInSeconds = 1, 60
	}
	submit(e, jobs...)
	w.awaitFinal(t, n)
	for i, j := range jobs {
		s := w.last(j.ID)
		switch {
		case s.State == Delivered:
			if i >= 61 {
				t.Errorf("%d was delivered", i)
			}
		case i < 55 || s.State != DeadLettered || len(s.Attempts) != 0 ||
			s.DeadLetter.Attributes["EXHAUSTED_RETRY_CONDITION"] != exhaustedAge ||
			s.DeadLetter.Attributes["RETRY_ATTEMPTS"] != "0" ||
			s.DeadLetter.Attributes["ERROR_CODE"] != eventbridge.CodeThrottling:
			t.Errorf("%d: %+v %+v", i, s, s.DeadLetter)
		}
	}
	if e.Now().Sub(jobs[0].Accepted) > 70*time.Second {
		t.Error("the clock runs on though nothing waits")
	}
}

// TestHistory is what an observer sees, in order.
func TestHistory(t *testing.T) {
	url := serve(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n < 2 {
			w.WriteHeader(500)
		}
	})
	e, w := newEngine(t, url, Options{})
	j := newJob(t, 1, "k", "https://chat.example/")
	submit(e, j)
	w.awaitFinal(t, 1)
	var got []string
	for _, s := range w.history[j.ID] {
		text := fmt.Sprintf("%s %d", s.State, len(s.Attempts))
		if s.Next != nil {
			text += " next"
		}
		got = append(got, text)
	}
	want := []string{
		"waiting 0", "in-flight 0", "waiting 1 next", "waiting 1", "in-flight 1",
		"waiting 2 next", "waiting 2", "in-flight 2", "delivered 3",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// TestMany lets 100,000 jobs wait: none of them has a goroutine, and the engine
// is idle.
func TestMany(t *testing.T) {
	url := serve(t, func(int, http.ResponseWriter, *http.Request) {})
	e, w := newEngine(t, url, Options{Speed: 1})
	before := runtime.NumGoroutine()
	const n = 100_000
	template := newJob(t, 0, "k", "https://chat.example/")
	jobs := make([]Job, n)
	later := time.Now().Add(time.Hour)
	for i := range jobs {
		jobs[i] = template
		jobs[i].Event = int64(i + 1)
		jobs[i].Destination = fmt.Sprintf("arn:%d", i%100)
		jobs[i].Status = Status{State: Waiting, Attempts: []Attempt{{Status: 500}}, Next: &later}
	}
	submit(e, jobs...)
	w.await(t, "all are observed", func() bool { return len(w.history) == n })
	if more := runtime.NumGoroutine() - before; more > 10 {
		t.Errorf("%d more goroutines", more)
	}
	submit(e, newJob(t, n+1, "now", "https://chat.example/"))
	w.awaitFinal(t, 1)
}

// TestClose leaves what is under way, after some patience.
func TestClose(t *testing.T) {
	t.Parallel()
	arrived := make(chan bool, 100)
	url := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		arrived <- true
		if r.URL.Path == "/stuck" {
			stall(w)
		}
		time.Sleep(grace / 4)
	})
	s, _, err := OpenState(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	e, w := newEngine(t, url, Options{State: s, Speed: 1})
	slow, stuck := newJob(t, 1, "slow", "https://chat.example/slow"), newJob(t, 1, "stuck", "https://chat.example/stuck")
	stuck.Destination += "2"
	if err := s.Accept(Event{Seq: 1, Event: []byte("{}"), Deliveries: []string{"slow", "stuck"}}); err != nil {
		t.Fatal(err)
	}
	submit(e, slow, stuck)
	<-arrived
	<-arrived
	began := time.Now()
	e.Close()
	if took := time.Since(began); took < grace-100*time.Millisecond || took > grace+3*time.Second {
		t.Errorf("took %v", took)
	}
	if got := w.last(slow.ID); got.State != Delivered {
		t.Errorf("slow: %+v", got)
	}
	if got := w.last(stuck.ID); got.State != InFlight || len(got.Attempts) != 0 {
		t.Errorf("stuck: %+v", got)
	}
	e.Submit(newJob(t, 2, "k", "https://chat.example/"))
	if got := w.last(ID{2, "k"}); got.State != "" {
		t.Errorf("after Close: %+v", got)
	}
	e.Close() // does nothing
}

func BenchmarkDelivery(b *testing.B) {
	url := serve(b, func(int, http.ResponseWriter, *http.Request) {})
	e, w := newEngine(b, url, Options{Speed: 1})
	jobs := make([]Job, b.N)
	for i := range jobs {
		jobs[i] = newJob(b, int64(i), "k", "https://chat.example/")
		jobs[i].RatePerSecond = 1e9
		jobs[i].Destination = fmt.Sprintf("arn:%d", i%8)
	}
	b.ResetTimer()
	submit(e, jobs...)
	w.awaitFinal(b, b.N)
}
