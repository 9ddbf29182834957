package transformers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/contract"
)

const goodToken = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// posted is a request as EventBridge sends it; header lines and a method before
// the URL override what is usual.
func posted(target, body string, header ...string) contract.Request {
	method, url, ok := strings.Cut(target, " ")
	if !ok {
		method, url = http.MethodPost, target
	}
	h := http.Header{}
	h.Set("Content-Type", "application/json; charset=utf-8")
	if strings.HasPrefix(url, "https://slack.com") {
		h.Set("Authorization", "Bearer ***")
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		if h.Del(name); value != "" {
			h.Set(name, value)
		}
	}
	return contract.Request{Method: method, URL: url, Header: h.Get, Body: []byte(body)}
}

func TestServices(t *testing.T) {
	services := Services()
	for _, s := range services {
		if s.Title == "" || !strings.HasPrefix(s.URL, "https://") || s.Check == nil || s.Accept == nil {
			t.Errorf("%s lacks Title, URL, Check or Accept", s.Name)
		}
		if (s.Refuse == nil) != (len(s.Errors) == 0) {
			t.Errorf("%s: Refuse is for services with errors", s.Name)
		}
		var mine []string
		for _, other := range services {
			if contract.Find([]*contract.Service{other}, s.Example) != nil {
				mine = append(mine, other.Name)
			}
		}
		if !slices.Equal(mine, []string{s.Name}) {
			t.Errorf("%s belongs to %v", s.Example, mine)
		}
		if contract.Named(services, s.Name) != s {
			t.Errorf("%s is not found by its name, or has it twice", s.Name)
		}
	}
	for _, d := range Catalogue {
		if d.Service == nil || d.Service.Name != d.Type {
			t.Fatalf("%s has no service of its name", d.Type)
		}
		if u := d.Endpoint.URL; u != "" && contract.Find(services, u) != d.Service {
			t.Errorf("%s is not the service of %s", d.Type, u)
		}
	}
}

func TestFindByURL(t *testing.T) {
	for url, want := range map[string]string{
		"https://slack.com/api/chat.postMessage":                                                      "slack",
		"https://SLACK.com:443/api/chat.postMessage?x=1":                                              "slack",
		"https://slack.com/api/conversations.create":                                                  "",
		"https://slack.com.evil.example/api/chat.postMessage":                                         "",
		"https://evil.example/slack.com/api/chat.postMessage":                                         "",
		"https://hooks.slack.com/services/***":                                                        "slack-webhook",
		"https://hooks.slack.com/triggers/T0/1/x":                                                     "slack-workflow",
		"https://hooks.slack.com/workflows/T0/A0/1/x":                                                 "slack-workflow",
		"https://oapi.dingtalk.com/robot/send?access_token=***":                                       "dingtalk",
		"https://webhook.site/11111111-2222-4333-8444-555555555555/429":                               "webhook.site",
		"https://discord.com/api/v10/webhooks/1/x?wait=true":                                          "discord",
		"https://prod-01.westeurope.logic.azure.com:443/workflows/0/triggers/x":                       "teams",
		"https://a1.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/0/x": "teams",
		"https://discord.com/api/webhooks/***":                                                        "discord",
		"https://discord.com/api/webhooks/1/x/slack":                                                  "",
		"https://discord.com/api/webhooks/1/x/github":                                                 "",
		"https://hooks.slack-gov.com/triggers/T0/1/x":                                                 "slack-workflow",
		"https://example.com/":                                                                        "",
		"***":                                                                                         "",
		"":                                                                                            "",
	} {
		got := ""
		if s := contract.Find(Services(), url); s != nil {
			got = s.Name
		}
		if got != want {
			t.Errorf("%s is %q, want %q", url, got, want)
		}
	}
}

// TestErrorCodes plays every code of every service, and reads it back.
func TestErrorCodes(t *testing.T) {
	retried := []string{"ratelimited", "rollup_error", "internal_error", "40062", "50027", "DirectApiAuthorizationRequired", "TooManyRequests"}
	for _, s := range Services() {
		for _, e := range s.Errors {
			if e.Meaning == "" {
				t.Errorf("%s: %s has no meaning", s.Name, e.Code)
			}
			problem := contract.Problem{Code: e.Code, Message: e.Meaning}
			reply := s.Refuse(problem)
			want := contract.DeadLettered
			switch {
			case s.Name == "slack-webhook" && e.Code == "rate_limited",
				slices.Contains(retried, e.Code) && !(s.Name == "slack" && e.Code == "internal_error"):
				want = contract.Retried
			case s.Name == "slack" || s.Name == "dingtalk":
				want = contract.Lost
			}
			p := s.Judge(reply, []contract.Problem{problem})
			if p.Outcome != want {
				t.Errorf("%s %s: %s, want %s", s.Name, e.Code, p.Outcome, want)
			}
			if !strings.Contains(reply.Body, e.Code) || !strings.Contains(p.Note, s.Title) {
				t.Errorf("%s %s: %s; %s", s.Name, e.Code, reply.Body, p.Note)
			}
			if reply.Status == http.StatusTooManyRequests && reply.Header["Retry-After"] == "" {
				t.Errorf("%s %s: no Retry-After", s.Name, e.Code)
			}
			if s.Refused == nil {
				continue
			}
			if sign, code := s.Refused(reply); sign == "" || code != e.Code {
				t.Errorf("%s %s: read back as %q, %q", s.Name, e.Code, sign, code)
			}
			if sign, code := s.Refused(s.Accept(posted(s.Example, `{}`))); sign != "" || code != "" {
				t.Errorf("%s: what it accepts is read as %s", s.Name, code)
			}
		}
	}
}

func TestNotes(t *testing.T) {
	for _, test := range []struct{ url, body, want string }{
		{"https://slack.com/api/chat.postMessage", `{"channel":"C1"}`, "Slack would answer 200 with `ok:false` (no_text); EventBridge counts that as delivered"},
		{"https://slack.com/api/chat.postMessage", `{"channel":"C1","text":"x"}`, ""},
		{"https://oapi.dingtalk.com/robot/send?access_token=***", `{"msgtype":"txt"}`, "DingTalk would answer 200 with `errcode 400105` (the message type is unknown); EventBridge counts that as delivered"},
		{"https://hooks.slack.com/services/***", `{}`, "Slack incoming webhook would answer 400 (missing_text_or_fallback_or_attachments); EventBridge does not try again"},
		{"https://webhook.site/x/429", ``, "webhook.site would answer 429; EventBridge tries again"},
		{"https://webhook.site/x/404", ``, "webhook.site would answer 404; EventBridge does not try again"},
	} {
		if p := (*contract.Failures)(nil).Predict(Services(), posted(test.url, test.body)); p.Note != test.want {
			t.Errorf("%s %s\ngot  %s\nwant %s", test.url, test.body, p.Note, test.want)
		}
	}
}

func TestContracts(t *testing.T) {
	for _, test := range contractCases {
		var header []string
		if test.header != "" {
			header = strings.Split(test.header, "\n")
		}
		p := (*contract.Failures)(nil).Predict(Services(), posted(test.to, test.body, header...))
		var got []string
		refused := false
		for _, problem := range p.Problems {
			if problem.Accepted {
				got = append(got, "~"+problem.Field)
				continue
			}
			got = append(got, problem.Code)
			refused = true
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s %.200s %s\ngot  %v\nwant %s", test.to, test.body, test.header, p.Problems, test.want)
		}
		if p.Refused() != refused {
			t.Errorf("%s %.200s: %s in spite of %v", test.to, test.body, p.Outcome, p.Problems)
		}
		if _, err := json.Marshal(p); err != nil {
			t.Error(err)
		}
	}
}

// TestFindingsAreBounded: an event's own names are shown as text, and any number
// of mistakes is told in a few.
func TestFindingsAreBounded(t *testing.T) {
	for _, test := range []struct {
		to, body string
		most     int
	}{
		{toWorkflow, `{"\u001b[31m` + strings.Repeat("x", 10_000) + `":5}`, 1},
		{toSlack, blocks(`{"type":"\u001b[31m\u202e` + strings.Repeat("x", 10_000) + `"}`), 1},
		{toSlack, rich(times(20_000, `{}`)), maxFindings},
		{toDingTalk, `{"msgtype":"text","text":{"content":"x"},"at":{"atMobiles":[` + times(20_000, `"1"`) + `]}}`, maxFindings},
		{toDingTalk, `{"msgtype":"feedCard","feedCard":{"links":[` + times(500, `{"title":1,"messageURL":"x","picURL":"x"}`) + `,{}]}}`, 2 * maxFindings},
	} {
		p := (*contract.Failures)(nil).Predict(Services(), posted(test.to, test.body))
		if len(p.Problems) == 0 || len(p.Problems) > test.most+1 { // and the whole is too long
			t.Errorf("%s %.60s: %d problems", test.to, test.body, len(p.Problems))
		}
		for _, problem := range p.Problems {
			if text := problem.String(); len(text) > 1100 || strings.ContainsAny(text, "\x1b\u202e") {
				t.Errorf("%q", text)
			}
		}
	}
	if p := (*contract.Failures)(nil).Predict(Services(), posted(toDingTalk, `{"msgtype":"feedCard","feedCard":{"links":[`+times(100, `{"title":1,"messageURL":"x","picURL":"x"}`)+`,{}]}}`)); !p.Refused() {
		t.Error("what is refused is left out among what is accepted")
	}
}

func TestSettings(t *testing.T) {
	for _, test := range []struct{ service, setting, value, body, want string }{
		{"dingtalk", "keyword", "AWS", `{"msgtype":"text","text":{"content":"AWS alarm"}}`, ""},
		{"dingtalk", "keyword", "Alarm, AWS", `{"msgtype":"markdown","markdown":{"title":"AWS","text":"x"}}`, ""},
		{"dingtalk", "keyword", "AWS", `{"msgtype":"text","text":{"content":"aws"},"at":{"atUserIds":["AWS"]}}`, "310000"},
		{"dingtalk", "keyword", "a \"b\"", `{"msgtype":"text","text":{"content":"say a \"b\""}}`, ""},
		{"dingtalk", "keyword", "AWS", `no json`, "310000"},
		{"slack", "channels", "C1, C2", `{"channel":"C2","text":"x"}`, ""},
		{"slack", "channels", "C1,C2", `{"channel":"C3","text":"x"}`, "channel_not_found"},
		{"slack", "channels", "C1", `{"channel":"***","text":"x"}`, ""},
		{"slack-workflow", "variables", "title,text", `{"title":"x"}`, ""},
		{"slack-workflow", "variables", "title", `{"titel":"x"}`, "invalid_arguments"},
	} {
		s := contract.Named(Services(), test.service)
		setting, ok := s.Setting(test.setting)
		if !ok {
			t.Fatalf("%s has no setting %s", test.service, test.setting)
		}
		code := ""
		for _, p := range setting.Check(test.value, posted(s.Example, test.body)) {
			code += p.Code
		}
		if code != test.want {
			t.Errorf("%v: %q", test, code)
		}
	}
}

// TestReplies shows what the services answer.
func TestReplies(t *testing.T) {
	var out bytes.Buffer
	for _, test := range []struct {
		to, body string
		header   []string
	}{
		{to: toSlack, body: `{"channel":"C1","text":"x"}`},
		{to: toSlack, body: `{"channel":"C1","text":"x"}`, header: []string{"Content-Type: application/json"}},
		{to: toSlack, body: `{"channel":"C1"}`},
		{to: toSlack, body: `{"text":"x"}`},
		{to: toSlack, body: rich(`{"type":"text","text":""}`)},
		{to: toWebhook, body: `{"text":"x"}`},
		{to: toWebhook, body: `{"text":""}`},
		{to: toWorkflow, body: `{"text":"x"}`},
		{to: toWorkflow, body: `{"text":1}`},
		{to: toDingTalk, body: `{"msgtype":"text","text":{"content":"x"}}`},
		{to: toDingTalk, body: `{"msgtype":"markdown","markdown":{"text":"x"}}`},
		{to: toDingTalk, body: `x`},
		{to: "https://webhook.site/x", body: `{}`},
		{to: "https://webhook.site/x/503", body: `{}`},
		{to: toDiscord, body: `{"content":"x"}`},
		{to: toDiscord + "?wait=true", body: `{"content":"x"}`},
		{to: toDiscord, body: `{}`},
		{to: toTeams, body: `{}`},
		{to: toTeams, body: `x`},
	} {
		p := (*contract.Failures)(nil).Predict(Services(), posted(test.to, test.body, test.header...))
		fmt.Fprintf(&out, "%s %s\n  %s\n", test.to, test.body, p.Outcome)
		if p.Reply.Body != "" || p.Reply.Status != http.StatusOK {
			fmt.Fprintf(&out, "  %d %s\n", p.Reply.Status, p.Reply.Body)
		}
	}
	golden(t, "contract/replies.txt", out.Bytes())
}
