package transformers

import (
	"slices"
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// slackWorkflow is a Workflow Builder workflow started by a webhook.
var slackWorkflow = &Destination{
	Type:  "slack-workflow",
	Title: "Slack workflow webhook",
	Doc: "Starts a Workflow Builder workflow with flat text variables; layout, channel and mentions belong to the workflow. " +
		"The URL is the secret.",
	URL: "https://slack.com/help/articles/360041352714-Build-a-workflow--Create-a-workflow-that-starts-outside-of-Slack",
	Keys: []schema.Key{
		{Name: "url", Required: true, Doc: "secret: the workflow's web request URL (https://hooks.slack.com/triggers/… or /workflows/…)", Type: schema.SecretName()},
		{Name: "variables", Doc: "names of the workflow's variables; with them, a body with another name is an error",
			Type: schema.ListOf(&schema.Type{Accept: []schema.Kind{schema.String}, Pattern: `[A-Za-z0-9_-]+`, PatternHint: "letters, digits, - and _"})},
	},
	Endpoint: Endpoint{
		SecretKey: "url",
		Pattern:   `^https://hooks\.slack\.com/(workflows|triggers)/[A-Z0-9][A-Za-z0-9/_-]+$`,
		Example:   "https://hooks.slack.com/triggers/T…/…/…",
	},
	DefaultRate: 1,
	PerMinute:   &Limit{10, "workflow starts", "https://docs.slack.dev/apis/web-api/rate-limits"},
	NoSafeSlot:  true,
	Notes: []string{
		"A step of the workflow that fails is not seen by EventBridge.",
		"All variables are text. A variable the event lacks arrives empty.",
	},
	Render:    renderSlackWorkflow,
	CheckBody: checkSlackWorkflowBody,
	Service:   slackWorkflowService,
}

func renderSlackWorkflow(in Instance, m Message, ds *diag.List) *Value {
	body := Obj()
	add := func(name string, t Text) {
		if !t.IsEmpty() {
			body.Set(name, Str(t))
		}
	}
	add("title", m.Title)
	add("text", m.Text)
	for _, f := range m.Fields {
		add(f.Label, f.Value)
	}
	add("link", m.Link)
	if m.Severity != "" {
		add("severity", Lit(m.Severity))
	}
	return checkSlackWorkflowBody(in, body, m.Pos, ds)
}

func checkSlackWorkflowBody(in Instance, body *Value, pos diag.Pos, ds *diag.List) *Value {
	declared := declaredVariables(in)
	flat := Obj()
	for _, f := range body.fields {
		if declared != nil && !slices.Contains(declared, f.Key) {
			d := ds.Report(pos, diag.BodyContract, "the workflow of %s has no variable %s", in.Name, schema.Quote(f.Key))
			if s := diag.Suggest(f.Key, declared); s != "" {
				d.WithHint("did you mean %s?", s)
			} else {
				d.WithHint("it has %s", strings.Join(declared, ", "))
			}
		}
		text, ok := f.Value.AsText()
		if !ok {
			ds.Report(pos, diag.BodyContract, "the variable %s must be text: workflow variables are flat", schema.Quote(f.Key)).
				WithHint("quote numbers and booleans; pass members of an object one by one")
			continue
		}
		for _, p := range text {
			if p.Compound {
				ds.Report(pos, diag.CompoundInText, "the variable %s must be text, and ${%s} is a list or an object", schema.Quote(f.Key), p.Path+p.Reserved).
					WithHint("take one element or a field of it")
			}
		}
		flat.Set(f.Key, Str(text)) // in quotes, so that a number arrives as text
	}
	return flat
}

func declaredVariables(in Instance) []string {
	n := in.Node.Get("variables")
	if n == nil {
		return nil
	}
	names := []string{}
	for _, item := range n.Items {
		names = append(names, item.Text)
	}
	return names
}
