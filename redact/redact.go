// Package redact knows the shapes of credentials: to refuse them in a file, and
// to mask them in whatever is printed.
package redact

import (
	"regexp"
	"strings"
)

// shape is a form that credentials of a service have.
type shape struct {
	name    string
	pattern *regexp.Regexp
	marks   []string // one of these must occur (lower case) before the pattern is tried
}

// The shapes notifygen refuses to see in a file. Sources: the destination
// contracts of each service and the token formats they document
// (https://docs.slack.dev/authentication/tokens,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html).
var shapes = []shape{
	{"a Slack token", regexp.MustCompile(`(?i)\bxox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{3,}`), []string{"xox"}},
	{"a Slack app token", regexp.MustCompile(`(?i)\bxapp-[A-Za-z0-9-]{3,}`), []string{"xapp-"}},
	{"a Slack webhook URL", regexp.MustCompile(`(?i)hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[A-Za-z0-9][A-Za-z0-9/_-]{4,}`), []string{"hooks.slack"}},
	{"a webhook.site URL", regexp.MustCompile(`(?i)webhook\.site/[0-9a-f]{8}[^\s"'<>]*`), []string{"webhook.site/"}},
	{"a DingTalk access token", regexp.MustCompile(`(?i)access_token=[A-Za-z0-9]{6,}`), []string{"access_token="}},
	{"a DingTalk signing secret", regexp.MustCompile(`\bSEC[0-9a-f]{32,}`), []string{"sec"}},
	{"a WeCom robot key", regexp.MustCompile(`(?i)qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=[0-9A-Za-z_-]{6,}`), []string{"qyapi.weixin"}},
	{"a Feishu or Lark webhook URL", regexp.MustCompile(`(?i)open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/[A-Za-z0-9-]{6,}`), []string{"open-apis/bot"}},
	{"a Discord webhook URL", regexp.MustCompile(`(?i)discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/[^\s"'<>]+`), []string{"/webhooks/"}},
	{"a Microsoft Teams workflow URL", regexp.MustCompile(`(?i)[?&]sig=[A-Za-z0-9_%-]{10,}`), []string{"sig="}},
	{"a Google Chat webhook URL", regexp.MustCompile(`(?i)chat\.googleapis\.com/v1/spaces/[^\s"'<>]*[?&](?:key|token)=[^\s"'<>]+`), []string{"chat.googleapis"}},
	{"a Telegram bot token", regexp.MustCompile(`\b\d{6,}:[A-Za-z0-9_-]{30,}`), []string{":"}},
	{"a GitHub token", regexp.MustCompile(`\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})`), []string{"gh"}},
	{"an AWS access key", regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`), []string{"akia", "asia"}},
	{"a private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*`), []string{"private key"}},
	{"a bearer token", regexp.MustCompile(`(?i)\bbearer\s+[A-Za-z0-9._~+/=-]{16,}`), []string{"bearer"}},
	{"a password in a URL", regexp.MustCompile(`(?i)\bhttps?://[^\s/:@"'<>]+:[^\s/@"'<>]+@`), []string{"://"}},
}

// Kind names the kind of credential that s holds, "" for none.
func Kind(s string) string {
	if len(s) < 8 {
		return ""
	}
	lower := strings.ToLower(s)
	for _, shape := range shapes {
		if shape.mayOccur(lower) && shape.pattern.MatchString(s) {
			return shape.name
		}
	}
	return ""
}

// Text masks everything in s that looks like a credential.
func Text(s string) string {
	if len(s) < 8 {
		return s
	}
	lower := strings.ToLower(s)
	for _, shape := range shapes {
		if shape.mayOccur(lower) {
			s = shape.pattern.ReplaceAllString(s, "***")
		}
	}
	return s
}

func (s shape) mayOccur(lower string) bool {
	for _, m := range s.marks {
		if strings.Contains(lower, m) {
			return true
		}
	}
	return false
}
