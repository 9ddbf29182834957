package transformers

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/contract"
)

// What a robot signs with, and two signatures that python3's hmac made of it: one
// with the characters that a query must encode, one without.
const (
	robotSecret = "SEC0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	oddTime     = 1700000000004
	oddSign     = "ZeaJlNY30xUaF/p+hFzRR5gZ4qFj+i4uxCJUEwchUXQ="
	plainTime   = 1700000000006
	plainSign   = "dv7o9YNiL645KLIkRjbZputKo4Ob9YNmKgoUVnAZuls="
)

// TestDingTalkVerifies: as a robot that has a secret does, to the millisecond.
func TestDingTalkVerifies(t *testing.T) {
	setting, ok := dingTalkService.Setting("secret")
	if !ok || !setting.Secret {
		t.Fatalf("%+v", setting)
	}
	odd := "&timestamp=1700000000004&sign=" + url.QueryEscape(oddSign)
	plain := "&timestamp=1700000000006&sign=" + plainSign
	for name, c := range map[string]struct {
		query  string
		after  time.Duration // that the request comes after its timestamp
		secret string
		words  string // of the reply; "" for one that accepts
		code   string
	}{
		"encoded":                    {odd, 0, robotSecret, "", ""},
		"= as it is":                 {plain, 0, robotSecret, "", ""},
		"/ as it is":                 {strings.ReplaceAll(odd, "%2F", "/"), 0, robotSecret, "", ""},
		"+ as it is":                 {strings.ReplaceAll(odd, "%2B", "+"), 0, robotSecret, "sign not match", "310000"},
		"encoded twice":              {"&timestamp=1700000000004&sign=" + url.QueryEscape(url.QueryEscape(oddSign)), 0, robotSecret, "sign not match", "310000"},
		"small letters":              {strings.ReplaceAll(odd, "%2F", "%2f"), 0, robotSecret, "", ""},
		"an hour late":               {odd, time.Hour, robotSecret, "", ""},
		"later":                      {odd, time.Hour + time.Millisecond, robotSecret, "invalid timestamp", "310000"},
		"an hour early":              {odd, -time.Hour, robotSecret, "", ""},
		"earlier":                    {odd, -time.Hour - time.Millisecond, robotSecret, "invalid timestamp", "310000"},
		"within the millisecond":     {odd, time.Hour + time.Millisecond - time.Nanosecond, robotSecret, "", ""},
		"of a year ago":              {odd, 365 * 24 * time.Hour, robotSecret, "invalid timestamp", "310000"},
		"another secret":             {odd, 0, robotSecret + "0", "sign not match", "310000"},
		"stale, and another secret":  {odd, 2 * time.Hour, "SECx", "invalid timestamp", "310000"},
		"no signature":               {"", 0, robotSecret, "sign not match", "310000"},
		"no timestamp":               {"&sign=" + plainSign, 0, robotSecret, "sign not match", "310000"},
		"no sign":                    {"&timestamp=1700000000006", 0, robotSecret, "sign not match", "310000"},
		"empty":                      {"&timestamp=&sign=", 0, robotSecret, "sign not match", "310000"},
		"the other's timestamp":      {"&timestamp=1700000000004&sign=" + plainSign, 0, robotSecret, "sign not match", "310000"},
		"seconds":                    {"&timestamp=1700000000&sign=" + plainSign, 0, robotSecret, "invalid timestamp", "310000"},
		"no number":                  {"&timestamp=now&sign=" + plainSign, 0, robotSecret, "invalid timestamp", "310000"},
		"a fraction":                 {"&timestamp=1700000000006.0&sign=" + plainSign, 0, robotSecret, "invalid timestamp", "310000"},
		"far too large":              {"&timestamp=" + strings.Repeat("9", 400) + "&sign=" + plainSign, 0, robotSecret, "invalid timestamp", "310000"},
		"the largest":                {"&timestamp=9223372036854775807&sign=" + plainSign, 0, robotSecret, "invalid timestamp", "310000"},
		"the smallest":               {"&timestamp=-9223372036854775808&sign=" + plainSign, 0, robotSecret, "invalid timestamp", "310000"},
		"in capitals":                {"&timestamp=1700000000006&SIGN=" + plainSign, 0, robotSecret, "sign not match", "310000"},
		"cannot be decoded":          {"&timestamp=1700000000006&sign=%zz", 0, robotSecret, "sign not match", "310000"},
		"twice: the first counts":    {plain + "&sign=x", 0, robotSecret, "", ""},
		"masked sign":                {"&timestamp=1700000000006&sign=***", 0, robotSecret, "", ""},
		"masked sign, stale":         {"&timestamp=1700000000006&sign=***", 2 * time.Hour, robotSecret, "invalid timestamp", "310000"},
		"masked timestamp":           {"&timestamp=***&sign=x", 2 * time.Hour, robotSecret, "", ""},
		"masked secret":              {"&timestamp=1700000000006&sign=x", 0, contract.Masked, "", ""},
		"a secret of another script": {"&timestamp=1700000000006&sign=x", 0, "密钥 \n\x00", "sign not match", "310000"},
	} {
		t.Run(name, func(t *testing.T) {
			at := time.UnixMilli(oddTime)
			if strings.Contains(c.query, "1700000000006") {
				at = time.UnixMilli(plainTime)
			}
			r := posted(toDingTalk+c.query, `{"msgtype":"text","text":{"content":"x"}}`)
			r.Received = at.Add(c.after)
			problems := append(dingTalkService.Check(r), setting.Check(c.secret, r)...)
			reply := dingTalkService.Answer(r, problems)
			var got dingTalkReply
			if err := json.Unmarshal([]byte(reply.Body), &got); err != nil || reply.Status != 200 {
				t.Fatal(reply)
			}
			words, code := c.words, 310000
			if c.code == "" {
				words, code = "ok", 0
			}
			if got.Message != words || got.Code != code {
				t.Errorf("%+v for %v, want %d %s", got, problems, code, words)
			}
			for _, p := range problems {
				if strings.Contains(p.String(), c.secret) && c.secret != contract.Masked || strings.Contains(p.String(), oddSign) || strings.Contains(p.String(), plainSign) {
					t.Error("a problem tells the secret or the signature:", p)
				}
			}
		})
	}
}

// TestDingTalkWithoutAClock: nothing is held against a clock that nobody knows, and
// simulations are told that a fixed signature gets old, as ever.
func TestDingTalkWithoutAClock(t *testing.T) {
	r := posted(toDingTalk+"&timestamp=1700000000006&sign="+plainSign, `{"msgtype":"text","text":{"content":"x"}}`)
	setting, _ := dingTalkService.Setting("secret")
	if problems := setting.Check(robotSecret, r); len(problems) > 0 {
		t.Error(problems)
	}
	note := "sign: a signature is good for an hour: a fixed one is refused after that (310000)"
	for at, want := range map[time.Time]string{
		{}:                                 note,
		time.UnixMilli(plainTime):          "",
		time.UnixMilli(plainTime + 3600e3): "",
		time.UnixMilli(plainTime + 3601e3): note,
	} {
		r.Received = at
		p := (*contract.Failures)(nil).Predict(Services(), r)
		got := ""
		for _, problem := range p.Problems {
			got += problem.String()
		}
		if got != want || p.Refused() {
			t.Errorf("%v: %q, want %q", at, got, want)
		}
	}
	// A timestamp that cannot be read is refused all the same.
	r = posted(toDingTalk+"&timestamp=x&sign="+plainSign, `{}`)
	if problems := setting.Check(robotSecret, r); len(problems) != 1 || problems[0].Field != "sign" {
		t.Error(problems)
	}
}
