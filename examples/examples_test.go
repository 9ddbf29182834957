package examples_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/examples"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func compile(t *testing.T, name string) stacks.Compiled {
	t.Helper()
	src, err := examples.File(name)
	if err != nil {
		t.Fatal(err)
	}
	c := stacks.CompileFile("notifygen.yaml", src, plan.Options{})
	if !c.OK() {
		t.Fatalf("%v", c.Diagnostics)
	}
	return c
}

// golden compares with testdata/name, or rewrites it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; go test ./examples -update rewrites it\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}

func TestTemplates(t *testing.T) {
	for _, name := range examples.Names() {
		t.Run(name, func(t *testing.T) {
			c := compile(t, name)
			if len(c.Stacks) != 1 {
				t.Fatalf("%d stacks", len(c.Stacks))
			}
			text := cloudformation.JSON(c.Stacks[0].Template)
			if again := cloudformation.JSON(compile(t, name).Stacks[0].Template); !bytes.Equal(text, again) {
				t.Error("two compilations differ")
			}
			golden(t, name+".template.json", text)
		})
	}
}

// TestDeliveries shows what every sample event of an example causes, played by
// package eventbridge from the compiled template.
func TestDeliveries(t *testing.T) {
	for _, name := range examples.Names() {
		t.Run(name, func(t *testing.T) {
			template := compile(t, name).Stacks[0].Template
			files, err := filepath.Glob(filepath.Join(name, "events", "*.json"))
			if err != nil || len(files) == 0 {
				t.Fatal("no sample events", err)
			}
			var out bytes.Buffer
			for _, file := range files {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&out, "# %s\n%s\n", filepath.Base(file), deliveries(t, template, text))
			}
			for i, event := range entries(t, filepath.Join(name, "testEvent.json")) {
				got := deliveries(t, template, event)
				if !strings.Contains(got, "→") {
					t.Errorf("entry %d of testEvent.json causes no delivery", i)
				}
				fmt.Fprintf(&out, "# testEvent.json, entry %d\n%s\n", i, got)
			}
			golden(t, name+".deliveries.txt", out.Bytes())
		})
	}
}

// entries reads PutEvents entries as the events EventBridge makes of them.
func entries(t *testing.T, file string) [][]byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []struct{ Source, DetailType, Detail, EventBusName string }
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	var events [][]byte
	for _, e := range list {
		event, err := json.Marshal(map[string]any{
			"version": "0", "id": "00000000-0000-4000-8000-000000000000", "account": "111122223333", "region": "us-east-1",
			"time": "2026-03-02T10:15:30Z", "source": e.Source, "detail-type": e.DetailType, "resources": []string{}, "detail": json.RawMessage(e.Detail),
		})
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, event)
	}
	return events
}

// deliveries lists "rule → target" and the body for an event, and checks that
// it is JSON.
func deliveries(t *testing.T, template *cloudformation.Object, text []byte) string {
	t.Helper()
	event, err := eventbridge.ParseEvent(text)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for id, r := range template.Object("Resources").All() {
		resource := r.(*cloudformation.Object)
		if resource.Get("Type") != "AWS::Events::Rule" {
			continue
		}
		properties := resource.Object("Properties")
		text := cloudformation.Compact(properties.Get("EventPattern"))
		if asText, ok := properties.Get("EventPattern").(string); ok { // a pattern that holds null
			text = []byte(asText)
		}
		pattern, err := eventbridge.ParsePattern(text)
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		if !pattern.Match(event) {
			continue
		}
		for _, target := range properties.Get("Targets").(cloudformation.List) {
			target := target.(*cloudformation.Object)
			body := render(t, target, event)
			if !json.Valid(body) {
				t.Errorf("%s: the body is no JSON: %s", id, body)
			}
			lines = append(lines, fmt.Sprintf("%s → %s\n%s\n", id, target.Get("Id"), body))
		}
	}
	slices.Sort(lines)
	if len(lines) == 0 {
		return "(nothing)\n"
	}
	return strings.Join(lines, "")
}

func render(t *testing.T, target *cloudformation.Object, event *eventbridge.Event) []byte {
	t.Helper()
	var spec eventbridge.InputSpec
	if it := target.Object("InputTransformer"); it != nil {
		paths := map[string]string{}
		for k, v := range it.Object("InputPathsMap").All() {
			paths[k] = v.(string)
		}
		template, ok := it.Get("InputTemplate").(string)
		if !ok { // parameters stand for themselves
			template = it.Object("InputTemplate").Get("Fn::Sub").(string)
		}
		spec.InputTransformer = &eventbridge.InputTransformer{InputPathsMap: paths, InputTemplate: template}
	}
	in, err := eventbridge.NewInput(spec)
	if err != nil {
		t.Fatal(err)
	}
	body, err := in.Render(event, eventbridge.Context{})
	if err != nil {
		t.Fatal(err)
	}
	return body
}
