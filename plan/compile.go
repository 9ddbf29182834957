package plan

import (
	"cmp"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan/filter"
	"github.com/notifygen/notifygen/redact"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/transformers"
)

// Options are chosen at compile time, outside the file.
type Options struct {
	// Group is appended to the stack's name and to every resource name, so that
	// one file can be deployed several times side by side: "" for none, else
	// ValidGroup.
	Group string
}

// GroupRule says what ValidGroup accepts, for hints.
const GroupRule = "letters, digits and hyphens, at most 32"

var groupName = regexp.MustCompile(`^[A-Za-z0-9-]{1,32}$`)

// ValidGroup tells whether a group has a name that every resource name takes:
// GroupRule. "" is no group and not valid.
func ValidGroup(group string) bool {
	return groupName.MatchString(group) && redact.Kind(group) == ""
}

// Compile plans a file. The plan is only to be used where ds holds no errors.
func Compile(f *config.File, o Options, ds *diag.List) *Plan {
	c := &compiler{
		file: f, ds: ds,
		params:       newParams(f, ds),
		buses:        map[string]*Bus{},
		destinations: map[string]*Destination{},
		filters:      map[*config.Source]*filter.Filter{},
		hops:         map[*config.Source]*Hop{},
		used:         map[diag.Pos]bool{},
		out: &Plan{
			File: filepath.Base(f.Path), Name: f.Name, Group: o.Group, Description: f.Description, Region: f.Region,
			Tags: f.Tags, DeadLetterQueue: f.DeadLetterQueue, Alarms: f.Alarms, Quotas: f.Quotas,
			KMSKey: f.KMSKey, LogRetention: f.LogRetention,
			RouteStacks: f.RouteStacks, RouteStacksPos: f.RouteStacksPos,
		},
	}
	if o.Group != "" {
		c.out.Name += "-" + o.Group
	}
	c.top()
	c.checkRegions()
	for _, s := range f.Sources {
		c.checkSource(s)
		c.sourceFilter(s) // its findings do not wait for a route
		c.hop(s)
	}
	for _, d := range f.Destinations {
		c.destination(d)
	}
	c.signSecrets()
	for _, r := range f.Routes {
		c.route(r)
	}
	c.kmsKeys()
	c.sharedLimits()
	c.shadowedRoutes()
	c.unused()
	c.out.Parameters = c.params.list()
	c.collectBuses(o.Group)
	c.collectHops()
	slices.SortFunc(c.out.Destinations, func(a, b *Destination) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(c.out.Routes, func(a, b *Route) int { return strings.Compare(a.Name, b.Name) })
	c.quotas()
	return c.out
}

type compiler struct {
	file         *config.File
	ds           *diag.List
	params       *params
	buses        map[string]*Bus
	destinations map[string]*Destination
	filters      map[*config.Source]*filter.Filter
	hops         map[*config.Source]*Hop
	hopBus       *Bus              // nil as long as there are no hops
	limited      []*Destination    // whose service has a limit by the minute
	used         map[diag.Pos]bool // sources and destinations that routes name
	out          *Plan
}

// top notes the parameters used beside sources, destinations and routes.
func (c *compiler) top() {
	f := c.file
	if !f.DeadLetterQueue {
		c.ds.Report(f.DeadLetterPos, diag.NoDeadLetters, "the dead-letter queue is off: events that cannot be delivered are lost without a trace").
			WithHint("remove `dead-letter-queue: false`")
	}
	for _, t := range f.Tags {
		c.params.text(t.Value, use{open: true})
	}
	for _, a := range f.Alarms.Actions {
		c.params.text(a, use{open: true})
	}
	c.retry(f.Retry)
}

func (c *compiler) retry(r config.Retry) {
	c.params.number(r.Attempts, 0, 185)
	c.params.number(r.AgeSeconds, 60, 86400)
}

// notDefault begins a pattern (Java's, which CloudFormation reads) that refuses
// the name of the default event bus.
const notDefault = `(?!default$)`

// bus gives the plan's bus of a source: one for each name.
func (c *compiler) bus(b config.Bus) *Bus {
	key := b.Name.Text + "\x00" + b.Name.Param
	known := c.buses[key]
	if known == nil {
		known = &Bus{Name: b.Name, Create: b.Create, Pos: b.Pos}
		c.buses[key] = known
		// The ARNs of the default bus's rules are formed differently, which a
		// template cannot decide on.
		pattern := notDefault + `[/.\-_A-Za-z0-9]{1,256}`
		if p := c.file.Parameters[b.Name.Param]; p != nil && p.Default != nil && p.Default.Text == "default" {
			c.ds.Report(p.Default.Pos, diag.BadValue, "a parameter that names an event bus cannot name the default one").WithHint("leave `bus` out to use the default event bus")
		}
		c.params.text(b.Name, use{open: true, pattern: pattern, hint: "the name of an event bus, neither its ARN nor default"})
	}
	if b.Create {
		known.Create = true // one source creates the bus, others may name it
	}
	return known
}

func (c *compiler) collectBuses(group string) {
	for _, b := range c.buses {
		if b.Create && group != "" {
			b.Suffix = "-" + group
		}
		c.out.Buses = append(c.out.Buses, b)
	}
	c.sortBuses()
}

func (c *compiler) sortBuses() {
	slices.SortFunc(c.out.Buses, func(a, b *Bus) int {
		return cmp.Or(strings.Compare(a.Name.Text, b.Name.Text), strings.Compare(a.Name.Param, b.Name.Param))
	})
}

func (c *compiler) destination(d *config.Destination) {
	t := transformers.ByType(d.Type)
	if t == nil {
		return // the reader has said so
	}
	out := &Destination{
		Name: d.Name, Pos: d.Pos, Type: t, Description: d.Description, Node: d.Node,
		Rate: d.Rate.Value, KMSKey: d.KMSKey, Secrets: map[string]*config.Secret{},
	}
	c.params.number(d.Rate.Value, 1, config.MaxRate)
	c.params.text(d.Description, use{open: true})
	c.retry(d.Retry)
	for _, key := range t.SecretKeys() {
		u := use{secret: true}
		if key == t.Endpoint.SecretKey {
			u.pattern, u.hint = t.Endpoint.Pattern, "a URL such as "+t.Endpoint.Example
		}
		if s := c.secret(d, key, u); s != nil {
			out.Secrets[key] = s
		}
	}
	for _, k := range t.Keys {
		if k.Type.Param && !k.Type.Secret {
			s := d.Node.Get(k.Name).Scalar()
			c.params.text(s, use{template: true})
			if strings.Contains(s.Text, "${") {
				c.ds.Report(s.Pos, diag.BadPlaceholder, "`%s` holds no ${…}: it would be sent as it stands", k.Name).WithHint("a stack parameter is written {parameter: NAME} here")
			}
		}
	}
	in := instance(out)
	if t.Configure != nil {
		t.Configure(in, c.ds)
	}
	var direct bool
	out.Queue, direct = c.queue(d, t, in)
	if !d.Rate.Value.IsSet() && t.DefaultRate > 0 {
		out.Rate = schema.Scalar{Pos: d.Pos, Text: itoa(t.DefaultRate)}
	}
	c.checkMentions(d.Mentions, t)
	if t.PerMinute != nil && direct {
		c.warnOfLimit(d, t)
	}
	if t.PerMinute != nil && !d.Rate.Bad && (direct || out.Queue != nil) {
		c.limited = append(c.limited, out)
	}
	c.destinations[d.Name] = out
	c.out.Destinations = append(c.out.Destinations, out)
}

func instance(d *Destination) transformers.Instance {
	return transformers.Instance{Name: d.Name, Pos: d.Pos, Node: d.Node}
}

// secret resolves a key that names a secret. It never repeats what it finds.
func (c *compiler) secret(d *config.Destination, key string, u use) *config.Secret {
	n := d.Node.Get(key)
	s := n.Scalar()
	switch {
	case !s.IsSet():
		return nil
	case s.IsParam():
		c.params.text(s, u)
		return &config.Secret{Name: s.Param, Pos: s.Pos, Parameter: s.Param}
	}
	declared := c.file.Secrets[s.Text]
	if declared == nil {
		if redact.Kind(s.Text) != "" {
			return nil // the reader has said so
		}
		names := make([]string, 0, len(c.file.Secrets))
		for name := range c.file.Secrets {
			names = append(names, name)
		}
		slices.Sort(names)
		report := c.ds.Report(s.Pos, diag.UnknownSecret, "`%s` does not name an entry of `secrets` (its value is not shown, in case it is the secret itself)", key)
		if near := diag.Suggest(s.Text, names); near != "" {
			report.WithHint("did you mean %s?", near)
		} else {
			report.WithHint("declare it: secrets: {NAME: {secretsmanager: SECRET-NAME, key: JSON-KEY}} or {NAME: {parameter: STACK-PARAMETER}}, and write NAME here")
		}
		return nil
	}
	c.used[declared.Pos] = true
	if declared.Parameter != "" {
		c.params.text(schema.Scalar{Pos: declared.Pos, Param: declared.Parameter}, u)
	}
	return declared
}

// unused warns of declarations that nothing refers to.
func (c *compiler) unused() {
	warn := func(pos diag.Pos, what, name string) {
		if !c.used[pos] {
			c.ds.Report(pos, diag.Unused, "the %s %s is never used", what, schema.Quote(name)).WithHint("remove it, or use it")
		}
	}
	for _, s := range c.file.Sources {
		warn(s.Pos, "source", s.Name)
	}
	for _, d := range c.file.Destinations {
		warn(d.Pos, "destination", d.Name)
	}
	for _, s := range c.file.Secrets {
		warn(s.Pos, "secret", s.Name)
	}
	c.params.unused()
}
