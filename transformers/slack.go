package transformers

import (
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// slack is the Web API method chat.postMessage.
var slack = &Destination{
	Type:  "slack",
	Title: "Slack chat.postMessage",
	Doc: "Posts to a channel as a bot (scope chat:write, or chat:write.public for public channels it has not joined). " +
		"Event text lands in rich_text and plain_text only, which Slack does not parse.",
	URL: "https://docs.slack.dev/reference/methods/chat.postMessage",
	Keys: []schema.Key{
		{Name: "channel", Required: true, Doc: "channel ID such as C0123456789 (channel details, at the very bottom)", Type: schema.Text()},
		{Name: "token", Required: true, Doc: "secret: the bot token (xoxb-…)", Type: schema.SecretName()},
		{Name: "format", Default: "plain", Doc: "`plain` shows text as it is; `mrkdwn` lets Slack parse it, for values AWS writes or you vouch for", Type: schema.Word("plain", "mrkdwn")},
	},
	Endpoint:   Endpoint{URL: "https://slack.com/api/chat.postMessage"},
	Connection: Connection{Header: "Authorization", Prefix: "Bearer ", SecretKey: "token"},
	// One message a second and channel (https://docs.slack.dev/apis/web-api/rate-limits).
	DefaultRate: 1,
	Verify:      slackVerify,
	Mentions:    map[string]string{"all": "", "here": "", "user": `[UW][A-Z0-9]{2,}`, "group": `S[A-Z0-9]{2,}`},
	Notes: []string{
		"Slack answers 200 with {\"ok\":false,\"error\":…} to most failures (channel_not_found, not_in_channel, invalid_auth, …). EventBridge does not read replies: such a message counts as delivered. With `deliver: verified` the reply is read.",
		"Invite the bot to the channel, or give it chat:write.public.",
	},
	Configure: configureSlack,
	Render:    renderSlack,
	CheckBody: checkSlackBody,
	Service:   slackService,
}

// slackVerify reads the replies of the Web API
// (https://docs.slack.dev/reference/methods/chat.postMessage#errors). A message
// that breaks Block Kit's rules is told what is wrong in response_metadata, one
// that lacks a scope which one in needed.
var slackVerify = &Verification{
	Accepted: `$reply.ok = true`,
	Code:     `$reply.error`,
	Message: `$exists($reply.response_metadata.messages) ? $string($reply.response_metadata.messages) : ` +
		`$exists($reply.needed) ? "needs the scope " & $string($reply.needed) : $reply.error`,
	Transient: `$reply.error in ["fatal_error", "internal_error", "service_unavailable", "request_timeout", "team_added_to_org"]`,
	Throttled: `$reply.error in ["ratelimited", "rate_limited"]`,
	// A channel takes about a message a second, with bursts
	// (https://docs.slack.dev/apis/web-api/rate-limits): half a minute lets one pass.
	ThrottleWait: 30,
}

// Limits of Block Kit (https://docs.slack.dev/reference/block-kit/blocks).
const (
	slackHeaderLimit  = 150
	slackSectionLimit = 3000
	slackBlocksLimit  = 50
)

// Emoji names that stand for severities.
var slackEmoji = map[string]string{"info": "information_source", "success": "white_check_mark", "warning": "warning", "error": "rotating_light"}

func configureSlack(in Instance, ds *diag.List) {
	channel := in.Key("channel")
	if channel.IsParam() || channel.Text == "" {
		return
	}
	if channel.Text[0] == '#' || channel.Text[0] == '@' {
		ds.Report(channel.Pos, diag.ChannelName, "the channel is named, not identified: messages are lost when it is renamed").
			WithHint("write the channel ID, such as C0123456789; it stands at the very bottom of the channel's details")
	}
}

func renderSlack(in Instance, m Message, ds *diag.List) *Value {
	body := Obj(
		M("channel", Str(in.KeyText("channel"))),
		M("text", Str(slackFallback(m))),
		M("unfurl_links", Bool(false)),
		M("unfurl_media", Bool(false)),
	)
	if in.Key("format").Text == "mrkdwn" {
		body.Set("blocks", slackMrkdwn(in, m, ds))
	} else {
		body.Set("blocks", Arr(slackRichText(m)))
	}
	return body
}

// slackFallback is what notifications show. Slack parses it, so only trusted
// values stand in it, and constant text is escaped
// (https://docs.slack.dev/messaging/formatting-message-text#escaping).
func slackFallback(m Message) Text {
	for _, t := range []Text{m.Title, m.Text} {
		safe := t.OnlyTrusted()
		for i := range safe {
			safe[i].Text = slackEscapes.Replace(safe[i].Text)
		}
		if !safe.IsEmpty() {
			return safe
		}
	}
	return Lit(m.Fallback)
}

var slackEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// slackRichText lays the message out as one rich_text block, whose text
// elements Slack shows as they are. Every element with a value of the event
// also holds a constant line break, because Slack refuses empty elements.
func slackRichText(m Message) *Value {
	var elements []*Value
	plain := func(t Text, bold bool) {
		e := Obj(M("type", Const("text")), M("text", Str(t.Plus(Lit("\n")))))
		if bold {
			e.Set("style", Obj(M("bold", Bool(true))))
		}
		elements = append(elements, e)
	}
	if emoji := slackEmoji[m.Severity]; emoji != "" {
		elements = append(elements, Obj(M("type", Const("emoji")), M("name", Const(emoji))), Obj(M("type", Const("text")), M("text", Const(" "))))
	}
	if !m.Title.IsEmpty() {
		plain(m.Title, true)
	}
	if !m.Text.IsEmpty() {
		plain(m.Text, false)
	}
	for _, f := range m.Fields {
		plain(Lit(f.Label+": ").Plus(f.Value), false)
	}
	switch {
	case m.Link.IsEmpty():
	case !m.Link[0].IsConstant(): // the whole URL may be missing, which Slack refuses in a link
		plain(m.LinkText.Plus(Lit(": "), m.Link), false)
	default:
		elements = append(elements, Obj(M("type", Const("link")), M("url", Str(m.Link)), M("text", Str(m.LinkText))))
	}
	for i, mention := range m.Mentions {
		if i > 0 || !m.Link.IsEmpty() {
			elements = append(elements, Obj(M("type", Const("text")), M("text", Const(" "))))
		}
		elements = append(elements, slackMention(mention))
	}
	return Obj(M("type", Const("rich_text")), M("elements", Arr(
		Obj(M("type", Const("rich_text_section")), M("elements", Arr(elements...))))))
}

// slackMention is a constant element, so event text can never become one
// (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block).
func slackMention(m Mention) *Value {
	switch m.Kind {
	case "user":
		return Obj(M("type", Const("user")), M("user_id", Str(m.ID)))
	case "group":
		return Obj(M("type", Const("usergroup")), M("usergroup_id", Str(m.ID)))
	case "here":
		return Obj(M("type", Const("broadcast")), M("range", Const("here")))
	default:
		return Obj(M("type", Const("broadcast")), M("range", Const("channel")))
	}
}

// slackMrkdwn lays the message out for Slack's parser. The title stays plain
// text in a rich_text block, so that it cannot exceed a header's 150 characters.
func slackMrkdwn(in Instance, m Message, ds *diag.List) *Value {
	for _, t := range append([]Text{m.Text}, fieldTexts(m)...) {
		for _, p := range t {
			if !p.IsConstant() && !p.Trusted {
				ds.Report(m.Pos, diag.UntrustedMarkup, "${%s} would be parsed by Slack, and anybody may have written it", p.Path).
					WithHint("leave out `format: mrkdwn` of %s, or vouch for the value with `trusted:` in its source", in.Name)
			}
		}
	}
	head := m
	head.Text, head.Fields, head.Link, head.Mentions = nil, nil, nil, nil
	var blocks []*Value
	if !head.Title.IsEmpty() || head.Severity != "" {
		blocks = append(blocks, slackRichText(head))
	}
	lines := m.Text
	for _, f := range m.Fields {
		if !lines.IsEmpty() {
			lines = lines.Plus(Lit("\n"))
		}
		lines = lines.Plus(Lit("*"+f.Label+":* "), f.Value)
	}
	if !lines.IsEmpty() {
		// The line break keeps the text from being empty, which Slack refuses.
		blocks = append(blocks, Obj(M("type", Const("section")), M("text",
			Obj(M("type", Const("mrkdwn")), M("text", Str(lines.Plus(Lit("\n")))), M("verbatim", Bool(true))))))
	}
	tail := Message{Link: m.Link, LinkText: m.LinkText, Mentions: m.Mentions}
	if !tail.Link.IsEmpty() || len(tail.Mentions) > 0 {
		blocks = append(blocks, slackRichText(tail))
	}
	return Arr(blocks...)
}

func fieldTexts(m Message) []Text {
	var texts []Text
	for _, f := range m.Fields {
		texts = append(texts, f.Value)
	}
	return texts
}
