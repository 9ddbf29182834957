package transformers

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"

	"github.com/notifygen/notifygen/contract"
)

// slackWebhookService is an incoming webhook, which unlike chat.postMessage tells
// failures by the status.
var slackWebhookService = &contract.Service{
	Name: "slack-webhook", Title: "Slack incoming webhook",
	URL:      "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
	Endpoint: regexp.MustCompile(`^hooks\.slack(-gov)?\.com/services/.+`),
	Example:  "https://hooks.slack.com/services/T0/B0/x",
	Check:    checkSlackWebhook,
	Accept: func(contract.Request) contract.Reply {
		return contract.Reply{Status: http.StatusOK, Body: "ok"}
	},
	Refuse: refuseSlackWebhook,
	Errors: slackWebhookErrors,
	Show:   showSlack,
}

// Error codes of incoming webhooks (same page, and those that users have seen:
// https://github.com/slackapi/slack-github-action/issues/117).
var slackWebhookErrors = errorsOf(
	"invalid_payload", "the body is no JSON, or not of a message",
	"missing_text_or_fallback_or_attachments", "the message has neither text nor attachments",
	"no_text", "the text is empty",
	"invalid_blocks", "the blocks do not follow Block Kit",
	"invalid_blocks_format", "blocks is no list of blocks",
	"invalid_attachments", "the attachments are not well formed",
	"too_many_attachments", "there are more than 100 attachments",
	"user_not_found", "the user does not exist",
	"action_prohibited", "an administrator has restricted posting",
	"posting_to_general_channel_denied", "posting to the general channel is restricted",
	"invalid_token", "the URL is wrong, or the webhook was revoked",
	"channel_not_found", "the channel does not exist",
	"no_service", "the webhook was removed or disabled",
	"no_active_hooks", "the webhook is disabled",
	"channel_is_archived", "the channel is archived",
	"rollup_error", "something went wrong at Slack",
	"rate_limited", "there were too many requests; answered 429",
)

// Statuses of those errors that are not answered 400
// (https://docs.slack.dev/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks).
var slackWebhookStatus = map[string]int{
	"action_prohibited":                 http.StatusForbidden,
	"posting_to_general_channel_denied": http.StatusForbidden,
	"invalid_token":                     http.StatusForbidden,
	"channel_not_found":                 http.StatusNotFound,
	"no_service":                        http.StatusNotFound,
	"no_active_hooks":                   http.StatusNotFound,
	"channel_is_archived":               http.StatusGone,
	"rollup_error":                      http.StatusInternalServerError,
	"rate_limited":                      http.StatusTooManyRequests,
}

func refuseSlackWebhook(p contract.Problem) contract.Reply {
	reply := contract.Reply{Status: http.StatusBadRequest, Body: p.Code}
	if status, ok := slackWebhookStatus[p.Code]; ok {
		reply.Status = status
	}
	if reply.Status == http.StatusTooManyRequests {
		reply.Header = map[string]string{"Retry-After": slackRetryAfter}
	}
	return reply
}

func checkSlackWebhook(r contract.Request) []contract.Problem {
	var f findings
	if r.Method != http.MethodPost {
		f.refuse("invalid_payload", "method", "a webhook takes POST only")
		return f
	}
	body := r.Object()
	if kind, _ := contentType(r); kind == formType {
		// The older form: payload=JSON.
		values, _ := url.ParseQuery(string(r.Body))
		v, err := contract.Decode([]byte(values.Get("payload")))
		if body = contract.AsMembers(v); err != nil {
			body = nil
		}
	}
	if body == nil {
		if !contract.IsMasked(string(r.Body)) {
			f.refuse("invalid_payload", "", "the body is no JSON object")
		}
		return f
	}
	f.slackMessage(body, "missing_text_or_fallback_or_attachments", "no_text")
	for i := range f {
		known := slices.ContainsFunc(slackWebhookErrors, func(e contract.Error) bool { return e.Code == f[i].Code })
		if !known && !f[i].Accepted {
			f[i].Code = "invalid_payload"
		}
	}
	for _, key := range []string{"channel", "username", "icon_emoji", "icon_url"} {
		if body.Has(key) {
			f.accept("", key, "is ignored by the webhook of an app, which has its own")
		}
	}
	return f.known(body)
}
