package config

import "github.com/notifygen/notifygen/schema"

var sourceObject = &schema.Object{
	Name: "a source",
	Doc:  "Events of one kind on one event bus.",
	Keys: []schema.Key{
		{Name: "preset", Doc: "events of an AWS service, with the pattern, the fields and their trust known", Type: schema.Word(presetNames()...)},
		{Name: "pattern", Doc: "any EventBridge event pattern (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html)", Type: schema.Anything()},
		{Name: "bus", Default: "default", Doc: "`default`, the name or ARN of an existing event bus, {parameter: NAME}, or {create: NAME} to create one",
			Type: &schema.Type{Accept: []schema.Kind{schema.String, schema.Map}, Param: true, Object: busObject,
				Pattern:     busPattern + `|arn:aws[a-z-]*:events:[a-z0-9-]+:[0-9]{12}:event-bus/` + busPattern,
				PatternHint: "the name of an event bus (letters, digits and /._-, at most 256), or its ARN"}},
		{Name: "trusted", Doc: "paths whose values you vouch for: nobody outside can write them, so they may stand where a chat parses text; a path covers all below it",
			Type: schema.ListOf(path())},
		{Name: "lists", Doc: "paths of the event that hold lists; variants exclude one another only on fields that are none (an empty list says that there are none)",
			Type: schema.ListOf(path())},
		{Name: "backup-region-copies", Default: "keep", Doc: "aws.health only: `drop` leaves out the copies AWS sends to the backup Region", Type: schema.Word("keep", "drop")},
		{Name: "abuse-events", Default: "exclude", Doc: "aws.health only: `include` adds the detail-type AWS Health Abuse Event", Type: schema.Word("exclude", "include")},
		{Name: "enrich", Default: "false", Doc: "aws.support and aws.health: ask the Support or Health API for facts, which `${enriched.…}` inserts and `when: {enriched: …}` asks of; a Lambda function of the stack does it",
			Type: &schema.Type{Accept: []schema.Kind{schema.Bool, schema.Map}, Object: enrichObject}},
		{Name: "dedupe", Default: "false", Doc: "drop copies of an event that arrive within five minutes: `true` for aws.support and aws.health, else the paths whose values (together at most 128 characters, without spaces) copies share and other events do not, the first of them one that every event has; an event without it is passed on as it is, and one in which it is null can arrive twice",
			Type: &schema.Type{Accept: []schema.Kind{schema.Bool, schema.List}, Elem: path(), NonEmpty: true}},
	},
	OneOf: [][]string{{"preset", "pattern"}},
}

var enrichObject = &schema.Object{
	Name: "an enrichment",
	Doc:  "How facts are asked for.",
	Keys: []schema.Key{
		{Name: "organization", Default: "false", Doc: "aws.health only: ask with the …ForOrganization operations, which the management account and a delegated administrator may, so that events of member accounts are known too", Type: schema.Flag()},
		{Name: "as", Doc: "for a source with a `pattern`, such as one of test events: the preset that its events have the detail-type and the detail of", Type: schema.Word(factPresets()...)},
	},
}

const busPattern = `[/.\-_A-Za-z0-9]{1,256}`

var busObject = &schema.Object{
	Name: "an event bus",
	Doc:  "An event bus that this stack creates.",
	Keys: []schema.Key{
		{Name: "create", Required: true, Doc: "name of the event bus to create",
			Type: &schema.Type{Accept: []schema.Kind{schema.String}, Param: true, Pattern: `[.\-_A-Za-z0-9]{1,256}`, PatternHint: "letters, digits and ._-, at most 256 characters"}},
	},
}

// ratePattern is a rate as text: 1 to MaxRate of a unit.
const ratePattern = `([1-9][0-9]{0,5}|1000000)(/(s|min|h))?`

func destinationObject(types []*schema.Object) *schema.Object {
	return &schema.Object{
		Name: "a destination",
		Doc:  "One chat, channel or endpoint.",
		Keys: []schema.Key{
			{Name: "type", Required: true, Doc: "the kind of destination", Type: schema.Word()},
			{Name: "description", Doc: "description of the API destination", Type: &schema.Type{Accept: []schema.Kind{schema.String}, Param: true, NonEmpty: true, Pattern: `(?s).{1,512}`, PatternHint: "at most 512 characters"}},
			{Name: "rate", Doc: "most requests a second (N or N/s; InvocationRateLimitPerSecond): events above it wait, for 24 hours at most; `N/min` and `N/h` send one message at a time from a queue, where messages wait for 14 days at most",
				Type: &schema.Type{Accept: []schema.Kind{schema.Int, schema.String}, Param: true, Min: 1, Max: MaxRate, Pattern: ratePattern, PatternHint: "N or N/s, N/min or N/h, with a whole number of 1 to 1000000"}},
			{Name: "deliver", Default: "direct", Doc: "`direct`: EventBridge calls the service and sees its HTTP status only; `verified`: the messages go through a queue, one at a time, and the reply is read (so they do with a rate by the minute or the hour, and where they are signed)",
				Type: schema.Word("direct", "verified")},
			{Name: "mentions", Doc: "who is mentioned in every message to this destination", Type: mentionsType()},
			{Name: "retry-policy", Doc: "retry policy of the targets that use this destination; of a queued one, of the way into its queue", Type: schema.Of(retryObject)},
			{Name: "kms-key", Doc: "customer managed KMS key (ARN) that encrypts this connection's secret, and the log of a queued destination", Type: kmsKey()},
		},
		Discriminator: "type",
		Variants:      types,
	}
}

var routeObject = &schema.Object{
	Name: "a route",
	Doc:  "Events of a source that become messages to destinations.",
	Keys: []schema.Key{
		{Name: "description", Doc: "description of the rules", Type: &schema.Type{Accept: []schema.Kind{schema.String}, Param: true, NonEmpty: true, Pattern: `(?s).{1,512}`, PatternHint: "at most 512 characters"}},
		{Name: "from", Required: true, Doc: "name of a source, or a list of names",
			Type: &schema.Type{Accept: []schema.Kind{schema.String, schema.List}, Elem: &schema.Type{Accept: []schema.Kind{schema.String}}, NonEmpty: true}},
		{Name: "when", Doc: "event pattern, ANDed with the source's", Type: schema.Anything()},
		{Name: "to", Required: true, Doc: "names of destinations, or {destination: NAME, message|body: …} for one that gets another message",
			Type: &schema.Type{Accept: []schema.Kind{schema.String, schema.List}, NonEmpty: true,
				Elem: &schema.Type{Accept: []schema.Kind{schema.String, schema.Map}, Object: toObject}}},
		{Name: "message", Doc: "what people read, in neutral words; `event` passes the whole event", Type: messageType()},
		{Name: "body", Doc: "the exact JSON of the request body instead of a message; ${path} inserts a value of the event", Type: schema.Anything()},
		{Name: "variants", Doc: "other messages for other events; the first whose `when` matches wins",
			Type: nonEmpty(schema.ListOf(schema.Of(variantObject)))},
		{Name: "enabled", Default: "true", Doc: "false deploys the rules disabled", Type: schema.Flag()},
	},
}

var variantObject = &schema.Object{
	Name: "a variant",
	Doc:  "A message for some of a route's events.",
	Keys: []schema.Key{
		{Name: "name", Doc: "name of the variant, part of the rule's name; its number is used otherwise", Type: name()},
		{Name: "when", Doc: "event pattern, ANDed with the route's and the source's", Type: schema.Anything()},
		{Name: "else", Doc: "true: every event that no variant above takes; the last variant only", Type: &schema.Type{Accept: []schema.Kind{schema.Bool}}},
		{Name: "message", Doc: "as the route's", Type: messageType()},
		{Name: "body", Doc: "as the route's", Type: schema.Anything()},
	},
	OneOf: [][]string{{"when", "else"}},
}

var toObject = &schema.Object{
	Name: "a destination of a route",
	Doc:  "A destination that gets a message of its own.",
	Keys: []schema.Key{
		{Name: "destination", Required: true, Doc: "name of a destination", Type: &schema.Type{Accept: []schema.Kind{schema.String}}},
		{Name: "message", Doc: "as the route's", Type: messageType()},
		{Name: "body", Doc: "as the route's", Type: schema.Anything()},
	},
}

func messageType() *schema.Type {
	return &schema.Type{Accept: []schema.Kind{schema.String, schema.Map}, Enum: []string{"event"}, Object: messageObject}
}

// Severities of a message, mildest first.
var Severities = []string{"info", "success", "warning", "error"}

var messageObject = &schema.Object{
	Name: "a message",
	Doc:  "What people read. Each destination renders it in its richest safe form. ${path} inserts a value of the event, ${parameters.NAME} a stack parameter, $${ is a literal ${.",
	Keys: []schema.Key{
		{Name: "title", Doc: "one line", Type: schema.Text()},
		{Name: "text", Doc: "the message", Type: schema.Text()},
		{Name: "fields", Doc: "labelled values, shown as `label: value`",
			Type: nonEmpty(schema.MapOf(&schema.Type{Pattern: `[^\x00-\x1f]{1,100}`, PatternHint: "a label of at most 100 characters on one line"}, schema.Text()))},
		{Name: "link", Doc: "URL to open, or {url, text}",
			Type: &schema.Type{Accept: []schema.Kind{schema.String, schema.Map}, Param: true, Object: linkObject, NonEmpty: true}},
		{Name: "severity", Doc: "shown in the way of the destination", Type: schema.Word(Severities...)},
		{Name: "mentions", Doc: "who is mentioned, besides those of the destination", Type: mentionsType()},
	},
}

var linkObject = &schema.Object{
	Name: "a link",
	Doc:  "A link with a text of its own.",
	Keys: []schema.Key{
		{Name: "url", Required: true, Doc: "https URL", Type: schema.Text()},
		{Name: "text", Default: "Open", Doc: "what people click on; constant text", Type: schema.Text()},
	},
}
