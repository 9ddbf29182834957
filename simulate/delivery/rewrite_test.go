package delivery

import (
	"strings"
	"testing"
)

func TestRewrite(t *testing.T) {
	r, err := ParseRewrite(
		"*=http://127.0.0.1:9000/all/",
		"https://slack.com=http://127.0.0.1:9000/slack",
		"https://slack.com/api=http://[::1]:9001",
		"https://Hooks.Slack.com:443=https://hooks.slack.com",
		"http://plain.example:80/a=b=http://localhost/c",
	)
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"https://other.example/a/b?c=d&e=%2F":         "http://127.0.0.1:9000/all/a/b?c=d&e=%2F",
		"https://other.example":                       "http://127.0.0.1:9000/all",
		"https://slack.com/x?y":                       "http://127.0.0.1:9000/slack/x?y",
		"https://SLACK.com:443/x":                     "http://127.0.0.1:9000/slack/x",
		"https://slack.com?y":                         "http://127.0.0.1:9000/slack?y",
		"https://slack.com/api/chat.postMessage?x=/a": "http://[::1]:9001/chat.postMessage?x=/a",
		"https://slack.com/api":                       "http://[::1]:9001/",
		"https://slack.com/api?x":                     "http://[::1]:9001/?x",
		"https://slack.com/apis":                      "http://127.0.0.1:9000/slack/apis",
		"https://slack.com:444/x":                     "http://127.0.0.1:9000/all/x",
		"http://slack.com/x":                          "http://127.0.0.1:9000/all/x",
		"https://slack.com.evil.example/x":            "http://127.0.0.1:9000/all/x",
		"https://slack.com@evil.example/x":            "http://127.0.0.1:9000/all/x",
		"https://slack.com:443@evil.example/x":        "http://127.0.0.1:9000/all/x",
		"https://hooks.slack.com/services/T0/B0/x":    "https://hooks.slack.com/services/T0/B0/x",
		"http://plain.example/a=b/c":                  "http://localhost/c/c",
	} {
		if got, ok := r.Target(url); got != want || !ok || !r.Covers(url) {
			t.Errorf("%s goes to %q (%v), want %q", url, got, ok, want)
		}
	}
	for _, url := range []string{"", "***", "slack.com/x", "https://", "https:///x", "ftp://slack.com/"} {
		if r.Covers(url) {
			t.Errorf("%q is covered", url)
		}
	}
	named, err := ParseRewrite("https://slack.com=https://slack.com")
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]bool{
		"https://slack.com/api/x": true, "https://hooks.slack.com/": false, "https://slack.com.evil.example/": false,
		"https://slack.com@evil.example/": false, "http://slack.com/": false,
	} {
		if named.Covers(url) != want {
			t.Errorf("%s: covered %v", url, !want)
		}
	}
	if (&Rewrite{}).Covers("https://slack.com/") {
		t.Error("nothing is to be sent without rules")
	}
}

func TestParseRewriteErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "want FROM=TO",
		"http://127.0.0.1:9000":             "want FROM=TO",
		"*=127.0.0.1:9000":                  "want FROM=TO",
		"*=ftp://127.0.0.1":                 "want FROM=TO",
		"*=https://example.com":             "may only lead to this machine",
		"*=http://localhost.example.com":    "may only lead to this machine",
		"*=http://128.0.0.1":                "may only lead to this machine",
		"*=http://0.0.0.0:9000":             "may only lead to this machine",
		"*=http://":                         "no URL",
		"slack.com=http://127.0.0.1":        "no URL",
		"=http://127.0.0.1":                 "no URL",
		"ftp://x.example=http://127.0.0.1":  "does not begin with",
		"https://x.example?a=http://[::1]":  "more than scheme",
		"https://x.example=http://[::1]/?a": "more than scheme",
		"https://x.example=http://[::1]/#a": "more than scheme",
		"https://x.example=http://u@[::1]/": "more than scheme",
		"https://x.example=http://[::1":     "no URL",
	} {
		if _, err := ParseRewrite(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if _, err := ParseRewrite("*=http://[::1]:9000", "*=http://127.0.0.1"); err == nil || !strings.Contains(err.Error(), "another rule") {
		t.Errorf("twice: %v", err)
	}
	if _, err := ParseRewrite("https://a.example=http://[::1]", "https://A.example:443/=http://[::1]/x"); err == nil {
		t.Error("the same twice, written differently")
	}
}
