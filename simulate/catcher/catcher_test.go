package catcher_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/simulate/catcher"
	"github.com/notifygen/notifygen/transformers"
)

const token = "xoxb-123456789012-SECRETSECRET"

// listen serves a catcher on loopback.
func listen(t *testing.T, o catcher.Options) (*catcher.Catcher, *httptest.Server) {
	t.Helper()
	o.Services = transformers.Services()
	c := catcher.New(o)
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	return c, server
}

// post sends a request that is redirected: its Host header is the one it was
// meant for.
func post(server *httptest.Server, url, body string, header ...string) (*http.Response, string, error) {
	host, path, _ := strings.Cut(strings.TrimPrefix(url, "https://"), "/")
	r, err := http.NewRequest(http.MethodPost, server.URL+"/"+path, strings.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	r.Host = host
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	if host == "slack.com" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	response, err := server.Client().Do(r)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response, string(text), err
}

const (
	toSlack    = "https://slack.com/api/chat.postMessage"
	toDingTalk = "https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	message    = `{"channel":"C1","text":"x"}`
	ding       = `{"msgtype":"text","text":{"content":"AWS alarm"}}`
)

func TestAnswersAsTheServices(t *testing.T) {
	c, server := listen(t, catcher.Options{})
	for _, test := range []struct {
		url, body, service, outcome, want string
		status                            int
	}{
		{toSlack, message, "slack", contract.Delivered, `{"ok":true,"channel":"C1","ts":"1503435956.000247"}`, 200},
		{toSlack, `{"channel":"C1"}`, "slack", contract.Lost, `{"ok":false,"error":"no_text"}`, 200},
		{"https://hooks.slack.com/services/T0/B0/x", `{"text":""}`, "slack-webhook", contract.DeadLettered, "no_text", 400},
		{"https://hooks.slack.com/triggers/T0/1/x", `{"a":"b"}`, "slack-workflow", contract.Delivered, `{"ok":true}`, 200},
		{toDingTalk, ding, "dingtalk", contract.Delivered, `{"errcode":0,"errmsg":"ok"}`, 200},
		{"https://oapi.dingtalk.com/robot/send?access_token=a-b", ding, "dingtalk", contract.Lost, `{"errcode":300005,"errmsg":"token is not exist"}`, 200},
		{"https://webhook.site/11111111-2222-4333-8444-555555555555/503", `x`, "webhook.site", contract.Retried, "", 503},
		{"https://webhook.site/11111111-2222-4333-8444-555555555555", `x`, "webhook.site", contract.Delivered, "", 200},
		{"https://discord.com/api/webhooks/1/x", `{"content":"x"}`, "discord", contract.Delivered, "", 204},
		{"https://example.com/hook?a=b", `x`, "", contract.Delivered, "{}", 200},
		{"https://example.com", ``, "", contract.Delivered, "{}", 200},
	} {
		response, body, err := post(server, test.url, test.body)
		if err != nil || response.StatusCode != test.status || body != test.want {
			t.Errorf("%s: %v %d %s", test.url, err, response.StatusCode, body)
		}
		all := c.Caught()
		last := all[len(all)-1]
		if last.Service != test.service || last.Outcome != test.outcome || last.Reply.Status != test.status || last.Body != test.body || last.Method != http.MethodPost {
			t.Errorf("%s: kept as %+v", test.url, last)
		}
	}
	if got := c.Caught()[1]; len(got.Problems) != 1 || got.Problems[0].Code != "no_text" || !strings.Contains(got.Note, "`ok:false` (no_text)") {
		t.Errorf("%+v", got.Prediction)
	}
	if got := c.Caught()[0]; len(got.Shown) != 1 || got.Shown[0].Text[0].Text != "x" || got.Seq != 1 {
		t.Errorf("%+v", got)
	}
	c.Clear()
	if len(c.Caught()) != 0 {
		t.Error("Clear forgets nothing")
	}
}

// TestPaths: with curl, the path says which service is meant.
func TestPaths(t *testing.T) {
	c, server := listen(t, catcher.Options{})
	for _, test := range []struct{ path, service, url string }{
		{"/slack.com/api/chat.postMessage", "slack", "https://slack.com/api/chat.postMessage"},
		{"/oapi.dingtalk.com/robot/send?access_token=x&a=b", "dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=***&a=b"},
		{"/slack-workflow", "slack-workflow", "https://slack-workflow"},
		{"/slack-workflow/a/b", "slack-workflow", "https://slack-workflow/a/b"},
		{"/example.com/x%20y?z", "", "https://example.com/x%20y?z"},
		{"/webhook.site/1/429", "webhook.site", "https://webhook.site/1/429"},
	} {
		response, err := http.Post(server.URL+test.path, "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		all := c.Caught()
		if last := all[len(all)-1]; last.Service != test.service || last.URL != test.url {
			t.Errorf("%s: %q %s", test.path, last.Service, last.URL)
		}
	}
}

func TestFailuresComeInTurn(t *testing.T) {
	c, server := listen(t, catcher.Options{})
	for _, instruction := range []string{"slack=ratelimited", "slack=channel_not_foundx2", "*=429:2x2", "*=500"} {
		if err := c.Instruct(instruction); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []struct {
		to, body   string
		status     int
		retryAfter string
		failure    string
	}{
		{toSlack, `{"ok":false,"error":"ratelimited"}`, 429, "30", "ratelimited"},
		{toDingTalk, "429 Too Many Requests", 429, "2", "429:2"},
		{toSlack, `{"ok":false,"error":"channel_not_found"}`, 200, "", "channel_not_found"},
		{toSlack, `{"ok":false,"error":"channel_not_found"}`, 200, "", "channel_not_found"},
		{toSlack, "429 Too Many Requests", 429, "2", "429:2"},
		{"https://example.com/", "500 Internal Server Error", 500, "", "500"},
		{"https://example.com/", "{}", 200, "", ""},
	} {
		body := message
		if want.to == toDingTalk {
			body = ding
		}
		response, text, err := post(server, want.to, body)
		if err != nil || text != want.body || response.StatusCode != want.status || response.Header.Get("Retry-After") != want.retryAfter {
			t.Errorf("%d: %v %v %s", i, err, response, text)
		}
		if last := c.Caught()[i]; last.Failure != want.failure || last.Reply.Status != want.status {
			t.Errorf("%d: kept as %+v", i, last)
		}
	}
}

// TestEveryErrorCode: each one can be asked for, and is answered as predicted.
func TestEveryErrorCode(t *testing.T) {
	c, server := listen(t, catcher.Options{})
	for _, s := range transformers.Services() {
		for _, e := range s.Errors {
			if err := c.Fail(s.Name, e.Code, 1); err != nil {
				t.Fatal(err)
			}
			response, text, err := post(server, s.Example, `{}`)
			want := s.Refuse(contract.Problem{Code: e.Code, Message: e.Meaning})
			if err != nil || response.StatusCode != want.Status || text != want.Body {
				t.Errorf("%s %s: %v %s", s.Name, e.Code, err, text)
			}
		}
	}
}

func TestReset(t *testing.T) {
	c, server := listen(t, catcher.Options{})
	if err := c.Instruct("slack=reset"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := post(server, toSlack, message); err == nil {
		t.Error("there was a reply")
	}
	if got := c.Caught(); len(got) != 1 || got[0].Reply.Status != 0 || got[0].Outcome != contract.Retried || got[0].Note != "Slack did not answer; EventBridge tries again" {
		t.Errorf("%+v", got)
	}
	if _, text, err := post(server, toSlack, message); err != nil || !strings.Contains(text, "true") {
		t.Errorf("the next one: %v %s", err, text)
	}
}

// TestSlow: the reply comes late; and where nobody waits for it, the handler
// stops at once.
func TestSlow(t *testing.T) {
	done := make(chan catcher.Caught, 2)
	c, server := listen(t, catcher.Options{OnCaught: func(got catcher.Caught) { done <- got }})
	if err := c.Instruct("slack=slow:40ms"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, text, err := post(server, toSlack, message); err != nil || !strings.Contains(text, `"ok":true`) || time.Since(began) < 40*time.Millisecond {
		t.Errorf("%v %s after %s", err, text, time.Since(began))
	}
	<-done
	if err := c.Instruct("slack=slow:1h"); err != nil {
		t.Fatal(err)
	}
	client := *server.Client()
	client.Timeout = 50 * time.Millisecond
	if _, err := client.Post(server.URL+"/slack.com/api/chat.postMessage", "application/json", strings.NewReader(message)); err == nil {
		t.Error("there was a reply")
	}
	select {
	case got := <-done:
		if got.Reply.Status != 0 || got.Failure != "slow:1h" || got.Outcome != contract.Retried {
			t.Errorf("%+v", got)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the handler still waits")
	}
}

// TestSleep: the clock may be another one.
func TestSleep(t *testing.T) {
	var waited time.Duration
	c, server := listen(t, catcher.Options{Sleep: func(_ context.Context, d time.Duration) error { waited = d; return nil }})
	if err := c.Instruct("slack=slow"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := post(server, toSlack, message); err != nil || waited <= 5*time.Second {
		t.Errorf("%v, waited %s: EventBridge waits 5 s", err, waited)
	}
}

func TestSettings(t *testing.T) {
	c, server := listen(t, catcher.Options{})
	for _, test := range []struct{ instruction, to, body, want string }{
		{"dingtalk:keyword=Alarm", toDingTalk, ding, `"errcode":310000`},
		{"dingtalk:keyword=AWS", toDingTalk, ding, `"errcode":0`},
		{"slack:channels=C2,C1", toSlack, message, `"ok":true`},
		{"slack:channels=C2", toSlack, message, `"error":"channel_not_found"`},
		{"slack-workflow:variables=title", "https://hooks.slack.com/triggers/T0/1/x", `{"text":"x"}`, `"ok":false`},
	} {
		if err := c.Instruct(test.instruction); err != nil {
			t.Fatal(err)
		}
		if _, text, err := post(server, test.to, test.body); err != nil || !strings.Contains(text, test.want) {
			t.Errorf("%s: %v %s", test.instruction, err, text)
		}
	}
}

func TestInstructionsThatCannotBeFollowed(t *testing.T) {
	c, _ := listen(t, catcher.Options{})
	for _, test := range []struct{ text, want, hint string }{
		{"", `"" is no instruction`, "SERVICE=FAILURE"},
		{"slack", `"slack" is no instruction`, "slack=ratelimited"},
		{"slack=", `"slack=" is no instruction`, "SERVICE=FAILURE"},
		{"=500", `"=500" is no instruction`, "SERVICE=FAILURE"},
		{"slak=500", `there is no service "slak"`, "slack, slack-workflow, webhook.site"},
		{"slack=rate_limit", `"rate_limit" is no failure of slack`, "channel_not_found"},
		{"slack=600", `"600" is no failure of slack`, "429:30"},
		{"slack=100", `"100" is no failure of slack`, "reset"},
		{"slack=429:soon", `"429:soon" is no failure of slack`, "Retry-After"},
		{"slack=slow:7", `"7" is no time to wait`, "slow:7s"},
		{"slack=slow:-1s", `"-1s" is no time to wait`, "slow:7s"},
		{"slack=slow:2h", `"2h" is no time to wait`, "at most slow:1h"},
		{"slack=resetx0", "a failure happens at least once", "x3"},
		{"slack=nonex3", `"none" is no failure of slack`, "channel_not_found"},
		{"*=no_text", `"no_text" is no failure of every service`, "a status"},
		{"dingtalk:keywords=x", `dingtalk has no setting "keywords"`, "keyword (the robot's keywords"},
		{"webhook.site:x=y", `webhook.site has no setting "x"`, "none"},
		{"*:keyword=x", "settings belong to one service", "name a service"},
	} {
		err := c.Instruct(test.text)
		var usage *contract.UsageError
		if !errors.As(err, &usage) {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		if usage.Message != test.want || !strings.Contains(usage.Hint, test.hint) {
			t.Errorf("%q:\n%s\n%s", test.text, usage.Message, usage.Hint)
		}
	}
	for _, text := range []string{"slack=429:-1", "slack=204", "dingtalk=-1", "dingtalk=130101x3", "*=resetx1000", "webhook.site=503:10x2", "slack=slow:7sx3", "slack=429:2x5"} {
		if err := c.Instruct(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestNoSecretIsKept: neither what looks like a credential, nor what carries one,
// nor what the caller knows to be one.
func TestNoSecretIsKept(t *testing.T) {
	var hooked []catcher.Caught
	c, server := listen(t, catcher.Options{
		Conceal:  func(s string) string { return strings.ReplaceAll(s, "hunter2", contract.Masked) },
		OnCaught: func(got catcher.Caught) { hooked = append(hooked, got) },
	})
	if err := c.Instruct("slack-webhook=no_service"); err != nil {
		t.Fatal(err)
	}
	secrets := []string{"SECRETSECRET", "hunter2", "abcdef0123456789", "dXNlcjpwYXNz", "k3y", "cookie-value", "c0ffee", "hunter3"}
	for _, url := range []string{
		toSlack, toDingTalk, "https://hooks.slack.com/services/T0/B0/abcdef0123456789abcd", "https://example.com/hunter2/x?api_key=k3y&token=k3y&sig=k3y&q=hunter2",
		"https://webhook.site/c0ffee00-2222-4333-8444-555555555555",
	} {
		if _, _, err := post(server, url, `{"channel":"hunter2","text":"`+token+` hunter2"}`, "X-Api-Key: k3y", "Cookie: a=cookie-value", "X-Note: hunter2", "Proxy-Authorization: Basic dXNlcjpwYXNz"); err != nil {
			t.Fatal(err)
		}
	}
	for _, authorization := range []string{"Basic dXNlcjpwYXNz", "hunter3 and more"} {
		if _, _, err := post(server, "https://example.com/?t%6fken=k3y", `x`, "Authorization: "+authorization); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := post(server, "https://hooks.slack.com/triggers/T0/1/x", `{"`+token+`":5}`); err != nil { // a variable of that name
		t.Fatal(err)
	}
	for name, list := range map[string][]catcher.Caught{"Caught": c.Caught(), "OnCaught": hooked} {
		text, err := json.Marshal(list)
		if err != nil || len(list) != 8 {
			t.Fatal(err, len(list))
		}
		for _, secret := range secrets {
			if strings.Contains(string(text), secret) {
				t.Errorf("%s holds %s: %s", name, secret, text)
			}
		}
		if !strings.Contains(string(text), "Bearer ***") || !strings.Contains(string(text), `"Host":"slack.com"`) {
			t.Errorf("%s masks too much: %s", name, text)
		}
	}
}

func TestTheNewestAreKept(t *testing.T) {
	c, server := listen(t, catcher.Options{Keep: 3})
	for i := range 5 {
		if _, _, err := post(server, "https://example.com/", fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	got := c.Caught()
	if len(got) != 3 || got[0].Body != "2" || got[2].Body != "4" || got[2].Seq != 5 {
		t.Errorf("%+v", got)
	}
}

func TestManyAtOnce(t *testing.T) {
	var mu sync.Mutex
	seen := map[int64]bool{}
	c, server := listen(t, catcher.Options{OnCaught: func(got catcher.Caught) {
		mu.Lock()
		defer mu.Unlock()
		seen[got.Seq] = true
	}})
	if err := c.Instruct("slack=500x20"); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	failed := make(chan bool, 60)
	for i := range 60 {
		wg.Go(func() {
			if i%20 == 0 {
				c.Caught()
				if err := c.Instruct("slack:channels=C1"); err != nil {
					t.Error(err)
				}
			}
			response, _, err := post(server, toSlack, message)
			failed <- err != nil || response.StatusCode == http.StatusInternalServerError
		})
	}
	wg.Wait()
	close(failed)
	n := 0
	for f := range failed {
		if f {
			n++
		}
	}
	if n != 20 || len(seen) != 60 {
		t.Errorf("%d failed, %d seen", n, len(seen))
	}
}

func TestABodyThatIsTooLong(t *testing.T) {
	c, server := listen(t, catcher.Options{})
	response, _, err := post(server, toSlack, strings.Repeat("x", 5<<20))
	if err == nil && response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%d", response.StatusCode)
	}
	if len(c.Caught()) != 0 {
		t.Error("it is kept")
	}
}
