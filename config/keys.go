package config

import "github.com/notifygen/notifygen/schema"

// Every key of notifygen.yaml is declared in this package's keys*.go and, for
// the keys of one destination type, in that destination's file in
// transformers. The reader, the JSON Schema (`notifygen schema`) and
// docs/reference.md are made from these declarations.

const (
	namePattern  = `[A-Za-z][A-Za-z0-9-]{0,62}`
	nameHint     = "letters, digits and hyphens, starting with a letter, at most 63 characters"
	stackPattern = `[A-Za-z][A-Za-z0-9-]{0,31}`
	stackHint    = "letters, digits and hyphens, starting with a letter, at most 32 characters: it begins the name of every resource"
	pathPattern  = `[A-Za-z][A-Za-z0-9_/-]*(\.[A-Za-z0-9_/-]+|\[[0-9*]+\])*`
	pathHint     = "a path into the event such as detail.severity or detail.items[0].name"
)

func name() *schema.Type {
	return &schema.Type{Accept: []schema.Kind{schema.String}, Pattern: namePattern, PatternHint: nameHint}
}

func path() *schema.Type {
	return &schema.Type{Accept: []schema.Kind{schema.String}, Pattern: pathPattern, PatternHint: pathHint}
}

// fileObject declares the whole file; destinations are the declared types of
// destination, each with its own keys.
func fileObject(destinations []*schema.Object) *schema.Object {
	return &schema.Object{
		Name: "the file",
		Doc:  "Routes that carry AWS events to people.",
		Keys: []schema.Key{
			{Name: "version", Required: true, Doc: "the version of this format: 1",
				Type: &schema.Type{Accept: []schema.Kind{schema.Int}, Min: 1, Max: 1}},
			{Name: "name", Required: true, Doc: "stack name, and prefix of every resource name",
				Type: &schema.Type{Accept: []schema.Kind{schema.String}, Pattern: stackPattern, PatternHint: stackHint}},
			{Name: "description", Doc: "description of the stack",
				Type: &schema.Type{Accept: []schema.Kind{schema.String}, NonEmpty: true}},
			{Name: "region", Doc: "the Region the stack is for; turns on Region checks",
				Type: &schema.Type{Accept: []schema.Kind{schema.String}, Pattern: `[a-z]{2,4}(-[a-z]+){1,3}-[0-9]`, PatternHint: "a Region code such as us-east-1"}},
			{Name: "parameters", Doc: "stack parameters: any scalar of the file may be {parameter: NAME}",
				Type: schema.MapOf(&schema.Type{Pattern: `[A-Za-z][A-Za-z0-9]{0,254}`, PatternHint: "letters and digits, starting with a letter (a CloudFormation logical ID)"}, schema.Of(parameterObject))},
			{Name: "secrets", Doc: "where each secret lives; never the secret itself",
				Type: schema.MapOf(name(), schema.Of(secretObject))},
			{Name: "tags", Doc: "stack tags, also set on every resource that takes tags",
				Type: schema.MapOf(&schema.Type{Pattern: `.{1,128}`, PatternHint: "1 to 128 characters"}, schema.Text())},
			{Name: "sources", Required: true, Doc: "where events come from",
				Type: nonEmpty(schema.MapOf(name(), schema.Of(sourceObject)))},
			{Name: "destinations", Required: true, Doc: "where messages go",
				Type: nonEmpty(schema.MapOf(name(), schema.Of(destinationObject(destinations))))},
			{Name: "routes", Required: true, Doc: "which events become which messages",
				Type: nonEmpty(schema.MapOf(name(), schema.Of(routeObject)))},
			{Name: "retry-policy", Doc: "how long EventBridge tries to deliver, for every route that does not say otherwise",
				Type: schema.Of(retryObject)},
			{Name: "dead-letter-queue", Default: "true", Doc: "one encrypted SQS queue a stack for events that could not be delivered; false gives them up (the messages of a queued destination have a queue of their own in any case)",
				Type: schema.Flag()},
			{Name: "alarms", Default: "true", Doc: "CloudWatch alarms on dead letters, on failed invocations of each route, on messages that wait in a queue for more than an hour, and on functions that keep failing; false for none, or where they go",
				Type: &schema.Type{Accept: []schema.Kind{schema.Bool, schema.Map}, Object: alarmsObject}},
			{Name: "kms-key", Doc: "customer managed KMS key (ARN) that encrypts the connections' secrets, and the logs of queued destinations and of enriched or deduplicated sources",
				Type: kmsKey()},
			{Name: "logs", Doc: "logs of what runs in the account: the state machines and pipes of queued destinations, the pipes of enriched or deduplicated sources, the signer and the enricher",
				Type: schema.Of(logsObject)},
			{Name: "route-stacks", Doc: "number of stacks that the routes are spread over; with it, a route that is added never moves another one (without it, one template as long as it holds everything, then as many stacks as it takes)",
				Type: &schema.Type{Accept: []schema.Kind{schema.Int}, Min: 1, Max: 1000}},
			{Name: "quotas", Doc: "quotas of the account that differ from AWS's defaults",
				Type: schema.Of(quotasObject)},
		},
	}
}

func nonEmpty(t *schema.Type) *schema.Type { t.NonEmpty = true; return t }

// maxActions is the number of actions of an alarm
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html).
const maxActions = 5

// atMost is a list of 1 to n items.
func atMost(n int, list *schema.Type) *schema.Type { list.Max = n; return nonEmpty(list) }

// KMSKeyPattern is what a key may be named by; KMSKeyARNPattern what stands where
// an alias does not, such as the resource of a policy
// (https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html).
const (
	kmsKeyPrefix     = `arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:`
	KMSKeyPattern    = kmsKeyPrefix + `(key/[A-Za-z0-9-]+|alias/[A-Za-z0-9/_-]+)`
	KMSKeyARNPattern = kmsKeyPrefix + `key/[A-Za-z0-9-]+`
)

func kmsKey() *schema.Type {
	t := schema.Text()
	t.Pattern = KMSKeyPattern
	t.PatternHint = "a KMS key ARN such as arn:aws:kms:us-east-1:111122223333:key/…"
	return t
}

var parameterObject = &schema.Object{
	Name: "a parameter",
	Doc:  "A CloudFormation stack parameter. Its type follows from where it is used.",
	Keys: []schema.Key{
		{Name: "description", Doc: "help text shown at deployment", Type: &schema.Type{Accept: []schema.Kind{schema.String}, NonEmpty: true}},
		{Name: "default", Doc: "value used where the deployment gives none; without it the deployment must",
			Type: &schema.Type{Accept: []schema.Kind{schema.String, schema.Int, schema.Float, schema.Bool}}},
		{Name: "allowed-values", Doc: "the only values accepted",
			Type: nonEmpty(schema.ListOf(&schema.Type{Accept: []schema.Kind{schema.String, schema.Int, schema.Float, schema.Bool}}))},
		{Name: "allowed-pattern", Doc: "regular expression a value must match (Java syntax, as CloudFormation wants it)",
			Type: &schema.Type{Accept: []schema.Kind{schema.String}, NonEmpty: true}},
	},
}

var secretObject = &schema.Object{
	Name:     "a secret",
	HideKeys: true,
	Doc:      "Where a secret lives. CloudFormation fetches it at deploy time; it is in no template and no state of ours.",
	Keys: []schema.Key{
		{Name: "secretsmanager", Doc: "name or ARN of a Secrets Manager secret",
			Type: &schema.Type{Accept: []schema.Kind{schema.String}, Hide: true, NonEmpty: true,
				Pattern:     `[A-Za-z0-9/_+=.@-]{1,512}|arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,512}`,
				PatternHint: "the name or the ARN of a Secrets Manager secret (letters, digits and /_+=.@-)"}},
		{Name: "key", Doc: "key within the secret's JSON; without it the whole secret string is used",
			Type: &schema.Type{Accept: []schema.Kind{schema.String}, Hide: true, NonEmpty: true,
				Pattern: `[^:{}\x00-\x1f]{1,255}`, PatternHint: "a key of the secret's JSON, without `:`, `{` or `}`"}},
		{Name: "version-stage", Default: "AWSCURRENT", Doc: "staging label of the version",
			Type: &schema.Type{Accept: []schema.Kind{schema.String}, Pattern: `[A-Za-z0-9_+=.@-]{1,256}`, PatternHint: "a staging label such as AWSCURRENT", Hide: true}},
		{Name: "parameter", Doc: "name of a NoEcho stack parameter that carries the secret",
			Type: &schema.Type{Accept: []schema.Kind{schema.String}, Hide: true, Pattern: `[A-Za-z][A-Za-z0-9]{0,254}`, PatternHint: "letters and digits, starting with a letter"}},
		{Name: "ssm", Doc: "refused: CloudFormation does not resolve SSM SecureString here",
			Type: &schema.Type{Any: true}},
	},
	OneOf: [][]string{{"secretsmanager", "parameter", "ssm"}},
}

var retryObject = &schema.Object{
	Name: "a retry policy",
	Doc:  "EventBridge's retry policy of a target (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RetryPolicy.html).",
	Keys: []schema.Key{
		{Name: "maximum-retry-attempts", Default: "185", Doc: "0 to 185", Type: &schema.Type{Accept: []schema.Kind{schema.Int}, Param: true, Min: 0, Max: 185}},
		{Name: "maximum-event-age-in-seconds", Default: "86400", Doc: "60 to 86400 (one day)", Type: schema.Whole(60, 86400)},
	},
}

var alarmsObject = &schema.Object{
	Name: "the alarms",
	Doc:  "Where CloudWatch alarms go.",
	Keys: []schema.Key{
		{Name: "actions", Required: true, Doc: "ARNs told when an alarm rises and when it falls, such as SNS topics",
			Type: atMost(maxActions, schema.ListOf(&schema.Type{Accept: []schema.Kind{schema.String}, Param: true, Pattern: `arn:aws[a-z-]*:[a-z0-9-]+:.+`, PatternHint: "an ARN, such as that of an SNS topic"}))},
	},
}

var logsObject = &schema.Object{
	Name: "the logs",
	Doc:  "Logs hold errors only, no message and no secret.",
	Keys: []schema.Key{
		{Name: "retention-in-days", Default: "30", Doc: "how long they are kept: 1, 3, 5, 7, 14, 30, 60, 90, … days (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html)",
			Type: &schema.Type{Accept: []schema.Kind{schema.Int}, Min: 1, Max: maxLogRetention}},
	},
}

var quotasObject = &schema.Object{
	Name: "the quotas",
	Doc:  "Adjustable quotas of the account (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html); notifygen warns above them.",
	Keys: []schema.Key{
		{Name: "rules-per-event-bus", Default: "300", Doc: "rules of one event bus", Type: whole(1)},
		{Name: "event-pattern-size", Default: "2048", Doc: "characters of an event pattern, at most 4096", Type: &schema.Type{Accept: []schema.Kind{schema.Int}, Min: 1, Max: 4096}},
		{Name: "connections", Default: "3000", Doc: "connections of the account and Region", Type: whole(1)},
		{Name: "api-destinations", Default: "3000", Doc: "API destinations of the account and Region", Type: whole(1)},
	},
}

func whole(lowest int) *schema.Type {
	return &schema.Type{Accept: []schema.Kind{schema.Int}, Min: lowest}
}
