package config

import (
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

const (
	mentionPattern = `all|here|(mobile|user|group):\S+`
	mentionHint    = "one of all, here, mobile:NUMBER, user:ID, group:ID; ${parameters.NAME} may stand for the ID"
)

func mentionList() *schema.Type {
	return schema.ListOf(&schema.Type{Accept: []schema.Kind{schema.String}, Pattern: mentionPattern, PatternHint: mentionHint})
}

// A parameter's name has at most 15 levels and 1,011 characters, and begins with
// neither aws nor ssm
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html).
const (
	onCallPrefix = `/?[a-zA-Z0-9_.-]{1,100}(/[a-zA-Z0-9_.-]{1,100}){0,7}`
	onCallKey    = `[a-zA-Z0-9_.-]{1,100}`
	onCallHint   = "letters, digits and _.-"
)

func mentionsType() *schema.Type {
	return &schema.Type{Accept: []schema.Kind{schema.List, schema.Map}, Elem: mentionList().Elem, Object: mentionsObject}
}

var mentionsObject = &schema.Object{
	Name: "mentions by a field or a list",
	Doc: "Who is mentioned depends on a field of the event (`by`, `cases`: compiled to one rule each, disjoint), or on lists in AWS Systems Manager " +
		"that are read whenever a message is sent (`ssm`: no deployment when they change).",
	Keys: []schema.Key{
		{Name: "ssm", Doc: "PREFIX of the parameters `/PREFIX/KEY/AtMobiles/SERVICE` and, where that one does not exist or holds no number, `/PREFIX/KEY/AtMobiles/DEFAULT`: " +
			"SecureStrings with mobile numbers, separated by commas. Of queued destinations only, not of messages",
			Type: &schema.Type{Accept: []schema.Kind{schema.String}, Pattern: onCallPrefix, PatternHint: onCallHint + ", in at most eight levels separated by /"}},
		{Name: "key", Doc: "KEY of the parameters; the name of the destination without it",
			Type: &schema.Type{Accept: []schema.Kind{schema.String}, Pattern: onCallKey, PatternHint: onCallHint + ", at most 100 characters"}},
		{Name: "by", Doc: "path of the field, such as detail.service. With `ssm`, its value is SERVICE; without it that is detail.service of AWS Health events, and DEFAULT of others", Type: path()},
		{Name: "cases", Doc: "value of the field → who is mentioned", Type: nonEmpty(schema.MapOf(&schema.Type{}, mentionList()))},
		{Name: "else", Doc: "who is mentioned for every other value and where the field is missing; nobody without it. With `ssm`, `[all]` mentions everybody where no list holds a number", Type: mentionList()},
	},
	OneOf: [][]string{{"ssm", "cases"}},
}

// mentions reads who is mentioned; owner is the destination, "" where a message
// says it.
func (l *loader) mentions(owner string, n *schema.Node) *Mentions {
	if n == nil || (n.Kind != schema.Map && n.Kind != schema.List) {
		return nil
	}
	m := &Mentions{Pos: n.Pos, Always: mentionItems(n), Else: mentionItems(n.Get("else"))}
	by := n.Get("by")
	if by != nil && by.Kind == schema.String && validPath.MatchString(by.Text) { // else Check has said so
		m.By, m.ByPos = by.Text, by.Pos
	}
	if ssm := n.Field("ssm"); ssm != nil {
		return l.onCall(owner, n, ssm, m)
	}
	if n.Has("cases") && by == nil {
		l.ds.Report(n.Pos, diag.MissingKey, "mentions with `cases` need `by`").WithHint("the path of the field, such as detail.service")
	}
	if k := n.Field("key"); k != nil {
		l.ds.Report(k.KeyPos, diag.ConflictingKeys, "`key` belongs to `ssm`").WithHint("leave it out")
	}
	for _, f := range fields(n.Get("cases")) {
		if f.KeyKind != schema.String {
			l.ds.Report(f.KeyPos, diag.BadValue, "the cases are texts, and this is %s", f.KeyKind).WithHint("quote it where the field holds text; fields that hold numbers or booleans have no cases")
		}
		m.Cases = append(m.Cases, MentionCase{Value: f.Key, Pos: f.KeyPos, Mentions: mentionItems(f.Value)})
	}
	return m
}

// onCall reads mentions by lists, which the queue of a destination reads.
func (l *loader) onCall(owner string, n *schema.Node, ssm *schema.Field, m *Mentions) *Mentions {
	if owner == "" {
		l.ds.Report(ssm.KeyPos, diag.BadMention, "`ssm` belongs to the mentions of a destination, whose queue reads the lists").
			WithHint("move it to `mentions:` of the destination")
		return nil
	}
	m.OnCall = &OnCall{Pos: ssm.Value.Pos, Prefix: strings.TrimPrefix(text(ssm.Value), "/"), Key: owner}
	if key := n.Get("key"); key != nil {
		m.OnCall.Key = text(key)
	}
	for _, reserved := range []string{"aws", "ssm"} {
		if strings.HasPrefix(strings.ToLower(m.OnCall.Prefix), reserved) {
			l.ds.Report(m.OnCall.Pos, diag.BadValue, "the name of a parameter cannot begin with %s", reserved).WithHint("choose another prefix, such as notify")
		}
	}
	for _, other := range m.Else {
		if other.Kind != "all" {
			l.ds.Report(other.Pos, diag.BadMention, "beside `ssm`, `else` can only be [all]").
				WithHint("write numbers into the parameter DEFAULT")
		}
	}
	return m
}

func mentionItems(n *schema.Node) []Mention {
	var out []Mention
	for _, item := range items(n) {
		kind, id, _ := strings.Cut(text(item), ":")
		out = append(out, Mention{Pos: item.Pos, Kind: kind, ID: id})
	}
	return out
}
