package enrich

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPoison(t *testing.T) {
	for name, record := range map[string]string{
		"not JSON":          `{"messageId":"m","body":"hello"}`,
		"empty":             `{"messageId":"m","body":""}`,
		"blank":             `{"messageId":"m","body":" \n"}`,
		"JSON cut off":      `{"messageId":"m","body":"{\"source\":\"aws.support\""}`,
		"two events":        `{"messageId":"m","body":"{\"source\":\"a\",\"detail-type\":\"b\"}{}"}`,
		"a list":            `{"messageId":"m","body":"[1]"}`,
		"a number":          `{"messageId":"m","body":"1"}`,
		"null":              `{"messageId":"m","body":"null"}`,
		"JSON null":         `{"messageId":"m","body":null}`,
		"a number decoded":  `{"messageId":"m","body":1}`,
		"a list decoded":    `{"messageId":"m","body":[{}]}`,
		"empty object":      `{"messageId":"m","body":"{}"}`,
		"no source":         `{"messageId":"m","body":"{\"detail-type\":\"x\"}"}`,
		"source a list":     `{"messageId":"m","body":"{\"detail-type\":\"x\",\"source\":[\"aws.support\"]}"}`,
		"no detail-type":    `{"messageId":"m","body":"{\"source\":\"x\"}"}`,
		"no body":           `{"messageId":"m","x":1}`,
		"byte order mark":   `{"messageId":"m","body":"\ufeff{\"source\":\"a\",\"detail-type\":\"b\"}"}`,
		"not even a record": `"text"`,
		"null record":       `null`,
		"too deep":          `{"messageId":"m","body":"` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			got, log, err := invokeRecord(t, &apis{err: throttled}, record)
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Event) != "null" || got.code() != NotAnEvent {
				t.Errorf("event %.100s, enriched %v", got.Event, got.Enriched)
			}
			var whole, kept struct{ Body any }
			json.Unmarshal([]byte(record), &whole)
			json.Unmarshal(got.Record, &kept)
			if fmt.Sprint(whole.Body) != fmt.Sprint(kept.Body) {
				t.Errorf("the body became %.100v", kept.Body)
			}
			if !strings.Contains(log, `"level":"ERROR"`) || strings.Contains(log, "hello") {
				t.Error(log)
			}
		})
	}
}

func TestNotFromAPipe(t *testing.T) {
	for _, payload := range []string{``, `null`, `{}`, `"x"`, `1`, `[`, `[{}`, `{"body":"{}"}`} {
		e := &Enricher{Log: slog.New(slog.DiscardHandler)}
		if reply, err := e.Invoke(context.Background(), []byte(payload)); err != (InvalidInput{}) {
			t.Errorf("%s: %s, %v", payload, reply, err)
		}
	}
}

func TestManyRecords(t *testing.T) {
	a := &apis{}
	e := &Enricher{Support: a, Health: a, MaxReceives: 3, MaxText: 8000, MaxEntities: 9, Log: slog.New(slog.DiscardHandler)}
	for payload, want := range map[string]int{`[]`: 0, `[{"body":"x"},{"body":` + caseEvent + `}]`: 2} {
		reply, err := e.Invoke(context.Background(), []byte(payload))
		if err != nil {
			t.Fatal(err)
		}
		var answers []answer
		if err := json.Unmarshal(reply, &answers); err != nil || len(answers) != want {
			t.Errorf("%v %s", err, reply)
		}
	}
}

// Everything that JSON can say stays as it was written.
func TestEventIsUntouched(t *testing.T) {
	for name, body := range map[string]string{
		"order, numbers, twins": `{"z":1,"source":"x","detail-type":"y","detail":{"n":[1.0,1e400,9007199254740993,-0],"a":1,"a":2}}`,
		"markup":                `{"source":"x","detail-type":"y","detail":{"t":"<@U1> & \u003c \u2028 / \/"}}`,
		"lone surrogate":        `{"source":"x","detail-type":"y","detail":{"t":"\ud83d"}}`,
		"unicode":               `{"source":"x","detail-type":"y","detail":{"键":"值 🔑 é e\u0301 \u0000"}}`,
		"blanks within":         "{ \"source\" : \"x\",\n\t\"detail-type\":\"y\" }",
	} {
		t.Run(name, func(t *testing.T) {
			got, _, err := invoke(t, &apis{}, body, 1)
			if err != nil || string(got.Event) != body {
				t.Errorf("as text: %v %s", err, got.Event)
			}
			got, _, err = invokeRecord(t, &apis{}, `{"body":`+body+`}`)
			if err != nil || string(got.Event) != body {
				t.Errorf("decoded: %v %s", err, got.Event)
			}
		})
	}
}

// Whatever is in the queue, something comes out that holds it, and never a panic.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{caseEvent, healthEvent, "", "{}", `{"source":"aws.support","detail-type":"x","detail":{"case-id":null}}`, `{"source":"s","detail-type":"t"}`, "\xff", `"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if !utf8.ValidString(body) {
			return
		}
		got, _, err := invoke(t, &apis{found: Case{Subject: "s"}, details: HealthDetails{Description: "d"}}, body, 1)
		if err != nil {
			t.Fatal(err)
		}
		if string(got.Event) == "null" {
			var kept struct{ Body string }
			if err := json.Unmarshal(got.Record, &kept); err != nil || kept.Body != body || got.code() != NotAnEvent {
				t.Errorf("%v: %s", err, got.Record)
			}
		} else if string(got.Event) != strings.TrimSpace(body) && !bytes.Equal(bytes.TrimSpace([]byte(body)), got.Event) {
			t.Errorf("%q became %q", body, got.Event)
		}
	})
}
