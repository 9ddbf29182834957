// Package secrets reads the signer's secrets from AWS Secrets Manager.
package secrets

import (
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/notifygen/notifygen/lambda/internal/sdk"
	"github.com/notifygen/notifygen/lambda/signer/handler"
)

const operation = "secretsmanager:GetSecretValue"

// Manager is AWS Secrets Manager as a handler.Source.
type Manager struct{ client *secretsmanager.Client }

// New is the Secrets Manager of the configured Region.
func New(config aws.Config) *Manager {
	return &Manager{secretsmanager.NewFromConfig(config, func(o *secretsmanager.Options) {
		o.BaseEndpoint = sdk.Endpoint(os.Getenv, "SECRETS_MANAGER")
	})}
}

// Secret is the text of a secret's current version (AWSCURRENT). An ARN may be of
// this Region only: a secret elsewhere is SecretNotFound.
func (m *Manager) Secret(ctx context.Context, id string) (string, error) {
	out, err := m.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(id)})
	if err != nil {
		code, passing := sdk.Classify(operation, err)
		switch {
		case passing != nil:
			return "", passing
		case code == "ResourceNotFoundException":
			return "", handler.SecretNotFound{ID: id}
		}
		// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html#API_GetSecretValue_Errors
		return "", handler.SecretUnreadable{ID: id, Reason: "Secrets Manager answered " + code}
	}
	if out.SecretString == nil {
		return "", handler.SecretUnreadable{ID: id, Reason: "it is binary, not text"}
	}
	return *out.SecretString, nil
}
