package jsontext

import (
	"encoding/json"
	"strings"
	"testing"
)

func FuzzQuote(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\\n\r\t\x00\x1f\x7f", "<b>&", "ü😀\u2028", "\xff\xc3", "a\xffb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		quoted := Quote(s)
		var back string
		if err := json.Unmarshal([]byte(quoted), &back); err != nil {
			t.Fatalf("%q is written %s: %v", s, quoted, err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); len(want) == len(s) && back != want {
			t.Errorf("%q reads back as %q", s, back)
		}
		if QuotedLen(s) != len(quoted) {
			t.Errorf("QuotedLen(%q) = %d, want %d", s, QuotedLen(s), len(quoted))
		}
		if strings.Contains(s, "<") && strings.Contains(quoted, `\u003c`) && !strings.Contains(s, `\u003c`) {
			t.Errorf("%q: an angle bracket was escaped: %s", s, quoted)
		}
	})
}
