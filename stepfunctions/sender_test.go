package stepfunctions

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

const item = `[{"route":"r1","event":"e1","message":{"z":"<b> & 中文 😀","a":{"n":12345678901234567890},"list":[1,null,1.5]}}]`

// What becomes of a message, for every kind of reply.
func TestSender(t *testing.T) {
	const (
		ok      = `{"errcode":0,"errmsg":"ok"}`
		refused = `{"errcode":310000,"errmsg":"keywords not in content"}`
		busy    = `{"errcode":-1,"errmsg":"system busy"}`
		fast    = `{"errcode":130101,"errmsg":"send too fast"}`
		once    = "Unpack > Sign > Send > Accepted?"
		aside   = " > Set aside > Count > Pace > Done"
	)
	for _, test := range []struct {
		name    string
		replies []reply
		visits  string
		status  string
		error   string
		took    time.Duration
		code    string // of the dead letter
	}{
		{"accepted", []reply{{status: 200, body: ok}}, once + " > Pace > Done", Succeeded, "", 3 * time.Second, ""},
		{"refused", []reply{{status: 200, body: refused}}, once + aside, Succeeded, "", 3 * time.Second, "310000"},
		{"busy, then accepted", []reply{{status: 200, body: busy}, {status: 200, body: ok}},
			once + " > Back off > Sign > Send > Accepted? > Pace > Done", Succeeded, "", 8 * time.Second, ""},
		{"busy to the end", []reply{{status: 200, body: busy}},
			once + " > Back off > Sign > Send > Accepted? > Back off > Sign > Send > Accepted? > Back to the queue", Failed, "-1", 20 * time.Second, ""},
		{"too fast", []reply{{status: 200, body: fast}, {status: 200, body: ok}},
			once + " > Wait for the limit > Sign > Send > Accepted? > Pace > Done", Succeeded, "", 33 * time.Second, ""},
		{"429", []reply{{status: 429, body: "slow down"}, {status: 200, body: ok}},
			once + " > Wait for the limit > Sign > Send > Accepted? > Pace > Done", Succeeded, "", 33 * time.Second, ""},
		{"503, then accepted", []reply{{status: 503}, {status: 200, body: ok}},
			once + " > Back off > Sign > Send > Accepted? > Pace > Done", Succeeded, "", 8 * time.Second, ""},
		{"404", []reply{{status: 404, body: `{"errcode":0}`}}, once + aside, Succeeded, "", 3 * time.Second, "404"},
		{"302", []reply{{status: 302}}, once + aside, Succeeded, "", 3 * time.Second, "302"},
		{"reset, retried by the task", []reply{{err: errReset}, {status: 200, body: ok}}, once + " > Pace > Done", Succeeded, "", 4 * time.Second, ""},
		{"reset to the end", []reply{{err: errReset}},
			once + " > Back off > Sign > Send > Accepted? > Back off > Sign > Send > Accepted? > Back to the queue", Failed, HTTPSocket, 23 * time.Second, ""},
		{"slow to the end", []reply{{status: 200, body: ok, takes: 20 * time.Second}},
			once + " > Back off > Sign > Send > Accepted? > Back off > Sign > Send > Accepted? > Back to the queue", Failed, Timeout, 65 * time.Second, ""},
		{"slow, but in time", []reply{{status: 200, body: ok, takes: 14 * time.Second}}, once + " > Pace > Done", Succeeded, "", 17 * time.Second, ""},
		{"a proxy's page", []reply{{status: 200, body: "<html>", kind: "text/html"}}, once + aside, Succeeded, "", 3 * time.Second, "200"},
		{"an empty reply", []reply{{status: 200}}, once + aside, Succeeded, "", 3 * time.Second, "200"},
		{"a list", []reply{{status: 200, body: "[]"}}, once + aside, Succeeded, "", 3 * time.Second, "200"},
		{"null", []reply{{status: 200, body: "null"}}, once + aside, Succeeded, "", 3 * time.Second, "200"},
		{"a code as text", []reply{{status: 200, body: `{"errcode":"0"}`}}, once + " > Pace > Done", Succeeded, "", 3 * time.Second, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(test.replies...)
			r := w.run(t, sender(t), item)
			if got := visits(r); got != test.visits {
				t.Errorf("visited %s\nwant %s", got, test.visits)
			}
			if r.Status != test.status || r.Error != test.error {
				t.Errorf("%s %s: %s", r.Status, r.Error, r.Cause)
			}
			if took := r.Stopped.Sub(r.Started); took != test.took {
				t.Errorf("took %s, want %s", took, test.took)
			}
			code := ""
			if len(w.messages) > 0 {
				code = w.messages[0].Attributes["ERROR_CODE"].StringValue
			}
			if code != test.code {
				t.Errorf("dead letter %q, want %q", code, test.code)
			}
			text, err := json.Marshal(r)
			if err != nil || strings.Contains(string(text), "canary") {
				t.Errorf("the trace holds a secret: %s %v", text, err)
			}
		})
	}
}

func TestSenderRequest(t *testing.T) {
	w := newWorld(reply{status: 200, body: `{"errcode":0}`})
	r := w.run(t, sender(t), item)
	q := w.requests[0]
	if q.Method != "POST" || q.URL != "https://oapi.example.com/robot/send?timestamp=1735787045000&sign=a%2Bb%2Fc%3D&access_token=canary%2Ftoken" {
		t.Errorf("%s %s", q.Method, q.URL)
	}
	// Members keep their order, and texts every character.
	if q.Body != `{"z":"<b> & 中文 😀","a":{"n":12345678901234567890},"list":[1,null,1.5]}` {
		t.Error(q.Body)
	}
	for name, want := range map[string]string{
		"x-unused": "canary-key", "content-type": "application/json; charset=UTF-8", "user-agent": "Amazon|StepFunctions|HttpInvoke|us-east-1",
		"range": "bytes=0-262144", "host": "oapi.example.com",
	} {
		if got := q.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	shown := r.Steps[2].Attempts[0]
	if shown.HTTP.URL != "https://oapi.example.com/robot/send?timestamp=1735787045000&sign=a%2Bb%2Fc%3D&access_token=***" || shown.HTTP.Get("X-Unused") != "***" || shown.Status != 200 {
		t.Errorf("%+v", shown.HTTP)
	}
}

// A refused message is set aside; if that fails, it returns to the queue.
func TestSetAside(t *testing.T) {
	refused := reply{status: 200, body: `{"errcode":310000,"errmsg":"no keyword"}`}
	t.Run("as it waited", func(t *testing.T) {
		w := newWorld(refused)
		w.run(t, sender(t), item)
		m := w.messages[0]
		if m.Body != item[1:len(item)-1] || m.GroupID != "robot" || m.Attributes["ROUTE"].StringValue != "r1" || m.Attributes["ERROR_MESSAGE"].StringValue != "no keyword" {
			t.Errorf("%+v", m)
		}
		if len(w.metrics) != 1 || w.metrics[0].Name != "Refused" || w.metrics[0].Value != 1 || w.metrics[0].Dimensions[0].Value != "robot" {
			t.Errorf("%+v", w.metrics)
		}
	})
	t.Run("after two failures", func(t *testing.T) {
		w := newWorld(refused)
		w.queue = func(n int) error {
			if n < 3 {
				return &TaskError{"SQS.AmazonSQSException", "throttled"}
			}
			return nil
		}
		r := w.run(t, sender(t), item)
		if r.Status != Succeeded || len(w.messages) != 1 || r.Stopped.Sub(r.Started) != 6*time.Second {
			t.Errorf("%s %s %s", r.Status, visits(r), r.Stopped.Sub(r.Started))
		}
	})
	t.Run("not at all", func(t *testing.T) {
		w := newWorld(refused)
		w.queue = func(int) error { return &TaskError{"SQS.AmazonSQSException", "no such queue"} }
		r := w.run(t, sender(t), item)
		if r.Status != Failed || r.Error != "310000" || w.tries != 3 || !strings.HasSuffix(visits(r), "Set aside > Back to the queue") {
			t.Errorf("%s %s %d", r.Status, visits(r), w.tries)
		}
	})
	t.Run("an attribute that SQS refuses", func(t *testing.T) {
		w := newWorld(reply{status: 200, body: `{"errcode":310000,"errmsg":"a\u0007b"}`})
		r := w.run(t, sender(t), item)
		if r.Status != Failed || w.tries != 0 || r.Steps[4].Error != "SQS.AmazonSQSException" {
			t.Errorf("%s %s", r.Status, visits(r))
		}
	})
	t.Run("uncounted", func(t *testing.T) {
		w := newWorld(refused)
		w.metric = &TaskError{"CloudWatch.CloudWatchException", "denied"}
		if r := w.run(t, sender(t), item); r.Status != Succeeded || len(w.messages) != 1 {
			t.Errorf("%s %s", r.Status, visits(r))
		}
	})
}

func TestSigner(t *testing.T) {
	t.Run("a transient fault is retried", func(t *testing.T) {
		w := newWorld(reply{status: 200, body: `{"errcode":0}`})
		w.function = func(n int, payload string) (string, error) {
			if n == 1 {
				return "", &TaskError{"Lambda.ServiceException", "try again"}
			}
			return `{"timestamp":"1","sign":"s"}`, nil
		}
		r := w.run(t, sender(t), item)
		if r.Status != Succeeded || len(r.Steps[1].Attempts) != 2 || r.Stopped.Sub(r.Started) != 5*time.Second {
			t.Errorf("%s %s", r.Status, visits(r))
		}
		if w.calls[0] != `{"scheme":"dingtalk","secretId":"sign"}` {
			t.Error(w.calls[0])
		}
	})
	t.Run("its own error is not", func(t *testing.T) {
		w := newWorld(reply{status: 200})
		w.function = func(int, string) (string, error) {
			return "", &TaskError{"SecretMissing", "there is no secret sign"}
		}
		r := w.run(t, sender(t), item)
		if r.Status != Failed || r.Error != "SecretMissing" || len(w.calls) != 1 || len(w.requests) != 0 || *r.Steps[1].Caught != 0 {
			t.Errorf("%s %s %s", r.Status, r.Error, visits(r))
		}
	})
	t.Run("a signature without a sign", func(t *testing.T) {
		w := newWorld(reply{status: 200})
		w.function = func(int, string) (string, error) { return `{"timestamp":"1"}`, nil }
		r := w.run(t, sender(t), item)
		if r.Steps[2].Error != QueryEvaluationError || len(w.requests) != 0 ||
			r.Steps[2].Cause != "The JSONata expression '$signature.sign' specified for the field 'Arguments/QueryParameters/sign' returned nothing (undefined)." {
			t.Errorf("%+v", r.Steps[2])
		}
	})
}

// Messages that are not what the rule sends.
func TestPoison(t *testing.T) {
	for _, input := range []string{`[]`, `{}`, `"x"`, `null`, `[null]`, `[{}]`, `[{"message":null}]`, `[[{"message":{}}]]`, `[{"route":1,"message":"text"}]`} {
		w := newWorld(reply{status: 200, body: `{"errcode":1,"errmsg":"no"}`})
		r := w.run(t, sender(t), input)
		if r.Status != Failed && r.Status != Succeeded {
			t.Errorf("%s: %s", input, r.Status)
		}
		if r.Status == Failed && r.Error == "" {
			t.Errorf("%s: failed without an error", input)
		}
	}
}

// Without the Choice nothing may pass for accepted.
func TestDeletedChoice(t *testing.T) {
	text := `{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Pass","Next":"Accepted?"},"E":{"Type":"Succeed"}}}`
	_, findings := Parse([]byte(text))
	want := "/States/S/Next: there is no state \"Accepted?\" [unknown-state]\n/States/E: no transition leads to this state [unreachable]"
	var got []string
	for _, f := range findings {
		got = append(got, f.Error())
	}
	if strings.Join(got, "\n") != want {
		t.Error(got)
	}
}
