package awsapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/health"
	"github.com/aws/aws-sdk-go-v2/service/health/types"

	"github.com/notifygen/notifygen/lambda/enricher/enrich"
)

// account is how an organization is asked: of the account affected, of none for a
// public event.
func account(event enrich.HealthEvent) types.EventAccountFilter {
	filter := types.EventAccountFilter{EventArn: aws.String(event.ARN)}
	if event.Account != "" {
		filter.AwsAccountId = aws.String(event.Account)
	}
	return filter
}

// organizationDetails asks of an account of the organization
// (https://docs.aws.amazon.com/health/latest/APIReference/API_DescribeEventDetailsForOrganization.html).
func organizationDetails(ctx context.Context, client *health.Client, event enrich.HealthEvent) (enrich.HealthDetails, error) {
	out, err := client.DescribeEventDetailsForOrganization(ctx, &health.DescribeEventDetailsForOrganizationInput{
		OrganizationEventDetailFilters: []types.EventAccountFilter{account(event)},
	})
	if err != nil {
		return enrich.HealthDetails{}, refuse("health:DescribeEventDetailsForOrganization", err)
	}
	if len(out.SuccessfulSet) > 0 {
		found := out.SuccessfulSet[0]
		return details(found.Event, found.EventDescription, found.EventMetadata), nil
	}
	var failure types.OrganizationEventDetailsErrorItem
	if len(out.FailedSet) > 0 {
		failure = out.FailedSet[0]
	}
	return enrich.HealthDetails{}, refused(failure.ErrorName, failure.ErrorMessage)
}

// organizationEntities asks for a page
// (https://docs.aws.amazon.com/health/latest/APIReference/API_DescribeAffectedEntitiesForOrganization.html).
func organizationEntities(ctx context.Context, client *health.Client, event enrich.HealthEvent, token *string, size int32) ([]types.AffectedEntity, *string, error) {
	out, err := client.DescribeAffectedEntitiesForOrganization(ctx, &health.DescribeAffectedEntitiesForOrganizationInput{
		OrganizationEntityFilters: []types.EventAccountFilter{account(event)}, NextToken: token, MaxResults: aws.Int32(size),
	})
	if err != nil {
		return nil, nil, refuse("health:DescribeAffectedEntitiesForOrganization", err)
	}
	if len(out.Entities) == 0 && len(out.FailedSet) > 0 {
		return nil, nil, refused(out.FailedSet[0].ErrorName, out.FailedSet[0].ErrorMessage)
	}
	return out.Entities, out.NextToken, nil
}
