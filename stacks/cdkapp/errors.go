package cdkapp

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/redact"
)

// Error is wrong usage or a failure of the environment, with advice.
type Error struct {
	Message string
	Hint    string // what to do instead; may be ""
}

// Error gives the message with its hint.
func (e *Error) Error() string {
	if e.Hint == "" {
		return "notifygen: " + e.Message
	}
	return "notifygen: " + e.Message + " (" + e.Hint + ")"
}

func failure(hint, format string, args ...any) error {
	return &Error{fmt.Sprintf(format, args...), hint}
}

// FindingsError says that the file of routes has errors.
type FindingsError struct {
	// Diagnostics are all findings, sorted by position.
	Diagnostics []diag.Diagnostic
}

// Error gives the findings as `notifygen validate` prints them.
func (e *FindingsError) Error() string {
	var b strings.Builder
	b.WriteString("notifygen: the file of routes has errors\n")
	_ = diag.PrintText(&b, e.Diagnostics, false) // a Builder does not fail
	return strings.TrimSuffix(b.String(), "\n")
}

// guarded runs f and gives what CDK panicked with as an error: CDK knows no other
// way to refuse. With NOTIFYGEN_DEBUG set the panic goes on.
func guarded(f func() error) (err error) {
	if os.Getenv("NOTIFYGEN_DEBUG") != "" {
		return f()
	}
	defer func() {
		if r := recover(); r != nil {
			err = fromPanic(r)
		}
	}()
	return f()
}

func fromPanic(r any) error {
	if _, ok := r.(runtime.Error); ok {
		return failure("please report it; NOTIFYGEN_DEBUG=1 shows where it happened", "internal error; this is a bug of notifygen, not of your file")
	}
	if err, ok := r.(error); ok && errors.Is(err, exec.ErrNotFound) {
		return failure("install Node.js 20 or later and see that `node` is on the PATH", "CDK runs on Node.js, which was not found")
	}
	return failure("NOTIFYGEN_DEBUG=1 shows CDK's own message and where it happened", "CDK failed: %s", withoutValues(fmt.Sprint(r)))
}

var (
	// CDK's complaint about a property: `delaySeconds: "ten" should be a number.`
	wrongValue = regexp.MustCompile(`^([\w.\[\]]+): .*( should be .*)$`)
	// Values CDK quotes are JSON; names of its own and logical IDs stand in
	// single quotes.
	quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|\{.*\}`)
)

// withoutValues keeps what CDK complains of and drops the values it complains
// with: they may be what nobody should read in a log.
func withoutValues(message string) string {
	var out []string
	for line := range strings.Lines(message) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "at ") { // JavaScript's stack trace
			break
		}
		line = wrongValue.ReplaceAllString(line, "$1$2")
		if line = quoted.ReplaceAllString(line, "…"); line != "" {
			out = append(out, line)
		}
	}
	return redact.Text(strings.Join(out, "; "))
}
