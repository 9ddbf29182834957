package transformers

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/diag"
)

// Reserved variables that hold text
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html).
var reservedText = []string{"aws.events.rule-arn", "aws.events.rule-name", "aws.events.event.ingestion-time"}

// Reserved variables that hold an object, and so stand alone.
var reservedObject = []string{"aws.events.event", "aws.events.event.json"}

// The members every event has
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html).
var envelope = []string{"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"}

// enriched is what events of an enriched source have beside that.
const enriched = "enriched"

// TextError says what is wrong with a ${…} of a text.
type TextError struct {
	Code    diag.Code
	Message string
	Hint    string
}

// The path grammar of EventBridge's input paths: dots, names and indexes.
var pathSyntax = regexp.MustCompile(`^[A-Za-z0-9_/-]+(\[(\d+|\*)\])*(\.[A-Za-z0-9_/-]+(\[(\d+|\*)\])*)*$`)

const parameterPrefix = "parameters."

// ParseText reads ${path}, ${parameters.NAME}, ${aws.events.…} and $${ (a
// literal ${). It returns every mistake in the text.
func ParseText(s string) (Text, []*TextError) {
	var out Text
	var errs []*TextError
	var constant strings.Builder
	flush := func() {
		if constant.Len() > 0 {
			out = append(out, Part{Text: constant.String()})
			constant.Reset()
		}
	}
	for s != "" {
		i := strings.Index(s, "${")
		if i < 0 {
			constant.WriteString(s)
			break
		}
		if i > 0 && s[i-1] == '$' {
			constant.WriteString(s[:i-1] + "${")
			s = s[i+2:]
			continue
		}
		constant.WriteString(s[:i])
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			errs = append(errs, &TextError{diag.BadPlaceholder, "a ${ is never closed", "write $${ for a literal ${"})
			break
		}
		part, err := parsePlaceholder(strings.TrimSpace(s[i+2 : i+end]))
		s = s[i+end+1:]
		if err != nil {
			errs = append(errs, err)
			continue
		}
		flush()
		out = append(out, part)
	}
	flush()
	return out, errs
}

func parsePlaceholder(inside string) (Part, *TextError) {
	if name, ok := strings.CutPrefix(inside, parameterPrefix); ok {
		return Part{Param: name}, nil
	}
	if strings.HasPrefix(inside, "aws.") {
		if slices.Contains(reservedText, inside) {
			return Part{Reserved: inside, Trusted: true}, nil
		}
		if slices.Contains(reservedObject, inside) {
			return Part{Reserved: inside, Compound: true}, nil
		}
		all := append(slices.Clone(reservedText), reservedObject...)
		return Part{}, &TextError{diag.BadPlaceholder, fmt.Sprintf("EventBridge has no reserved variable %q", inside), "one of " + strings.Join(all, ", ")}
	}
	inside = strings.TrimPrefix(inside, "$.")
	if !pathSyntax.MatchString(inside) {
		return Part{}, &TextError{diag.BadPath, fmt.Sprintf("${%s} is not a path EventBridge can follow", inside),
			"names of letters, digits, - _ and /, separated by dots, with [0] for a list's element: keys with other characters cannot be reached"}
	}
	const maxPath = 256 // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html
	if len(inside)+2 > maxPath {
		return Part{}, &TextError{diag.BadPath, fmt.Sprintf("a path has at most %d characters, this one has %d", maxPath, len(inside)+2), ""}
	}
	root := inside[:len(inside)-len(strings.TrimLeft(inside, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/-"))]
	if root != enriched && !slices.Contains(envelope, root) {
		hint := "an event has " + strings.Join(envelope, ", ")
		if close := diag.Suggest(root, append(slices.Clone(envelope), enriched)); close != "" {
			hint = fmt.Sprintf("did you mean ${%s}?", close+strings.TrimPrefix(inside, root))
		} else if !strings.ContainsAny(inside, ".[") {
			hint = fmt.Sprintf("a field of the detail is written ${detail.%s}", inside)
		}
		return Part{}, &TextError{diag.UnknownEventField, fmt.Sprintf("events have no member %q", root), hint}
	}
	return Part{Path: inside, Compound: strings.Contains(inside, "[*]") || inside == "detail" || inside == "resources" || inside == enriched}, nil
}
