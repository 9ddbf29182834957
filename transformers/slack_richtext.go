package transformers

import (
	"fmt"
	"math"
	"slices"

	"github.com/notifygen/notifygen/contract"
)

// slackRichTextMembers are the members that each element of rich text must have
// (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block).
var slackRichTextMembers = map[string][]string{
	"text":      {"text"},
	"link":      {"url"},
	"emoji":     {"name"},
	"user":      {"user_id"},
	"usergroup": {"usergroup_id"},
	"channel":   {"channel_id"},
	"team":      {"team_id"},
	"broadcast": {"range"},
	"color":     {"value"},
	"date":      {"timestamp", "format"},

	"attachment_mention": {"url"},
	"message_mention":    {"channel_id", "message_ts"},
	// Known, and not looked into.
	"canvas": nil, "citation": nil, "file": nil, "list_record": nil, "salesforce_data_field": nil, "tag": nil,
	"work_object_mention": nil, "workflow_mention": nil,
}

// slackRanges are those of a broadcast element.
var slackRanges = []string{"here", "channel", "everyone"}

func (s *slackChecker) richText(b contract.Members, at string) {
	for i, item := range s.list(b, "elements", at, math.MaxInt) {
		e, at := contract.AsMembers(item), fmt.Sprintf("%s.elements[%d]", at, i)
		switch kind := e.Text("type"); kind {
		case "rich_text_section", "rich_text_preformatted", "rich_text_quote":
			s.richTextElements(e, at)
		case "rich_text_list":
			if !slices.Contains([]string{"bullet", "ordered"}, e.Text("style")) {
				s.bad(at+".style", "must be bullet or ordered")
			}
			for j, section := range s.richTextList(e, at) {
				s.richTextElements(contract.AsMembers(section), fmt.Sprintf("%s.elements[%d]", at, j))
			}
		default:
			s.bad(at, "unsupported type: %.40s", kind)
		}
	}
}

// richTextList gives the elements of a part, which may be none
// (https://github.com/slackapi/python-slack-sdk/pull/1576).
func (s *slackChecker) richTextList(e contract.Members, at string) []any {
	list, ok := e["elements"].([]any)
	switch {
	case e["elements"] == nil:
		s.bad(at, "missing required field: elements")
	case !ok:
		s.bad(at+".elements", "must provide an array")
	}
	return list
}

func (s *slackChecker) richTextElements(part contract.Members, at string) {
	for i, item := range s.richTextList(part, at) {
		e, at := contract.AsMembers(item), fmt.Sprintf("%s.elements[%d]", at, i)
		kind := e.Text("type")
		required, known := slackRichTextMembers[kind]
		if !known {
			s.bad(at, "unsupported type: %.40s", kind)
			continue
		}
		for _, key := range required {
			if key == "timestamp" {
				if e[key] == nil {
					s.bad(at, "missing required field: %s", key)
				}
				continue
			}
			s.filled(e, key, at, math.MaxInt)
		}
		if kind == "link" && e.Has("text") {
			s.filled(e, "text", at, math.MaxInt) // https://github.com/slack-go/slack/pull/1412
		}
		if kind == "broadcast" && e.Text("range") != "" && !slices.Contains(slackRanges, e.Text("range")) {
			s.bad(at+".range", "must be here, channel or everyone")
		}
		if e["style"] != nil && e.Object("style") == nil {
			s.bad(at+".style", "must provide an object")
		}
	}
}
