// Package awsapi asks the AWS Support and Health APIs for the enricher.
package awsapi

import (
	"fmt"

	"github.com/notifygen/notifygen/lambda/enricher/enrich"
	"github.com/notifygen/notifygen/lambda/internal/sdk"
)

// sentences say what an API's refusal means. The API's own message is not passed
// on to a chat: it names roles and accounts.
var sentences = map[string]string{
	"SubscriptionRequiredException": "the account has no AWS Support plan with access to the API",
	"AccessDeniedException":         "the enricher's role may not ask",
	"AccessDenied":                  "the enricher's role may not ask",
	"CaseIdNotFound":                "the support case is not of this account, or too old",
	"InvalidPaginationToken":        "the list of affected entities changed while it was read",
}

// refuse makes of an SDK's error a fault that passes or a refusal.
func refuse(operation string, err error) error {
	code, passing := sdk.Classify(operation, err)
	if passing != nil {
		return passing
	}
	sentence, ok := sentences[code]
	if !ok {
		sentence = fmt.Sprintf("AWS refused %s", operation)
	}
	return enrich.Refusal{Code: code, Message: sentence}
}
