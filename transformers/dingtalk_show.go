package transformers

import (
	"strings"

	"github.com/notifygen/notifygen/contract"
)

// showDingTalk lays a message out.
func showDingTalk(body []byte) []contract.Block {
	m := contract.Request{Body: body}.Object()
	kind := m.Text("msgtype")
	content := m.Object(kind)
	switch kind {
	case "text":
		return dingTalkMentions(paragraph(contract.Run{Text: content.Text("content")}), m.Object("at"))
	case "markdown":
		return dingTalkMentions(markdownBlocks(content.Text("text")), m.Object("at"))
	case "link":
		return []contract.Block{dingTalkCard(content.Text("title"), content.Text("messageUrl"), content.Text("text"), content.Has("picUrl"))}
	case "actionCard":
		card := contract.Block{Kind: contract.Card, Children: markdownBlocks(content.Text("text"))}
		if content.Text("singleTitle") != "" {
			card.Children = append(card.Children, dingTalkButton(content.Text("singleTitle"), content.Text("singleURL"))...)
		}
		for _, item := range content.List("btns") {
			b := contract.AsMembers(item)
			card.Children = append(card.Children, dingTalkButton(b.Text("title"), b.Text("actionURL"))...)
		}
		return []contract.Block{card}
	case "feedCard":
		var blocks []contract.Block
		for _, item := range content.List("links") {
			l := contract.AsMembers(item)
			blocks = append(blocks, dingTalkCard(l.Text("title"), l.Text("messageURL"), "", l.Has("picURL")))
		}
		return blocks
	}
	return nil
}

func dingTalkCard(title, url, text string, picture bool) contract.Block {
	card := contract.Block{Kind: contract.Card}
	card.Children = append(card.Children, paragraph(contract.Run{Text: title, Bold: true, Link: linkable(url)})...)
	card.Children = append(card.Children, paragraph(contract.Run{Text: text})...)
	if picture {
		card.Children = append(card.Children, contract.Block{Kind: contract.Image, Text: []contract.Run{{Text: title}}})
	}
	return card
}

func dingTalkButton(title, url string) []contract.Block {
	return blockOf(contract.Button, []contract.Run{{Text: title, Link: linkable(url)}})
}

// dingTalkMentions marks every "@…" in the text that `at` lists.
func dingTalkMentions(blocks []contract.Block, at contract.Members) []contract.Block {
	var names []string
	for _, list := range []string{"atMobiles", "atUserIds"} {
		for _, item := range at.List(list) {
			if id, ok := item.(string); ok && id != "" {
				names = append(names, "@"+id)
			}
		}
	}
	blocks = markMentions(blocks, names)
	if all, _ := at["isAtAll"].(bool); all {
		blocks = append(blocks, paragraph(contract.Run{Text: "@all", Mention: true})...)
	}
	return blocks
}

func markMentions(blocks []contract.Block, names []string) []contract.Block {
	if len(names) == 0 {
		return blocks
	}
	for i := range blocks {
		b := &blocks[i]
		if b.Kind != contract.Code {
			var runs []contract.Run
			for _, r := range b.Text {
				runs = append(runs, mentions(r, names)...)
			}
			b.Text = runs
		}
		markMentions(b.Children, names)
	}
	return blocks
}

// mentions cuts a run at the names in it.
func mentions(r contract.Run, names []string) []contract.Run {
	if r.Code || r.Link != "" || r.Mention {
		return []contract.Run{r}
	}
	var runs []contract.Run
	add := func(text string, mention bool) {
		if text != "" {
			part := r
			part.Text, part.Mention = text, mention
			runs = append(runs, part)
		}
	}
	text := r.Text
	for {
		at, name := firstOf(text, names)
		if at < 0 {
			add(text, false)
			return runs
		}
		add(text[:at], false)
		add(name, true)
		text = text[at+len(name):]
	}
}

// firstOf finds the first of some names in a text, the longest one where several
// begin there.
func firstOf(text string, names []string) (at int, name string) {
	at = -1
	for _, n := range names {
		if i := strings.Index(text, n); i >= 0 && (at < 0 || i < at || i == at && len(n) > len(name)) {
			at, name = i, n
		}
	}
	return at, name
}
