package awsapi

import (
	"context"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/health"
	"github.com/aws/aws-sdk-go-v2/service/health/types"

	"github.com/notifygen/notifygen/lambda/enricher/enrich"
	"github.com/notifygen/notifygen/lambda/fault"
	"github.com/notifygen/notifygen/lambda/internal/sdk"
)

const (
	// pageSize is the most entities that the API answers at once.
	pageSize = 100
	// maxPages bounds the pages: they may be short.
	maxPages = 20
)

// Health is the AWS Health API, of the account or of its organization.
type Health struct {
	config       aws.Config
	endpoint     *string // that the environment names, nil for AWS's own
	active       *Active
	organization bool

	mu      sync.Mutex
	clients map[string]*health.Client
}

// NewHealth is the Health API where it is active, or at the endpoint that the
// environment names. organization asks with the
// ...ForOrganization operations, which need organizational view and the management
// account or a delegated administrator.
func NewHealth(config aws.Config, getenv func(name string) string, active *Active, organization bool) *Health {
	return &Health{config: config, endpoint: sdk.Endpoint(getenv, "HEALTH"), active: active, organization: organization, clients: map[string]*health.Client{}}
}

// Details asks for the details of an event.
func (h *Health) Details(ctx context.Context, event enrich.HealthEvent) (found enrich.HealthDetails, err error) {
	err = h.do(ctx, func(client *health.Client) error {
		if h.organization {
			found, err = organizationDetails(ctx, client, event)
		} else {
			found, err = accountDetails(ctx, client, event)
		}
		return err
	})
	return found, err
}

// Entities asks for affected entities, page by page.
func (h *Health) Entities(ctx context.Context, event enrich.HealthEvent, most int) (found []enrich.Entity, more bool, err error) {
	err = h.do(ctx, func(client *health.Client) error {
		page := accountEntities
		if h.organization {
			page = organizationEntities
		}
		found, more = nil, true
		var token *string
		for range maxPages {
			entities, next, err := page(ctx, client, event, token, int32(min(most-len(found), pageSize)))
			if err != nil {
				return err
			}
			for _, entity := range entities {
				found = append(found, enrich.Entity{
					Value: aws.ToString(entity.EntityValue), Status: string(entity.StatusCode), ARN: aws.ToString(entity.EntityArn),
					URL: aws.ToString(entity.EntityUrl), Account: aws.ToString(entity.AwsAccountId),
				})
			}
			more = aws.ToString(next) != ""
			if !more || len(found) >= most {
				break
			}
			token = next
		}
		return nil
	})
	return found, more, err
}

// do calls the API where it is active. After a fault that passes it looks where
// that is by now, and tries there once more if it is elsewhere.
func (h *Health) do(ctx context.Context, call func(*health.Client) error) error {
	region := h.region(ctx)
	err := call(h.client(region))
	if !fault.Passes(err) || ctx.Err() != nil {
		return err
	}
	h.active.Forget()
	if now := h.region(ctx); now != region {
		return call(h.client(now))
	}
	return err
}

// region is where to call. A configured endpoint needs no lookup.
func (h *Health) region(ctx context.Context) string {
	if h.endpoint != nil {
		return h.config.Region
	}
	return h.active.Region(ctx)
}

func (h *Health) client(region string) *health.Client {
	h.mu.Lock()
	defer h.mu.Unlock()
	client := h.clients[region]
	if client == nil {
		client = health.NewFromConfig(h.config, func(o *health.Options) {
			o.Region = region
			if o.BaseEndpoint = h.endpoint; o.BaseEndpoint == nil {
				o.BaseEndpoint = aws.String("https://" + healthHost(region))
			}
		})
		h.clients[region] = client
	}
	return client
}

func healthHost(region string) string {
	host := "health." + region + ".amazonaws.com"
	if strings.HasPrefix(region, "cn-") {
		host += ".cn"
	}
	return host
}

// refused is an event that the API has no details of: its reasons are in the set of
// failures, or it is in no set at all.
func refused(code, message *string) error {
	if aws.ToString(code) == "" {
		return enrich.Refusal{Code: enrich.NotFound, Message: "AWS Health has no details of the event"}
	}
	return enrich.Refusal{Code: *code, Message: "AWS Health has no details of the event: " + aws.ToString(message)}
}

func details(event *types.Event, description *types.EventDescription, metadata map[string]string) enrich.HealthDetails {
	d := enrich.HealthDetails{Metadata: metadata}
	if description != nil {
		d.Description = aws.ToString(description.LatestDescription)
	}
	if event != nil {
		d.Service, d.EventTypeCode, d.Category = aws.ToString(event.Service), aws.ToString(event.EventTypeCode), string(event.EventTypeCategory)
		d.Region, d.AvailabilityZone = aws.ToString(event.Region), aws.ToString(event.AvailabilityZone)
		d.StatusCode, d.ScopeCode, d.Actionability = string(event.StatusCode), string(event.EventScopeCode), string(event.Actionability)
		d.Start, d.End, d.LastUpdated = aws.ToTime(event.StartTime), aws.ToTime(event.EndTime), aws.ToTime(event.LastUpdatedTime)
	}
	return d
}
