package cdkapp_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/jsii-runtime-go"

	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
	"github.com/notifygen/notifygen/stacks/cdkapp"
)

// file has a bit of everything that is looked up by name.
const file = `version: 1
name: ops
region: us-east-1
parameters:
  Channel: {default: C0123456789}
  Rate: {default: 2}
  Stage: {default: prod, allowed-values: [dev, prod]}
secrets: {token: {parameter: Token}}
sources:
  app: {bus: {create: orders}, pattern: {source: [app]}, lists: []}
destinations:
  team: {type: slack, channel: {parameter: Channel}, token: token, rate: {parameter: Rate}}
routes:
  orders:
    from: app
    to: [team]
    variants:
      - {name: paid, when: {detail: {kind: [paid]}}, message: {title: "Paid ${id}", text: "${parameters.Stage}"}}
      - {name: other, else: true, message: {title: "Order ${id}"}}
`

func newStack(region string) (awscdk.App, awscdk.Stack) {
	app := awscdk.NewApp(nil)
	props := &awscdk.StackProps{}
	if region != "" {
		props.Env = &awscdk.Environment{Region: &region}
	}
	return app, awscdk.NewStack(app, jsii.String("Platform"), props)
}

func props(change func(*cdkapp.Props)) *cdkapp.Props {
	p := &cdkapp.Props{Source: []byte(file)}
	if change != nil {
		change(p)
	}
	return p
}

func TestLookups(t *testing.T) {
	_, stack := newStack("us-east-1")
	n, err := cdkapp.NewNotifications(stack, "N", props(func(p *cdkapp.Props) { p.Group = "blue" }))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		find func() (any, error)
		err  string // "" where it is found
	}{
		{"rules", func() (any, error) { return n.Rules("orders") }, ""},
		{"rule", func() (any, error) { return n.Rule("orders", "paid") }, ""},
		{"destination", func() (any, error) { return n.ApiDestination("team") }, ""},
		{"connection", func() (any, error) { return n.Connection("team") }, ""},
		{"bus", func() (any, error) { return n.EventBus("orders") }, ""},
		{"alarms", func() (any, error) { return n.Alarms("orders") }, ""},
		{"dead letters", func() (any, error) { return n.DeadLetterQueue("orders") }, ""},
		{"logical ID", func() (any, error) { return n.Resource("DeadLetterQueue") }, ""},

		{"route", func() (any, error) { return n.Rule("order") }, `there is no route "order" (did you mean orders?)`},
		{"several rules", func() (any, error) { return n.Rule("orders") }, `has 2 rules (name one of its matches (paid, other)`},
		{"no match", func() (any, error) { return n.Rules("orders", "unpaid") }, `there is no match of the route orders "unpaid"`},
		{"no destination", func() (any, error) { return n.ApiDestination("x") }, `there is no destination "x" (there are team)`},
		{"no connection", func() (any, error) { return n.Connection("teem") }, `did you mean team?`},
		{"no bus", func() (any, error) { return n.EventBus("x") }, `there is no event bus created by the file "x"`},
		{"alarms of nothing", func() (any, error) { return n.Alarms("x") }, `there is no route`},
		{"dead letters of nothing", func() (any, error) { return n.DeadLetterQueue("x") }, `there is no route`},
		{"no logical ID", func() (any, error) { return n.Resource("DeadLetterQuee") }, `did you mean DeadLetterQueue?`},
	} {
		found, err := test.find()
		switch {
		case test.err == "" && (err != nil || found == nil):
			t.Errorf("%s: %v, %v", test.name, found, err)
		case test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)):
			t.Errorf("%s: error %v, want %q", test.name, err, test.err)
		}
	}
	rules, _ := n.Rules("orders")
	if len(rules) != 2 || *rules[0].Name() != "ops-blue_orders.paid" {
		t.Errorf("%d rules, the first %s", len(rules), *rules[0].Name())
	}
	var _ awsevents.CfnRule = rules[0]
}

// TestQueuedLookups finds what a queued destination has instead of an API
// destination.
func TestQueuedLookups(t *testing.T) {
	_, stack := newStack("")
	n, err := cdkapp.NewNotifications(stack, "N", &cdkapp.Props{Source: []byte(`version: 1
name: ops
secrets: {token: {parameter: Token}}
sources: {app: {pattern: {source: [app]}, lists: []}}
destinations:
  calm: {type: dingtalk, security: sign, sign-secret: {parameter: Sign}, access-token: token, rate: 20/min}
routes: {r: {from: app, to: calm, message: {title: hi}}}
`), Assets: zips()})
	if err != nil {
		t.Fatal(err)
	}
	machine, err := n.StateMachine("calm")
	if err != nil || *machine.StateMachineName() != "ops_calm" {
		t.Error(err)
	}
	pipe, err := n.Pipe("calm")
	if err != nil || *pipe.Name() != "ops_calm" {
		t.Error(err)
	}
	if _, err := n.ApiDestination("calm"); err == nil || !strings.Contains(err.Error(), "is queued: it has no API destination (ask for its StateMachine") {
		t.Error(err)
	}
	if _, err := n.Pipe("clam"); err == nil || !strings.Contains(err.Error(), "did you mean calm?") {
		t.Error(err)
	}
}

// A stack of its owner's keeps its description; the resources are the compiled
// ones.
func TestNotificationsTemplate(t *testing.T) {
	outdir := t.TempDir()
	app := newApp(outdir)
	stack := awscdk.NewStack(app, jsii.String("Platform"), &awscdk.StackProps{Description: jsii.String("Ours")})
	in := inputs()[0]
	n, err := cdkapp.NewNotifications(stack, "N", &cdkapp.Props{File: in.path, Source: in.source})
	if err != nil {
		t.Fatal(err)
	}
	if *n.Node().Path() != "Platform/N" || *n.Node().Scope().Node().Path() != "Platform" {
		t.Errorf("the construct is at %s", *n.Node().Path())
	}
	app.Synth(nil)
	s := compile(t, in, "")[0]
	got := decode(t, read(t, outdir, "Platform.template.json"))
	want := decode(t, read(t, everything().outdir, s.Name+".template.json"))
	want["Description"] = "Ours"
	same(t, "", got, want)

	// What the compiler warns of are annotations of the construct.
	annotations := string(read(t, outdir, "Platform.metadata.json"))
	findings := stacks.CompileFile(in.path, in.source, plan.Options{}).Diagnostics
	if len(findings) == 0 {
		t.Errorf("%s has no findings: take another example", in.name)
	}
	for _, d := range findings {
		if !strings.Contains(annotations, "[ack: notifygen:"+string(d.Code)+"]") || !strings.Contains(annotations, d.Pos.String()) {
			t.Errorf("the finding %s is lost: %s", d.Code, annotations)
		}
	}
}

func TestNotificationsRefuse(t *testing.T) {
	secret := func(name string) *string {
		return awscdk.SecretValue_SecretsManager(&name, nil).UnsafeUnwrap()
	}
	with := func(name string, value *string) *cdkapp.Props {
		return props(func(p *cdkapp.Props) { p.Parameters = map[string]*string{name: value} })
	}
	const hidden = "xoxb-hidden-value"
	for _, test := range []struct {
		name   string
		region string
		props  *cdkapp.Props
		err    string // "" where it is accepted
	}{
		{"no file", "", nil, "there is no file notifygen.yaml"},
		{"group", "us-east-1", props(func(p *cdkapp.Props) { p.Group = "a/b" }), "no name for a group"},
		{"findings", "us-east-1", props(func(p *cdkapp.Props) { p.Source, p.File = []byte("version: 1"), "a.yaml" }), "a.yaml:1:1: error: "},
		{"other Region", "eu-west-1", props(nil), "notifygen.yaml is for us-east-1, the stack Platform is for eu-west-1"},
		{"no Region", "", props(nil), ""},
		{"unknown parameter", "us-east-1", with("Chanel", jsii.String("C1")), "did you mean Channel?"},
		{"plain secret", "us-east-1", with("Token", jsii.String(hidden)), "the parameter Token is a secret"},
		{"unsafe secret", "us-east-1", with("Token", awscdk.SecretValue_UnsafePlainText(jsii.String(hidden)).UnsafeUnwrap()), "the parameter Token is a secret"},
		{"secret", "us-east-1", with("Token", secret("notify/slack")), ""},
		{"pattern", "us-east-1", with("Channel", jsii.String(`"`+hidden)), "the parameter Channel does not match"},
		{"values", "us-east-1", with("Stage", jsii.String(hidden)), "the parameter Stage is not among those"},
		{"value", "us-east-1", with("Stage", jsii.String("dev")), ""},
		{"no number", "us-east-1", with("Rate", jsii.String(hidden)), "the parameter Rate is no number"},
		{"low number", "us-east-1", with("Rate", jsii.String("0")), "the parameter Rate is less than 1"},
		{"number", "us-east-1", with("Rate", jsii.String("5")), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			app, stack := newStack(test.region)
			_, err := cdkapp.NewNotifications(stack, "N", test.props)
			if test.err == "" {
				if err != nil {
					t.Fatal(err)
				}
				app.Synth(nil)
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Fatalf("error %v, want %q", err, test.err)
			}
			if strings.Contains(err.Error(), hidden) {
				t.Errorf("the error repeats the value: %v", err)
			}
			var ours *cdkapp.Error
			var findings *cdkapp.FindingsError
			if !errors.As(err, &ours) && !errors.As(err, &findings) {
				t.Errorf("error of type %T", err)
			}
		})
	}
}

// The values of parameters stand in the template, the parameters do not.
func TestParameters(t *testing.T) {
	app, stack := newStack("us-east-1")
	bound := awscdk.NewCfnParameter(stack, jsii.String("OurRate"), &awscdk.CfnParameterProps{Type: jsii.String("Number")})
	_, err := cdkapp.NewNotifications(stack, "N", props(func(p *cdkapp.Props) {
		p.Parameters = map[string]*string{
			"Channel": jsii.String("C9"),
			"Rate":    awscdk.Token_AsString(bound.Value(), nil),
			"Token":   awscdk.SecretValue_SecretsManager(jsii.String("notify/slack"), nil).UnsafeUnwrap(),
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	assembly := app.Synth(nil)
	template := assembly.GetStackByName(jsii.String("Platform")).Template().(map[string]any)
	parameters := template["Parameters"].(map[string]any)
	for _, name := range []string{"Channel", "Rate", "Token"} {
		if parameters[name] != nil {
			t.Errorf("the parameter %s is left", name)
		}
	}
	if parameters["Stage"] == nil {
		t.Error("the parameter Stage is gone")
	}
	properties := template["Resources"].(map[string]any)["ApiDestinationTeam"].(map[string]any)["Properties"].(map[string]any)
	rate, _ := properties["InvocationRateLimitPerSecond"].(map[string]any)
	if rate["Ref"] != "OurRate" {
		t.Errorf("the rate is %v", properties["InvocationRateLimitPerSecond"])
	}
}

func TestTwoInOneStack(t *testing.T) {
	_, stack := newStack("us-east-1")
	if _, err := cdkapp.NewNotifications(stack, "A", props(nil)); err != nil {
		t.Fatal(err)
	}
	_, err := cdkapp.NewNotifications(stack, "B", props(func(p *cdkapp.Props) { p.Group = "blue" }))
	if err == nil || !strings.Contains(err.Error(), "already holds Notifications") {
		t.Errorf("two in one stack: %v", err)
	}
	nested := awscdk.NewNestedStack(stack, jsii.String("Nested"), nil)
	if _, err := cdkapp.NewNotifications(nested, "N", props(func(p *cdkapp.Props) { p.Group = "blue" })); err != nil {
		t.Errorf("in a nested stack: %v", err)
	}
}

func TestStacksProps(t *testing.T) {
	outdir := t.TempDir()
	app := newApp(outdir)
	placed, err := cdkapp.NewStacks(app, &cdkapp.StacksProps{
		StackProps: awscdk.StackProps{
			Env:  &awscdk.Environment{Account: jsii.String("111122223333")},
			Tags: &map[string]*string{"owner": jsii.String("platform"), "team": jsii.String("lost")},
		},
		Props: *props(func(p *cdkapp.Props) { p.Source = []byte("tags: {team: ours}\n" + file) }),
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(placed.All); n != 1 {
		t.Fatalf("%d stacks", n)
	}
	app.Synth(nil)
	a := manifest(t, outdir)["ops"]
	if a.Environment != "aws://111122223333/us-east-1" || a.Properties.Tags["owner"] != "platform" || a.Properties.Tags["team"] != "ours" {
		t.Errorf("environment %s, tags %v", a.Environment, a.Properties.Tags)
	}
	_, err = cdkapp.NewStacks(awscdk.NewApp(nil), &cdkapp.StacksProps{
		StackProps: awscdk.StackProps{Env: &awscdk.Environment{Region: jsii.String("eu-west-1")}},
		Props:      *props(nil),
	})
	if err == nil || !strings.Contains(err.Error(), "Env.Region is eu-west-1") {
		t.Errorf("another Region: %v", err)
	}
	if _, err := cdkapp.NewStacks(awscdk.NewApp(nil), nil); err == nil || !strings.Contains(err.Error(), "there is no file") {
		t.Errorf("nothing given: %v", err)
	}
}
