package stacks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
)

// functionsFile needs a signer for each stack of destinations, and an enricher.
func functionsFile(keys string, robots int) []byte {
	var b, to strings.Builder
	b.WriteString(keys + "version: 1\nname: ops\nsources: {health: {preset: aws.health, enrich: true}}\ndestinations:\n")
	for i := range robots {
		fmt.Fprintf(&b, "  robot-%d: {type: dingtalk, security: sign, sign-secret: {parameter: Sign}, access-token: {parameter: Token%d}}\n", i, i)
		fmt.Fprintf(&to, "  r-%d: {from: health, when: {detail: {service: [S%d]}}, to: robot-%d, message: {title: \"${enriched.description}\", text: hi}}\n", i, i, i)
	}
	return []byte(b.String() + "routes:\n" + to.String())
}

// TestFunctionAlarms: a function that keeps failing is told where the file says,
// and one whose faults pass is not.
func TestFunctionAlarms(t *testing.T) {
	s := compile(t, functionsFile("alarms: {actions: [\"arn:aws:sns:us-east-1:111122223333:alerts\"]}\ntags: {team: platform}\n", 2))[0]
	for _, id := range []string{"Signer", "Enricher"} {
		alarm := resourcesOf(s, "AWS::CloudWatch::Alarm")[id+"ErrorsAlarm"]
		if alarm == nil {
			t.Fatalf("no alarm for the %s", id)
		}
		name := strings.ToLower(id)
		got := string(cloudformation.Compact(alarm))
		want := `{"AlarmName":"ops_` + name + `_errors","AlarmDescription":"The ` + name + ` of ops has been failing for a quarter of an hour; faults that pass are retried and not told",` +
			`"Namespace":"AWS/Lambda","MetricName":"Errors","Dimensions":[{"Name":"FunctionName","Value":{"Ref":"` + id + `"}}],"Statistic":"Sum","Period":300,` +
			`"EvaluationPeriods":3,"Threshold":1,"ComparisonOperator":"GreaterThanOrEqualToThreshold","TreatMissingData":"notBreaching",` +
			`"AlarmActions":["arn:aws:sns:us-east-1:111122223333:alerts"],"OKActions":["arn:aws:sns:us-east-1:111122223333:alerts"],"Tags":[{"Key":"team","Value":"platform"}]}`
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	off := compile(t, functionsFile("alarms: false\n", 2))[0]
	if alarms := resourcesOf(off, "AWS::CloudWatch::Alarm"); len(alarms) != 0 || len(resourcesOf(off, "AWS::Lambda::Function")) != 2 {
		t.Errorf("%d alarms", len(alarms))
	}
}

// TestLambdasAreCounted: each of several stacks has a signer of its own, with an
// alarm, and signers are told first wherever they stand.
func TestLambdasAreCounted(t *testing.T) {
	for _, robots := range []int{1, 2, 60, 150} {
		c := stacks.CompileFile("notifygen.yaml", functionsFile("", robots), plan.Options{})
		if !c.OK() {
			t.Fatal(c.Diagnostics)
		}
		checkStacks(t, c.Stacks)
		found := map[string]int{}
		for _, s := range c.Stacks {
			for id := range resourcesOf(s, "AWS::Lambda::Function") {
				found[strings.ToLower(id)]++
				if resourcesOf(s, "AWS::CloudWatch::Alarm")[id+"ErrorsAlarm"] == nil {
					t.Errorf("%s: no alarm for the %s", s.Name, id)
				}
			}
		}
		kinds := c.Lambdas()
		names := []string{}
		for _, k := range kinds {
			names = append(names, k.Name)
			if k.Functions != found[k.Name] {
				t.Errorf("%d robots: %d of %s, and the templates hold %d", robots, k.Functions, k.Name, found[k.Name])
			}
		}
		if !slices.Equal(names, []string{"signer", "enricher"}) || (found["signer"] > 1) != (robots >= 60) {
			t.Errorf("%d robots: %v, %v", robots, names, found)
		}
	}
}
