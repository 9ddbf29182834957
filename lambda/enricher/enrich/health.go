package enrich

import (
	"context"
	"strings"
	"time"
)

// Health is what is asked of the AWS Health API, of one account or of an
// organization. Its errors are Refusal, fault.Throttled or fault.Unavailable.
type Health interface {
	Details(ctx context.Context, event HealthEvent) (HealthDetails, error)
	// Entities are the first affected entities, most at most, and whether there
	// are more.
	Entities(ctx context.Context, event HealthEvent, most int) (entities []Entity, more bool, err error)
}

// HealthEvent names an event to the API.
type HealthEvent struct {
	ARN string
	// Account is the one affected; "" for a public event, of which an organization
	// must be asked without an account
	// (https://docs.aws.amazon.com/health/latest/APIReference/API_DescribeEventDetailsForOrganization.html).
	Account string
}

// HealthDetails has fields of the API's Event and EventDetails
// (https://docs.aws.amazon.com/health/latest/APIReference/API_EventDetails.html).
type HealthDetails struct {
	Description      string
	Service          string
	EventTypeCode    string
	Category         string // issue, accountNotification, scheduledChange, investigation
	Region           string
	AvailabilityZone string
	StatusCode       string // open, closed, upcoming
	ScopeCode        string // PUBLIC, ACCOUNT_SPECIFIC, NONE
	Actionability    string // ACTION_REQUIRED, ACTION_MAY_BE_REQUIRED, INFORMATIONAL
	Start, End       time.Time
	LastUpdated      time.Time
	Metadata         map[string]string
}

// Entity is an affected resource or account, under the API's names
// (https://docs.aws.amazon.com/health/latest/APIReference/API_AffectedEntity.html).
type Entity struct {
	Value   string `json:"entityValue"`
	Status  string `json:"statusCode,omitempty"` // IMPAIRED, UNIMPAIRED, UNKNOWN, PENDING, RESOLVED
	ARN     string `json:"entityArn,omitempty"`
	URL     string `json:"entityUrl,omitempty"`
	Account string `json:"awsAccountId,omitempty"`
}

// HealthFacts are the facts of a Health event.
type HealthFacts struct {
	Description          string            `json:"description,omitempty"`
	DescriptionTruncated bool              `json:"descriptionTruncated"` // the description is only the beginning
	Service              string            `json:"service,omitempty"`
	EventTypeCode        string            `json:"eventTypeCode,omitempty"`
	Category             string            `json:"category,omitempty"`
	Region               string            `json:"region,omitempty"`
	AvailabilityZone     string            `json:"availabilityZone,omitempty"`
	StatusCode           string            `json:"statusCode,omitempty"`
	ScopeCode            string            `json:"eventScopeCode,omitempty"`
	Actionability        string            `json:"actionability,omitempty"`
	StartTime            string            `json:"startTime,omitempty"` // RFC 3339, UTC, as all times here
	EndTime              string            `json:"endTime,omitempty"`
	LastUpdatedTime      string            `json:"lastUpdatedTime,omitempty"`
	Metadata             map[string]string `json:"metadata,omitempty"`
	AffectedEntities     []Entity          `json:"affectedEntities,omitempty"`
	// AffectedEntitiesTruncated says that there are more than the list holds.
	AffectedEntitiesTruncated bool `json:"affectedEntitiesTruncated"`
	// AffectedEntitiesText names the first of them in one line, because a message
	// of EventBridge cannot hold a list in a text: "i-1, i-2 and more".
	AffectedEntitiesText string `json:"affectedEntitiesText,omitempty"`
	facts
}

func (e *Enricher) health(ctx context.Context, event event, last bool) (enriched, error) {
	h := HealthEvent{ARN: event.Detail.EventARN, Account: event.Detail.AffectedAccount}
	if h.ARN == "" {
		return facts{&Refusal{NotEnrichable, "the event names no Health event"}}, nil
	}
	switch {
	case event.Detail.EventScope == "PUBLIC":
		h.Account = ""
	case h.Account == "":
		h.Account = event.Account
	}
	d, err := e.Health.Details(ctx, h)
	refusal, err := settle(err, last)
	if refusal != nil || err != nil {
		return facts{refusal}, err
	}
	f := HealthFacts{
		Description: d.Description, Service: d.Service, EventTypeCode: d.EventTypeCode, Category: d.Category, Region: d.Region,
		AvailabilityZone: d.AvailabilityZone, StatusCode: d.StatusCode, ScopeCode: d.ScopeCode, Actionability: d.Actionability,
		StartTime: timestamp(d.Start), EndTime: timestamp(d.End), LastUpdatedTime: timestamp(d.LastUpdated), Metadata: d.Metadata,
	}
	f.AffectedEntities, f.AffectedEntitiesTruncated, err = e.Health.Entities(ctx, h, e.MaxEntities)
	f.Error, err = settle(err, last)
	if err != nil {
		return facts{}, err
	}
	return f, nil
}

func (f HealthFacts) within(text, entities int) enriched {
	f.Description, f.DescriptionTruncated = cut(f.Description, text)
	if len(f.AffectedEntities) > entities {
		f.AffectedEntities, f.AffectedEntitiesTruncated = f.AffectedEntities[:entities], true
	}
	f.AffectedEntitiesText = listed(f.AffectedEntities, f.AffectedEntitiesTruncated)
	metadata := make(map[string]string, len(f.Metadata))
	for key, value := range f.Metadata {
		metadata[key], _ = cut(value, text)
	}
	f.Metadata = metadata
	return f
}

// listedBytes bounds AffectedEntitiesText.
const listedBytes = 1000

func listed(entities []Entity, more bool) string {
	var text strings.Builder
	for i, entity := range entities {
		if text.Len()+len(entity.Value) > listedBytes {
			more = true
			break
		}
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString(entity.Value)
	}
	if more && text.Len() > 0 {
		text.WriteString(" and more")
	}
	return text.String()
}

func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
