package schema

import (
	"unicode/utf8"

	"github.com/notifygen/notifygen/redact"
)

// Quote gives a name from the file for a message, cut where it is long and
// masked where it looks like a secret.
func Quote(s string) string {
	const most = 60
	s = redact.Text(s)
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return `"` + s + `"`
}
