package config

import (
	"regexp"
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

func (l *loader) enrich(f *schema.Field, s *Source) {
	if f == nil || f.Value.IsFalse() || !f.Value.IsTrue() && f.Value.Kind != schema.Map {
		return
	}
	s.Enrich = &Enrich{Pos: f.KeyPos, Organization: f.Value.Get("organization").IsTrue()}
	as := f.Value.Get("as")
	s.Enrich.Preset = presetByName(text(as))
	switch {
	case s.Preset != nil && as != nil:
		l.ds.Report(as.Pos, diag.ConflictingKeys, "`as` is for sources with a `pattern`; the events of a preset are known").WithHint("leave `as` out")
	case s.Preset != nil && s.Preset.Facts == nil:
		l.ds.Report(f.KeyPos, diag.NoFacts, "no API knows more of %s events", s.Preset.Name).
			WithHint("leave `enrich` out; it belongs to %s", strings.Join(factPresets(), " and "))
		s.Enrich = nil
		return
	case s.Preset != nil:
		s.Enrich.Preset = s.Preset
	case as == nil:
		l.ds.Report(f.KeyPos, diag.NoFacts, "`enrich` belongs to the presets %s, and this source has a pattern of its own", strings.Join(factPresets(), " and ")).
			WithHint("leave it out; for events of the same form, such as tests, write enrich: {as: %s}", factPresets()[0])
		s.Enrich = nil
		return
	}
	if p := s.Enrich.Preset; s.Enrich.Organization && p != nil && p.Name != "aws.health" {
		l.ds.Report(f.Value.Get("organization").Pos, diag.ConflictingKeys, "`organization` belongs to aws.health").WithHint("leave it out: the Support API knows the cases of its own account only")
	}
	if p := s.Enrich.Preset; p == nil || p.Facts == nil {
		s.Enrich = nil // Check has said what is wrong with `as`
	}
}

var validPath = regexp.MustCompile(`^(?:` + pathPattern + `)$`)

func (l *loader) dedupe(f *schema.Field, s *Source) {
	if f == nil || f.Value.IsFalse() || !f.Value.IsTrue() && f.Value.Kind != schema.List {
		return
	}
	s.Dedupe = &Dedupe{Pos: f.KeyPos}
	for _, item := range items(f.Value) {
		if item.Kind == schema.String && validPath.MatchString(item.Text) { // else Check has said so
			s.Dedupe.Paths = append(s.Dedupe.Paths, DedupePath{item.Pos, item.Text})
		} else {
			s.Dedupe.Partial = true
		}
	}
	switch {
	case f.Value.Kind == schema.List:
	case s.Preset != nil && s.Preset.Identity != nil:
		for _, path := range s.Preset.Identity {
			s.Dedupe.Paths = append(s.Dedupe.Paths, DedupePath{f.Value.Pos, path})
		}
	default:
		l.ds.Report(f.Value.Pos, diag.BadValue, "what copies of an event share is known of %s only", strings.Join(factPresets(), " and ")).
			WithHint("name the paths, such as dedupe: [detail.orderId]; the first must be one that every event has")
	}
}
