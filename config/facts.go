package config

import (
	"fmt"
	"slices"
	"strings"
)

// Facts is what the enricher adds to the events of a preset: the fields of
// package lambda/enricher/enrich, below `enriched`.
type Facts struct {
	// API is the service that is asked, as people call it; URL is where AWS
	// documents what it answers.
	API, URL string
	Fields   []EventField
	// DetailTypes tell the enricher which events these are, whoever publishes
	// them.
	DetailTypes []string
}

// Enriched is the member that the enricher adds to an event.
const Enriched = "enriched"

// everyFact are the fields that all facts have. The error is the API's reason
// for giving none.
var everyFact = []EventField{
	{Path: "enriched", Shape: Nested},
	{Path: "enriched.error", Shape: Nested}, {Path: "enriched.error.code"}, {Path: "enriched.error.message"},
}

// supportFacts are those of a support case. People write the subject and the communications, and an address is what its
// owner chose.
var supportFacts = &Facts{
	API:         "Support API",
	URL:         "https://docs.aws.amazon.com/awssupport/latest/APIReference/API_CaseDetails.html",
	DetailTypes: []string{"Support Case Update"},
	Fields: []EventField{
		{Path: "enriched.subject", Foreign: true}, {Path: "enriched.submittedBy", Foreign: true},
		{Path: "enriched.severityCode"}, {Path: "enriched.status"}, {Path: "enriched.categoryCode"}, {Path: "enriched.serviceCode"},
		{Path: "enriched.language"}, {Path: "enriched.displayId"}, {Path: "enriched.url"}, {Path: "enriched.timeCreated"},
		{Path: "enriched.latestCommunication", Shape: Nested},
		{Path: "enriched.latestCommunication.body", Foreign: true}, {Path: "enriched.latestCommunication.submittedBy", Foreign: true},
		{Path: "enriched.latestCommunication.timeCreated"}, {Path: "enriched.latestCommunication.truncated"},
	},
}

// healthFacts are those of a Health event. Entities have the names that their owners gave them.
var healthFacts = &Facts{
	API:         "Health API",
	URL:         "https://docs.aws.amazon.com/health/latest/APIReference/API_EventDetails.html",
	DetailTypes: []string{"AWS Health Event", "AWS Health Abuse Event"},
	Fields: []EventField{
		{Path: "enriched.description"}, {Path: "enriched.descriptionTruncated"},
		{Path: "enriched.service"}, {Path: "enriched.eventTypeCode"}, {Path: "enriched.category"}, {Path: "enriched.region"},
		{Path: "enriched.availabilityZone"}, {Path: "enriched.statusCode"}, {Path: "enriched.eventScopeCode"}, {Path: "enriched.actionability"},
		{Path: "enriched.startTime"}, {Path: "enriched.endTime"}, {Path: "enriched.lastUpdatedTime"},
		{Path: "enriched.metadata", Shape: Open},
		{Path: "enriched.affectedEntities", Shape: ListOfObjects},
		{Path: "enriched.affectedEntities[].entityValue", Foreign: true}, {Path: "enriched.affectedEntities[].statusCode"},
		{Path: "enriched.affectedEntities[].entityArn", Foreign: true}, {Path: "enriched.affectedEntities[].entityUrl", Foreign: true},
		{Path: "enriched.affectedEntities[].awsAccountId"},
		{Path: "enriched.affectedEntitiesTruncated"}, {Path: "enriched.affectedEntitiesText", Foreign: true},
	},
}

// factPresets names the presets that have facts.
func factPresets() []string {
	var names []string
	for _, p := range Presets {
		if p.Facts != nil {
			names = append(names, p.Name)
		}
	}
	return names
}

// FactsReference writes every fact as a part of the reference page (Markdown).
func FactsReference() []byte {
	var b strings.Builder
	b.WriteString("\n# Reference: the facts of enriched events\n\n" +
		"With `enrich`, a source's events have these members beside AWS's own. What is not known is missing, and inserts nothing.\n" +
		"What people wrote stays out of slots that a chat service parses, unless the source vouches for it (`trusted`).\n")
	for _, p := range Presets {
		if p.Facts == nil {
			continue
		}
		fmt.Fprintf(&b, "\n## `preset: %s`\n\nFrom the %s: %s\n\n| `${…}` | holds | written by |\n| --- | --- | --- |\n", p.Name, p.Facts.API, p.Facts.URL)
		for _, f := range slices.Concat(p.Facts.Fields, everyFact) {
			author := "AWS"
			if f.Foreign {
				author = "people"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", strings.ReplaceAll(f.Path, "[]", "[0]"), shapeNames[f.Shape], author)
		}
	}
	return []byte(b.String())
}

var shapeNames = map[Shape]string{Single: "one value", ListOfScalars: "a list", ListOfObjects: "a list", Nested: "an object", Open: "an object, whose keys differ"}
