package expect

import (
	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/simulate"
)

// Every key of a test file is declared here. The reader, the JSON Schema
// (`notifygen schema --tests`) and docs/tests.md are made from the declarations.

// standardNow is the time of a simulation for which the file names none: the
// same file gives the same result on every day.
const standardNow = "2026-01-01T00:00:00Z"

// maxAttempts is more than an execution can send.
const maxAttempts = 25_000

// failDoc describes the instructions that [contract.Failures] follows.
const failDoc = "SERVICE=FAILURE for the next request, SERVICE=FAILURExN for the next N; `*` is every service. A failure is an error code of the service (slack=channel_not_found), " +
	"an HTTP status (slack=503, with Retry-After *=429:30), `slow` or `slow:70s`, or `reset`. SERVICE:SETTING=VALUE sets what is set at the service, such as dingtalk:keyword=AWS"

const (
	parameterNames = `[A-Za-z][A-Za-z0-9]{0,254}|AWS::[A-Za-z]+`
	parameterHint  = "letters and digits, starting with a letter, or a pseudo parameter such as AWS::Region"
	timePattern    = `[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})`
	timeHint       = "a time such as 2026-03-02T10:15:30Z"
)

// Object declares a test file.
func Object() *schema.Object {
	return &schema.Object{
		Name: "a test file",
		Doc:  "Events, and what must become of them. Paths are relative to the test file.",
		Keys: []schema.Key{
			{Name: "file", Doc: "the file of routes; without it that of -f, else notifygen.yaml beside the test file, else the one above it",
				Type: schema.Word()},
			{Name: "templates", Doc: "CloudFormation, SAM or CDK templates of any origin, instead of `file`; they play together",
				Type: nonEmpty(schema.ListOf(schema.Word()))},
			{Name: "parameters", Doc: "values of stack parameters, or of pseudo parameters such as AWS::Region; those that carry a secret take none and show as ***",
				Type: schema.MapOf(&schema.Type{Pattern: parameterNames, PatternHint: parameterHint},
					&schema.Type{Accept: []schema.Kind{schema.String, schema.Int, schema.Float, schema.Bool}})},
			{Name: "secrets", Doc: "test values of secrets, by the names that the file of routes gives them (else by those that `simulate` tells): they are sent and signed with, and show. No real ones: whatever stands in a file is no secret any more",
				Type: schema.MapOf(&schema.Type{Pattern: `\S+`, PatternHint: "the name of a secret"},
					&schema.Type{Accept: []schema.Kind{schema.String, schema.Int}, NonEmpty: true})},
			{Name: "ssm", Doc: "parameters of Systems Manager that state machines read, by name; others do not exist", Type: stored()},
			{Name: "fakes", Doc: "recorded answers of the APIs that the enricher asks", Type: schema.Of(fakesObject)},
			{Name: "fail", Doc: "what services answer instead of what suits the request, one after the other; every test begins anew: " + failDoc, Type: texts()},
			{Name: "now", Default: standardNow, Doc: "the time of the simulation",
				Type: &schema.Type{Accept: []schema.Kind{schema.String}, Pattern: timePattern, PatternHint: timeHint}},
			{Name: "tests", Required: true, Doc: "what is tried, in this order",
				Type: nonEmpty(schema.ListOf(schema.Of(testObject)))},
		},
	}
}

var testObject = &schema.Object{
	Name: "a test",
	Doc: "One event (or several, if the file holds several) and all that it causes. At least one of `expect`, `delivers`, `not` and `refused`. " +
		"What is forwarded to another event bus or put into a queue is a delivery too, and so is what that bus delivers, or the pipe behind that queue; " +
		"what only leads to the request of a state machine, or to the event with its facts, need not be listed.",
	Keys: []schema.Key{
		{Name: "name", Required: true, Doc: "what is tried, in words; no two tests of a file have the same", Type: schema.Word()},
		{Name: "event", Required: true, Doc: "a JSON file, or the event itself: an event as EventBridge delivers it, a PutEvents entry (`Detail` is JSON text), or a list of either",
			Type: &schema.Type{Accept: []schema.Kind{schema.String, schema.Map, schema.List}, Elem: schema.Anything(), NonEmpty: true}},
		{Name: "with", Doc: "merged over the event (of an entry: over the event it becomes) as a JSON Merge Patch, RFC 7386: members replace those of the event, null removes one, lists are replaced whole",
			Type: &schema.Type{Accept: []schema.Kind{schema.Map}, Elem: schema.Anything()}},
		{Name: "bus", Doc: "event bus, by name or ARN; without it an entry goes to the bus it names, an event of an AWS service to the default one, any other to every bus with rules",
			Type: schema.Word()},
		{Name: "ssm", Doc: "as for the file, and instead of what stands there under the same name", Type: stored()},
		{Name: "fakes", Doc: "as for the file, and instead of its answers of the same API", Type: schema.Of(fakesObject)},
		{Name: "fail", Doc: "as for the file, and instead of all that stands there; [] for nothing",
			Type: &schema.Type{Accept: []schema.Kind{schema.String, schema.List}, Elem: schema.Word()}},
		{Name: "expect", Doc: "exactly these deliveries, in any order; [] for none",
			Type: schema.ListOf(schema.Of(deliveryObject))},
		{Name: "delivers", Doc: "at least these deliveries; others do not matter",
			Type: nonEmpty(schema.ListOf(schema.Of(deliveryObject)))},
		{Name: "not", Doc: "no delivery is like one of these: what is given of it does not all apply to any",
			Type: nonEmpty(schema.ListOf(schema.Of(deliveryObject)))},
		{Name: "refused", Doc: "the error codes with which PutEvents refuses entries, one for each: MalformedDetail, NotAuthorizedForSourceException, InvalidArgument",
			Type: texts()},
	},
}

var fakesObject = &schema.Object{
	Name: "a set of recorded answers",
	Doc: "Without them, what follows an enrichment is not known. A case or an event that is not among them is one that the API does not know. " +
		"Instead of a reply, an error as it is on the wire: {__type: SubscriptionRequiredException}. What passes, such as ThrottlingException, is tried again when the queue shows the message again.",
	Keys: fakeKeys(),
}

// fakeKeys are the APIs whose answers can be recorded.
func fakeKeys() []schema.Key {
	var keys []schema.Key
	for _, api := range simulate.FakeAPIs() {
		keys = append(keys, schema.Key{Name: api, Doc: "a JSON file, or the answers themselves: " + simulate.FakeForms(api),
			Type: &schema.Type{Accept: []schema.Kind{schema.String, schema.Map}, Elem: schema.Anything(), NonEmpty: true}})
	}
	return keys
}

// stored are parameters of Systems Manager
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html).
func stored() *schema.Type {
	return schema.MapOf(&schema.Type{Pattern: `[a-zA-Z0-9_.\-/]+`, PatternHint: "letters, digits, and any of . - _ /"},
		&schema.Type{Accept: []schema.Kind{schema.String, schema.Int}})
}

var deliveryObject = &schema.Object{
	Name: "a delivery",
	Doc:  "What one target receives. Without `route`, `rule`, `pipe` and `to`, any target.",
	Keys: []schema.Key{
		{Name: "route", Doc: "the route, or route.variant (of a route with mentions by a field also route.case, as in the table of --coverage); any of its rules will do", Type: schema.Word()},
		{Name: "rule", Doc: "the rule by name or logical ID, in templates of others", Type: schema.Word()},
		{Name: "pipe", Doc: "the pipe that delivers, behind a queue of the rule, by its name (by its logical ID where the template gives no name)", Type: schema.Word()},
		{Name: "to", Doc: "the destination; in templates of others the target's ID or ARN; behind a pipe `target`, `enrichment` or an ARN", Type: schema.Word()},
		{Name: "method", Doc: "HTTP method", Type: schema.Word()},
		{Name: "url", Doc: "the whole URL, secrets as ***", Type: schema.Word()},
		{Name: "headers", Doc: "headers of the request, among others, by name in any case; secrets as ***",
			Type: schema.MapOf(&schema.Type{Pattern: `[!#$%&'*+.^_|~0-9A-Za-z-]+`, PatternHint: "the name of an HTTP header"},
				&schema.Type{Accept: []schema.Kind{schema.String, schema.Int}})},
		{Name: "body", Doc: "the body of the request, or the message to a target that is no API destination", Type: schema.Of(bodyObject)},
		{Name: "outcome", Default: contract.Delivered, Doc: "what becomes of the request, where notifygen knows the service: delivered; lost (the service refuses it with status 200, which EventBridge counts as delivered); retried; dead-lettered. Behind a state machine, what that makes of the reply: dead-lettered (set aside), retried (it returns to the queue), lost (the machine takes a refusal for success)",
			Type: schema.Word(contract.Delivered, contract.Lost, contract.Retried, contract.DeadLettered)},
		{Name: "error-code", Doc: "the ERROR_CODE with which a state machine sets the message aside; the outcome is then dead-lettered; only behind a state machine",
			Type: &schema.Type{Accept: []schema.Kind{schema.String, schema.Int}, NonEmpty: true}},
		{Name: "attempts", Doc: "how many requests the state machine sends until then; only behind a state machine", Type: &schema.Type{Accept: []schema.Kind{schema.Int}, Min: 1, Max: maxAttempts}},
		{Name: "undeliverable", Doc: "the target receives nothing: EventBridge's error code such as INVALID_JSON, or true for any reason; `body` is then what the dead-letter queue gets",
			Type: &schema.Type{Accept: []schema.Kind{schema.String, schema.Bool}, NonEmpty: true}},
	},
}

var bodyObject = &schema.Object{
	Name: "a body",
	Doc:  "What the body is, or has. Several keys must all hold; `equals` stands alone.",
	Keys: []schema.Key{
		{Name: "equals", Doc: "the whole body; the order of members and the spelling of numbers do not matter", Type: schema.Anything()},
		{Name: "contains", Doc: "a part of the body: every member given must be there and contain what is given; a list must have the items given in this order, with others before, between and after them; all else must be equal", Type: schema.Anything()},
		{Name: "text", Doc: "texts that each occur in one of the body's strings, or in the body as it is sent", Type: texts()},
		{Name: "lacks", Doc: "texts that occur nowhere in the body", Type: texts()},
	},
}

func nonEmpty(t *schema.Type) *schema.Type { t.NonEmpty = true; return t }

// texts is a text or several.
func texts() *schema.Type {
	return &schema.Type{Accept: []schema.Kind{schema.String, schema.List}, Elem: schema.Word(), NonEmpty: true}
}
