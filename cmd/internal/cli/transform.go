package cli

import (
	"encoding/json"
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/notifygen/notifygen/eventbridge"
)

type transformOptions struct {
	paths, template, inputPath, input, event string
	ruleARN, ruleName, ingestionTime         string
}

func newTransform(o *options) *cobra.Command {
	var t transformOptions
	cmd := &cobra.Command{
		Use:   "transform",
		Short: "Print what a target receives of an event, to the byte",
		Long: "Renders an input transformer (--paths, --template), an --input-path or a constant --input; with none of them the event\n" +
			"itself. The result has no final newline of its own.\n" +
			"Exit status 1 where EventBridge could not deliver it, with its error code, 2 where it would refuse the target.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runTransform(o, cmd, t) },
	}
	f := cmd.Flags()
	f.StringVar(&t.paths, "paths", "", "InputPathsMap as JSON")
	f.StringVar(&t.template, "template", "", "InputTemplate: a file, or the template itself")
	f.StringVar(&t.inputPath, "input-path", "", "InputPath, such as $.detail")
	f.StringVar(&t.input, "input", "", "Input: constant JSON")
	f.StringVar(&t.event, "event", "", "the event: a file, - for standard input, or JSON")
	f.StringVar(&t.ruleARN, "rule-arn", "", "the value of <aws.events.rule-arn>")
	f.StringVar(&t.ruleName, "rule-name", "", "the value of <aws.events.rule-name>")
	f.StringVar(&t.ingestionTime, "ingestion-time", "", "the value of <aws.events.event.ingestion-time> (default: now)")
	return cmd
}

// transformed is the result as JSON.
type transformed struct {
	Output string `json:"output"`
	Error  *struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func runTransform(o *options, cmd *cobra.Command, t transformOptions) error {
	spec, err := t.spec(o, cmd)
	if err != nil {
		return err
	}
	c := eventbridge.Context{RuleARN: t.ruleARN, RuleName: t.ruleName, IngestionTime: time.Now()}
	if t.ingestionTime != "" {
		if c.IngestionTime, err = time.Parse(time.RFC3339, t.ingestionTime); err != nil {
			return withHint("write it as 2026-03-02T10:15:30Z", "--ingestion-time is no time")
		}
	}
	input, err := eventbridge.NewInput(spec)
	if err != nil {
		return withHint("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html", "%w", err)
	}
	e, err := o.readEvent(t.event)
	if err != nil {
		return err
	}
	body, err := input.Render(e, c)
	var undeliverable *eventbridge.UndeliverableError
	if errors.As(err, &undeliverable) {
		return o.undeliverable(undeliverable)
	}
	if o.json() {
		return encode(o.Out, transformed{Output: string(body)})
	}
	_, err = o.Out.Write(body)
	return err
}

// spec reads what the target is given.
func (t transformOptions) spec(o *options, cmd *cobra.Command) (spec eventbridge.InputSpec, err error) {
	given := cmd.Flags().Changed
	if given("input") {
		spec.Input = &t.input
	}
	if given("input-path") {
		spec.InputPath = &t.inputPath
	}
	if !given("template") && !given("paths") {
		return spec, nil
	}
	if !given("template") {
		return spec, withHint("--paths belongs to a --template", "--template is missing")
	}
	spec.InputTransformer = &eventbridge.InputTransformer{}
	if spec.InputTransformer.InputTemplate, err = o.readTemplate(t.template); err != nil {
		return spec, err
	}
	if t.paths != "" {
		text, err := o.readJSON("paths", t.paths)
		if err != nil {
			return spec, err
		}
		if json.Unmarshal(text, &spec.InputTransformer.InputPathsMap) != nil {
			return spec, withHint(`write {"name": "$.detail.name"}`, "--paths is no JSON object of texts")
		}
	}
	return spec, nil
}

// readTemplate takes the name of a file that exists for the file, and anything
// else for the template itself. The file counts to the byte: a line break at
// its end is part of the template.
func (o *options) readTemplate(value string) (string, error) {
	if value != "-" {
		if info, err := os.Stat(value); err != nil || info.IsDir() {
			return value, nil
		}
	}
	src, err := o.readFile("template", value)
	return string(src), err
}

// undeliverable prints why EventBridge delivers nothing, and what it tried to.
func (o *options) undeliverable(u *eventbridge.UndeliverableError) error {
	if o.json() {
		result := transformed{Output: string(u.Body)}
		result.Error = &struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		}{u.Code, u.Message}
		if err := encode(o.Out, result); err != nil {
			return err
		}
		return findingsError{}
	}
	o.fail(withHint("the dead-letter queue gets: "+string(u.Body), "%w", u))
	return findingsError{}
}
