package eventbridge

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

const inputEvent = `{"version":"0","id":"1","detail-type":"t","source":"s","account":"1","time":"2026-01-02T03:04:05Z","region":"r","resources":[],"detail":{"text":"hello","n":42,"flag":true,"nil":null,"obj":{"first":"one","second":2},"arr":["one","two",{"x":3}],"q":"say \"hello\"","esc":"line\nslash\\tab\tend","ctl":"\u0001\u001f\b\f\r","uni":"\u00e9\ud83d\ude00\/","ph":"<text>","items":[{"name":"first"},{"name":"second"}]}}`

var inputPaths = map[string]string{
	"text": "$.detail.text", "n": "$.detail.n", "flag": "$.detail.flag", "nil": "$.detail.nil", "obj": "$.detail.obj",
	"arr": "$.detail.arr", "q": "$.detail.q", "esc": "$.detail.esc", "ctl": "$.detail.ctl", "uni": "$.detail.uni",
	"ph": "$.detail.ph", "names": "$.detail.items[*].name", "none": "$.detail.items[*].none", "missing": "$.detail.missing", "empty": "",
}

// TestTransformer has the undeliverable bodies behind a "!".
func TestTransformer(t *testing.T) {
	e, err := ParseEvent([]byte(inputEvent))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ template, want string }{
		{`{"v":<text>,"w":<n>,"x":<flag>,"y":<nil>}`, `{"v":"hello","w":42,"x":true,"y":null}`},
		{`{"v":<obj>,"w":<arr>}`, `{"v":{"first":"one","second":2},"w":["one","two",{"x":3}]}`},
		{`{"v":<missing>,"w":[<missing>],"x":"<missing>"}`, `{"v":"","w":[""],"x":""}`},
		{`{"v":<empty>}`, `{"v":""}`},
		{`{"v":"<n> <flag> <nil>"}`, `{"v":"42 true null"}`},
		{`{"v":"p <q> s"}`, `{"v":"p say \"hello\" s"}`},
		{`{"v":"p <esc> s"}`, `{"v":"p line\nslash\\tab\tend s"}`},
		{`{"v":"<ctl>","w":<uni>}`, `{"v":"\u0001\u001F\b\f\r","w":"é😀/"}`},
		{`{"v":"p <obj> s"}`, `!{"v":"p {"first":"one","second":2} s"}`},
		{`{"v":"<names>"}`, `!{"v":"["first","second"]"}`},
		{`{"v":<names>,"w":<none>}`, `{"v":["first","second"],"w":[]}`},
		{`{"v":"<none>"}`, `{"v":"[]"}`},
		{" \n {\"v\": <n> }\n", " \n {\"v\": 42 }\n"},
		{`{"v":"\"<text>\" \\<text>"}`, `{"v":"\"hello\" \\hello"}`},
		{`{"v":"<ph>"}`, `{"v":"<text>"}`},
		{`{"v":"a < b > c <> <text> <a b> <https://x.y/z|t>"}`, `{"v":"a < b > c <> hello <a b> <https://x.y/z|t>"}`},
		{`{"v":"<<text>>"}`, `{"v":"<hello>"}`},
		{`"text=<text>; o=<obj>; a=<arr>"`, `"text=hello; o={first:one,second:2}; a=[one,two,{x:3}]"`},
		{`"p <q> s"`, `!"p say "hello" s"`},
		{`"p <esc> s"`, "!\"p line\nslash\\tab\tend s\""},
		{`"p \"<text>\" s"`, `"p \"hello\" s"`},
		{`"before <missing> after"`, `"before  after"`},
		{"\"first <text>\"\n\"second <text>\"", "\"first hello\"\n\"second hello\""},
		{`<n>`, `42`},
		{`<nil>`, `null`},
		{`<text>`, `!hello`},
		{`<obj>`, `!{first:one,second:2}`},
		{`<missing>`, `!`},
		{`["fixed",<n>,"<text>"]`, `["fixed",42,"hello"]`},
		{`[<text>]`, `![hello]`},
		{`[1,<missing>,2]`, `![1,,2]`},
		{`[{"v":<obj>}]`, `![{"v":{first:one,second:2}}]`},
	} {
		tr, err := NewTransformer(inputPaths, test.template)
		if err != nil {
			t.Errorf("%s: %v", test.template, err)
			continue
		}
		body, err := tr.Render(e, Context{})
		got := string(body)
		var failure *UndeliverableError
		if errors.As(err, &failure) {
			got = "!" + string(failure.Body)
			if failure.Code != CodeInvalidJSON || failure.Message != "Invalid input for target." || failure.Silent != (test.want == "!") {
				t.Errorf("%s: %#v", test.template, failure)
			}
		}
		if got != test.want {
			t.Errorf("%s\ngot  %s\nwant %s", test.template, got, test.want)
		}
	}
}

func TestTransformerRefusals(t *testing.T) {
	many := map[string]string{}
	for i := range MaxInputPaths + 1 {
		many[fmt.Sprint(i)] = "$"
	}
	one := map[string]string{"v": "$.detail.text"}
	for _, test := range []struct {
		paths          map[string]string
		template, want string
	}{
		{one, `"<v> <w>"`, "InputTemplate for target X contains invalid placeholder w."},
		{one, `{"v":"<b><v></b>"}`, "InputTemplate for target X contains invalid placeholder b."},
		{one, `{"<v>":1}`, "InputTemplate placeholder present as a JSON object key for target X."},
		{one, `{"a":{"b <v>":1}}`, "InputTemplate placeholder present as a JSON object key for target X."},
		{one, `hello <v>`, "Invalid InputTemplate for target X : Unexpected character 'h', expected a value at line 1, column 1"},
		{one, `{"v":<v>`, "Invalid InputTemplate for target X : Unexpected end of input, expected ',' or '}' at line 1, column 10"},
		{one, `{"v":1} {"w":2}`, "Invalid InputTemplate for target X : Unexpected text after the JSON value at line 1, column 9"},
		{one, `"a""b"`, "Invalid InputTemplate for target X : Unexpected text after the JSON value at line 1, column 4"},
		{one, " ", "Invalid InputTemplate for target X : Unexpected end of input, expected a value at line 1, column 2"},
		{nil, `<aws.events.event.json>`, "InputTemplate for target X contains placeholder aws.events.event.json valid only for JSON template."},
		{nil, `{"v":"<aws.events.event>"}`, "InputTemplate for target X contains placeholder aws.events.event valid only for JSON template."},
		{one, `"<aws.events.unknown>"`, "InputTemplate for target X contains invalid placeholder aws.events.unknown."},
		{map[string]string{"v": "$['a']"}, `"<v>"`, "InputPath for target X is invalid."},
		{map[string]string{"a.b": "$"}, `1`, "1 validation error detected: "},
		{map[string]string{"": "$"}, `1`, "1 validation error detected: "},
		{map[string]string{"v": "$." + strings.Repeat("a", MaxPathLength)}, `1`, "1 validation error detected: "},
		{many, `1`, "1 validation error detected: "},
		{one, "", "1 validation error detected: "},
		{one, `"` + strings.Repeat("é", MaxTemplateLength-1) + `"`, "1 validation error detected: "},
	} {
		_, err := NewTransformer(test.paths, test.template)
		var refused *AdmissionError
		if !errors.As(err, &refused) {
			t.Errorf("%s: error %v", test.template, err)
			continue
		}
		if got := refused.For("X").Error(); got != test.want && !(strings.HasSuffix(test.want, ": ") && strings.HasPrefix(got, test.want)) {
			t.Errorf("%s\ngot  %s\nwant %s", test.template, got, test.want)
		}
	}
	if _, err := NewTransformer(one, `"`+strings.Repeat("é", MaxTemplateLength-2)+`"`); err != nil {
		t.Errorf("a template of %d characters: %v", MaxTemplateLength, err)
	}
}

func TestReserved(t *testing.T) {
	c := Context{
		RuleARN: "arn:aws:events:r:1:rule/b/n", RuleName: "n",
		IngestionTime: time.Date(2026, 1, 2, 4, 4, 6, 789_900_000, time.FixedZone("", 3600)),
	}
	for _, test := range []struct{ event, template, want string }{
		{inputEvent, `"<aws.events.rule-name> <aws.events.rule-arn> <aws.events.event.ingestion-time>"`,
			`"n arn:aws:events:r:1:rule/b/n 2026-01-02T03:04:06.789Z"`},
		{inputEvent, `{"e":<aws.events.event>}`,
			`{"e":{"id":"1","account":"1","detailType":"t","time":1767323045000,"source":"s","region":"r","resources":[],"version":"0"}}`},
		{`{"time":"today","detail":{}}`, `{"e":<aws.events.event>,"f":<aws.events.event.json>}`,
			`{"e":{"id":null,"account":null,"detailType":null,"time":null,"source":null,"region":null,"resources":null,"version":null},"f":{"time":"today","detail":{}}}`},
		{inputEvent, `"<undefined> stays without a map"`, `"<undefined> stays without a map"`},
	} {
		e, err := ParseEvent([]byte(test.event))
		if err != nil {
			t.Fatal(err)
		}
		tr, err := NewTransformer(nil, test.template)
		if err != nil {
			t.Fatal(err)
		}
		body, err := tr.Render(e, c)
		if err != nil || string(body) != test.want {
			t.Errorf("%s\ngot  %s %v\nwant %s", test.template, body, err, test.want)
		}
	}
}

func TestInput(t *testing.T) {
	text := func(s string) *string { return &s }
	e, err := ParseEvent([]byte(`{"detail":{"a": [1, {}], "n": null}, "x":1, "source":"s"}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		spec InputSpec
		want string
	}{
		{InputSpec{}, `{"source":"s","detail":{"a":[1,{}],"n":null},"x":1}`},
		{InputSpec{Input: text(` {"<v>": 1 } `)}, ` {"<v>": 1 } `},
		{InputSpec{InputPath: text("$.detail.a")}, `[1,{}]`},
		{InputSpec{InputPath: text("$.detail.n")}, `{}`},
		{InputSpec{InputPath: text("$.detail.b")}, `{}`},
		{InputSpec{InputPath: text("")}, `{}`},
		{InputSpec{InputPath: text("$.source")}, `"s"`},
		{InputSpec{InputTransformer: &InputTransformer{InputTemplate: `"x"`}}, `"x"`},
	} {
		in, err := NewInput(test.spec)
		if err != nil {
			t.Error(err)
			continue
		}
		if body, err := in.Render(e, Context{}); err != nil || string(body) != test.want {
			t.Errorf("got %s %v, want %s", body, err, test.want)
		}
	}
	for _, test := range []struct {
		spec InputSpec
		want string
	}{
		{InputSpec{Input: text("1"), InputPath: text("$")}, "Only one of Input, InputPath, or InputTransformer must be provided for target target."},
		{InputSpec{Input: text("nope")}, "JSON syntax error in input for target target: "},
		{InputSpec{Input: text("")}, "JSON syntax error in input for target target: "},
		{InputSpec{Input: text(`"` + strings.Repeat("x", MaxInputLength) + `"`)}, "1 validation error detected: "},
		{InputSpec{InputPath: text("$..a")}, "InputPath for target target is invalid."},
		{InputSpec{InputPath: text("$." + strings.Repeat("a", MaxPathLength))}, "1 validation error detected: "},
	} {
		_, err := NewInput(test.spec)
		checkRefusal(t, err, test.want)
	}
}
