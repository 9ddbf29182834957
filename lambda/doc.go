// Package lambda holds the only code of notifygen that runs in an account: two
// functions, arm64 on provided.al2023, handler "bootstrap". This page is what
// the compiler is written against; the packages say the details.
//
//	signer    Step Functions task: {"scheme","secretId","secretKey"?,"fresh"?} in, {"timestamp","sign"} out
//	enricher  enrichment of a pipe: [SQS record] in, [{"event","enriched"}] out
//
// # Layout
//
//	fault             named errors of both functions: Throttled, Unavailable
//	signer/sign       the signing schemes: pure functions, one file each
//	signer/handler    the signer without AWS: request, cache of secrets, named errors
//	signer/secrets    Secrets Manager behind handler.Source
//	enricher/enrich   the enricher without AWS: records, facts, limits
//	enricher/awsapi   the Support and Health APIs behind enrich.Support and enrich.Health
//	package           the command that builds and zips the functions (internal/pack), the same bytes everywhere
//	assets            the zips, embedded with the build tag "lambdas"
//
// handler.Signer and enrich.Enricher import no AWS package, read no clock and no
// environment of their own, and have the method
// Invoke(ctx, payload) (reply, error) of a Lambda function: a simulator calls
// the code that is deployed.
//
// # Errors
//
// A function that fails reports the name of the error's Go type as errorType,
// which is what a state machine catches
// (https://docs.aws.amazon.com/lambda/latest/dg/golang-exceptions.html).
// No message and no log line holds a secret, a message, a case text or an
// answer of an AWS API.
//
// # Environment
//
// Both functions need AWS_REGION and the credentials that Lambda sets, and heed
// AWS_ENDPOINT_URL_<SERVICE> and AWS_ENDPOINT_URL. A variable that cannot be read
// stops the function when it starts, with the reason in its log.
//
//	signer    SECRET_MAX_AGE  how long a secret is used before it is read again: 1s to 1h, default 5m
//	          SECRET_GRACE    how much longer while Secrets Manager does not answer: 0s to 1h, default 5m
//	enricher  MAX_RECEIVES    the receive on which an event is delivered even without facts: 1 to 100, default 3
//	          MAX_TEXT_BYTES  longest text of an enriched event: 100 to 32000, default 8000
//	          MAX_ENTITIES    most affected entities of an enriched event: 1 to 1000, default 200
//	          ORGANIZATION    "true": the ...ForOrganization operations of Health; default "false"
//
// # Permissions
//
//	signer    secretsmanager:GetSecretValue on the secret; kms:Decrypt on its customer managed key
//	enricher  support:DescribeCases on * (it knows no resources);
//	          health:DescribeEventDetails and health:DescribeAffectedEntities, or with ORGANIZATION
//	          health:DescribeEventDetailsForOrganization and health:DescribeAffectedEntitiesForOrganization
//
// # Sizes
//
// Memory of 128 MB is enough for both. The signer wants a timeout of 10 s, the
// enricher of 30 s: both stop 10% (at least 500 ms) earlier, so that a slow API becomes an error
// with a name instead of a timeout of Lambda's.
package lambda
