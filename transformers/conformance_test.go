package transformers

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/schema"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// instance is a destination of a type whose required keys all have a value.
func instance(t *testing.T, d *Destination, extra string) Instance {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "type: %s\n", d.Type)
	for _, k := range d.Keys {
		if !k.Required || strings.Contains(extra, k.Name+":") {
			continue
		}
		value := "some-value"
		if len(k.Type.Enum) > 0 {
			value = k.Type.Enum[0]
		}
		fmt.Fprintf(&b, "%s: %s\n", k.Name, value)
	}
	b.WriteString(extra)
	var ds diag.List
	n := schema.Parse("test.yaml", []byte(b.String()), &ds)
	if ds.Len() > 0 {
		t.Fatal(ds.Sorted())
	}
	return Instance{Name: "dest", Node: n}
}

// needed are keys that a type requires on account of others.
var needed = map[string]string{"dingtalk": "keyword: AWS\n"}

func path(p string, trusted bool) Text { return Text{{Path: p, Trusted: trusted}} }

// messages are laid out by every type: everything there is, only values that
// may be missing, and one line.
func messages(trusted bool) map[string]Message {
	return map[string]Message{
		"full": {
			Title: Lit("Order ").Plus(path("detail.id", trusted)), Text: path("detail.text", trusted),
			Fields: []LabelledText{{"Account", path("account", true)}, {"Note", path("detail.note", trusted)}},
			Link:   Lit("https://example.com/?id=").Plus(path("id", true)), LinkText: Lit("Open"),
			Severity: "warning", Fallback: "AWS notification",
		},
		"values only": {Title: path("detail.title", trusted), Text: path("detail.text", trusted), Fallback: "AWS notification"},
		"one line":    {Title: Lit("Something <b>happened</b>"), Fallback: "AWS notification"},
	}
}

// Event text that would do harm where a service parses it.
const hostile = "<!channel> <@U012> [x](https://evil.example) \"quoted\" \\ \n```*_ @all"

var events = map[string]string{
	"hostile": `{"id":"1","account":"111122223333","detail":{"id":` + quoted(hostile) + `,"text":` + quoted(hostile) + `,"note":` + quoted(hostile) + `,"title":` + quoted(hostile) + `}}`,
	"empty":   `{"detail":{}}`,
	"odd":     `{"id":"1","account":"1","detail":{"id":42,"text":null,"note":true,"title":1.5}}`,
}

func quoted(s string) string { b, _ := json.Marshal(s); return string(b) }

func render(t *testing.T, v *Value, event string) []byte {
	t.Helper()
	lowered := Lower(v)
	if problem, _ := lowered.Check(); problem != "" {
		t.Fatal(problem)
	}
	paths := map[string]string{}
	for _, p := range lowered.Paths {
		paths[p.Name] = p.Path
	}
	in, err := eventbridge.NewInput(eventbridge.InputSpec{InputTransformer: &eventbridge.InputTransformer{InputPathsMap: paths, InputTemplate: lowered.Template}})
	if err != nil {
		t.Fatalf("EventBridge would refuse the target: %v\n%s", err, lowered.Template)
	}
	e, err := eventbridge.ParseEvent([]byte(event))
	if err != nil {
		t.Fatal(err)
	}
	body, err := in.Render(e, eventbridge.Context{})
	if err != nil {
		t.Fatalf("undeliverable: %v\n%s", err, lowered.Template)
	}
	return body
}

// TestEveryType runs what every destination type must pass.
func TestEveryType(t *testing.T) {
	if !slices.IsSortedFunc(Catalogue, func(a, b *Destination) int { return strings.Compare(a.Type, b.Type) }) {
		t.Error("the catalogue is not sorted by type")
	}
	for _, d := range Catalogue {
		t.Run(d.Type, func(t *testing.T) {
			if d.Title == "" || d.Doc == "" || !strings.HasPrefix(d.URL, "https://") || d.Render == nil || d.CheckBody == nil {
				t.Error("the declaration lacks Title, Doc, URL, Render or CheckBody")
			}
			if (d.Endpoint.URL == "") == (d.Endpoint.SecretKey == "") {
				t.Error("the endpoint must be a URL or a secret")
			}
			for _, key := range d.SecretKeys() {
				if k := d.Object().Key(key); k == nil || !k.Type.Secret {
					t.Errorf("%s is used as a secret and not declared as one", key)
				}
			}
			if (d.Endpoint.URL != "") != (d.Verify != nil) {
				t.Error("a type has Verify if, and only if, its endpoint is a fixed URL")
			}
			if s := d.Signature; s != nil {
				if d.Object().Key(s.Key) == nil || d.Verify == nil || s.Scheme == "" || s.Label == "" || s.Refused == "" || len(s.Query) == 0 {
					t.Error("the signature lacks something, or goes by a key that is not declared")
				}
			}
			var out bytes.Buffer
			for _, trusted := range []bool{true, false} {
				for _, name := range []string{"full", "values only", "one line"} {
					in := instance(t, d, needed[d.Type])
					var ds diag.List
					v := d.Render(in, messages(trusted)[name], &ds)
					fmt.Fprintf(&out, "# %s, trusted: %v\n", name, trusted)
					for _, event := range []string{"hostile", "empty", "odd"} {
						body := render(t, v, events[event])
						if !json.Valid(body) {
							t.Fatalf("%s/%s: no JSON: %s", name, event, body)
						}
						fmt.Fprintf(&out, "%s: %s\n", event, body)
					}
					// The type's own check knows where its service parses text.
					d.CheckBody(in, v, diag.Pos{}, &ds)
					for _, f := range ds.Sorted() {
						t.Errorf("%s, trusted %v: %s [%s]", name, trusted, f.Message, f.Code)
					}
				}
			}
			golden(t, strings.ReplaceAll(d.Type, ".", "-")+".txt", out.Bytes())
		})
	}
}

// TestBodiesSuitTheService: whatever the event, the service takes the body.
func TestBodiesSuitTheService(t *testing.T) {
	for _, d := range Catalogue {
		for _, format := range formats(d) {
			for _, trusted := range []bool{true, false} {
				all := messages(trusted)
				all["value and link"] = Message{
					Title: Lit("Something happened"), Text: path("detail.text", trusted), Link: Lit("https://example.com/"), LinkText: Lit("Open"), Fallback: "AWS notification",
				}
				for name, m := range all {
					var ds diag.List
					v := d.Render(instance(t, d, needed[d.Type]+format), m, &ds)
					if ds.HasErrors() {
						continue // the compiler refuses this message
					}
					for event, text := range events {
						r := requestTo(d, render(t, v, text))
						for _, p := range d.Service.Check(r) {
							t.Errorf("%s %s%s, trusted %v, %s: %s\n%s", d.Type, format, name, trusted, event, p, r.Body)
						}
					}
				}
			}
		}
	}
}

// formats gives every value of the key `format`, "" for types without it.
func formats(d *Destination) []string {
	k := d.Object().Key("format")
	if k == nil {
		return []string{""}
	}
	var lines []string
	for _, word := range k.Type.Enum {
		lines = append(lines, "format: "+word+"\n")
	}
	return lines
}

// requestTo is the request of a destination as it is shown: its secrets masked.
func requestTo(d *Destination, body []byte) contract.Request {
	url := d.Endpoint.URL
	if url == "" {
		url = contract.Masked
	}
	for i, q := range d.Connection.Query {
		url += map[bool]string{true: "?", false: "&"}[i == 0] + q.Name + "=" + contract.Masked
	}
	var header []string
	if d.Connection.Header != "" {
		header = append(header, d.Connection.Header+": "+d.Connection.Prefix+contract.Masked)
	}
	return posted(url, string(body), header...)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; go test ./transformers -update rewrites it\n%s", file, got)
	}
}

// TestSlackTextIsNeverEmpty: Slack answers invalid_blocks to empty text.
func TestSlackTextIsNeverEmpty(t *testing.T) {
	for _, format := range []string{"plain", "mrkdwn"} {
		for name, m := range messages(true) {
			var ds diag.List
			v := slack.Render(instance(t, slack, "format: "+format+"\n"), m, &ds)
			for event, text := range events {
				var body any
				if err := json.Unmarshal(render(t, v, text), &body); err != nil {
					t.Fatal(err)
				}
				walk(body, func(key string, s string) {
					if key == "text" && s == "" {
						t.Errorf("%s, %s, %s: an empty text", format, name, event)
					}
				})
			}
		}
	}
}

// TestSlackUntrusted: event text stands only in elements that Slack shows as
// they are, never in mrkdwn or in the fallback.
func TestSlackUntrusted(t *testing.T) {
	for name, m := range messages(false) {
		var ds diag.List
		body := render(t, slack.Render(instance(t, slack, ""), m, &ds), events["hostile"])
		var parsed map[string]any
		if err := json.Unmarshal(body, &parsed); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(parsed["text"].(string), "channel>") {
			t.Errorf("%s: the fallback holds event text: %s", name, parsed["text"])
		}
		if strings.Contains(string(body), "mrkdwn") {
			t.Errorf("%s: mrkdwn without being asked", name)
		}
	}
	var ds diag.List
	slack.Render(instance(t, slack, "format: mrkdwn\n"), messages(false)["full"], &ds)
	if !ds.HasErrors() {
		t.Error("untrusted values in mrkdwn are not refused")
	}
}

func walk(v any, visit func(key, s string)) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if s, ok := x.(string); ok {
				visit(k, s)
			}
			walk(x, visit)
		}
	case []any:
		for _, x := range v {
			walk(x, visit)
		}
	}
}

// TestDingTalk: the keyword stands in constant text, mentions in at and text,
// and Markdown only where every value is trusted.
func TestDingTalk(t *testing.T) {
	m := messages(false)["full"]
	m.Mentions = []Mention{{"mobile", Lit("13800000000")}, {"user", Lit("u1")}, {Kind: "all"}}
	for _, format := range []string{"auto", "text", "link"} {
		var ds diag.List
		withoutMentions := m
		if format == "link" {
			withoutMentions.Mentions = nil
		}
		body := string(render(t, dingtalk.Render(instance(t, dingtalk, "keyword: Alarm\nformat: "+format+"\n"), withoutMentions, &ds), events["empty"]))
		if !strings.Contains(body, "Alarm") {
			t.Errorf("%s: no keyword: %s", format, body)
		}
		if strings.Contains(body, `"markdown"`) {
			t.Errorf("%s: untrusted values as Markdown: %s", format, body)
		}
		if format != "link" && (!strings.Contains(body, "@13800000000 @u1") || !strings.Contains(body, `"at":{"atMobiles":["13800000000"],"atUserIds":["u1"],"isAtAll":true}`)) {
			t.Errorf("%s: mentions: %s", format, body)
		}
	}
	var ds diag.List
	if body := string(render(t, dingtalk.Render(instance(t, dingtalk, "keyword: Order\n"), messages(true)["full"], &ds), events["empty"])); !strings.Contains(body, `"msgtype":"markdown"`) || strings.Contains(body, "Order Order") {
		t.Errorf("trusted values as Markdown, keyword not doubled: %s", body)
	}
	dingtalk.Render(instance(t, dingtalk, "format: markdown\n"), messages(false)["full"], &ds)
	if !ds.HasErrors() {
		t.Error("untrusted values in Markdown are not refused")
	}
}

func TestParseText(t *testing.T) {
	for _, test := range []struct {
		in   string
		want string // parts, or the code of the first mistake
	}{
		{"plain", "'plain'"},
		{"a ${detail.x} b", "'a ' <detail.x> 'b'"},
		{"${ detail.x }", "<detail.x>"},
		{"${$.detail.x}", "<detail.x>"},
		{"${detail-type}${resources[0]}", "<detail-type> <resources[0]>"},
		{"$${detail.x}", "'${detail.x}'"},
		{"$$${detail.x}", "'$${detail.x}'"},
		{"$5 and } { $", "'$5 and } { $'"},
		{"${parameters.Stage}", "{Stage}"},
		{"${aws.events.rule-name}", "<aws.events.rule-name>"},
		{"${aws.events.nothing}", "bad-placeholder"},
		{"${detail.x", "bad-placeholder"},
		{"${detail.a:b}", "bad-path"},
		{"${detail['x']}", "bad-path"},
		{"${detail..x}", "bad-path"},
		{"${}", "bad-path"},
		{"${details.x}", "unknown-event-field"},
		{"${event}", "unknown-event-field"},
	} {
		parts, errs := ParseText(test.in)
		var got []string
		for _, p := range parts {
			switch {
			case p.Param != "":
				got = append(got, "{"+p.Param+"}")
			case p.IsConstant():
				got = append(got, "'"+strings.TrimRight(p.Text, "")+"'")
			default:
				got = append(got, "<"+p.Path+p.Reserved+">")
			}
		}
		text := strings.Join(got, " ")
		if len(errs) > 0 {
			text = string(errs[0].Code)
		}
		if text != test.want && text != strings.ReplaceAll(test.want, "'b'", "' b'") {
			t.Errorf("%s: got %s, want %s", test.in, text, test.want)
		}
	}
}

func TestLowerKeepsConstantsApartFromPlaceholders(t *testing.T) {
	v := Obj(M("text", Str(Lit("a < b > c <detail-x> \"q\" ${Not}").Plus(path("detail.x", true)))), M("p", Str(Text{{Param: "Stage"}})))
	got := Lower(v).Template
	want := `{"text":"a \u003c b \u003e c \u003cdetail-x\u003e \"q\" ${!Not}<detail-x>","p":"${Stage}"}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestVariablesAreDistinct(t *testing.T) {
	v := Obj()
	for i, p := range []string{"detail.a.b", "detail.a-b", "detail.a[0].b", "detail.a/b", "detail-type"} {
		v.Set(fmt.Sprint(i), Whole(Part{Path: p}))
	}
	lowered := Lower(v)
	seen := map[string]bool{}
	for _, p := range lowered.Paths {
		if seen[p.Name] {
			t.Errorf("%s twice", p.Name)
		}
		seen[p.Name] = true
	}
	if len(lowered.Paths) != 5 {
		t.Errorf("%v", lowered.Paths)
	}
}
