// Package handler is the signer: it reads a secret and signs the present moment
// with it. It never sees a message, nor the access token of the destination, which
// stays in the EventBridge connection.
//
// Request, from a Step Functions task:
//
//	{"scheme": "dingtalk", "secretId": "arn:…:secret:notify/ding-AbCdEf", "secretKey": "sign", "fresh": false}
//
// secretKey is the key of a JSON secret; without it the whole secret is the key to
// sign with. "fresh": true reads the secret anew: a state machine asks for it
// when the service has refused a signature (DingTalk: errcode 310000), because a
// secret that was rotated is otherwise used for SECRET_MAX_AGE more.
// Both are optional; any other field is refused.
//
// Answer:
//
//	{"timestamp": "1700000000000", "sign": "…="}
//
// Errors, by the name of their type: InvalidRequest, UnknownScheme, SecretNotFound,
// SecretUnreadable and NoPlainSignature are final; Throttled and Unavailable pass.
package handler

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/notifygen/notifygen/lambda/signer/sign"
)

// Request is what a state machine asks for.
type Request struct {
	Scheme    string `json:"scheme"`
	SecretID  string `json:"secretId"`  // ARN or name
	SecretKey string `json:"secretKey"` // "" for a secret that is not JSON
	Fresh     bool   `json:"fresh"`
}

// Signer answers requests. It is safe for concurrent use.
type Signer struct {
	secrets *cache
	now     func() time.Time
	log     *slog.Logger
}

// New is a signer that uses a secret for maxAge, and for grace longer while the
// source has a fault that passes.
func New(source Source, now func() time.Time, maxAge, grace time.Duration, log *slog.Logger) *Signer {
	return &Signer{secrets: newCache(source, now, maxAge, grace, log), now: now, log: log}
}

// Invoke is the Lambda function: a request in JSON, its answer in JSON.
func (s *Signer) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	request, err := decode(payload)
	if err != nil {
		return nil, err
	}
	signature, err := s.Sign(ctx, request)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(signature); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

// Sign answers one request.
func (s *Signer) Sign(ctx context.Context, r Request) (sign.Signature, error) {
	if r.SecretID == "" {
		return sign.Signature{}, InvalidRequest{"secretId is missing"}
	}
	scheme, err := sign.Find(r.Scheme)
	if err != nil {
		return sign.Signature{}, err
	}
	secret, err := s.secret(ctx, r)
	if err != nil {
		return sign.Signature{}, err
	}
	signature, err := scheme(secret, s.now())
	if err != nil {
		return sign.Signature{}, err
	}
	s.log.InfoContext(ctx, "signed", "scheme", r.Scheme, "secretId", r.SecretID, "timestamp", signature.Timestamp)
	return signature, nil
}

// secret is the key to sign with. Where the cached text does not hold it, the
// secret may have been mended since, so it is read once more.
func (s *Signer) secret(ctx context.Context, r Request) (string, error) {
	text, cached, err := s.secrets.get(ctx, r.SecretID, r.Fresh)
	if err != nil {
		return "", err
	}
	secret, err := extract(text, r)
	if err != nil && cached {
		if text, _, err = s.secrets.get(ctx, r.SecretID, true); err != nil {
			return "", err
		}
		secret, err = extract(text, r)
	}
	return secret, err
}

// extract takes the key to sign with out of the text of a secret. Its reasons tell
// nothing of the text: a decoder's own would quote it.
func extract(text string, r Request) (string, error) {
	secret := text
	if r.SecretKey != "" {
		var fields map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &fields) != nil || fields == nil {
			return "", SecretUnreadable{r.SecretID, "it is not a JSON object"}
		}
		value, ok := fields[r.SecretKey]
		if !ok {
			return "", SecretUnreadable{r.SecretID, "it has no key of the name in secretKey"}
		}
		var s *string
		if json.Unmarshal(value, &s) != nil || s == nil {
			return "", SecretUnreadable{r.SecretID, "the value of the key in secretKey is not a string"}
		}
		secret = *s
	}
	// A line end at the end comes from a file or an echo; no service issues one.
	secret = strings.TrimRight(secret, "\r\n")
	if secret == "" {
		return "", SecretUnreadable{r.SecretID, "it is empty"}
	}
	return secret, nil
}

func decode(payload []byte) (Request, error) {
	var r Request
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&r) != nil {
		return r, InvalidRequest{"it is not a JSON object of scheme, secretId, secretKey and fresh"}
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return r, InvalidRequest{"something follows the JSON object"}
	}
	return r, nil
}
