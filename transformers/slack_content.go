package transformers

import (
	"slices"
	"strings"

	"github.com/notifygen/notifygen/contract"
)

// slackUnseen are members of an attachment that show nothing by themselves.
var slackUnseen = []string{"attachment_type", "callback_id", "color", "mrkdwn_in", "ts"}

// slackHasContent tells whether a message shows anything.
func slackHasContent(body contract.Members) bool {
	for _, key := range []string{"text", "markdown_text", "blocks"} {
		if slackFilled(body[key]) {
			return true
		}
	}
	if contract.IsMasked(body.Text("attachments")) {
		return true
	}
	return slices.ContainsFunc(body.List("attachments"), func(item any) bool {
		a := contract.AsMembers(item)
		if a == nil {
			return slackFilled(item) // which is said to be no attachment
		}
		for key, v := range a {
			if slackFilled(v) && !slices.Contains(slackUnseen, key) {
				return true
			}
		}
		return false
	})
}

// slackFilled tells whether a value is there, and no empty text or list.
func slackFilled(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return strings.TrimSpace(v) != ""
	case []any:
		return len(v) > 0
	}
	return true
}
