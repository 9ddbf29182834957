package awsapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/health"
	"github.com/aws/aws-sdk-go-v2/service/health/types"

	"github.com/notifygen/notifygen/lambda/enricher/enrich"
)

// accountDetails asks of the function's own account
// (https://docs.aws.amazon.com/health/latest/APIReference/API_DescribeEventDetails.html).
func accountDetails(ctx context.Context, client *health.Client, event enrich.HealthEvent) (enrich.HealthDetails, error) {
	out, err := client.DescribeEventDetails(ctx, &health.DescribeEventDetailsInput{EventArns: []string{event.ARN}})
	if err != nil {
		return enrich.HealthDetails{}, refuse("health:DescribeEventDetails", err)
	}
	if len(out.SuccessfulSet) > 0 {
		found := out.SuccessfulSet[0]
		return details(found.Event, found.EventDescription, found.EventMetadata), nil
	}
	var failure types.EventDetailsErrorItem
	if len(out.FailedSet) > 0 {
		failure = out.FailedSet[0]
	}
	return enrich.HealthDetails{}, refused(failure.ErrorName, failure.ErrorMessage)
}

// accountEntities asks for a page
// (https://docs.aws.amazon.com/health/latest/APIReference/API_DescribeAffectedEntities.html).
func accountEntities(ctx context.Context, client *health.Client, event enrich.HealthEvent, token *string, size int32) ([]types.AffectedEntity, *string, error) {
	out, err := client.DescribeAffectedEntities(ctx, &health.DescribeAffectedEntitiesInput{
		Filter: &types.EntityFilter{EventArns: []string{event.ARN}}, NextToken: token, MaxResults: aws.Int32(size),
	})
	if err != nil {
		return nil, nil, refuse("health:DescribeAffectedEntities", err)
	}
	return out.Entities, out.NextToken, nil
}
