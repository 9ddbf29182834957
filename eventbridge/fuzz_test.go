package eventbridge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// comparableText tells whether the reference can be asked: encoding/json reads
// a lone surrogate differently.
func comparableText(text string) bool {
	return len(text) < 4096 && !strings.Contains(strings.ToLower(text), `\ud`)
}

func addPatternVectors(f *testing.F) {
	for _, v := range readVectors[struct{ Pattern, Event string }](f, filepath.Join("testdata", "vectors", "event-patterns.json")) {
		f.Add(v.Pattern, v.Event, uint64(1))
	}
}

// FuzzPattern compares the compiled pattern and the Matcher with the reference
// matcher, for the texts themselves and for random ones that the seed makes.
func FuzzPattern(f *testing.F) {
	addPatternVectors(f)
	f.Fuzz(func(t *testing.T, pattern, event string, seed uint64) {
		r := newRandom(seed)
		m := NewMatcher()
		var added []*Pattern
		for i := range 8 {
			if i > 0 {
				pattern = r.pattern(r.IntN(3))
			}
			if p, err := ParsePattern([]byte(pattern)); err == nil {
				m.Add(fmt.Sprint(len(added)), p)
				added = append(added, p)
			}
		}
		for i := range 4 {
			if i > 0 {
				event = r.event(3)
			}
			compareWithReference(t, m, added, event)
		}
	})
}

func compareWithReference(t *testing.T, m *Matcher, patterns []*Pattern, event string) {
	t.Helper()
	e, err := ParseEvent([]byte(event))
	if err != nil {
		return
	}
	var want []string
	for i, p := range patterns {
		got := p.Match(e)
		if got {
			want = append(want, fmt.Sprint(i))
		}
		if comparableText(p.JSON()) && comparableText(event) && refMatch(p.JSON(), event) != got {
			t.Fatalf("Match is %v, not so the reference\npattern %s\nevent   %s", got, p.JSON(), event)
		}
	}
	if got := m.Match(e); !slices.Equal(got, want) {
		t.Fatalf("Matcher %v, patterns one by one %v\nevent %s", got, want, event)
	}
	got, err := m.AppendMatchesJSON(nil, []byte(event))
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("AppendMatchesJSON %v %v, want %v\nevent %s", got, err, want, event)
	}
}

// TestRandomPatterns is a stretch of FuzzPattern that every test run takes.
func TestRandomPatterns(t *testing.T) {
	matched := 0
	for seed := range uint64(300) {
		r := newRandom(seed)
		m := NewMatcher()
		var added []*Pattern
		for len(added) < 60 {
			p, err := ParsePattern([]byte(r.pattern(r.IntN(3))))
			if err != nil {
				continue
			}
			m.Add(fmt.Sprint(len(added)), p)
			added = append(added, p)
		}
		for range 5 {
			event := r.event(3)
			compareWithReference(t, m, added, event)
			e, err := ParseEvent([]byte(event))
			if err != nil {
				t.Fatal(err)
			}
			matched += len(m.Match(e))
		}
	}
	if matched < 1000 {
		t.Errorf("only %d of the random patterns matched: the test says little", matched)
	}
}

// FuzzJSON compares the parser with encoding/json, which takes the same texts
// but for invalid UTF-8 and very deep nesting.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,-0.5e+3,"\u00e9\n",true,false,null,{}]}`, `[]`, `"\ud83d"`, "\"\x01\"", `01`, `1.`, `{"a":1,}`, ` 1 `, "\"é\xff\""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		doc, err := parseDocument(text)
		if valid := json.Valid(text) && utf8.Valid(text); valid != (err == nil) && bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) <= maxDepth {
			t.Fatalf("%q: error %v, encoding/json says valid: %v", text, err, valid)
		}
		if err != nil {
			return
		}
		compact := doc.appendCompact(nil, 0)
		again, err := parseDocument(compact)
		if err != nil {
			t.Fatalf("%q written as %q: %v", text, compact, err)
		}
		if twice := again.appendCompact(nil, 0); !bytes.Equal(compact, twice) {
			t.Fatalf("%q written as %q and then %q", text, compact, twice)
		}
	})
}

// FuzzTransformer renders templates: what is delivered is JSON, and an object
// template that only takes scalars is always delivered.
func FuzzTransformer(f *testing.F) {
	for _, v := range readVectors[struct {
		Template, Event string
		InputPathsMap   map[string]string `json:"input_paths_map"`
	}](f, filepath.Join("testdata", "vectors", "input-transformers.json")) {
		for name, path := range v.InputPathsMap {
			f.Add(v.Template, name, path, v.Event)
		}
	}
	c := Context{RuleARN: "arn:aws:events:us-east-1:111111111111:rule/r", RuleName: "r", IngestionTime: time.Unix(1, 0)}
	f.Fuzz(func(t *testing.T, template, name, path, event string) {
		e, err := ParseEvent([]byte(event))
		if err != nil {
			return
		}
		tr, err := NewTransformer(map[string]string{name: path, "other": "$.detail"}, template)
		if err != nil {
			return
		}
		body, err := tr.Render(e, c)
		if err == nil {
			if !tr.object && isJSONStrings(body) {
				return
			}
			if !json.Valid(body) || tr.object && body[bytes.IndexAny(body, "{\"")] != '{' {
				t.Fatalf("delivered %q", body)
			}
			return
		}
		if !tr.object || strings.Contains(template, `\<`) {
			return
		}
		for _, s := range tr.segments {
			if in := tr.insert(s.name, e, c); s.inString && in.found && !in.isString && bytes.ContainsAny(in.json, "[{") {
				return // an object or an array inside a string
			}
		}
		t.Fatalf("template %q is not delivered: %v", template, err)
	})
}

func isJSONStrings(body []byte) bool {
	d := json.NewDecoder(bytes.NewReader(body))
	for n := 0; ; n++ {
		var s string
		if err := d.Decode(&s); err != nil {
			return err == io.EOF && n > 0
		}
	}
}

// FuzzPath compares the parser of paths with the pattern in the API model of
// Pipes
// (https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetHttpParameters.html).
func FuzzPath(f *testing.F) {
	for _, s := range []string{"$", "$.a", "$.a-b/c_d[0][*].e", "$[0]", "$.a[", "$..a", "$.a[-1]", "$.a['b']", "$.a[99999999999999999999]", "a"} {
		f.Add(s)
	}
	grammar := regexp.MustCompile(`^\$(\.[A-Za-z0-9_/-]+(\[(\d+|\*)\])*)*$`)
	e, err := ParseEvent([]byte(`{"a":[[{"b":[1,{"c":null}]},2],[]],"0":{"a":"x"},"A":{}}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePath(s)
		if valid := grammar.MatchString(s) && len(s) <= MaxPathLength; valid != (err == nil) {
			t.Fatalf("%q: error %v", s, err)
		}
		if err != nil {
			return
		}
		if p.String() != s {
			t.Fatalf("%q became %q", s, p)
		}
		if v, found := p.Select(e); found && !json.Valid(v.JSON()) {
			t.Fatalf("%q selects %s", s, v.JSON())
		}
	})
}
