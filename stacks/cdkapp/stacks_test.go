package cdkapp_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/notifygen/notifygen/stacks"
	"github.com/notifygen/notifygen/stacks/cdkapp"
)

// eachStack calls f for every stack of every input in every group.
func eachStack(t *testing.T, f func(t *testing.T, in input, group string, s stacks.Stack)) {
	for _, in := range inputs() {
		for _, group := range groups {
			for _, s := range compile(t, in, group) {
				t.Run(in.name+"/"+s.Name, func(t *testing.T) { f(t, in, group, s) })
			}
		}
	}
}

// The template of CDK is that of `notifygen synth`, apart from the parameter and
// the rule that check the version of the bootstrap stack; the parameters that
// name the code of functions are replaced by its asset's bucket and key.
func TestTemplatesEqualSynth(t *testing.T) {
	outdir := everything().outdir
	eachStack(t, func(t *testing.T, _ input, _ string, s stacks.Stack) {
		got := decode(t, read(t, outdir, s.Name+".template.json"))
		removeOwn(t, got)
		same(t, "", got, resolved(t, outdir, s.Name, s))
	})
}

// removeOwn removes what CDK adds to a template.
func removeOwn(t *testing.T, template map[string]any) {
	t.Helper()
	for section, name := range map[string]string{"Parameters": "BootstrapVersion", "Rules": "CheckBootstrapVersion"} {
		members, _ := template[section].(map[string]any)
		if members[name] == nil {
			t.Errorf("CDK did not add %s.%s", section, name)
		}
		if delete(members, name); len(members) == 0 {
			delete(template, section)
		}
	}
}

// Tags whose values are known are the stack's own, and CDK adds none to
// resources (TestTemplatesEqualSynth): they have theirs from the compiler. The
// account stays open, the Region where the file names none.
func TestTagsRegionDependencies(t *testing.T) {
	all := manifest(t, everything().outdir)
	eachStack(t, func(t *testing.T, _ input, _ string, s stacks.Stack) {
		a, ok := all[s.Name]
		if !ok {
			t.Fatal("it is not in the assembly")
		}
		if a.Properties.StackName != "" && a.Properties.StackName != s.Name {
			t.Errorf("its name is %s", a.Properties.StackName)
		}
		tags := map[string]string{}
		for _, tag := range s.Tags {
			tags[tag.Key] = tag.Value
		}
		if !maps.Equal(tags, a.Properties.Tags) {
			t.Errorf("stack tags %v, want %v", a.Properties.Tags, tags)
		}
		region := s.Region
		if region == "" {
			region = "unknown-region"
		}
		if want := "aws://unknown-account/" + region; a.Environment != want {
			t.Errorf("environment %s, want %s", a.Environment, want)
		}
		got := slices.Sorted(slices.Values(a.Dependencies))
		want := slices.Sorted(slices.Values(append([]string{s.Name + ".assets"}, s.DependsOn...)))
		if !slices.Equal(got, want) {
			t.Errorf("depends on %v, want %v", got, want)
		}
	})
}

func TestLargePlan(t *testing.T) {
	in := inputs()[len(inputs())-1]
	placed := everything().stacks[in.name+"/"]
	if len(placed.All) < 3 {
		t.Fatalf("%d stacks: too few to show anything", len(placed.All))
	}
	holders := map[string]bool{}
	for i := range 600 {
		rule, err := placed.Rule(fmt.Sprintf("order-%03d", i))
		if err != nil {
			t.Fatal(err)
		}
		if i%100 == 0 { // each look at the tree is a call to node
			holders[*awscdk.Stack_Of(rule).StackName()] = true
		}
	}
	if len(holders) < 2 {
		t.Errorf("all rules live in %v", holders)
	}
	_, err := placed.Resource("DeadLetterQueue")
	if err == nil || !strings.Contains(err.Error(), `stacks hold a resource "DeadLetterQueue"`) {
		t.Errorf("a logical ID of several stacks: %v", err)
	}
	_, err = cdkapp.NewNotifications(nil, "N", &cdkapp.Props{File: in.path, Source: in.source})
	if err == nil || !strings.Contains(err.Error(), "large.yaml compiles to") || !strings.Contains(err.Error(), "NewStacks") {
		t.Errorf("a construct that does not fit one stack: %v", err)
	}
}

// Two groups of one file share no physical name.
func TestGroupsSideBySide(t *testing.T) {
	outdir := everything().outdir
	seen := map[string]string{} // input, type and name → group
	eachStack(t, func(t *testing.T, in input, group string, s stacks.Stack) {
		names := physicalNames(decode(t, read(t, outdir, s.Name+".template.json")))
		if len(names) == 0 {
			t.Error("it holds no names")
		}
		for _, name := range names {
			name = in.name + ": " + name
			if other, ok := seen[name]; ok && other != group {
				t.Errorf("%s is in both groups", name)
			}
			seen[name] = group
		}
	})
}

// physicalNames gives every name that a template spells out: of resources and
// exports.
func physicalNames(template map[string]any) []string {
	var out []string
	for _, r := range template["Resources"].(map[string]any) {
		resource := r.(map[string]any)
		for key, v := range resource["Properties"].(map[string]any) {
			name, ok := v.(string)
			if ok && strings.HasSuffix(key, "Name") && key != "EventBusName" && key != "MetricName" { // those refer to others
				out = append(out, resource["Type"].(string)+" "+name)
			}
		}
	}
	outputs, _ := template["Outputs"].(map[string]any)
	for _, o := range outputs {
		if export, ok := o.(map[string]any)["Export"].(map[string]any); ok {
			out = append(out, "export "+export["Name"].(string))
		}
	}
	return out
}
