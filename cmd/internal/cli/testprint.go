package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/simulate/expect"
)

// tested is the result as JSON.
type tested struct {
	Files    []expect.Result  `json:"files"`
	Summary  testSummary      `json:"summary"`
	Coverage *expect.Coverage `json:"coverage,omitempty"`
}

type testSummary struct {
	Tests  int `json:"tests"`
	Passed int `json:"passed"`
	Failed int `json:"failed"`
	// Broken are files with an error: in the tests, or in what they test.
	Broken int `json:"filesWithErrors"`
}

func summariseTests(results []expect.Result) (s testSummary) {
	for _, r := range results {
		if r.Broken() {
			s.Broken++
		}
		for _, t := range r.Tests {
			s.Tests++
			if t.Passed() {
				s.Passed++
			} else {
				s.Failed++
			}
		}
	}
	return s
}

func (s testSummary) String() string {
	text := fmt.Sprintf("%s, %d passed, %d failed", plural(s.Tests, "test"), s.Passed, s.Failed)
	if s.Broken > 0 {
		text += ", " + plural(s.Broken, "file") + " with errors"
	}
	return text
}

// printTests writes the results: as one JSON document, or as a table with the
// findings beside it on stderr.
func (o *options) printTests(results []expect.Result, coverage bool) error {
	out := tested{Files: results, Summary: summariseTests(results)}
	if coverage {
		c := expect.Cover(results)
		out.Coverage = &c
	}
	if o.json() {
		return encode(o.Out, out)
	}
	if err := o.print(allFindings(results)); err != nil {
		return err
	}
	var b strings.Builder
	for _, r := range results {
		printTable(&b, r)
	}
	for _, r := range results {
		printFailures(&b, r)
	}
	fmt.Fprintf(&b, "\n%s\n", out.Summary)
	if coverage {
		printCoverage(&b, *out.Coverage)
	}
	_, err := io.WriteString(o.Out, b.String())
	return err
}

// allFindings gives the findings of all files, each once: several files may
// test the same one.
func allFindings(results []expect.Result) []diag.Diagnostic {
	type place struct {
		pos     diag.Pos
		message string
	}
	seen := map[place]bool{}
	var all []diag.Diagnostic
	for _, r := range results {
		for _, d := range r.Diagnostics {
			if p := (place{d.Pos, d.Message}); !seen[p] {
				seen[p] = true
				all = append(all, d)
			}
		}
	}
	return all
}

func printTable(b *strings.Builder, r expect.Result) {
	b.WriteString(r.File + "\n")
	for _, t := range r.Tests {
		word := "ok  "
		if !t.Passed() {
			word = "FAIL"
		}
		fmt.Fprintf(b, "  %s  %s  (%s)\n", word, expect.Printable(t.Name), t.Took.Round(time.Microsecond))
		for _, w := range t.Warnings {
			fmt.Fprintf(b, "        warning: %s\n", expect.Printable(w))
		}
	}
	switch errors, _, _ := diag.Count(r.Diagnostics); {
	case errors > 0 && len(r.Tests) == 0:
		fmt.Fprintf(b, "  FAIL  not run: %s\n", plural(errors, "error"))
	case errors > 0:
		fmt.Fprintf(b, "  FAIL  %s in what is tested\n", plural(errors, "error"))
	}
}

func printFailures(b *strings.Builder, r expect.Result) {
	for _, t := range r.Tests {
		if t.Passed() {
			continue
		}
		fmt.Fprintf(b, "\nFAIL  %s\n", expect.Printable(t.Name))
		for _, f := range t.Failures {
			b.WriteString(f.Text())
		}
	}
}

// printCoverage shows what the tests reach, and where what they do not reach is
// written.
func printCoverage(b *strings.Builder, c expect.Coverage) {
	subject := ""
	var w *tabwriter.Writer
	for i, row := range c.Deliveries {
		if i == 0 || row.Subject != subject {
			if w != nil {
				w.Flush()
			}
			subject = row.Subject
			fmt.Fprintf(b, "\ncoverage of %s\n", subject)
			w = tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
			fmt.Fprint(w, "  ROUTE\tCASE\tDESTINATION\tTESTS\n")
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%d", row.Route, orDash(row.Case), row.Destination, row.Tests)
		if row.Tests == 0 {
			fmt.Fprintf(w, "  not covered: %s", row.Source)
		}
		fmt.Fprintln(w)
	}
	if w != nil {
		w.Flush()
	}
	fmt.Fprintf(b, "\ncoverage: %d%% (%d of %d)\n", c.Percent, c.Covered, c.Total)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
