// Package diag holds what notifygen says about its input: positioned findings
// as plain values, collected while compiling, sorted and printed once.
//
// A mistake of the user is a Diagnostic, a failure of the environment is an
// error, a bug of ours panics.
package diag

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/notifygen/notifygen/redact"
)

// Pos is a place in a file. Line and Col are 1-based; Col counts characters.
// The zero Pos means "the file as a whole".
type Pos struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"col"`
}

// String gives file:line:col, the form editors and CI annotate from.
func (p Pos) String() string {
	line, col := max(p.Line, 1), max(p.Col, 1)
	return fmt.Sprintf("%s:%d:%d", p.File, line, col)
}

// IsValid tells whether the position points into a file.
func (p Pos) IsValid() bool { return p.Line > 0 }

// Severity orders findings: an Error stops the compiler, the others do not.
type Severity int

// The severities, gravest first.
const (
	Error Severity = iota
	Warning
	Info
)

// String gives the word printed in front of a message.
func (s Severity) String() string {
	return [...]string{"error", "warning", "info"}[s]
}

// MarshalText writes the severity as its word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Note points at another place that explains a finding.
type Note struct {
	Pos     Pos    `json:"pos"`
	Message string `json:"message"`
}

// Diagnostic is one finding. Message is lower case without a full stop; Hint
// says what to write instead. Neither ever holds a value that may be a secret.
type Diagnostic struct {
	Pos      Pos      `json:"pos"`
	Severity Severity `json:"severity"`
	Code     Code     `json:"code"`
	Message  string   `json:"message"`
	Hint     string   `json:"hint,omitempty"`
	Notes    []Note   `json:"notes,omitempty"`
}

// List collects findings. The zero value is ready to use.
type List struct {
	found []Diagnostic
}

// Report adds a finding with the severity its code declares and returns it,
// so that a caller can add a hint or notes. What looks like a credential is
// masked, whatever the caller quotes.
func (l *List) Report(pos Pos, code Code, format string, args ...any) *Diagnostic {
	l.found = append(l.found, Diagnostic{
		Pos:      pos,
		Severity: code.Describe().Severity,
		Code:     code,
		Message:  redact.Text(fmt.Sprintf(format, args...)),
	})
	return &l.found[len(l.found)-1]
}

// WithHint sets the hint.
func (d *Diagnostic) WithHint(format string, args ...any) *Diagnostic {
	d.Hint = redact.Text(fmt.Sprintf(format, args...))
	return d
}

// WithNote adds a place that explains the finding.
func (d *Diagnostic) WithNote(pos Pos, format string, args ...any) *Diagnostic {
	d.Notes = append(d.Notes, Note{Pos: pos, Message: redact.Text(fmt.Sprintf(format, args...))})
	return d
}

// HasErrors tells whether any finding is an Error.
func (l *List) HasErrors() bool {
	return slices.ContainsFunc(l.found, func(d Diagnostic) bool { return d.Severity == Error })
}

// Len gives the number of findings so far.
func (l *List) Len() int { return len(l.found) }

// Sorted gives the findings by position, gravest first at one position, each
// once: two stages may notice the same mistake.
func (l *List) Sorted() []Diagnostic {
	sorted := slices.Clone(l.found)
	slices.SortStableFunc(sorted, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Pos.File, b.Pos.File),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Col, b.Pos.Col),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(sorted, func(a, b Diagnostic) bool {
		return a.Pos == b.Pos && a.Code == b.Code && a.Message == b.Message
	})
}

// Count gives the number of errors, warnings and infos among ds.
func Count(ds []Diagnostic) (errors, warnings, infos int) {
	for _, d := range ds {
		switch d.Severity {
		case Error:
			errors++
		case Warning:
			warnings++
		default:
			infos++
		}
	}
	return errors, warnings, infos
}
