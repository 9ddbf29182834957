package eventbridge

import (
	"errors"
	"strings"
	"testing"
	"time"
)

const pipeBody = `{"id":"a\"b","n":1.50,"ok":true,"nil":null,"who":{"name":"Jo"},"list":["x",{"y":2}],"items":[{"k":"1"},{"k":"2"}],"esc":"l\nm"}`

// pipeRecord is a record of SQS with a message.
func pipeRecord(body string) []byte {
	return append(append([]byte(`{"messageId":"m1", "body":`), appendQuoted(nil, body)...), `, "eventSource":"aws:sqs"}`...)
}

var pipeContext = PipeContext{
	PipeARN: "arn:aws:pipes:r:a:pipe/p", PipeName: "p", SourceARN: "arn:s", TargetARN: "arn:t",
	IngestionTime: time.Date(2026, 3, 2, 10, 15, 31, 250_000_000, time.UTC),
}

// TestPipeInput renders templates for a JSON message. A want of "!…" is an
// undeliverable body, one of "text …" is free text.
func TestPipeInput(t *testing.T) {
	whole := `{"messageId":"m1","body":` + string(appendQuoted(nil, pipeBody)) + `,"eventSource":"aws:sqs"}`
	for _, test := range []struct{ template, want string }{
		{``, whole},
		{`{"v":<$.body.id>}`, `{"v":"a\"b"}`},
		{`{"v":"<$.body.id>"}`, `{"v":"a\"b"}`},
		{`{"v":"p <$.body.esc> s"}`, `{"v":"p l\nm s"}`},
		{`{"v":<$.body.n>,"w":"<$.body.n>"}`, `{"v":1.50,"w":"1.50"}`},
		{`{"v":<$.body.ok>,"w":<$.body.nil>}`, `{"v":true,"w":null}`},
		{`{"v":<$.body.who>}`, `{"v":{"name":"Jo"}}`},
		{`{"v":"<$.body.who>"}`, `!{"v":"{"name":"Jo"}"}`},
		{`{"v":<$.body.list>}`, `{"v":["x",{"y":2}]}`},
		{`{"v":<$.body.items[1].k>,"all":<$.body.items[*].k>}`, `{"v":"2","all":["1","2"]}`},
		{`{"v":<$.body.none>,"w":"-<$.body.none>-"}`, `{"v":"","w":"--"}`},
		{`{"v":<$.body>}`, `{"v":` + pipeBody + `}`},
		{`{"v":<$.messageId>}`, `{"v":"m1"}`},
		{`{"v":<aws.pipes.event.json>}`, `{"v":{"messageId":"m1","body":` + pipeBody + `,"eventSource":"aws:sqs"}}`},
		{`{"v":<aws.pipes.event>}`, `{"v":` + string(appendQuoted(nil, whole)) + `}`},
		{`{"v":"<aws.pipes.event>"}`, `{"v":` + string(appendQuoted(nil, whole)) + `}`},
		{`<aws.pipes.event>`, whole},
		{`{"n":<aws.pipes.pipe-name>,"a":"<aws.pipes.pipe-arn>","s":<aws.pipes.source-arn>,"t":<aws.pipes.target-arn>,"e":<aws.pipes.enrichment-arn>}`,
			`{"n":"p","a":"arn:aws:pipes:r:a:pipe/p","s":"arn:s","t":"arn:t","e":""}`},
		{`{"t":<aws.pipes.event.ingestion-time>}`, `{"t":"2026-03-02T10:15:31.250Z"}`},
		{"\n {\"v\": 1 }\n", "\n {\"v\": 1 }\n"},
		{`{"link":"<https://x.example|<$.body.n>>"}`, `{"link":"<https://x.example|1.50>"}`},
		{`{"v":1,}`, `!{"v":1,}`},
		{`Order <$.body.id> of <$.body.who>`, `text Order a"b of {name:Jo}`},
		{`<$.body>`, `text ` + strings.ReplaceAll(pipeBody, `"`, ``)},
		{`<$.body.n>`, `1.50`},
		{`"quoted <$.body.n>"`, `"quoted 1.50"`},
		{`<$.body.none>`, `text `},
		{`a < b, <$ 5`, `text a < b, <$ 5`},
	} {
		t.Run(test.template, func(t *testing.T) {
			in, err := NewPipeInput(test.template)
			if err != nil {
				t.Fatal(err)
			}
			e, err := ParsePipeEvent(pipeRecord(pipeBody), "body")
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			payload, err := in.Render(e, pipeContext)
			var undeliverable *UndeliverableError
			switch {
			case errors.As(err, &undeliverable):
				got = "!" + string(undeliverable.Body)
			case err != nil:
				t.Fatal(err)
			case payload.IsJSON:
				got = string(payload.Text)
			default:
				got = "text " + string(payload.Text)
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestPipeInputOfText renders for a message that is no JSON.
func TestPipeInputOfText(t *testing.T) {
	e, err := ParsePipeEvent(pipeRecord("plain \"text\""), "body")
	if err != nil {
		t.Fatal(err)
	}
	for template, want := range map[string]string{
		`{"v":<$.body>,"x":<$.body.id>}`: `{"v":"plain \"text\"","x":""}`,
		`{"v":<aws.pipes.event.json>}`:   `{"v":""}`,
		`<$.body>`:                       `"plain \"text\""`,
	} {
		in, err := NewPipeInput(template)
		if err != nil {
			t.Fatal(err)
		}
		payload, err := in.Render(e, pipeContext)
		if got := string(payload.JSON()); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", template, got, err, want)
		}
	}
	pattern, err := ParsePattern([]byte(`{"body":["plain \"text\""]}`))
	if err != nil || !pattern.Match(e.Event()) {
		t.Error("a filter sees the text", err)
	}
}

func TestPipeFilterSeesJSON(t *testing.T) {
	e, err := ParsePipeEvent(pipeRecord(pipeBody), "body")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		`{"body":{"n":[1.5]},"eventSource":["aws:sqs"]}`:     true,
		`{"body":{"who":{"name":[{"prefix":"J"}]}}}`:         true,
		`{"body":{"who":{"name":["x"]}}}`:                    false,
		`{"body":[{"prefix":"{"}]}`:                          false, // a text where there is JSON
		`{"body.id":["a\"b"],"messageId":[{"exists":true}]}`: true,
	} {
		p, err := ParsePattern([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Match(e.Event()); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if got := e.Dynamic("$.body.items[0].k") + e.Dynamic("$.messageId") + e.Dynamic("text") + e.Dynamic("$.none"); got != "1m1text" {
		t.Errorf("dynamic values %q", got)
	}
}

// TestPipeAdmission wants what CreatePipe says. That reserved names are checked
// and that aws.pipes.event.json cannot stand alone was seen on AWS.
func TestPipeAdmission(t *testing.T) {
	const invalid = "Invalid json path reference or predefined variable for placeholder "
	for template, want := range map[string]string{
		`{"x":<aws.pipes.bogus>}`:        invalid + "aws.pipes.bogus",
		`{"x":<aws.events.rule-name>}`:   invalid + "aws.events.rule-name",
		`{"x":<name>}`:                   invalid + "name",
		`{"x":<$.a..b>}`:                 invalid + "$.a..b",
		`{"x":<$.a['b']>}`:               invalid + "$.a['b']",
		`{"x":<$a>}`:                     invalid + "$a",
		`<aws.pipes.event.json>`:         invalid + "aws.pipes.event.json",
		`{"x":"<aws.pipes.event.json>"}`: invalid + "aws.pipes.event.json",
		strings.Repeat("ü", 8193):        "1 validation error detected: Value at 'inputTemplate' failed to satisfy constraint: Member must have length less than or equal to 8192",
		strings.Repeat("ü", 8192):        "",
		`<https://a.example/b c>`:        "",
	} {
		_, err := NewPipeInput(template)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%.40s: got %q, want %q", template, got, want)
		}
	}
}

func TestParsePipeEventErrors(t *testing.T) {
	for _, record := range []string{``, `[]`, `{}`, `{"body":1}`, `{"body":"x"`} {
		if _, err := ParsePipeEvent([]byte(record), "body"); err == nil {
			t.Errorf("%s: no error", record)
		}
	}
}

func FuzzPipeInput(f *testing.F) {
	f.Add(`{"v":<$.body.id>,"e":<aws.pipes.event.json>}`, pipeBody)
	f.Add(`<$.body> <aws.pipes.event>`, `"text"`)
	f.Add(`{"a":"\"<$.body>`, `[[[]]]`)
	f.Fuzz(func(t *testing.T, template, body string) {
		e, err := ParsePipeEvent(pipeRecord(body), "body")
		if err != nil {
			return // no UTF-8
		}
		in, err := NewPipeInput(template)
		if err != nil {
			return
		}
		payload, err := in.Render(e, pipeContext)
		if err != nil {
			return
		}
		if _, err := parseDocument(payload.JSON()); err != nil && isValidUTF8(template) {
			t.Errorf("%q is not JSON: %v", payload.JSON(), err)
		}
	})
}

func isValidUTF8(s string) bool { return strings.ToValidUTF8(s, "") == s }
