package cloudformation_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

const everyFunction = `
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Stage: {Type: String, Default: prod, AllowedValues: [dev, prod]}
  Count: {Type: Number, Default: 3}
  Names: {Type: CommaDelimitedList, Default: "a, b,c"}
  Token: {Type: String, NoEcho: true}
  Known: {Type: String, NoEcho: "true", Default: hush}
  Missing: {Type: String}
  MissingList: {Type: "AWS::SSM::Parameter::Value<List<String>>", Default: /a/list}
  Numbers: {Type: List<Number>, Default: "1,2"}
  BootstrapVersion: {Type: "AWS::SSM::Parameter::Value<String>", Default: /cdk-bootstrap/hnb659fds/version}
Mappings:
  Stages:
    prod: {Host: example.com, Ports: [80, 443]}
    123456789012: {Host: account.example}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Equals [!Ref "AWS::Region", us-east-1]]
  Either: !Or [!Condition IsDev, !Equals [!Ref Known, hush]]
  Loop: !Not [!Condition Loop]
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: orders}}
  Rule: {Type: AWS::Events::Rule, Properties: {Name: r, EventBusName: !Ref Bus}}
  ByArn: {Type: AWS::Events::Rule, Properties: {Name: r2, EventBusName: !GetAtt Bus.Arn}}
  OnDefault: {Type: AWS::Events::Rule, Properties: {Name: r3}}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: q}}
  Fifo: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  Topic: {Type: AWS::SNS::Topic}
  Group: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub "/aws/events/${Stage}"}}
  Function: {Type: AWS::Lambda::Function, Properties: {FunctionName: f}}
  Alias: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !GetAtt Function.Arn, Name: live}}
  Sam: {Type: AWS::Serverless::Function, Properties: {FunctionName: s, AutoPublishAlias: live}}
  Circle: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt Circle.QueueName}}
  Gone: {Type: AWS::SQS::Queue, Condition: IsDev}
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Select [0, !Cidr [10.0.0.0/8, 2, 8]]}}
Outputs:
`

// TestFunctions evaluates each function in an output of everyFunction.
func TestFunctions(t *testing.T) {
	for _, test := range []struct{ expression, want string }{
		{`!Ref Stage`, `"prod"`},
		{`!Ref Count`, `"3"`},
		{`!Ref Names`, `["a","b","c"]`},
		{`!Ref Token`, `"***"`},
		{`!Sub "Bearer ${Known}"`, `"Bearer ***"`},
		{`!Ref Missing`, `"${Missing}" parameter-not-given`},
		{`!Ref BootstrapVersion`, `"${BootstrapVersion}" parameter-not-given`},
		{`!Ref Nobody`, `"${Nobody}" unresolved`},
		{`!Ref Gone`, `"${Gone}" unresolved`},
		{`!Ref "AWS::AccountId"`, `"123456789012"`},
		{`[a, !Ref "AWS::NoValue", b]`, `["a","b"]`},
		{`{a: !Ref "AWS::NoValue", b: 1}`, `{"b":1}`},
		{`!Ref Bus`, `"orders"`},
		{`!GetAtt Bus.Arn`, `"arn:aws:events:us-east-1:123456789012:event-bus/orders"`},
		{`!Ref Rule`, `"orders|r"`},
		{`!GetAtt Rule.Arn`, `"arn:aws:events:us-east-1:123456789012:rule/orders/r"`},
		{`!Ref ByArn`, `"orders|r2"`},
		{`!Ref OnDefault`, `"r3"`},
		{`!GetAtt [OnDefault, Arn]`, `"arn:aws:events:us-east-1:123456789012:rule/r3"`},
		{`!Ref Queue`, `"https://sqs.us-east-1.amazonaws.com/123456789012/q"`},
		{`{"Fn::GetAtt": Queue.Arn}`, `"arn:aws:sqs:us-east-1:123456789012:q"`},
		{`!GetAtt Fifo.QueueName`, `"app-Fifo-D49D72E4BBE0.fifo"`},
		{`!Ref Topic`, `"arn:aws:sns:us-east-1:123456789012:app-Topic-5DA64C6D0998"`},
		{`!GetAtt Group.Arn`, `"arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/prod:*"`},
		{`!Ref Alias`, `"arn:aws:lambda:us-east-1:123456789012:function:f:live"`},
		{`!Ref Sam.Alias`, `"arn:aws:lambda:us-east-1:123456789012:function:s:live"`},
		{`!GetAtt Queue.Nothing`, `"${Queue.Nothing}" unresolved`},
		{`!GetAtt Circle.Arn`, `"arn:aws:sqs:us-east-1:123456789012:app-Circle-CE86FF49F2E5" unresolved`},
		{`!Ref Vpc`, `"${Vpc}" unresolved`},
		{`!Sub "${AWS::Partition}:${Bus}:${Queue.QueueName}:${!Literal}:${Names}"`, `"aws:orders:q:${Literal}:a,b,c"`},
		{`!Sub ["${x}/${Stage}", {x: !GetAtt Queue.QueueName}]`, `"q/prod"`},
		{`!Sub "${open"`, `"${Fn::Sub}" template-shape`},
		{`!Join ["-", [a, !Ref Stage, 1]]`, `"a-prod-1"`},
		{`!Join [",", !Ref Names]`, `"a,b,c"`},
		{`!Join ["", ["{{resolve:secretsmanager:", !Ref Stage, ":SecretString:key::}}"]]`, `"***"`},
		{`"Bearer {{resolve:secretsmanager:notify/slack:SecretString:token}}"`, `"Bearer ***"`},
		{`"{{resolve:ssm:/plain:3}}"`, `"***"`},
		{`!Select [1, !Ref Names]`, `"b"`},
		{`!Select [9, !Ref Names]`, `"${Fn::Select}" unresolved`},
		{`!Select [5, !Split [":", !GetAtt Bus.Arn]]`, `"event-bus/orders"`},
		{`!If [IsProd, {a: 1}, {b: 2}]`, `{"a":1}`},
		{`!If [IsDev, 1, !Ref "AWS::NoValue"]`, `none`},
		{`!If [Both, "yes", no]`, `"yes"`},
		{`!If [Both, yes, no]`, `true`}, // as YAML 1.1 has it
		{`!If [Either, "1", "2"]`, `"1"`},
		{`!If [Nothing, "1", "2"]`, `"2" unresolved`},
		{`!If [Loop, "1", "2"]`, `"1" unresolved`},
		{`!FindInMap [Stages, !Ref Stage, Host]`, `"example.com"`},
		{`!FindInMap [Stages, !Ref "AWS::AccountId", Host]`, `"account.example"`},
		{`!FindInMap [Stages, prod, Ports]`, `[80,443]`},
		{`!FindInMap [Stages, dev, Host]`, `"${Stages.dev.Host}" unresolved`},
		{`!FindInMap [Stages, dev, Host, {DefaultValue: d}]`, `"d"`},
		{`!Base64 abc`, `"YWJj"`},
		{`!Base64 {Ref: Known}`, `"***"`},
		{`!ImportValue other-bus`, `"arn:aws:events:us-east-1:123456789012:event-bus/elsewhere"`},
		{`!ImportValue nothing`, `"${import:nothing}" unresolved`},
		{`!Cidr [10.0.0.0/8, 2, 8]`, `["10.0.0.0/24","10.0.1.0/24"]`},
		{`!Cidr [192.168.0.5/24, 6, 5]`, `["192.168.0.0/27","192.168.0.32/27","192.168.0.64/27","192.168.0.96/27","192.168.0.128/27","192.168.0.160/27"]`},
		{`!Select [1, !Cidr ["2001:db8::/56", 2, 64]]`, `"2001:db8:0:1::/64"`},
		{`!Cidr [192.168.0.0/24, 9, 5]`, `"${Fn::Cidr}" unresolved`},
		{`!Cidr [255.255.255.0/24, 256, 8]`, `"${Fn::Cidr}" unresolved`},
		{`!Cidr [nonsense, 2, 8]`, `"${Fn::Cidr}" template-shape`},
		{`!Cidr [10.0.0.0/8, 2, -8]`, `"${Fn::Cidr}" template-shape`},
		{`!Cidr [10.0.0.0/8, 1000, 8]`, `"${Fn::Cidr}" template-shape`},
		{`!Cidr [!Ref Missing, 2, 8]`, `["${Missing}"] parameter-not-given`},
		{`!Select [0, !GetAZs ""]`, `"us-east-1a"`},
		{`!GetAZs eu-west-1`, `["eu-west-1a","eu-west-1b","eu-west-1c"]`},
		{`{"Fn::Transform": {Name: AWS::Include, Parameters: {Location: "s3://b/k"}}}`, `"${AWS::Include}" template-unsupported`},
		{`{a: 1, "Fn::Transform": {Name: AWS::Include, Parameters: {Location: "s3://b/k"}}}`, `{"a":1} template-unsupported`},
		{`!Length [a, b]`, `"${Fn::Length}" template-unsupported`},
		{`{"Ref": !Sub "Bus"}`, `"${Ref}" template-unsupported`},
		{`!Select [0, !Ref MissingList]`, `"${MissingList}" parameter-not-given`},
		{`!Ref Numbers`, `["1","2"]`},
		{`{"Fn::Nonsense": 1}`, `"${Fn::Nonsense}" template-unsupported`},
	} {
		t.Run(test.expression, func(t *testing.T) {
			var ds diag.List
			app := cloudformation.Read("app.yaml", []byte(everyFunction+"  It:\n    Value: "+test.expression+"\n"), &ds)
			other := cloudformation.Read("build/other.template.json", []byte(`{"Resources":{"B":{"Type":"AWS::Events::EventBus","Properties":{"Name":"elsewhere"}}},
				"Outputs":{"X":{"Value":{"Fn::GetAtt":["B","Arn"]},"Export":{"Name":{"Fn::Sub":"${AWS::StackName}-bus"}}}}}`), &ds)
			if app == nil || other == nil || ds.Len() > 0 {
				t.Fatal(ds.Sorted())
			}
			set := cloudformation.Deploy([]*cloudformation.Template{app, other}, cloudformation.Settings{}, &ds)
			got := "none"
			if v := set.Stacks[0].Resolve(app.Root.Get("Outputs").Get("It").Get("Value")); v != nil {
				got = set.Secrets.Hide(string(v.JSON(&ds, nil).Text))
			}
			var codes []string
			for _, d := range ds.Sorted() {
				codes = append(codes, string(d.Code))
				if !d.Pos.IsValid() || d.Hint == "" || strings.Contains(d.Message, "hush") {
					t.Errorf("poor finding %+v", d)
				}
			}
			if codes = slices.Compact(codes); codes != nil {
				got += " " + strings.Join(codes, " ")
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestGivenValues(t *testing.T) {
	var ds diag.List
	app := cloudformation.Read("app.yaml", []byte(everyFunction), &ds)
	set := cloudformation.Deploy([]*cloudformation.Template{app}, cloudformation.Settings{
		Region:     "cn-north-1",
		Parameters: map[string]string{"Stage": "test", "Missing": "m", "AWS::StackName": "own", "Token": "typed"},
		Secrets:    map[string]string{"Known": "shown", "notify/slack:token": "xoxb", "nobody": "x"},
	}, &ds)
	s := set.Stacks[0]
	for expression, want := range map[string]string{
		"${Stage} ${Missing} ${Known} ${Token}":              "test m shown ***",
		"${AWS::Partition} ${AWS::URLSuffix} ${AWS::Region}": "aws-cn amazonaws.com.cn cn-north-1",
		"${Topic}": "arn:aws-cn:sns:cn-north-1:123456789012:own-Topic-FAF5707C5DBA",
		"{{resolve:secretsmanager:notify/slack:SecretString:token}}": "xoxb",
	} {
		v := s.Resolve(cloudformation.Read("x.json", []byte(`{"Resources":{"Fn::Sub":`+quote(expression)+`}}`), &ds).Root.Get("Resources"))
		if got := set.Secrets.Hide(v.Text); got != want {
			t.Errorf("%s: got %q, want %q", expression, got, want)
		}
	}
	if got := set.Secrets.Unused(); !slices.Equal(got, []string{"nobody"}) {
		t.Errorf("unused %v", got)
	}
	if got := set.Secrets.Masked(); !slices.Equal(got, []string{"Token"}) {
		t.Errorf("masked %v", got)
	}
	findings := ds.Sorted()
	if len(findings) != 1 || findings[0].Code != diag.TemplateParameter || findings[0].Pos.Line != 4 {
		t.Errorf("findings %+v", findings)
	}
}

func quote(s string) string { return `"` + s + `"` }

// TestReadBad wants a positioned finding for everything that is no template.
func TestReadBad(t *testing.T) {
	for _, test := range []struct{ src, want string }{
		{"", "1:1 template-shape"},
		{"\ufeff \n", "1:1 template-shape"},
		{"a: b", "1:1 template-shape"},
		{"- Resources", "1:1 template-shape"},
		{"Resources: [a]", "1:1 template-shape"},
		{"{\"Resources\":\n {\"A\":{\"Type\":\"T\"},\"A\":{}}}", "2:20 duplicate-key"},
		{"Resources:\n\tA: b", "2:1 yaml-syntax"},
		{"Resources: {}\n---\nb: c", "2:1 yaml-unsupported"},
		{"Resources: \xff", "1:12 yaml-syntax"},
		{`{"Resources":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "}", "1:114 file-too-large"},
		{"Resources:\n  A: {Properties: {}}", "2:3 template-shape"},
		{"Transform: [AWS::Serverless-2016-10-31, Macro]\nResources: {}", "1:41 template-unsupported"},
		{"Resources:\n  Fn::ForEach::Buckets: []", "2:3 template-unsupported"},
	} {
		var ds diag.List
		if template := cloudformation.Read("t.yaml", []byte(test.src), &ds); template != nil {
			cloudformation.Deploy([]*cloudformation.Template{template}, cloudformation.Settings{}, &ds)
		}
		findings := ds.Sorted()
		if len(findings) == 0 {
			t.Errorf("%q: no finding", test.src)
			continue
		}
		pos := findings[0].Pos
		if got := strings.TrimPrefix(pos.String(), "t.yaml:") + " " + string(findings[0].Code); got != test.want {
			t.Errorf("%q: got %s, want %s", test.src, got, test.want)
		}
	}
}

// TestJSONAndYAMLAgree reads one template in both, with what only JSON can say.
func TestJSONAndYAMLAgree(t *testing.T) {
	var ds diag.List
	a := cloudformation.Read("a.json", []byte("{\"Resources\":\t{\"A\": {\"Type\": \"T\", \"Properties\": {\"smile\": \"\\ud83d\\ude00 \\/\", \"n\": 1.50, \"b\": true, \"z\": null}}}}"), &ds)
	b := cloudformation.Read("a.yaml", []byte("Resources:\n  A:\n    Type: T\n    Properties: {smile: \"😀 /\", n: 1.50, b: true, z: null}\n"), &ds)
	if ds.Len() > 0 {
		t.Fatal(ds.Sorted())
	}
	if x, y := a.Root.JSON(&ds, nil).Text, b.Root.JSON(&ds, nil).Text; !bytes.Equal(x, y) {
		t.Errorf("%s\n%s", x, y)
	}
}

// TestNotifygenFilesTakeNoTags keeps the short forms out of notifygen.yaml.
func TestNotifygenFilesTakeNoTags(t *testing.T) {
	var ds diag.List
	schema.Parse("notifygen.yaml", []byte("name: !Ref x"), &ds)
	if ds.Len() != 1 || ds.Sorted()[0].Code != diag.YAMLUnsupported {
		t.Errorf("%v", ds.Sorted())
	}
}

func FuzzRead(f *testing.F) {
	f.Add(everyFunction + "  It: {Value: !Sub '${Bus}'}")
	f.Add(`{"Transform":"AWS::Serverless-2016-10-31","Resources":{"F":{"Type":"AWS::Serverless::Function","Properties":{"Events":{"E":{"Type":"EventBridgeRule","Properties":{"Pattern":{"source":["a"]},"DeadLetterConfig":{"Type":"SQS"}}}}}}}}`)
	f.Add("Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !Join ['', [!Ref A, !Ref A]]}}")
	f.Add(extended + "!ToJsonString [!Ref Teams]")
	f.Add("a: &a [*a]\nResources: {A: {Type: T, Properties: *a}, A: {Type: T}}")
	f.Add("Rules: {R: {RuleCondition: !Equals [a, a], Assertions: [{Assert: !Not [!Contains [[a], !Ref P]]}]}}\nParameters: {P: {Type: List<Number>, Default: '1,x', AllowedPattern: '['}}\nResources: {V: {Type: T, Properties: {A: !Cidr [10.0.0.0/8, 2, 8], B: !GetAZs ''}}}")
	f.Fuzz(func(t *testing.T, src string) {
		defer time.AfterFunc(30*time.Second, func() { panic("this takes too long") }).Stop()
		var ds diag.List
		template := cloudformation.Read("t.yaml", []byte(src), &ds)
		if template == nil {
			if ds.Len() == 0 {
				t.Error("no template, and no finding")
			}
			return
		}
		set := cloudformation.Deploy([]*cloudformation.Template{template}, cloudformation.Settings{}, &ds)
		for _, s := range set.Stacks {
			s.Resolve(template.Root)
			for _, r := range s.Resources {
				r.Property("Name")
				r.Ref()
				for _, name := range []string{"Arn", "Alias", "Value", "StreamArn", "Outputs.X"} {
					r.Attribute(name)
				}
			}
		}
	})
}
