package transformers

import (
	"slices"
	"strings"

	"github.com/notifygen/notifygen/diag"
)

// Keys whose strings Slack parses for mentions and links, whatever object they
// stand in (https://docs.slack.dev/messaging/formatting-message-text).
var slackParsed = []string{"text", "fallback", "pretext", "title", "value", "markdown_text", "footer"}

// Types of text object and rich_text element whose `text` Slack shows as it is.
var slackLiteral = []string{"plain_text", "text", "link"}

func checkSlackBody(in Instance, body *Value, pos diag.Pos, ds *diag.List) *Value {
	if text, ok := body.Get("channel").AsText(); body.Get("channel") != nil && (!ok || len(text) == 0) {
		ds.Report(pos, diag.BodyContract, "`channel` must be text, and not empty")
	}
	if body.Get("channel") == nil {
		ds.Report(pos, diag.BodyContract, "chat.postMessage needs `channel`, the body has none").
			WithHint("a body is sent exactly as written: add channel: {parameter: NAME} or the channel's ID")
	}
	if !slices.ContainsFunc([]string{"text", "blocks", "attachments", "markdown_text"}, func(k string) bool { return body.Get(k) != nil }) {
		ds.Report(pos, diag.BodyContract, "chat.postMessage needs `text`, `blocks`, `attachments` or `markdown_text`; Slack answers no_text to this body").
			WithHint("add text: …")
	}
	if blocks := body.Get("blocks"); blocks != nil && blocks.kind == arrayValue && len(blocks.items) > slackBlocksLimit {
		ds.Report(pos, diag.BodyContract, "a message has at most %d blocks, this body has %d", slackBlocksLimit, len(blocks.items))
	}
	body.Walk(func(path string, parent, v *Value) {
		if kind, _ := v.Get("type").ConstantText(); kind == "header" {
			if text, ok := v.Get("text").Get("text").ConstantText(); ok && len([]rune(text)) > slackHeaderLimit {
				ds.Report(pos, diag.BodyContract, "the text of a header has more than %d characters", slackHeaderLimit)
			}
		}
		if parent == nil {
			return
		}
		checkSlackText(path, parent, v, pos, ds)
		checkSlackTrust(path, parent, body, v, pos, ds)
	})
	return body
}

func checkSlackText(path string, parent, v *Value, pos diag.Pos, ds *diag.List) {
	key := path[strings.LastIndexByte(path, '.')+1:]
	if !slices.Contains(slackParsed, key) {
		return
	}
	kind, _ := parent.Get("type").ConstantText()
	constant, isConstant := v.ConstantText()
	if isConstant && constant == "" {
		ds.Report(pos, diag.BodyContract, "`%s` is empty; Slack refuses empty text", path)
	}
	if isConstant && slices.Contains([]string{"mrkdwn", "plain_text"}, kind) && len([]rune(constant)) > slackSectionLimit {
		ds.Report(pos, diag.BodyContract, "`%s` has more than %d characters", path, slackSectionLimit)
	}
}

// checkSlackTrust warns of event text anywhere but in text that Slack surely
// shows as it is: the `text` of a plain_text object or rich_text element.
func checkSlackTrust(path string, parent, root, v *Value, pos diag.Pos, ds *diag.List) {
	text, ok := v.AsText()
	if !ok {
		return
	}
	if kind, _ := parent.Get("type").ConstantText(); parent != root && slices.Contains(slackLiteral, kind) && strings.HasSuffix(path, ".text") {
		return
	}
	for _, p := range text {
		if !p.IsConstant() && !p.Trusted {
			ds.Report(pos, diag.UntrustedText, "`%s` is not text that Slack shows as it is, and anybody may have written ${%s}", path, p.Path+p.Reserved).
				WithHint("use `message:` instead of `body:`, or vouch for the value with `trusted: [%s]` in its source", p.Path)
		}
	}
}
