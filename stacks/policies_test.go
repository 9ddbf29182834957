package stacks_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
)

func oneRoute(source string) []byte {
	return []byte("version: 1\nname: ops\nsources:\n  app: " + source + "\ndestinations:\n  site: {type: webhook.site, url: {parameter: Url}}\n" +
		"routes:\n  r: {from: app, to: site, message: event}\n")
}

func text(t *testing.T, src []byte) string {
	t.Helper()
	return string(cloudformation.Compact(compile(t, src)[0].Template))
}

// TestRuleARNs: the conditions name the rules as AWS does; rules of the default
// bus have no bus in their ARN.
func TestRuleARNs(t *testing.T) {
	for source, want := range map[string]string{
		`{pattern: {source: [x]}}`:                                                                 `${AWS::AccountId}:rule/ops_r"`,
		`{bus: orders, pattern: {source: [x]}}`:                                                    `${AWS::AccountId}:rule/orders/ops_r"`,
		`{bus: {create: orders}, pattern: {source: [x]}}`:                                          `${AWS::AccountId}:rule/orders/ops_r"`,
		`{bus: {parameter: Bus}, pattern: {source: [x]}}`:                                          `${AWS::AccountId}:rule/${Bus}/ops_r"`,
		`{bus: "arn:aws:events:us-east-1:111122223333:event-bus/orders", pattern: {source: [x]}}`:  `"arn:aws:events:us-east-1:111122223333:rule/orders/ops_r"`,
		`{bus: "arn:aws:events:us-east-1:111122223333:event-bus/default", pattern: {source: [x]}}`: `"arn:aws:events:us-east-1:111122223333:rule/ops_r"`,
	} {
		got := text(t, oneRoute(source))
		if n := strings.Count(got, want); n != 2 { // the role's trust and the queue's policy
			t.Errorf("%s: %d times %s in %s", source, n, want, got)
		}
	}
}

// TestFieldsNamedLikeFunctions: CloudFormation would evaluate them.
func TestFieldsNamedLikeFunctions(t *testing.T) {
	for pattern, want := range map[string]string{
		`{source: [x], detail: {Ref: [main]}}`:            `"EventPattern":"{\"source\":[\"x\"],\"detail\":{\"Ref\":[\"main\"]}}"`,
		`{source: [x], detail: {"Fn::If": [main]}}`:       `"EventPattern":"{\"source\":[\"x\"],\"detail\":{\"Fn::If\":[\"main\"]}}"`,
		`{source: [x], detail: {a: [null]}}`:              `"EventPattern":"{\"source\":[\"x\"],\"detail\":{\"a\":[null]}}"`,
		`{source: [x], detail: {a: [300.0]}}`:             `"EventPattern":"{\"source\":[\"x\"],\"detail\":{\"a\":[300.0]}}"`,
		`{source: [{parameter: S}], detail: {a: [null]}}`: `"EventPattern":{"Fn::Sub":"{\"source\":[\"${S}\"],\"detail\":{\"a\":[null]}}"}`,
		`{source: [{parameter: S}], detail: {a: [1]}}`:    `"EventPattern":{"source":[{"Ref":"S"}],"detail":{"a":[1]}}`,
	} {
		if got := text(t, oneRoute("{pattern: "+pattern+", lists: []}")); !strings.Contains(got, want) {
			t.Errorf("%s: no %s in %s", pattern, want, got)
		}
	}
}

// TestTrustPolicyFits: IAM allows 2,048 characters, however many buses there are.
func TestTrustPolicyFits(t *testing.T) {
	var sources, routes strings.Builder
	for i := range 40 {
		fmt.Fprintf(&sources, "  s%d: {bus: a-bus-with-a-rather-long-name-%d, pattern: {source: [x]}, lists: []}\n", i, i)
		fmt.Fprintf(&routes, "  r%d: {from: s%d, to: site, message: event}\n", i, i)
	}
	src := "version: 1\nname: ops\nsources:\n" + sources.String() + "destinations:\n  site: {type: webhook.site, url: {parameter: Url}}\nroutes:\n" + routes.String()
	role := compile(t, []byte(src))[0].Template.Object("Resources").Object("InvokeApiDestinationsRole").Object("Properties")
	if n := len(cloudformation.Compact(role.Get("AssumeRolePolicyDocument"))); n > 2048 {
		t.Errorf("a trust policy of %d characters", n)
	}
}

// TestLikeMatchesEveryRule: where policies name the rules by their common
// beginning, every rule has it, however long the stack's name is.
func TestLikeMatchesEveryRule(t *testing.T) {
	like := regexp.MustCompile(`rule/app[^/]*/([^"*]+)\*`)
	src := strings.Replace(string(file(names(60), 1, false)), "name: large", "name: enterprise-platform-eventing-pr", 1)
	c := stacks.CompileFile("notifygen.yaml", []byte(src), plan.Options{Group: "team-alpha-blue-environment-001"})
	if !c.OK() {
		t.Fatal(c.Diagnostics)
	}
	found := like.FindStringSubmatch(string(cloudformation.Compact(c.Stacks[0].Template)))
	if found == nil {
		t.Fatal("no pattern of rule ARNs")
	}
	for id, r := range c.Stacks[0].Template.Object("Resources").All() {
		resource := r.(*cloudformation.Object)
		if name, _ := resource.Object("Properties").Get("Name").(string); resource.Get("Type") == "AWS::Events::Rule" && !strings.HasPrefix(name, found[1]) {
			t.Fatalf("%s is named %s, the policies want %s*", id, name, found[1])
		}
	}
}
