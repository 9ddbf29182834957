//go:build !lambdas

package cdkapp_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/lambda/assets"
	"github.com/notifygen/notifygen/stacks/cdkapp"
)

// tree gives the files below a directory.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		out[strings.TrimPrefix(path, dir)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The same file and the same zips give the same assembly, wherever it is made,
// with no path of the machine in it; another zip changes the key of its function
// and nothing else of the template.
func TestAssemblyOfContent(t *testing.T) {
	context, err := json.Marshal(cdkJSON().Context)
	if err != nil {
		t.Fatal(err)
	}
	app := func(signer string) (outdir string) {
		dir := t.TempDir()
		src, err := os.ReadFile("testdata/functions.yaml")
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "notifygen.yaml"), src, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		// Where `make lambdas` puts them, they are found.
		writeZips(filepath.Join(dir, cdkapp.DefaultAssets), map[string][]byte{"signer": []byte(signer), "enricher": content("enricher")})
		status, stderr, outdir := runMain(t, dir, string(context))
		if status != 0 {
			t.Fatalf("status %d: %s", status, stderr)
		}
		for name, text := range tree(t, outdir) {
			if strings.Contains(text, dir) || strings.Contains(text, outdir) {
				t.Errorf("%s holds a path of this machine", name)
			}
		}
		return outdir
	}
	one := app(string(content("signer")))
	first, again := tree(t, one), tree(t, app(string(content("signer"))))
	if len(first) < 7 || !maps.Equal(first, again) {
		t.Errorf("two assemblies of one file differ: %v and %v", slices.Sorted(maps.Keys(first)), slices.Sorted(maps.Keys(again)))
	}
	if files := codeAssets(t, one, "functions"); len(files) != 2 || files[hash("signer")].Source.Path == "" || files[hash("enricher")].Source.Path == "" {
		t.Errorf("the assets are %v", files)
	}

	other := app("another signer")
	want := bytes.ReplaceAll(read(t, one, "functions.template.json"), []byte(hash("signer")), []byte(assets.Digest([]byte("another signer"))))
	if !bytes.Equal(want, read(t, other, "functions.template.json")) {
		t.Error("another signer changes more than its key")
	}
}

// Without the code that is needed there is no assembly, and the message says what
// to do.
func TestWithoutZips(t *testing.T) {
	signed, err := filepath.Abs("../../examples/health-to-dingtalk-signed/notifygen.yaml")
	if err != nil {
		t.Fatal(err)
	}
	direct, err := filepath.Abs("../../examples/slack/notifygen.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	writeZips(filepath.Join(dir, "enricher"), map[string][]byte{"enricher": content("enricher")})
	writeZips(filepath.Join(dir, "altered"), map[string][]byte{"signer": content("signer")})
	if err := os.WriteFile(filepath.Join(dir, "altered", assets.FileName("signer", hash("signer"))), []byte("altered"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, file string
		assets     any // of the context; nil is none
		stderr     []string
	}{
		{"nowhere", signed, nil, []string{"needs Lambda functions whose code is not in this program, nor in lambda/assets/zips: signer\n", "hint: run `make lambdas`", "--context assets=DIR", "SignerCodeBucket, SignerCodeKey"}},
		{"gone", signed, "gone", []string{"cannot read the Lambda functions of gone: ", "no such file", "hint: name the directory that `make lambdas` wrote"}},
		{"empty", signed, "empty", []string{"cannot read the Lambda functions of empty: there is no manifest.json"}},
		{"another function", signed, "enricher", []string{"needs Lambda functions whose code is not in enricher: signer\n", "hint: run `make lambdas`"}},
		{"altered", signed, "altered", []string{"is not the file that manifest.json describes"}},
		{"no text", signed, true, []string{"the context assets is empty or no text"}},
		{"no functions", direct, "gone", nil},
		{"left to the deployment", signed, "none", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			context := map[string]any{"file": test.file}
			if test.assets != nil {
				context["assets"] = test.assets
			}
			text, err := json.Marshal(context)
			if err != nil {
				t.Fatal(err)
			}
			status, stderr, outdir := runMain(t, dir, string(text))
			if strings.Contains(stderr, "goroutine") || strings.Contains(stderr, "    at ") {
				t.Errorf("stderr holds a stack trace:\n%s", stderr)
			}
			if test.stderr == nil {
				if _, err := os.Stat(filepath.Join(outdir, "manifest.json")); status != 0 || err != nil {
					t.Errorf("status %d: %s", status, stderr)
				}
				return
			}
			if status != 2 {
				t.Errorf("status %d, want 2", status)
			}
			for _, want := range test.stderr {
				if !strings.Contains(stderr, want) {
					t.Errorf("stderr lacks %q:\n%s", want, stderr)
				}
			}
			if left := tree(t, outdir); len(left) > 0 {
				t.Errorf("it left %v", slices.Sorted(maps.Keys(left)))
			}
		})
	}
}
