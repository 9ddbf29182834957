package stacks_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
)

// file writes a notifygen.yaml with the named routes, spread over destinations.
func file(routes []string, destinations int, secretEach bool) []byte {
	var b strings.Builder
	b.WriteString("version: 1\nname: large\nquotas: {rules-per-event-bus: 100000}\nsecrets:\n")
	for i := range destinations {
		if i == 0 || secretEach {
			fmt.Fprintf(&b, "  token-%d: {secretsmanager: notify/slack-%d, key: token}\n", i, i)
		}
	}
	b.WriteString("sources:\n  app: {bus: {create: app}, pattern: {source: [app]}, lists: []}\ndestinations:\n")
	for i := range destinations {
		token := 0
		if secretEach {
			token = i
		}
		fmt.Fprintf(&b, "  team-%d: {type: slack, channel: C%08d, token: token-%d}\n", i, i, token)
	}
	b.WriteString("routes:\n")
	for i, r := range routes {
		fmt.Fprintf(&b, "  %s: {from: app, when: {detail: {kind: [%s]}}, to: [team-%d], message: {title: \"%s\"}}\n", r, r, i%destinations, r)
	}
	return []byte(b.String())
}

func names(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("route-%d", i))
	}
	return out
}

func compile(t *testing.T, src []byte) []stacks.Stack {
	t.Helper()
	c := stacks.CompileFile("notifygen.yaml", src, plan.Options{})
	if !c.OK() {
		t.Fatalf("%v", c.Diagnostics)
	}
	return c.Stacks
}

var (
	importValue = regexp.MustCompile(`"Fn::ImportValue":"([^"]+)"`)
	export      = regexp.MustCompile(`"Export":\{"Name":"([^"]+)"`)
)

// checkStacks checks what CloudFormation demands of every template and of the
// templates together.
func checkStacks(t *testing.T, all []stacks.Stack) {
	t.Helper()
	exports := map[string]string{}
	owner := map[string]string{}
	for _, s := range all {
		text := string(cloudformation.JSON(s.Template))
		compact := string(cloudformation.Compact(s.Template))
		if s.Resources() > 500 || s.Resources() == 0 {
			t.Errorf("%s: %d resources", s.Name, s.Resources())
		}
		if len(text) > 1_000_000 {
			t.Errorf("%s: %d bytes", s.Name, len(text))
		}
		if n := strings.Count(text, "{{resolve:"); n > 60 {
			t.Errorf("%s: %d dynamic references", s.Name, n)
		}
		if n := s.Template.Object("Outputs").Len(); n > 200 {
			t.Errorf("%s: %d outputs", s.Name, n)
		}
		for _, m := range importValue.FindAllStringSubmatch(compact, -1) {
			home := exports[m[1]]
			if home == "" {
				t.Errorf("%s imports %s, which no stack before it exports", s.Name, m[1])
			} else if !slices.Contains(s.DependsOn, home) {
				t.Errorf("%s imports from %s without depending on it", s.Name, home)
			}
		}
		for _, m := range export.FindAllStringSubmatch(compact, -1) {
			if exports[m[1]] != "" {
				t.Errorf("%s is exported twice", m[1])
			}
			exports[m[1]] = s.Name
		}
		for id, r := range s.Template.Object("Resources").All() {
			resource := r.(*cloudformation.Object)
			kind, _ := resource.Get("Type").(string)
			for _, key := range []string{"Name", "QueueName", "AlarmName"} {
				name, ok := resource.Object("Properties").Get(key).(string)
				if !ok {
					continue
				}
				if other := owner[kind+" "+name]; other != "" {
					t.Errorf("%s and %s/%s have the name %s", other, s.Name, id, name)
				}
				owner[kind+" "+name] = s.Name + "/" + id
				if limit := map[string]int{"Name": 64, "QueueName": 80, "AlarmName": 255}[key]; len(name) > limit && kind != "AWS::Events::EventBus" {
					t.Errorf("%s/%s: the name %s is longer than %d", s.Name, id, name, limit)
				}
			}
		}
	}
}

// home tells the stack of each rule.
func home(all []stacks.Stack) map[string]string {
	out := map[string]string{}
	for _, s := range all {
		for id, r := range s.Template.Object("Resources").All() {
			if r.(*cloudformation.Object).Get("Type") == "AWS::Events::Rule" {
				out[id] = s.Name
			}
		}
	}
	return out
}

func TestSmallPlansAreOneStack(t *testing.T) {
	all := compile(t, file(names(200), 20, true))
	if len(all) != 1 {
		t.Fatalf("%d stacks", len(all))
	}
	checkStacks(t, all)
}

func TestLargePlansAreSplit(t *testing.T) {
	for _, test := range []struct {
		routes, destinations int
		secretEach           bool
	}{
		{600, 3, false}, {1500, 300, false}, {10, 70, true}, {900, 400, true},
	} {
		t.Run(fmt.Sprintf("%d routes, %d destinations", test.routes, test.destinations), func(t *testing.T) {
			all := compile(t, file(names(max(test.routes, test.destinations)), test.destinations, test.secretEach))
			if len(all) < 2 {
				t.Fatal("one stack")
			}
			checkStacks(t, all)
			if n := len(home(all)); n != max(test.routes, test.destinations) {
				t.Errorf("%d rules", n)
			}
		})
	}
}

// TestAddingARouteMovesNoOther adds routes one at a time, at every place of the
// file. Only where a stack overflows may routes move, and then only half of
// that stack's.
func TestAddingARouteMovesNoOther(t *testing.T) {
	routes := names(700)
	before := home(compile(t, file(routes, 3, false)))
	splits := 0
	for i := range 20 {
		added := fmt.Sprintf("added-%d", i)
		routes = slices.Insert(slices.Clone(routes), (i*37)%len(routes), added)
		after := home(compile(t, file(routes, 3, false)))
		moved, from := 0, map[string]bool{}
		for id, stack := range before {
			if after[id] != stack {
				moved++
				from[stack] = true
			}
		}
		if moved > 0 {
			splits++
			if len(from) != 1 || moved > 250 {
				t.Errorf("%s: %d routes moved, from %v", added, moved, from)
			}
		}
		before = after
	}
	if splits > 1 {
		t.Errorf("%d of 20 additions moved routes", splits)
	}
}

// TestPinnedRoutesNeverMove: with route-stacks, nothing depends on how many
// routes there are.
func TestPinnedRoutesNeverMove(t *testing.T) {
	pinned := func(n, stacks int) []byte {
		return append([]byte(fmt.Sprintf("route-stacks: %d\n", stacks)), file(names(n), 3, false)...)
	}
	small, large := compile(t, pinned(10, 8)), compile(t, pinned(1200, 8))
	checkStacks(t, small)
	checkStacks(t, large)
	after := home(large)
	for id, stack := range home(small) {
		if after[id] != stack {
			t.Errorf("%s moved from %s to %s", id, stack, after[id])
		}
	}
	moved := 0
	for id, stack := range home(compile(t, pinned(1200, 9))) {
		if after[id] != stack {
			moved++
		}
	}
	if moved > 1200/5 {
		t.Errorf("one stack more moved %d of 1200 routes", moved)
	}
	c := stacks.CompileFile("notifygen.yaml", pinned(1200, 2), plan.Options{})
	if c.OK() || c.Diagnostics[0].Code != "stack-limit" {
		t.Errorf("1200 routes in 2 stacks: %v", c.Diagnostics)
	}
}

func TestPoliciesFit(t *testing.T) {
	small := string(cloudformation.Compact(compile(t, file(names(3), 1, false))[0].Template))
	if strings.Contains(small, "ArnLike") || !strings.Contains(small, "rule/app/large_route-2") {
		t.Error("a small plan should list its rules exactly")
	}
	large := compile(t, file(names(200), 1, false))[0]
	text := string(cloudformation.Compact(large.Template.Object("Resources").Object("InvokeApiDestinationsRole")))
	if !strings.Contains(text, "ArnLike") || !strings.Contains(text, "rule/app/large_*") || strings.Contains(text, "route-2") {
		t.Errorf("a trust policy holds 2048 characters: %s", text)
	}
}

func TestGroupsShareNoName(t *testing.T) {
	src := file(append(names(5), "blue-route-1"), 2, false)
	var both []stacks.Stack
	for _, group := range []string{"", "blue", "green-2"} {
		c := stacks.CompileFile("notifygen.yaml", src, plan.Options{Group: group})
		if !c.OK() {
			t.Fatal(c.Diagnostics)
		}
		both = append(both, c.Stacks...)
	}
	checkStacks(t, both)
	if both[1].Name != "large-blue" {
		t.Error(both[1].Name)
	}
}

func TestTheSameBytes(t *testing.T) {
	src := file(names(700), 5, true)
	first, second := compile(t, src), compile(t, src)
	for i := range first {
		if string(cloudformation.JSON(first[i].Template)) != string(cloudformation.JSON(second[i].Template)) {
			t.Errorf("%s differs from run to run", first[i].Name)
		}
	}
}

// TestLongNames: names that are cut stay distinct and within AWS's limits.
func TestLongNames(t *testing.T) {
	long := strings.Repeat("a", 60)
	checkStacks(t, compile(t, file([]string{long + "-1", long + "-2", "x", "x-y", "xy"}, 1, false)))
	for _, alike := range [][]string{{"x", "X"}, {"x-1", "x1"}, {"pay-failed", "payFailed"}} {
		c := stacks.CompileFile("notifygen.yaml", file(alike, 1, false), plan.Options{})
		if c.OK() || c.Diagnostics[len(c.Diagnostics)-1].Code != "name-collision" {
			t.Errorf("%v: %v", alike, c.Diagnostics)
		}
	}
}
