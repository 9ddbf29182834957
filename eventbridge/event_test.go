package eventbridge

import (
	"errors"
	"strings"
	"testing"
)

func TestParseEvent(t *testing.T) {
	for _, text := range []string{"", " ", "[]", "null", `"x"`, "{", `{"a":}`, `{"a":1,}`, `{'a':1}`, `{"a":01}`, `{"a":1.}`, `{"a":.5}`,
		`{"a":+1}`, `{"a":NaN}`, `{"a":tru}`, `{"a":"\x"}`, `{"a":"\u12g4"}`, "{\"a\":\"\t\"}", "{\"a\":\"\xff\"}", `{"a":1} 2`, "\ufeff{}",
		strings.Repeat(`{"a":`, maxDepth+1) + "1" + strings.Repeat("}", maxDepth+1)} {
		if _, err := ParseEvent([]byte(text)); err == nil {
			t.Errorf("%.40q is an event", text)
		}
	}
	deep := strings.Repeat(`{"a":`, maxDepth) + "1" + strings.Repeat("}", maxDepth)
	if _, err := ParseEvent([]byte(deep)); err != nil {
		t.Errorf("%d levels: %v", maxDepth, err)
	}
	_, err := ParseEvent([]byte("{\n \"é\": x"))
	var fault *SyntaxError
	if !errors.As(err, &fault) || fault.Offset != 9 || fault.Line != 2 || fault.Column != 8 {
		t.Errorf("%#v", err)
	}
}

// TestStringEnds puts what ends plain text at every place of a machine word.
func TestStringEnds(t *testing.T) {
	for n := range 20 {
		plain := strings.Repeat("!", n)
		for _, c := range []string{`\"`, `\\`, `\u0022`, "\x7f", "\x80", "é"} {
			text := `{"` + plain + c + plain + `":"` + plain + c + plain + `"}`
			_, err := ParseEvent([]byte(text))
			if valid := c != "\x80"; valid != (err == nil) {
				t.Errorf("%q: %v", text, err)
			}
		}
		for c := range byte(' ') {
			if _, err := ParseEvent([]byte(`{"` + plain + string(rune(c)) + plain + `":1}`)); err == nil {
				t.Errorf("control character %d after %d bytes is accepted", c, n)
			}
		}
	}
}

func TestEvent(t *testing.T) {
	text := `{"id":"1","account":"1","source":"s","time":"2026-01-02T03:04:05Z","region":"r","detail-type":"a\u0062","detail":{"x":[]}}`
	e := mustEvent(t, text)
	if e.JSON() != text || e.Field("detail-type") != "ab" || e.Field("detail") != "" || e.Field("none") != "" {
		t.Errorf("JSON %s, detail-type %s", e.JSON(), e.Field("detail-type"))
	}
	const compact = `{"id":"1","detail-type":"ab","source":"s","account":"1","time":"2026-01-02T03:04:05Z","region":"r","detail":{"x":[]}}`
	if got := string(e.Compact()); got != compact {
		t.Errorf("got  %s\nwant %s", got, compact)
	}
	if err := e.CheckEnvelope(); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{strings.Replace(text, "region", "r", 1), strings.Replace(text, "2026-", "", 1)} {
		if err := mustEvent(t, bad).CheckEnvelope(); err == nil || err.Error() != "Parameter Event is not valid." {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// TestSampleEvents renders every sample in the ways that touch all of it.
func TestSampleEvents(t *testing.T) {
	type row struct {
		Name  string
		Event any
	}
	for _, file := range vectorFiles(t, "sample-events.json") {
		for _, v := range readVectors[row](t, file) {
			text := mustJSON(t, v.Event)
			e := mustEvent(t, text)
			if got := mustJSON(t, mustDecode(t, string(e.Compact()))); got != text {
				t.Errorf("%s: compact form differs: %s", v.Name, got)
			}
			p := mustPattern(t, `{"source":[{"prefix":"aws."}],"detail-type":[{"exists":true}]}`)
			if !p.Match(e) {
				t.Errorf("%s does not match", v.Name)
			}
		}
	}
}
