package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/examples"
)

// run plays a command line in process.
func run(args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = Main(args, IO{In: strings.NewReader(""), Out: &out, Err: &err})
	return status, out.String(), err.String()
}

const vectors = "../../../eventbridge/testdata/vectors"

func readVectors[T any](t *testing.T, file string) []T {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(vectors, file))
	if err != nil {
		t.Fatal(err)
	}
	var rows []T
	if err := json.Unmarshal(src, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// literal gives what stands for a text on the command line: itself where it is
// recognised as JSON, else a file.
func literal(t *testing.T, text string) string {
	t.Helper()
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		return text
	}
	file := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestPatternVectors plays every pattern through `pattern match`.
func TestPatternVectors(t *testing.T) {
	type row struct {
		Name, Pattern, Event, Reason string
		Match, Error                 bool
	}
	for _, v := range readVectors[row](t, "event-patterns.json") {
		t.Run(v.Name, func(t *testing.T) {
			event := v.Event
			if event == "" {
				event = "{}"
			}
			status, out, errs := run("pattern", "match", "--pattern", literal(t, v.Pattern), "--event", event)
			want, printed := exitFindings, "no match\n"
			switch {
			case v.Error:
				want, printed = exitEnvironment, ""
			case v.Match:
				want, printed = exitFine, "match\n"
			}
			if status != want || !strings.HasPrefix(out, printed) || v.Error && out != "" {
				t.Errorf("status %d, want %d\npattern %s\nevent %s\n%s%s", status, want, v.Pattern, event, out, errs)
			}
			if v.Error && v.Reason != "JSON syntax" && !strings.Contains(errs, v.Reason) {
				t.Errorf("got %q, want the reason %q", errs, v.Reason)
			}
		})
	}
}

// TestTransformVectors plays every input through `transform`.
func TestTransformVectors(t *testing.T) {
	type row struct {
		Name, Kind, Template, Input, Output, Event string
		InputPathsMap                              json.RawMessage `json:"input_paths_map"`
		InputPath                                  string          `json:"input_path"`
		ErrorMessage                               string          `json:"error_message"`
		Delivered, Error                           bool
		Context                                    struct {
			RuleARN       string `json:"rule_arn"`
			RuleName      string `json:"rule_name"`
			IngestionTime string `json:"ingestion_time"`
		}
	}
	for _, v := range readVectors[row](t, "input-transformers.json") {
		t.Run(v.Name, func(t *testing.T) {
			args := []string{"transform", "--event", v.Event, "--rule-arn", v.Context.RuleARN, "--rule-name", v.Context.RuleName}
			if v.Context.IngestionTime != "" {
				args = append(args, "--ingestion-time", v.Context.IngestionTime)
			}
			switch v.Kind {
			case "transformer":
				args = append(args, "--template", v.Template)
				if v.InputPathsMap != nil {
					args = append(args, "--paths", string(v.InputPathsMap))
				}
			case "input_path":
				args = append(args, "--input-path", v.InputPath)
			case "constant":
				args = append(args, "--input", v.Input)
			}
			status, out, errs := run(args...)
			switch {
			case v.Error:
				if status != exitEnvironment || out != "" || !strings.Contains(errs, strings.Replace(v.ErrorMessage, "model validation", "1 validation error detected", 1)) {
					t.Errorf("status %d, want 2\n%s%s\nwant %s", status, out, errs, v.ErrorMessage)
				}
			case !v.Delivered:
				if status != exitFindings || out != "" || !strings.HasPrefix(errs, "notifygen: INVALID_JSON: ") {
					t.Errorf("status %d, want 1\n%s%s", status, out, errs)
				}
			case status != exitFine || out != v.Output || errs != "":
				t.Errorf("status %d\ngot  %s\nwant %s\n%s", status, out, v.Output, errs)
			}
		})
	}
}

// TestSampleEvents plays every documented event through every example: each
// delivery is a whole request with a JSON body, or a stage on the way to one, and
// no secret shows.
func TestSampleEvents(t *testing.T) {
	type row struct {
		Name  string
		Event json.RawMessage
	}
	rows := readVectors[row](t, "sample-events.json")
	delivered, kinds := map[string]int{}, map[string]int{}
	for _, name := range examples.Names() {
		for _, v := range rows {
			file := filepath.Join("..", "..", "..", "examples", name, "notifygen.yaml")
			status, out, errs := run("simulate", "-f", file, "--event", string(v.Event), "--output", "json", "--now", "2026-03-02T10:15:30Z")
			var got struct {
				Deliveries []struct {
					Rule, Target, Kind, Message, Unknown string
					Request                              struct {
						Method, URL, Body string
						Headers           map[string]string
					}
					Error any
				}
			}
			if err := json.Unmarshal([]byte(out), &got); err != nil || errs != "" && !json.Valid([]byte(errs)) {
				t.Fatalf("%s, %s: %v\n%s%s", name, v.Name, err, out, errs)
			}
			if want := map[bool]int{true: exitFine, false: exitFindings}[len(got.Deliveries) > 0]; status != want {
				t.Errorf("%s, %s: status %d, want %d\n%s", name, v.Name, status, want, errs)
			}
			for _, d := range got.Deliveries {
				delivered[name]++
				kinds[d.Kind]++
				switch d.Kind {
				case "sqs", "step-functions", "lambda":
					if d.Error != nil || !json.Valid([]byte(d.Message)) {
						t.Errorf("%s, %s: %+v", name, v.Name, d)
					}
				case "event-bus":
					if d.Error != nil || d.Unknown == "" { // what the enricher answers
						t.Errorf("%s, %s: %+v", name, v.Name, d)
					}
				case "api-destination", "http-task":
					if d.Error != nil || d.Request.Method != "POST" || d.Request.URL == "" ||
						!json.Valid([]byte(d.Request.Body)) || d.Request.Headers["Content-Type"] == "" {
						t.Errorf("%s, %s: %+v", name, v.Name, d)
					}
				default:
					t.Errorf("%s, %s: %+v", name, v.Name, d)
				}
			}
			if strings.Contains(out, "zZ") || strings.Contains(out, "{{resolve") {
				t.Errorf("%s, %s: a secret's mark shows:\n%s", name, v.Name, out)
			}
		}
	}
	if delivered["support-enriched-to-slack"] == 0 || delivered["health-to-dingtalk"] == 0 || delivered["health-to-dingtalk-signed"] == 0 || delivered["support-to-slack-workflow"] == 0 {
		t.Errorf("deliveries: %v", delivered)
	}
	if kinds["api-destination"] == 0 || kinds["http-task"] == 0 || kinds["lambda"] == 0 {
		t.Errorf("kinds of delivery: %v", kinds)
	}
}
