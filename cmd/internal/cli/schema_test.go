package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
)

// jsonSchema compiles what `notifygen schema` prints with a validator that is
// not ours.
func jsonSchema(t *testing.T, flags ...string) *jsonschema.Schema {
	t.Helper()
	var out bytes.Buffer
	if status := Main(append([]string{"schema"}, flags...), IO{Out: &out, Err: os.Stderr}); status != exitFine {
		t.Fatal("schema failed")
	}
	doc, err := jsonschema.UnmarshalJSON(&out)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("notifygen.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("notifygen.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(t *testing.T, s *jsonschema.Schema, src []byte) error {
	t.Helper()
	var doc any
	if err := yaml.Unmarshal(src, &doc); err != nil {
		t.Fatal("not YAML:", err)
	}
	return s.Validate(timesAsText(doc))
}

// timesAsText undoes what the library does to unquoted times: in YAML 1.2, which
// editors go by, they are text.
func timesAsText(v any) any {
	switch v := v.(type) {
	case time.Time:
		return v.Format(time.RFC3339Nano)
	case []any:
		for i := range v {
			v[i] = timesAsText(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = timesAsText(v[k])
		}
	}
	return v
}

func TestSchemaAcceptsWhatTheCompilerAccepts(t *testing.T) {
	s := jsonSchema(t)
	files, err := filepath.Glob("../../../examples/*/notifygen.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no examples", err)
	}
	more, _ := filepath.Glob("../../../test/templates/*.yaml")
	for _, file := range append(append(files, more...), "starter.yaml") {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(t, s, src); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if c := stacks.CompileFile(file, src, plan.Options{}); !c.OK() {
			t.Errorf("%s does not compile: %v", file, c.Diagnostics)
		}
	}
}

// Codes that stand for mistakes of form, which the JSON Schema sees too.
var structural = map[diag.Code]bool{
	diag.UnknownKey: true, diag.UnknownType: true, diag.UnknownValue: true, diag.WrongType: true,
	diag.MissingKey: true, diag.OutOfRange: true,
}

// TestSchemaRefusesMistakesOfForm: each bad file whose only errors are of form
// must be refused by the schema too, apart from the few named here.
func TestSchemaRefusesMistakesOfForm(t *testing.T) {
	// What JSON Schema cannot say, or the declarations do not: conditions across
	// keys that a type's own code checks.
	beyond := map[string]bool{
		"out-of-range-tags.yaml": true, "out-of-range-tag-value.yaml": true, "out-of-range-default.yaml": true,
		"missing-keyword.yaml": true, "sign-without-secret.yaml": true, "queued-too-slow.yaml": true, "queued-too-slow-signed.yaml": true,
	}
	s := jsonSchema(t)
	files, _ := filepath.Glob("../../../stacks/testdata/bad/*.yaml")
	checked := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		onlyForm := true
		c := stacks.CompileFile(file, src, plan.Options{})
		errors := 0
		for _, d := range c.Diagnostics {
			if d.Severity == diag.Error {
				errors++
				onlyForm = onlyForm && structural[d.Code]
			}
		}
		name := filepath.Base(file)
		if errors == 0 || !onlyForm || beyond[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			checked++
			if valid(t, s, src) == nil {
				t.Errorf("the JSON Schema accepts %s", name)
			}
		})
	}
	if len(files) > 0 && checked < 5 {
		t.Errorf("only %d bad files were checked", checked)
	}
}

// TestSchemaOfTests: it takes every test file of the examples and those of
// package expect that pass or fail for their meaning, and refuses what is wrong
// in form.
func TestSchemaOfTests(t *testing.T) {
	s := jsonSchema(t, "--tests")
	count := 0
	for pattern, wanted := range map[string]bool{
		"../../../examples/*/tests/*.yaml":                         true,
		"../../../simulate/expect/testdata/passing/*.yaml":         true,
		"../../../simulate/expect/testdata/failing/*.yaml":         true,
		"../../../simulate/expect/testdata/bad/duplicate-*.yaml":   true,
		"../../../simulate/expect/testdata/bad/list.yaml":          false,
		"../../../simulate/expect/testdata/bad/missing-tests.yaml": false,
		"../../../simulate/expect/testdata/bad/unknown-keys.yaml":  false,
		"../../../simulate/expect/testdata/bad/wrong-types.yaml":   false,
		"../../../simulate/expect/testdata/bad/parameters.yaml":    false,
	} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		for _, file := range files {
			count++
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := valid(t, s, src); (err == nil) != wanted {
				t.Errorf("%s: %v, want it taken: %v", file, err, wanted)
			}
		}
	}
	if count < 12 {
		t.Errorf("only %d files", count)
	}
}
