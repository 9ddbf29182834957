package plan

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan/filter"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/transformers"
)

// maxKey is the length of a deduplication id and of a message group id
// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html).
// The pipe's parameters have 100 characters
// (https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetSqsQueueParameters.html),
// which is taken to bound the path that is written there: AWS's own sample of an
// update of a case makes a key of 119.
const maxKey = 128

// separator stands between the values of a key.
const separator = "|"

// keyed gives the ways into a hop that drops copies: events of which the first
// path says something have its key, which their copies share; of all others
// nothing is known, and each is an event of its own. Those in which it is null may
// take both ways: a copy more is better than to drop all of them but one.
func (c *compiler) keyed(s *config.Source, f *filter.Filter) []Entry {
	before := c.ds.Len()
	key := c.key(s, f)
	if len(s.Dedupe.Paths) == 0 || c.ds.Len() > before {
		return nil
	}
	with, without, err := f.Holding(s.Dedupe.Paths[0].Path)
	if err != nil {
		c.ds.Report(s.Dedupe.Paths[0].Pos, diag.Inexpressible, "events without this field cannot be told from those with it: %s", err).
			WithHint("name another field first, of which the source's pattern asks nothing")
		return nil
	}
	var out []Entry
	if !with.IsEmpty() {
		out = append(out, c.entry(s, with, "", keyedBody(key)))
	}
	if !without.IsEmpty() {
		out = append(out, c.entry(s, without, "unkeyed", keyedBody(transformers.Text{{Path: "id", Trusted: true}})))
	}
	return out
}

func keyedBody(key transformers.Text) *transformers.Value {
	return transformers.Obj(
		transformers.M("key", transformers.Str(key)),
		transformers.M("event", transformers.Whole(transformers.Part{Reserved: "aws.events.event.json", Compound: true})),
	)
}

// key joins the values that copies share, and refuses what surely makes no
// deduplication id.
func (c *compiler) key(s *config.Source, f *filter.Filter) transformers.Text {
	var key transformers.Text
	e := eventFields{source: s, filter: f}
	longest := -len(separator)
	tellsApart := s.Dedupe.Partial
	for i, p := range s.Dedupe.Paths {
		if under(p.Path, config.Enriched) {
			c.ds.Report(p.Pos, diag.DedupeKey, "${%s} is not known yet: copies are dropped before facts are asked for", p.Path).WithHint("name fields of the event itself")
			tellsApart = true
			continue
		}
		if slices.ContainsFunc(s.Dedupe.Paths[:i], func(o config.DedupePath) bool { return o.Path == p.Path }) {
			c.ds.Report(p.Pos, diag.DedupeKey, "${%s} is named twice", p.Path).WithHint("name it once")
			continue
		}
		tellsApart = tellsApart || !e.constant(p.Path)
		c.checkPath(p.Path, p.Pos, []*config.Source{s})
		value := c.parts(schema.Scalar{Pos: p.Pos, Text: "${" + p.Path + "}"}, e)
		if slices.ContainsFunc(value, func(v transformers.Part) bool { return v.Compound }) {
			c.ds.Report(p.Pos, diag.DedupeKey, "${%s} is a list or an object, and a deduplication id is text: the event would stay out of its queue", p.Path).WithHint("name an id")
			continue
		}
		if key != nil {
			key = key.Plus(transformers.Lit(separator))
		}
		key = key.Plus(value)
		length, problem := e.asKey(p.Path)
		if problem != "" {
			c.ds.Report(p.Pos, diag.DedupeKey, "${%s} %s: the event would stay out of its queue", p.Path, problem).WithHint("name an id")
		}
		longest += length + len(separator)
	}
	if longest > maxKey {
		c.ds.Report(s.Dedupe.Pos, diag.DedupeKey, "these values have up to %d characters, and a deduplication id has %d: events with longer ones would stay out of their queue", longest, maxKey).
			WithHint("name shorter fields, such as ids")
	}
	if !tellsApart && len(s.Dedupe.Paths) > 0 {
		c.ds.Report(s.Dedupe.Pos, diag.DedupeKey, "these values are the same in every event of the source: in five minutes one would arrive, and all others be dropped as its copies").
			WithHint("name an id")
	}
	return key
}

// constant tells whether a value is surely the same in all events. What
// EventBridge itself writes of where it is depends on nothing but the stack.
func (e eventFields) constant(path string) bool {
	return path == "version" || path == "account" || path == "region" || e.filter.Constant(path)
}

// asKey tells what is known of a value as part of a key: the most characters it
// has, 0 where that is not known, and what an id cannot hold.
func (e eventFields) asKey(path string) (length int, problem string) {
	const spaces = "holds spaces or other characters that a deduplication id has not"
	if values, fixed := e.filter.Literals(path); fixed {
		for _, v := range values {
			if strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r > '~' }) {
				problem = spaces
			}
			length = max(length, utf8.RuneCountInString(v))
		}
		return length, problem
	}
	field, known := e.source.Field(path)
	switch {
	case !known || field.Shape != config.Single:
		return 0, ""
	case field.Spaces:
		problem = spaces
	case field.Foreign && e.source.Preset != nil:
		problem = "is what somebody wrote, with spaces perhaps"
	}
	return field.Max, problem
}
