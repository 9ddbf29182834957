package cli

import (
	"github.com/spf13/cobra"

	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/transformers"
)

func newSchema(o *options) *cobra.Command {
	var reference bool
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of notifygen.yaml",
		Long:  "Prints the JSON Schema (draft 2020-12) for editors: save it beside the file and name it in a first line\n# yaml-language-server: $schema=./notifygen.schema.json",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			root := config.Object(transformers.Objects())
			text := schema.JSONSchema(root, "https://github.com/notifygen/notifygen/schema/v1", "notifygen.yaml")
			if reference {
				text = append(schema.Reference(root), config.FactsReference()...)
			}
			_, err := o.Out.Write(text)
			return err
		},
	}
	cmd.Flags().BoolVar(&reference, "reference", false, "print the reference page of every key (Markdown) instead")
	return cmd
}
