package stepfunctions

import (
	"fmt"
	"strconv"
	"strings"
)

// Codes of findings.
const (
	CodeSyntax       = "syntax"        // not JSON
	CodeMissingField = "missing-field" // a field that must be there is not
	CodeBadValue     = "bad-value"     // a field has a value that it cannot have
	CodeUnknownState = "unknown-state" // a transition leads nowhere
	CodeUnreachable  = "unreachable"   // no transition leads to a state
	CodeExpression   = "expression"    // an expression that is no JSONata
	CodeUnsupported  = "unsupported"   // unknown here, be it valid in Step Functions or not
)

// A Finding is a reason why a definition cannot be run.
type Finding struct {
	// Path is a JSON pointer (RFC 6901) into the definition, such as
	// "/States/Send/Catch/0/Next".
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (f Finding) Error() string {
	path := f.Path
	if path == "" {
		path = "/"
	}
	return fmt.Sprintf("%s: %s [%s]", path, f.Message, f.Code)
}

// A path is a JSON pointer that grows.
type path string

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func (p path) key(name string) path { return p + "/" + path(pointerEscapes.Replace(name)) }

func (p path) item(i int) path { return p + "/" + path(strconv.Itoa(i)) }
