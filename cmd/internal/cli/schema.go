package cli

import (
	"github.com/spf13/cobra"

	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/simulate/expect"
	"github.com/notifygen/notifygen/transformers"
)

func newSchema(o *options) *cobra.Command {
	var reference, tests bool
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of notifygen.yaml, or of test files",
		Long: "Prints the JSON Schema (draft 2020-12) for editors: save it beside the file and name it in a first line\n" +
			"# yaml-language-server: $schema=./notifygen.schema.json\n" +
			"With --tests, that of the files `notifygen test` runs.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			page := routesPage()
			if tests {
				page = testsPage()
			}
			text := schema.JSONSchema(page.object, page.id, page.title)
			if reference {
				text = schema.Reference(page.object, page.heading, page.intro)
				if !tests {
					text = append(text, config.FactsReference()...)
				}
			}
			_, err := o.Out.Write(text)
			return err
		},
	}
	cmd.Flags().BoolVar(&reference, "reference", false, "print the reference page of every key (Markdown) instead")
	cmd.Flags().BoolVar(&tests, "tests", false, "of test files")
	return cmd
}

// schemaPage is a kind of file with a JSON Schema and a reference page.
type schemaPage struct {
	object         *schema.Object
	id, title      string // of the schema
	heading, intro string // of the page
}

func routesPage() schemaPage {
	return schemaPage{
		object:  config.Object(transformers.Objects()),
		id:      "https://github.com/notifygen/notifygen/schema/v1",
		title:   "notifygen.yaml",
		heading: "Reference: the keys of notifygen.yaml",
		intro: "This page is printed by `notifygen schema --reference` from the declarations that also check the file.\n" +
			"Where *parameter* stands, `{parameter: NAME}` may stand instead of the value.",
	}
}

func testsPage() schemaPage {
	return schemaPage{
		object:  expect.Object(),
		id:      "https://github.com/notifygen/notifygen/schema/tests/v1",
		title:   "notifygen tests",
		heading: "Reference: the keys of test files",
		intro:   testsIntro,
	}
}

const testsIntro = "This page is printed by `notifygen schema --tests --reference` from the declarations that also check the files.\n" +
	"A test file says which events cause which requests. `notifygen test` runs every YAML file in the directory `tests`\n" +
	"beside notifygen.yaml; `notifygen test PATH…` runs files, or whatever is in `tests` directories and in *.test.yaml files below a\n" +
	"directory.\n\n" +
	"```yaml\n" +
	"# yaml-language-server: $schema=../../tests.schema.json\n" +
	"parameters: {MySlackChannel: C0123456789}\n" +
	"tests:\n" +
	"  - name: a failed payment reaches Slack\n" +
	"    event: ../events/payment-failed.json\n" +
	"    expect:                              # exactly these deliveries\n" +
	"      - route: my-test-message\n" +
	"        to: channel\n" +
	"        headers: {Authorization: Bearer ***}\n" +
	"        body: {contains: {text: Payment failed}}\n" +
	"  - name: other applications stay silent\n" +
	"    event: ../events/payment-failed.json\n" +
	"    with: {source: AnotherApp}           # merged over the event\n" +
	"    expect: []\n" +
	"```\n\n" +
	"Secrets show as `***`, in expectations too, but for those that have test values under `secrets`; a credential in a test file is refused, like in every file of notifygen.\n\n" +
	"A test of a queued destination reads like one of a direct one: `to:` its name is the request that the state machine sends. The queue\n" +
	"and the pipe before it need not be listed; name them with `pipe:` or an ARN. Signatures show as `sign=***`."
