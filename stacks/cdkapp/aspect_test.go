package cdkapp_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/notifygen/notifygen/stacks/cdkapp"
)

// disableRules is an Aspect. CDK calls Aspects written in Go by their pointer.
type disableRules struct{ seen int }

func (a *disableRules) Visit(node constructs.IConstruct) {
	if rule, ok := node.(awsevents.CfnRule); ok {
		a.seen++
		rule.SetState(jsii.String("DISABLED"))
	}
}

// An Aspect that changes a typed property of every rule: the change arrives in
// the template, and nothing else changes.
func TestAspect(t *testing.T) {
	in := inputs()[0]
	outdir := t.TempDir()
	app := newApp(outdir)
	placed, err := cdkapp.NewStacks(app, &cdkapp.StacksProps{Props: cdkapp.Props{File: in.path, Source: in.source}})
	if err != nil {
		t.Fatal(err)
	}
	aspect := &disableRules{}
	awscdk.Aspects_Of(placed.All[0]).Add(aspect, nil)
	app.Synth(nil)

	s := compile(t, in, "")[0]
	plain := decode(t, read(t, everything().outdir, s.Name+".template.json"))
	rules := 0
	for _, r := range plain["Resources"].(map[string]any) {
		if resource := r.(map[string]any); resource["Type"] == "AWS::Events::Rule" {
			rules++
			properties := resource["Properties"].(map[string]any)
			if properties["State"] != "ENABLED" {
				t.Fatalf("without the Aspect a rule is %v", properties["State"])
			}
			properties["State"] = "DISABLED"
		}
	}
	if rules == 0 || aspect.seen != rules {
		t.Errorf("the Aspect saw %d rules of %d", aspect.seen, rules)
	}
	same(t, "", decode(t, read(t, outdir, s.Name+".template.json")), plain)
}
