package handler

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/notifygen/notifygen/lambda/fault"
	"github.com/notifygen/notifygen/lambda/signer/sign"
)

const operation = "secretsmanager:GetSecretValue"

// vault is a Source under the control of a test.
type vault struct {
	mu    sync.Mutex
	texts map[string]string
	err   error
	reads atomic.Int32
	hold  chan struct{} // nil: answers at once
}

func (v *vault) Secret(ctx context.Context, id string) (string, error) {
	v.reads.Add(1)
	if v.hold != nil {
		select {
		case <-v.hold:
		case <-ctx.Done():
			return "", fault.Unavailable{Operation: operation, Code: "Timeout"}
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err != nil {
		return "", v.err
	}
	text, ok := v.texts[id]
	if !ok {
		return "", SecretNotFound{id}
	}
	return text, nil
}

func (v *vault) set(text string, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.texts, v.err = map[string]string{"s": text}, err
}

// bench is a signer with its vault, clock and log.
type bench struct {
	*Signer
	vault *vault
	now   time.Time
	log   bytes.Buffer
}

func newBench(text string) *bench {
	b := &bench{vault: &vault{}, now: time.UnixMilli(1_700_000_000_000)}
	b.vault.set(text, nil)
	b.Signer = New(b.vault, func() time.Time { return b.now }, 5*time.Minute, 5*time.Minute, slog.New(slog.NewJSONHandler(&b.log, nil)))
	return b
}

// with is the signature of the bench's moment with a secret.
func (b *bench) with(t *testing.T, secret string) sign.Signature {
	t.Helper()
	scheme, err := sign.Find("dingtalk")
	if err != nil {
		t.Fatal(err)
	}
	s, err := scheme(secret, b.now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAnswerIsExactlyTimestampAndSign(t *testing.T) {
	b := newBench("this is secret")
	reply, err := b.Invoke(context.Background(), []byte(`{"scheme":"dingtalk","secretId":"s"}`))
	if err != nil {
		t.Fatal(err)
	}
	want := b.with(t, "this is secret")
	if got := string(reply); got != `{"timestamp":"`+want.Timestamp+`","sign":"`+want.Sign+`"}` {
		t.Error(got)
	}
	if strings.Contains(b.log.String(), "secret\"") || strings.Contains(b.log.String(), want.Sign) {
		t.Error("the log tells the secret or the signature:", b.log.String())
	}
}

func TestRequests(t *testing.T) {
	ok := `{"scheme":"dingtalk","secretId":"s"}`
	for name, c := range map[string]struct {
		text, request string
		secret        string // signed with, "" for an error
		err           string // type
	}{
		"plain":               {"k", ok, "k", ""},
		"line end of a file":  {"k\r\n", ok, "k", ""},
		"blanks belong to it": {" k ", ok, " k ", ""},
		"json":                {`{"sign":"k","other":1}`, `{"scheme":"dingtalk","secretId":"s","secretKey":"sign"}`, "k", ""},
		"json as it stands":   {`{"sign":"k"}`, ok, `{"sign":"k"}`, ""},
		"fresh":               {"k", `{"scheme":"dingtalk","secretId":"s","fresh":true}`, "k", ""},
		"not json":            {`TOPSECRET`, `{"scheme":"dingtalk","secretId":"s","secretKey":"sign"}`, "", "SecretUnreadable"},
		"json list":           {`["TOPSECRET"]`, `{"scheme":"dingtalk","secretId":"s","secretKey":"sign"}`, "", "SecretUnreadable"},
		"json null":           {`null`, `{"scheme":"dingtalk","secretId":"s","secretKey":"sign"}`, "", "SecretUnreadable"},
		"key missing":         {`{"TOPSECRET":"TOPSECRET"}`, `{"scheme":"dingtalk","secretId":"s","secretKey":"sign"}`, "", "SecretUnreadable"},
		"key of a number":     {`{"sign":12345}`, `{"scheme":"dingtalk","secretId":"s","secretKey":"sign"}`, "", "SecretUnreadable"},
		"key of null":         {`{"sign":null}`, `{"scheme":"dingtalk","secretId":"s","secretKey":"sign"}`, "", "SecretUnreadable"},
		"empty":               {"", ok, "", "SecretUnreadable"},
		"only a line end":     {"\n", ok, "", "SecretUnreadable"},
		"another secret":      {"k", `{"scheme":"dingtalk","secretId":"none"}`, "", "SecretNotFound"},
		"no secret":           {"k", `{"scheme":"dingtalk"}`, "", "InvalidRequest"},
		"no scheme":           {"k", `{"secretId":"s"}`, "", "UnknownScheme"},
		"another scheme":      {"k", `{"scheme":"TOPSECRET","secretId":"none"}`, "", "UnknownScheme"},
		"not a request":       {"k", `TOPSECRET`, "", "InvalidRequest"},
		"nothing":             {"k", ``, "", "InvalidRequest"},
		"null":                {"k", `null`, "", "InvalidRequest"},
		"a list":              {"k", `[` + ok + `]`, "", "InvalidRequest"},
		"two requests":        {"k", ok + ok, "", "InvalidRequest"},
		"a token comes along": {"k", `{"scheme":"dingtalk","secretId":"s","accessToken":"TOPSECRET"}`, "", "InvalidRequest"},
		"types":               {"k", `{"scheme":"dingtalk","secretId":1}`, "", "InvalidRequest"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(c.text)
			reply, err := b.Invoke(context.Background(), []byte(c.request))
			if c.err != "" {
				if typeName(err) != c.err {
					t.Fatalf("%v (%T), want %s", err, err, c.err)
				}
				// The name of a scheme is no secret; everything else that is told might be.
				if text := err.Error() + b.log.String(); c.err != "UnknownScheme" && strings.Contains(text, "TOPSECRET") {
					t.Error("the error tells what was given:", text)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got sign.Signature
			if err := json.Unmarshal(reply, &got); err != nil {
				t.Fatal(err)
			}
			if got != b.with(t, c.secret) {
				t.Error("signed with something else")
			}
		})
	}
}

func TestRotation(t *testing.T) {
	b := newBench("old")
	request := Request{Scheme: "dingtalk", SecretID: "s"}
	signs := func(secret string, r Request, reads int32) {
		t.Helper()
		got, err := b.Sign(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		if got != b.with(t, secret) {
			t.Errorf("at %s not signed with %s", b.now, secret)
		}
		if n := b.vault.reads.Load(); n != reads {
			t.Errorf("read %d times, want %d", n, reads)
		}
	}
	signs("old", request, 1)
	b.vault.set("new", nil)
	b.now = b.now.Add(5*time.Minute - time.Millisecond)
	signs("old", request, 1)
	signs("new", Request{Scheme: "dingtalk", SecretID: "s", Fresh: true}, 2)
	signs("new", request, 2)
	b.vault.set("newer", nil)
	b.now = b.now.Add(5 * time.Minute)
	signs("newer", request, 3)
	b.vault.set("newest", nil)
	b.now = b.now.Add(-time.Hour) // the clock is set back
	signs("newest", request, 4)
}

// A key that came into a JSON secret after it was read is found at once.
func TestMendedSecret(t *testing.T) {
	b := newBench(`{"other":"x"}`)
	if _, err := b.Sign(context.Background(), Request{Scheme: "dingtalk", SecretID: "s", SecretKey: "other"}); err != nil {
		t.Fatal(err)
	}
	b.vault.set(`{"other":"x","sign":"k"}`, nil)
	got, err := b.Sign(context.Background(), Request{Scheme: "dingtalk", SecretID: "s", SecretKey: "sign"})
	if err != nil || got != b.with(t, "k") {
		t.Error(got, err)
	}
}

func TestFaultsOfARefresh(t *testing.T) {
	throttled := fault.Throttled{Operation: operation, Code: "ThrottlingException"}
	request := Request{Scheme: "dingtalk", SecretID: "s"}
	for name, c := range map[string]struct {
		after time.Duration
		fault error
		fresh bool
		err   string
	}{
		"young":                {4 * time.Minute, throttled, false, ""},
		"in the grace":         {9 * time.Minute, throttled, false, ""},
		"unavailable":          {9 * time.Minute, fault.Unavailable{Operation: operation, Code: "NoReply"}, false, ""},
		"after the grace":      {10 * time.Minute, throttled, false, "Throttled"},
		"deleted":              {6 * time.Minute, SecretNotFound{"s"}, false, "SecretNotFound"},
		"denied":               {6 * time.Minute, SecretUnreadable{"s", "Secrets Manager answered AccessDeniedException"}, false, "SecretUnreadable"},
		"fresh is not the old": {time.Minute, throttled, true, "Throttled"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench("k")
			if _, err := b.Sign(context.Background(), request); err != nil {
				t.Fatal(err)
			}
			b.now = b.now.Add(c.after)
			b.vault.set("", c.fault)
			request.Fresh = c.fresh
			got, err := b.Sign(context.Background(), request)
			if typeName(err) != c.err {
				t.Fatalf("%v, want %q", err, c.err)
			}
			if c.err == "" && got != b.with(t, "k") {
				t.Error("not signed with the old secret")
			}
			// Once it is there again, it is used.
			b.vault.set("new", nil)
			b.now = b.now.Add(10 * time.Minute)
			if got, err := b.Sign(context.Background(), request); err != nil || got != b.with(t, "new") {
				t.Error("afterwards:", got, err)
			}
		})
	}
}

func TestConcurrentCallsShareARead(t *testing.T) {
	b := newBench("k")
	b.vault.hold = make(chan struct{})
	impatient, giveUp := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	failed := make(chan error, 1)
	go func() {
		_, err := b.Sign(impatient, Request{Scheme: "dingtalk", SecretID: "s"})
		failed <- err
	}()
	for b.vault.reads.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	for range 20 {
		wait.Go(func() {
			if _, err := b.Sign(context.Background(), Request{Scheme: "dingtalk", SecretID: "s"}); err != nil {
				t.Error(err)
			}
		})
	}
	giveUp()
	if err := <-failed; typeName(err) != "Unavailable" {
		t.Errorf("the one that gave up: %v", err)
	}
	close(b.vault.hold)
	wait.Wait()
	if n := b.vault.reads.Load(); n != 1 {
		t.Errorf("read %d times", n)
	}
}

func typeName(err error) string {
	for name, is := range map[string]bool{
		"InvalidRequest": errors.As(err, new(InvalidRequest)), "UnknownScheme": errors.As(err, new(sign.UnknownScheme)),
		"SecretNotFound": errors.As(err, new(SecretNotFound)), "SecretUnreadable": errors.As(err, new(SecretUnreadable)),
		"Throttled": errors.As(err, new(fault.Throttled)), "Unavailable": errors.As(err, new(fault.Unavailable)),
	} {
		if is {
			return name
		}
	}
	return ""
}
