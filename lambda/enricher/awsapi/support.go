package awsapi

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/support"

	"github.com/notifygen/notifygen/lambda/enricher/enrich"
	"github.com/notifygen/notifygen/lambda/internal/sdk"
)

// Support is the AWS Support API.
type Support struct{ client *support.Client }

// NewSupport is the Support API of the configured Region's partition, at the
// endpoint that the environment may name.
func NewSupport(config aws.Config, getenv func(name string) string) *Support {
	return &Support{support.NewFromConfig(config, func(o *support.Options) {
		o.Region = supportRegion(config.Region)
		o.BaseEndpoint = sdk.Endpoint(getenv, "SUPPORT")
	})}
}

// supportRegion is where the API of a Region's partition is
// (https://docs.aws.amazon.com/general/latest/gr/awssupport.html).
func supportRegion(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "cn-north-1"
	case strings.HasPrefix(region, "us-gov-"):
		return "us-gov-west-1"
	}
	return "us-east-1"
}

// Case asks for a case
// (https://docs.aws.amazon.com/awssupport/latest/APIReference/API_DescribeCases.html).
func (s *Support) Case(ctx context.Context, id string) (enrich.Case, error) {
	out, err := s.client.DescribeCases(ctx, &support.DescribeCasesInput{
		CaseIdList:            []string{id},
		IncludeResolvedCases:  true,
		IncludeCommunications: aws.Bool(true),
	})
	if err != nil {
		return enrich.Case{}, refuse("support:DescribeCases", err)
	}
	for _, c := range out.Cases {
		if aws.ToString(c.CaseId) != id {
			continue
		}
		found := enrich.Case{
			DisplayID: aws.ToString(c.DisplayId), Subject: aws.ToString(c.Subject), Status: aws.ToString(c.Status),
			SeverityCode: aws.ToString(c.SeverityCode), ServiceCode: aws.ToString(c.ServiceCode), CategoryCode: aws.ToString(c.CategoryCode),
			SubmittedBy: aws.ToString(c.SubmittedBy), Language: aws.ToString(c.Language), TimeCreated: aws.ToString(c.TimeCreated),
		}
		if c.RecentCommunications != nil {
			for _, said := range c.RecentCommunications.Communications {
				found.RecentCommunications.Communications = append(found.RecentCommunications.Communications, enrich.Communication{
					Body: aws.ToString(said.Body), SubmittedBy: aws.ToString(said.SubmittedBy), TimeCreated: aws.ToString(said.TimeCreated),
				})
			}
		}
		return found, nil
	}
	return enrich.Case{}, enrich.Refusal{Code: enrich.NotFound, Message: sentences["CaseIdNotFound"]}
}
