package plan

import (
	"slices"

	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/transformers"
)

// OnCall are lists of people in parameters of AWS Systems Manager, read whenever
// a message is sent, so that they change without a deployment.
type OnCall struct {
	// Path is the name of the parameters without its last level, which is a
	// service, or OnCallDefault.
	Path string
	// ByService tells whether any message names a service.
	ByService bool
	// Everybody is mentioned where no list holds a number; else nobody is.
	Everybody bool
}

// OnCallDefault ends the name of the list that holds for every service without one
// of its own.
const OnCallDefault = "DEFAULT"

// Reading one list takes at most OnCallAttempts times OnCallTimeout seconds, with
// pauses of a second and two between them.
const OnCallTimeout, OnCallAttempts = 3, 3

// longest is what reading takes at most, in seconds: one list, or two.
func (o *OnCall) longest() int {
	if o == nil {
		return 0
	}
	return 2 * (OnCallAttempts*OnCallTimeout + 3)
}

// onCall tells which lists a destination's messages mention, nil for none.
func (c *compiler) onCall(d *config.Destination, t *transformers.Destination) *OnCall {
	if d.Mentions == nil || d.Mentions.OnCall == nil {
		return nil
	}
	from := d.Mentions.OnCall
	if t.OnCall == nil {
		c.ds.Report(from.Pos, diag.BadMention, "%s cannot mention mobile numbers, which the parameters hold", t.Title).
			WithHint("mention by the value of a field: mentions: {by: PATH, cases: {VALUE: […]}}")
		return nil
	}
	return &OnCall{
		Path:      "/" + from.Prefix + "/" + from.Key + "/AtMobiles",
		Everybody: slices.ContainsFunc(d.Mentions.Else, func(m config.Mention) bool { return m.Kind == "all" }),
	}
}

// needsQueue tells of a destination that EventBridge calls itself, which reads no
// list.
func (c *compiler) needsQueue(d *config.Destination, t *transformers.Destination) {
	remedy := "`deliver: verified`"
	if t.PerMinute != nil {
		remedy = "`rate: " + itoa(t.PerMinute.Value) + "/min` or " + remedy
	}
	c.ds.Report(d.Mentions.OnCall.Pos, diag.MentionsNeedQueue, "mentions by `ssm` are read when a message is sent from a queue, and EventBridge calls %s itself", d.Name).
		WithHint("give it %s", remedy)
}

// needlessBy reports a `by` that names what is looked up without it, where events
// do not have it.
func (c *compiler) needlessBy(m *config.Mentions, sources []*config.Source) bool {
	i := slices.IndexFunc(config.Presets, func(p *config.Preset) bool { return p.Service == m.By })
	lacks := func(s *config.Source) bool {
		_, known := s.Field(m.By)
		return s.Preset != nil && !known
	}
	if i < 0 || len(sources) == 0 || slices.ContainsFunc(sources, func(s *config.Source) bool { return !lacks(s) }) {
		return false
	}
	c.ds.Report(m.ByPos, diag.UnknownEventField, "%s events have no field %s", sources[0].Preset.Name, schema.Quote(m.By)).
		WithHint("leave `by` out, which means the same and works: the list is that of %s for %s events, and %s for these", m.By, config.Presets[i].Name, OnCallDefault)
	return true
}

// serviceOf gives the service by which a message finds its list: empty where it
// names none, nil where it mentions nobody on call.
func (c *compiler) serviceOf(from *config.Destination, d *Destination, ct config.Content, e eventFields) transformers.Text {
	if d.Queue.OnCall == nil || ct.Message == nil {
		return nil
	}
	by := schema.Scalar{Pos: from.Mentions.ByPos, Text: from.Mentions.By}
	if by.Text == "" && e.source.Preset != nil {
		by = schema.Scalar{Pos: from.Mentions.OnCall.Pos, Text: e.source.Preset.Service}
	}
	if by.Text == "" {
		return transformers.Text{}
	}
	d.Queue.OnCall.ByService = true
	by.Text = "${" + by.Text + "}"
	return c.text(by, e)
}
