package transformers

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/contract"
)

// showSlack lays a message out. Where there are blocks, the text is for
// notifications only.
func showSlack(body []byte) []contract.Block {
	m := contract.Request{Body: body}.Object()
	if m == nil {
		return nil
	}
	slackLists(m)
	blocks := slackBlocks(m.List("blocks"))
	if blocks == nil {
		blocks = slackText(m)
	}
	for _, item := range m.List("attachments") {
		if a := contract.AsMembers(item); len(a) > 0 {
			blocks = append(blocks, slackAttachment(a))
		}
	}
	return blocks
}

func slackText(m contract.Members) []contract.Block {
	if markdown := m.Text("markdown_text"); markdown != "" {
		return markdownBlocks(markdown)
	}
	if parsed, ok := m["mrkdwn"].(bool); ok && !parsed {
		return paragraph(contract.Run{Text: slackUnescape(textOf(m["text"]))})
	}
	return mrkdwnBlocks(textOf(m["text"]), false)
}

// paragraph gives none for runs without text.
func paragraph(runs ...contract.Run) []contract.Block {
	return blockOf(contract.Paragraph, runs)
}

func blockOf(kind string, runs []contract.Run) []contract.Block {
	for _, r := range runs {
		if r.Text != "" {
			return []contract.Block{{Kind: kind, Text: runs}}
		}
	}
	return nil
}

func slackBlocks(list []any) []contract.Block {
	var blocks []contract.Block
	for _, item := range list {
		blocks = append(blocks, slackBlock(contract.AsMembers(item))...)
	}
	return blocks
}

func slackBlock(b contract.Members) []contract.Block {
	switch b.Text("type") {
	case "header":
		blocks := blockOf(contract.Heading, []contract.Run{{Text: slackEmojis(b.Object("text").Text("text"))}})
		for i := range blocks {
			blocks[i].Level = 1
		}
		return blocks
	case "divider":
		return []contract.Block{{Kind: contract.Divider}}
	case "section":
		blocks := slackTextObject(b.Object("text"))
		if fields := slackFields(b.List("fields")); fields != nil {
			blocks = append(blocks, contract.Block{Kind: contract.Fields, Children: fields})
		}
		return append(blocks, slackElement(b.Object("accessory"))...)
	case "context":
		var children []contract.Block
		for _, item := range b.List("elements") {
			e := contract.AsMembers(item)
			if e.Text("type") == "image" {
				children = append(children, slackElement(e)...)
			} else {
				children = append(children, slackTextObject(e)...)
			}
		}
		if children == nil {
			return nil
		}
		return []contract.Block{{Kind: contract.Context, Children: children}}
	case "actions":
		var buttons []contract.Block
		for _, item := range b.List("elements") {
			buttons = append(buttons, slackElement(contract.AsMembers(item))...)
		}
		return buttons
	case "image":
		return append(blockOf(contract.Paragraph, []contract.Run{{Text: b.Object("title").Text("text"), Bold: true}}), slackElement(b)...)
	case "markdown":
		return markdownBlocks(b.Text("text"))
	case "rich_text":
		return slackRichTextBlocks(b)
	}
	return nil
}

func slackFields(list []any) []contract.Block {
	var fields []contract.Block
	for _, item := range list {
		fields = append(fields, slackTextObject(contract.AsMembers(item))...)
	}
	return fields
}

// slackTextObject shows plain text as it is, emoji apart.
func slackTextObject(o contract.Members) []contract.Block {
	text := o.Text("text")
	if o.Text("type") == "mrkdwn" {
		verbatim, _ := o["verbatim"].(bool)
		return mrkdwnBlocks(text, verbatim)
	}
	return paragraph(contract.Run{Text: slackEmojis(text)})
}

var slackEmojiName = regexp.MustCompile(`:[a-z0-9_+'-]{1,60}:`)

// slackEmojis replaces the names of the emoji that are known.
func slackEmojis(text string) string {
	return slackEmojiName.ReplaceAllStringFunc(text, func(name string) string {
		if sign := slackEmojiSigns[strings.Trim(name, ":")]; sign != "" {
			return sign
		}
		return name
	})
}

func slackElement(e contract.Members) []contract.Block {
	switch e.Text("type") {
	case "button":
		return blockOf(contract.Button, []contract.Run{{Text: slackEmojis(e.Object("text").Text("text")), Link: linkable(e.Text("url"))}})
	case "image":
		return []contract.Block{{Kind: contract.Image, Text: []contract.Run{{Text: e.Text("alt_text")}}}}
	}
	return nil
}

// slackColors are the names that attachments know
// (https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments).
var slackColors = map[string]string{"good": "#2eb886", "warning": "#daa038", "danger": "#a30200"}

const slackNoColor = "#dddddd"

var hexColor = regexp.MustCompile(`^#?[0-9A-Fa-f]{6}$`)

func slackColor(name string) string {
	if c := slackColors[name]; c != "" {
		return c
	}
	if hexColor.MatchString(name) {
		return "#" + strings.TrimPrefix(strings.ToLower(name), "#")
	}
	return slackNoColor
}

func slackAttachment(a contract.Members) contract.Block {
	card := contract.Block{Kind: contract.Card, Color: slackColor(a.Text("color"))}
	add := func(blocks ...contract.Block) { card.Children = append(card.Children, blocks...) }
	add(mrkdwnBlocks(a.Text("pretext"), false)...)
	add(paragraph(contract.Run{Text: a.Text("author_name"), Link: linkable(a.Text("author_link"))})...)
	add(paragraph(contract.Run{Text: slackUnescape(a.Text("title")), Bold: true, Link: linkable(a.Text("title_link"))})...)
	add(mrkdwnBlocks(a.Text("text"), false)...)
	var fields []contract.Block
	for _, item := range a.List("fields") {
		f := contract.AsMembers(item)
		value := mrkdwnRuns(cut(f.Text("value"), slackFieldLimit), false)
		fields = append(fields, contract.Block{Kind: contract.Paragraph, Label: f.Text("title"), Text: value})
	}
	if fields != nil {
		add(contract.Block{Kind: contract.Fields, Children: fields})
	}
	add(slackBlocks(a.List("blocks"))...)
	for _, key := range []string{"image_url", "thumb_url"} {
		if a.Text(key) != "" {
			add(contract.Block{Kind: contract.Image, Text: []contract.Run{{Text: a.Text("fallback")}}})
		}
	}
	for _, item := range a.List("actions") {
		action := contract.AsMembers(item)
		add(blockOf(contract.Button, []contract.Run{{Text: action.Text("text"), Link: linkable(action.Text("url"))}})...)
	}
	add(blockOf(contract.Context, []contract.Run{{Text: a.Text("footer")}})...)
	if card.Children == nil {
		add(paragraph(contract.Run{Text: slackUnescape(a.Text("fallback"))})...)
	}
	return card
}

func slackRichTextBlocks(b contract.Members) []contract.Block {
	var blocks []contract.Block
	for _, item := range b.List("elements") {
		part := contract.AsMembers(item)
		switch part.Text("type") {
		case "rich_text_section":
			blocks = append(blocks, paragraph(slackRuns(part)...)...)
		case "rich_text_preformatted":
			blocks = append(blocks, blockOf(contract.Code, slackRuns(part))...)
		case "rich_text_quote":
			blocks = append(blocks, blockOf(contract.Quote, slackRuns(part))...)
		case "rich_text_list":
			indent, offset := number(part["indent"]), number(part["offset"])
			for i, section := range part.List("elements") {
				li := contract.Block{Kind: contract.ListItem, Level: min(indent, slackIndentLimit), Text: slackRuns(contract.AsMembers(section))}
				if part.Text("style") == "ordered" {
					li.Label = strconv.Itoa(offset+i+1) + "."
				}
				blocks = append(blocks, li)
			}
		}
	}
	return blocks
}

// slackIndentLimit is how deep lists go.
const slackIndentLimit = 8

// number reads a small number, 0 for all else.
func number(v any) int {
	s, ok := v.(interface{ String() string })
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(s.String())
	if err != nil || n < 0 || n > 1000 {
		return 0
	}
	return n
}

// slackRuns lays the elements of rich text out. Their text is shown as it is.
func slackRuns(part contract.Members) []contract.Run {
	var runs []contract.Run
	for _, item := range part.List("elements") {
		e := contract.AsMembers(item)
		style := e.Object("style")
		on := func(name string) bool { b, _ := style[name].(bool); return b }
		r := contract.Run{Bold: on("bold"), Italic: on("italic"), Strike: on("strike"), Code: on("code")}
		switch e.Text("type") {
		case "text":
			r.Text = e.Text("text")
		case "link":
			r.Link, r.Text = linkable(e.Text("url")), e.Text("text")
			if r.Text == "" {
				r.Text = e.Text("url")
			}
		case "emoji":
			if r.Text = slackEmojiSigns[e.Text("name")]; r.Text == "" {
				r.Text = ":" + e.Text("name") + ":"
			}
		case "user":
			r.Text, r.Mention = "@"+e.Text("user_id"), true
		case "usergroup":
			r.Text, r.Mention = "@"+e.Text("usergroup_id"), true
		case "broadcast":
			r.Text, r.Mention = "@"+e.Text("range"), true
		case "channel":
			r.Text = "#" + e.Text("channel_id")
		case "color":
			r.Text = e.Text("value")
		case "date":
			if r.Text = e.Text("fallback"); r.Text == "" {
				r.Text = e.Text("format")
			}
		}
		if r.Text != "" {
			runs = appendRun(runs, r)
		}
	}
	return runs
}
