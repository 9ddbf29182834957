package expect_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/simulate/expect"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// chat is a service that refuses empty notes, with a status that depends on
// them, and remarks on long texts.
var chat = &contract.Service{
	Name: "chat", Title: "Chat", Endpoint: regexp.MustCompile(`^chat\.example\.com/post$`),
	Check: func(r contract.Request) []contract.Problem {
		switch body := string(r.Body); {
		case strings.Contains(body, `"note":"lost"`):
			return []contract.Problem{{Field: "note", Code: "200", Message: "is not wanted"}}
		case strings.Contains(body, `"note":"retried"`):
			return []contract.Problem{{Code: "503", Message: "too busy"}}
		case strings.Contains(body, `"note":"dead"`):
			return []contract.Problem{{Code: "404", Message: "no such room"}}
		case strings.Contains(body, `"note":"long"`):
			return []contract.Problem{{Field: "note", Message: "is cut", Accepted: true}}
		}
		return nil
	},
	Accept: func(contract.Request) contract.Reply { return contract.Reply{Status: 200, Body: "ok"} },
	Refuse: func(p contract.Problem) contract.Reply {
		return contract.Reply{Status: map[string]int{"200": 200, "503": 503, "404": 404}[p.Code], Body: "no"}
	},
	Refused: func(r contract.Reply) (string, string) {
		if r.Body == "no" {
			return "no", "unwanted"
		}
		return "", ""
	},
}

// load reads a test file and what it tests, as `notifygen test` does.
func load(t *testing.T, path string) (*expect.File, *simulate.World, *diag.List) {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var ds, world diag.List
	f := expect.Read(path, src, &ds)
	if f == nil {
		return nil, nil, &ds
	}
	const template = "testdata/world.template.yaml"
	text, err := os.ReadFile(template)
	if err != nil {
		t.Fatal(err)
	}
	set := cloudformation.Deploy([]*cloudformation.Template{cloudformation.Read(template, text, &world)}, f.Settings(), &world)
	w := simulate.NewWorld(set, &world)
	if world.Len() > 0 && !ds.HasErrors() {
		t.Fatal(world.Sorted())
	}
	f.CheckParameters(set, nil, &ds)
	f.Resolve(w, &ds)
	f.LoadEvents(set, &ds)
	f.LoadFakes(&ds)
	return f, w, &ds
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
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
		t.Errorf("%s differs; -update rewrites it\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", dir, "*.yaml"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no files", err)
	}
	return paths
}

func out(path string) string { return strings.TrimSuffix(path, ".yaml") + ".out" }

// Parts of the credentials in testdata.
var credentials = []string{"hunter2", "xoxb-1234", "AKIAIOSFODNN7", "ghp_0123", "0123456789abcdef", "T0/B0", "user:pass", "11111111-2222"}

// TestBadFiles compares what is found in each of testdata/bad with the .out
// beside it, and wants every code of the chapter on tests to be shown.
//
//	go test ./simulate/expect -run TestBadFiles -update
func TestBadFiles(t *testing.T) {
	shown := map[diag.Code]bool{}
	for _, path := range files(t, "bad") {
		_, _, ds := load(t, path)
		if !ds.HasErrors() {
			t.Errorf("%s: nothing is found", path)
		}
		for _, d := range ds.Sorted() {
			shown[d.Code] = true
			if d.Pos.Line == 0 || d.Pos.Col == 0 {
				t.Errorf("%s: no position: %s", path, d.Message)
			}
		}
		var text bytes.Buffer
		if err := diag.PrintText(&text, ds.Sorted(), false); err != nil {
			t.Fatal(err)
		}
		for _, c := range credentials {
			if strings.Contains(text.String(), c) {
				t.Errorf("%s: %q shows", path, c)
			}
		}
		golden(t, out(path), text.Bytes())
	}
	for _, group := range diag.Catalogue {
		for _, d := range group.Codes {
			if group.Title == "Tests" && !shown[d.Code] {
				t.Errorf("no file in testdata/bad causes %s", d.Code)
			}
		}
	}
}

// TestFailing compares how each test of testdata/failing fails with the .out
// beside it: every one must.
//
//	go test ./simulate/expect -run TestFailing -update
func TestFailing(t *testing.T) {
	for _, path := range files(t, "failing") {
		var text bytes.Buffer
		for _, r := range run(t, path) {
			if r.Passed() {
				t.Errorf("%s: %s passes", path, r.Name)
			}
			text.WriteString("# " + r.Name + "\n")
			for _, f := range r.Failures {
				text.WriteString(f.Text())
			}
		}
		for _, c := range credentials {
			if strings.Contains(text.String(), c) {
				t.Errorf("%s: %q shows", path, c)
			}
		}
		golden(t, out(path), text.Bytes())
	}
}

// TestPassing wants every test of testdata/passing to pass.
func TestPassing(t *testing.T) {
	for _, path := range files(t, "passing") {
		for _, r := range run(t, path) {
			for _, f := range r.Failures {
				t.Errorf("%s: %s", r.Name, f.Text())
			}
			if warned := strings.Contains(r.Name, "warning"); warned != (len(r.Warnings) > 0) {
				t.Errorf("%s: warnings %q", r.Name, r.Warnings)
			}
		}
	}
}

func run(t *testing.T, path string) []expect.TestResult {
	t.Helper()
	f, w, ds := load(t, path)
	if ds.Len() > 0 {
		t.Fatal(ds.Sorted())
	}
	results, _ := f.Run(expect.Subject{Name: "world", World: w}, []*contract.Service{chat})
	return results
}
