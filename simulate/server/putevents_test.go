package server_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/simulate/server"
)

type putReply struct {
	FailedEntryCount int
	Entries          []struct{ EventId, ErrorCode, ErrorMessage string }
}

// TestPartialFailure wants results in the order of the entries, and those that
// are right delivered.
func TestPartialFailure(t *testing.T) {
	s := newServer(t, shop, nil)
	body := put(t, s, strings.Join([]string{
		orderEntry,
		`{"DetailType":"t","Detail":"{}"}`,
		`{"Source":"s","Detail":"{}"}`,
		`{"Source":"s","DetailType":"t"}`,
		`{"Source":"s","DetailType":"t","Detail":"no"}`,
		`{"Source":"s","DetailType":"t","Detail":"[1]"}`,
		`{"Source":"s","DetailType":"t","Detail":"\"{}\""}`,
		`{"Source":"aws.ec2","DetailType":"t","Detail":"{}"}`,
		`{}`,
		orderEntry,
	}, ","))
	reply := into[putReply](t, body)
	var got []string
	for _, e := range reply.Entries {
		got = append(got, strings.TrimSpace(e.ErrorCode+" "+e.ErrorMessage))
		if (e.EventId == "") == (e.ErrorCode == "") || e.EventId != "" && !uuid.MatchString(e.EventId) {
			t.Error(e)
		}
	}
	want := []string{
		"",
		"InvalidArgument Parameter Source is not valid. Reason: Source is a required argument.",
		"InvalidArgument Parameter DetailType is not valid. Reason: DetailType is a required argument.",
		"InvalidArgument Parameter Detail is not valid. Reason: Detail is a required argument.",
		"MalformedDetail Detail is malformed.",
		"MalformedDetail Detail is malformed.",
		"MalformedDetail Detail is malformed.",
		"NotAuthorizedForSourceException Not authorized for the source.",
		"InvalidArgument Parameter Source is not valid. Reason: Source is a required argument.",
		"",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") || reply.FailedEntryCount != 8 {
		t.Error(body)
	}
	if reply.Entries[0].EventId == reply.Entries[9].EventId {
		t.Error("the same id twice")
	}
	_, events := api(s, "GET", "/api/events", "")
	records := into[[]record](t, events)
	if len(records) != 2 || records[0].ID != reply.Entries[0].EventId || records[1].ID != reply.Entries[9].EventId {
		t.Error(events)
	}
}

// TestEvent looks at what becomes of an entry.
func TestEvent(t *testing.T) {
	s := newServer(t, shop, func(c *server.Config) { c.Account, c.Region = "111122223333", "eu-west-1" })
	put(t, s, `{"Source":"shop","DetailType":"Order","EventBusName":"arn:aws:events:us-east-1:123456789012:event-bus/shop","Time":1772446530.5,"Resources":["a","b"],
		"TraceHeader":"Root=1-5759e988-bd862e3fe1be46a994272793","Other":1,"Detail":"{\"kind\":\"order\",\"n\":1.0,\"n\":\"<&>\",\"room\":\"a/b\"}"}`)
	_, body := api(s, "GET", "/api/events/1", "")
	got := into[record](t, body)
	event := string(got.Event)
	for _, want := range []string{`"detail":{"kind":"order","n":1.0,"n":"<&>","room":"a/b"}`, `"time":"2026-03-02T10:15:30Z"`, `"account":"111122223333"`, `"region":"eu-west-1"`, `"resources":["a","b"]`} {
		if !strings.Contains(event, want) {
			t.Errorf("%s lacks %s", event, want)
		}
	}
	if got.Origin != "put-events" || got.Bus != "arn:aws:events:us-east-1:123456789012:event-bus/shop" || len(got.Deliveries) != 3 || got.Received.IsZero() {
		t.Error(body)
	}
	chat := got.Deliveries[0]
	if chat.Request.URL != "https://chat.example/a%2Fb?q=1" || chat.Request.Body != `{"text":"Order <&>","key":"***"}` || chat.State != server.Shown || len(chat.Shown) != 1 || chat.Contract.Service != "chat" {
		t.Errorf("%+v", chat)
	}
	if strings.Contains(body, secret) || strings.Contains(body, `\u003c`) {
		t.Error(body)
	}
}

// TestBuses puts events on buses that there are, and on one that there is not:
// AWS accepts those as well.
func TestBuses(t *testing.T) {
	var missing []string
	s := newServer(t, shop, func(c *server.Config) {
		c.OnRecord = func(r *server.Record, exists bool) {
			if !exists {
				missing = append(missing, r.Bus)
			}
		}
	})
	for i, test := range []struct {
		bus, source string
		deliveries  int
	}{{"", "plain", 2}, {`"EventBusName":"default",`, "plain", 2}, {`"EventBusName":"shop",`, "plain", 0}, {"", "shop", 0}, {`"EventBusName":"none",`, "plain", 0}, {`"EventBusName":null,`, "plain", 2}} {
		if reply := put(t, s, `{`+test.bus+`"Source":"`+test.source+`","DetailType":"t","Detail":"{}"}`); strings.Contains(reply, "Error") {
			t.Error(reply)
		}
		_, body := api(s, "GET", fmt.Sprintf("/api/events/%d", i+1), "")
		if got := into[record](t, body); len(got.Deliveries) != test.deliveries {
			t.Errorf("%+v: %s", test, body)
		}
	}
	if len(missing) != 1 || missing[0] != "none" {
		t.Error(missing)
	}
	// --bus is where entries go that name none
	s = newServer(t, shop, func(c *server.Config) { c.Bus = "shop" })
	put(t, s, `{"Source":"shop","DetailType":"t","Detail":"{\"kind\":\"order\",\"room\":\"r\"}"}`)
	_, body := api(s, "GET", "/api/events/1", "")
	if got := into[record](t, body); got.Bus != "shop" || len(got.Deliveries) != 3 {
		t.Error(body)
	}
}

// TestRefusedRequests are those that fail as a whole: nothing of them counts.
func TestRefusedRequests(t *testing.T) {
	s := newServer(t, shop, nil)
	entry := `{"Source":"s","DetailType":"t","Detail":"{}"}`
	big := func(size int) string {
		return fmt.Sprintf(`{"Source":"s","DetailType":"t","Detail":"{\"x\":\"%s\"}"}`, strings.Repeat("x", size-2-len(`{"x":""}`)))
	}
	for _, test := range []struct{ name, body, code, message string }{
		{"none", `{}`, "ValidationException", "1 validation error detected: Value null at 'entries' failed to satisfy constraint: Member must not be null"},
		{"null", `{"Entries":null}`, "ValidationException", "1 validation error detected: Value null at 'entries'"},
		{"empty", `{"Entries":[]}`, "ValidationException", "1 validation error detected: Value '[]' at 'entries' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"eleven", `{"Entries":[` + strings.Repeat(entry+",", 10) + entry + `]}`, "ValidationException", "' at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10"},
		{"a bus without a name", `{"Entries":[` + entry + `,{"Source":"s","DetailType":"t","Detail":"{}","EventBusName":""}]}`, "ValidationException", "Value '' at 'entries.2.member.eventBusName' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"a bad bus", `{"Entries":[{"Source":"s","DetailType":"t","Detail":"{}","EventBusName":"a b"}]}`, "ValidationException", "1 validation error detected: Value 'a b' at 'entries.1.member.eventBusName' failed"},
		{"a long trace", `{"Entries":[{"Source":"s","DetailType":"t","Detail":"{}","TraceHeader":"` + strings.Repeat("x", 501) + `"}]}`, "ValidationException", "at 'entries.1.member.traceHeader' failed"},
		{"an endpoint", `{"EndpointId":"abc.xyz","Entries":[` + entry + `]}`, "ValidationException", "notifygen serve has no global endpoints: leave EndpointId out"},
		{"a list of numbers", `{"Entries":[1]}`, "SerializationException", "entry 1: a PutEvents entry must be an object"},
		{"a null entry", `{"Entries":[null]}`, "SerializationException", "entry 1: a PutEvents entry must be an object"},
		{"a detail object", `{"Entries":[{"Source":"s","DetailType":"t","Detail":{}}]}`, "SerializationException", "entry 1: Detail of a PutEvents entry must be a string"},
		{"a source number", `{"Entries":[{"Source":1,"DetailType":"t","Detail":"{}"}]}`, "SerializationException", "entry 1: Source of a PutEvents entry must be a string"},
		{"names in lower case", `{"entries":[` + entry + `]}`, "ValidationException", "Value null at 'entries'"},
		{"a list", `[` + entry + `]`, "SerializationException", "the request must not be a JSON array"},
		{"an object of entries", `{"Entries":{}}`, "SerializationException", "Entries must not be a JSON object"},
		{"a trace number", `{"Entries":[{"Source":"s","DetailType":"t","Detail":"{}","TraceHeader":1}]}`, "SerializationException", "entry 1"},
		{"a bad time", `{"Entries":[{"Source":"s","DetailType":"t","Detail":"{}","Time":"noon"}]}`, "SerializationException", "entry 1"},
		{"too much", `{"Entries":[` + big(1<<19) + `,` + big(1<<19+1) + `]}`, "ValidationException", "Total size of the entries in the request is over the limit."},
	} {
		status, body := aws(s, "PutEvents", test.body)
		e := into[map[string]string](t, body)
		if status != 400 || e["__type"] != test.code || !strings.Contains(e["message"], test.message) {
			t.Errorf("%s: %d %.300s", test.name, status, body)
		}
	}
	if _, body := api(s, "GET", "/api/events", ""); body != "[]" {
		t.Errorf("%.300s", body)
	}
	// what AWS does not know by this name is ignored
	if status, body := aws(s, "PutEvents", `{"Entries":[{"Source":"s","DetailType":"t","Detail":"{}","eventBusName":"a b","traceheader":1}],"endpointId":1}`); status != 200 {
		t.Errorf("%d %.300s", status, body)
	}
	// exactly 1 MB, and the 14 bytes of a time
	if status, body := aws(s, "PutEvents", `{"Entries":[`+big(1<<19)+`,`+big(1<<19)+`]}`); status != 200 {
		t.Errorf("%d %.300s", status, body)
	}
	if status, _ := aws(s, "PutEvents", `{"Entries":[`+big(1<<19)+`,`+strings.Replace(big(1<<19), "{", `{"Time":1,`, 1)+`]}`); status != 400 {
		t.Error("the time is not counted")
	}
	if status, _ := aws(s, "PutEvents", `{"Entries":[`+big(1<<19)+`,`+strings.Replace(big(1<<19-15), "{", `{"Time":1,"Resources":["r"],`, 1)+`]}`); status != 200 {
		t.Error("the time is counted too high")
	}
}

// TestUndeliverable wants the dead letter that EventBridge would write.
func TestUndeliverable(t *testing.T) {
	s := newServer(t, shop, nil)
	put(t, s, `{"Source":"broken","DetailType":"t","EventBusName":"shop","Detail":"{\"a\":1}"}`)
	_, body := api(s, "GET", "/api/dead-letters", "")
	letters := into[[]struct {
		Seq              int
		ID, Rule, Target string
		Queue, Body      string
		Attributes       map[string]string
	}](t, body)
	if len(letters) != 1 || letters[0].Seq != 1 || letters[0].Rule != "broken" || letters[0].Queue != "arn:aws:sqs:us-east-1:123456789012:dead" || letters[0].Body != `{"text":"all {"a":1}"}` {
		t.Fatal(body)
	}
	for key, want := range map[string]string{
		"RULE_ARN": "arn:aws:events:us-east-1:123456789012:rule/shop/broken", "TARGET_ARN": "arn:aws:sqs:us-east-1:123456789012:dead",
		"ERROR_CODE": "INVALID_JSON", "ERROR_MESSAGE": "Invalid input for target.",
	} {
		if letters[0].Attributes[key] != want {
			t.Errorf("%s: %s", key, letters[0].Attributes[key])
		}
	}
}
