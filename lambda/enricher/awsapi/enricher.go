package awsapi

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/notifygen/notifygen/lambda/enricher/enrich"
	"github.com/notifygen/notifygen/lambda/internal/environment"
	"github.com/notifygen/notifygen/lambda/internal/sdk"
)

// Environment is what an enricher runs in. All fields but Transport are required.
type Environment struct {
	Getenv func(name string) string
	// LookupCNAME gives the canonical name of a host.
	LookupCNAME func(ctx context.Context, host string) (string, error)
	Now         func() time.Time
	Log         *slog.Logger
	// Transport answers in place of AWS, and then nothing waits between two
	// attempts; nil asks AWS.
	Transport http.RoundTripper
}

// NewEnricher is the enricher as the environment variables want it. The error is
// all that is wrong with them; the enricher is there nevertheless.
func NewEnricher(e Environment) (*enrich.Enricher, error) {
	settings := environment.New(e.Getenv)
	config := sdk.Config(e.Getenv)
	if e.Transport != nil {
		config.HTTPClient = &http.Client{Transport: e.Transport}
		retryer := config.Retryer
		config.Retryer = func() aws.Retryer { return atOnce{retryer()} }
	}
	region := settings.Region()
	active := NewActive(region, e.LookupCNAME, e.Now, e.Log)
	return &enrich.Enricher{
		Support:     NewSupport(config, e.Getenv),
		Health:      NewHealth(config, e.Getenv, active, settings.Bool("ORGANIZATION")),
		MaxReceives: settings.Int("MAX_RECEIVES", 3, 1, 100),
		MaxText:     settings.Int("MAX_TEXT_BYTES", 8000, 100, 32000),
		MaxEntities: settings.Int("MAX_ENTITIES", 200, 1, 1000),
		Region:      region,
		Log:         e.Log,
	}, settings.Err()
}

// atOnce makes the attempts of a retryer without the waits.
type atOnce struct{ aws.Retryer }

func (atOnce) RetryDelay(int, error) (time.Duration, error) { return 0, nil }
