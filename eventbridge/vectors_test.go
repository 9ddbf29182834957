package eventbridge

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The vectors hold behaviour captured from AWS and from event-ruler 2.0.1. The
// copies in testdata are always tested; the shared originals, which may have
// gained rows, where the checkout has them beside it.
const sharedVectors = "../../shared/vectors"

func vectorFiles(t *testing.T, name string) []string {
	files := []string{filepath.Join("testdata", "vectors", name)}
	shared := filepath.Join(filepath.FromSlash(sharedVectors), name)
	if _, err := os.Stat(shared); err == nil {
		return append(files, shared)
	}
	if os.Getenv("CI") == "true" {
		t.Errorf("%s is missing: CI must run the shared vectors", shared)
	} else {
		t.Logf("NOT RUN: %s is missing; only the copy in testdata is tested", shared)
	}
	return files
}

func readVectors[T any](t testing.TB, file string) []T {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows []T
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if len(rows) == 0 {
		t.Fatalf("%s holds no vectors", file)
	}
	return rows
}

func TestPatternVectors(t *testing.T) {
	type row struct {
		Name, Pattern, Event, Reason, Stage string
		Match, Error                        bool
	}
	for _, file := range vectorFiles(t, "event-patterns.json") {
		for _, v := range readVectors[row](t, file) {
			t.Run(v.Name, func(t *testing.T) {
				p, err := ParsePattern([]byte(v.Pattern))
				if v.Error {
					checkReason(t, err, v.Reason, v.Pattern)
					return
				}
				if err != nil {
					t.Fatalf("pattern %s: %v", v.Pattern, err)
				}
				e, err := ParseEvent([]byte(v.Event))
				if err != nil {
					t.Fatal(err)
				}
				if got := p.Match(e); got != v.Match {
					t.Errorf("pattern %s\nevent %s\nmatch %v, want %v", v.Pattern, v.Event, got, v.Match)
				}
				m := NewMatcher()
				m.Add("it", p)
				if got := m.Match(e); (got != nil) != v.Match {
					t.Errorf("pattern %s\nevent %s\nthe Matcher says %v, want match %v", v.Pattern, v.Event, got, v.Match)
				}
			})
		}
	}
}

// checkReason checks a refusal. "JSON syntax" stands for whatever a JSON
// library says.
func checkReason(t *testing.T, err error, reason, pattern string) {
	t.Helper()
	var refused *PatternError
	if !errors.As(err, &refused) {
		t.Fatalf("pattern %s: error %v, want reason %q", pattern, err, reason)
	}
	if reason == "JSON syntax" {
		reason = "Invalid JSON: "
	}
	if !strings.HasPrefix(refused.Reason, reason) {
		t.Errorf("pattern %s\nreason %q\nwant   %q", pattern, refused.Reason, reason)
	}
	if refused.Offset < 0 || refused.Offset > len(pattern) || refused.Line < 1 || refused.Column < 1 {
		t.Errorf("pattern %s: impossible position %+v", pattern, refused)
	}
}

func TestInputVectors(t *testing.T) {
	type row struct {
		Name, Kind, Template, Input, Output, Event string
		InputPathsMap                              map[string]string `json:"input_paths_map"`
		InputPath                                  string            `json:"input_path"`
		ErrorMessage                               string            `json:"error_message"`
		Delivered, Error                           bool
		Context                                    struct {
			RuleARN       string    `json:"rule_arn"`
			RuleName      string    `json:"rule_name"`
			IngestionTime time.Time `json:"ingestion_time"`
		}
	}
	for _, file := range vectorFiles(t, "input-transformers.json") {
		for _, v := range readVectors[row](t, file) {
			t.Run(v.Name, func(t *testing.T) {
				var spec InputSpec
				switch v.Kind {
				case "transformer":
					spec.InputTransformer = &InputTransformer{v.InputPathsMap, v.Template}
				case "input_path":
					spec.InputPath = &v.InputPath
				case "constant":
					spec.Input = &v.Input
				case "none":
				default:
					t.Fatalf("unknown kind %q", v.Kind)
				}
				in, err := NewInput(spec)
				if v.Error {
					checkRefusal(t, err, v.ErrorMessage)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				e, err := ParseEvent([]byte(v.Event))
				if err != nil {
					t.Fatal(err)
				}
				body, err := in.Render(e, Context(v.Context))
				if delivered := err == nil; delivered != v.Delivered {
					t.Fatalf("error %v, want delivered %v", err, v.Delivered)
				}
				var undeliverable *UndeliverableError
				if err != nil {
					if !errors.As(err, &undeliverable) || undeliverable.Code != "INVALID_JSON" {
						t.Fatalf("error %#v", err)
					}
					body = undeliverable.Body
				}
				if string(body) != v.Output {
					t.Errorf("got  %s\nwant %s", body, v.Output)
				}
			})
		}
	}
}

// checkRefusal checks the text of a refused target. "model validation" stands
// for whatever the API model's validator says.
func checkRefusal(t *testing.T, err error, message string) {
	t.Helper()
	var refused *AdmissionError
	if !errors.As(err, &refused) {
		t.Fatalf("error %v, want %q", err, message)
	}
	if message == "model validation" {
		message = "1 validation error detected: "
	}
	if !strings.HasPrefix(refused.Error(), message) {
		t.Errorf("got  %q\nwant %q", refused, message)
	}
}

func mustJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func mustDecode(t *testing.T, text string) (value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}
