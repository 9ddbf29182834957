package cli

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/examples"
	"github.com/notifygen/notifygen/schema"
)

//go:embed starter.yaml
var starter []byte

func newInit(o *options) *cobra.Command {
	var example string
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a commented starter file",
		Long:  "Writes a commented starter file (or, with --example, the file of an example) to ./notifygen.yaml or to FILE. Never overwrites.",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return runInit(o, example) },
	}
	cmd.Flags().StringVar(&example, "example", "", "start from an example: "+strings.Join(examples.Names(), ", "))
	return cmd
}

func runInit(o *options, example string) error {
	text := starter
	if example != "" {
		names := examples.Names()
		if !slices.Contains(names, example) {
			hint := "one of " + strings.Join(names, ", ")
			if near := diag.Suggest(example, names); near != "" {
				hint = "did you mean " + near + "?"
			}
			return withHint(hint, "there is no example %s", schema.Quote(example))
		}
		var err error
		if text, err = examples.File(example); err != nil {
			return err
		}
	}
	if o.file == "-" {
		_, err := o.Out.Write(text)
		return err
	}
	f, err := os.OpenFile(o.file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return withHint("name another file with -f FILE", "%s exists already, and init never overwrites", o.file)
	}
	if err != nil {
		return fmt.Errorf("cannot write the file: %w", err)
	}
	_, err = f.Write(text)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("cannot write the file: %w", err)
	}
	if o.json() {
		return encode(o.Err, map[string]string{"wrote": o.file})
	}
	fmt.Fprintf(o.Err, "notifygen: wrote %s; now: notifygen -f %s validate, and synth\n", o.file, o.file)
	return nil
}
