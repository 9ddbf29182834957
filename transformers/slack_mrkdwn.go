package transformers

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/notifygen/notifygen/contract"
)

// mrkdwnBlocks lays text in Slack's own markup out
// (https://docs.slack.dev/messaging/formatting-message-text). verbatim leaves bare
// URLs alone.
func mrkdwnBlocks(text string, verbatim bool) []contract.Block {
	text = cut(text, slackTextLimit)
	parts := strings.Split(text, "```")
	if n := len(parts); n%2 == 0 { // the last one is never closed
		parts = append(parts[:n-2], parts[n-2]+"```"+parts[n-1])
	}
	var blocks []contract.Block
	for i, part := range parts {
		if i%2 == 1 {
			if code := strings.Trim(part, "\n"); code != "" {
				blocks = append(blocks, contract.Block{Kind: contract.Code, Text: []contract.Run{{Text: slackUnescape(code)}}})
			}
			continue
		}
		blocks = append(blocks, mrkdwnLines(part, verbatim)...)
	}
	return blocks
}

// mrkdwnLines groups lines into paragraphs and quotes. Slack escapes the > of
// text, so that both spellings begin a quote.
func mrkdwnLines(text string, verbatim bool) []contract.Block {
	var blocks []contract.Block
	var lines []string
	kind := contract.Paragraph
	flush := func() {
		if joined := strings.Trim(strings.Join(lines, "\n"), "\n"); joined != "" {
			blocks = append(blocks, contract.Block{Kind: kind, Text: mrkdwnRuns(joined, verbatim)})
		}
		lines = nil
	}
	for _, line := range strings.Split(text, "\n") {
		now := contract.Paragraph
		for _, mark := range []string{"&gt;", ">"} {
			if after, ok := strings.CutPrefix(line, mark); ok {
				now, line = contract.Quote, strings.TrimPrefix(after, " ")
				break
			}
		}
		if now != kind {
			flush()
			kind = now
		}
		lines = append(lines, line)
	}
	flush()
	return blocks
}

func mrkdwnRuns(text string, verbatim bool) []contract.Run {
	m := mrkdwn{verbatim: verbatim}
	m.inline(text, contract.Run{})
	return m.out
}

// mrkdwn collects runs.
type mrkdwn struct {
	verbatim bool
	out      []contract.Run
}

func (m *mrkdwn) add(style contract.Run, text string) {
	if text == "" {
		return
	}
	style.Text = text
	m.out = appendRun(m.out, style)
}

// appendRun joins runs of the same style.
func appendRun(runs []contract.Run, r contract.Run) []contract.Run {
	if n := len(runs); n > 0 && !r.Mention && !runs[n-1].Mention {
		last := runs[n-1]
		last.Text = r.Text
		if last == r {
			runs[n-1].Text += r.Text
			return runs
		}
	}
	return append(runs, r)
}

// Marks of style, and what a run of each looks like.
var mrkdwnStyles = map[byte]func(contract.Run) (contract.Run, bool){
	'*': func(r contract.Run) (contract.Run, bool) { done := r.Bold; r.Bold = true; return r, done },
	'_': func(r contract.Run) (contract.Run, bool) { done := r.Italic; r.Italic = true; return r, done },
	'~': func(r contract.Run) (contract.Run, bool) { done := r.Strike; r.Strike = true; return r, done },
	'`': func(r contract.Run) (contract.Run, bool) { done := r.Code; r.Code = true; return r, done },
}

var (
	slackEmojiExp = regexp.MustCompile(`^:([a-z0-9_+'-]{1,60}):`)
	slackURLExp   = regexp.MustCompile(`^https?://[^\s<>|]+`)
)

// inline parses text within a block. Each style nests once, so the depth is
// bounded; a mark that found no partner is not looked for again.
func (m *mrkdwn) inline(text string, style contract.Run) {
	plain := 0
	hopeless := map[byte]int{} // up to where there is no partner
	flush := func(to int) { m.add(style, slackUnescape(text[plain:to])) }
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '<':
			end := strings.IndexAny(text[i+1:], "<>\n")
			if end < 0 || text[i+1+end] != '>' {
				break
			}
			if r, ok := slackReference(text[i+1:i+1+end], style); ok {
				flush(i)
				m.out = appendRun(m.out, r)
				i += end + 2
				plain = i
				continue
			}
		case c == ':':
			if e := slackEmojiExp.FindStringSubmatch(text[i:min(len(text), i+64)]); e != nil && slackEmojiSigns[e[1]] != "" {
				flush(i)
				m.add(style, slackEmojiSigns[e[1]])
				i += len(e[0])
				plain = i
				continue
			}
		case c == 'h' && !m.verbatim && style.Link == "" && !isWord(before(text, i)):
			if link := slackURLExp.FindString(text[i:]); link != "" && linkable(slackUnescape(link)) != "" {
				flush(i)
				r := style
				r.Link = slackUnescape(link)
				m.add(r, r.Link)
				i += len(link)
				plain = i
				continue
			}
		case mrkdwnStyles[c] != nil && i >= hopeless[c]:
			inner, done := mrkdwnStyles[c](style)
			end, upTo := partner(text, i)
			if end < 0 {
				hopeless[c] = upTo
			} else if !done {
				flush(i)
				if c == '`' {
					m.add(inner, slackUnescape(text[i+1:end]))
				} else {
					m.inline(text[i+1:end], inner)
				}
				i = end + 1
				plain = i
				continue
			}
		}
		i++
	}
	flush(len(text))
}

// partner finds the end of what a mark at i begins; -1 for none up to the end of
// the line, which is given then.
func partner(text string, i int) (end, upTo int) {
	if isWord(before(text, i)) || i+1 >= len(text) || text[i+1] == ' ' || text[i+1] == text[i] {
		return -1, i + 1
	}
	for j := i + 1; j < len(text); j++ {
		switch {
		case text[j] == '\n':
			return -1, j
		case text[j] == text[i] && text[j-1] != ' ' && !isWord(after(text, j)):
			return j, j
		}
	}
	return -1, len(text)
}

func before(text string, i int) rune {
	r, _ := utf8.DecodeLastRuneInString(text[:i])
	return r
}

func after(text string, i int) rune {
	r, _ := utf8.DecodeRuneInString(text[i+1:])
	return r
}

func isWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// slackReference reads what stands in angle brackets
// (https://docs.slack.dev/messaging/formatting-message-text#advanced).
func slackReference(inside string, style contract.Run) (contract.Run, bool) {
	target, label, labelled := strings.Cut(inside, "|")
	label = slackUnescape(label)
	r := style
	mention := func(name string) (contract.Run, bool) {
		r.Text, r.Mention = "@"+strings.TrimPrefix(name, "@"), true
		return r, true
	}
	switch {
	case target == "!here" || target == "!channel" || target == "!everyone":
		return mention(target[1:])
	case strings.HasPrefix(target, "!subteam^"):
		if label == "" {
			label, _, _ = strings.Cut(target[len("!subteam^"):], "^")
		}
		return mention(label)
	case strings.HasPrefix(target, "!date^") && labelled:
		r.Text = label
		return r, label != ""
	case strings.HasPrefix(target, "@") && len(target) > 1:
		if label == "" {
			label = target[1:]
		}
		return mention(label)
	case strings.HasPrefix(target, "#") && len(target) > 1:
		if label == "" {
			label = target[1:]
		}
		r.Text = "#" + strings.TrimPrefix(label, "#")
		return r, true
	}
	link := linkable(slackUnescape(target))
	if link == "" {
		return r, false
	}
	if label == "" {
		label = strings.TrimPrefix(link, "mailto:")
	}
	r.Text, r.Link = label, link
	return r, true
}

var slackEntities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

func slackUnescape(text string) string { return slackEntities.Replace(text) }

// slackEmojiSigns are the emoji that notifygen uses, and those people put into
// alarms most.
var slackEmojiSigns = map[string]string{
	"information_source": "ℹ️", "white_check_mark": "✅", "warning": "⚠️", "rotating_light": "🚨",
	"heavy_check_mark": "✔️", "x": "❌", "fire": "🔥", "red_circle": "🔴", "large_green_circle": "🟢", "large_yellow_circle": "🟡",
	"bell": "🔔", "rocket": "🚀", "tada": "🎉", "eyes": "👀", "alarm_clock": "⏰", "question": "❓", "exclamation": "❗",
}
