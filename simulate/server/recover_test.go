package server_test

import (
	"strings"
	"testing"

	"github.com/notifygen/notifygen/simulate/delivery"
	"github.com/notifygen/notifygen/simulate/server"
)

// withState gives a server that keeps what it accepts in a directory.
func withState(t *testing.T, dir, src, to string, speed float64) (s *server.Server, end func()) {
	t.Helper()
	sending := sendingTo(t, "*="+to)
	sending.Speed = speed
	var err error
	if sending.State, sending.Recovered, err = delivery.OpenState(dir); err != nil {
		t.Fatal(err)
	}
	s = newServer(t, src, func(c *server.Config) { c.Sending = sending })
	return s, func() {
		s.Close()
		sending.State.Close()
	}
}

// TestRecovery ends a server in the middle, and wants another one to go on.
func TestRecovery(t *testing.T) {
	dir := t.TempDir()
	r := newReceiver(t, 404, 503)
	s, end := withState(t, dir, shop, r.URL, 1)
	put(t, s, orderEntry) // 404: dead-lettered
	ended(t, s, 1)
	body := put(t, s, orderEntry) // 503: to be tried again, in a second or so
	id := into[putReply](t, body).Entries[0].EventId
	put(t, s, `{"Source":"broken","DetailType":"t","EventBusName":"shop","Detail":"{\"a\":1}"}`)
	put(t, s, `{"Source":"nobody","DetailType":"t","Detail":"{}"}`)
	until(t, "the second is tried", func() bool { return len(r.requests()) == 2 })
	until(t, "and that is known", func() bool {
		_, body := api(s, "GET", "/api/events/2", "")
		return len(into[record](t, body).Deliveries[0].Attempts) == 1
	})
	end()

	s, end = withState(t, dir, shop, r.URL, 10000)
	got := ended(t, s, 2)
	if d := got.Deliveries[0]; got.Origin != "recovered" || got.ID != id || d.State != delivery.Delivered || len(d.Attempts) != 2 || d.Attempts[0].Status != 503 {
		t.Errorf("%+v", got)
	}
	if all := r.requests(); len(all) != 3 || all[2] != all[1] {
		t.Error(all)
	}
	_, letters := api(s, "GET", "/api/dead-letters", "")
	if all := into[[]struct{ Rule string }](t, letters); len(all) != 2 || all[0].Rule != "orders" || all[1].Rule != "broken" {
		t.Error(letters)
	}
	put(t, s, orderEntry)
	if next := ended(t, s, 4); next.Origin != "put-events" {
		t.Errorf("%+v", next)
	}
	end()

	// what is delivered does not come back; what ended in the queue does
	s, end = withState(t, dir, shop, r.URL, 10000)
	_, list := api(s, "GET", "/api/events", "")
	if all := into[[]record](t, list); len(all) != 2 || all[0].Seq != 1 || all[1].Seq != 3 {
		t.Error(list)
	}
	end()
}

// TestRuleGone recovers a delivery that the templates no longer have.
func TestRuleGone(t *testing.T) {
	dir := t.TempDir()
	r := newReceiver(t, 500, 500, 500)
	run := func(src string, check func(*server.Server)) {
		s, end := withState(t, dir, src, r.URL, 1)
		check(s)
		end()
	}
	run(shop, func(s *server.Server) {
		put(t, s, orderEntry)
		until(t, "it is tried", func() bool { return len(r.requests()) == 1 })
	})
	renamed := strings.Replace(shop, "Name: orders", "Name: other", 1)
	run(renamed, func(s *server.Server) {
		got := ended(t, s, 1)
		last := got.Deliveries[len(got.Deliveries)-1]
		if got.Deliveries[0].Rule != "other" || got.Deliveries[0].State != server.Shown || last.Rule != "orders" || last.Target != "chat" || last.State != delivery.Dropped || last.Error == nil {
			t.Errorf("%+v", got)
		}
	})
	run(renamed, func(s *server.Server) {
		if _, body := api(s, "GET", "/api/events", ""); body != "[]" {
			t.Error(body)
		}
	})
	if n := len(r.requests()); n != 1 {
		t.Error(n, "requests")
	}
}

// TestStateFails accepts nothing that it cannot keep.
func TestStateFails(t *testing.T) {
	r := newReceiver(t)
	s, end := withState(t, t.TempDir(), shop, r.URL, 1)
	s.Sending.State.Close()
	if status, body := aws(s, "PutEvents", `{"Entries":[`+orderEntry+`]}`); status != 500 || !strings.Contains(body, `"__type":"InternalException"`) {
		t.Error(status, body)
	}
	if status, body := api(s, "POST", "/api/events", orderEntry); status != 500 || !strings.Contains(body, `"error":"state: `) {
		t.Error(status, body)
	}
	if _, body := api(s, "GET", "/api/events", ""); body != "[]" {
		t.Error(body)
	}
	end()
	if all := r.requests(); len(all) != 0 {
		t.Error(all)
	}
}
