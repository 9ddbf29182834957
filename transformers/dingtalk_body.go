package transformers

import (
	"slices"
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// Members each message type must have (same page as dingtalk.URL).
var dingTalkRequired = map[string][]string{
	"text":       {"content"},
	"link":       {"title", "text", "messageUrl"},
	"markdown":   {"title", "text"},
	"actionCard": {"title", "text"},
	"feedCard":   {"links"},
}

// Message types whose text DingTalk parses as Markdown.
var dingTalkParsed = []string{"markdown", "actionCard"}

func checkDingTalkBody(in Instance, body *Value, pos diag.Pos, ds *diag.List) *Value {
	msgtype, ok := body.Get("msgtype").ConstantText()
	required, known := dingTalkRequired[msgtype]
	if !ok || !known {
		ds.Report(pos, diag.BodyContract, "a DingTalk message needs a constant `msgtype`").WithHint("one of text, link, markdown, actionCard, feedCard")
		return body
	}
	content := body.Get(msgtype)
	if !content.IsObject() {
		ds.Report(pos, diag.BodyContract, "a message with msgtype %s needs the member `%s`", msgtype, msgtype)
		return body
	}
	for _, key := range required {
		if content.Get(key) == nil {
			ds.Report(pos, diag.BodyContract, "`%s` needs `%s`", msgtype, key)
		}
	}
	checkDingTalkKeyword(in, content, pos, ds)
	checkDingTalkAt(body, content, pos, ds)
	if slices.Contains(dingTalkParsed, msgtype) {
		for _, p := range content.Parts() {
			if !p.IsConstant() && !p.Trusted {
				ds.Report(pos, diag.UntrustedText, "DingTalk parses `%s` as Markdown, and anybody may have written ${%s}", msgtype, p.Path).
					WithHint("use msgtype text or link, or vouch for the value with `trusted: [%s]` in its source", p.Path)
			}
		}
	}
	return body
}

func checkDingTalkKeyword(in Instance, content *Value, pos diag.Pos, ds *diag.List) {
	keyword := in.Key("keyword")
	if !keyword.IsSet() {
		return
	}
	for _, p := range content.Parts() {
		if keyword.IsParam() && p.Param == keyword.Param || !keyword.IsParam() && strings.Contains(p.Text, keyword.Text) {
			return
		}
	}
	ds.Report(pos, diag.DingTalkKeyword, "no constant text of the body holds the robot's keyword; DingTalk would drop every message").
		WithHint("write the keyword of %s into the title or the text: a value of the event cannot be relied on", in.Name)
}

// checkDingTalkAt wants an "@…" in the text for every entry of `at`.
func checkDingTalkAt(body, content *Value, pos diag.Pos, ds *diag.List) {
	if at := body.Get("at"); at != nil {
		for _, p := range at.Parts() {
			if !p.IsConstant() && !p.Trusted {
				ds.Report(pos, diag.UntrustedText, "`at` would let an event decide who is mentioned, and anybody may have written ${%s}", p.Path).
					WithHint("mention by the value of a field: mentions: {by: PATH, cases: {VALUE: […]}}")
			}
		}
	}
	for _, list := range []string{"atMobiles", "atUserIds"} {
		at := body.Get("at").Get(list)
		if at == nil || at.kind != arrayValue {
			continue
		}
		for _, item := range at.items {
			id, ok := item.ConstantText()
			if !ok || id == "" {
				continue
			}
			if !slices.ContainsFunc(content.Parts(), func(p Part) bool { return strings.Contains(p.Text, "@"+id) }) {
				ds.Report(pos, diag.BodyContract, "`at.%s` names %s, the text has no @%s: DingTalk would mention nobody", list, schema.Quote(id), id).
					WithHint("add @%s to the text", id)
			}
		}
	}
}
