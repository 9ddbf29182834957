package stacks

import (
	"slices"
	"strconv"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
)

const (
	enricherID, enricherName = "Enricher", "enricher"
	// enricherTimeout is what the enricher wants, in seconds: it stops a slow API
	// earlier, so that its own error is told. Its memory is in MB.
	enricherTimeout, enricherMemory = 30, 256
	// enricherReceives is the receive on which the enricher delivers an event even
	// without facts; queues let it be received more often.
	enricherReceives = 3
	// enricherRuns are the executions at a time for each source: the APIs take few
	// calls a second. A pipe starts as many as there are messages to be had, which no
	// setting of it bounds; what finds no room is received again, and the pipe slows
	// down
	// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html).
	enricherRuns = 5
)

// enriched gives those hops that add facts.
func enriched(all []*plan.Hop) []*plan.Hop {
	return slices.DeleteFunc(slices.Clone(all), func(h *plan.Hop) bool { return h.Enrich == nil })
}

// enricherOf is the function that the source needs.
func enricherOf(h *plan.Hop) function {
	return function{id: enricherID, name: enricherName, user: h.Source, pos: h.Pos}
}

// enricher is the function that asks for the facts of the hops' events. Neither
// API knows resources, so its actions are allowed on all
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssupport.html,
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awshealthapisandnotifications.html:
// Health names events only in conditions on their service and type).
func (s *scope) enricher(hops []*plan.Hop) {
	hops = enriched(hops)
	if len(hops) == 0 {
		return
	}
	var reasons []string
	var statements []cloudformation.Value
	organization := false
	for _, h := range hops {
		facts := h.Enrich.Preset.Facts
		if slices.Contains(reasons, facts.API) {
			continue
		}
		reasons = append(reasons, facts.API)
		switch {
		case h.Enrich.Preset.Name == "aws.support":
			statements = append(statements, allow("AskSupport", "*", "support:DescribeCases"))
		case h.Enrich.Organization:
			organization = true
			statements = append(statements, allow("AskHealth", "*", "health:DescribeEventDetailsForOrganization", "health:DescribeAffectedEntitiesForOrganization"))
		default:
			statements = append(statements, allow("AskHealth", "*", "health:DescribeEventDetails", "health:DescribeAffectedEntities"))
		}
	}
	environment := cloudformation.NewObject("MAX_RECEIVES", strconv.Itoa(enricherReceives))
	if organization {
		environment.Set("ORGANIZATION", "true")
	}
	slices.Sort(reasons)
	s.function(enricherOf(hops[0]), runtime{enricherMemory, enricherTimeout, enricherRuns * len(hops), environment},
		"Adds facts to events of "+s.stack, "Lets the enricher of "+s.stack+" ask for the facts of events", reasons, statements...)
}
