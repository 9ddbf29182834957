package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// TestServeSigned sends what is signed to a robot that verifies it, fails once, and
// then gets another secret.
func TestServeSigned(t *testing.T) {
	const secret, token = "SECnever-shown", "tokennevershown"
	s := serve(t, "-f", filepath.Join(example, "health-to-dingtalk-signed", "notifygen.yaml"), "--deliver", "catcher", "--speed", "100000",
		"--param", "DingTalkSignSecret="+secret, "--param", "DingTalkAccessToken="+token,
		"--ssm", "/notify/oncall/AtMobiles/KAFKA=13800000000", "--fail", "dingtalk=503")
	put := func() {
		t.Helper()
		_, err := s.client().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
			Source: aws.String("custom.dingtalkevent.test"), DetailType: aws.String("CUSTOM"),
			Detail: aws.String(`{"service":"KAFKA","eventTypeCode":"AWS_KAFKA_X","eventTypeCategory":"issue","statusCode":"open","startTime":"2026-01-02"}`),
		}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	put()
	all := s.waitCaught(2)
	if all[0].Outcome != "refused" || all[1].Outcome != "delivered" || !strings.Contains(all[1].Body, "@13800000000") {
		t.Errorf("%+v", all)
	}
	if reply := post(t, s.url+"/api/catcher/failures", `{"failure":"dingtalk:secret=SECanother"}`); strings.TrimSpace(reply) != "{}" {
		t.Error(reply)
	}
	put()
	s.waitCaught(4) // with a signature of the secret that was read once more
	s.waitFor("310000")
	if status := s.end(os.Interrupt); status != 0 {
		t.Error("status", status)
	}
	out := s.lines()
	for _, want := range []string{" → oncall: delivered after 1 receive with 2 requests\n", " → oncall: dead-lettered after 1 receive with 2 requests: 310000: "} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	for _, hidden := range []string{secret, token, "SECanother"} {
		if strings.Contains(out+s.errors(), hidden) {
			t.Error("a secret shows:", hidden)
		}
	}
}

// TestServeQueuedKilled proves that a message which its state machine had in hands
// when the process was killed is worked off by the next one.
func TestServeQueuedKilled(t *testing.T) {
	args := []string{"-f", filepath.Join(example, "slack-verified", "notifygen.yaml"), "--deliver", "catcher", "--state", t.TempDir(), "--param", "MySlackChannel=C0123456789"}
	s := serve(t, append(args, "--fail", "slack=503x9")...)
	for range 3 {
		if _, err := s.client().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{paymentFailed("default")}}); err != nil {
			t.Fatal(err)
		}
	}
	s.waitCaught(1)
	s.cmd.Process.Kill()
	<-s.ended

	s = serve(t, append(args, "--speed", "100000")...)
	for _, got := range s.waitCaught(3) {
		if got.Outcome != "delivered" {
			t.Errorf("%+v", got)
		}
	}
	s.waitFor("#3 slack-verified_my-test-message → channel: delivered")
	if status := s.end(os.Interrupt); status != 0 {
		t.Error("status", status)
	}
	if n := strings.Count(s.lines(), ": delivered after 1 receive"); n != 3 {
		t.Error(n, "were delivered:", s.lines())
	}
}

// TestServeUnfinished ends a server that has something left to do.
func TestServeUnfinished(t *testing.T) {
	for end, flags := range map[string][]string{
		"1, given up; --state DIR keeps them for the next start": nil,
		"1, kept for the next start with the same --state":       {"--state", t.TempDir()},
	} {
		s := serve(t, append(flags, "-f", filepath.Join(example, "slack-verified", "notifygen.yaml"), "--deliver", "catcher", "--param", "MySlackChannel=C0123456789", "--fail", "slack=503x9")...)
		if _, err := s.client().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{paymentFailed("default")}}); err != nil {
			t.Fatal(err)
		}
		s.waitCaught(1)
		if status := s.end(os.Interrupt); status != 0 || !strings.Contains(s.errors(), "notifygen: unfinished deliveries: "+end+"\n") {
			t.Error(status, s.errors())
		}
	}
}
