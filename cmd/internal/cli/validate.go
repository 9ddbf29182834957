package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
)

func newValidate(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "validate",
		Short: "Check the file and print everything that is wrong with it",
		Long: "Checks the file and prints all findings, with their positions and hints.\n" +
			"The findings are the result, so they go to stdout. Exit status 1 where there is an error.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return runValidate(o) },
	}
}

func runValidate(o *options) error {
	name, src, err := o.read()
	if err != nil {
		return err
	}
	c := stacks.CompileFile(name, src, plan.Options{})
	if o.json() {
		err = diag.PrintJSON(o.Out, c.Diagnostics)
	} else {
		err = diag.PrintText(o.Out, c.Diagnostics, false)
	}
	if err != nil {
		return err
	}
	errors, warnings, infos := diag.Count(c.Diagnostics)
	if !o.json() {
		fmt.Fprintf(o.Err, "%s: %s, %s, %s\n", name, plural(errors, "error"), plural(warnings, "warning"), plural(infos, "info"))
	}
	if errors > 0 {
		return findingsError{}
	}
	return nil
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
