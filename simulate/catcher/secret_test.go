package catcher_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/simulate/catcher"
	"github.com/notifygen/notifygen/transformers"
)

// signed is a robot's URL with the signature of a time.
func signed(secret string, at time.Time) string {
	timestamp := strconv.FormatInt(at.UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s\n%s", timestamp, secret)
	return toDingTalk + "&timestamp=" + timestamp + "&sign=" + url.QueryEscape(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// TestSignatures: a robot that has a secret takes what is signed with it, at its own
// clock's time; a secret that is set anew ends the one before at once.
func TestSignatures(t *testing.T) {
	now := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC) // nobody's wall clock
	c, server := listen(t, catcher.Options{Now: func() time.Time { return now }})
	const one, two = "SEC0123456789abcdef0123456789abcdef", "another secret, =x3"
	expect := func(what, to, words string) {
		t.Helper()
		_, body, err := post(server, to, ding)
		if err != nil || !strings.Contains(body, `"errmsg":"`+words+`"`) {
			t.Errorf("%s: %v %s, want %s", what, err, body, words)
		}
		all := c.Caught()
		last := all[len(all)-1]
		want := contract.Lost // of a service that answers 200 and refuses
		if words == "ok" {
			want = contract.Delivered
		}
		if last.Outcome != want || !last.Received.Equal(now) {
			t.Errorf("%s: %s at %v", what, last.Outcome, last.Received)
		}
	}
	expect("no secret is set", toDingTalk, "ok")
	expect("a signature that nobody asks for", signed(one, now), "ok")
	if err := c.Instruct("dingtalk:secret=" + one); err != nil {
		t.Fatal(err)
	}
	expect("signed", signed(one, now), "ok")
	expect("not signed", toDingTalk, "sign not match")
	expect("another secret", signed(two, now), "sign not match")
	for _, skew := range []time.Duration{-59 * time.Minute, 59 * time.Minute} {
		expect(skew.String(), signed(one, now.Add(skew)), "ok")
	}
	for _, skew := range []time.Duration{-61 * time.Minute, 61 * time.Minute} {
		expect(skew.String(), signed(one, now.Add(skew)), "invalid timestamp")
	}
	if err := c.Instruct("dingtalk:secret=" + two); err != nil {
		t.Fatal(err)
	}
	expect("the old secret", signed(one, now), "sign not match")
	expect("the new one", signed(two, now), "ok")
	// One that was signed in time, and comes too late.
	link := signed(two, now)
	now = now.Add(time.Hour + time.Second)
	expect("late", link, "invalid timestamp")
	// With a keyword, both must be right.
	if err := c.Set("dingtalk", "keyword", "Alarm"); err != nil {
		t.Fatal(err)
	}
	if _, body, _ := post(server, signed(two, now), ding); !strings.Contains(body, "关键词不匹配") {
		t.Error("signed, without the keyword:", body)
	}
}

// TestSecretsOfServicesAreNotTold: neither by what is kept, wherever they stand in a
// request, nor by the errors of instructions that were mistyped.
func TestSecretsOfServicesAreNotTold(t *testing.T) {
	var told strings.Builder
	c, server := listen(t, catcher.Options{OnCaught: func(got catcher.Caught) {
		text, err := json.Marshal(got)
		if err != nil {
			t.Error(err)
		}
		told.Write(text)
	}})
	secrets := []string{"SEC0123456789abcdef0123456789abcdef", "hunter2", "hunter2 & <son> \"ü\"", "SECfedcba9876543210fedcba9876543210"}
	for _, secret := range secrets {
		if err := c.Set("dingtalk", "secret", secret); err != nil {
			t.Fatal(err)
		}
	}
	for _, secret := range secrets { // the old ones as well
		body, err := json.Marshal(map[string]any{"msgtype": secret, secret: 1, "text": map[string]any{"content": "x " + secret}})
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range []string{toDingTalk + "&a=" + url.QueryEscape(secret), "https://example.com/" + url.PathEscape(secret)} {
			if _, _, err := post(server, to, string(body), "X-Note: "+secret); err != nil {
				t.Fatal(err)
			}
		}
	}
	kept, err := json.Marshal(c.Caught())
	if err != nil {
		t.Fatal(err)
	}
	told.Write(kept)
	for _, text := range []string{"hunter2", "0123456789abcdef0123456789abcdef\"", "SEC012", "SECfed", "<son>", "3Cson"} {
		if strings.Contains(told.String(), text) {
			t.Errorf("%q is told", text)
		}
	}

	for _, text := range []string{
		"dingtalk:secret:hunter3", "dingtalk:secret hunter3", "dingtalk secret = hunter3", "dingtalk=secret:hunter3", "dingtalk=secret=hunter3",
		"dingtalk=Secret: hunter3 \\\"hunter3", "dingtalk=secret=hunter3x3", "*=secret:hunter3x4", "dingtalk:sekret=hunter3", "slack:secret=hunter3",
		"*:secret=hunter3", "dingtalc:secret=hunter3", "dingtalk=slow:secret=hunter3",
		"SEC0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "dingtalk=" + secrets[2],
	} {
		err := c.Instruct(text)
		var usage *contract.UsageError
		if !errors.As(err, &usage) {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if said := usage.Message + usage.Hint; strings.Contains(said, "hunter") || strings.Contains(said, "SEC0") || strings.Contains(said, "<son>") {
			t.Errorf("%q: %s", text, said)
		}
	}
}

// TestSettingsSayWhatIsSecret: a service says of every setting whether it is one.
func TestSettingsSayWhatIsSecret(t *testing.T) {
	var secret []string
	for _, s := range transformers.Services() {
		for _, x := range s.Settings {
			if x.Secret {
				secret = append(secret, s.Name+":"+x.Name)
			}
		}
	}
	if len(secret) != 1 || secret[0] != "dingtalk:secret" {
		t.Error(secret)
	}
}

// TestSeveralRobots takes what is signed with the secret of one of them, and nothing
// else.
func TestSeveralRobots(t *testing.T) {
	setting, _ := contract.Named(transformers.Services(), "dingtalk").Setting("secret")
	for secret, want := range map[string]bool{"SECone": true, "SECtwo": true, "SECthree": false, "SECone,SECtwo": true} {
		problems := setting.Check("SECone,SECtwo", contract.Request{URL: signed(secret, time.Unix(1_700_000_000, 0))})
		if (len(problems) == 0) != want {
			t.Errorf("%s: %v", secret, problems)
		}
	}
}
