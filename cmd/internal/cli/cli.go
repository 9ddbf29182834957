// Package cli is the command line: one file for each verb, streams passed in,
// results on stdout and everything else on stderr.
package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/redact"
)

// Exit statuses.
const (
	exitFine        = 0
	exitFindings    = 1 // invalid file, failed expectation, no match
	exitEnvironment = 2 // usage, or something outside the file
)

// IO is what a command talks to.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
	// Colour allows colour on Err.
	Colour bool
}

// Standard is the process's own streams. Colour is for terminals, and never
// where NO_COLOR is set (https://no-color.org).
func Standard() IO {
	colour := os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isTerminal(os.Stderr)
	return IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Colour: colour}
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// findingsError ends a command whose findings are already printed.
type findingsError struct{}

func (findingsError) Error() string { return "there are findings" }

// hintedError is a failure of usage or environment with advice.
type hintedError struct {
	err  error
	hint string
}

func (e hintedError) Error() string { return e.err.Error() }
func (e hintedError) Unwrap() error { return e.err }

// givenError is a failure of environment: findings about a file of a flag.
type givenError struct{ found []diag.Diagnostic }

func (givenError) Error() string { return "a given file has an error" }

func withHint(hint, format string, args ...any) error {
	return hintedError{fmt.Errorf(format, args...), hint}
}

// Main runs the command line and gives the exit status.
func Main(args []string, streams IO) (status int) {
	defer func() {
		// A bug of ours still owes the user a sentence and a status, and must not
		// print what it was working on: that may hold a secret.
		if r := recover(); r != nil {
			fmt.Fprintln(streams.Err, "notifygen: internal error; this is a bug of notifygen, not of your file")
			fmt.Fprintln(streams.Err, "notifygen: hint: please report it with the output of `notifygen version`; NOTIFYGEN_DEBUG=1 shows where it happened")
			if os.Getenv("NOTIFYGEN_DEBUG") != "" {
				fmt.Fprintf(streams.Err, "%s", debug.Stack())
			}
			status = exitEnvironment
		}
	}()
	o := &options{IO: streams}
	root := newRoot(o)
	root.SetArgs(args)
	err := root.Execute()
	var findings findingsError
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &findings):
		return exitFindings
	}
	o.fail(err)
	return exitEnvironment
}

// fail prints a failure of usage or environment.
func (o *options) fail(err error) {
	var given givenError
	if errors.As(err, &given) {
		_ = o.print(given.found)
		return
	}
	var hinted hintedError
	errors.As(err, &hinted)
	message := redact.Text(err.Error())
	if o.json() {
		_ = encode(o.Err, failure{message, hinted.hint})
		return
	}
	fmt.Fprintln(o.Err, "notifygen: "+message)
	if hinted.hint != "" {
		fmt.Fprintln(o.Err, "notifygen: hint: "+hinted.hint)
	}
}

type failure struct {
	Error string `json:"error"`
	Hint  string `json:"hint,omitempty"`
}

// encode writes indented JSON.
func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// options are the flags every verb has.
type options struct {
	IO
	file   string
	output string
	// stdinUsed tells that standard input has been read.
	stdinUsed bool
}

func (o *options) json() bool { return o.output == "json" }

func newRoot(o *options) *cobra.Command {
	root := &cobra.Command{
		Use:   "notifygen",
		Short: "Compile routes that carry AWS events to people into CloudFormation",
		Long: "notifygen compiles a file of routes (notifygen.yaml) into EventBridge rules, input transformers,\n" +
			"connections and API destinations that carry AWS events to chat, with no runtime code in the path.",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if o.output != "text" && o.output != "json" {
				return withHint("--output is text or json", "unknown output %q", o.output)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return cmd.Help() },
	}
	root.SetIn(o.In)
	root.SetOut(o.Out)
	root.SetErr(o.Err)
	root.PersistentFlags().StringVarP(&o.file, "file", "f", "notifygen.yaml", "the file of routes, - for standard input")
	root.PersistentFlags().StringVar(&o.output, "output", "text", "text or json")
	root.AddCommand(
		newInit(o),
		newValidate(o),
		newSynth(o),
		newSimulate(o),
		newExplain(o),
		newServe(o),
		newPattern(o),
		newTransform(o),
		newTest(o),
		newDestinations(o),
		newSchema(o),
		newVersion(o),
	)
	return root
}
