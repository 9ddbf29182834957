package stacks_test

import (
	"regexp"
	"testing"
)

// TestKeyParameters: CloudFormation refuses what cannot stand where a key that is
// a stack parameter goes: into policies and log groups no alias can.
func TestKeyParameters(t *testing.T) {
	const (
		key   = "arn:aws-cn:kms:cn-north-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"
		alias = "arn:aws:kms:us-east-1:111122223333:alias/notify"
		own   = "kms-key: \"arn:aws:kms:us-east-1:111122223333:key/1\""
	)
	file := func(source, destination string) []byte {
		return []byte("version: 1\nname: ops\nkms-key: {parameter: Key}\nsources: {a: {preset: aws.support" + source + "}}\n" +
			"destinations: {chat: {type: slack, channel: C0123456789, token: {parameter: Token}" + destination + "}}\nroutes: {r: {from: a, to: chat, message: {title: x}}}\n")
	}
	for name, test := range map[string]struct {
		src     []byte
		aliases bool
	}{
		"direct":           {file("", ""), true},
		"queued":           {file("", ", deliver: verified"), false},
		"enriched":         {file(", enrich: true", ""), false},
		"only of the logs": {file(", dedupe: true", ", "+own), false},
	} {
		s := compile(t, test.src)[0]
		pattern, _ := s.Template.Object("Parameters").Object("Key").Get("AllowedPattern").(string)
		if pattern == "" {
			t.Fatalf("%s: a parameter that takes anything", name)
		}
		allowed := regexp.MustCompile(pattern)
		for value, want := range map[string]bool{
			key: true, alias: test.aliases, "": false, "notify": false, "alias/notify": false, "1234abcd-12ab-34cd-56ef-1234567890ab": false,
			key + "\n": false, "arn:aws:sns:us-east-1:111122223333:topic": false,
		} {
			if got := allowed.MatchString(value); got != want {
				t.Errorf("%s: %q: %t", name, value, got)
			}
		}
	}
}
