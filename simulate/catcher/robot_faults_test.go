package catcher_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/examples"
	"github.com/notifygen/notifygen/lambda/fault"
	"github.com/notifygen/notifygen/lambda/signer/handler"
	"github.com/notifygen/notifygen/stepfunctions"
)

// What Secrets Manager may answer.
var (
	throttled = fault.Throttled{Operation: "secretsmanager:GetSecretValue", Code: "ThrottlingException"}
	noReply   = fault.Unavailable{Operation: "secretsmanager:GetSecretValue", Code: "Timeout"}
	denied    = handler.SecretUnreadable{ID: "notify/robot", Reason: "Secrets Manager answered AccessDeniedException"}
)

// Seconds that executions take.
const (
	passes   = 3                // one that delivers at once: the pace
	twice    = 5 + passes       // one that needs a second attempt, or sets aside after it
	returned = 5 + 15 + 30 + 60 // one that gives up
)

// TestFaultsOfSignedDeliveries: what becomes of a message that must be signed,
// whatever goes wrong on its way. In the end every request that came is judged by
// python3.
func TestFaultsOfSignedDeliveries(t *testing.T) {
	var all []captured
	var verdicts []string
	for name, c := range map[string]struct {
		before func(p *path)
		want   outcome
		after  func(t *testing.T, p *path)
	}{
		"the right secret": {nil, outcome{"delivered", 1, passes}, func(t *testing.T, p *path) {
			if p.vault.reads != 1 {
				t.Errorf("the secret was read %d times", p.vault.reads)
			}
		}},

		// Rotation.
		"rotated while the old one is in memory": {func(p *path) {
			p.must("delivered")
			p.rotate(second)
			p.store(second)
		}, outcome{"delivered", 2, twice}, func(t *testing.T, p *path) {
			if p.vault.reads != 2 {
				t.Errorf("the secret was read %d times", p.vault.reads)
			}
			// From then on the new one is used at once.
			if got := p.receive(envelope); got != (outcome{"delivered", 1, passes}) {
				t.Errorf("the next message: %v", got)
			}
		}},
		"rotated between two attempts": {func(p *path) {
			p.instruct("dingtalk=503")
			p.after[1] = func() { p.rotate(second); p.store(second) }
		}, outcome{"delivered", 3, 5 + 5 + passes}, nil},
		"rotated in Secrets Manager first, the old one in memory": {func(p *path) {
			p.must("delivered")
			p.store(second)
		}, outcome{"delivered", 1, passes}, nil},
		// Nothing is lost: the dead letter can be sent back as it is.
		"rotated at the robot only": {func(p *path) { p.rotate(second) }, outcome{"dead-lettered: 310000", 2, twice}, func(t *testing.T, p *path) {
			letter := p.letters[0]
			if words := letter.Attributes["ERROR_MESSAGE"].StringValue; words != "sign not match" {
				t.Error(words)
			}
			p.store(second)
			if got := p.receive(letter.Body); got.end != "delivered" {
				t.Errorf("sent back: %v", got)
			}
		}},
		"rotated in Secrets Manager only": {func(p *path) { p.store(second) }, outcome{"dead-lettered: 310000", 2, twice}, nil},
		"rotated, and throttled when it is read anew": {func(p *path) {
			p.must("delivered")
			p.rotate(second)
			p.store(second)
			p.vault.faults = []error{throttled}
		}, outcome{"delivered", 2, 5 + 15 + passes}, nil},
		"rotated, and never read anew": {func(p *path) {
			p.must("delivered")
			p.rotate(second)
			p.store(second)
			p.vault.faults = slices.Repeat([]error{noReply}, 100)
		}, outcome{"returned: Unavailable", 1, returned}, func(t *testing.T, p *path) {
			p.vault.faults = nil
			if got := p.receive(envelope); got != (outcome{"delivered", 2, twice}) {
				t.Errorf("received again: %v", got)
			}
		}},
		"rotated before the last attempt": {func(p *path) {
			p.must("delivered")
			p.instruct("dingtalk=503x3")
			p.rotate(second)
			p.store(second)
		}, outcome{"returned: 310000", 4, returned}, func(t *testing.T, p *path) {
			p.clock.Sleep(t.Context(), 30*time.Minute)
			if got := p.receive(envelope); got != (outcome{"delivered", 1, passes}) {
				t.Errorf("received again: %v", got)
			}
		}},

		// The secret.
		"missing in Secrets Manager": {func(p *path) { delete(p.vault.texts, "notify/robot") }, outcome{"returned: SecretNotFound", 0, returned}, func(t *testing.T, p *path) {
			p.store(first)
			if got := p.receive(envelope); got.end != "delivered" {
				t.Errorf("once it is there: %v", got)
			}
		}},
		"missing at first": {func(p *path) { p.vault.faults = []error{handler.SecretNotFound{ID: "notify/robot"}} }, outcome{"delivered", 1, 5 + passes}, nil},
		"deleted while in memory": {func(p *path) {
			p.must("delivered")
			delete(p.vault.texts, "notify/robot")
			p.clock.Sleep(p.t.Context(), 6*time.Minute)
		}, outcome{"returned: SecretNotFound", 0, returned}, nil},
		"without the key":       {func(p *path) { p.vault.texts["notify/robot"] = `{"other":"` + first + `"}` }, outcome{"returned: SecretUnreadable", 0, returned}, nil},
		"no JSON":               {func(p *path) { p.vault.texts["notify/robot"] = first }, outcome{"returned: SecretUnreadable", 0, returned}, nil},
		"a number":              {func(p *path) { p.vault.texts["notify/robot"] = `{"sign":1}` }, outcome{"returned: SecretUnreadable", 0, returned}, nil},
		"empty":                 {func(p *path) { p.vault.texts["notify/robot"] = `{"sign":""}` }, outcome{"returned: SecretUnreadable", 0, returned}, nil},
		"with a line end":       {func(p *path) { p.vault.texts["notify/robot"] = `{"sign":"` + first + `\r\n"}` }, outcome{"delivered", 1, passes}, nil},
		"denied":                {func(p *path) { p.vault.faults = slices.Repeat([]error{denied}, 4) }, outcome{"returned: SecretUnreadable", 0, returned}, nil},
		"throttled once":        {func(p *path) { p.vault.faults = []error{throttled} }, outcome{"delivered", 1, 5 + passes}, nil},
		"throttled":             {func(p *path) { p.vault.faults = slices.Repeat([]error{throttled}, 4) }, outcome{"returned: Throttled", 0, returned}, nil},
		"no reply, three times": {func(p *path) { p.vault.faults = []error{noReply, noReply, noReply} }, outcome{"delivered", 1, 5 + 15 + 30 + passes}, nil},
		"no reply":              {func(p *path) { p.vault.faults = slices.Repeat([]error{noReply}, 4) }, outcome{"returned: Unavailable", 0, returned}, nil},
		"throttled, one in memory": {func(p *path) {
			p.must("delivered")
			p.clock.Sleep(p.t.Context(), 6*time.Minute)
			p.vault.faults = []error{throttled}
		}, outcome{"delivered", 1, passes}, nil},
		"the function hangs":   {func(p *path) { p.slowSigner = time.Minute }, outcome{"returned: States.Timeout", 0, 4*12 + returned}, nil},
		"the function is busy": {func(p *path) { p.busySigner = 2 }, outcome{"delivered", 1, 5 + 15 + passes}, nil},

		"the connection is deauthorized": {func(p *path) { p.unauthorized = 4 }, outcome{"returned: " + stepfunctions.ConnectionInvalidState, 0, returned}, nil},
		"the connection is new":          {func(p *path) { p.unauthorized = 1 }, outcome{"delivered", 1, twice}, nil},

		// The function's clock.
		"59 minutes ahead":  {func(p *path) { p.skew = 59 * time.Minute }, outcome{"delivered", 1, passes}, nil},
		"59 minutes behind": {func(p *path) { p.skew = -59 * time.Minute }, outcome{"delivered", 1, passes}, nil},
		"61 minutes ahead": {func(p *path) { p.skew = 61 * time.Minute }, outcome{"dead-lettered: 310000", 2, twice}, func(t *testing.T, p *path) {
			if words := p.letters[0].Attributes["ERROR_MESSAGE"].StringValue; words != "invalid timestamp" {
				t.Error(words)
			}
		}},
		"61 minutes behind": {func(p *path) { p.skew = -61 * time.Minute }, outcome{"dead-lettered: 310000", 2, twice}, nil},
		"set right between two attempts": {func(p *path) {
			p.skew = 2 * time.Hour
			p.after[1] = func() { p.skew, p.jumps = 0, true }
		}, outcome{"delivered", 2, twice}, nil},

		// The service.
		"too slow": {func(p *path) { p.instruct("dingtalk=slow:20sx4") }, outcome{"returned: States.Timeout", 4, 4*15 + returned}, func(t *testing.T, p *path) {
			if got := p.receive(envelope); got.end != "delivered" {
				t.Errorf("received again: %v", got)
			}
		}},
		"too slow once": {func(p *path) { p.instruct("dingtalk=slow:15s") }, outcome{"delivered", 2, 15 + twice}, nil},
		"slow":          {func(p *path) { p.instruct("dingtalk=slow:14s") }, outcome{"delivered", 1, 14 + passes}, nil},
		"reset":         {func(p *path) { p.instruct("dingtalk=resetx4") }, outcome{"returned: States.Http.Socket", 4, returned}, nil},
		"reset twice":   {func(p *path) { p.instruct("dingtalk=resetx2") }, outcome{"delivered", 3, 5 + 15 + passes}, nil},
		"429":           {func(p *path) { p.instruct("dingtalk=429:2") }, outcome{"returned: 429", 1, 60}, nil},
		"too fast":      {func(p *path) { p.instruct("dingtalk=130101") }, outcome{"returned: 130101", 1, 60}, nil},
		"too fast, a signature refused": {func(p *path) {
			p.rotate(second)
			p.after[1] = func() { p.rotate(first); p.instruct("dingtalk=410100") }
		}, outcome{"returned: 410100", 2, 5 + 60}, nil},
		"busy once":               {func(p *path) { p.instruct("dingtalk=-1") }, outcome{"delivered", 2, twice}, nil},
		"500":                     {func(p *path) { p.instruct("dingtalk=500x4") }, outcome{"returned: 500", 4, returned}, nil},
		"302":                     {func(p *path) { p.instruct("dingtalk=302") }, outcome{"dead-lettered: 302", 1, passes}, nil},
		"404":                     {func(p *path) { p.instruct("dingtalk=404") }, outcome{"dead-lettered: 404", 1, passes}, nil},
		"204, which says nothing": {func(p *path) { p.instruct("dingtalk=204") }, outcome{"dead-lettered: 204", 1, passes}, nil},
		"the keyword is missing": {func(p *path) { p.instruct("dingtalk:keyword=Alarm") }, outcome{"dead-lettered: 310000", 2, twice}, func(t *testing.T, p *path) {
			if words := p.letters[0].Attributes["ERROR_MESSAGE"].StringValue; !strings.Contains(words, "关键词不匹配") {
				t.Error(words)
			}
		}},
		"the robot was removed":         {func(p *path) { p.instruct("dingtalk=400106") }, outcome{"dead-lettered: 400106", 1, passes}, nil},
		"the dead-letter queue is busy": {func(p *path) { p.instruct("dingtalk=400106"); p.refusals = 2 }, outcome{"dead-lettered: 400106", 1, 1 + 2 + passes}, nil},
		"the dead-letter queue is denied": {func(p *path) { p.instruct("dingtalk=400106"); p.refusals = 3 }, outcome{"returned: 400106", 1, 1 + 2 + 60}, func(t *testing.T, p *path) {
			if got := p.receive(envelope); got.end != "delivered" {
				t.Errorf("received again: %v", got)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			p := robotPath(t)
			p.lists = map[string][]any{"/notify/oncall/AtMobiles/EC2": {"13800000001"}}
			if c.before != nil {
				c.before(p)
			}
			if got := p.receive(envelope); got != c.want {
				t.Errorf("%+v, want %+v; the states are %s", got, c.want, strings.Join(p.results[len(p.results)-1].Visited(), ", "))
			}
			if c.after != nil {
				c.after(t, p)
			}
			p.tellsNothing()
			for i, one := range p.chat.Caught() {
				all, verdicts = append(all, p.captured[i]), append(verdicts, verdict(one.Problems))
			}
		})
	}
	judge(t, all, verdicts)
}

// TestPoison: a message that nobody can send, ever, is set aside at once, so that it
// blocks none of those behind it.
func TestPoison(t *testing.T) {
	for _, item := range []string{
		`null`, `{}`, `[]`, `0`, `false`, `{"route":"r"}`, `{"message":null}`, `{"message":[]}`, `{"message":"text"}`, `{"message":{}}`,
		`{"message":{"msgtype":"text"}}`, `{"message":{"msgtype":{}},"service":{}}`,
		`{"route":{"a":[]},"event":["x"],"message":{"msgtype":"markdown","markdown":[]},"service":"EC2"}`,
		`{"route":"` + strings.Repeat("r", 200_000) + `"}`, `{"route":"\u0000\u001f","event":"\n"}`,
	} {
		p := robotPath(t)
		p.lists = map[string][]any{"/notify/oncall/AtMobiles/EC2": {"13800000001"}}
		got := p.receive(item)
		if !strings.HasPrefix(got.end, "dead-lettered: ") {
			t.Errorf("%.80s: %+v", item, got)
		}
		p.tellsNothing()
	}
}

// TestThrottlingOfSlack: the wait before another attempt is the one that the
// contract declares, since nobody can read Retry-After.
func TestThrottlingOfSlack(t *testing.T) {
	src, err := examples.File("slack-verified")
	if err != nil {
		t.Fatal(err)
	}
	const item = `{"route":"health","event":"e","message":{"channel":"C1","text":"x"}}`
	for failure, want := range map[string]outcome{
		"slack=429:2":         {"delivered", 2, 30 + 1},
		"slack=429x3":         {"delivered", 4, 3*30 + 1},
		"slack=ratelimitedx4": {"returned: 429", 4, 3*30 + 60},
		"slack=slow:16s":      {"delivered", 2, 15 + 5 + 1},
		"slack=reset":         {"delivered", 2, 5 + 1},
	} {
		p := deploy(t, src)
		p.instruct(failure)
		if got := p.receive(item); got != want {
			t.Errorf("%s: %+v, want %+v", failure, got, want)
		}
	}
}
