// The CDK app: cdk.json runs it with `go run .`. It compiles the file of routes
// into stacks of typed constructs.
//
//	npx cdk synth|diff|deploy [-c file=PATH] [-c groupName=NAME] [-c assets=DIR]
package main

import (
	"os"

	"github.com/aws/jsii-runtime-go"

	"github.com/notifygen/notifygen/stacks/cdkapp"
)

func main() {
	// The compiler has checked what CDK's own validation of templates would check
	// again, for 8 seconds and more: CDK_VALIDATION=true asks for it.
	if os.Getenv("CDK_VALIDATION") == "" {
		os.Setenv("CDK_VALIDATION", "false")
		jsii.Close() // the bindings noted the environment when the program started; closed, they take it anew
	}
	status := cdkapp.Main(os.Stderr)
	// Closing, the bindings wait for node twice and call the second time a failure
	// (Go 1.26, jsii 1.139). There is nothing else left to be said.
	os.Stderr, _ = os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	jsii.Close()
	os.Exit(status)
}
