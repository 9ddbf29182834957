package server_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/simulate/delivery"
	"github.com/notifygen/notifygen/simulate/server"
)

// TestQueuedUnreadableReply tells why a message comes back which was answered 200.
func TestQueuedUnreadableReply(t *testing.T) {
	odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		w.Write([]byte(`{"ok":true}`))
	}))
	defer odd.Close()
	d := slackQueue.desk(t, func(c *server.Config) {
		c.Sending.Rewrite = sendingTo(t, "*="+odd.URL).Rewrite
	})
	slackQueue.put(t, d, 1, 1)
	m := message(t, ended(t, d.Server, 1))
	if m.State != delivery.DeadLettered || !strings.Contains(m.Attempts[0].Meaning, "States.Runtime") {
		t.Errorf("%s %+v", m.State, m.Attempts[0])
	}
}

// TestQueuedWords tells the reply to every request, be there one or not.
func TestQueuedWords(t *testing.T) {
	for failures, want := range map[string]string{
		"slack=reset slack=ratelimited":    "Send → States.Http.Socket, Back off 5 s, Send → 429 ok:false, Wait for the limit 30 s, Send → 200 ok, Pace 1 s",
		"slack=reset slack=is_archived":    "Send → States.Http.Socket, Back off 5 s, Send → 200 ok:false, Set aside → ok, Count → ok, Pace 1 s",
		"slack=slow:90s slack=is_archived": "Send → States.Timeout, Back off 5 s, Send → 200 ok:false, Set aside → ok, Count → ok, Pace 1 s",
	} {
		d := slackQueue.desk(t, nil, strings.Fields(failures)...)
		slackQueue.put(t, d, 1, 1)
		if got := strings.Join(message(t, ended(t, d.Server, 1)).Execution.Path, ", "); got != want {
			t.Errorf("%s: %s", failures, got)
		}
	}
}

// TestQueuedEcho sends to a service that repeats what it was sent: nothing shows or
// stays on the disk that must not.
func TestQueuedEcho(t *testing.T) {
	const token = `p"w\d<&>é/+ x`
	q := dingTalkQueue
	q.parameters = map[string]string{"DingTalkSignSecret": signSecret, "DingTalkAccessToken": token}
	var mu sync.Mutex
	var hidden []string
	odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		mu.Lock()
		hidden = append(hidden, query.Get("sign"), url.QueryEscape(query.Get("sign")), query.Get("access_token"), url.QueryEscape(query.Get("access_token")))
		n := len(hidden)
		mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		if n == 4 {
			w.WriteHeader(503)
		}
		json.NewEncoder(w).Encode(map[string]any{"errcode": 40035, "errmsg": query.Get("access_token") + " and " + query.Get("sign"), "url": r.URL.String()})
	}))
	defer odd.Close()
	dir := t.TempDir()
	state, _, err := delivery.OpenState(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	d := q.desk(t, func(c *server.Config) {
		c.Sending.Rewrite, c.Sending.State = sendingTo(t, "*="+odd.URL).Rewrite, state
	})
	q.put(t, d, 1, 1)
	m := message(t, ended(t, d.Server, 1))
	if m.State != delivery.DeadLettered || !strings.Contains(m.DeadLetter.Attributes["ERROR_MESSAGE"], "***") {
		t.Errorf("%+v", m.DeadLetter)
	}
	journal, err := os.ReadFile(filepath.Join(dir, "journal.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	shown := string(journal)
	for _, path := range []string{"/api/events/1", "/api/dead-letters"} {
		_, body := api(d.Server, "GET", path, "")
		shown += body
	}
	mu.Lock()
	defer mu.Unlock()
	if len(hidden) != 8 {
		t.Fatal(len(hidden)/4, "requests")
	}
	for _, secret := range append(hidden, token, signSecret) {
		spelled, _ := json.Marshal(secret)
		for _, leak := range []string{secret, strings.Trim(string(spelled), `"`)} {
			if strings.Contains(shown, leak) {
				t.Errorf("%q shows", leak)
			}
		}
	}
}

// TestQueuedBasic sends a user and a password, which do not show, nor does what hides
// them in Base64.
func TestQueuedBasic(t *testing.T) {
	src := strings.Replace(copies, `AuthorizationType: API_KEY, AuthParameters: {ApiKeyAuthParameters: {ApiKeyName: X-K, ApiKeyValue: v}}`,
		`AuthorizationType: BASIC, AuthParameters: {BasicAuthParameters: {Username: user, Password: !Ref Token}}`, 1) +
		"Parameters:\n  Token: {Type: String, NoEcho: true, Default: " + secret + "}\n"
	r := newReceiver(t)
	s := newServer(t, src, func(c *server.Config) { c.Sending = sendingTo(t, "https://chat.example/y="+r.URL) })
	put(t, s, `{"Source":"shop","DetailType":"t","Detail":"{}"}`)
	got := ended(t, s, 1)
	sent := got.Deliveries[len(got.Deliveries)-1]
	if sent.Task != "Send" || sent.Request.Headers["Authorization"] != "Basic ***" {
		t.Errorf("%+v", sent.Request)
	}
	login := base64.StdEncoding.EncodeToString([]byte("user:" + secret))
	if all := r.requests(); len(all) != 1 || !strings.Contains(all[0], "Basic "+login) {
		t.Error(all)
	}
	if _, body := api(s, "GET", "/api/events/1", ""); strings.Contains(body, login) || !strings.Contains(body, "echo: Basic ***") {
		t.Error(body)
	}
}

// TestQueuedSecretInBody sends a secret that JSON has to escape.
func TestQueuedSecretInBody(t *testing.T) {
	src := strings.Replace(copies, `RequestBody: {text: hi}`, `RequestBody: {text: !Ref Token}`, 1) +
		"Parameters:\n  Token: {Type: String, NoEcho: true, Default: 'a\"b\\c-secret'}\n"
	r := newReceiver(t)
	s := newServer(t, src, func(c *server.Config) { c.Sending = sendingTo(t, "https://chat.example/y="+r.URL) })
	put(t, s, `{"Source":"shop","DetailType":"t","Detail":"{}"}`)
	got := ended(t, s, 1)
	if all := r.requests(); len(all) != 1 || !strings.HasSuffix(all[0], `{"text":"a\"b\\c-secret"}`) {
		t.Errorf("%q", all)
	}
	if body := got.Deliveries[len(got.Deliveries)-1].Request.Body; body != `{"text":"***"}` {
		t.Error(body)
	}
}

// TestQueuedSecretHost sends to a URL whose host is a secret.
func TestQueuedSecretHost(t *testing.T) {
	d := slackQueue.desk(t, func(c *server.Config) {
		var ds diag.List
		src, err := os.ReadFile(filepath.Join("..", "..", "examples", "testdata", slackQueue.template))
		if err != nil {
			t.Fatal(err)
		}
		src = bytes.Replace(src, []byte(`"ApiEndpoint": "https://slack.com/api/chat.postMessage"`), []byte(`"ApiEndpoint": {"Fn::Sub": "https://${Host}/api"}`), 1)
		src = bytes.Replace(src, []byte(`"Parameters": {`), []byte(`"Parameters": {"Host": {"Type": "String", "NoEcho": true},`), 1)
		set := cloudformation.Deploy([]*cloudformation.Template{cloudformation.Read("t.json", src, &ds)}, cloudformation.Settings{Parameters: map[string]string{"MySlackChannel": "C0123456789", "Host": "chat.secret.example"}}, &ds)
		c.World = simulate.NewWorld(set, &ds)
		target, _ := c.Sending.Rewrite.Target("https://x.example/")
		c.Sending.Rewrite = sendingTo(t, "https://chat.secret.example="+strings.TrimSuffix(target, "/")).Rewrite
	})
	slackQueue.put(t, d, 1, 1)
	got := ended(t, d.Server, 1)
	if len(d.Catcher.Caught()) != 1 {
		t.Errorf("nothing was sent: %+v", message(t, got).Status)
	}
	if _, body := api(d.Server, "GET", "/api/events/1", ""); strings.Contains(body, "secret.example") {
		t.Error("the host shows in", body)
	}
}
