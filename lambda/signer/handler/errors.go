package handler

import "fmt"

// InvalidRequest says that the input is not the signer's.
type InvalidRequest struct{ Reason string }

func (e InvalidRequest) Error() string { return "the request is not one for the signer: " + e.Reason }

// SecretNotFound says that there is no such secret in the account and Region.
type SecretNotFound struct{ ID string }

func (e SecretNotFound) Error() string { return fmt.Sprintf("there is no secret %q", e.ID) }

// SecretUnreadable says that the secret exists, perhaps, but gives no key to sign
// with: access denied, scheduled for deletion, KMS key disabled, not the JSON that
// secretKey expects, empty.
type SecretUnreadable struct{ ID, Reason string }

func (e SecretUnreadable) Error() string {
	return fmt.Sprintf("the secret %q cannot be read: %s", e.ID, e.Reason)
}
