package stacks_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/examples"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
)

// FuzzCompile feeds the reader and the compiler anything at all and judges what
// comes out as AWS would: see checkCompiled.
//
//	go test ./stacks -run '^$' -fuzz FuzzCompile -fuzztime 3m -parallel 1
//
// FUZZ_SKIP is a regular expression of failures to pass over, so that a search
// can go on behind a defect that is already known.
func FuzzCompile(f *testing.F) {
	for _, src := range seeds(f) {
		f.Add(src)
	}
	skip := skipped(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 64<<10 {
			return // large files are test/bench's subject
		}
		if err := checkCompiled(src); err != nil && !skip(err) {
			t.Error(err)
		}
	})
}

// TestMutations puts odd values into every kind of place of every example and
// of a file with every key, and leaves out or doubles every key: blind mutation
// seldom gets so far into a file. FUZZ_ALL=1 tries every value in every place,
// which takes ten minutes; else each place gets some of them.
func TestMutations(t *testing.T) {
	skip := skipped(t)
	share := 40
	if os.Getenv("FUZZ_ALL") != "" {
		share = 1
	}
	files := map[string][]byte{"every-key": []byte(everyKey)}
	for _, name := range examples.Names() {
		src, err := examples.File(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = src
	}
	if err := checkCompiled([]byte(everyKey)); err != nil {
		t.Error(err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		t.Run(name, func(t *testing.T) {
			src := files[name]
			failures := map[string]bool{} // one report for each kind of failure
			count := 0
			for what, mutant := range mutants(src, share) {
				count++
				err := checkOnce(mutant)
				if err == nil || skip(err) {
					continue
				}
				if kind := particulars.ReplaceAllString(err.Error(), "…"); !failures[kind] {
					failures[kind] = true
					t.Errorf("%s: %v", what, err)
				}
			}
			t.Logf("%d mutants", count)
		})
	}
}

var particulars = regexp.MustCompile(`[0-9]+|"[^"]*"|default \S+ is`)

func skipped(tb testing.TB) func(error) bool {
	pattern := os.Getenv("FUZZ_SKIP")
	if pattern == "" {
		return func(error) bool { return false }
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		tb.Fatal(err)
	}
	return func(err error) bool { return re.MatchString(err.Error()) }
}

// seeds gives the examples and the bad files.
func seeds(tb testing.TB) [][]byte {
	tb.Helper()
	var out [][]byte
	for _, name := range examples.Names() {
		src, err := examples.File(name)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, src)
	}
	files, err := filepath.Glob(filepath.Join("testdata", "bad", "*.yaml"))
	if err != nil || len(files) == 0 {
		tb.Fatal("no bad files", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, src)
	}
	return out
}

// oddValues are what people, editors and other programs leave in YAML files.
var oddValues = []string{
	"", "~", "true", "no", "0", "-1", "1.5", "1e400", ".inf", ".nan", "0x1F", "0o17", "08", "1_000", "99999999999999999999",
	"9223372036854775807", "9223372036854775807/min", "9223372036854775800/h", "99999999999999999999/min", "1000000/min", "1000001/h", "0/min", "20/minute", "20/MIN",
	`""`, `" "`, "x", "event", "default", "aws.health", "2001-12-14", "12:30:45",
	`"${"`, `"${}"`, `"${detail}"`, `"${detail.x}"`, `"${resources}"`, `"${detail.a[*].b}"`, `"${detail.a[0][1]}"`, `"${detail['x']}"`,
	`"${parameters.P}"`, `"${parameters.}"`, `"${parameters.P-Q}"`, `"$${x}"`, `"$$${detail.x}"`, `"${aws.events.event}"`, `"${aws.events.event.json}"`, `"${aws.events.rule-name}"`,
	`"<x> & \"y\" \\ é 😀 \u0000 \x1b[31m \r\n\t"`, `"{{resolve:secretsmanager:x}}"`, `"AWS::Region"`, `"a\u2028b"`,
	"[]", "{}", "[[]]", "[~]", "[1, 1.0, true, null]", "[x, x]", "{x: y}", "{x: {y: z}}", "{parameter: P}", "{parameter: Other}", "{parameter: p-q}", "{parameter: 5}", "{parameter: P, x: y}", "{create: default}", "{create: {parameter: P}}",
	"[{prefix: a}]", "[{anything-but: [a]}]", "[{exists: false}]", "[{numeric: ['>', 1]}]", "[{wildcard: '*'}]", "[{cidr: 10.0.0.0/8}]",
	"{$or: [{a: [1]}, {b: [2]}]}", "{detail: [x]}", "{detail: {x: [{exists: true}]}}", "{detail-type: [x], source: [x]}", "{detail: {x: [{parameter: P}]}}",
	"[all]", "['user:U1']", "{by: detail, cases: {a: [all]}}", "{by: detail.x, cases: {a: [all], '2': [all]}}", "{by: 'detail.x[0]', cases: {a: [all]}}", "{by: source, cases: {MyTestApp: [all]}}",
	"!Ref X", "!!binary aGk=", "!!int x", "!!bool maybe", "!!float abc", "!!null x", "!!str 5", "!x [a]", "!x {a: b}", "&a [*a]", "*nowhere",
}

// everyKey is a file with every key that can be used today.
const everyKey = `version: 1
name: every-key
description: every key once
region: us-east-1
parameters:
  Channel: {default: C0123456789, description: a channel, allowed-pattern: "C.*"}
  Bus: {default: mine, allowed-values: [mine, yours]}
  Rate: {default: 5}
  Url: {}
secrets:
  token: {secretsmanager: notify/slack, key: token, version-stage: AWSCURRENT}
  other: {parameter: OtherToken}
tags: {team: ops, stage: {parameter: Stage}}
kms-key: arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555
retry-policy: {maximum-retry-attempts: 10, maximum-event-age-in-seconds: {parameter: Age}}
dead-letter-queue: true
alarms: {actions: [{parameter: Topic}]}
logs: {retention-in-days: 14}
quotas: {rules-per-event-bus: 10, event-pattern-size: 1000, connections: 10, api-destinations: 10}
sources:
  support: {preset: aws.support, enrich: true, dedupe: true}
  health: {preset: aws.health, backup-region-copies: drop, abuse-events: include, trusted: [resources], enrich: {organization: true}}
  tests: {pattern: {source: [tests], detail-type: [AWS Health Event]}, enrich: {as: aws.health, organization: true}, lists: [detail.entities]}
  mine: {bus: {parameter: Bus}, pattern: {source: [app], detail: {n: [{numeric: [">", 1]}]}}, lists: [detail.items], trusted: [detail.event]}
  made: {bus: {create: made}, pattern: {$or: [{source: [a]}, {detail-type: [{prefix: b}]}]}, lists: [], dedupe: [detail.order, account]}
destinations:
  slack: {type: slack, description: d, channel: {parameter: Channel}, token: token, rate: {parameter: Rate}, format: plain, mentions: [here, "user:U01"], retry-policy: {maximum-retry-attempts: 0}}
  mrkdwn: {type: slack, channel: C1, token: {parameter: Direct}, format: mrkdwn, kms-key: {parameter: Key}}
  workflow: {type: slack-workflow, url: {parameter: Url}, variables: [title, text, a, link, severity]}
  hook: {type: webhook.site, url: other, rate: 3/s}
  queued: {type: slack, description: q, channel: {parameter: Channel}, token: token, deliver: verified, rate: 30/min, format: mrkdwn, mentions: [here], retry-policy: {maximum-retry-attempts: 0}, kms-key: {parameter: Key}}
  signed: {type: dingtalk, security: sign, sign-secret: token, access-token: other, rate: 20/min, format: text, mentions: {by: detail.service, cases: {EC2: ["mobile:13800000000"]}, else: [all]}}
  signed-too: {type: dingtalk, security: sign, sign-secret: {parameter: Sign}, access-token: other, deliver: verified, mentions: {ssm: /team/notify, key: k, by: detail.event, else: [all]}}
  ding: {type: dingtalk, security: keyword, keyword: AWS, access-token: other, format: auto, mentions: {by: detail.service, cases: {EC2: ["mobile:13800000000"], S3: [all]}, else: ["user:u"]}}
routes:
  cases:
    description: the cases
    from: support
    to: [slack, {destination: hook, body: {a: 1, b: [null, true, 1.5], c: "${detail}", d: "x ${account} ${parameters.Word}"}}]
    when: {detail: {event-name: [{anything-but: [ResolveCase]}]}}
    enabled: false
    message: {title: "Case ${detail.display-id}", text: "in ${region}: ${enriched.subject}", fields: {a: "${account}"}, link: {url: "https://example.com/${detail.case-id}", text: Show}, severity: warning, mentions: ["group:S01"]}
  health:
    from: [health, tests]
    to: [ding, mrkdwn, signed]
    variants:
      - name: issue
        when: {detail: {eventTypeCategory: [issue]}}
        message: {title: Issue, text: "${detail.eventDescription[0].latestDescription}", severity: error}
      - when: {detail: {eventTypeCategory: [scheduledChange]}, enriched: {statusCode: [open, {exists: false}]}}
        message: {title: Change}
      - else: true
        message: {text: "${detail.eventTypeCode}"}
  mine:
    from: [mine, made]
    to: [workflow, hook, queued, signed-too]
    message: {title: Mine, text: "${detail.event}", fields: {a: "${time}"}, link: "https://example.com/", severity: info}
  all: {from: made, to: hook, when: {account: ["111122223333"]}, message: event}
`

// mutants gives variations of a file, each with one change: one in share of the
// odd values in every place. Of places that are alike (the variants of a route)
// the first is changed.
func mutants(src []byte, share int) func(yield func(what string, src []byte) bool) {
	return func(yield func(string, []byte) bool) {
		var doc yaml.Node
		if err := yaml.Unmarshal(src, &doc); err != nil {
			panic(err)
		}
		m := mutator{doc: &doc, yield: yield, share: share, seen: map[string]bool{}}
		m.visit(doc.Content[0], "")
	}
}

type mutator struct {
	doc    *yaml.Node
	yield  func(string, []byte) bool
	share  int
	places int
	seen   map[string]bool
}

func (m *mutator) text() []byte {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(m.doc); err != nil {
		return nil // not every odd tree can be written
	}
	return b.Bytes()
}

func (m *mutator) visit(n *yaml.Node, path string) bool {
	if m.seen[path] {
		return true
	}
	m.seen[path] = true
	saved := *n
	// Odd values are pasted as text, because many are odd in their spelling.
	const mark = "MUTANT"
	*n = yaml.Node{Kind: yaml.ScalarNode, Value: mark, Anchor: saved.Anchor}
	whole := m.text()
	*n = saved
	for i, odd := range oddValues {
		if (i+m.places)%m.share == 0 && !m.yield(path+" = "+odd, bytes.Replace(whole, []byte(mark), []byte(odd), 1)) {
			return false
		}
	}
	m.places++
	step := 1
	if n.Kind == yaml.MappingNode {
		step = 2
	}
	for i := 0; i+step <= len(saved.Content); i += step {
		below := path + "[]"
		if step == 2 {
			below = path + "." + saved.Content[i].Value
		}
		n.Content = slices.Delete(slices.Clone(saved.Content), i, i+step)
		without := m.text()
		n.Content = append(slices.Clone(saved.Content), saved.Content[i:i+step]...)
		twice := m.text()
		n.Content = saved.Content
		if !m.yield(below+" left out", without) || !m.yield(below+" twice", twice) || !m.visit(saved.Content[i+step-1], below) {
			return false
		}
	}
	return true
}

// checkCompiled compiles a file and tells what of the result AWS would refuse,
// or what no file may cause: a panic, two different results, errors beside
// templates, findings outside the file.
func checkCompiled(src []byte) error {
	if err := checkOnce(src); err != nil {
		return err
	}
	a := everything(stacks.CompileFile("notifygen.yaml", src, plan.Options{}))
	if b := everything(stacks.CompileFile("notifygen.yaml", src, plan.Options{})); a != b {
		return fmt.Errorf("two compilations differ:\n%s\nand:\n%s", a, b)
	}
	return nil
}

func checkOnce(src []byte) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	c := stacks.CompileFile("notifygen.yaml", src, plan.Options{})
	if err := checkFindings(src, c.Diagnostics); err != nil {
		return err
	}
	failed, _, _ := diag.Count(c.Diagnostics)
	switch {
	case failed > 0 && (c.OK() || c.Plan != nil || c.Stacks != nil):
		return errors.New("errors, and templates none the less")
	case failed > 0:
		return nil
	case !c.OK() || len(c.Stacks) == 0:
		return errors.New("neither errors nor templates")
	}
	return judge(c)
}

// everything is all that a compilation says and makes.
func everything(c stacks.Compiled) string {
	var b strings.Builder
	if err := diag.PrintText(&b, c.Diagnostics, false); err != nil {
		panic(err)
	}
	if err := diag.PrintJSON(&b, c.Diagnostics); err != nil {
		panic(err)
	}
	for _, s := range c.Stacks {
		b.Write(cloudformation.JSON(s.Template))
		text, err := cloudformation.YAML(s.Template)
		if err != nil {
			panic(err)
		}
		b.Write(text)
	}
	return b.String()
}

// oddBreak is what YAML takes for the end of a line and editors do not.
var oddBreak = regexp.MustCompile("\\r[^\\n]|\\r$|\u0085|\u2028|\u2029")

// checkFindings wants every position inside the file and a message.
func checkFindings(src []byte, ds []diag.Diagnostic) error {
	if oddBreak.Match(src) {
		return nil
	}
	lines := strings.Split(strings.TrimPrefix(string(src), "\ufeff"), "\n")
	inside := func(p diag.Pos) bool {
		return p.Line >= 1 && p.Line <= len(lines) && p.Col >= 1 && p.Col <= len([]rune(lines[p.Line-1]))+1
	}
	for _, d := range ds {
		if d.Message == "" {
			return fmt.Errorf("a finding without a message: %+v", d)
		}
		if !inside(d.Pos) {
			return fmt.Errorf("outside the file: %s: %s [%s]", d.Pos, d.Message, d.Code)
		}
		for _, n := range d.Notes {
			if !inside(n.Pos) {
				return fmt.Errorf("outside the file: %s: note: %s [%s]", n.Pos, n.Message, d.Code)
			}
		}
	}
	return nil
}

// Limits that AWS enforces when the stack is deployed.
const (
	maxResources, maxTemplateBytes, maxParameters, maxOutputs = 500, 1_000_000, 200, 200
	maxNameLength                                             = 64
)

var (
	logicalID    = regexp.MustCompile(`^[A-Za-z0-9]{1,255}$`)
	resourceName = regexp.MustCompile(`^[.\-_A-Za-z0-9]{1,64}$`)
	subVariable  = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)
	subLiteral   = regexp.MustCompile(`\$\{!([^}]*)\}`)
	pseudo       = []string{"AWS::AccountId", "AWS::Region", "AWS::Partition", "AWS::StackName", "AWS::StackId", "AWS::URLSuffix", "AWS::NoValue"}
	nameOf       = map[string]string{"AWS::Events::Rule": "Name", "AWS::Events::Connection": "Name", "AWS::Events::ApiDestination": "Name", "AWS::Events::EventBus": "Name", "AWS::CloudWatch::Alarm": "AlarmName", "AWS::SQS::Queue": "QueueName",
		"AWS::Pipes::Pipe": "Name", "AWS::StepFunctions::StateMachine": "StateMachineName", "AWS::Logs::LogGroup": "LogGroupName", "AWS::Lambda::Function": "FunctionName"}
	reservedNames = map[string][]string{"AWS::Events::EventBus": {"default"}}
)

// judge looks at compiled templates with AWS's eyes.
func judge(c stacks.Compiled) error {
	exports, names, watched := map[string]bool{}, map[string]bool{}, map[string]bool{}
	targets := 0
	for _, s := range c.Stacks {
		for _, o := range s.Template.Object("Outputs").All() {
			if e := o.(*cloudformation.Object).Object("Export"); e != nil {
				exports[fmt.Sprint(e.Get("Name"))] = true
			}
		}
		watchedRules(s.Template.Object("Resources"), watched)
	}
	for _, s := range c.Stacks {
		t := s.Template
		resources := t.Object("Resources")
		switch text := cloudformation.JSON(t); {
		case resources.Len() == 0 || resources.Len() > maxResources:
			return fmt.Errorf("%s: %d resources", s.Name, resources.Len())
		case len(text) > maxTemplateBytes:
			return fmt.Errorf("%s: %d bytes", s.Name, len(text))
		case t.Object("Parameters").Len() > maxParameters || t.Object("Outputs").Len() > maxOutputs:
			return fmt.Errorf("%s: %d parameters, %d outputs", s.Name, t.Object("Parameters").Len(), t.Object("Outputs").Len())
		}
		known := slices.Concat(t.Object("Parameters").Keys(), resources.Keys())
		for i, id := range known {
			if !logicalID.MatchString(id) {
				return fmt.Errorf("%s: %q is no logical ID", s.Name, id)
			}
			if slices.Contains(known[:i], id) {
				return fmt.Errorf("%s: two things are called %s", s.Name, id)
			}
		}
		for name, p := range t.Object("Parameters").All() {
			if err := checkParameter(p.(*cloudformation.Object)); err != nil {
				return fmt.Errorf("%s: parameter %s: %w", s.Name, name, err)
			}
		}
		if err := checkReferences(t, append(known, pseudo...), exports); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		for id, v := range resources.All() {
			r := v.(*cloudformation.Object)
			kind, properties := r.Get("Type").(string), r.Object("Properties")
			if err := checkName(kind, properties, names); err != nil {
				return fmt.Errorf("%s.%s: %w", s.Name, id, err)
			}
			switch kind {
			case "AWS::Events::Rule":
				n, err := checkRule(properties)
				if err != nil {
					return fmt.Errorf("%s.%s: %w", s.Name, id, err)
				}
				targets += n
				if err := checkQueued(properties, resources); err != nil {
					return fmt.Errorf("%s.%s: %w", s.Name, id, err)
				}
				if name := properties.Get("Name").(string); !watched[name] && !c.Plan.Alarms.Off {
					return fmt.Errorf("%s.%s: no alarm watches %s", s.Name, id, name)
				}
			case "AWS::Events::ApiDestination":
				if n, ok := properties.Get("InvocationRateLimitPerSecond").(int); ok && n < 1 {
					return fmt.Errorf("%s.%s: a rate of %d", s.Name, id, n)
				}
			}
		}
	}
	deliveries := 0
	for _, r := range c.Plan.Routes {
		for _, m := range r.Matches {
			deliveries += len(m.Deliveries)
		}
	}
	for _, h := range c.Plan.Hops {
		deliveries += len(h.Entries)
	}
	if c.Plan.NotEvents() != nil && c.Plan.DeadLetterQueue {
		deliveries++
	}
	if targets != deliveries {
		return fmt.Errorf("%d deliveries are planned, the templates hold %d targets", deliveries, targets)
	}
	return nil
}

// watchedRules notes the rules that alarms are about.
func watchedRules(v cloudformation.Value, watched map[string]bool) {
	switch v := v.(type) {
	case cloudformation.List:
		for _, item := range v {
			watchedRules(item, watched)
		}
	case *cloudformation.Object:
		if name, ok := v.Get("Value").(string); ok && v.Get("Name") == "RuleName" {
			watched[name] = true
		}
		for _, member := range v.All() {
			watchedRules(member, watched)
		}
	}
}

// checkQueued wants what a FIFO queue needs of its targets: a group, and an
// envelope with the route and the event's id around the message.
func checkQueued(rule, resources *cloudformation.Object) error {
	for _, v := range rule.Get("Targets").(cloudformation.List) {
		target := v.(*cloudformation.Object)
		at, _ := target.Object("Arn").Get("Fn::GetAtt").(cloudformation.List)
		if len(at) == 0 || resources.Object(at[0].(string)).Get("Type") != "AWS::SQS::Queue" {
			continue
		}
		queue := resources.Object(at[0].(string)).Object("Properties")
		if queue.Get("FifoQueue") == nil {
			if target.Get("SqsParameters") != nil || target.Get("RoleArn") != nil {
				return fmt.Errorf("target %v: a group, or a role that queues do not take", target.Get("Id"))
			}
			continue
		}
		template, _ := resolved(target.Object("InputTransformer").Get("InputTemplate")).(string)
		switch {
		case target.Object("SqsParameters").Get("MessageGroupId") == nil || target.Get("RoleArn") != nil:
			return fmt.Errorf("target %v: no group, or a role that queues do not take", target.Get("Id"))
		case queue.Get("FifoQueue") != true || queue.Get("ContentBasedDeduplication") != true || queue.Get("SqsManagedSseEnabled") != true:
			return fmt.Errorf("target %v: not a queue for messages", target.Get("Id"))
		case !strings.HasPrefix(template, `{"route":"`) || !strings.Contains(template, `","event":"<id>","message":{`):
			return fmt.Errorf("target %v: no envelope: %s", target.Get("Id"), template)
		}
	}
	return nil
}

func checkName(kind string, properties *cloudformation.Object, names map[string]bool) error {
	key, named := nameOf[kind]
	if !named {
		return nil
	}
	name := string(cloudformation.Compact(properties.Get(key)))
	if names[kind+name] {
		return fmt.Errorf("the name %s is given twice", name)
	}
	names[kind+name] = true
	constant, ok := properties.Get(key).(string)
	switch {
	case !ok:
	case slices.Contains(reservedNames[kind], constant):
		return fmt.Errorf("the name %q is AWS's own", constant)
	case strings.HasPrefix(kind, "AWS::Events::") && kind != "AWS::Events::EventBus" && !resourceName.MatchString(constant):
		return fmt.Errorf("AWS refuses the name %q", constant)
	}
	return nil
}

// checkParameter wants a default that the parameter's own constraints admit.
func checkParameter(p *cloudformation.Object) error {
	if p.Get("NoEcho") == true && (p.Get("Default") != nil || p.Get("AllowedValues") != nil) {
		return errors.New("a secret with a default or allowed values")
	}
	standard := p.Get("Default")
	if standard == nil {
		return nil
	}
	if values, ok := p.Get("AllowedValues").(cloudformation.List); ok && !slices.Contains(values, standard) {
		return fmt.Errorf("the default %v is not among the allowed values", standard)
	}
	pattern, _ := p.Get("AllowedPattern").(string)
	text, isText := standard.(string)
	// What Go's regular expressions lack is left to CloudFormation.
	if re, err := regexp.Compile(pattern); err == nil && pattern != "" && isText && !re.MatchString(text) {
		return fmt.Errorf("the default %q does not match %s", text, pattern)
	}
	return nil
}

// checkReferences wants every Ref, Fn::GetAtt, Fn::Sub, Fn::ImportValue and
// DependsOn to lead somewhere.
func checkReferences(v cloudformation.Value, known []string, exports map[string]bool) error {
	switch v := v.(type) {
	case cloudformation.List:
		for _, item := range v {
			if err := checkReferences(item, known, exports); err != nil {
				return err
			}
		}
	case *cloudformation.Object:
		for key, value := range v.All() {
			var names []string
			switch value := value.(type) {
			case string:
				switch key {
				case "Ref":
					names = []string{value}
				case "Fn::Sub":
					for _, m := range subVariable.FindAllStringSubmatch(value, -1) {
						names = append(names, m[1])
					}
				case "Fn::ImportValue":
					if !exports[value] {
						return fmt.Errorf("nothing exports %s", value)
					}
				}
			case cloudformation.List:
				switch key {
				case "Fn::GetAtt":
					names = []string{value[0].(string)}
				case "DependsOn":
					for _, id := range value {
						names = append(names, id.(string))
					}
				}
			}
			for _, name := range names {
				if !slices.Contains(known, name) {
					return fmt.Errorf("%s names %q, which does not exist", key, name)
				}
			}
			if err := checkReferences(value, known, exports); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkRule gives the number of targets of a rule that EventBridge accepts.
func checkRule(rule *cloudformation.Object) (int, error) {
	// A pattern that holds null is written as text.
	value := resolved(rule.Get("EventPattern"))
	text, isText := value.(string)
	if !isText {
		text = string(cloudformation.Compact(value))
	}
	pattern, err := eventbridge.ParsePattern([]byte(text))
	if err != nil {
		return 0, fmt.Errorf("EventPattern %s: %w", text, err)
	}
	if n := len([]rune(pattern.JSON())); n > eventbridge.MaxPatternLengthHard {
		return 0, fmt.Errorf("EventPattern: %d characters", n)
	}
	targets, _ := rule.Get("Targets").(cloudformation.List)
	if len(targets) == 0 || len(targets) > plan.MaxTargets {
		return 0, fmt.Errorf("%d targets", len(targets))
	}
	ids := map[string]bool{}
	for _, v := range targets {
		target := v.(*cloudformation.Object)
		id, _ := target.Get("Id").(string)
		if ids[id] || !resourceName.MatchString(id) {
			return 0, fmt.Errorf("target id %q", id)
		}
		ids[id] = true
		if err := checkInput(target.Object("InputTransformer"), sampleEvents(text)); err != nil {
			return 0, fmt.Errorf("target %s: %w", id, err)
		}
	}
	return len(targets), nil
}

// checkInput wants a transformer that EventBridge accepts, that escapes what it
// inserts, and that delivers the events.
func checkInput(t *cloudformation.Object, events []string) error {
	if t == nil {
		return nil
	}
	paths := map[string]string{}
	for name, path := range t.Object("InputPathsMap").All() {
		paths[name] = path.(string)
	}
	template, _ := resolved(t.Get("InputTemplate")).(string)
	in, err := eventbridge.NewInput(eventbridge.InputSpec{InputTransformer: &eventbridge.InputTransformer{InputPathsMap: paths, InputTemplate: template}})
	if err != nil {
		return err
	}
	if !strings.HasPrefix(template, "{") {
		return fmt.Errorf("the template %q does not escape what it inserts", template)
	}
	for _, event := range events {
		e, err := eventbridge.ParseEvent([]byte(event))
		if err != nil {
			return err
		}
		if _, err := in.Render(e, eventbridge.Context{RuleARN: "arn:aws:events:us-east-1:111122223333:rule/r", RuleName: "r"}); err != nil {
			return fmt.Errorf("template %s: %w of %s", template, err, event)
		}
	}
	return nil
}

const envelope = `{"version":"0","id":"1","detail-type":"t","source":"s","account":"111122223333","time":"2026-01-01T00:00:00Z","region":"us-east-1","resources":%s,"detail":%s}`

// sampleEvents gives an event that lacks every field of its own, and one whose
// lists and objects are those that notifygen can know of: the resources, and
// what AWS documents of its services' events.
func sampleEvents(pattern string) []string {
	detail := `{}`
	switch {
	case strings.Contains(pattern, `"aws.health"`):
		detail = `{"eventDescription":[{"language":"en_US","latestDescription":"d"}],"eventMetadata":{"a":"b"},"affectedEntities":[{"entityValue":"e"}],"personas":["OPERATIONS"]}`
	case strings.Contains(pattern, `"aws.cases"`):
		detail = `{"changedFieldIds":["f"],"changedAttributes":["a"],"performedBy":{"user":{"customEntity":"c"}},"case":{"caseId":"1","fields":{"f":{"value":{"stringValue":"v"}}}},"relatedItem":{"comment":{"body":"b"},"contact":{"contactArn":"a"}}}`
	}
	return []string{fmt.Sprintf(envelope, `[]`, `{}`), fmt.Sprintf(envelope, `["arn:aws:s3:::b"]`, detail)}
}

// resolved puts x in the place of every reference.
func resolved(v cloudformation.Value) cloudformation.Value {
	switch v := v.(type) {
	case cloudformation.List:
		out := cloudformation.List{}
		for _, item := range v {
			out = append(out, resolved(item))
		}
		return out
	case *cloudformation.Object:
		if v.Len() == 1 {
			if _, isRef := v.Get("Ref").(string); isRef {
				return "x"
			}
			if text, isSub := v.Get("Fn::Sub").(string); isSub {
				return subLiteral.ReplaceAllString(subVariable.ReplaceAllLiteralString(text, "x"), "$${$1}")
			}
		}
		out := cloudformation.NewObject()
		for key, value := range v.All() {
			out.Set(key, resolved(value))
		}
		return out
	}
	return v
}
