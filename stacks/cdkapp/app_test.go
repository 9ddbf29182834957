package cdkapp_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/notifygen/notifygen/stacks/cdkapp"
)

// runMain runs the app as the CDK CLI does: a process of its own whose context
// and output directory come from the environment.
func runMain(t *testing.T, dir, context string, env ...string) (status int, stderr, outdir string) {
	t.Helper()
	outdir = t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), append(env, asApp+"=1", "CDK_CONTEXT_JSON="+context, "CDK_OUTDIR="+outdir)...)
	var b bytes.Buffer
	cmd.Stderr = &b
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), b.String(), outdir
}

func TestMainProcess(t *testing.T) {
	dir := t.TempDir()
	// The file need not be named.
	if err := os.WriteFile(filepath.Join(dir, "notifygen.yaml"), inputs()[0].source, 0o600); err != nil {
		t.Fatal(err)
	}
	status, stderr, outdir := runMain(t, dir, `{"groupName": "blue"}`)
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	name := compile(t, inputs()[0], "blue")[0].Name
	if !bytes.Contains(read(t, outdir, name+".template.json"), []byte(name)) {
		t.Error("the template does not hold its name")
	}
}

func TestMainWithoutNode(t *testing.T) {
	status, stderr, _ := runMain(t, t.TempDir(), "{}", "PATH="+t.TempDir())
	if status != 2 || !strings.Contains(stderr, "Node.js") || !strings.Contains(stderr, "hint: ") || strings.Contains(stderr, "goroutine") {
		t.Errorf("status %d: %s", status, stderr)
	}
}

func TestMainFails(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("bad.yaml", []byte("version: 1\nnmae: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		context map[string]any
		status  int
		stderr  []string
	}{
		{"no file", nil, 2, []string{"notifygen: there is no file notifygen.yaml\n", "hint: name the file with --context file=PATH"}},
		{"named file", map[string]any{"file": "gone.yaml"}, 2, []string{"there is no file gone.yaml"}},
		{"directory", map[string]any{"file": "."}, 2, []string{"cannot read the file"}},
		{"findings", map[string]any{"file": "bad.yaml"}, 1, []string{"bad.yaml:2:1: error: ", "[unknown-key]", "did you mean `name`?"}},
		{"group", map[string]any{"groupName": "a_b"}, 2, []string{`no name for a group: "a_b"`, "letters, digits and hyphens, at most 32"}},
		{"long group", map[string]any{"groupName": strings.Repeat("x", 33)}, 2, []string{"no name for a group"}},
		{"empty group", map[string]any{"groupName": ""}, 2, []string{"the context groupName is empty"}},
		{"group no text", map[string]any{"groupName": 7}, 2, []string{"the context groupName is empty or no text"}},
		{"misspelt assets", map[string]any{"Assets": "zips"}, 2, []string{`unknown context "Assets"`, "did you mean assets?"}},
		{"empty assets", map[string]any{"assets": ""}, 2, []string{"the context assets is empty"}},
		{"misspelt", map[string]any{"group-name": "blue"}, 2, []string{`unknown context "group-name"`, "did you mean groupName?"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			outdir := t.TempDir()
			var b bytes.Buffer
			status := cdkapp.RunApp(func() awscdk.App {
				return awscdk.NewApp(&awscdk.AppProps{Outdir: &outdir, Context: &test.context})
			}, &b)
			stderr := b.String()
			if status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			for _, want := range test.stderr {
				if !strings.Contains(stderr, want) {
					t.Errorf("stderr lacks %q:\n%s", want, stderr)
				}
			}
			if strings.Contains(stderr, "goroutine") || strings.Contains(stderr, "    at ") {
				t.Errorf("stderr holds a stack trace:\n%s", stderr)
			}
			if _, err := os.Stat(filepath.Join(outdir, "manifest.json")); err == nil {
				t.Error("a failed app left an assembly")
			}
		})
	}
}
