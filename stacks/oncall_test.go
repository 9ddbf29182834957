package stacks_test

import (
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/stacks"
)

// onCall compiles a robot with mentions, to which a source of one's own and AWS
// Health send.
func onCall(t *testing.T, mentions, route string) stacks.Stack {
	t.Helper()
	return compile(t, []byte("version: 1\nname: ops\n"+tokens+"sources:\n  app: {pattern: {source: [app]}, lists: []}\n  health: {preset: aws.health}\n"+
		"destinations:\n  robot: {type: dingtalk, security: keyword, keyword: AWS, access-token: token, rate: 20/min, mentions: "+mentions+"}\n"+
		"routes:\n  r: {to: robot, "+route+"}\n"))[0]
}

const aMessage = `message: {title: hi}`

// TestWhoIsOnCall: the state machine reads the lists of its destination, and its
// role no other parameter.
func TestWhoIsOnCall(t *testing.T) {
	for name, c := range map[string]struct {
		mentions, route string
		// path is of the lists, granted what the role may read below it, service
		// the end of the envelope.
		path, granted, service string
	}{
		"by a field":              {`{ssm: notify, by: detail.team}`, `from: app, ` + aMessage, "/notify/robot/AtMobiles", "*", `,\"service\":\"<detail-team>\"}`},
		"levels":                  {`{ssm: /a/b.c/d_e, by: detail.team}`, `from: app, ` + aMessage, "/a/b.c/d_e/robot/AtMobiles", "*", `,\"service\":\"<detail-team>\"}`},
		"a key":                   {`{ssm: notify, key: Team-1, by: detail.team}`, `from: app, ` + aMessage, "/notify/Team-1/AtMobiles", "*", `,\"service\":\"<detail-team>\"}`},
		"AWS Health":              {`{ssm: notify}`, `from: health, ` + aMessage, "/notify/robot/AtMobiles", "*", `,\"service\":\"<detail-service>\"}`},
		"AWS Health by a field":   {`{ssm: notify, by: detail.eventTypeCode}`, `from: health, ` + aMessage, "/notify/robot/AtMobiles", "*", `,\"service\":\"<detail-eventTypeCode>\"}`},
		"no service":              {`{ssm: notify}`, `from: app, ` + aMessage, "/notify/robot/AtMobiles", "DEFAULT", `,\"service\":\"\"}`},
		"a body of the author's":  {`{ssm: notify, by: detail.team}`, `from: app, body: {msgtype: text, text: {content: AWS}}`, "/notify/robot/AtMobiles", "DEFAULT", `\"AWS\"}}}`},
		"everybody if it is none": {`{ssm: notify, else: [all]}`, `from: app, ` + aMessage, "/notify/robot/AtMobiles", "DEFAULT", `,\"service\":\"\"}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := onCall(t, c.mentions, c.route)
			role := string(cloudformation.Compact(resourcesOf(s, "AWS::IAM::Role")["RoleOfStateMachineRobot"]))
			grant := `{"Sid":"ReadWhoIsOnCall","Effect":"Allow","Action":"ssm:GetParameter","Resource":{"Fn::Sub":"arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter` + c.path + "/" + c.granted + `"}}`
			if !strings.Contains(role, grant) || strings.Count(role, `"ssm:`) != 1 || strings.Contains(role, "kms:") {
				t.Errorf("no %s, or more, in %s", grant, role)
			}
			machine := string(cloudformation.Compact(resourcesOf(s, "AWS::StepFunctions::StateMachine")["StateMachineRobot"]))
			if !strings.Contains(machine, `"Name":"`+c.path+`/DEFAULT"`) {
				t.Errorf("no default list in %s", machine)
			}
			if got := strings.Contains(machine, `\"`+c.path+`/\" & $item.service`); got != (c.granted == "*") {
				t.Errorf("a list of the service: %t, in %s", got, machine)
			}
			if got := strings.Contains(machine, `$all := false;`); got == strings.Contains(c.mentions, "else") {
				t.Errorf("nobody for everybody: %t", got)
			}
			rules := string(cloudformation.Compact(resourcesOf(s, "AWS::Events::Rule")["RuleR"]))
			if !strings.Contains(rules, c.service+`"}`) {
				t.Errorf("no %s in %s", c.service, rules)
			}
		})
	}
}

// TestWhoIsOnCallEncrypted: a key of the file's may decrypt the lists, through
// Parameter Store only.
func TestWhoIsOnCallEncrypted(t *testing.T) {
	s := onCall(t, `{ssm: notify}, kms-key: "arn:aws:kms:us-east-1:111122223333:alias/k"`, "from: app, "+aMessage)
	role := string(cloudformation.Compact(resourcesOf(s, "AWS::IAM::Role")["RoleOfStateMachineRobot"]))
	if want := `{"Sid":"DecryptWhoIsOnCall","Effect":"Allow","Action":"kms:Decrypt","Resource":"arn:aws:kms:us-east-1:111122223333:key/*","Condition":{"StringEquals":{"kms:ViaService":{"Fn::Sub":"ssm.${AWS::Region}.${AWS::URLSuffix}"}},"ForAnyValue:StringEquals":{"kms:ResourceAliases":"alias/k"}}}`; !strings.Contains(role, want) {
		t.Errorf("no %s in %s", want, role)
	}
}

// TestWhoIsOnCallOfAHop: where facts are added, the service is a fact, or a field
// of the event inside the enriched one.
func TestWhoIsOnCallOfAHop(t *testing.T) {
	for by, path := range map[string]string{"": "$.detail.event.detail.service", ", by: enriched.service": "$.detail.enriched.service"} {
		s := compile(t, []byte("version: 1\nname: ops\n"+tokens+"sources: {health: {preset: aws.health, enrich: true}}\n"+
			"destinations: {robot: {type: dingtalk, security: keyword, keyword: AWS, access-token: token, rate: 20/min, mentions: {ssm: notify"+by+"}}}\n"+
			"routes: {r: {from: health, to: robot, message: {title: hi}}}\n"))[0]
		if rules := string(cloudformation.Compact(resourcesOf(s, "AWS::Events::Rule")["RuleR"])); !strings.Contains(rules, `"`+path+`"`) {
			t.Errorf("%s: no %s in %s", by, path, rules)
		}
	}
}
