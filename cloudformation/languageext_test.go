package cloudformation_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
)

const extended = `
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Parameters:
  Teams: {Type: CommaDelimitedList, Default: "ops, dev-1"}
Conditions:
  Fn::ForEach::On:
    - Team
    - !Ref Teams
    - On&{Team}: !Equals ["${Team}", ops]
Resources:
  Fn::ForEach::Buses:
    - Team
    - !Ref Teams
    - Bus&{Team}:
        Type: AWS::Events::EventBus
        Properties: {Name: !Sub "${AWS::StackName}-${Team}"}
      Fn::ForEach::Queues:
        - Kind
        - [in, out]
        - Queue&{Team}${Kind}:
            Type: AWS::SQS::Queue
            Condition: On&{Team}
            Properties:
              Fn::ForEach::Names: [Key, [QueueName], {"${Key}": !Join ["-", [!Ref Team, !Ref Kind]]}]
Outputs:
  Fn::ForEach::Exports:
    - Team
    - !Ref Teams
    - Out&{Team}: {Value: !GetAtt ["Bus&{Team}", Name], Export: {Name: "bus-${Team}"}}
  It:
    Value: `

func TestLanguageExtensions(t *testing.T) {
	for _, test := range []struct{ expression, want string }{
		{`!GetAtt Busdev1.Name`, `"app-dev-1"`},
		{`!GetAtt [!Join ["", [Bus, ops]], Name]`, `"app-ops"`},
		{`!Ref {"Fn::Sub": "Bus${AWS::NoValue}ops"}`, `"app-ops"`},
		{`!GetAtt Queueopsin.QueueName`, `"ops-in"`},
		{`!GetAtt Queueopsout.QueueName`, `"ops-out"`},
		{`!GetAtt Queuedev1in.QueueName`, `"${Queuedev1in.QueueName}" unresolved`},
		{`!ImportValue bus-dev-1`, `"app-dev-1"`},
		{`!Length [a, !Ref "AWS::Region", c]`, `3`},
		{`!Length {"Ref": Teams}`, `2`},
		{`!Length abc`, `"${Fn::Length}" template-shape`},
		{`!ToJsonString {a: !Ref "AWS::Region", b: [1, true, "x\"y"], c: !Ref "AWS::NoValue"}`, `"{\"a\":\"us-east-1\",\"b\":[1,true,\"x\\\"y\"]}"`},
		{`!ToJsonString abc`, `"${Fn::ToJsonString}" template-shape`},
		{`{"Fn::ForEach::L": [X, [a, b], {"k${X}": {v: "${X}"}}]}`, `{"ka":{"v":"a"},"kb":{"v":"b"}}`},
		{`{z: 1, "Fn::ForEach::L": [X, [a], {"k${X}": !Ref X}]}`, `{"z":1,"ka":"a"}`},
		{`{"Fn::ForEach::L": [X, abc, {}]}`, `{} template-shape`},
		{`{"Fn::ForEach::L": nonsense}`, `{} template-shape`},
	} {
		t.Run(test.expression, func(t *testing.T) {
			var ds diag.List
			app := cloudformation.Read("app.yaml", []byte(extended+test.expression+"\n"), &ds)
			if app == nil {
				t.Fatal(ds.Sorted())
			}
			set := cloudformation.Deploy([]*cloudformation.Template{app}, cloudformation.Settings{}, &ds)
			got := string(set.Stacks[0].Resolve(app.Root.Get("Outputs").Get("It").Get("Value")).JSON(&ds, nil).Text)
			for _, d := range ds.Sorted() {
				got += " " + string(d.Code)
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestLoopsWithoutTransform wants the transform, and the rest of the template.
func TestLoopsWithoutTransform(t *testing.T) {
	set, ds := deploy(t, "Resources:\n  Fn::ForEach::L: [X, [a], {\"B${X}\": {Type: AWS::Events::EventBus}}]\n  Other: {Type: AWS::SQS::Queue}\n", nil)
	if found := ds.Sorted(); len(set.Stacks[0].Resources) != 1 || len(found) != 1 || found[0].Code != diag.TemplateUnsupported || found[0].Pos.Line != 2 {
		t.Errorf("%v", found)
	}
}

// TestHostileTemplates wants an end, and a finding, for what would multiply or
// circle.
func TestHostileTemplates(t *testing.T) {
	items := "[" + strings.Repeat("a,", 99) + "a]"
	nestedLoops := `{"V": "${A}${B}${C}${D}"}`
	for _, name := range []string{"D", "C", "B", "A"} {
		nestedLoops = `{"Fn::ForEach::` + name + `": ["` + name + `", ` + items + `, ` + nestedLoops + `]}`
	}
	doubling := "  P0: {Type: T, Properties: {QueueName: xxxxxxxxxxxxxxxx}}\n"
	for i := range 40 {
		n, next := string(rune('A'+i/26))+string(rune('a'+i%26)), "P0"
		if i > 0 {
			next = string(rune('A'+(i-1)/26)) + string(rune('a'+(i-1)%26))
		}
		doubling += "  " + n + ": {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub '${" + next + ".QueueName}${" + next + ".QueueName}'}}\n"
	}
	for name, src := range map[string]string{
		"loops":      "Transform: AWS::LanguageExtensions\nResources: " + nestedLoops,
		"condition":  "Conditions: {A: !Or [!Condition B, !Condition B], B: !Or [!Condition A, !Condition A]}\nResources:\n  Q: {Type: AWS::SQS::Queue, Condition: A}",
		"names":      "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt B.QueueName}}\n  B: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt A.QueueName}}",
		"imports":    "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !ImportValue x}}\nOutputs: {X: {Value: !ImportValue x, Export: {Name: x}}}",
		"export":     "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !ImportValue x}}\nOutputs: {X: {Value: v, Export: {Name: !ImportValue x}}}",
		"mappings":   "Mappings: {M: {a: {b: !FindInMap [M, a, b]}}}\nResources:\n  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !FindInMap [M, a, b]}}",
		"collection": "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::L: [X, !Ref Nobody, {}]",
		"doubling":   "Resources:\n" + doubling,
		"global":     "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {AutoPublishAlias: !Ref F}}\nResources:\n  F: {Type: AWS::Serverless::Function, Properties: {FunctionName: !Ref F.Alias, Events: {E: {Type: EventBridgeRule, Properties: {Pattern: {a: [b]}}}}}}",
	} {
		t.Run(name, func(t *testing.T) {
			set, ds := deploy(t, src, nil)
			for _, r := range set.Stacks[0].Resources {
				r.Name()
				r.Property("Targets")
			}
			if ds.Len() == 0 {
				t.Error("no finding")
			}
		})
	}
}

func deploy(t *testing.T, src string, parameters map[string]string) (*cloudformation.Set, *diag.List) {
	t.Helper()
	ds := &diag.List{}
	template := cloudformation.Read("t.yaml", []byte(src), ds)
	if template == nil {
		t.Fatal(ds.Sorted())
	}
	return cloudformation.Deploy([]*cloudformation.Template{template}, cloudformation.Settings{Parameters: parameters}, ds), ds
}

// TestParameterConstraints gives values that a template allows or not.
func TestParameterConstraints(t *testing.T) {
	for _, test := range []struct{ declared, value, want string }{
		{`{Type: String, AllowedValues: [a, b]}`, "a", ""},
		{`{Type: String, AllowedValues: [a, b]}`, "c", "it allows a, b"},
		{`{Type: CommaDelimitedList, AllowedValues: [a, b]}`, "a, b", ""},
		{`{Type: CommaDelimitedList, AllowedValues: [a, b]}`, "a, c", "it allows a, b"},
		{`{Type: String, AllowedPattern: "[a-z]+"}`, "abc", ""},
		{`{Type: String, AllowedPattern: "[a-z]+"}`, "abc1", "it must match [a-z]+"},
		{`{Type: String, AllowedPattern: "(?!x).*"}`, "x", ""}, // Java's
		{`{Type: String, MinLength: 2, MaxLength: "3"}`, "ü", "it must have at least 2 characters"},
		{`{Type: String, MinLength: 2, MaxLength: "3"}`, "üüü", ""},
		{`{Type: String, MinLength: 2, MaxLength: "3"}`, "abcd", "it must have at most 3 characters"},
		{`{Type: Number, MinValue: 1, MaxValue: 10}`, "0.5", "it must be at least 1"},
		{`{Type: Number, MinValue: 1, MaxValue: 10}`, "11", "it must be at most 10"},
		{`{Type: Number}`, "x", "it must be a number"},
		{`{Type: List<Number>}`, "1, x", "it must be a number"},
		{`{Type: String, AllowedPattern: "[a-z]+", ConstraintDescription: small letters only}`, "1", "small letters only"},
		{`{Type: String, NoEcho: true, AllowedPattern: "s[e]cret"}`, "hush", "the parameter's constraints in the template say what it allows"},
		{`{Type: "AWS::SSM::Parameter::Value<String>", AllowedPattern: "/.*"}`, "the value", ""},
	} {
		set, ds := deploy(t, "Parameters: {P: "+test.declared+"}\nResources:\n  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub '${P}'}}\n", map[string]string{"P": test.value})
		set.Stacks[0].Resources[0].Name()
		got := ""
		for _, d := range ds.Sorted() {
			got += d.Hint
			if d.Code != diag.TemplateParameter || strings.Contains(d.Message+d.Hint, "hush") {
				t.Errorf("%+v", d)
			}
		}
		if got != test.want {
			t.Errorf("%s with %q: got %q, want %q", test.declared, test.value, got, test.want)
		}
	}
}

// TestRules judges assertions about parameters whose values are known.
func TestRules(t *testing.T) {
	for _, test := range []struct {
		assertion, value string
		broken           bool
	}{
		{`!Contains [[a, b], !Ref P]`, "a", false},
		{`{"Fn::Contains": [[a, b], !Ref P]}`, "c", true},
		{`{"Fn::Contains": [[a, b], !Ref Unknown]}`, "c", false},
		{`{"Fn::Contains": [[a, b], !Ref Stored]}`, "c", false},
		{`{"Fn::Not": [{"Fn::Contains": [["1"], !Ref Stored]}]}`, "c", false},
		{`!Not [!Equals [!Ref P, a]]`, "a", true},
		{`!And [!Equals [!Ref P, a], !Equals [!Ref Unknown, a]]`, "a", false},
		{`!And [!Equals [!Ref P, a], !Equals [!Ref Unknown, a]]`, "b", true},
		{`!Or [!Equals [!Ref P, a], !Equals [!Ref P, b]]`, "b", false},
		{`!Or [!Equals [!Ref P, a], !Equals [!Ref P, b]]`, "c", true},
		{`{"Fn::EachMemberIn": [!Ref L, [x, y, z]]}`, "", false},
		{`{"Fn::EachMemberIn": [!Ref L, [x]]}`, "", true},
		{`{"Fn::EachMemberEquals": [!Ref L, x]}`, "", true},
		{`{"Fn::ValueOf": [P, Tags]}`, "", false},
		{`nonsense`, "", false},
	} {
		src := `
Parameters: {P: {Type: String}, Unknown: {Type: String}, Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /x}, L: {Type: CommaDelimitedList, Default: "x,y"}}
Rules:
  R: {Assertions: [{Assert: ` + test.assertion + `, AssertDescription: told}]}
  Other: {RuleCondition: !Equals [!Ref P, never], Assertions: [{Assert: !Equals [a, b]}]}
Resources: {}
`
		_, ds := deploy(t, src, map[string]string{"P": test.value})
		if broken := slices.ContainsFunc(ds.Sorted(), func(d diag.Diagnostic) bool { return d.Hint == "told" && d.Code == diag.TemplateParameter }); broken != test.broken || ds.Len() > 1 {
			t.Errorf("%s with %q: broken %v, %v", test.assertion, test.value, broken, ds.Sorted())
		}
	}
}
