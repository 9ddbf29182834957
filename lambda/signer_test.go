package lambda

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/lambda/internal/fakes"
)

const secret = "SECdeadbeefdeadbeefdeadbeefdeadbeef"

func secretsAPI(t testing.TB) *fakes.API {
	return fakes.NewAPI(t, "secretsmanager", answerSecret(secret))
}

func answerSecret(text string) func(string, map[string]any) fakes.Reply {
	return func(_ string, request map[string]any) fakes.Reply {
		if request["SecretId"] != "notify/ding" {
			return fakes.Reply{Error: "ResourceNotFoundException", Text: "Secrets Manager can't find the specified secret."}
		}
		return fakes.Reply{Body: map[string]any{"ARN": "arn", "Name": "notify/ding", "VersionId": "v", "SecretString": text, "VersionStages": []string{"AWSCURRENT"}, "CreatedDate": 1.7e9}}
	}
}

const request = `{"scheme":"dingtalk","secretId":"notify/ding"}`

// verify checks an answer as DingTalk does, with python's hmac.
func verify(t *testing.T, a fakes.Answer, with string) {
	t.Helper()
	var fields map[string]string
	if a.Error != "" || json.Unmarshal(a.Reply, &fields) != nil || len(fields) != 2 {
		t.Fatalf("answer %s, %s %s", a.Reply, a.ErrorType, a.Error)
	}
	judge := exec.Command("python3", "-c", `
import base64, hashlib, hmac, sys, time
secret, timestamp, sign = sys.argv[1:]
assert 0 <= time.time() * 1000 - int(timestamp) < 3600_000, "timestamp"
want = base64.b64encode(hmac.new(secret.encode(), (timestamp + "\n" + secret).encode(), hashlib.sha256).digest()).decode()
assert sign == want and "+" not in sign and "/" not in sign, "sign"
`, with, fields["timestamp"], fields["sign"])
	if out, err := judge.CombinedOutput(); err != nil {
		t.Fatalf("python refuses the signature: %s", out)
	}
}

func TestSigner(t *testing.T) {
	api := secretsAPI(t)
	f := fakes.Start(t, bootstrap(t, "signer"), "AWS_ENDPOINT_URL_SECRETS_MANAGER="+api.URL, "SECRET_MAX_AGE=1s", "SECRET_GRACE=0s")
	verify(t, f.Invoke(request, 10*time.Second), secret)
	verify(t, f.Invoke(request, 10*time.Second), secret)
	if n := len(api.Requests()); n != 1 || api.Requests()[0].Region != "eu-central-1" {
		t.Errorf("%d requests of Secrets Manager", n)
	}
	// Rotated: at once where it is asked for, and after SECRET_MAX_AGE anyway.
	api.Play(answerSecret("rotated"))
	verify(t, f.Invoke(`{"scheme":"dingtalk","secretId":"notify/ding","fresh":true}`, 10*time.Second), "rotated")
	api.Play(answerSecret("rotated again"))
	time.Sleep(1100 * time.Millisecond)
	verify(t, f.Invoke(request, 10*time.Second), "rotated again")

	for _, c := range []struct {
		request, err string
		play         func(string, map[string]any) fakes.Reply
	}{
		{`{"scheme":"dingtalk","secretId":"none"}`, "SecretNotFound", answerSecret(secret)},
		{`{"scheme":"dingtalk","secretId":"notify/ding","secretKey":"k","fresh":true}`, "SecretUnreadable", answerSecret(secret)},
		{`{"scheme":"wechat","secretId":"notify/ding"}`, "UnknownScheme", answerSecret(secret)},
		{`{}`, "InvalidRequest", answerSecret(secret)},
		{`{"scheme":"dingtalk","secretId":"a"}`, "SecretUnreadable", refuse(400, "AccessDeniedException")},
		{`{"scheme":"dingtalk","secretId":"a"}`, "SecretUnreadable", refuse(400, "InvalidRequestException")},
		{`{"scheme":"dingtalk","secretId":"a"}`, "SecretUnreadable", refuse(400, "DecryptionFailure")},
		{`{"scheme":"dingtalk","secretId":"a"}`, "Throttled", refuse(400, "ThrottlingException")},
		{`{"scheme":"dingtalk","secretId":"a"}`, "Unavailable", refuse(500, "InternalServiceError")},
		{`{"scheme":"dingtalk","secretId":"a"}`, "SecretUnreadable", func(string, map[string]any) fakes.Reply {
			return fakes.Reply{Body: map[string]any{"SecretBinary": "aGVsbG8="}}
		}},
		{`{"scheme":"dingtalk","secretId":"a"}`, "Unavailable", func(string, map[string]any) fakes.Reply { return fakes.Reply{Hang: true} }},
	} {
		api.Play(c.play)
		a := f.Invoke(c.request, 3*time.Second)
		if a.ErrorType != c.err || len(a.Reply) > 0 || a.Error == "" {
			t.Errorf("%s: %s %q %s, want %s", c.request, a.ErrorType, a.Error, a.Reply, c.err)
		}
		if strings.Contains(a.Error, secret) {
			t.Errorf("%s: the error tells the secret", c.err)
		}
	}
	// It lives on.
	api.Play(answerSecret(secret))
	verify(t, f.Invoke(`{"scheme":"dingtalk","secretId":"notify/ding","fresh":true}`, 10*time.Second), secret)
	quiet(t, f, secret, "rotated", "not for the log")
}
