package config

import (
	"slices"
	"strings"
)

// Shape is what an event holds at a path.
type Shape int

// The shapes of a field. Open fields hold what their publisher likes, at any
// depth.
const (
	Single Shape = iota
	ListOfScalars
	ListOfObjects
	Nested
	Open
)

// EventField is one documented field of an event. Path uses [] for "every
// element"; Foreign tells that somebody outside AWS may have written the value.
type EventField struct {
	Path    string
	Shape   Shape
	Foreign bool
	// Max is the number of characters a value has at most; 0 where AWS does not
	// say. Spaces tells that values hold some.
	Max    int
	Spaces bool
}

// Preset is a kind of event AWS itself publishes, known field by field.
type Preset struct {
	Name string
	Doc  string
	// URL is where AWS documents the events.
	URL string
	// Pattern selects the events; it is EventBridge pattern JSON.
	Pattern string
	// Regions is where a rule receives the events, by partition; nil means
	// every Region.
	Regions map[string][]string
	Fields  []EventField
	// Facts is what the enricher adds, nil where no API knows more.
	Facts *Facts
	// Identity are the paths whose values copies of one event share and no other
	// event has; the first is in every event. nil where AWS names none.
	Identity []string
	// Service is the path of the AWS service that an event is about; "" where it
	// names none.
	Service string

	known    []EventField // Fields and the envelope
	enriched []EventField // and the facts
	likeness []EventField // of a source with a pattern of its own: the envelope and the facts
}

// envelope is what every event has beside its detail
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html).
// EventBridge itself writes id, account and region; a publisher chooses the rest.
var envelope = []EventField{
	{Path: "version", Max: 1}, {Path: "id", Max: 36}, {Path: "account", Max: 12}, {Path: "region", Max: 25}, {Path: "time", Max: 20},
	// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
	{Path: "source", Foreign: true, Max: 256}, {Path: "detail-type", Foreign: true, Max: 128, Spaces: true},
	{Path: "resources", Shape: ListOfScalars, Foreign: true}, {Path: "resources[]", Foreign: true},
	{Path: "detail", Shape: Open, Foreign: true},
}

// Presets lists the known kinds of AWS events, sorted by name.
var Presets = []*Preset{
	{
		Name:    "aws.cases",
		Doc:     "Amazon Connect Cases: cases and related items. Off until PutCaseEventConfiguration enables EventBridge for the domain.",
		URL:     "https://docs.aws.amazon.com/connect/latest/adminguide/case-event-streams-sample.html",
		Pattern: `{"source":["aws.cases"],"detail-type":["Amazon Connect Cases Change"]}`,
		Fields: []EventField{
			{Path: "detail", Shape: Nested},
			{Path: "detail.version"}, {Path: "detail.eventType"}, {Path: "detail.approximateChangeTime"},
			{Path: "detail.changedFieldIds", Shape: ListOfScalars}, {Path: "detail.changedFieldIds[]"},
			{Path: "detail.changedAttributes", Shape: ListOfScalars}, {Path: "detail.changedAttributes[]"},
			{Path: "detail.performedBy", Shape: Nested}, {Path: "detail.performedBy.iamPrincipalArn"},
			{Path: "detail.performedBy.user", Shape: Nested}, {Path: "detail.performedBy.user.userArn"},
			{Path: "detail.performedBy.user.customEntity", Foreign: true},
			{Path: "detail.case", Shape: Nested}, {Path: "detail.case.caseId"}, {Path: "detail.case.templateId"},
			{Path: "detail.case.createdDateTime"}, {Path: "detail.case.fields", Shape: Open, Foreign: true},
			{Path: "detail.relatedItem", Shape: Nested}, {Path: "detail.relatedItem.relatedItemType"},
			{Path: "detail.relatedItem.relatedItemId"}, {Path: "detail.relatedItem.caseId"},
			{Path: "detail.relatedItem.createdDateTime"},
			{Path: "detail.relatedItem.comment", Shape: Nested}, {Path: "detail.relatedItem.comment.body", Foreign: true},
			{Path: "detail.relatedItem.contact", Shape: Nested}, {Path: "detail.relatedItem.contact.contactArn"},
		},
	},
	{
		Name:    "aws.health",
		Doc:     "AWS Health: issues, scheduled changes and account notifications.",
		URL:     "https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html",
		Pattern: `{"source":["aws.health"],"detail-type":["AWS Health Event"]}`,
		Facts:   healthFacts,
		// Copies in the backup Region share the communication
		// (https://docs.aws.amazon.com/health/latest/ug/choosing-a-region.html). Of an
		// event in several pages AWS says both that the communication's id ends in the
		// page and that all pages have the same
		// (https://docs.aws.amazon.com/health/latest/ug/pagnation-of-health-events.html).
		Identity: []string{"detail.communicationId", "detail.affectedAccount", "detail.page"},
		Service:  "detail.service",
		// Lengths: https://docs.aws.amazon.com/health/latest/APIReference/API_Event.html
		Fields: []EventField{
			{Path: "detail", Shape: Nested},
			{Path: "detail.eventArn", Max: 1600}, {Path: "detail.service", Max: 30}, {Path: "detail.eventTypeCode", Max: 100},
			{Path: "detail.eventTypeCategory"}, {Path: "detail.eventScopeCode"}, {Path: "detail.communicationId"},
			{Path: "detail.startTime", Spaces: true}, {Path: "detail.endTime", Spaces: true}, {Path: "detail.lastUpdatedTime", Spaces: true},
			{Path: "detail.statusCode"}, {Path: "detail.eventRegion", Max: 25}, {Path: "detail.availabilityZone", Max: 18},
			{Path: "detail.eventDescription", Shape: ListOfObjects},
			{Path: "detail.eventDescription[].language"}, {Path: "detail.eventDescription[].latestDescription", Spaces: true},
			{Path: "detail.eventMetadata", Shape: Open},
			{Path: "detail.affectedEntities", Shape: ListOfObjects},
			// An entity's name is what its owner called it: a bucket, a queue, a user.
			{Path: "detail.affectedEntities[].entityValue", Foreign: true, Max: 256},
			{Path: "detail.affectedEntities[].status"}, {Path: "detail.affectedEntities[].lastUpdatedTime"},
			{Path: "detail.affectedAccount", Max: 12}, {Path: "detail.page"}, {Path: "detail.totalPages"},
			{Path: "detail.backupEvent"}, {Path: "detail.actionability"},
			{Path: "detail.personas", Shape: ListOfScalars}, {Path: "detail.personas[]"},
		},
	},
	{
		Name:    "aws.support",
		Doc:     "AWS Support cases: created, updated, resolved, reopened. The events carry ids only, neither subject nor text.",
		URL:     "https://docs.aws.amazon.com/awssupport/latest/user/event-detail-support-case-update.html",
		Pattern: `{"source":["aws.support"],"detail-type":["Support Case Update"]}`,
		// Every documented sample is delivered in us-east-1; GovCloud and China
		// are not documented, so no Region is refused there.
		Regions:  map[string][]string{"aws": {"us-east-1"}},
		Facts:    supportFacts,
		Identity: []string{"detail.case-id", "detail.event-name", "detail.communication-id"},
		Fields: []EventField{
			{Path: "detail", Shape: Nested},
			{Path: "detail.case-id"}, {Path: "detail.display-id"}, {Path: "detail.communication-id"},
			{Path: "detail.event-name"}, {Path: "detail.origin"},
		},
	},
}

func presetNames() []string {
	var names []string
	for _, p := range Presets {
		names = append(names, p.Name)
	}
	return names
}

// presetByName gives a preset, or nil.
func presetByName(name string) *Preset {
	for _, p := range Presets {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Partition gives the AWS partition of a Region
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html).
func Partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// generalise turns every index of a path into [], as EventField writes it.
func generalise(path string) string {
	var b strings.Builder
	inside := false
	for _, r := range path {
		switch {
		case r == '[':
			inside = true
			b.WriteString("[]")
		case r == ']':
			inside = false
		case !inside:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// lookup finds what is documented at a path: the field itself, or the Open
// field above it.
func lookup(fields []EventField, path string) (EventField, bool) {
	path = generalise(path)
	for {
		i := slices.IndexFunc(fields, func(f EventField) bool { return f.Path == path })
		if i >= 0 {
			return fields[i], true
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return EventField{}, false
		}
		above := path[:cut]
		i = slices.IndexFunc(fields, func(f EventField) bool { return f.Path == above && f.Shape == Open })
		if i >= 0 {
			return fields[i], true
		}
		if !slices.ContainsFunc(fields, func(f EventField) bool { return f.Shape == Open && strings.HasPrefix(above, f.Path) }) {
			return EventField{}, false
		}
		path = above
	}
}

// Fields gives what is documented of a source's events, facts included.
func (s *Source) Fields() []EventField {
	switch {
	case s.Enrich != nil && s.Enrich.Preset != nil && s.Preset == nil:
		return s.Enrich.Preset.likeness
	case s.Preset == nil:
		return envelope
	case s.Enrich != nil:
		return s.Preset.enriched
	}
	return s.Preset.known
}

// Field gives what is documented at a path of a source's events.
func (s *Source) Field(path string) (EventField, bool) { return lookup(s.Fields(), path) }

func init() {
	for _, p := range Presets {
		p.known = append([]EventField{}, p.Fields...)
		for _, e := range envelope {
			if e.Path == "detail" {
				continue
			}
			// The pattern of a preset leaves only what AWS itself publishes.
			e.Foreign = strings.HasPrefix(e.Path, "resources")
			p.known = append(p.known, e)
		}
		if p.Facts != nil {
			p.enriched = slices.Concat(p.known, p.Facts.Fields, everyFact)
			p.likeness = slices.Concat(envelope, p.Facts.Fields, everyFact)
		}
	}
}
