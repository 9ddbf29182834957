package transformers

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/contract"
)

// discordService is a webhook of a channel.
var discordService = &contract.Service{
	Name: "discord", Title: "Discord",
	URL: "https://docs.discord.com/developers/resources/webhook#execute-webhook",
	// What ends in /slack or /github takes the messages of those.
	Endpoint: regexp.MustCompile(`^((canary|ptb)\.)?(discord|discordapp)\.com/api(/v[0-9]+)?/webhooks/(\*{3}|[0-9]+/[^/]+|\*{3}/\*{3})/?$`),
	Example:  "https://discord.com/api/webhooks/1/x",
	Check:    checkDiscord,
	Accept:   acceptDiscord,
	Refuse:   refuseDiscord,
	Errors: errorsOf(
		"50006", "the message is empty; answered 400",
		"50035", "the body is malformed, or something is too long; answered 400",
		"50109", "the body is no JSON; answered 400",
		"50027", "the token of the webhook is wrong; answered 401",
		"10015", "the webhook does not exist; answered 404",
		"40062", "there were too many requests; answered 429",
	),
	Show: showDiscord,
}

// Limits, in characters
// (https://docs.discord.com/developers/resources/message#embed-object-embed-limits).
const (
	discordContentLimit     = 2000
	discordEmbedsLimit      = 10
	discordTitleLimit       = 256
	discordDescriptionLimit = 4096
	discordFieldsLimit      = 25
	discordNameLimit        = 256
	discordValueLimit       = 1024
	discordFooterLimit      = 2048
	discordAuthorLimit      = 256
	discordTotalLimit       = 6000
)

func checkDiscord(r contract.Request) []contract.Problem {
	var f findings
	if r.Method != http.MethodPost {
		f.accept("", "method", "Discord posts on POST only, not on %s", r.Method)
		return f
	}
	body := f.discordBody(r)
	if body == nil {
		return f
	}
	embeds := body.List("embeds")
	if !discordHasContent(body) {
		f.refuse("50006", "content", "the message is empty: it needs content or embeds")
	}
	f.atMost(body, "", "content", discordContentLimit)
	if len(embeds) > discordEmbedsLimit {
		f.refuse("50035", "embeds", "there are %d, at most %d are possible", len(embeds), discordEmbedsLimit)
	}
	total := 0
	for i, item := range embeds {
		total += f.discordEmbed(contract.AsMembers(item), fmt.Sprintf("embeds[%d]", i))
	}
	if total > discordTotalLimit {
		f.refuse("50035", "embeds", "hold %d characters, at most %d are possible", total, discordTotalLimit)
	}
	return f.known(body)
}

// discordBody reads the message, by content type; nil where there is none to be
// judged.
func (f *findings) discordBody(r contract.Request) contract.Members {
	switch kind, _ := contentType(r); kind {
	case jsonType:
	case formType:
		values, _ := url.ParseQuery(string(r.Body)) // what cannot be read is left out
		if !values.Has("payload_json") {
			return formMembers(values)
		}
		r.Body = []byte(values.Get("payload_json"))
	case "multipart/form-data":
		return nil // EventBridge cannot make one; nothing is known of it
	default:
		f.refuse("50006", "Content-Type", "without the content type application/json, Discord sees no message")
	}
	return f.object(r, "50109")
}

func discordHasContent(body contract.Members) bool {
	for _, key := range []string{"embeds", "components"} {
		if len(body.List(key)) > 0 || contract.IsMasked(body.Text(key)) {
			return true
		}
	}
	return body.Has("poll") || strings.TrimSpace(textOf(body["content"])) != ""
}

func (f *findings) discordEmbed(e contract.Members, at string) (total int) {
	total = f.atMost(e, at, "title", discordTitleLimit) + f.atMost(e, at, "description", discordDescriptionLimit) +
		f.atMost(e.Object("footer"), at+".footer", "text", discordFooterLimit) + f.atMost(e.Object("author"), at+".author", "name", discordAuthorLimit)
	fields := e.List("fields")
	if len(fields) > discordFieldsLimit {
		f.refuse("50035", at+".fields", "there are %d, at most %d are possible", len(fields), discordFieldsLimit)
	}
	for i, item := range fields {
		field, at := contract.AsMembers(item), fmt.Sprintf("%s.fields[%d]", at, i)
		for _, key := range []string{"name", "value"} {
			if strings.TrimSpace(textOf(field[key])) == "" {
				f.refuse("50035", at+"."+key, "this field is required")
			}
		}
		total += f.atMost(field, at, "name", discordNameLimit) + f.atMost(field, at, "value", discordValueLimit)
	}
	if color, ok := e["color"].(string); ok {
		// Text that is a number will do (https://github.com/prometheus/alertmanager/pull/3675).
		if _, err := strconv.Atoi(strings.TrimSpace(color)); err != nil {
			f.refuse("50035", at+".color", "must be a whole number")
		}
	}
	return total
}

// atMost checks the length of a member and gives it. Discord takes numbers for
// text.
func (f *findings) atMost(m contract.Members, at, key string, most int) int {
	n := characters(textOf(m[key]))
	if n > most {
		f.refuse("50035", strings.TrimPrefix(at+"."+key, "."), "has %d characters, at most %d are possible", n, most)
	}
	return n
}

func acceptDiscord(r contract.Request) contract.Reply {
	if wait, err := strconv.ParseBool(query(r).Get("wait")); err == nil && wait {
		return contract.Reply{Status: http.StatusOK, Body: `{"id":"1","type":0}`}
	}
	return contract.Reply{Status: http.StatusNoContent}
}

type discordReply struct {
	Message    string  `json:"message"`
	Code       int     `json:"code"`
	RetryAfter float64 `json:"retry_after,omitempty"`
}

func refuseDiscord(p contract.Problem) contract.Reply {
	code, err := strconv.Atoi(p.Code)
	if err != nil {
		panic(err) // the codes are those above
	}
	reply := contract.Reply{Status: http.StatusBadRequest}
	body := discordReply{Message: p.Message, Code: code}
	switch code {
	case 50027:
		reply.Status = http.StatusUnauthorized
	case 10015:
		reply.Status = http.StatusNotFound
	case 40062:
		reply.Status, reply.Header, body.RetryAfter = http.StatusTooManyRequests, map[string]string{"Retry-After": "1"}, 0.5
	}
	reply.Body = replyJSON(body)
	return reply
}

func showDiscord(body []byte) []contract.Block {
	m := contract.Request{Body: body}.Object()
	blocks := discordMarkdown(textOf(m["content"]), discordPings(m))
	for _, item := range m.List("embeds") {
		e := contract.AsMembers(item)
		card := contract.Block{Kind: contract.Card}
		if color := number24(e["color"]); color >= 0 {
			card.Color = fmt.Sprintf("#%06x", color)
		}
		add := func(blocks ...contract.Block) { card.Children = append(card.Children, blocks...) }
		add(paragraph(contract.Run{Text: e.Object("author").Text("name"), Link: linkable(e.Object("author").Text("url"))})...)
		add(paragraph(contract.Run{Text: textOf(e["title"]), Bold: true, Link: linkable(e.Text("url"))})...)
		add(discordMarkdown(textOf(e["description"]), false)...)
		var fields []contract.Block
		for _, item := range e.List("fields") {
			field := contract.AsMembers(item)
			value := discordMarkdown(textOf(field["value"]), false)
			if len(value) == 1 && value[0].Kind == contract.Paragraph {
				value[0].Label = textOf(field["name"])
				fields = append(fields, value[0])
				continue
			}
			fields = append(append(fields, paragraph(contract.Run{Text: textOf(field["name"]), Bold: true})...), value...)
		}
		if fields != nil {
			add(contract.Block{Kind: contract.Fields, Children: fields})
		}
		add(blockOf(contract.Context, []contract.Run{{Text: e.Object("footer").Text("text")}})...)
		blocks = append(blocks, card)
	}
	return blocks
}

// number24 is a colour, -1 where there is none.
func number24(v any) int {
	s, ok := v.(interface{ String() string })
	if !ok {
		return -1
	}
	n, err := strconv.Atoi(s.String())
	if err != nil || n < 0 || n > 0xFFFFFF {
		return -1
	}
	return n
}

// discordPings tells whether mentions in the content notify: embeds never do.
func discordPings(m contract.Members) bool {
	allowed, ok := m["allowed_mentions"].(map[string]any)
	return !ok || len(contract.Members(allowed).List("parse")) > 0 || len(contract.Members(allowed).List("users")) > 0 || len(contract.Members(allowed).List("roles")) > 0
}

// discordMention is what Discord reads as a mention
// (https://docs.discord.com/developers/reference#message-formatting).
var discordMention = regexp.MustCompile(`@everyone|@here|<@[!&]?[0-9]+>`)

func discordMarkdown(text string, pings bool) []contract.Block {
	blocks := markdownBlocks(text)
	if pings {
		markMentions(blocks, discordMention.FindAllString(text, -1))
	}
	return blocks
}
