package expect

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/redact"
)

// Result is what came of a file of tests.
type Result struct {
	File string `json:"file"`
	// Subject is what was tested: the file of routes, or the templates.
	Subject string `json:"subject"`
	// Diagnostics are findings about the test file and what it tests. Where
	// there is an error among them, no test was run.
	Diagnostics []diag.Diagnostic `json:"diagnostics"`
	Tests       []TestResult      `json:"tests"`
	Covered     []Covered         `json:"-"`
}

// Failed tells whether a test failed or there are errors.
func (r Result) Failed() bool {
	for _, t := range r.Tests {
		if !t.Passed() {
			return true
		}
	}
	return r.Broken()
}

// Broken tells whether the tests could not be run.
func (r Result) Broken() bool {
	errors, _, _ := diag.Count(r.Diagnostics)
	return errors > 0
}

// TestResult is what came of one test.
type TestResult struct {
	Name     string        `json:"name"`
	Pos      diag.Pos      `json:"pos"`
	Took     time.Duration `json:"nanoseconds"`
	Failures []Failure     `json:"failures"`
	// Warnings are remarks about deliveries that are as expected: a service cuts
	// a long text, say.
	Warnings []string `json:"warnings"`
}

// Passed tells whether everything was as expected.
func (t TestResult) Passed() bool { return len(t.Failures) == 0 }

// Failure is an expectation that is not met. No field holds a secret.
type Failure struct {
	Pos diag.Pos `json:"pos"` // of the expectation
	// Delivery is "route → destination".
	Delivery string `json:"delivery,omitempty"`
	Message  string `json:"message"`
	// Expected and Got are values that differ, as JSON or as text.
	Expected string   `json:"expected,omitempty"`
	Got      string   `json:"got,omitempty"`
	Notes    []string `json:"notes,omitempty"`
}

// Headline is a failure in one line, without its position.
func (f Failure) Headline() string {
	if f.Delivery == "" {
		return f.Message
	}
	return f.Delivery + ": " + f.Message
}

// Text is a failure in lines, the first of which begins with its position.
func (f Failure) Text() string {
	var b strings.Builder
	b.WriteString(f.Pos.String() + ": " + Printable(f.Headline()) + "\n")
	expected, got := excerpts(f.Expected, f.Got)
	if f.Expected != "" {
		b.WriteString("  expected: " + expected + "\n")
	}
	if f.Got != "" {
		b.WriteString("  got:      " + got + "\n")
	}
	for _, n := range f.Notes {
		n, _ = excerpts(n, "")
		b.WriteString("  " + n + "\n")
	}
	return b.String()
}

// excerpts shortens two long texts to the part where they begin to differ.
func excerpts(a, b string) (string, string) {
	const most, before = 300, 60
	x, y := []rune(Printable(a)), []rune(Printable(b))
	from := 0
	for from < len(x) && from < len(y) && x[from] == y[from] {
		from++
	}
	if from = max(from-before, 0); from < before || len(y) == 0 {
		from = 0
	}
	cut := func(text []rune) string {
		if len(text) <= most {
			return string(text)
		}
		start, end := "", ""
		if from > 0 {
			start, text = "…", text[min(from, len(text)):]
		}
		if len(text) > most {
			text, end = text[:most], "…"
		}
		return start + string(text) + end
	}
	return cut(x), cut(y)
}

// Printable replaces what a terminal or a report would not take as text.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
}

// masked is a failure without anything that looks like a credential: the event
// of a test may hold one.
func (f Failure) masked() Failure {
	for _, text := range []*string{&f.Delivery, &f.Message, &f.Expected, &f.Got} {
		*text = redact.Text(*text)
	}
	f.Notes = slices.Clone(f.Notes)
	for i, n := range f.Notes {
		f.Notes[i] = redact.Text(n)
	}
	return f
}
