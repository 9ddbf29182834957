package lambda

import (
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/lambda/internal/fakes"
)

// TestFaultsOfTheSigner: what a state machine sees of them, by the error's name; a
// secret in memory bridges faults that pass and no others.
func TestFaultsOfTheSigner(t *testing.T) {
	t.Parallel()
	api := secretsAPI(t)
	f := fakes.Start(t, bootstrap(t, "signer"), "AWS_ENDPOINT_URL_SECRETS_MANAGER="+api.URL, "SECRET_MAX_AGE=1s", "SECRET_GRACE=1h")
	const keyed, fresh = `{"scheme":"dingtalk","secretId":"notify/ding","secretKey":"sign"}`, `{"scheme":"dingtalk","secretId":"notify/ding","secretKey":"sign","fresh":true}`
	for _, c := range []struct {
		name, request, err string
		play               player
	}{
		{"missing", `{"scheme":"dingtalk","secretId":"none"}`, "SecretNotFound", answerSecret(secret)},
		{"no JSON", keyed, "SecretUnreadable", answerSecret(secret)},
		{"without the key", keyed, "SecretUnreadable", answerSecret(`{"other":"` + secret + `"}`)},
		{"a list", keyed, "SecretUnreadable", answerSecret(`["` + secret + `"]`)},
		{"a key of null", keyed, "SecretUnreadable", answerSecret(`{"sign":null}`)},
		{"empty", keyed, "SecretUnreadable", answerSecret(`{"sign":""}`)},
		{"denied", keyed, "SecretUnreadable", refuse(400, "AccessDeniedException")},
		{"deleted", fresh, "SecretUnreadable", refuse(400, "InvalidRequestException")},
		{"the key is disabled", fresh, "SecretUnreadable", refuse(400, "DecryptionFailure")},
		{"throttled", fresh, "Throttled", refuse(400, "ThrottlingException")},
		{"failed", fresh, "Unavailable", refuse(500, "InternalServiceError")},
		{"expired credentials", fresh, "Unavailable", refuse(400, "ExpiredTokenException")},
		{"what cannot be read", fresh, "Unavailable", raw(200, `{"SecretString":"`)},
		{"no reply", fresh, "Unavailable", hang},
		{"an array, as pipes send", `[` + keyed + `]`, "InvalidRequest", answerSecret(secret)},
		{"an empty array", `[]`, "InvalidRequest", answerSecret(secret)},
		{"null", `null`, "InvalidRequest", answerSecret(secret)},
		{"a text", `"` + secret + `"`, "InvalidRequest", answerSecret(secret)},
		{"a message comes along", `{"scheme":"dingtalk","secretId":"notify/ding","message":{"text":"` + secret + `"}}`, "InvalidRequest", answerSecret(secret)},
		{"256 KB", `{"scheme":"dingtalk","secretId":"notify/ding","x":"` + strings.Repeat("x", 256<<10) + `"}`, "InvalidRequest", answerSecret(secret)},
	} {
		t.Run(c.name, func(t *testing.T) {
			api.Play(c.play)
			a := f.Invoke(c.request, 3*time.Second)
			if a.ErrorType != c.err || len(a.Reply) > 0 || a.Error == "" || strings.Contains(a.Error, secret) {
				t.Errorf("%s %q, want %s", a.ErrorType, a.Error, c.err)
			}
		})
	}
	signs := func(request, with string, play player) {
		t.Helper()
		api.Play(play)
		verify(t, f.Invoke(request, 5*time.Second), with)
	}
	signs(keyed, "one", answerSecret(`{"sign":"one"}`))
	time.Sleep(1100 * time.Millisecond)
	signs(keyed, "one", refuse(400, "ThrottlingException"))
	signs(keyed, "one", refuse(503, "ServiceUnavailable"))
	if a := f.Invoke(fresh, 5*time.Second); a.ErrorType != "Unavailable" {
		t.Errorf("anew: %+v", a)
	}
	signs(fresh, "two\u00fc", answerSecret(`{"sign":"two\u00fc\n"}`))
	api.Play(refuse(400, "AccessDeniedException"))
	time.Sleep(1100 * time.Millisecond)
	for range 2 { // it is forgotten
		if a := f.Invoke(keyed, 5*time.Second); a.ErrorType != "SecretUnreadable" {
			t.Errorf("denied: %+v", a)
		}
	}
	quiet(t, f, secret, "one\"", "two", "not for the log")
}
