package stacks_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
	"github.com/notifygen/notifygen/transformers"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestBadFiles compares what `notifygen validate` says of every file in
// testdata/bad with the .out beside it: each finding with its position and its
// hint. The files hold about one mistake each; the many-… hold many, all of
// which must be found at once.
//
//	go test ./stacks -run TestBadFiles -update
func TestBadFiles(t *testing.T) {
	for _, path := range badFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			c := stacks.CompileFile(filepath.Base(path), src, plan.Options{})
			if len(c.Diagnostics) == 0 {
				t.Fatal("nothing is found")
			}
			if failed, _, _ := diag.Count(c.Diagnostics); failed > 0 && (c.OK() || c.Plan != nil) {
				t.Error("errors, and templates none the less")
			} else if failed == 0 && !c.OK() {
				t.Error("no errors, and no templates")
			}
			if err := checkFindings(src, c.Diagnostics); err != nil {
				t.Error(err)
			}
			for _, d := range c.Diagnostics {
				checkVoice(t, d)
			}
			var text bytes.Buffer
			if err := diag.PrintText(&text, c.Diagnostics, false); err != nil {
				t.Fatal(err)
			}
			for _, trace := range []string{"goroutine ", "panic", ".go:", "runtime error", "0xc0"} {
				if bytes.Contains(text.Bytes(), []byte(trace)) {
					t.Errorf("%q shows in:\n%s", trace, text.Bytes())
				}
			}
			compareGolden(t, strings.TrimSuffix(path, ".yaml")+".out", text.Bytes())
		})
	}
}

func badFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "bad", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	const least = 75
	if len(files) < least {
		t.Fatalf("%d bad files, there must be %d", len(files), least)
	}
	return files
}

func compareGolden(t *testing.T, path string, got []byte) {
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

// Words that begin a message with a capital letter: names, of services and of
// kinds of destination.
var properNouns = []string{"AWS", "CloudFormation", "EventBridge", "Health", "JSON", "YAML"}

// Codes whose message says all there is to say, so that a hint may be missing.
var selfEvident = []diag.Code{
	diag.BadPath, diag.BodyContract, diag.ConflictingKeys, diag.EmptyValue, diag.FileTooLarge, diag.InvalidPattern,
	diag.MissingKey, diag.OutOfRange, diag.ParameterType, diag.WrongType, diag.YAMLSyntax, diag.YAMLUnsupported,
}

var openPlaceholder = regexp.MustCompile(`%!|\(MISSING\)|<nil>`)

// checkVoice wants a finding in the words of this tool: lower case, no full
// stop, and advice.
func checkVoice(t *testing.T, d diag.Diagnostic) {
	t.Helper()
	texts := []string{d.Message, d.Hint}
	for _, n := range d.Notes {
		texts = append(texts, n.Message)
	}
	nouns := slices.Clone(properNouns)
	for _, kind := range transformers.Catalogue {
		nouns = append(nouns, strings.Fields(kind.Title)[0])
	}
	for _, text := range texts {
		first, _ := utf8.DecodeRuneInString(text)
		if unicode.IsUpper(first) && !slices.ContainsFunc(nouns, func(n string) bool { return strings.HasPrefix(text, n) }) && d.Hint != text {
			t.Errorf("begins with a capital: %s [%s]", text, d.Code)
		}
		if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "!") {
			t.Errorf("ends with a full stop: %s [%s]", text, d.Code)
		}
		if openPlaceholder.MatchString(text) {
			t.Errorf("is no sentence: %s [%s]", text, d.Code)
		}
	}
	if d.Hint == "" && len(d.Notes) == 0 && !slices.Contains(selfEvident, d.Code) {
		t.Errorf("no hint: %s [%s]", d.Message, d.Code)
	}
}

// otherInputs are chapters about other things than notifygen.yaml, whose bad
// files lie with the packages that read them.
var otherInputs = []string{"Reading templates", "Tests"}

// TestEveryCodeHasABadFile fails for a code that no bad file shows: either a
// file is missing, or nothing reports the code any more.
func TestEveryCodeHasABadFile(t *testing.T) {
	shown := map[diag.Code]bool{}
	for _, path := range badFiles(t) {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range stacks.CompileFile(filepath.Base(path), src, plan.Options{}).Diagnostics {
			shown[d.Code] = true
		}
	}
	for _, group := range diag.Catalogue {
		if slices.Contains(otherInputs, group.Title) {
			continue
		}
		for _, d := range group.Codes {
			if !shown[d.Code] {
				t.Errorf("no file in testdata/bad causes %s (%s)", d.Code, d.Cause)
			}
		}
	}
}

// TestBadFilesAreWhole wants a .out beside every .yaml and nothing else.
func TestBadFilesAreWhole(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join("testdata", "bad"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		stem, isOut := strings.CutSuffix(e.Name(), ".out")
		if !isOut {
			stem = strings.TrimSuffix(e.Name(), ".yaml")
		}
		for _, ext := range []string{".yaml", ".out"} {
			if _, err := os.Stat(filepath.Join("testdata", "bad", stem+ext)); err != nil {
				t.Errorf("%s stands alone", e.Name())
			}
		}
	}
}
