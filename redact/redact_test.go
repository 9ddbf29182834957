package redact

import (
	"strings"
	"testing"
)

func TestCredentialsAreKnown(t *testing.T) {
	for _, s := range []string{
		"xoxb-123-456-abc", "XOXP-123-456", "xapp-1-A0-abc", "https://hooks.slack.com/services/T0/B0/abcdefgh",
		"https://hooks.slack.com/triggers/T0/1/abcdef", "https://webhook.site/11111111-2222-4333-8444-555555555555",
		"https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef", "AKIAIOSFODNN7EXAMPLE",
		"ghp_0123456789abcdef0123456789abcdef0123", "Bearer 0123456789abcdef0123", "https://user:password@example.com/x",
	} {
		if Kind(s) == "" {
			t.Errorf("%s is not known", s)
		}
		masked := Text("see " + s + " there")
		if strings.Contains(masked, s) || !strings.Contains(masked, "***") {
			t.Errorf("%s is masked as %s", s, masked)
		}
	}
}

func TestOrdinaryTextIsLeftAlone(t *testing.T) {
	for _, s := range []string{
		"", "Payment failed", "https://console.aws.amazon.com/support/home#/case/?displayId=1", "https://webhook.site/…",
		"https://hooks.slack.com/triggers/…", "arn:aws:secretsmanager:us-east-1:111122223333:secret:notify/slack-AbCdEf",
		"xoxb-…", "detail.eventDescription[0].latestDescription", "bearer of bad news", "2026-03-02T10:15:30Z",
		"https://oapi.dingtalk.com/robot/send?access_token=…", "C0123456789", "https://example.com:8443/a@b",
	} {
		if k := Kind(s); k != "" {
			t.Errorf("%q is taken for %s", s, k)
		}
		if Text(s) != s {
			t.Errorf("%q is masked as %q", s, Text(s))
		}
	}
}
