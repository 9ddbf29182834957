// The CDK app: cdk.json runs it with `go run .`. It compiles the file of routes
// into stacks of typed constructs.
//
//	npx cdk synth|diff|deploy [-c file=PATH] [-c groupName=NAME]
package main

import (
	"os"

	"github.com/aws/jsii-runtime-go"

	"github.com/notifygen/notifygen/stacks/cdkapp"
)

func main() {
	status := cdkapp.Main(os.Stderr)
	jsii.Close()
	os.Exit(status)
}
