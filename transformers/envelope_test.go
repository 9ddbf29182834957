package transformers

import (
	"strings"
	"testing"
)

// TestEnvelope: a message is escaped once, whatever it holds; the event id keeps
// equal messages apart; the event itself passes whole.
func TestEnvelope(t *testing.T) {
	body := Obj(M("text", Str(path("detail.text", false))), M("n", Whole(Part{Path: "detail.id"})))
	first := string(render(t, Envelope("a-route", body, nil), events["hostile"]))
	want := `{"route":"a-route","event":"1","message":{"text":` + quoted(hostile)
	if want = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(want); !strings.HasPrefix(first, want) {
		t.Errorf("got  %s\nwant %s…", first, want)
	}
	second := string(render(t, Envelope("a-route", body, nil), strings.Replace(events["hostile"], `"id":"1"`, `"id":"2"`, 1)))
	if first == second {
		t.Error("two events with one message become one in a queue that drops copies")
	}
	event := `{"id":"7","source":"s","detail":{"list":["a"],"q":"\"<x>"}}`
	service := render(t, Envelope("r", body, Text{{Path: "detail.service"}}), `{"id":"7","detail":{"service":"a\"b"}}`)
	if got := `"service":"a\"b"}`; !strings.HasSuffix(string(service), got) {
		t.Errorf("%s does not end with %s", service, got)
	}
	if got := string(render(t, Envelope("r", nil, Text{}), `{"id":"7"}`)); !strings.HasSuffix(got, `,"service":""}`) {
		t.Error("no empty service in", got)
	}
	if got := string(render(t, Envelope("r", nil, nil), event)); got != `{"route":"r","event":"7","message":`+event+`}` {
		t.Error(got)
	}
}

// TestSignatureOf: only the robot that wants it is signed.
func TestSignatureOf(t *testing.T) {
	if dingtalk.SignatureOf(instance(t, dingtalk, "")) != nil || slack.SignatureOf(instance(t, slack, "")) != nil {
		t.Error("signed without being asked")
	}
	if s := dingtalk.SignatureOf(instance(t, dingtalk, "security: sign\n")); s == nil || s.Scheme != "dingtalk" {
		t.Error("not signed")
	}
}
