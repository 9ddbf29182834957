package delivery

import (
	"net/http"
	"testing"
	"time"
)

// TestSpeed compares the engine's clock with the real one.
func TestSpeed(t *testing.T) {
	url := serve(t, func(int, http.ResponseWriter, *http.Request) {})
	for _, speed := range []float64{1, 10} {
		e, w := newEngine(t, url, Options{Speed: speed})
		j := newJob(t, 1, "k", "https://chat.example/")
		next := e.Now().Add(time.Second)
		j.Status = Status{State: Waiting, Attempts: []Attempt{{Status: 500}}, Next: &next}
		began := time.Now()
		submit(e, j)
		w.awaitFinal(t, 1)
		want := time.Duration(float64(time.Second) / speed)
		if took := time.Since(began); took < want-10*time.Millisecond || took > want+500*time.Millisecond {
			t.Errorf("a second took %v at speed %g", took, speed)
		}
		if at := w.last(j.ID).Attempts[1].At; at.Before(next) {
			t.Errorf("tried at %v, not before %v", at, next)
		}
	}
}

// TestHold proves that an event does not age while it is being accepted.
func TestHold(t *testing.T) {
	url := serve(t, func(int, http.ResponseWriter, *http.Request) {})
	e, w := newEngine(t, url, Options{Speed: MaxSpeed})
	waiting := newJob(t, 1, "k", "https://chat.example/")
	next := e.Now().Add(5 * 24 * time.Hour)
	waiting.Status = Status{State: Waiting, Attempts: []Attempt{{}}, Next: &next}
	waiting.Accepted = next
	e.Submit(waiting) // makes the clock run fast
	release := e.Hold()
	now := e.Now()
	time.Sleep(50 * time.Millisecond)
	if passed := e.Now().Sub(now); passed < 50*time.Millisecond || passed > time.Second {
		t.Errorf("%v passed while it was held", passed)
	}
	j := newJob(t, 2, "k", "https://chat.example/")
	j.Accepted, j.Retry.MaximumEventAgeInSeconds = now, 60
	e.Submit(j)
	release()
	release() // does nothing
	w.awaitFinal(t, 1)
	if s := w.last(j.ID); s.State != Delivered || s.Attempts[0].At.Sub(now) > time.Second {
		t.Errorf("%+v", s)
	}
	w.awaitFinal(t, 2)
}
