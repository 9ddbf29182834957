package cli

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/examples"
	"github.com/notifygen/notifygen/simulate/expect"
)

// TestExamplesAreTested runs the tests of every example: all pass, they reach
// every route, case and destination, and play every sample event and the
// entries of testEvent.json.
func TestExamplesAreTested(t *testing.T) {
	for _, name := range examples.Names() {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join("..", "..", "..", "examples", name)
			report := filepath.Join(t.TempDir(), "report.xml")
			status, out, errs := run("test", filepath.Join(dir, "tests"), "--coverage", "--output", "json", "--junit", report)
			if status != exitFine || errs != "" {
				t.Fatalf("status %d\n%s%s", status, out, errs)
			}
			var got struct {
				Files    []expect.Result
				Summary  testSummary
				Coverage expect.Coverage
			}
			// A severity is a word in JSON that is only ever written.
			text := strings.NewReplacer(`"severity": "warning"`, `"severity": 1`, `"severity": "info"`, `"severity": 2`).Replace(out)
			if err := json.Unmarshal([]byte(text), &got); err != nil {
				t.Fatal(err)
			}
			if got.Summary.Tests < 5 || got.Summary.Passed != got.Summary.Tests {
				t.Errorf("%+v", got.Summary)
			}
			if c := got.Coverage; c.Percent != 100 || c.Covered != c.Total || c.Total == 0 {
				t.Errorf("coverage: %d%% (%d of %d)", c.Percent, c.Covered, c.Total)
			}
			if strings.Contains(out, "zZ") || strings.Contains(out, "{{resolve") {
				t.Error("a secret's mark shows")
			}
			xmlText, err := os.ReadFile(report)
			if err != nil {
				t.Fatal(err)
			}
			var suites struct {
				Tests int `xml:"tests,attr"`
			}
			if err := xml.Unmarshal(xmlText, &suites); err != nil || suites.Tests != got.Summary.Tests {
				t.Errorf("the JUnit report has %d tests: %v", suites.Tests, err)
			}
			allEventsPlayed(t, dir)
		})
	}
}

func allEventsPlayed(t *testing.T, dir string) {
	t.Helper()
	events, err := filepath.Glob(filepath.Join(dir, "events", "*.json"))
	if err != nil || len(events) == 0 {
		t.Fatal("no events", err)
	}
	files, err := findTests([]string{filepath.Join(dir, "tests")})
	if err != nil {
		t.Fatal(err)
	}
	var played []string
	for _, file := range files {
		f := testFile{path: file}
		if _, err := f.run(); err != nil {
			t.Fatal(err)
		}
		played = append(played, f.uses...)
	}
	for _, event := range append(events, filepath.Join(dir, "testEvent.json")) {
		if !slices.Contains(played, event) {
			t.Errorf("no test plays %s", event)
		}
	}
}
