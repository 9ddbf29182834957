package enrich

import (
	"context"
	"net/url"
	"strings"
	"time"
)

// Support is what is asked of the AWS Support API. Its errors are Refusal,
// fault.Throttled or fault.Unavailable.
type Support interface {
	// Case is a case with its recent communications, resolved or not.
	Case(ctx context.Context, id string) (Case, error)
}

// Case has the fields of the API's CaseDetails, under the same names in JSON
// (https://docs.aws.amazon.com/awssupport/latest/APIReference/API_CaseDetails.html).
type Case struct {
	DisplayID            string               `json:"displayId"`
	Subject              string               `json:"subject"`
	Status               string               `json:"status"`
	SeverityCode         string               `json:"severityCode"`
	ServiceCode          string               `json:"serviceCode"`
	CategoryCode         string               `json:"categoryCode"`
	SubmittedBy          string               `json:"submittedBy"`
	Language             string               `json:"language"`
	TimeCreated          string               `json:"timeCreated"` // as the API writes it: ISO 8601
	RecentCommunications RecentCommunications `json:"recentCommunications"`
}

// RecentCommunications are the five newest at most.
type RecentCommunications struct {
	Communications []Communication `json:"communications"`
}

// Communication is a text of a case. The API gives it no ID, so the one that an
// event of AddCommunicationToCase names cannot be told from the others.
type Communication struct {
	Body        string `json:"body"` // at most 8,000 characters
	SubmittedBy string `json:"submittedBy"`
	TimeCreated string `json:"timeCreated"`
}

// SupportFacts are the facts of a Support event.
type SupportFacts struct {
	Subject             string               `json:"subject,omitempty"`
	SeverityCode        string               `json:"severityCode,omitempty"` // low, normal, high, urgent, critical
	Status              string               `json:"status,omitempty"`       // opened, pending-customer-action, resolved, …
	CategoryCode        string               `json:"categoryCode,omitempty"`
	ServiceCode         string               `json:"serviceCode,omitempty"`
	SubmittedBy         string               `json:"submittedBy,omitempty"` // e-mail address or role
	Language            string               `json:"language,omitempty"`
	DisplayID           string               `json:"displayId,omitempty"`
	URL                 string               `json:"url,omitempty"` // of the case in the console
	TimeCreated         string               `json:"timeCreated,omitempty"`
	LatestCommunication *LatestCommunication `json:"latestCommunication,omitempty"`
	facts
}

// LatestCommunication is the newest text of a case when the enricher asked, which
// can be newer than the event.
type LatestCommunication struct {
	Body        string `json:"body"`
	SubmittedBy string `json:"submittedBy"`
	TimeCreated string `json:"timeCreated"`
	Truncated   bool   `json:"truncated"` // the body is only the beginning
}

func (e *Enricher) support(ctx context.Context, event event, last bool) (enriched, error) {
	id := event.Detail.CaseID
	if id == "" {
		return facts{&Refusal{NotEnrichable, "the event names no support case"}}, nil
	}
	c, err := e.Support.Case(ctx, id)
	refusal, err := settle(err, last)
	if refusal != nil || err != nil {
		return facts{refusal}, err
	}
	f := SupportFacts{
		Subject: c.Subject, SeverityCode: c.SeverityCode, Status: c.Status, CategoryCode: c.CategoryCode, ServiceCode: c.ServiceCode,
		SubmittedBy: c.SubmittedBy, Language: c.Language, DisplayID: c.DisplayID, TimeCreated: c.TimeCreated,
	}
	if c.DisplayID != "" {
		f.URL = "https://" + console(e.Region) + "/support/home#/case/?displayId=" + url.QueryEscape(c.DisplayID)
	}
	if latest := newest(c.RecentCommunications.Communications); latest != nil {
		f.LatestCommunication = &LatestCommunication{Body: latest.Body, SubmittedBy: latest.SubmittedBy, TimeCreated: latest.TimeCreated}
	}
	return f, nil
}

func (f SupportFacts) within(text, _ int) enriched {
	f.Subject, _ = cut(f.Subject, text)
	if f.LatestCommunication != nil {
		latest := *f.LatestCommunication
		latest.Body, latest.Truncated = cut(latest.Body, text)
		f.LatestCommunication = &latest
	}
	return f
}

// newest is the newest communication, the first where the times do not tell.
func newest(all []Communication) *Communication {
	var found *Communication
	var at time.Time
	for i := range all {
		t, _ := time.Parse(time.RFC3339, all[i].TimeCreated)
		if found == nil || t.After(at) {
			found, at = &all[i], t
		}
	}
	return found
}

// console is the host of the AWS console in a Region's partition.
func console(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "console.amazonaws.cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "console.amazonaws-us-gov.com"
	}
	return "console.aws.amazon.com"
}
