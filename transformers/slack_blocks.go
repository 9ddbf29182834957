package transformers

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/contract"
)

// More limits of messages (https://docs.slack.dev/reference/methods/chat.postMessage
// and the pages of each block below https://docs.slack.dev/reference/block-kit/blocks).
const (
	slackTextLimit        = 40000 // characters; the rest is cut off
	slackMarkdownLimit    = 12000
	slackAttachmentsLimit = 100
	slackFieldsLimit      = 10
	slackFieldLimit       = 2000
	slackContextLimit     = 10
	slackActionsLimit     = 25
	slackButtonLimit      = 75
	slackBlockIDLimit     = 255
	slackAltTextLimit     = 2000
	slackURLLimit         = 3000
	// slackTotalLimit is not documented; it was measured with markdown blocks, and
	// others may count for more (https://github.com/slackapi/bolt-js/issues/2509).
	slackTotalLimit = 13297
)

// slackMessage checks what chat.postMessage and incoming webhooks share. The
// codes are those for a message without text and for one with empty text.
func (f *findings) slackMessage(body contract.Members, absent, empty string) {
	text, isText := body["text"].(string)
	switch n, isNumber := body["text"].(json.Number); {
	case isNumber:
		text, isText = n.String(), true
		f.accept("", "text", "is a number, Slack documents a string: put it in quotes")
	case body["text"] != nil && !isText:
		f.refuse("invalid_arguments", "text", "must be a string")
	}
	if characters(text) > slackTextLimit {
		f.accept("", "text", "has %d characters; Slack cuts it at %d", characters(text), slackTextLimit)
	}
	markdown := body.Text("markdown_text")
	if characters(markdown) > slackMarkdownLimit {
		f.refuse("msg_too_long", "markdown_text", "has %d characters, at most %d are possible", characters(markdown), slackMarkdownLimit)
	}
	if markdown != "" && (text != "" || len(body.List("blocks")) > 0) {
		f.refuse("markdown_text_conflict", "markdown_text", "excludes text and blocks")
	}
	if !slackHasContent(body) {
		if code := absent; body["text"] == nil {
			f.refuse(code, "text", "the message has no text, blocks or attachments")
		} else if isText {
			f.refuse(empty, "text", "is empty")
		}
	}
	s := slackChecker{f, "invalid_blocks", 0}
	s.blocks(body["blocks"], "blocks")
	if s.total > slackTotalLimit {
		f.refuse("msg_blocks_too_long", "blocks", "hold %d characters of text, Slack takes about %d", s.total, slackTotalLimit)
	}
	s.code = "invalid_attachments"
	s.attachments(body["attachments"])
}

// slackChecker checks blocks; code is what Slack answers to bad ones.
type slackChecker struct {
	*findings
	code  string
	total int // characters of text so far
}

func (s *slackChecker) bad(path, format string, args ...any) {
	s.refuse(s.code, path, format, args...)
}

func (s *slackChecker) attachments(v any) {
	if v == nil {
		return
	}
	list, ok := v.([]any)
	if !ok {
		s.bad("attachments", "must provide an array")
		return
	}
	if len(list) > slackAttachmentsLimit {
		s.refuse("too_many_attachments", "attachments", "there are %d attachments, at most %d are possible", len(list), slackAttachmentsLimit)
		return
	}
	for i, item := range list {
		path := fmt.Sprintf("attachments[%d]", i)
		a := contract.AsMembers(item)
		if a == nil {
			s.bad(path, "must provide an object")
			continue
		}
		s.blocks(a["blocks"], path+".blocks")
	}
}

func (s *slackChecker) blocks(v any, path string) {
	if v == nil {
		return
	}
	list, ok := v.([]any)
	if !ok {
		s.refuse("invalid_blocks_format", path, "must provide an array")
		return
	}
	if len(list) > slackBlocksLimit {
		s.bad(path, "no more than %d items allowed, there are %d", slackBlocksLimit, len(list))
		return
	}
	for i, item := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		b := contract.AsMembers(item)
		if b == nil {
			s.bad(at, "must provide an object")
			continue
		}
		s.block(b, at)
	}
}

// Types of block that are known and not looked into.
var slackOtherBlocks = []string{
	"alert", "call", "card", "carousel", "container", "context_actions", "data_table", "data_visualization", "divider", "file",
	"input", "plan", "table", "task_card", "video",
}

func (s *slackChecker) block(b contract.Members, at string) {
	if id, ok := b["block_id"].(string); b["block_id"] != nil && (!ok || characters(id) > slackBlockIDLimit) {
		s.bad(at+".block_id", "must be a string of at most %d characters", slackBlockIDLimit)
	}
	switch kind := b.Text("type"); kind {
	case "header":
		s.text(b["text"], at+".text", slackHeaderLimit, "plain_text")
	case "section":
		s.section(b, at)
	case "context":
		s.context(b, at)
	case "actions":
		s.actions(b, at)
	case "image":
		s.image(b, at)
	case "markdown":
		s.filled(b, "text", at, slackMarkdownLimit)
	case "rich_text":
		s.richText(b, at)
	case "":
		s.bad(at, "missing required field: type")
	default:
		if !slices.Contains(slackOtherBlocks, kind) {
			s.bad(at, "unsupported type: %.40s", kind)
		}
	}
}

func (s *slackChecker) section(b contract.Members, at string) {
	fields, ok := b["fields"].([]any)
	switch {
	case b["text"] == nil && b["fields"] == nil:
		s.bad(at, "must define either `text` or `fields`")
	case b["fields"] != nil && !ok:
		s.bad(at+".fields", "must provide an array")
	case ok && (len(fields) == 0 || len(fields) > slackFieldsLimit):
		s.bad(at+".fields", "must have 1 to %d items, there are %d", slackFieldsLimit, len(fields))
	}
	if b["text"] != nil {
		s.text(b["text"], at+".text", slackSectionLimit, "plain_text", "mrkdwn")
	}
	for i, field := range fields {
		s.text(field, fmt.Sprintf("%s.fields[%d]", at, i), slackFieldLimit, "plain_text", "mrkdwn")
	}
	if a := b.Object("accessory"); a != nil {
		s.element(a, at+".accessory")
	}
}

func (s *slackChecker) context(b contract.Members, at string) {
	for i, item := range s.list(b, "elements", at, slackContextLimit) {
		at := fmt.Sprintf("%s.elements[%d]", at, i)
		if e := contract.AsMembers(item); e.Text("type") == "image" {
			s.image(e, at)
		} else {
			s.text(item, at, slackSectionLimit, "plain_text", "mrkdwn")
		}
	}
}

func (s *slackChecker) actions(b contract.Members, at string) {
	for i, item := range s.list(b, "elements", at, slackActionsLimit) {
		s.element(contract.AsMembers(item), fmt.Sprintf("%s.elements[%d]", at, i))
	}
}

// element checks an interactive element. Only buttons are looked into.
func (s *slackChecker) element(e contract.Members, at string) {
	switch e.Text("type") {
	case "":
		s.bad(at, "missing required field: type")
	case "button":
		s.text(e["text"], at+".text", slackButtonLimit, "plain_text")
		if e["url"] != nil {
			s.filled(e, "url", at, slackURLLimit)
		}
	case "image":
		s.image(e, at)
	}
}

func (s *slackChecker) image(b contract.Members, at string) {
	if b["slack_file"] == nil {
		s.filled(b, "image_url", at, slackURLLimit)
	}
	s.filled(b, "alt_text", at, slackAltTextLimit)
}

// list gives a required list of at most so many items.
func (s *slackChecker) list(b contract.Members, key, at string, most int) []any {
	list, ok := b[key].([]any)
	switch {
	case b[key] == nil:
		s.bad(at, "missing required field: %s", key)
	case !ok:
		s.bad(at+"."+key, "must provide an array")
	case len(list) == 0 || len(list) > most:
		s.bad(at+"."+key, "must have 1 to %d items, there are %d", most, len(list))
	}
	return list
}

// text checks a text object
// (https://docs.slack.dev/reference/block-kit/composition-objects/text-object).
func (s *slackChecker) text(v any, at string, most int, kinds ...string) {
	o := contract.AsMembers(v)
	if o == nil {
		s.bad(at, "must provide a text object")
		return
	}
	if !slices.Contains(kinds, o.Text("type")) {
		s.bad(at+".type", "must be %s", strings.Join(kinds, " or "))
	}
	s.filled(o, "text", at, most)
}

// filled checks a required string that may not be empty.
func (s *slackChecker) filled(b contract.Members, key, at string, most int) {
	text, ok := b[key].(string)
	switch {
	case b[key] == nil:
		s.bad(at, "missing required field: %s", key)
	case !ok:
		s.bad(at+"."+key, "must provide a string")
	case text == "":
		s.bad(at+"."+key, "must be more than 0 characters")
	case characters(text) > most:
		s.bad(at+"."+key, "must be less than %d characters, has %d", most+1, characters(text))
	}
	if key == "text" {
		s.total += characters(text)
	}
}
