package plan

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/transformers"
)

// content lays out what a destination gets of a match, nil for the event as it
// is or where findings tell why there is nothing.
func (c *compiler) content(ct config.Content, d *Destination, e eventFields, mentions []config.Mention) *transformers.Value {
	switch {
	case ct.Event:
		if !d.Type.WholeEvent {
			c.ds.Report(ct.Pos, diag.EventNotAccepted, "%s does not take the event as it is", d.Type.Title).
				WithHint("write a `message:` (title, text, fields) or the exact `body:`")
		}
		return nil
	case ct.Body != nil:
		return c.bodyFor(ct, d, e)
	}
	m := c.message(ct.Message, e)
	m.OnCall = d.Queue != nil && d.Queue.OnCall != nil
	for _, mention := range mentions {
		id := c.parts(schema.Scalar{Pos: mention.Pos, Text: mention.ID}, e)
		if slices.ContainsFunc(id, func(p transformers.Part) bool { return !p.IsConstant() }) {
			c.ds.Report(mention.Pos, diag.BadMention, "an event cannot decide who is mentioned").
				WithHint("mention by the value of a field: mentions: {by: PATH, cases: {VALUE: […]}}")
			continue
		}
		m.Mentions = append(m.Mentions, transformers.Mention{Kind: mention.Kind, ID: id})
	}
	if len(mentions) > 0 && len(d.Type.Mentions) == 0 {
		c.ds.Report(mentions[0].Pos, diag.MentionsIgnored, "%s mentions nobody", d.Type.Title).WithHint("remove the mentions, or write them into the text")
	}
	c.vouch(d, ct.Pos, messageTexts(m))
	c.onlyFacts(m, ct.Pos, e)
	return d.Type.Render(instance(d), m, c.ds)
}

func (c *compiler) bodyFor(ct config.Content, d *Destination, e eventFields) *transformers.Value {
	v := c.body(ct.Body, e)
	if !v.IsObject() {
		c.ds.Report(ct.Body.Pos, diag.BodyNotObject, "a body must be a mapping, this is %s", ct.Body.Kind).
			WithHint("only templates that begin with { escape what they insert; put the value under a key")
		return nil
	}
	c.vouch(d, ct.Pos, []transformers.Text{v.Parts()})
	return d.Type.CheckBody(instance(d), v, ct.Body.Pos, c.ds)
}

// vouch asks for the author's word where a service has no slot that it surely
// does not parse.
func (c *compiler) vouch(d *Destination, pos diag.Pos, texts []transformers.Text) {
	if !d.Type.NoSafeSlot {
		return
	}
	for _, t := range texts {
		for _, p := range t {
			if !p.IsConstant() && !p.Trusted && p.Path != "" {
				c.ds.Report(pos, diag.UntrustedText, "a %s has no text that is surely not parsed, and anybody may have written ${%s}", d.Type.Title, p.Path).
					WithHint("vouch for the value with `trusted: [%s]` in its source, or leave it out", p.Path)
			}
		}
	}
}

// onlyFacts warns of a message that says nothing where the enricher gets no facts.
func (c *compiler) onlyFacts(m transformers.Message, pos diag.Pos, e eventFields) {
	if e.source.Enrich == nil || len(m.Fields) > 0 || e.asksForFacts() {
		return
	}
	fact := ""
	for _, p := range append(slices.Clone(m.Title), m.Text...) {
		switch {
		case under(p.Path, config.Enriched):
			fact = p.Path
		case p.Path != "" || p.Reserved != "" || p.Param != "" || strings.TrimSpace(p.Text) != "":
			return
		}
	}
	c.ds.Report(pos, diag.OnlyFacts, "the message holds facts only, such as ${%s}: where the %s gives none, it says nothing", fact, e.source.Enrich.Preset.Facts.API).
		WithHint("add words, or a value of the event itself")
}

func messageTexts(m transformers.Message) []transformers.Text {
	texts := []transformers.Text{m.Title, m.Text, m.Link}
	for _, f := range m.Fields {
		texts = append(texts, f.Value)
	}
	return texts
}

func (c *compiler) checkSize(v *transformers.Value, pos diag.Pos) {
	if v == nil || !v.IsObject() {
		return
	}
	lowered := transformers.Lower(v)
	if problem, hint := lowered.Check(); problem != "" {
		code := diag.TemplateTooLong
		if len(lowered.Paths) > transformers.MaxPaths {
			code = diag.TooManyValues
		}
		c.ds.Report(pos, code, "%s", problem).WithHint("%s", hint)
	}
}

func (c *compiler) message(m *config.Message, e eventFields) transformers.Message {
	out := transformers.Message{
		Pos:      m.Pos,
		Title:    c.text(m.Title, e),
		Text:     c.text(m.Text, e),
		Link:     c.link(m.Link, e),
		LinkPos:  m.Link.Pos,
		LinkText: transformers.Lit("Open"),
		Severity: m.Severity,
		Fallback: "AWS notification",
	}
	if m.LinkText.IsSet() {
		out.LinkText = c.text(m.LinkText, e)
		for _, p := range out.LinkText {
			if !p.IsConstant() {
				c.ds.Report(m.LinkText.Pos, diag.BadLink, "the text of a link must be constant: ${%s} may be missing, and services refuse a link without text", p.Path+p.Reserved).WithHint("write the value into the message's text")
			}
		}
	}
	for _, f := range m.Fields {
		out.Fields = append(out.Fields, transformers.LabelledText{Label: f.Label, Value: c.text(f.Value, e)})
	}
	return out
}

var constantHost = regexp.MustCompile(`^https://[A-Za-z0-9.-]+(:[0-9]+)?([/?#]|$)`)

// link wants a constant https host, so that no event decides where people are
// led, and trusted values behind it, because a service refuses the whole
// message where a link is no URL.
func (c *compiler) link(s schema.Scalar, e eventFields) transformers.Text {
	t := c.text(s, e)
	if t.IsEmpty() {
		return t
	}
	if s.IsParam() {
		c.params.text(s, use{template: true, pattern: `https://[^\s"\\<>]+`, hint: "a URL that begins with https://"})
	}
	first := t[0]
	switch {
	case first.Param != "":
	case !first.IsConstant() && first.Trusted:
	case !first.IsConstant():
		c.ds.Report(s.Pos, diag.UntrustedLink, "${%s} alone would decide where the link leads, and anybody may have written it", first.Path).
			WithHint("begin with https:// and a host, or vouch for the value with `trusted:` in its source")
		return t
	case !constantHost.MatchString(first.Text) || len(t) > 1 && !strings.ContainsAny(strings.TrimPrefix(first.Text, "https://"), "/?#") || strings.ContainsAny(first.Text, " \t\n<>\"`"):
		c.ds.Report(s.Pos, diag.BadLink, "a link begins with https:// and a constant host").
			WithHint("such as https://console.aws.amazon.com/…${detail.id}")
	default:
		if _, err := url.Parse(first.Text); err != nil {
			c.ds.Report(s.Pos, diag.BadLink, "this is no URL").WithHint("percent-encode what is not allowed in one")
		}
	}
	for _, p := range t[1:] {
		if !p.IsConstant() && !p.Trusted {
			c.ds.Report(s.Pos, diag.UntrustedLink, "anybody may have written ${%s}; a value that is no part of a URL makes services refuse the whole message", p.Path).
				WithHint("leave it out of the link, or vouch for the value with `trusted: [%s]` in its source", p.Path)
		}
	}
	return t
}
