package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/redact"
	"github.com/notifygen/notifygen/schema"
)

func (l *loader) sources(n *schema.Node) {
	for _, f := range fields(n) {
		v := f.Value
		s := &Source{
			Name: f.Key, Pos: f.KeyPos,
			Preset:     presetByName(text(v.Get("preset"))),
			Pattern:    v.Get("pattern"),
			Bus:        bus(v.Get("bus"), f.KeyPos),
			Trusted:    texts(v.Get("trusted")),
			Lists:      texts(v.Get("lists")),
			ListsKnown: v.Has("lists") || v.Has("preset"),
			DropCopies: text(v.Get("backup-region-copies")) == "drop",
			Abuse:      text(v.Get("abuse-events")) == "include",
		}
		l.enrich(v.Field("enrich"), s)
		l.dedupe(v.Field("dedupe"), s)
		if s.Preset == nil || s.Preset.Name != "aws.health" {
			for _, key := range []string{"backup-region-copies", "abuse-events"} {
				if k := v.Field(key); k != nil {
					l.ds.Report(k.KeyPos, diag.ConflictingKeys, "`%s` belongs to the preset aws.health", key).
						WithHint("leave it out")
				}
			}
		}
		if s.Preset != nil && (s.Bus.Create || s.Bus.Name.Text != "default") {
			l.ds.Report(s.Bus.Pos, diag.PresetBus, "AWS services publish to the default event bus only: %s events never arrive on another one", s.Preset.Name).
				WithHint("leave `bus` out")
		}
		if s.Bus.Create && s.Bus.Name.Text == "default" {
			l.ds.Report(s.Bus.Pos, diag.BadValue, "the event bus named default is AWS's own; it exists already").WithHint("leave `bus` out to use it, or create one of another name")
		}
		l.file.Sources = append(l.file.Sources, s)
		l.sourceByName[s.Name] = s
	}
}

func texts(n *schema.Node) []string {
	var out []string
	for _, item := range items(n) {
		if item.Kind == schema.String {
			out = append(out, item.Text)
		}
	}
	return out
}

func bus(n *schema.Node, fallback diag.Pos) Bus {
	if n == nil {
		return Bus{Pos: fallback, Name: schema.Scalar{Pos: fallback, Text: "default"}}
	}
	if create := n.Get("create"); create != nil {
		return Bus{Pos: n.Pos, Create: true, Name: create.Scalar()}
	}
	return Bus{Pos: n.Pos, Name: n.Scalar()}
}

func (l *loader) routes(n *schema.Node) {
	for _, f := range fields(n) {
		v := f.Value
		r := &Route{
			Name: f.Key, Pos: f.KeyPos,
			Description: v.Get("description").Scalar(),
			When:        v.Get("when"),
			Content:     l.content(v),
			Disabled:    v.Get("enabled").IsFalse(),
		}
		for _, ref := range list(v.Get("from")) {
			if s := l.source(ref); s != nil {
				r.From = append(r.From, s)
			}
		}
		for _, ref := range list(v.Get("to")) {
			to := To{Pos: ref.Pos}
			if ref.Kind == schema.Map {
				to.Content = l.content(ref)
				ref = ref.Get("destination")
			}
			if to.Destination = l.destination(ref); to.Destination != nil {
				r.To = append(r.To, to)
			}
		}
		for _, item := range items(v.Get("variants")) {
			variant := &Variant{Name: text(item.Get("name")), Pos: item.Pos, When: item.Get("when"), Else: item.Get("else").IsTrue(), Content: l.content(item)}
			if e := item.Get("else"); e.IsFalse() {
				l.ds.Report(e.Pos, diag.BadValue, "`else` can only be true").WithHint("give the variant a `when`, or write else: true")
			}
			r.Variants = append(r.Variants, variant)
		}
		l.file.Routes = append(l.file.Routes, r)
	}
}

// list reads "one or several": a scalar, or a list.
func list(n *schema.Node) []*schema.Node {
	if n != nil && n.Kind == schema.String {
		return []*schema.Node{n}
	}
	return items(n)
}

func (l *loader) source(ref *schema.Node) *Source {
	if s := l.sourceByName[text(ref)]; s != nil {
		return s
	}
	l.unknownReference(ref, "source", slices.Collect(maps.Keys(l.sourceByName)))
	return nil
}

func (l *loader) destination(ref *schema.Node) *Destination {
	if d := l.destinationByName[text(ref)]; d != nil {
		return d
	}
	l.unknownReference(ref, "destination", slices.Collect(maps.Keys(l.destinationByName)))
	return nil
}

func (l *loader) unknownReference(ref *schema.Node, what string, names []string) {
	if ref == nil || ref.Kind != schema.String || redact.Kind(ref.Text) != "" {
		return // Check has said so
	}
	slices.Sort(names)
	d := l.ds.Report(ref.Pos, diag.UnknownReference, "there is no %s %s", what, schema.Quote(ref.Text))
	switch s := diag.Suggest(ref.Text, names); {
	case s != "":
		d.WithHint("did you mean %s?", s)
	case len(names) > 0:
		d.WithHint("the file declares %s", strings.Join(names, ", "))
	default:
		d.WithHint("declare it under `%ss:`", what)
	}
}

func (l *loader) content(n *schema.Node) Content {
	m, b := n.Field("message"), n.Field("body")
	if m != nil && b != nil {
		l.ds.Report(b.KeyPos, diag.ConflictingKeys, "`body` stands instead of `message`; both are given").WithNote(m.KeyPos, "the message stands here")
	}
	switch {
	case b != nil:
		return Content{Pos: b.KeyPos, Body: b.Value}
	case m == nil:
		return Content{}
	case m.Value.Kind == schema.Map:
		return Content{Pos: m.KeyPos, Message: l.message(m.Value, m.KeyPos)}
	default:
		return Content{Pos: m.KeyPos, Event: true}
	}
}

func (l *loader) message(n *schema.Node, pos diag.Pos) *Message {
	m := &Message{
		Pos:      pos,
		Title:    n.Get("title").Scalar(),
		Text:     n.Get("text").Scalar(),
		Severity: text(n.Get("severity")),
		Mentions: l.mentions("", n.Get("mentions")),
	}
	for _, f := range fields(n.Get("fields")) {
		m.Fields = append(m.Fields, MessageField{Label: f.Key, Pos: f.KeyPos, Value: f.Value.Scalar()})
	}
	if link := n.Get("link"); link.Has("url") {
		m.Link, m.LinkText = link.Get("url").Scalar(), link.Get("text").Scalar()
	} else {
		m.Link = link.Scalar()
	}
	if !m.Title.IsSet() && !m.Text.IsSet() && len(m.Fields) == 0 {
		l.ds.Report(pos, diag.EmptyMessage, "the message says nothing").WithHint("give it a title, a text or fields")
	}
	return m
}
