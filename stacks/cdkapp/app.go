// Package cdkapp puts compiled stacks into a CDK app. It builds no resource of
// its own: the templates of package stacks are included as they are, logical IDs
// kept, and become typed L1 constructs, so that Aspects, tags, cdk-nag,
// `cdk diff` and a platform team's own constructs work on them.
//
// NewNotifications puts a file into a stack you have, NewStacks makes the stacks
// of a file, Main is the app that cdk.json runs.
package cdkapp

import (
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/redact"
)

// Exit statuses, the ones of the command line.
const (
	exitFine        = 0
	exitFindings    = 1 // the file has errors
	exitEnvironment = 2 // usage, or something outside the file
)

// Main is the CDK app. It compiles the file that the context `file` names
// (notifygen.yaml where there is none) with the suffix that the context
// `groupName` gives, and writes the cloud assembly where the CDK CLI asks for
// it. The context `assets` is Props.Assets. Findings and failures go to stderr, never a stack trace; the status is 0,
// 1 for an invalid file, 2 for wrong usage or environment.
func Main(stderr io.Writer) (status int) {
	// The outdir and the rest of the context come from the CDK CLI.
	return runApp(func() awscdk.App { return awscdk.NewApp(&awscdk.AppProps{Context: &map[string]any{noTraces: true}}) }, stderr)
}

// noTraces keeps out of the assembly where in CDK's own files a construct was
// made: below a random directory, so that no two assemblies would be the same. It
// is context that cdk.json must not hold.
const noTraces = "aws:cdk:disable-creation-stack-traces"

func runApp(newApp func() awscdk.App, stderr io.Writer) (status int) {
	err := guarded(func() error { return run(newApp(), stderr) })
	var findings *FindingsError
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &findings):
		return exitFindings // they are printed
	}
	var ours *Error
	if !errors.As(err, &ours) {
		ours = &Error{Message: err.Error()}
	}
	fmt.Fprintln(stderr, "notifygen: "+redact.Text(ours.Message))
	if ours.Hint != "" {
		fmt.Fprintln(stderr, "notifygen: hint: "+ours.Hint)
	}
	return exitEnvironment
}

func run(app awscdk.App, stderr io.Writer) error {
	props, err := fromContext(app)
	if err != nil {
		return err
	}
	compiled, err := props.compile()
	if err != nil {
		return err
	}
	if err := diag.PrintText(stderr, compiled.Diagnostics, false); err != nil {
		return err
	}
	if !compiled.OK() {
		return &FindingsError{compiled.Diagnostics}
	}
	if _, err := placeStacks(app, compiled, &StacksProps{Props: props}); err != nil {
		return err
	}
	app.Synth(nil)
	return nil
}
