// Package sdk configures aws-sdk-go-v2 for a Lambda function and tells which of
// its errors pass. The SDK's own config module would find more ways to
// credentials than Lambda has, at the price of size and start-up time.
package sdk

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

const (
	// attemptTime bounds one attempt of a request, attempts how many there are and
	// backoff the wait between two.
	attemptTime = 4 * time.Second
	attempts    = 3
	backoff     = time.Second
)

// Config is the configuration of clients in the Region of the function, whose
// environment getenv reads.
func Config(getenv func(name string) string) aws.Config {
	return aws.Config{
		Region:      getenv("AWS_REGION"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return credentials(getenv) }),
		HTTPClient:  awshttp.NewBuildableClient().WithTimeout(attemptTime),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts = attempts
				o.MaxBackoff = backoff
			})
		},
	}
}

// credentials are those of the function's role, which Lambda puts into the
// environment for the life of the process
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
func credentials(getenv func(name string) string) (aws.Credentials, error) {
	c := aws.Credentials{
		AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    getenv("AWS_SESSION_TOKEN"),
		Source:          "environment",
	}
	if !c.HasKeys() {
		return c, errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
	}
	return c, nil
}

// Endpoint is the endpoint configured for a service, nil for AWS's own
// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html).
func Endpoint(getenv func(name string) string, service string) *string {
	for _, name := range []string{"AWS_ENDPOINT_URL_" + service, "AWS_ENDPOINT_URL"} {
		if url := getenv(name); url != "" {
			return &url
		}
	}
	return nil
}
