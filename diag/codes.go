package diag

// Code names a kind of finding, for searching and for tests.
type Code string

// Description is what docs/diagnostics.md says of a code.
type Description struct {
	Code     Code
	Severity Severity
	Cause    string
	Cure     string
}

// Group is a chapter of docs/diagnostics.md.
type Group struct {
	Title string
	Codes []Description
}

// The codes, in the order of Catalogue.
const (
	EmptyFile             Code = "empty-file"
	FileTooLarge          Code = "file-too-large"
	YAMLSyntax            Code = "yaml-syntax"
	YAMLUnsupported       Code = "yaml-unsupported"
	DuplicateKey          Code = "duplicate-key"
	UnknownKey            Code = "unknown-key"
	UnknownType           Code = "unknown-type"
	UnknownValue          Code = "unknown-value"
	WrongType             Code = "wrong-type"
	MissingKey            Code = "missing-key"
	ConflictingKeys       Code = "conflicting-keys"
	EmptyValue            Code = "empty-value"
	BadName               Code = "bad-name"
	BadValue              Code = "bad-value"
	OutOfRange            Code = "out-of-range"
	SecretInFile          Code = "secret-in-file"
	SSMSecret             Code = "ssm-secret"
	UnknownSecret         Code = "unknown-secret"
	SecretDefault         Code = "secret-default"
	SecretInText          Code = "secret-in-text"
	SignerReadsToken      Code = "signer-reads-token"
	ParameterNotAllowed   Code = "parameter-not-allowed"
	UnknownParameter      Code = "unknown-parameter"
	ParameterType         Code = "parameter-type"
	UnsafeDefault         Code = "unsafe-default"
	Unused                Code = "unused"
	UnknownReference      Code = "unknown-reference"
	DuplicateReference    Code = "duplicate-reference"
	PresetBus             Code = "preset-bus"
	WrongRegion           Code = "wrong-region"
	BusRegion             Code = "bus-region"
	OtherRegion           Code = "other-region"
	HealthGlobal          Code = "health-global-events"
	NoFacts               Code = "no-facts"
	OnlyFacts             Code = "only-facts"
	DedupeKey             Code = "dedupe-key"
	InvalidPattern        Code = "invalid-pattern"
	UndocumentedOperator  Code = "undocumented-operator"
	PatternTooLong        Code = "pattern-too-long"
	PatternQuota          Code = "pattern-quota"
	FieldConstrainedTwice Code = "field-constrained-twice"
	AbsenceInList         Code = "absence-in-list"
	BadPlaceholder        Code = "bad-placeholder"
	BadPath               Code = "bad-path"
	UnknownEventField     Code = "unknown-event-field"
	CompoundInText        Code = "list-in-text"
	PlaceholderInKey      Code = "placeholder-in-key"
	TooManyValues         Code = "too-many-values"
	TemplateTooLong       Code = "template-too-long"
	MissingMessage        Code = "missing-message"
	UnusedMessage         Code = "unused-message"
	EmptyMessage          Code = "empty-message"
	EventNotAccepted      Code = "event-not-accepted"
	MessageContract       Code = "message-contract"
	BodyNotObject         Code = "body-not-object"
	BodyContract          Code = "body-contract"
	UntrustedText         Code = "untrusted-text"
	UntrustedMarkup       Code = "untrusted-markup"
	UntrustedLink         Code = "untrusted-link"
	BadLink               Code = "bad-link"
	BadMention            Code = "bad-mention"
	MentionsIgnored       Code = "mentions-ignored"
	MentionsNeedQueue     Code = "mentions-need-queue"
	ChannelName           Code = "channel-name"
	DingTalkKeyword       Code = "dingtalk-keyword"
	DingTalkIP            Code = "dingtalk-ip"
	PerMinuteLimit        Code = "per-minute-limit"
	CannotQueue           Code = "cannot-queue"
	QueuedRetry           Code = "queued-retry-policy"
	ElseNotLast           Code = "else-not-last"
	DuplicateVariant      Code = "duplicate-variant"
	ShadowedVariant       Code = "shadowed-variant"
	ShadowedRoute         Code = "shadowed-route"
	Inexpressible         Code = "inexpressible-exclusion"
	ListVariants          Code = "list-variants"
	RulesQuota            Code = "rules-quota"
	DestinationsQuota     Code = "destinations-quota"
	StackLimit            Code = "stack-limit"
	NameCollision         Code = "name-collision"
	NoDeadLetters         Code = "no-dead-letter-queue"
	TemplateShape         Code = "template-shape"
	TemplateParameter     Code = "template-parameter"
	ParameterNotGiven     Code = "parameter-not-given"
	TemplateUnsupported   Code = "template-unsupported"
	Unresolved            Code = "unresolved"
	RefusedRule           Code = "refused-rule"
	RefusedTarget         Code = "refused-target"
	RefusedDestination    Code = "refused-destination"
	UnreadableFile        Code = "unreadable-file"
	BadEvent              Code = "bad-event"
	UnknownExpected       Code = "unknown-expected"
	DuplicateTest         Code = "duplicate-test"
)

// Catalogue describes every code, by chapter.
var Catalogue = []Group{
	{"Reading YAML", []Description{
		{EmptyFile, Error,
			"The file holds nothing.",
			"Write a file, or let `notifygen init` write a commented starter."},
		{FileTooLarge, Error,
			"The file is larger, or nests deeper (aliases included), than any real one.",
			"Split the routes over several files, each with a `name` of its own."},
		{YAMLSyntax, Error,
			"The text is not YAML 1.2, or not UTF-8.",
			"Check indentation and quotes on the line named and on the one before it."},
		{YAMLUnsupported, Error,
			"YAML allows it, the format does not: several documents, tags such as !Ref, keys that are no text, numbers JSON lacks.",
			"Write plain mappings, lists, strings, numbers and booleans; a stack parameter is {parameter: NAME}."},
		{DuplicateKey, Error,
			"A mapping has the same key twice; YAML would silently keep one.",
			"Remove or rename one of them."},
	}},
	{"Keys and values", []Description{
		{UnknownKey, Error,
			"A mapping has a key that the format does not know.",
			"Follow the suggestion, or look the key up in docs/reference.md."},
		{UnknownType, Error,
			"A destination's `type` is none that notifygen knows.",
			"`notifygen destinations list` shows the types."},
		{UnknownValue, Error,
			"A word is not among the ones allowed here.",
			"Use one of the words in the hint."},
		{WrongType, Error,
			"A value is a list, a mapping, a number or text where another is wanted.",
			"Write the kind of value the message names; quote numbers that are text."},
		{MissingKey, Error,
			"A mapping lacks a key it needs.",
			"Add the key; docs/reference.md says what it holds."},
		{ConflictingKeys, Error,
			"Two keys exclude one another.",
			"Keep one of them."},
		{EmptyValue, Error,
			"A text, list or mapping is empty where something must stand.",
			"Fill it, or leave the key out."},
		{BadName, Error,
			"A name has characters or a length that AWS refuses in what is made from it.",
			"Use the characters the hint names."},
		{BadValue, Error,
			"A value does not have the form it must have.",
			"Write it as the hint says."},
		{OutOfRange, Error,
			"A number, or a number of things, is outside its limits.",
			"Stay within the limits the hint names."},
	}},
	{"Secrets and parameters", []Description{
		{SecretInFile, Error,
			"A value has the shape of a credential: a token, or a URL that is itself a secret.",
			"Move it to Secrets Manager or to a NoEcho parameter, write the name of the secret, and replace the leaked one."},
		{SSMSecret, Error,
			"CloudFormation does not resolve `ssm-secure` references in EventBridge connections.",
			"Use `secretsmanager` or a NoEcho `parameter`."},
		{UnknownSecret, Error,
			"A key that wants the name of a secret holds something that `secrets` does not declare. The value is not shown: it might be the secret.",
			"Declare the secret under `secrets` and write its name."},
		{SecretDefault, Error,
			"A stack parameter that carries a secret has a default, allowed values or a pattern, which would stand in the template for all to read.",
			"Remove it: the deployment passes the value."},
		{SecretInText, Error,
			"A stack parameter that carries a secret is also used where everybody can read it: in a message, a body or a pattern.",
			"Use another parameter there."},
		{SignerReadsToken, Warning,
			"What a destination signs with is kept in one secret with a token or URL. The function that signs may read a secret whole, and so the token, which it has no need of.",
			"Keep them in two secrets."},
		{ParameterNotAllowed, Error,
			"A value that decides what the template looks like is not known at deploy time only.",
			"Write the value itself."},
		{UnknownParameter, Error,
			"A parameter is used that is not declared, and one with nearly the same name is.",
			"Correct the name, or declare the parameter."},
		{ParameterType, Error,
			"A parameter is used as a number in one place and as text in another, or its default is no number.",
			"Use two parameters, or correct the default."},
		{UnsafeDefault, Error,
			"A parameter that stands in a message or a pattern has a default with quotes, backslashes, angle brackets or control characters, which CloudFormation would paste unescaped.",
			"Choose a default without them."},
		{Unused, Warning,
			"Something is declared and never used.",
			"Remove it, or use it."},
	}},
	{"Sources", []Description{
		{UnknownReference, Error,
			"A route names a source or destination that the file does not declare.",
			"Correct the name, or declare it."},
		{DuplicateReference, Error,
			"A route names the same source or destination twice, so that every message would arrive twice.",
			"Remove one."},
		{PresetBus, Error,
			"Events of AWS services arrive on the default event bus only.",
			"Leave `bus` out."},
		{WrongRegion, Error,
			"The events of this preset are not delivered in the file's Region.",
			"Deploy this route to the Region in the hint: a file of its own."},
		{BusRegion, Error,
			"A rule and its event bus are in one Region; the ARN names another.",
			"Use a bus of the file's Region, or change `region`."},
		{OtherRegion, Error,
			"Secrets Manager and KMS answer for their own Region only; the ARN of a secret or a key names another than the file's.",
			"Name a replica or a key of the file's Region, or change `region`."},
		{HealthGlobal, Info,
			"Health events of global services arrive in us-east-1 (and their backup copies in us-west-2), not in the file's Region.",
			"Deploy the file to us-east-1 too if you want them."},
		{NoFacts, Error,
			"No API knows more of the events of this source than they tell themselves.",
			"Leave `enrich` out; it belongs to the presets aws.support and aws.health, and to sources of events of their form (`enrich: {as: aws.support}`)."},
		{OnlyFacts, Warning,
			"A message holds nothing but facts of the enricher. Where the API refuses them (no support plan, an unknown case), the event is delivered without, and the message says nothing.",
			"Add constant text or a value of the event, or a variant for `when: {enriched: {error: {code: [{exists: true}]}}}`."},
		{DedupeKey, Error,
			"The values by which copies of an event are told make no deduplication id of an SQS queue: it has at most 128 characters, letters, digits and punctuation, no spaces. Or they are the same in every event, so that nearly all would be dropped.",
			"Name shorter fields that differ from event to event, such as ids."},
		{InvalidPattern, Error,
			"EventBridge would refuse the event pattern; the message is EventBridge's own reason.",
			"Correct the pattern: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html"},
		{UndocumentedOperator, Warning,
			"`exactly` works in the engine EventBridge uses, but AWS does not document it.",
			"Write the value itself, which means the same."},
		{PatternTooLong, Error,
			"A pattern has more than 4,096 characters, which no quota allows.",
			"Split the route, or shorten the lists."},
		{PatternQuota, Warning,
			"A pattern is longer than the account's quota.",
			"Shorten it, or have the quota raised and set `quotas: {event-pattern-size: N}`."},
		{FieldConstrainedTwice, Error,
			"`when` is ANDed with the source's pattern (and a variant's with the route's); an event pattern cannot ask of one field twice.",
			"Write the field's values in one of the two places."},
		{AbsenceInList, Warning,
			"`exists: false` on a field inside a list depends on which element EventBridge looks at.",
			"Ask for a field outside the list."},
	}},
	{"Values in messages", []Description{
		{BadPlaceholder, Error,
			"A ${…} is not closed, or names a reserved variable that does not exist.",
			"Write ${path}, ${parameters.NAME} or $${ for a literal ${."},
		{BadPath, Error,
			"EventBridge cannot follow the path: it knows names of letters, digits, - _ and /, dots and [0].",
			"Take a field above it whole, or another field."},
		{UnknownEventField, Error,
			"Events of this source have no such field, so the value would always be empty.",
			"Follow the suggestion; AWS documents the fields at the preset's URL."},
		{CompoundInText, Error,
			"A list or an object inside text makes the body invalid JSON, and EventBridge drops the event.",
			"Take one element (${resources[0]}), a field of it, or put it into `body:` as a whole value."},
		{PlaceholderInKey, Error,
			"EventBridge does not insert values into the keys of a body.",
			"Write a constant key."},
		{TooManyValues, Error,
			"An input transformer takes at most 100 values from an event.",
			"Use fewer values, or pass the whole event."},
		{TemplateTooLong, Error,
			"An input template has at most 8,192 characters.",
			"Shorten the constant text."},
	}},
	{"Messages", []Description{
		{MissingMessage, Error,
			"A destination of a route gets no message.",
			"Give the route, the variant or the `to` entry a `message` or a `body`."},
		{UnusedMessage, Warning,
			"A message is never sent: every variant, or every destination, has its own.",
			"Remove it, or add a last variant `- else: true` that uses it."},
		{EmptyMessage, Error,
			"A message has neither title nor text nor fields.",
			"Give it one of them."},
		{EventNotAccepted, Error,
			"The service wants a body of its own form, not the event.",
			"Write a `message` or a `body`."},
		{MessageContract, Error,
			"The service would refuse the message.",
			"Change it as the hint says."},
		{BodyNotObject, Error,
			"A body must be a mapping: only templates that begin with { escape the values they insert.",
			"Put the value under a key."},
		{BodyContract, Error,
			"The service would refuse the body, or do something else than it says.",
			"Change it as the hint says."},
		{UntrustedText, Warning,
			"A value that anybody may have written stands where the service parses text: it could mention people or show false links.",
			"Use a `message`, or vouch for the value with `trusted` in the source."},
		{UntrustedMarkup, Error,
			"A value that anybody may have written would be parsed as markup.",
			"Use the plain format, or vouch for the value with `trusted` in the source."},
		{UntrustedLink, Error,
			"A value that anybody may have written would decide where a link leads, or break it.",
			"Link to a constant URL, or vouch for the value with `trusted` in the source."},
		{BadLink, Error,
			"A link must begin with https:// and a constant host.",
			"Write the URL out; values may follow the host."},
		{BadMention, Error,
			"The service cannot mention this, or not in this form.",
			"Write it as the hint says; mentions that only one service knows belong to that destination."},
		{MentionsIgnored, Warning,
			"The service mentions nobody in this kind of message.",
			"Remove the mentions, or choose another format."},
		{MentionsNeedQueue, Error,
			"The people on call are read when a message is sent, which only a queued destination can do.",
			"Give the destination `rate: N/min` or `deliver: verified`, or mention people by `cases`."},
		{ChannelName, Warning,
			"A Slack channel is named instead of identified; a message is lost when the channel is renamed.",
			"Use the channel ID, which stands at the very bottom of the channel's details."},
		{DingTalkKeyword, Error,
			"A DingTalk robot in keyword mode drops messages without its keyword.",
			"Write the keyword into constant text of the body."},
		{DingTalkIP, Error,
			"A robot that admits fixed addresses only cannot be called by EventBridge, which has none.",
			"Use `security: keyword`."},
		{PerMinuteLimit, Warning,
			"The service allows fewer messages a minute than the destination's rate, than EventBridge can be told to keep, or than several destinations with one token send together.",
			"Write the limit as the rate, such as `rate: 20/min`: messages then wait in a queue. Or make sure that fewer events match."},
		{CannotQueue, Error,
			"The destination's URL is itself the secret. An HTTP task, which sends messages from a queue, would carry it into the state machine's definition and its role's policy, where everybody who reads the stack sees it.",
			"Leave `deliver: verified` and rates by the minute to destinations that take a token, such as `slack`."},
		{QueuedRetry, Info,
			"The destination is queued: its `retry-policy` bounds EventBridge's attempts to put a message into the queue, and no more.",
			"Nothing, if that is what you mean; the state machine retries by itself."},
	}},
	{"Variants", []Description{
		{ElseNotLast, Error,
			"`else: true` takes every event that is left, so nothing can come after it.",
			"Move it to the end."},
		{DuplicateVariant, Error,
			"Two variants of a route have the same name.",
			"Rename one."},
		{ShadowedVariant, Error,
			"Variants above take every event this one asks for: it can never be used.",
			"Move it up, or narrow the ones above."},
		{ShadowedRoute, Warning,
			"Every event of the route also goes to the same destination by another route.",
			"Remove one of them, or narrow the wider one."},
		{Inexpressible, Error,
			"An earlier variant's events would have to be excluded, and event patterns cannot say so.",
			"Write the variants' `when` so that one field keeps them apart."},
		{ListVariants, Warning,
			"Two variants are kept apart by a field that may hold a list; an event whose list satisfies both would cause two messages.",
			"Declare the source's lists: `lists: [path]`, or `lists: []` where it has none."},
	}},
	{"Limits and names", []Description{
		{RulesQuota, Warning,
			"The file makes more rules on an event bus than the account's quota.",
			"Have the quota raised and set `quotas: {rules-per-event-bus: N}`."},
		{DestinationsQuota, Warning,
			"The file makes more connections or API destinations than the account's quota.",
			"Have the quota raised and set it under `quotas`."},
		{StackLimit, Error,
			"One route or destination alone, or all enriched and deduplicated sources together, exceed what a CloudFormation template may hold.",
			"Split it into several, or raise `route-stacks`."},
		{NameCollision, Error,
			"Two things get the same CloudFormation logical ID.",
			"Rename one of them."},
		{NoDeadLetters, Warning,
			"The file turns the dead-letter queue off: events that cannot be delivered are lost without a trace.",
			"Remove `dead-letter-queue: false`."},
	}},
	{"Reading templates", []Description{
		{TemplateShape, Error,
			"The file is YAML or JSON, but not a CloudFormation template, or a part of it does not have the form CloudFormation wants.",
			"Correct the template: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html"},
		{TemplateParameter, Error,
			"A parameter of the template does not take the value it is given.",
			"Give it one of the values the template allows."},
		{ParameterNotGiven, Warning,
			"A parameter has no default and is not given; its name stands for its value in what is shown.",
			"Give it with `--param NAME=VALUE`."},
		{TemplateUnsupported, Error,
			"The simulator does not know this function or transform of CloudFormation.",
			"Write the value out, or simulate the processed template (`aws cloudformation get-template --template-stage Processed`)."},
		{Unresolved, Error,
			"A value is only known to AWS, or names something the templates do not hold; its name stands for it in what is shown.",
			"Give the template that holds it with another `--template`."},
		{RefusedRule, Error,
			"EventBridge would refuse the rule; where the pattern is at fault, the message is EventBridge's own reason.",
			"Correct the rule: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html"},
		{RefusedTarget, Error,
			"EventBridge would refuse the target: deploying the template fails. Or the state machine behind a pipe cannot run.",
			"Correct it as the message says."},
		{RefusedDestination, Warning,
			"EventBridge would refuse the connection or the API destination with these values: deploying the template fails. Requests are shown all the same.",
			"Correct it as the message says, or give parameters that still hold an example (`--param NAME=VALUE`)."},
	}},
	{"Tests", []Description{
		{UnreadableFile, Error,
			"A file that a test file names is missing or cannot be read. Paths are relative to the test file.",
			"Correct the path."},
		{BadEvent, Error,
			"What a test plays is neither an event nor a PutEvents entry.",
			"Write a JSON object as EventBridge delivers it, or an entry whose `Detail` is JSON text."},
		{UnknownExpected, Error,
			"An expectation names a route, variant, rule or destination that the templates do not have: it could never be met, or never fail.",
			"Follow the suggestion."},
		{DuplicateTest, Error,
			"Two tests of a file have the same name, so that a report could not tell them apart.",
			"Rename one."},
	}},
}

var byCode = func() map[Code]Description {
	m := map[Code]Description{}
	for _, g := range Catalogue {
		for _, d := range g.Codes {
			m[d.Code] = d
		}
	}
	return m
}()

// Describe gives the description of a code; a code that is not in the
// catalogue is a bug.
func (c Code) Describe() Description {
	d, ok := byCode[c]
	if !ok {
		panic("diag: undeclared code " + string(c))
	}
	return d
}
