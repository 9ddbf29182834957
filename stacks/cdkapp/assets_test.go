package cdkapp_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/lambda/assets"
	"github.com/notifygen/notifygen/stacks"
	"github.com/notifygen/notifygen/stacks/cdkapp"
)

// fileAsset is a file in the asset manifest of a stack.
type fileAsset struct {
	Source       struct{ Path, Packaging string }
	Destinations map[string]struct{ BucketName, ObjectKey string }
}

// codeAssets gives the zips in the asset manifest of an artifact, by their
// hashes, and checks that each lies in the assembly.
func codeAssets(t *testing.T, outdir, artifact string) map[string]fileAsset {
	t.Helper()
	var m struct{ Files map[string]fileAsset }
	if err := json.Unmarshal(read(t, outdir, artifact+".assets.json"), &m); err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(m.Files, func(_ string, a fileAsset) bool { return strings.HasSuffix(a.Source.Path, ".json") }) // the template
	for hash, a := range m.Files {
		if filepath.IsAbs(a.Source.Path) || a.Source.Packaging != "file" {
			t.Errorf("the source of %s is %+v", hash, a.Source)
		}
		if digest := assets.Digest(read(t, outdir, a.Source.Path)); digest != hash {
			t.Errorf("the asset %s has the digest %s", hash, digest)
		}
	}
	return m.Files
}

// resolved gives the template of synth as it is with the code of functions as
// assets: the bucket and key stand where the parameters that named them did,
// and these are gone.
func resolved(t *testing.T, outdir, artifact string, s stacks.Stack) map[string]any {
	t.Helper()
	template := decode(t, cloudformation.JSON(s.Template))
	files := codeAssets(t, outdir, artifact)
	if len(files) != len(s.Lambdas) {
		t.Errorf("%d zips for %d functions", len(files), len(s.Lambdas))
	}
	for _, l := range s.Lambdas {
		destinations := slices.Collect(maps.Values(files[hash(l.Name)].Destinations))
		if len(destinations) != 1 {
			t.Fatalf("the code of the %s goes to %v", l.Name, destinations)
		}
		if want := hash(l.Name) + ".zip"; destinations[0].ObjectKey != want {
			t.Errorf("the key is %s, want %s", destinations[0].ObjectKey, want)
		}
		parameters := template["Parameters"].(map[string]any)
		for name, value := range map[string]any{
			l.BucketParameter: map[string]any{"Fn::Sub": destinations[0].BucketName},
			l.KeyParameter:    destinations[0].ObjectKey,
		} {
			if parameters[name] == nil {
				t.Errorf("synth has no parameter %s", name)
			}
			delete(parameters, name)
			if replaceRefs(template, name, value) == 0 {
				t.Errorf("synth does not refer to %s", name)
			}
		}
		if len(parameters) == 0 {
			delete(template, "Parameters")
		}
	}
	return template
}

// replaceRefs puts a value where a template refers to a parameter, and counts
// where.
func replaceRefs(in any, name string, value any) (n int) {
	replace := func(v any, set func(any)) {
		if m, ok := v.(map[string]any); ok && len(m) == 1 && m["Ref"] == name {
			set(value)
			n++
			return
		}
		n += replaceRefs(v, name, value)
	}
	switch in := in.(type) {
	case map[string]any:
		for k, v := range in {
			replace(v, func(v any) { in[k] = v })
		}
	case []any:
		for i, v := range in {
			replace(v, func(v any) { in[i] = v })
		}
	}
	return n
}

// The inputs hold what can go wrong: a stack with both functions, and stacks that
// share one. (That each stack refers to its assets is TestTemplatesEqualSynth.)
func TestFunctionsOfInputs(t *testing.T) {
	most := map[string]int{}     // functions of a stack, by input
	sharing := map[string]bool{} // inputs with a function in several stacks
	for _, in := range inputs() {
		seen := map[string]bool{}
		for _, s := range compile(t, in, "") {
			most[in.name] = max(most[in.name], len(s.Lambdas))
			for _, l := range s.Lambdas {
				sharing[in.name] = sharing[in.name] || seen[l.Name]
				seen[l.Name] = true
			}
		}
	}
	if most["functions.yaml"] != 2 || !sharing["robots"] || most["health-to-dingtalk-signed"] != 1 || most["support-enriched-to-slack"] != 1 || most["slack"] != 0 {
		t.Errorf("%v, shared: %v", most, sharing)
	}
	// However many stacks need it, a zip is in the assembly once.
	found, err := filepath.Glob(filepath.Join(everything().outdir, "*.zip"))
	if err != nil || len(found) != 2 {
		t.Errorf("zips in the assembly: %v, %v", found, err)
	}
}

// functionsIn gives where the code of a template's functions is, by logical ID,
// and the template's parameters.
func functionsIn(t *testing.T, outdir, file string) (code map[string]map[string]any, parameters []string) {
	t.Helper()
	template := decode(t, read(t, outdir, file))
	code = map[string]map[string]any{}
	for id, r := range template["Resources"].(map[string]any) {
		if resource := r.(map[string]any); resource["Type"] == "AWS::Lambda::Function" {
			code[id] = resource["Properties"].(map[string]any)["Code"].(map[string]any)
		}
	}
	declared, _ := template["Parameters"].(map[string]any)
	return code, slices.Sorted(maps.Keys(declared))
}

// Who says where the code is needs no zip for it.
func TestCodeByParameters(t *testing.T) {
	src, err := os.ReadFile("testdata/functions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	signer := map[string]*string{"SignerCodeBucket": jsii.String("our-code"), "SignerCodeKey": jsii.String("signer.zip")}
	both := maps.Clone(signer)
	both["EnricherCodeBucket"], both["EnricherCodeKey"] = jsii.String("our-code"), jsii.String("enricher.zip")
	onlyEnricher, onlySigner, none := t.TempDir(), t.TempDir(), t.TempDir()
	writeZips(onlyEnricher, map[string][]byte{"enricher": content("enricher")})
	writeZips(onlySigner, map[string][]byte{"signer": content("signer")})
	writeZips(none, nil)
	for _, test := range []struct {
		name       string
		parameters map[string]*string
		assets     string
		signer     any // the bucket of its code
		enricher   any // the key of its code
		left       []string
		err        string
	}{
		{name: "both", parameters: both, signer: "our-code", enricher: "enricher.zip"},
		{name: "both, though there are zips", parameters: both, assets: zips(), signer: "our-code", enricher: "enricher.zip"},
		{name: "one, and a zip for the other", parameters: signer, assets: onlyEnricher, signer: "our-code", enricher: hash("enricher") + ".zip"},
		{name: "one, and nothing for the other", parameters: signer, assets: onlySigner, err: "whose code is not in " + onlySigner + ": enricher"},
		{name: "neither", assets: none, err: "whose code is not in " + none + ": enricher, signer"},
		{name: "half", parameters: map[string]*string{"SignerCodeBucket": jsii.String("our-code")}, assets: zips(),
			signer: "our-code", enricher: hash("enricher") + ".zip", left: []string{"SignerCodeKey"}},
		{name: "left to the deployment", assets: cdkapp.NoAssets, signer: map[string]any{"Ref": "SignerCodeBucket"}, enricher: map[string]any{"Ref": "EnricherCodeKey"},
			left: []string{"EnricherCodeBucket", "EnricherCodeKey", "SignerCodeBucket", "SignerCodeKey"}},
		{name: "no bucket", parameters: map[string]*string{"SignerCodeBucket": jsii.String("No Bucket")}, assets: zips(), err: "the parameter SignerCodeBucket does not match"},
	} {
		t.Run(test.name, func(t *testing.T) {
			outdir := t.TempDir()
			app := newApp(outdir)
			stack := awscdk.NewStack(app, jsii.String("Platform"), nil)
			_, err := cdkapp.NewNotifications(stack, "N", &cdkapp.Props{Source: src, Parameters: test.parameters, Assets: test.assets})
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			app.Synth(nil)
			code, parameters := functionsIn(t, outdir, "Platform.template.json")
			same(t, "signer", code["Signer"]["S3Bucket"], test.signer)
			same(t, "enricher", code["Enricher"]["S3Key"], test.enricher)
			if want := append([]string{"BootstrapVersion"}, test.left...); !slices.Equal(parameters, want) {
				t.Errorf("the parameters are %v, want %v", parameters, want)
			}
		})
	}
}

// Within a stage and within a nested stack, assets are found from where the
// manifest is that lists them.
func TestNestedAssets(t *testing.T) {
	src, err := os.ReadFile("testdata/functions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	props := cdkapp.Props{Source: src, Assets: zips()}
	check := func(t *testing.T, outdir, artifact, template string) {
		files := codeAssets(t, outdir, artifact)
		code, parameters := functionsIn(t, outdir, template)
		for id, name := range map[string]string{"Signer": "signer", "Enricher": "enricher"} {
			if files[hash(name)].Source.Path == "" || code[id]["S3Key"] != hash(name)+".zip" {
				t.Errorf("the code of the %s is %v, the assets are %v", name, code[id], files)
			}
		}
		if slices.ContainsFunc(parameters, func(p string) bool { return strings.Contains(p, "Code") }) {
			t.Errorf("the parameters are %v", parameters)
		}
	}

	t.Run("stage", func(t *testing.T) {
		outdir := t.TempDir()
		app := newApp(outdir)
		stage := awscdk.NewStage(app, jsii.String("Prod"), nil)
		if _, err := cdkapp.NewStacks(stage, &cdkapp.StacksProps{Props: props}); err != nil {
			t.Fatal(err)
		}
		app.Synth(nil)
		stagedir := filepath.Join(outdir, "assembly-Prod")
		artifacts := slices.Collect(maps.Keys(manifest(t, stagedir)))
		if len(artifacts) != 1 {
			t.Fatalf("the stage holds %v", artifacts)
		}
		check(t, stagedir, artifacts[0], artifacts[0]+".template.json")
	})
	t.Run("nested stack", func(t *testing.T) {
		outdir := t.TempDir()
		app := newApp(outdir)
		stack := awscdk.NewStack(app, jsii.String("Platform"), nil)
		nested := awscdk.NewNestedStack(stack, jsii.String("Nested"), nil)
		if _, err := cdkapp.NewNotifications(nested, "N", &props); err != nil {
			t.Fatal(err)
		}
		app.Synth(nil)
		found, err := filepath.Glob(filepath.Join(outdir, "PlatformNested*.nested.template.json"))
		if err != nil || len(found) != 1 {
			t.Fatalf("nested templates: %v, %v", found, err)
		}
		check(t, outdir, "Platform", filepath.Base(found[0]))
	})
}

// A stack whose synthesizer takes no assets says so.
func TestNoAssetsTaken(t *testing.T) {
	src, err := os.ReadFile("testdata/functions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, err = cdkapp.NewStacks(newApp(t.TempDir()), &cdkapp.StacksProps{
		StackProps: awscdk.StackProps{Synthesizer: awscdk.NewBootstraplessSynthesizer(nil)},
		Props:      cdkapp.Props{Source: src, Assets: zips()},
	})
	if err == nil || !strings.Contains(err.Error(), "Cannot add assets to a Stack that uses the BootstraplessSynthesizer") {
		t.Errorf("error %v", err)
	}
}
