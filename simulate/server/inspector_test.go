package server_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/simulate/server"
)

// TestSend puts events as the page does.
func TestSend(t *testing.T) {
	s := newServer(t, shop, nil)
	for _, test := range []struct {
		path, body, bus string
		deliveries      []int
	}{
		{"/api/events", `{"source":"plain","detail":{}}`, "", []int{2}},
		{"/api/events", `{"source":"shop","detail":{"kind":"order","room":"r"}}`, "", []int{3}},
		{"/api/events?bus=default", `{"source":"shop","detail":{"kind":"order","room":"r"}}`, "default", []int{0}},
		{"/api/events", orderEntry, "shop", []int{3}},
		{"/api/events?bus=default", orderEntry, "shop", []int{3}},
		{"/api/events?bus=shop", `[{"Source":"plain","DetailType":"t","Detail":"{}"},{"source":"broken"}]`, "shop", []int{0, 1}},
		{"/api/events", `{"Entries":[{"Source":"plain","DetailType":"t","Detail":"{}"}]}`, "default", []int{2}},
	} {
		status, body := api(s, "POST", test.path, test.body)
		if status != 200 {
			t.Errorf("%s: %d %s", test.body, status, body)
			continue
		}
		var got []int
		for _, r := range into[[]record](t, body) {
			got = append(got, len(r.Deliveries))
			if r.Bus != test.bus || r.Origin != "inspector" {
				t.Errorf("%s: %q, %s", test.body, r.Bus, r.Origin)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(test.deliveries) {
			t.Errorf("%s: %v, want %v", test.body, got, test.deliveries)
		}
	}
	_, before := api(s, "GET", "/api/events", "")
	for body, want := range map[string]string{
		"":             "cannot read the event",
		"{":            "cannot read the event",
		"[]":           "there is no event in the list",
		`{"Source":1}`: "must be a string",
		`[{"source":"plain"},{"Source":"aws.ec2","DetailType":"t","Detail":"{}"}]`: "PutEvents refuses entry 2: NotAuthorizedForSourceException: Not authorized for the source.",
	} {
		status, got := api(s, "POST", "/api/events", body)
		if e := into[map[string]string](t, got); status != 400 || !strings.Contains(e["error"], want) || e["hint"] == "" {
			t.Errorf("%q: %d %s", body, status, got)
		}
	}
	if status, _ := api(s, "POST", "/api/events", strings.Repeat(" ", 9<<20)); status != 413 {
		t.Error(status)
	}
	if _, after := api(s, "GET", "/api/events", ""); after != before {
		t.Error("a refused event was put")
	}
}

func TestReplay(t *testing.T) {
	s := newServer(t, shop, nil)
	put(t, s, orderEntry)
	status, body := api(s, "POST", "/api/events/1/replay", "")
	again := into[[]record](t, body)
	if status != 200 || len(again) != 1 || again[0].Seq != 2 || again[0].Origin != "replay" || again[0].Bus != "shop" || len(again[0].Deliveries) != 3 {
		t.Fatal(status, body)
	}
	_, first := api(s, "GET", "/api/events/1", "")
	// an event of its own, the same but for the id
	one := into[record](t, first)
	if one.ID == again[0].ID || strings.ReplaceAll(string(one.Event), one.ID, again[0].ID) != string(again[0].Event) {
		t.Error(first, body)
	}
	for _, path := range []string{"/api/events/9/replay", "/api/events/x/replay"} {
		if status, body := api(s, "POST", path, ""); status != 404 || !strings.Contains(body, "there is no such event") {
			t.Error(path, status, body)
		}
	}
}

func TestReads(t *testing.T) {
	s := newServer(t, shop, func(c *server.Config) { c.Version, c.Templates = "1.2", []string{"t.yaml"} })
	put(t, s, orderEntry)
	put(t, s, `{"Source":"nobody","DetailType":"t","Detail":"{}"}`)

	_, body := api(s, "GET", "/api/info", "")
	info := into[map[string]any](t, body)
	if info["version"] != "1.2" || info["mode"] != "shown" || info["speed"] != 1.0 || info["catcher"] != nil || fmt.Sprint(info["buses"]) != "[default shop]" || fmt.Sprint(info["templates"]) != "[t.yaml]" || info["now"] == "" {
		t.Error(body)
	}
	if !strings.Contains(body, `"services":[{"name":"chat","title":"Chat","errors":[{"code":"closed","meaning":"the room is closed"}]}]`) {
		t.Error(body)
	}

	_, body = api(s, "GET", "/api/rules", "")
	rules := into[[]simulate.RuleDescription](t, body)
	if len(rules) != 5 || rules[0].Rule != "orders" || rules[0].State != "ENABLED" || rules[0].Targets[0].Destination.Endpoint != "https://chat.example/*" || strings.Contains(body, secret) {
		t.Error(body)
	}

	for path, want := range map[string]int{"/api/events": 2, "/api/events?since=1": 1, "/api/events?since=2": 0, "/api/dead-letters": 0} {
		if _, body := api(s, "GET", path, ""); len(into[[]any](t, body)) != want {
			t.Error(path, body)
		}
	}
	_, body = api(s, "GET", "/api/events/2/explain", "")
	explained := into[[]simulate.Explanation](t, body)
	if len(explained) != 2 || explained[1].Rule != "plain" || explained[1].Field != "source" || explained[1].Found[0] != `"nobody"` {
		t.Error(body)
	}
	for path, want := range map[string]int{"/api/events?since=x": 400, "/api/events?since=-1": 400, "/api/events/0": 404, "/api/events/3": 404, "/api/events/1x": 404, "/api/events/3/explain": 404, "/api/caught": 404, "/api/none": 404, "/none": 404, "/api/stream?since=x": 400} {
		status, body := api(s, "GET", path, "")
		if e := into[map[string]string](t, body); status != want || e["error"] == "" {
			t.Error(path, status, body)
		}
	}
	for _, r := range [][2]string{{"DELETE", "/api/events"}, {"PUT", "/"}, {"POST", "/api/info"}, {"POST", "/assets/app.js"}} {
		if w := do(s, request(r[0], r[1], "", "Content-Type", "application/json")); w.Code < 404 || w.Code > 405 {
			t.Error(r, w.Code)
		}
	}
}

// TestHostile wants what people write in events as it is, as JSON and nothing
// else.
func TestHostile(t *testing.T) {
	s := newServer(t, shop, nil)
	put(t, s, `{"Source":"shop","DetailType":"<script>alert(1)</script>","EventBusName":"shop","Detail":"{\"kind\":\"order\",\"n\":\"<img src=x onerror=alert(1)>\",\"room\":\"../../x?y=1#\"}"}`)
	w := do(s, request("GET", "/api/events", ""))
	if w.Header().Get("Content-Type") != "application/json" || !strings.Contains(w.Body.String(), `<img src=x onerror=alert(1)>`) {
		t.Error(w.Header(), w.Body)
	}
	if r := into[[]record](t, w.Body.String())[0]; r.Deliveries[0].Request.URL != "https://chat.example/..%2F..%2Fx%3Fy=1%23?q=1" && !strings.HasPrefix(r.Deliveries[0].Request.URL, "https://chat.example/") {
		t.Error(r.Deliveries[0].Request.URL)
	}
}

func TestCatcher(t *testing.T) {
	var told []string
	s := newServer(t, shop, func(c *server.Config) {
		c.Catcher = &server.Catcher{
			URL: "http://127.0.0.1:1", Caught: func() any { return []int{1, 2} },
			Instruct: func(text string) error {
				if text == "" {
					return &server.UsageError{Message: "nothing", Hint: "something"}
				}
				told = append(told, text)
				return nil
			},
		}
	})
	if _, body := api(s, "GET", "/api/caught", ""); body != "[1,2]" {
		t.Error(body)
	}
	if _, body := api(s, "GET", "/api/info", ""); !strings.Contains(body, `"catcher":"http://127.0.0.1:1"`) {
		t.Error(body)
	}
	if status, body := api(s, "POST", "/api/catcher/failures", `{"failure":"chat=429:2x3"}`); status != 200 || len(told) != 1 || told[0] != "chat=429:2x3" {
		t.Error(status, body, told)
	}
	for _, body := range []string{`{}`, `{"failure":1}`, `no`, ``} {
		status, got := api(s, "POST", "/api/catcher/failures", body)
		if e := into[map[string]string](t, got); status != 400 || e["hint"] == "" {
			t.Error(body, status, got)
		}
	}
}
