package diag

import (
	"encoding/json"
	"io"
	"strings"
)

// colours of the severities, used on a terminal only.
var colours = map[Severity]string{Error: "\x1b[31m", Warning: "\x1b[33m", Info: "\x1b[36m"}

const reset = "\x1b[0m"

// PrintText writes one finding after the other:
//
//	file:line:col: error: message [code]
//	  hint: what to write instead
//	  file:line:col: note: …
//
// No source line is shown: it could hold a secret.
func PrintText(w io.Writer, ds []Diagnostic, colour bool) error {
	var b strings.Builder
	for _, d := range ds {
		word := d.Severity.String()
		if colour {
			word = colours[d.Severity] + word + reset
		}
		b.WriteString(d.Pos.String() + ": " + word + ": " + oneLine(d.Message) + " [" + string(d.Code) + "]\n")
		if d.Hint != "" {
			b.WriteString("  hint: " + strings.ReplaceAll(safeLines(d.Hint), "\n", "\n        ") + "\n")
		}
		for _, n := range d.Notes {
			b.WriteString("  " + n.Pos.String() + ": note: " + oneLine(n.Message) + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// oneLine keeps a finding on its line and the terminal safe, whatever the
// quoted input held.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return ' '
		}
		return r
	}, s)
}

// safeLines is oneLine for text of several lines.
func safeLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = oneLine(lines[i])
	}
	return strings.Join(lines, "\n")
}

// PrintJSON writes {"diagnostics":[…]} with the same facts as PrintText.
func PrintJSON(w io.Writer, ds []Diagnostic) error {
	if ds == nil {
		ds = []Diagnostic{}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Diagnostics []Diagnostic `json:"diagnostics"`
	}{ds})
}
