package stepfunctions

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// generated reads a definition that notifygen compiled; the functions of
// CloudFormation in it are given values that will do.
func generated(t *testing.T, name string) map[string]any {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name + ".definition.json")
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return resolved(v).(map[string]any)
}

var pseudo = regexp.MustCompile(`\$\{AWS::Partition\}`)

func resolved(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if text, ok := v["Fn::Sub"].(string); ok {
			return pseudo.ReplaceAllString(text, "aws")
		}
		if at, ok := v["Fn::GetAtt"].([]any); ok {
			return "arn:aws:x:us-east-1:111122223333:" + at[0].(string)
		}
		if id, ok := v["Ref"].(string); ok {
			return "https://queue.example.com/" + id
		}
		for name := range v {
			v[name] = resolved(v[name])
		}
	case []any:
		for i := range v {
			v[i] = resolved(v[i])
		}
	}
	return v
}

func compiled(t *testing.T, v any) *Machine {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return parsed(t, string(text))
}

// What notifygen compiles runs here, and decides as the services mean it.
func TestGenerated(t *testing.T) {
	const wrapped = `[{"route":"r","event":"e","message":{"text":"hi"}}]`
	slack, ding := "slack-verified", "health-to-dingtalk-signed"
	for _, test := range []struct {
		machine, reply string
		status         int
		end, code      string
		sent           int
	}{
		{slack, `{"ok":true,"ts":"1"}`, 200, Succeeded, "", 1},
		{slack, `{"ok":false,"error":"channel_not_found"}`, 200, Succeeded, "channel_not_found", 1},
		{slack, `{"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["[ERROR] too long"]}}`, 200, Succeeded, "invalid_blocks", 1},
		{slack, `{"ok":false,"error":"fatal_error"}`, 200, Failed, "", 4},
		{slack, `{"ok":false,"error":"ratelimited"}`, 200, Failed, "", 4},
		{slack, `{"ok":"true"}`, 200, Succeeded, "200", 1},
		{slack, `slow down`, 429, Failed, "", 4},
		{slack, ``, 500, Failed, "", 4},
		{slack, ``, 401, Failed, "", 4},
		{slack, `{"ok":true}`, 404, Succeeded, "404", 1},
		{ding, `{"errcode":0,"errmsg":"ok"}`, 200, Succeeded, "", 1},
		{ding, `{"errcode":300001,"errmsg":"token is not exist"}`, 200, Succeeded, "300001", 1},
		{ding, `{"errcode":310000,"errmsg":"sign not match"}`, 200, Succeeded, "310000", 2},
		{ding, `{"errcode":130101,"errmsg":"send too fast"}`, 200, Failed, "", 1},
		{ding, `{"errcode":-1,"errmsg":"busy"}`, 200, Failed, "", 4},
	} {
		w := newWorld(reply{status: test.status, body: test.reply})
		r := w.run(t, compiled(t, generated(t, test.machine)), wrapped)
		code := ""
		if len(w.messages) > 0 {
			code = w.messages[0].Attributes["ERROR_CODE"].StringValue
		}
		if r.Status != test.end || code != test.code || len(w.requests) != test.sent {
			t.Errorf("%s, %d %s: %s, dead letter %q, sent %d times: %s", test.machine, test.status, test.reply, r.Status, code, len(w.requests), visits(r))
		}
	}
}

// No reply, however odd, makes an expression of a compiled machine fail, and
// none but a proper one counts as accepted.
func TestOddReplies(t *testing.T) {
	odd := []string{
		``, `x`, `null`, `true`, `0`, `"ok"`, `[]`, `[[]]`, `{}`, `[{"ok":true},{"ok":false}]`, `{"ok":null,"error":null}`, `{"ok":[true]}`, `{"ok":{}}`,
		`{"ok":false,"error":{"a":[1]}}`, `{"ok":false,"error":["x","y"]}`, `{"ok":false,"error":"","needed":{}}`, `{"ok":false,"response_metadata":[]}`,
		`{"ok":false,"error":"x","response_metadata":{"messages":[{"a":1},null]}}`, `{"errcode":null}`, `{"errcode":[0]}`, `{"errcode":[0,0]}`, `{"errcode":{}}`,
		`{"errcode":true,"errmsg":[]}`, `{"errcode":"","errmsg":""}`, `{"errcode":1e300,"errmsg":"\u0000\u0001\ud83d"}`, `{"errcode":1,"errmsg":{"a":"` + strings.Repeat("中", 9000) + `"}}`,
	}
	for _, name := range []string{"slack-verified", "health-to-dingtalk-signed"} {
		m := compiled(t, generated(t, name))
		for _, body := range odd {
			w := newWorld(reply{status: 200, body: body})
			r := w.run(t, m, `[{"route":"r","event":"e","message":{"text":"hi"}}]`)
			for _, s := range r.Steps {
				if s.Error != "" && s.Type != typeFail {
					t.Errorf("%s, %.60s: %s: %s: %s", name, body, s.State, s.Error, s.Cause)
				}
			}
			if len(w.messages) != 1 {
				t.Errorf("%s, %.60s: %s", name, body, visits(r))
			}
		}
	}
}

// A machine without its Choice is refused.
func TestGeneratedWithoutChoice(t *testing.T) {
	v := generated(t, "slack-verified")
	states := v["States"].(map[string]any)
	for name, s := range states {
		if s.(map[string]any)["Type"] == typeChoice {
			delete(states, name)
		}
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	m, findings := Parse(text)
	if m != nil || len(findings) < 3 || findings[0].Code != CodeUnknownState {
		t.Error(findings)
	}
}
