package stacks_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/stacks"
)

// TestRulesWaitForPolicies: EventBridge does not try again what it may not do, so
// no rule works before it may put events into the queues of its stack.
func TestRulesWaitForPolicies(t *testing.T) {
	all := templates(t)
	all["many rules"] = compile(t, file(names(200), 1, false)) // whose policies name no rule
	waiting := 0
	for name, some := range all {
		for _, s := range some {
			waiting += checkOrder(t, name, s)
		}
	}
	if waiting < 100 {
		t.Errorf("%d policies are waited for", waiting)
	}
}

// checkOrder gives the number of policies that rules wait for.
func checkOrder(t *testing.T, name string, s stacks.Stack) (waiting int) {
	t.Helper()
	policyOf := map[string]string{} // by queue
	for id, p := range resourcesOf(s, "AWS::SQS::QueuePolicy") {
		policyOf[p.Get("Queues").(cloudformation.List)[0].(*cloudformation.Object).Get("Ref").(string)] = id
	}
	for id, rule := range resourcesOf(s, "AWS::Events::Rule") {
		var want []string
		need := func(arn cloudformation.Value) {
			o, _ := arn.(*cloudformation.Object)
			if at, local := o.Get("Fn::GetAtt").(cloudformation.List); local && policyOf[at[0].(string)] != "" {
				want = append(want, policyOf[at[0].(string)])
			}
		}
		for _, v := range rule.Get("Targets").(cloudformation.List) {
			target := v.(*cloudformation.Object)
			need(target.Get("Arn"))
			need(target.Object("DeadLetterConfig").Get("Arn"))
		}
		slices.Sort(want)
		want = slices.Compact(want)
		var got []string
		list, _ := s.Template.Object("Resources").Object(id).Get("DependsOn").(cloudformation.List)
		for _, policy := range list {
			got = append(got, policy.(string))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %s: %s waits for %v, want %v", name, s.Name, id, got, want)
		}
		waiting += len(got)
	}
	checkNoCircle(t, name, s)
	return waiting
}

// checkNoCircle fails where resources wait for each other.
func checkNoCircle(t *testing.T, name string, s stacks.Stack) {
	t.Helper()
	resources := s.Template.Object("Resources")
	const underway, done = 1, 2
	state := map[string]int{}
	var visit func(id string)
	visit = func(id string) {
		switch {
		case resources.Get(id) == nil || state[id] == done:
			return
		case state[id] == underway:
			t.Fatalf("%s: %s: %s waits for itself", name, s.Name, id)
		}
		state[id] = underway
		for _, other := range referred(resources.Object(id)) {
			visit(other)
		}
		state[id] = done
	}
	for id := range resources.All() {
		visit(id)
	}
}

// referred gives what a value refers to, resources or not.
func referred(v cloudformation.Value) (ids []string) {
	switch v := v.(type) {
	case cloudformation.List:
		for _, item := range v {
			ids = append(ids, referred(item)...)
		}
	case *cloudformation.Object:
		for key, member := range v.All() {
			text, _ := member.(string)
			list, _ := member.(cloudformation.List)
			switch {
			case key == "Ref":
				ids = append(ids, text)
			case key == "Fn::Sub":
				for _, m := range subVariable.FindAllStringSubmatch(text, -1) {
					id, _, _ := strings.Cut(m[1], ".")
					ids = append(ids, id)
				}
			case key == "Fn::GetAtt" || key == "DependsOn":
				for _, id := range list {
					ids = append(ids, id.(string))
				}
			}
			ids = append(ids, referred(member)...)
		}
	}
	return ids
}
