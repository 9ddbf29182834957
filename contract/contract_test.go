package contract

import (
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	for body, want := range map[string]any{
		`{"a":1}`:                            map[string]any{"a": "1"},
		`{"a":***,"b":"***"}`:                map[string]any{"a": "***", "b": "***"},
		`{"a":"\"***","b":***}`:              map[string]any{"a": `"***`, "b": "***"},
		`["\\",***]`:                         []any{`\`, "***"},
		`***`:                                "***",
		`{"a":1} {}`:                         nil,
		`{"a":1}***`:                         nil,
		`{"a":`:                              nil,
		`{"a":"***`:                          nil,
		``:                                   nil,
		"\xef\xbb\xbf{}":                     nil,
		strings.Repeat("[", 100_000):         nil,
		`123456789012345678901234567890.5e1`: "123456789012345678901234567890.5e1",
	} {
		got, err := Decode([]byte(body))
		if (err != nil) != (want == nil) || !reflect.DeepEqual(plain(got), want) {
			t.Errorf("%.40q: %v, %v", body, got, err)
		}
	}
}

// plain turns numbers into their text.
func plain(v any) any {
	switch v := v.(type) {
	case interface{ String() string }:
		return v.String()
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	}
	return v
}

// strict refuses everything but "yes", with a status that its problem names.
var strict = &Service{
	Name: "strict", Title: "Strict", Endpoint: regexp.MustCompile(`^strict\.example/`),
	Check: func(r Request) []Problem {
		var list []Problem
		if r.Header("X-Odd") != "" {
			list = append(list, Problem{Field: "X-Odd", Message: "is odd", Accepted: true})
		}
		if string(r.Body) != "yes" {
			list = append(list, Problem{Code: string(r.Body), Message: "is not yes"})
		}
		return list
	},
	Accept: func(Request) Reply { return Reply{Status: 204} },
	Refuse: func(p Problem) Reply {
		status := map[string]int{"busy": 503, "again": 429, "login": 401, "bad": 400, "moved": 302, "fine": 200}[p.Code]
		return Reply{Status: status, Body: p.Code}
	},
	Refused: func(r Reply) (string, string) {
		if r.Status == http.StatusOK {
			return "code " + r.Body, r.Body
		}
		return "", ""
	},
	Errors: []Error{{"fine", "it is not fine"}},
}

func TestPredict(t *testing.T) {
	header := http.Header{"X-Odd": {"1"}}
	for _, test := range []struct{ body, outcome, note string }{
		{"yes", Delivered, ""},
		{"busy", Retried, "Strict would answer 503 (busy); EventBridge tries again"},
		{"again", Retried, "Strict would answer 429 (again); EventBridge tries again"},
		{"login", Retried, "Strict would answer 401 (login); EventBridge tries again"},
		{"bad", DeadLettered, "Strict would answer 400 (bad); EventBridge does not try again"},
		{"moved", DeadLettered, "Strict would answer 302 (moved); EventBridge does not try again"},
		{"fine", Lost, "Strict would answer 200 with `code fine` (it is not fine); EventBridge counts that as delivered"},
	} {
		r := Request{Method: "POST", URL: "https://STRICT.example:443/x?y", Header: header.Get, Body: []byte(test.body)}
		p := (*Failures)(nil).Predict([]*Service{strict}, r)
		if p.Outcome != test.outcome || p.Note != test.note || p.Problems[0].String() != "X-Odd: is odd" || p.Refused() != (test.outcome != Delivered) {
			t.Errorf("%s: %+v", test.body, p)
		}
		r.URL, r.Service = Masked, "strict"
		if byName := (*Failures)(nil).Predict([]*Service{strict}, r); byName == nil || byName.Outcome != test.outcome {
			t.Errorf("%s by name: %+v", test.body, byName)
		}
	}
	for _, r := range []Request{{URL: "https://other.example/", Header: header.Get}, {URL: Masked, Service: "", Header: header.Get}, {URL: "strict.example/", Header: header.Get}} {
		if p := (*Failures)(nil).Predict([]*Service{strict}, r); p != nil || p.Refused() {
			t.Errorf("%s: %+v", r.URL, p)
		}
	}
}
