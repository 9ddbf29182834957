package cdkapp_test

import (
	"encoding/json"
	"os"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/notifygen/notifygen/stacks/cdkapp"
)

// asApp makes the test binary the CDK app (runMain).
const asApp = "NOTIFYGEN_TEST_AS_APP"

func TestMain(m *testing.M) {
	// CDK's own validation of templates takes many seconds and changes nothing.
	os.Setenv("CDK_VALIDATION", "false")
	os.Setenv("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20,22,24")
	jsii.Close() // the bindings noted the environment when the program started; closed, they take it anew
	if os.Getenv(asApp) != "" {
		status := cdkapp.Main(os.Stderr)
		jsii.Close()
		os.Exit(status)
	}
	status := m.Run()
	for _, f := range cleanup {
		f()
	}
	jsii.Close()
	os.Exit(status)
}

// cleanup runs after all tests.
var cleanup []func()

// newApp gives an app that behaves as under the CDK CLI with our cdk.json.
func newApp(outdir string) awscdk.App {
	return awscdk.NewApp(&awscdk.AppProps{
		Outdir:             jsii.String(outdir),
		AnalyticsReporting: jsii.Bool(false), // versionReporting
		Context:            cdkJSON().Context,
	})
}

type cdkConfig struct {
	App              string
	VersionReporting *bool
	PathMetadata     *bool
	Context          *map[string]any
}

var cdkJSON = sync.OnceValue(func() (c cdkConfig) {
	text, err := os.ReadFile("../../cdk.json")
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		panic(err)
	}
	return c
})

// cdk.json is the app's: without its settings CDK writes more into the templates.
func TestCDKJSON(t *testing.T) {
	c := cdkJSON()
	if c.App != "go run ." || c.VersionReporting == nil || *c.VersionReporting || c.PathMetadata == nil || *c.PathMetadata {
		t.Errorf("cdk.json is %+v", c)
	}
	if (*c.Context)["@aws-cdk/core:explicitStackTags"] != true {
		t.Error("stack tags would be repeated on resources")
	}
}
