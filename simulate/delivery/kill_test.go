package delivery

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/notifygen/notifygen/eventbridge"
)

// What the child process of TestKill is told.
const (
	childState  = "NOTIFYGEN_TEST_STATE"
	childURL    = "NOTIFYGEN_TEST_URL"
	childEvents = "NOTIFYGEN_TEST_EVENTS"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childState); dir != "" {
		events, err := strconv.ParseInt(os.Getenv(childEvents), 10, 64)
		if err == nil {
			err = child(dir, os.Getenv(childURL), events)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child accepts events from many sides, up to a number, and delivers them, two
// requests for each. It says "accepted N" when event N is safe, and ends when
// everything is delivered.
func child(dir, url string, events int64) error {
	state, recovered, err := OpenState(dir)
	if err != nil {
		return err
	}
	rewrite, err := ParseRewrite("*=" + url)
	if err != nil {
		return err
	}
	var finished sync.WaitGroup
	e := New(Options{
		Rewrite: rewrite, State: state, Speed: 1000, Start: recovered.Time,
		Observe: func(_ ID, s Status) {
			if final(s.State) {
				finished.Done()
			}
		},
		Failed: func(err error) { fmt.Fprintln(os.Stderr, err) },
	})
	submit := func(event Event, statuses map[string]Status) {
		for _, key := range event.Deliveries {
			if final(statuses[key].State) {
				continue
			}
			finished.Add(1)
			e.Submit(Job{
				ID: ID{event.Seq, key}, Destination: key, RatePerSecond: 1e6, Accepted: event.Time,
				Retry: eventbridge.RetryPolicy{MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86400}, Status: statuses[key],
				Build: func() (*eventbridge.Request, error) {
					return eventbridge.BuildRequest(eventbridge.RequestSpec{
						Destination: eventbridge.APIDestination{Endpoint: fmt.Sprintf("https://chat.example/%d/%s", event.Seq, key), Method: "POST"},
						Body:        event.Event,
					})
				},
			})
		}
	}
	for _, event := range recovered.Events {
		submit(event.Event, event.Statuses)
	}
	var sides sync.WaitGroup
	seq := recovered.Seq
	var mu sync.Mutex
	for range 4 {
		sides.Go(func() {
			for {
				mu.Lock()
				seq++
				n := seq
				mu.Unlock()
				if n > events {
					return
				}
				release := e.Hold()
				event := Event{Seq: n, Time: e.Now(), Event: json.RawMessage(`{"n":1}`), Deliveries: []string{"one", "two"}}
				if err := state.Accept(event); err != nil {
					fmt.Fprintln(os.Stderr, err)
					return
				}
				fmt.Printf("accepted %d\n", n)
				submit(event, nil)
				release()
			}
		})
	}
	sides.Wait()
	finished.Wait()
	e.Close()
	return state.Close()
}

// TestKill kills a process again and again while it accepts and delivers. In
// the end every accepted event has arrived, and no more were repeated than were
// under way when it was killed.
func TestKill(t *testing.T) {
	const events, kills = 400, 8
	var mu sync.Mutex
	received := map[string]int{} // delivered, by path
	url := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if n%7 == 0 {
			w.WriteHeader(503)
			return
		}
		mu.Lock()
		received[r.URL.Path]++
		mu.Unlock()
		time.Sleep(5 * time.Millisecond) // the killer has something to interrupt
	})
	dir := t.TempDir()
	accepted := map[string]bool{}
	// live runs the child, for a while or until it ends, and tells whether it
	// ended by itself.
	live := func(while time.Duration) bool {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), childState+"="+dir, childURL+"="+url, fmt.Sprintf("%s=%d", childEvents, events))
		c.Stderr = os.Stderr
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		defer time.AfterFunc(while, func() { c.Process.Kill() }).Stop()
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if n, ok := strings.CutPrefix(lines.Text(), "accepted "); ok {
				accepted[n] = true
			}
		}
		err = c.Wait()
		return err == nil
	}
	killed := 0
	for range kills {
		if !live(30*time.Millisecond + rand.N(150*time.Millisecond)) {
			killed++
		}
	}
	if !live(time.Minute) {
		t.Fatal("the last life did not end by itself")
	}
	repeats := 0
	for n := range accepted {
		for _, key := range []string{"one", "two"} {
			path := "/" + n + "/" + key
			if received[path] == 0 {
				t.Errorf("%s was accepted and never arrived", path)
			}
			repeats += max(received[path]-1, 0)
		}
	}
	if most := killed * 2 * maxDestinationExchanges; repeats > most {
		t.Errorf("%d repeats after %d kills, at most %d were under way", repeats, killed, most)
	}
	if killed < kills/2 || len(accepted) < events-4*kills {
		t.Errorf("%d kills, %d events: the test proves too little", killed, len(accepted))
	}
	t.Logf("%d events accepted, %d kills, %d repeats", len(accepted), killed, repeats)
	s, r := open(t, dir)
	defer s.Close()
	for _, e := range r.Events {
		t.Errorf("left over: %+v", e)
	}
}
