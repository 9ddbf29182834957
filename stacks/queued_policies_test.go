package stacks_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/examples"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
)

// wide are the actions that IAM lets no resource stand for.
var wide = []string{
	"cloudwatch:PutMetricData", "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
	"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
	"support:DescribeCases", "health:DescribeEventDetails", "health:DescribeAffectedEntities",
	"health:DescribeEventDetailsForOrganization", "health:DescribeAffectedEntitiesForOrganization",
}

// templates compiles the examples and the judges' files.
func templates(t *testing.T) map[string][]stacks.Stack {
	t.Helper()
	out := map[string][]stacks.Stack{}
	for _, name := range examples.Names() {
		src, err := examples.File(name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = compile(t, src)
	}
	files, err := filepath.Glob("../test/templates/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(file)] = compile(t, src)
	}
	return out
}

func statements(policy *cloudformation.Object) []*cloudformation.Object {
	var out []*cloudformation.Object
	list, _ := policy.Get("Statement").(cloudformation.List)
	for _, s := range list {
		out = append(out, s.(*cloudformation.Object))
	}
	return out
}

func listOf(v cloudformation.Value) cloudformation.List {
	if l, ok := v.(cloudformation.List); ok {
		return l
	}
	return cloudformation.List{v}
}

// TestRolesGrantNoMoreThanNeeded: every role names what it is for, and who may
// take it; every queue and secret says who.
func TestRolesGrantNoMoreThanNeeded(t *testing.T) {
	seen := map[string]bool{}
	for name, all := range templates(t) {
		for _, s := range all {
			for id, role := range resourcesOf(s, "AWS::IAM::Role") {
				for _, trust := range statements(role.Object("AssumeRolePolicyDocument")) {
					service := trust.Object("Principal").Get("Service").(string)
					seen[service] = true
					condition := trust.Object("Condition")
					if service != "lambda.amazonaws.com" && (condition.Object("StringEquals").Get("aws:SourceAccount") == nil ||
						condition.Object("ArnEquals").Get("aws:SourceArn") == nil && condition.Object("ArnLike").Get("aws:SourceArn") == nil) {
						t.Errorf("%s: %s trusts anything of %s", name, id, service)
					}
				}
				for _, p := range role.Get("Policies").(cloudformation.List) {
					document := p.(*cloudformation.Object).Object("PolicyDocument")
					if size := len(cloudformation.Compact(document)); size > 10_240 {
						t.Errorf("%s: %s has %d characters", name, id, size)
					}
					for _, s := range statements(document) {
						checkGrant(t, name+": "+id, s)
					}
				}
			}
		}
	}
	for _, service := range []string{"events.amazonaws.com", "pipes.amazonaws.com", "states.amazonaws.com", "lambda.amazonaws.com"} {
		if !seen[service] {
			t.Errorf("no role of %s was looked at", service)
		}
	}
}

func checkGrant(t *testing.T, where string, s *cloudformation.Object) {
	t.Helper()
	for _, a := range listOf(s.Get("Action")) {
		action := a.(string)
		if strings.Contains(action, "*") {
			t.Errorf("%s allows %s", where, action)
		}
		for _, r := range listOf(s.Get("Resource")) {
			if r == "*" && !slices.Contains(wide, action) {
				t.Errorf("%s allows %s on everything", where, action)
			}
		}
		condition := string(cloudformation.Compact(s.Object("Condition")))
		for restricted, want := range map[string]*regexp.Regexp{
			"states:InvokeHTTPEndpoint": regexp.MustCompile(`^\{"StringEquals":\{"states:HTTPMethod":"POST","states:HTTPEndpoint":"https://[^*"]+"\}\}$`),
			"cloudwatch:PutMetricData":  regexp.MustCompile(`"cloudwatch:namespace":"notifygen"`),
			"kms:Decrypt":               regexp.MustCompile(`"kms:ViaService":\{"Fn::Sub":"(secretsmanager|ssm)\.\$\{AWS::Region\}`),
			"events:PutEvents":          regexp.MustCompile(`^\{"StringEquals":\{"events:source":"notifygen\.[a-z]+","events:detail-type":"[^"*]+"\}\}$`),
		} {
			if action == restricted && !want.MatchString(condition) {
				t.Errorf("%s allows %s with %s", where, action, condition)
			}
		}
	}
}

// TestSenderRole: the role is bound to its own state machine by the ARN of a name
// that the state machine really has.
func TestSenderRole(t *testing.T) {
	for name, all := range templates(t) {
		for _, s := range all {
			for id, machine := range resourcesOf(s, "AWS::StepFunctions::StateMachine") {
				arn := `{"Fn::Sub":"arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:` + machine.Get("StateMachineName").(string) + `"}`
				role := s.Template.Object("Resources").Object("RoleOf" + id).Object("Properties")
				if n := strings.Count(string(cloudformation.Compact(role)), arn); n != 2 { // trust, and the endpoint
					t.Errorf("%s: %s: %d times %s", name, id, n, arn)
				}
				logging := machine.Object("LoggingConfiguration")
				if machine.Get("StateMachineType") != "EXPRESS" || logging.Get("IncludeExecutionData") != false || logging.Get("Level") != "ERROR" {
					t.Errorf("%s: %s: %v", name, id, logging)
				}
			}
			for id, pipe := range resourcesOf(s, "AWS::Pipes::Pipe") {
				role := s.Template.Object("Resources").Object("RoleOf" + id).Object("Properties")
				if arn := `:pipe/` + pipe.Get("Name").(string) + `"}`; !strings.Contains(string(cloudformation.Compact(role)), arn) {
					t.Errorf("%s: %s: no %s in its role", name, id, arn)
				}
				if pipe.Object("LogConfiguration").Get("IncludeExecutionData") != nil {
					t.Errorf("%s: %s logs data", name, id)
				}
			}
			for id, group := range resourcesOf(s, "AWS::Logs::LogGroup") {
				if group.Get("RetentionInDays") == nil {
					t.Errorf("%s: %s keeps its log for ever", name, id)
				}
			}
		}
	}
}

// TestQueuePolicies: only the rules that send to a destination may write to its
// queue, and nobody to its dead letters but the state machine's role.
func TestQueuePolicies(t *testing.T) {
	src := []byte("version: 1\nname: ops\n" + tokens + "sources: {app: {bus: {create: app}, pattern: {source: [app]}, lists: []}}\ndestinations:\n  " +
		verifiedSlack + "\n  " + signedRobot + "\nroutes:\n  both: {from: app, to: [chat, robot], message: {title: hi}}\n" +
		"  one: {from: app, when: {detail: {a: [b]}}, to: chat, message: {title: hi}}\n  other: {from: app, to: robot, when: {detail: {c: [d]}}, message: {title: hi}}\n")
	s := compile(t, src)[0]
	policies := resourcesOf(s, "AWS::SQS::QueuePolicy")
	rule := func(name string) string { return `:rule/app/ops_` + name + `"` }
	chat := string(cloudformation.Compact(policies["PolicyOfQueueChat"]))
	if !strings.Contains(chat, rule("both")) || !strings.Contains(chat, rule("one")) || strings.Contains(chat, rule("other")) || strings.Contains(chat, "ArnLike") {
		t.Error(chat)
	}
	for _, id := range []string{"PolicyOfDeadLettersChat", "PolicyOfDeadLettersRobot"} {
		if text := string(cloudformation.Compact(policies[id])); strings.Contains(text, "Allow") || !strings.Contains(text, "aws:SecureTransport") {
			t.Error(text)
		}
	}
	for id, q := range resourcesOf(s, "AWS::SQS::Queue") {
		if q.Get("SqsManagedSseEnabled") != true {
			t.Errorf("%s is not encrypted", id)
		}
	}
}

// TestSigner: it reads exactly the secrets it signs with, however they are given.
func TestSigner(t *testing.T) {
	robot := func(name, secret string) string {
		return name + ": {type: dingtalk, security: sign, sign-secret: " + secret + ", access-token: token}"
	}
	more := "kms-key: arn:aws:kms:us-east-1:111122223333:alias/ours\n"
	src := strings.Replace(string(queuedFile(more, robot("a", "sign"), robot("b", "whole"), robot("c", "{parameter: Sign}"), robot("d", "arn"), robot("e", "full"), robot("f", "sign"))),
		"sign: {", "whole: {secretsmanager: notify/whole}, arn: {secretsmanager: \"arn:aws:secretsmanager:us-east-1:111122223333:secret:x\"}, full: {secretsmanager: \"arn:aws:secretsmanager:us-east-1:111122223333:secret:y-AbCdEf\"}, sign: {", 1)
	s := compile(t, []byte(src))[0]
	role := s.Template.Object("Resources").Object("SignerRole").Object("Properties")
	document := role.Get("Policies").(cloudformation.List)[0].(*cloudformation.Object).Object("PolicyDocument")
	got := string(cloudformation.Compact(statements(document)[0].Get("Resource")))
	const secret = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:"
	want := `[{"Fn::Sub":"` + secret + `notify/robot-??????"},{"Fn::Sub":"` + secret + `notify/whole-??????"},{"Ref":"SignSecretC"},` +
		`"arn:aws:secretsmanager:us-east-1:111122223333:secret:x-??????","arn:aws:secretsmanager:us-east-1:111122223333:secret:y-AbCdEf","arn:aws:secretsmanager:us-east-1:111122223333:secret:y-AbCdEf-??????"]`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if text := string(cloudformation.Compact(document)); strings.Count(text, "kms:Decrypt") != 1 || !strings.Contains(text, `"kms:ResourceAliases":"alias/ours"`) {
		t.Error(text)
	}
	function := resourcesOf(s, "AWS::Lambda::Function")["Signer"]
	if function.Get("ReservedConcurrentExecutions") != 6 || function.Get("Timeout").(int) >= plan.SignTimeout {
		t.Error(function)
	}
	for id, payload := range map[string]string{
		"A": `{"scheme":"dingtalk","secretId":"notify/robot","secretKey":"sign","fresh":"{% $fresh %}"}`,
		"B": `{"scheme":"dingtalk","secretId":"notify/whole","fresh":"{% $fresh %}"}`,
		"C": `{"scheme":"dingtalk","secretId":{"Ref":"SignSecretC"},"fresh":"{% $fresh %}"}`,
	} {
		sign := s.Template.Object("Resources").Object("StateMachine" + id).Object("Properties").Object("Definition").Object("States").Object("Sign")
		if got := string(cloudformation.Compact(sign.Object("Arguments").Get("Payload"))); got != payload {
			t.Errorf("%s: %s", id, got)
		}
	}
	// The signer and the state machines never see the token.
	for _, kind := range []string{"AWS::Lambda::Function", "AWS::StepFunctions::StateMachine", "AWS::Pipes::Pipe"} {
		for id, p := range resourcesOf(s, kind) {
			if text := string(cloudformation.Compact(p)); strings.Contains(text, "notify/token") || strings.Contains(text, "resolve:") {
				t.Errorf("%s holds the token: %s", id, text)
			}
		}
	}
}
