package transformers

import (
	"slices"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// dingtalk is a custom robot of a DingTalk group.
var dingtalk = &Destination{
	Type:  "dingtalk",
	Title: "DingTalk custom robot",
	Doc: "Posts to a group as a custom robot, in keyword mode, where the keyword stands in constant text of every message, or signed. " +
		"Markdown where every value is one AWS writes or you vouch for, plain text otherwise.",
	URL: "https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages",
	Keys: []schema.Key{
		{Name: "security", Required: true, Doc: "the robot's security setting: `keyword`, or `sign` (through a queue, signed by a small Lambda function); `ip` is impossible", Type: schema.Word("keyword", "sign", "ip")},
		{Name: "keyword", Doc: "the robot's keyword (security: keyword)", Type: schema.Text()},
		{Name: "sign-secret", Doc: "secret: what the robot signs with (SEC…; security: sign)", Type: schema.SecretName()},
		{Name: "access-token", Required: true, Doc: "secret: the access_token of the robot's webhook URL", Type: schema.SecretName()},
		{Name: "format", Default: "auto", Doc: "`auto`: markdown where every value is trusted, else text; `text` and `link` never parse event text; `markdown` refuses untrusted values",
			Type: schema.Word("auto", "markdown", "text", "link")},
	},
	Endpoint: Endpoint{URL: "https://oapi.dingtalk.com/robot/send"},
	// The token goes into the connection, which EventBridge keeps in Secrets
	// Manager, rather than into the URL, which anybody may describe.
	Connection:  Connection{Query: []SecretParameter{{"access_token", "access-token"}}},
	DefaultRate: 1,
	PerMinute:   &Limit{20, "messages of a robot", "https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages"},
	Verify:      dingTalkVerify,
	Signature: &Signature{
		Scheme: "dingtalk", Label: "DingTalk signature", Key: "security", Value: "sign", SecretKey: "sign-secret",
		Query: []string{"timestamp", "sign"}, Refused: `$string($reply.errcode) = "310000"`,
	},
	OnCall:   &OnCall{Message: dingTalkOnCall, Number: dingTalkMobile},
	Mentions: map[string]string{"all": "", "mobile": dingTalkMobile, "user": `[A-Za-z0-9_.@-]+`},
	Notes: []string{
		"DingTalk answers 200 with {\"errcode\":…} to every failure (310000: keyword missing, 130101: too fast, …). EventBridge does not read replies: such a message counts as delivered. With `deliver: verified`, a rate by the minute or `security: sign` the reply is read.",
		"Above 20 messages a minute a robot is silenced for about 10 minutes and the messages are lost; `rate: 20/min` keeps the limit.",
		"security: sign needs the code of the signer, given to the template by the parameters SignerCodeBucket and SignerCodeKey.",
		"security: ip is possible only behind fixed addresses, which EventBridge does not have.",
		"mentions: only members of the group are notified.",
		"mentions: {ssm: PREFIX}: mobile numbers, at most 50 of a list; what is none is left out. A list that cannot be read mentions nobody; the message is sent all the same.",
	},
	Configure: configureDingTalk,
	Render:    renderDingTalk,
	CheckBody: checkDingTalkBody,
	Service:   dingTalkService,
}

const dingTalkMobile = `\+?[0-9-]{5,20}`

// dingTalkOnCall adds to `at` and, as DingTalk requires, to the text.
const dingTalkOnCall = `($new := [$filter($mobiles, function($m) { $not($m in $message.at.atMobiles) })]; ` +
	`$said := function($text, $gap) { $count($new) = 0 ? $text : $text & $gap & $join($map($new, function($m) { "@" & $m }), " ") }; ` +
	`$count($new) = 0 and $not($all) or $not($message.msgtype in ["text", "markdown"]) ? $message : $merge([$message, ` +
	`$message.msgtype = "text" ? {"text": {"content": $said($message.text.content, "\n")}} : {"markdown": $merge([$message.markdown, {"text": $said($message.markdown.text, "\n\n")}])}, ` +
	`{"at": $merge([$message.at, {"atMobiles": [$append($message.at.atMobiles, $new)], "isAtAll": $all or $message.at.isAtAll = true}])}]))`

func configureDingTalk(in Instance, ds *diag.List) {
	security := in.Key("security")
	switch security.Text {
	case "sign":
		if !in.Node.Has("sign-secret") {
			ds.Report(in.Pos, diag.MissingKey, "a dingtalk destination with `security: sign` needs `sign-secret`").
				WithHint("the name of the secret that holds what the robot's security settings show (SEC…)")
		}
	case "ip":
		ds.Report(security.Pos, diag.DingTalkIP, "`security: ip` is possible only behind fixed addresses, and EventBridge has none").
			WithHint("set the robot's security to a keyword (security: keyword, keyword: WORD) or to a signature (security: sign, sign-secret: NAME)")
	case "keyword":
		if !in.Node.Has("keyword") {
			ds.Report(in.Pos, diag.MissingKey, "a dingtalk destination with `security: keyword` needs `keyword`").
				WithHint("the word set in the robot's security settings")
		}
	}
	if k := in.Node.Field("keyword"); k != nil && security.Text != "keyword" && security.Text != "" {
		ds.Report(k.KeyPos, diag.ConflictingKeys, "`keyword` belongs to `security: keyword`")
	}
	if k := in.Node.Field("sign-secret"); k != nil && security.Text != "sign" && security.Text != "" {
		ds.Report(k.KeyPos, diag.ConflictingKeys, "`sign-secret` belongs to `security: sign`")
	}
}

// dingTalkVerify reads the replies of a robot. A robot that was sent too much is
// silent for about ten minutes, so that only the queue can wait for it.
var dingTalkVerify = &Verification{
	Accepted:  `$string($reply.errcode) = "0"`,
	Code:      `$string($reply.errcode)`,
	Message:   `$reply.errmsg`,
	Transient: `$string($reply.errcode) = "-1"`,
	Throttled: `$string($reply.errcode) in ["130101", "410100"]`,
}

// Signs that stand for severities.
var dingTalkSigns = map[string]string{"info": "ℹ️ ", "success": "✅ ", "warning": "⚠️ ", "error": "🚨 "}

func renderDingTalk(in Instance, m Message, ds *diag.List) *Value {
	m = withTitle(in, m)
	switch format := in.Key("format").Text; format {
	case "link":
		return dingTalkLink(in, m, ds)
	case "markdown":
		refuseUntrustedMarkdown(in, m, ds)
		return dingTalkMarkdown(m)
	case "text":
		return dingTalkText(m)
	default:
		if m.Trusted() {
			return dingTalkMarkdown(m)
		}
		return dingTalkText(m)
	}
}

// withTitle gives the message a title, which DingTalk wants, behind the sign of
// its severity. Where the robot has a keyword, constant text holds it: a robot
// drops messages without it, and event text cannot be relied on.
func withTitle(in Instance, m Message) Message {
	title := m.Title
	if title.IsEmpty() {
		title = Lit(m.Fallback)
	}
	keyword := in.Key("keyword")
	if keyword.IsParam() || keyword.IsSet() && !title.ConstantContains(keyword.Text) {
		title = in.KeyText("keyword").Plus(Lit(" "), title)
	}
	m.Title = Lit(dingTalkSigns[m.Severity]).Plus(title)
	return m
}

func refuseUntrustedMarkdown(in Instance, m Message, ds *diag.List) {
	for _, t := range append([]Text{m.Title, m.Text, m.Link}, fieldTexts(m)...) {
		for _, p := range t {
			if !p.IsConstant() && !p.Trusted {
				ds.Report(m.Pos, diag.UntrustedMarkup, "${%s} would be parsed as Markdown by DingTalk, and anybody may have written it", p.Path).
					WithHint("leave out `format: markdown` of %s, or vouch for the value with `trusted:` in its source", in.Name)
			}
		}
	}
}

// lines gives the message's parts one under the other.
func (m Message) lines(separator, bullet string) Text {
	var out Text
	add := func(t Text) {
		if t.IsEmpty() {
			return
		}
		if !out.IsEmpty() {
			out = out.Plus(Lit(separator))
		}
		out = out.Plus(t)
	}
	add(m.Text)
	for _, f := range m.Fields {
		add(Lit(bullet + f.Label + ": ").Plus(f.Value))
	}
	return out
}

func dingTalkText(m Message) *Value {
	content := m.Title
	if body := m.lines("\n", ""); !body.IsEmpty() {
		content = content.Plus(Lit("\n"), body)
	}
	if !m.Link.IsEmpty() {
		content = content.Plus(Lit("\n"), m.LinkText, Lit(": "), m.Link)
	}
	content = content.Plus(atText(m.Mentions, "\n"))
	return withAt(Obj(M("msgtype", Const("text")), M("text", Obj(M("content", Str(content))))), m.Mentions)
}

func dingTalkMarkdown(m Message) *Value {
	text := Lit("### ").Plus(m.Title)
	if body := m.lines("\n\n", "- "); !body.IsEmpty() {
		text = text.Plus(Lit("\n\n"), body)
	}
	if !m.Link.IsEmpty() {
		text = text.Plus(Lit("\n\n["), m.LinkText, Lit("]("), m.Link, Lit(")"))
	}
	text = text.Plus(atText(m.Mentions, "\n\n"))
	return withAt(Obj(M("msgtype", Const("markdown")), M("markdown", Obj(M("title", Str(m.Title)), M("text", Str(text))))), m.Mentions)
}

func dingTalkLink(in Instance, m Message, ds *diag.List) *Value {
	if m.Link.IsEmpty() {
		ds.Report(m.Pos, diag.MessageContract, "%s has `format: link`, this message has no `link`", in.Name).
			WithHint("give the message a link, or choose another format")
	}
	if len(m.Mentions) > 0 || m.OnCall {
		ds.Report(m.Pos, diag.MentionsIgnored, "DingTalk mentions nobody in messages of type link").
			WithHint("choose `format: text` or `markdown` for %s", in.Name)
	}
	text := m.lines("\n", "")
	if text.IsEmpty() {
		text = m.Title
	}
	if !slices.ContainsFunc(text, Part.IsConstant) {
		text = text.Plus(Lit("\n"), m.LinkText) // DingTalk refuses an empty text
	}
	return Obj(M("msgtype", Const("link")), M("link", Obj(
		M("title", Str(m.Title)), M("text", Str(text)), M("messageUrl", Str(m.Link)))))
}

// atText gives the "@…" that DingTalk wants in the text for each entry of `at`.
func atText(mentions []Mention, before string) Text {
	var at Text
	for _, m := range mentions {
		if m.Kind == "all" {
			continue
		}
		if at.IsEmpty() {
			at = Lit(before)
		} else {
			at = at.Plus(Lit(" "))
		}
		at = at.Plus(Lit("@"), m.ID)
	}
	return at
}

func withAt(body *Value, mentions []Mention) *Value {
	if len(mentions) == 0 {
		return body
	}
	var mobiles, users []*Value
	all := false
	for _, m := range mentions {
		switch m.Kind {
		case "mobile":
			mobiles = append(mobiles, Str(m.ID))
		case "user":
			users = append(users, Str(m.ID))
		case "all":
			all = true
		}
	}
	at := Obj(M("atMobiles", Arr(mobiles...)))
	if len(users) > 0 {
		at.Set("atUserIds", Arr(users...))
	}
	at.Set("isAtAll", Bool(all))
	body.Set("at", at)
	return body
}
