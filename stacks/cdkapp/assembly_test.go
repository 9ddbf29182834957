package cdkapp_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func read(t *testing.T, outdir, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(outdir, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// decode reads a JSON object; numbers keep their spelling.
func decode(t *testing.T, text []byte) map[string]any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var out map[string]any
	if err := d.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// same compares templates. The order of keys does not matter, and tags count as
// keys: CDK sorts them.
func same(t *testing.T, path string, got, want any) {
	t.Helper()
	if g, ok := got.(map[string]any); ok {
		if w, ok := want.(map[string]any); ok {
			keys := maps.Clone(g)
			maps.Copy(keys, w)
			for k := range keys {
				same(t, path+"/"+k, g[k], w[k])
			}
			return
		}
	}
	if strings.HasSuffix(path, "/Properties/Tags") {
		got, want = byKey(got), byKey(want)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: CDK has %v, synth has %v", path, got, want)
	}
}

// byKey gives a list of tags as a map. No key occurs twice.
func byKey(tags any) any {
	list, ok := tags.([]any)
	if !ok {
		return tags
	}
	out := map[string]any{}
	for _, tag := range list {
		out[tag.(map[string]any)["Key"].(string)] = tag
	}
	if len(out) != len(list) {
		return tags
	}
	return out
}

// artifact is a stack in the manifest of a cloud assembly.
type artifact struct {
	Environment  string
	Dependencies []string
	Properties   struct {
		Tags      map[string]string
		StackName string
	}
}

// manifest gives the stacks of a cloud assembly by their IDs.
func manifest(t *testing.T, outdir string) map[string]artifact {
	t.Helper()
	var m struct{ Artifacts map[string]json.RawMessage }
	if err := json.Unmarshal(read(t, outdir, "manifest.json"), &m); err != nil {
		t.Fatal(err)
	}
	out := map[string]artifact{}
	for id, text := range m.Artifacts {
		var kind struct{ Type string }
		if err := json.Unmarshal(text, &kind); err != nil {
			t.Fatal(err)
		}
		if kind.Type != "aws:cloudformation:stack" {
			continue
		}
		var a artifact
		if err := json.Unmarshal(text, &a); err != nil {
			t.Fatal(err)
		}
		out[id] = a
	}
	return out
}
